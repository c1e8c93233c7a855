"""Cohorts: many subjects, their folders and tables."""

from .wording import Sentence

SENTENCES = {
    "out_of_memory_in_cohort": Sentence(
        "The computer ran out of memory:", "use fewer workers.", shell="use fewer --workers."
    ),
    "case_unexpected": Sentence("It failed unexpectedly ({type}: {text});", "please report it."),
    # what there is
    "cohort_missing": Sentence(
        "{path}: there is no such folder or table;", "give a BIDS folder or a TSV table."
    ),
    "maps_none": Sentence(
        "{path} holds no sub-*/anat/*_Chimap.nii.gz:",
        "give a BIDS folder, or a TSV table with subject and image.",
    ),
    "maps_only_parts": Sentence(
        "{path} holds {count} para- and diamagnetic parts and no other map:",
        "take them with parts=True.",
        shell="add --parts to take them.",
    ),
    "cohort_no_column": Sentence(
        "The table {path} lacks the column {column}:", "give subject and image in each line."
    ),
    "cohort_no_subject": Sentence("{path}, line {number}: subject or image is empty;", "fill it in."),
    "subject_unknown": Sentence("There is no image of subject {subject} in {path}:", "check the name."),
    "subject_ambiguous": Sentence("The subject {subject} could be {names: or }:", "write the whole name."),
    "cohort_reference": Sentence(
        "The reference {reference} must be none, brain or a number in ppb:",
        "one mask file fits no cohort.",
    ),
    "ages_left_out": Sentence("{problem} Ages are left out."),
    # cases that cannot be used
    "cases_unreachable": Sentence(
        "The images of {count} finished cases are not reachable (an unmounted disk, dropped content), and their results stay as "
        "they are: {names}."
    ),
    "cases_gone": Sentence(
        "Finished cases are not among the images of {root} any more ({count}: {names}): they are left out of the tables, and "
        "what was made of them stays in {output}."
    ),
    "case_warning": Sentence("{name}: {text}"),
    "case_channel_files": Sentence(
        "The model needs one file {name} beside {image}, and there are {count}:", "add it."
    ),
    "case_empty_column": Sentence(
        "{path}, line {number}: the column {column} is empty;", "name a file there."
    ),
    "case_two_subjects": Sentence(
        "{path}, line {number}: {subject} and {other} would both be {name}:",
        "write a subject alike in all lines, or name two subjects so that letters and digits tell them apart.",
    ),
    "case_in_two_places": Sentence(
        "{places: and } would both be {name}:",
        "keep one, or tell them apart by the session or by run- in the names of the images.",
    ),
    "case_listed_twice": Sentence("{place} is listed {count} times:", "keep one line."),
    "case_shared_name": Sentence(
        "{place} and {other} would both be written as {name}:",
        "rename one, so that key and value (such as desc-medi, each key once) tell them apart.",
    ),
    "case_as_correction": Sentence(
        "The results of {place} would have the name of a correction of {other} ({name}):",
        "rename {place}.",
    ),
    "case_two_corrections": Sentence("{path} and {other} are both corrected segmentations:", "keep one."),
    "labels_without_record": Sentence(
        "{path} is there and no record ({record}, lost or damaged) tells whether a hand changed it:",
        "rename it to {name} if one did, else overwrite it.",
        shell="rename it to {name} if one did, else add --overwrite to have it made again.",
    ),
    "labels_changed": Sentence(
        "{path} was changed after it was made:",
        "rename it to {name} to have it measured as corrected by hand, or overwrite it.",
        shell="rename it to {name} to have it measured as corrected by hand, or add --overwrite to have it made again.",
    ),
    "labels_empty": Sentence("{path} holds no label:", "check that it is the right segmentation."),
    "model_replaced": Sentence("{path} was replaced during the run:", "start the run again."),
    "case_worker_ended": Sentence(
        "The process that worked on it ended twice ({how}), perhaps for lack of memory:",
        "use fewer workers.",
        shell="use fewer --workers.",
    ),
    # records and the run
    "record_newer": Sentence(
        "A record of the format {version} is none that this version knows:", "update this program."
    ),
    "record_unreadable": Sentence(
        "The record {path} cannot be read ({reason}): its case counts as not done."
    ),
    "record_left_out": Sentence("{problem} Its case counts as not done."),
    "cohort_locked": Sentence(
        "Another run is writing to {path} ({who}):",
        "wait until it ends, or give another output folder.",
        shell="wait until it ends, or give another --output.",
    ),
    "case_locked": Sentence("Another run is working on {name} in {path}:", "wait until it ends."),
    "disk_without_locks": Sentence(
        "This disk gives no lock ({reason}):", "make sure that no second run writes to the same output."
    ),
    "cohort_stopped": Sentence(
        "Stopped after {done} of {all};", "what is finished is kept, run the same command to go on."
    ),
    "tables_mixed": Sentence(
        "The tables are {mixed}:",
        "run with all participants to measure all alike.",
        shell="run without --participant to measure all alike.",
    ),
    "norms_lacking": Sentence(
        "{name} expects nothing of {subjects}: no age or sex is known, or it lies outside."
    ),
    "images_same": Sentence("{names} hold the same image;", "check that the right files were copied."),
    # Dask
    "dask_missing": Sentence(
        "A scheduler needs Dask;",
        "install it with: pip install 'DGMSegmentation[cohort]'.",
        shell="install it for --scheduler with: pip install 'DGMSegmentation[cohort]'.",
    ),
    "dask_silent": Sentence(
        "No Dask scheduler answers at {address}:",
        "start one with dask scheduler, or correct the address.",
    ),
    "dask_no_workers": Sentence(
        "The scheduler has no workers yet; waiting for them (dask worker ADDRESS, or a SLURM job)."
    ),
    "dask_lost": Sentence(
        "The connection to the Dask scheduler was lost;",
        "what is finished is kept, run the same command to go on.",
    ),
    "dask_worker_package": Sentence(
        "The Dask workers lack the Python package {package}:",
        "install DGMSegmentation in their environment.",
    ),
    "dask_workers_ended": Sentence(
        "Every Dask worker that took it ended, perhaps for lack of memory:", "give workers more."
    ),
    "dask_task_failed": Sentence("It failed on a Dask worker ({type}: {text})."),
}
