"""Comparing segmentations with references, and measurements with each other."""

from .wording import Sentence

SENTENCES = {
    # overlap
    "overlap_other_grid": Sentence(
        "The {what} {path} lies on another grid than the reference segmentation ({shape: x } against {expected: x } voxels, "
        "or another position):",
        "score a segmentation on the reference's own grid.",
    ),
    "overlap_other_set": Sentence(
        "The segmentation knows {known}, the reference {wanted}:", "score labels of one set."
    ),
    "folder_no_images": Sentence(
        "{path} holds no image files:", "give the folder of .nii.gz or .nrrd files."
    ),
    "two_files_of_a_case": Sentence(
        "{other} and {path} seem to be of the same case:", "list the pairs in a manifest instead."
    ),
    "no_file_for": Sentence("{path} holds no file for {names}:", "add it, or list the pairs in a manifest."),
    "no_reference_for": Sentence("{path} holds no reference for {names}: left out."),
    "pairs_empty_value": Sentence(
        "The manifest {path} lacks values in the column {column}:",
        "give prediction, reference (subject, image) in each line.",
    ),
    "pairs_unclear": Sentence(
        "It is not clear what is compared with what:",
        "give a prediction and a reference (two files or two folders), or a .tsv manifest of pairs.",
    ),
    "pairs_image_option": Sentence(
        "One image cannot be told to the lines of {path}:",
        "name each image in its column image.",
    ),
    "pairs_mixed": Sentence(
        "One of the two is a file and the other a folder:", "give two files or two folders."
    ),
    # agreement
    "agreement_one_method": Sentence(
        "Agreement needs two measurements of the same subjects:", "give two images or tables."
    ),
    "agreement_statistic": Sentence("Agreement of {statistic} is not offered:", "choose {choices}."),
    "agreement_twice": Sentence(
        "{method} holds {structure} of subject {subject} twice:",
        "give one measurement a subject.",
        shell="give one measurement a subject, or compare the images of one table with --by (such as --by acq).",
    ),
    "agreement_no_subjects": Sentence(
        "The measurements have no subject in common:", "check the subject names."
    ),
    "agreement_no_references": Sentence(
        "The measurements hold no referenced means:",
        "measure with a reference, or compare mean_ppb.",
        shell="measure with --reference, or compare mean_ppb.",
    ),
    "agreement_references": Sentence(
        "The means of {subject} have different references, {reference} in {other} and {second} in {method}:",
        "measure both with one reference, or compare mean_ppb.",
        shell="measure both with one --reference, or compare mean_ppb.",
    ),
    "tables_same_name": Sentence("Two of the tables have the same folder and name:", "rename one."),
    "image_without_entity": Sentence(
        "The image {image} in {path} has no {entity}- in its name:",
        "choose another entity, or give one table a method.",
        shell="choose another --by, or give one table a method.",
    ),
    "manifest_empty_value": Sentence(
        "The manifest {path} lacks values in the column {column}:", "give {columns} in each line."
    ),
    "image_without_labels": Sentence(
        "{path} is an image:",
        "name the labels to measure it with, or give ROI tables.",
        shell="name the labels to measure it with (--segmentation), or give ROI tables.",
    ),
    "labels_resampled": Sentence("The segmentation was resampled to the grid of {path}."),
    "plot_name": Sentence(
        "{path}: a plot is written as .png, .pdf or .svg;", "give it one of these endings."
    ),
}
