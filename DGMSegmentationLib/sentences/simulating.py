"""Simulated heads: their atlases, anatomies and folders."""

from .wording import Sentence

SENTENCES = {
    "simulation_numbers": Sentence(
        "The number of subjects and of processes is none:", "both must be at least 1."
    ),
    "simulation_damaged": Sentence(
        "{path} is damaged or was not written by the simulator:", "choose another folder."
    ),
    "simulation_other_options": Sentence(
        "{path} holds a data set made with another seed or other options:",
        "choose another folder, or repeat them.",
    ),
    "simulation_foreign": Sentence(
        "{path} already holds subjects that this command did not write:", "choose another folder."
    ),
    "participants_unreadable": Sentence(
        "{path} cannot be read ({reason}):", "correct it, or delete it to have it anew."
    ),
    "participants_no_id": Sentence(
        "{path} has no column participant_id:", "correct it, or delete it to have it anew."
    ),
    "simulation_process_ended": Sentence(
        "A process of the simulation ended twice (exit code {exit_code}), perhaps for lack of memory;",
        "use fewer jobs, and run again to go on.",
        shell="use fewer --jobs, and run the same command to go on.",
    ),
    "anatomy_damaged": Sentence(
        "{path} is damaged or no prepared anatomy:", "delete it, and the next run makes it anew."
    ),
    "atlas_missing": Sentence(
        "{path} holds no {name}/*_dseg.nii.gz:",
        "give the folder that holds the label maps hoa2, wholehead and cit168.",
    ),
    "atlas_label_missing": Sentence(
        "{path} holds no voxel with the label {label}:",
        "it is not one of the label maps described.",
    ),
}
