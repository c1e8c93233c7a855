"""Reading and writing files of any kind, and tables."""

from .wording import Sentence

SENTENCES = {
    # reading
    "file_missing": Sentence("{path} does not exist:", "check the path."),
    "file_empty": Sentence("{path} is empty:", "copy or export it again."),
    "file_forbidden": Sentence(
        "{path} cannot be opened (no permission):", "change its permissions or copy it."
    ),
    "file_unreadable": Sentence("{path} cannot be read ({reason}):", "copy or export it again."),
    "file_special": Sentence(
        "{path} is a pipe, a socket or a device, not a file:", "save what it gives to a file first."
    ),
    "file_unknown_format": Sentence(
        "{path} is neither NIfTI nor NRRD, whatever its name says, or it is cut:", "copy or export it again."
    ),
    "file_beyond_memory": Sentence(
        "{path} does not fit into memory:", "check that it holds one brain volume."
    ),
    "folder_closed": Sentence("{path} cannot be opened ({reason}):", "change its permissions."),
    "link_broken": Sentence("{path} is a link to {target}, which is not there:", "mend the link."),
    "file_in_lfs": Sentence(
        "{path} is only a Git LFS pointer, without the content:", "run git lfs pull, then again."
    ),
    "file_annexed": Sentence(
        "{path} is only a link to git-annex' (DataLad's) content, which is not here:",
        "run datalad get {path}, then again.",
    ),
    # writing
    "outputs_same_name": Sentence("Two outputs have the same name:", "give each a file of its own."),
    "name_not_utf8": Sentence(
        "The name of {path!r} is no UTF-8 text, so that no table could tell it:", "rename the file."
    ),
    "name_too_long": Sentence(
        "The name {path} is too long ({length} bytes, here at most {longest}):",
        "rename the image.",
        shell="rename the image or make a link to it with a shorter name.",
    ),
    "output_is_folder": Sentence("{path} is a folder:", "give another name for the output."),
    "output_exists": Sentence(
        "{path} exists already:",
        shell="add --overwrite to replace it, or choose another output folder.",
        panel="choose another name.",
        python="pass overwrite=True to replace it, or choose another output folder.",
    ),
    "outputs_in_use": Sentence(
        "Another run is writing the results of {name} in {path}:",
        "wait until it ends, or choose another output folder.",
    ),
    "set_finished": Sentence(
        "{path}: a run on {name} was stopped amid the writing of its results, which were brought to their places now."
    ),
    "set_unfinished": Sentence(
        "{path}: the results of {name} are being written, or a run was stopped amid it; they may not belong together."
    ),
    "set_foreign_name": Sentence(
        "{path} names {name!r}, which is no file of its own:", "remove that folder."
    ),
    "output_parent_is_file": Sentence(
        "{path} is a file, so {folder} cannot be an output folder:", "choose another one."
    ),
    "export_name": Sentence("This cannot be saved as {name}:", "choose a name that ends in {suffixes: or }."),
    "folder_missing": Sentence("There is no folder {path}:", "choose one that exists."),
    "folder_unwritable": Sentence(
        "Nothing can be written into {path} ({reason}):", "choose another output folder."
    ),
    "disk_full": Sentence(
        "{path} could not be written because the disk is full:", "free some space and run again."
    ),
    "file_unwritten": Sentence("{path} could not be written ({reason}):", "check the disk and run again."),
    "file_unwritable": Sentence("{path} cannot be written ({reason}):", "choose another output folder."),
    # tables
    "lookup_name_taken": Sentence(
        "The lookup table of {labels} would replace {path}, which is another table:", "choose another name."
    ),
    "sidecar_name_taken": Sentence(
        "What is to be known of the table {table} would replace {path}, which is another file:",
        "choose another name.",
    ),
    "table_unreadable": Sentence(
        "The table {path} cannot be read ({reason}):", "give a UTF-8 .tsv or .csv file."
    ),
    "table_empty": Sentence("The table {path} is empty:", "give one with a header line."),
    "table_row_length": Sentence(
        "The table {path} has {cells} cells in line {number} and {columns} columns:",
        "check its separator (.csv comma, .tsv tab).",
    ),
    "table_target_unknown": Sentence("A table cannot become {name}:", "choose a name with .tsv or .csv."),
    # values that come from outside
    "json_unreadable": Sentence("{what} is no readable JSON ({reason});", "correct it or make it again."),
    "value_missing": Sentence("{what}: '{place}' is missing;", "add it."),
    "value_choice": Sentence("{name} must be one of {choices}, not {given};", "correct it."),
    "value_wrong": Sentence("{name} must be {wanted}, not {given};", "correct it."),
    "value_refused": Sentence("{name} is refused: {reason};", "correct it."),
    "value_too_deep": Sentence(
        "{what} is nested too deeply or holds numbers that are too large;", "correct it or make it again."
    ),
    "setting_unknown": Sentence("{what}: '{place}' is no known setting;", "those known here are {choices}."),
    # BIDS folders
    "name_unusable": Sentence("{where} can make no file name;", "use the letters a to z and digits."),
    "map_misplaced": Sentence(
        "{path} names another subject or session than its folder:", "rename or move it."
    ),
    "maps_elsewhere": Sentence(
        "{path} holds no sub-*/anat/*_Chimap.nii.gz, and {elsewhere} does:", "give that folder."
    ),
    "participant_ambiguous": Sentence(
        "{path}: {text} could be {names: or }, and is left out:", "write the whole name."
    ),
    "participants_unmatched": Sentence("{path}: {rows} of no subject of this folder."),
    "participants_lacking": Sentence("{path}: no row for {subjects}."),
    "participants_twice": Sentence("{path}: several rows for {subjects}; where they differ, neither counts."),
    "ages_unreadable": Sentence("{path}: {ages} cannot be read and count as unknown."),
    "ages_bounded": Sentence("{path}: {ages} taken as the number, though a bound."),
    "label_files_many": Sentence(
        "{name}: more than one label file ({names});", "keep one, or use a TSV table to choose."
    ),
    "derivatives_is_file": Sentence("{path} is a file:", "give a folder for the derivatives."),
    "derivatives_is_source": Sentence(
        "{path} is the folder of the images:", "give another one, for example {suggested}."
    ),
    "derivatives_foreign": Sentence(
        "{path} already holds subjects of something else:", "give a folder of its own."
    ),
    "derivatives_unreadable": Sentence("{path} cannot be read:", "give another output folder."),
    "derivatives_other_tool": Sentence(
        "{path} belongs to another dataset ({name}):", "give a folder of its own."
    ),
}
