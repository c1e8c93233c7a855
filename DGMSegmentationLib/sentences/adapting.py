"""Learning from corrections."""

from .wording import Sentence

SENTENCES = {
    "adapt_file_name": Sentence(
        "{path}: a model's file name ends with .safetensors;", "choose another name for the new model."
    ),
    "adapt_name_ships": Sentence(
        "{name} is the name of a model or a labelling protocol that ships:",
        "choose another name for the new model.",
    ),
    "adapt_folder_foreign": Sentence(
        "The folder {folder}, which would hold the state of the run, holds {name} of somebody else's:",
        "choose another name for the new model, or move the folder.",
    ),
    "adapt_structures": Sentence(
        "The model {model} has structures that no labelling protocol can name:",
        "train it further on volumes with its own labels (fine-tuning).",
        shell="train it further with: dgmseg train --preset finetune --init MODEL.",
    ),
    "adapt_sides": Sentence("{case} is left out: left and right of its labels are exchanged."),
    "adapt_empty": Sentence("{case} is left out: its labels lack {structures}."),
    "adapt_other_head": Sentence(
        "{case} is left out: its labels do not fit its image (Dice {dice:.2f} with those of the model, less contrast); they may "
        "be another head's."
    ),
    "adapt_names": Sentence("{case} is left out: its labels {one} and {other} seem to be exchanged."),
    "adapt_twice": Sentence("{case} is left out: its image is that of {other}."),
    "adapt_seen": Sentence(
        "The model {model} has learnt from {cases} already, which therefore cannot tell whether it gets better;",
        "adapt {parent} to all of your cases, or this one to new cases alone.",
    ),
    "adapt_running": Sentence(
        "Another run works in {folder} right now:", "wait for it, or choose another name for the new model."
    ),
    "adapt_other_run": Sentence(
        "The run in {folder} was begun with other cases or labels, another model or other options;",
        "go on with the same ones, or start anew.",
        shell="go on with the same ones, or start anew without --resume.",
    ),
    "adapt_nothing_begun": Sentence(
        "There is nothing to go on from in {folder}; the run starts at the beginning."
    ),
    "adapt_rejected": Sentence("{case} is left out: {reader} rejected it."),
    "adapt_in_review": Sentence(
        "{case} is left out: it is in review again since {reader} signed it;", "sign it to learn from it."
    ),
    "adapt_changed_since": Sentence(
        "{case}: its labels {name} were changed by another program since {reader} signed them; they count as they are now."
    ),
    "adapt_other_reader": Sentence(
        "{case}: {reader} signed other labels ({name}), which do not count: those that the cohort takes do."
    ),
    "adapt_many_labels": Sentence(
        "{case} is left out: there is more than one file of corrected labels ({names});", "keep one."
    ),
    "adapt_doubt": Sentence("{doubt}"),
    "adapt_labels_unlisted": Sentence(
        "{path} holds the values {values}, which are none of the model's label set ({label_set});",
        "give labels of its structures.",
        shell="give labels of its structures (dgmseg convert turns other numbers into them).",
    ),
    "adapt_unusable": Sentence("{case} is left out: {why}"),
    "adapt_two_labels": Sentence(
        "{image} is named with two label files, {one} and {other}:", "name the one that counts."
    ),
    "adapt_no_case": Sentence(
        "None of the {count} cases can be learnt from ({why!w});", "correct their labels and try again."
    ),
    "adapt_no_gain": Sentence(
        "Nothing was gained: on what was left out {model} is as good as what {cases} corrected cases make of it (mean Dice "
        "{dice:.3f});",
        "keep it, or correct more cases.",
    ),
    "adapt_protocol_only_model": Sentence(
        "Of the model {model} only the labelling protocol is fitted: it is no single network of structures."
    ),
    "adapt_protocol_only_cases": Sentence(
        "From one case, or several of one person, only the labelling protocol is fitted: the network learns from two persons on."
    ),
    "adapt_protocol_only_packages": Sentence(
        "Only the labelling protocol is fitted, for the packages for training are not installed;",
        "add the package lightning.",
        shell='add them with: pip install "DGMSegmentation[train]".',
    ),
    "adapt_unlabelled_model": Sentence(
        "The model {model} cannot learn without labels: it must be one network of the ten structures, of the QSM alone, that "
        "follows the simulator's convention;",
        "take one of the bundled models.",
    ),
    "adapt_unlabelled_strange": Sentence(
        "The nuclei were found in only {found} of {count} volumes;",
        "without labels a model is adapted only to volumes in which it finds them: correct a few cases instead.",
    ),
    "adapt_unlabelled_few": Sentence(
        "{path} holds {count} volumes that can be used:", "what a site's look like shows from two on."
    ),
    "adapt_unlabelled_moved": Sentence(
        "No model was written: the mean volume of {structure} would have changed by {percent:+d} %, and nothing says which "
        "one is right;",
        "correct a few cases instead.",
    ),
    "adapt_unlabelled_agreement": Sentence(
        "No model was written: nothing says that the new labels are better, for they hardly agree better with those of the "
        "mirrored heads (Dice {before:.3f} -> {after:.3f});",
        "keep the model, or correct a few cases.",
    ),
    "adapt_unlabelled_one": Sentence(
        "Without labels a model is adapted to one cohort at a time:", "give one folder or table."
    ),
    "adapt_unlabelled_maps": Sentence(
        "Label maps for the simulation are needed:",
        "name their folder.",
        shell="give --labelmaps FOLDER (Docs/simulation.md says which).",
    ),
    "adapt_option_idle": Sentence("{option} does nothing with {other}:", shell="leave one of them out."),
    "adapt_option_alone": Sentence(
        "{option} does nothing without {other}:", shell="add that, or leave it out."
    ),
    "adapt_last_run": Sentence(
        "The run on all cases came out worse than the model it began with, so its weights are not taken."
    ),
    "adapt_stopped": Sentence(
        "Stopped; no model was written.", shell="Go on with the same command and --resume."
    ),
    "adapt_cancelled": Sentence("Stopped; the model stays as it was."),
    "adapt_name": Sentence(
        "{name!r} is no name for a model:", "give one of letters, digits, spaces, dots and dashes."
    ),
    "adapt_name_taken": Sentence("There is a model {name} already:", "choose another name."),
    "adapt_folder": Sentence(
        "The folder of the study's models {path} cannot be written ({reason}):", "see to its permissions."
    ),
}
