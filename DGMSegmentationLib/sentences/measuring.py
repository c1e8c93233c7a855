"""Measuring labels in images: references, norms, tables of ROIs."""

from .wording import Sentence

SENTENCES = {
    "labels_elsewhere": Sentence(
        "The segmentation and the image do not overlap in space:", "check that both belong to the same scan."
    ),
    "image_twice": Sentence("One image is given twice:", "name each image once."),
    # the reference
    "reference_unknown": Sentence(
        "The reference {reference} is no file, no number and none of {choices}:", "check its path."
    ),
    "region_of_fractions": Sentence(
        "{path} is no mask: it holds fractions, from {low:.3g} to {high:.3g};",
        "give a mask of one value, or a threshold, as in {path}>0.9.",
    ),
    "region_of_labels": Sentence(
        "{path} is no mask: it holds several values ({values});",
        "give a mask of one value, or say which labels, as in {path}:{example}.",
    ),
    "region_lacks_labels": Sentence("{path} has no voxel with the value {values};", "choose others."),
    "reference_voxels_left_out": Sentence(
        "The reference region {reference}: {count} of its {of} voxels lie outside the brain or carry no value, and are left out."
    ),
    "reference_word_unknown": Sentence(
        "Unknown reference {reference}:", "use none, brain, a mask file or a number in ppb."
    ),
    "reference_not_finite": Sentence(
        "The reference {reference} is no finite number:", "give a value in ppb."
    ),
    "reference_shape": Sentence(
        "The reference region {reference} has another shape than the image:", "draw it on the image."
    ),
    "reference_outside": Sentence(
        "The reference region {reference} covers no voxel of the image:", "check that it lies in the head."
    ),
    "reference_needs_mask": Sentence("A brain mask is needed to reference to the whole brain:", "give one."),
    # tables of ROIs
    "roi_table_no_column": Sentence(
        "The table {path} lacks the column {column}:", "give a long ROI table of DGMSegmentation."
    ),
    "roi_table_value": Sentence(
        "The table {path} holds a value of the wrong kind ({reason}):", "check its numbers."
    ),
    "roi_table_contradiction": Sentence("The table {path} contradicts itself.", "{problem}"),
    "row_side": Sentence(
        "The side of {abbreviation} is {side} in its row: the abbreviation of one of a pair ends with _L or _R;",
        "correct the column side or abbreviation.",
    ),
    "row_labels": Sentence(
        "The label {label} is {before} in one row and {now} in another:",
        "measure with one label set, or correct the column label or abbreviation.",
    ),
    "stats_many_images": Sentence(
        "A .stats file describes one image, and the table holds {count}:", "split it first."
    ),
    # tables of norms
    "norms_empty": Sentence(
        "The norm table {path} has no lines:", "give structure, mean_ppb and sd_ppb in each line."
    ),
    "norms_no_column": Sentence("The norm table {path} lacks the column {column}:", "add it."),
    "norms_sex": Sentence(
        "The norm table {path} has the sex {sex} in line {number}:", "write F, M, or nothing for both."
    ),
    "norms_no_number": Sentence(
        "The norm table {path} has no number in line {number} ({reason}):", "correct it."
    ),
    "norms_unknown_structure": Sentence(
        "The norm table {path} names the unknown structure {structure} in line {number}:",
        "use {choices}, with _L or _R for one side.",
    ),
    "norms_no_sd": Sentence("The norm table {path} has no positive SD in line {number}:", "correct it."),
}
