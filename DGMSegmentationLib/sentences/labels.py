"""Label sets, label files and labelling protocols."""

from .wording import Sentence

SENTENCES = {
    # label sets
    "label_set_unknown": Sentence(
        "There is no label set {name}:", "give a table of structures (.tsv), or {shipped: or }."
    ),
    "label_set_unreadable": Sentence(
        "The label set {label_set} cannot be read:", "give a table as UTF-8 .tsv or .csv."
    ),
    "label_set_cells": Sentence(
        "The label set {label_set} has lines with more or fewer cells than columns:", "mend it."
    ),
    "label_set_line": Sentence(
        "The label set {label_set} has a line without label or name:", "give both in each line."
    ),
    "label_set_lacks": Sentence(
        "A structure of the label set {label_set} lacks its label, abbreviation or name:", "add it."
    ),
    "label_set_value": Sentence(
        "The label set {label_set} has a wrong value in the column {column}: {value!r};", "correct it."
    ),
    "label_set_number": Sentence(
        "The label set {label_set} has no number in the column {column}: {value};", "correct it."
    ),
    "label_set_none": Sentence("This is no label set:", "it needs a name and a list of structures."),
    "label_set_empty": Sentence("The label set {label_set} holds no structure:", "give it at least one."),
    "label_set_twice": Sentence(
        "The label set {label_set} gives the {what} to {first} and to {second}:",
        "each structure needs its own.",
    ),
    "label_set_sides": Sentence(
        "The label set {label_set} has {nucleus} both with and without a side:", "rename one of them."
    ),
    "label_set_no_label": Sentence(
        "The label set {label_set} has no structure with the label {label}:", "it has {labels}."
    ),
    "label_set_no_structure": Sentence(
        "The label set {label_set} has no structure {abbreviation}:", "it has {abbreviations}."
    ),
    # a structure
    "structure_label": Sentence(
        "The label set {label_set}, {structure}: the label {label} is no whole number from 1 to {largest};",
        "correct it.",
    ),
    "structure_side": Sentence(
        "The label set {label_set}, {structure}: the side {side} is none of L, R and nothing;", "correct it."
    ),
    "structure_abbreviation": Sentence(
        "The label set {label_set}, {structure}:",
        "an abbreviation is made of letters, digits and hyphens, and ends with _L or _R when the column side says so, else "
        "not.",
    ),
    "structure_name": Sentence(
        "The label set {label_set}, {structure}:", "it needs a name in one line, without | ~ and ^."
    ),
    "structure_color": Sentence(
        "The label set {label_set}, {structure}: the colour {color} is not of the form #RRGGBB;",
        "correct it.",
    ),
    "structure_range": Sentence(
        "The label set {label_set}, {structure}: the range {low:g} to {high:g} is empty;", "correct it."
    ),
    # label files
    "labels_not_whole": Sentence(
        "{path} is not a label map (its values are not small whole numbers):", "give a segmentation."
    ),
    "labels_unlisted": Sentence(
        "{path} holds the value {values}, which label scheme {scheme} does not list:",
        shell="choose the scheme that fits (dgmseg convert --from brings labels to ours) or give a segmentation of the label "
        "set {label_set}.",
        panel="choose a segmentation of the label set {label_set}.",
        python="choose the scheme that fits (scheme=) or give a segmentation of the label set {label_set}.",
    ),
    "labels_left_out": Sentence(
        "{path}: the values {values} are left out, for the label scheme {scheme} does not list them."
    ),
    "labels_one_value": Sentence(
        "{path} holds the value {value} alone, and nothing says which structure that is:",
        "name it, one of {choices}.",
        shell="name it with --structure, one of {choices}.",
        python="name it as structure=, one of {choices}.",
    ),
    "labels_few_numbers": Sentence(
        "{path} holds only the values {values}, and nothing says which structures these are:",
        "put a lookup table with index and name beside it (its name with .tsv).",
        shell="put a lookup table with index and name beside it (its name with .tsv), or say --labels {label_set} if these are "
        "its numbers.",
        python="put a lookup table with index and name beside it (its name with .tsv), or give label_set if these are its "
        "numbers.",
    ),
    "labels_odd_number": Sentence(
        "{path}: the value {value} would be {structure}, with {volume:.0f} mm3 something else, and nothing says what it is:",
        "put a lookup table with index and name beside it (its name with .tsv).",
    ),
    "labels_foreign_names": Sentence(
        "{path} names no structure of ours ({names});",
        "name what is to be measured {choices}, or alike (Left putamen, putamen_l).",
    ),
    "structure_needs_mask": Sentence(
        "{path} is no mask of {structure} alone (its values are {values}):",
        "leave the structure out, or give a mask.",
        shell="leave out --structure, or give a mask.",
        python="leave out structure=, or give a mask.",
    ),
    "segment_by_value": Sentence(
        "{where}: the segment {name} is taken for {structure} by its number {value}."
    ),
    "segment_contradiction": Sentence(
        "{where}: the segment {name} is taken for {taken} by its name, though it is marked as {other}."
    ),
    "segments_left_out": Sentence(
        "{where}: left out, for the label set {label_set} has no structure of that name: {names}."
    ),
    "segments_twice": Sentence(
        "{path} holds {structure} twice (the segments {first} and {second}):", "rename or delete one of them."
    ),
    "layers_overlap": Sentence(
        "{path}: the segments of {first} and {second} overlap in {count} voxels:",
        "mend that, for a voxel can be measured in one structure only.",
    ),
    "layers_unnamed": Sentence(
        "{path} holds {count} layers of overlapping segments, and its header does not say which segments these are:",
        "save it again in 3D Slicer, or as a label map.",
    ),
    "labels_other_grid": Sentence(
        "{path} is on another grid than {image};", "resample the labels to the QSM."
    ),
    "scheme_unknown": Sentence("The label scheme {scheme} is unknown:", "choose one of {choices}."),
    "lookup_wrong": Sentence("The lookup table {path} tells what {name} holds, and is none:", "{problem}"),
    "lookup_unused": Sentence(
        "{path} lies beside {name} and is no lookup table, for it has no columns index and name: {name} is read by its numbers."
    ),
    "lookup_twice": Sentence("Its values {values: and } are both {structure};", "rename one of them."),
    # protocols
    "protocol_unknown": Sentence(
        "There is no protocol {name!r} (bundled: {bundled});",
        "give a TOML file, for example one that was fitted.",
        shell="give a TOML file, for example one that dgmseg protocol fit made.",
    ),
    "protocol_unreadable": Sentence(
        "{path} cannot be read as a protocol ({reason});",
        "compare one that ships.",
        shell="compare dgmseg protocol show.",
    ),
    "protocol_no_structures": Sentence(
        "{where}: a protocol needs tables [structures.NAME];",
        "compare one that ships.",
        shell="compare dgmseg protocol show.",
    ),
    "protocol_key": Sentence("{where}: {key!r} is no key of a protocol;", "use {choices}."),
    "protocol_no_table": Sentence("{where} must be a table;", "correct it."),
    "protocol_structure": Sentence("{where}: there is no such structure;", "use {choices}."),
    "protocol_threshold": Sentence(
        "{where}: the threshold {threshold} must lie between .05 and .95;", "correct it."
    ),
    "protocol_no_parts": Sentence("{where} needs at least one [[structures.{structure}.parts]];", "add it."),
    "protocol_no_atoms": Sentence("{where}: a part needs atoms,", 'for example atoms = ["GPE", "GPI"].'),
    "protocol_atom": Sentence("{where}: there is no atom {atom!r};", "use {choices}."),
    "protocol_atom_twice": Sentence("{where}: a part names the atom {atom} twice;", "name it once."),
    "protocol_nothing_left": Sentence(
        "{where}: {key} = {mm:g} and {other} = {limit:g} leave nothing between them;", "correct one of them."
    ),
    "protocol_number": Sentence("{where} must be a number, not {value!r};", "correct it."),
    "protocol_three_numbers": Sentence("{where} must hold three numbers:", "lateral, anterior, superior."),
    "protocol_range": Sentence("{where} must lie between {low:g} and {high:g};", "correct it."),
    "protocol_needed": Sentence(
        "The model {model} tells parts of nuclei apart, of which a protocol makes structures:",
        "choose one instead of none.",
    ),
    "protocol_not_of_model": Sentence(
        "The protocol {protocol} is made of parts that the model {model} does not tell apart ({parts}):",
        "leave it out, or choose another model.",
    ),
    "relabel_one_convention": Sentence(
        "The model {model} has one labelling convention only:",
        "run segment with a model of atoms to change it.",
    ),
    "fit_no_cases": Sentence(
        "There are no corrected cases:", "give at least one image with its corrected labels."
    ),
    "fit_no_map": Sentence(
        "{path}: there is no such map;",
        "give a map and its labels, a BIDS folder or a table.",
        shell="give QSM=LABELS, a BIDS folder or a table.",
    ),
    "fit_no_labels": Sentence(
        "{path}: no corrected labels {stem}{tail} lie beside it;",
        "name them, too.",
        shell="give QSM=LABELS.",
    ),
    "fit_perhaps_automatic": Sentence(
        "{path} has no name of a correction (*{tail}), and is taken for one:",
        "name the labels when the corrected ones are others.",
        shell="give QSM=LABELS when the corrected labels are others.",
    ),
    "protocol_structures_strange": Sentence(
        "No labelling protocol can name {structures}:", "use the model without a protocol."
    ),
    "fit_no_structures": Sentence(
        "The corrected cases hold no structure of this protocol:", "check their labels."
    ),
    "fit_no_gain": Sentence(
        "Fitting gains nothing on left-out {left_out} (mean Dice {dice:.3f} as it is):",
        "go on with the protocol {protocol}.",
    ),
}
