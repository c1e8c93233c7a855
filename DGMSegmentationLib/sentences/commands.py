"""Options and arguments of single commands: only the command line says these."""

from .wording import Sentence

SENTENCES = {
    # agreement
    "by_for_one_table": Sentence(
        "--by compares the images within one ROI table:", shell="leave it out with images or a manifest."
    ),
    "by_needs_a_table": Sentence("--by compares the images within one ROI table:", shell="give one table."),
    "reference_for_images": Sentence(
        "--reference is for images:",
        shell="name labels for them with --segmentation, or leave it out (tables bring theirs).",
    ),
    "reference_changes_nothing": Sentence(
        "--reference changes nothing in {statistic}:",
        shell="add --statistic mean_referenced_ppb, or leave it out.",
    ),
    "corrections_need_manifest": Sentence(
        "--corrections needs a manifest whose methods have different segmentations of a subject:",
        shell="give one, or leave it out.",
    ),
    "agreement_subject_left_out": Sentence("1 subject is not in every measurement and left out: {name}."),
    "agreement_subjects_left_out": Sentence(
        "{count} subjects are not in every measurement and left out: {names}."
    ),
    # app
    "app_packages": Sentence(
        "The browser app needs further packages:",
        shell='install them with: pip install "DGMSegmentation[app]".',
    ),
    "app_of_another_checkout": Sentence(
        "The browser app that is installed is of another checkout ({path}):",
        shell='install the one here with: pip install --editable "{own}[app]".',
    ),
    # benchmark
    "tile_bad": Sentence(
        "--tile {tile!r} is no tile;", shell="write three whole numbers of voxels such as 80x110x24."
    ),
    "timed_run_failed": Sentence(
        "The run of segment that was to be timed failed, as it says above;", "mend that first."
    ),
    # convert
    "table_has_no_scheme": Sentence(
        "{path} is a table, which has no numbering:", shell="leave out --from and --to."
    ),
    "target_keeps_numbers": Sentence(
        "{name} names its segments and keeps our numbers:", shell="leave out --to."
    ),
    "wide_for_tables": Sentence("--wide is for a table that becomes a .tsv or .csv:", shell="leave it out."),
    "table_target_format": Sentence(
        "A table cannot become {name}:", shell="choose a name with .stats, .tsv or .csv."
    ),
    "dicom_seg_needs_folder": Sentence(
        "A DICOM SEG belongs to a DICOM series:", shell="name its folder with --dicom."
    ),
    "labels_target_format": Sentence(
        "Labels cannot become {name}:", shell="choose a name with .nii.gz, .nii, .seg.nrrd or .dcm."
    ),
    # demo
    "demo_labels_changed": Sentence(
        "{path} was changed after the demo wrote it:",
        shell="move it, or choose another folder with --output.",
    ),
    # commands that take a QSM alone
    "command_takes_qsm": Sentence(
        "The model {model} also needs {channels}, and dgmseg {command} takes a QSM alone:",
        shell="name another model with --model.",
    ),
    # import-keras
    "label_list_bad": Sentence(
        "--labels {labels!r} is no list of whole numbers:", shell="write them such as 0,1,2."
    ),
    # measure
    "page_name": Sentence("A report page cannot become {name}:", shell="choose a name with .html."),
    "page_one_map": Sentence(
        "A report page shows one susceptibility map:", shell="give one image in ppm or ppb with --report."
    ),
    "norms_need_page": Sentence("A table of norms is shown on the page:", shell="name one with --report."),
    # protocol
    "protocol_file_name": Sentence(
        "{path}: a protocol is a TOML file;", shell="give --output a name that ends with .toml."
    ),
    # segment
    "input_no_series": Sentence(
        "{path} is no DICOM series:", shell="leave out --dicom-seg, or give the DICOM folder."
    ),
    "channel_bad": Sentence(
        "--channel {channel!r} is not of the form NAME=FILE;",
        shell="write for example magnitude=mag.nii.gz.",
    ),
    "channel_twice": Sentence(
        "The channel {name!r} is given twice, as {one} and as {other};", "leave one of them out."
    ),
    # simulate
    "reconstruction_unknown": Sentence(
        "--reconstruction {reconstruction} is unknown:", shell="use random, {choices}."
    ),
    "simulated_channel_unknown": Sentence(
        "The simulator makes no channel {name!r}:", shell="use {choices}.", python="use {choices}."
    ),
    "simulated_voxel_size": Sentence(
        "--voxel-size does not fit a head:", shell="it must hold three sizes between 0.4 and 6 mm."
    ),
    # train
    "training_package": Sentence(
        "Training needs the package {package};",
        shell="install it with: pip install 'DGMSegmentation[train]'.",
    ),
    "training_stopped": Sentence("The training was stopped:", shell="run again with --resume to go on."),
}
