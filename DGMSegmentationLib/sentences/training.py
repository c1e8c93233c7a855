"""Training: data, presets, runs."""

from .wording import Sentence

SENTENCES = {
    "training_labels_unlisted": Sentence(
        "{path} holds the value {values}, which label scheme {scheme} does not list:",
        shell="choose the scheme that fits (--set data.labels=freesurfer, segdgm, or a TOML file with a table [labels]) or "
        "give a segmentation of the label set {label_set}.",
        python="choose the scheme that fits (data.labels in the preset: freesurfer, segdgm, or a TOML file with a table "
        "[labels]) or give a segmentation of the label set {label_set}.",
    ),
    "sampling_cores": Sentence(
        "The network {network} with slopes per voxel trains on cores of {core} only;",
        "correct 'sampling' in the preset.",
    ),
    "sampling_tiles": Sentence(
        "'sampling' of the preset:", "tiles of {core} voxels must be multiples of {multiple}."
    ),
    "loss_not_finite": Sentence(
        "The training loss is no longer a number;", "lower the learning rate in the preset and start again."
    ),
    "preset_unknown": Sentence("{name}: there is no such preset;", "give a TOML file or one of {presets}."),
    "preset_own_base": Sentence("{path}: the preset builds on itself;", "correct its key 'base'."),
    "preset_unreadable": Sentence("{path} is no readable TOML file ({reason});", "correct it."),
    "preset_empty": Sentence("{path} is empty;", 'begin it with base = "part1" or another preset.'),
    "preset_base": Sentence("{path}:", "'base' must be the name of a preset."),
    "set_bad": Sentence(
        "The setting {text} is none:",
        "write key=value, for example stage1.epochs=10.",
        shell="after --set write key=value, for example stage1.epochs=10.",
    ),
    "preset_wrong": Sentence("{where}:", "{problem}"),
    "preset_learning_rates": Sentence(
        "{where}:", "a stage needs at least one learning rate in 'learning_rates'."
    ),
    "preset_stage1": Sentence("{where}: 'stage1.enabled' cannot be false;", "only stage 2 can be left out."),
    "preset_false_positives": Sentence(
        "{where}: 'stage1.false_positives' needs a trained network;", "set it in stage2 only."
    ),
    "preset_validation": Sentence(
        "{where}: 'data.validation' {validation} belongs to patch mode;", "use subjects."
    ),
    "preset_windows": Sentence(
        "{where}:", "'preprocessing.windows' needs one (low, high) pair for each of 'data.channels'."
    ),
    "preset_class_weights": Sentence(
        "{where}:", "'loss.class_weights' needs two numbers for binary networks."
    ),
    "preset_channels": Sentence(
        "{where}:", "'data.channels' must begin with qsm and name each channel once."
    ),
    "run_exists": Sentence(
        "{path} holds a training run ({name});",
        "pass resume=True or choose another output folder.",
        shell="use --resume or another --output.",
    ),
    "run_is_file": Sentence(
        "{path} is a file;", "give a folder for the output.", shell="give a folder with --output."
    ),
    "init_needed": Sentence(
        "The preset {preset} goes on from a trained model:",
        "name it as init, for example init='default'.",
        shell="name it with --init, for example --init default.",
    ),
    "init_network": Sentence(
        "{path}: its network {network} is not the preset's {wanted};", "choose a preset that fits."
    ),
    "init_preprocessing": Sentence(
        "{path} prepares images in another way than the preset;", "make both the same."
    ),
    "init_weights": Sentence(
        "{path}: its weights have other sizes than the preset's network;", "make network.options the same."
    ),
    "freeze_unknown": Sentence(
        "The network {network} has no parameter that begins with {part};",
        "correct optimiser.freeze (they begin with {found}).",
    ),
    "precision_device": Sentence(
        "optimiser.precision {precision} does not work on {device};",
        "leave it at float32, or train on another device.",
    ),
    "preset_untrainable": Sentence(
        "The preset {preset} cannot be trained ({reason});", "correct its settings."
    ),
    "validation_names_subjects": Sentence(
        "The data name subjects for validation, which the rule {rule!r} would train on;",
        "set data.validation to 'subjects', or give those subjects the split train or ignore.",
    ),
    "structures_lacking": Sentence(
        "No training volume holds {structures}: the model would forget what it knows of it;",
        "label every structure of the label set, or train without init.",
        shell="label every structure of the label set, or train without --init.",
    ),
    "run_damaged": Sentence(
        "{path} is damaged:",
        "start again in another output folder.",
        shell="start again with another --output.",
    ),
    "run_other": Sentence(
        "{path} holds a run with another {part};",
        "resume with the same, or choose another output folder.",
        shell="resume with the same, or choose another --output.",
    ),
    "training_no_labels": Sentence(
        "No training volume holds any label of its set on the network grid;", "check the label mapping."
    ),
    "folds_number": Sentence(
        "{folds} folds cannot be made of {subjects} subjects;",
        "choose between 2 and {subjects}.",
        shell="choose --folds between 2 and {subjects}.",
    ),
    "crossval_exists": Sentence(
        "{path} holds a cross-validation;",
        "pass resume=True or choose another output folder.",
        shell="use --resume or another --output.",
    ),
    "crossval_atoms": Sentence(
        "The preset {preset} trains a model of atoms, which gives structures by a protocol: nothing scores it against atoms;",
        "use a preset of structures.",
    ),
    "crossval_table": Sentence(
        "{path} is not the table of scores that its fold wrote;",
        "delete the folder {fold} and resume: that fold is trained again.",
    ),
    "training_data_missing": Sentence(
        "{path}: there is no such folder or table;", "give a BIDS folder or a TSV file."
    ),
    "training_twice": Sentence(
        "{path}: {name} is there more than once;", "give each volume a name of its own."
    ),
    "training_no_volume": Sentence(
        "{path} holds no labelled training volume;", "check the layout and the column 'split'."
    ),
    "training_split_person": Sentence(
        "{path}: {first} ({first_split}) and {second} ({second_split}) are one person's;",
        "give all volumes of a person the same split.",
    ),
    "training_split_word": Sentence(
        "{where}: split {split!r} is none of train, val, test;", "correct the table."
    ),
    "training_no_column": Sentence(
        "{path} has no column '{column}';", "give tab-separated subject, image, label, split."
    ),
    "training_no_subject": Sentence("{where}: the column 'subject' is empty;", "give each volume a name."),
    "training_no_file": Sentence("{where}: the column '{column}' is empty;", "name a file there."),
    "training_file_missing": Sentence("{where}: {path} does not exist;", "correct the path."),
    "person_without_row": Sentence(
        "{path} has no row for {person};", "add it with its split (train, val, test or ignore)."
    ),
    "person_splits": Sentence("{path} gives {person} the splits {splits};", "keep one row."),
    "channel_files": Sentence(
        "{person}:", "expected one file {stem}_{channel}.nii.gz beside the QSM, found {count}."
    ),
    "training_scheme_unknown": Sentence(
        "{name}: no such label scheme;", "use {names}, or a TOML file with a table [labels]."
    ),
    "scheme_no_table": Sentence(
        "{path} needs a table [labels]", "with lines such as 11 = 9 (theirs = ours)."
    ),
    "scheme_labels": Sentence("{path}: our labels are 0 and {labels};", "correct the table [labels]."),
    "training_no_patch": Sentence(
        "{path}: no patch is left to train on;", "check the labels and data.validation."
    ),
    "training_no_maps": Sentence(
        "{path} holds no sub-*/anat/*_Chimap.nii.gz;", "give a BIDS folder or a TSV table."
    ),
    "label_file_missing": Sentence("{person}: no label file {name};", "add it or the split 'ignore'."),
    "label_file_automatic": Sentence(
        "{person}: no label file {name} (automatic ones of DGMSegmentation do not train: save a correction beside them as "
        "..._desc-edited_dseg.nii.gz);",
        "add it or the split 'ignore'.",
    ),
    "label_files_missing": Sentence(
        "{path}: none of the {count} volumes has a label file derivatives/*/sub-*/anat/sub-*_dseg.nii.gz;",
        "add them, or give a TSV table.",
    ),
    "label_files_automatic": Sentence(
        "{path}: none of the {count} volumes has a label file derivatives/*/sub-*/anat/sub-*_dseg.nii.gz (automatic ones of "
        "DGMSegmentation do not train: save a correction beside them as ..._desc-edited_dseg.nii.gz);",
        "add them, or give a TSV table.",
    ),
    "volumes_unlabelled": Sentence("{count} of {all} volumes have no labels and are left out ({names})."),
    "structure_absent": Sentence("{structure} is absent from {count} of {all} volumes ({names})."),
    "sides_exchanged": Sentence(
        "Left structures lie to the right of their partners in {count} of {all} volumes ({names}):",
        "correct the labels, the mapping data.labels, or the orientation of the files.",
    ),
    "sides_exchanged_in_some": Sentence(
        "Left structures lie to the right of their partners in {count} of {all} volumes ({names});",
        "check their labels and orientation.",
    ),
    "network_coordinates": Sentence(
        "The network {network} {wants} coordinates;", "correct preprocessing.coordinates in the preset."
    ),
}
