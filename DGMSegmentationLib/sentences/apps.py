"""The browser app: its options, its page, and files that come in and go out."""

from .wording import Sentence

SENTENCES = {
    # options of the command
    "upload_limit_bad": Sentence(
        "--max-upload-mb {megabytes} leaves no room for a file:", shell="give 1 or more."
    ),
    "token_bad": Sentence(
        "--token is too short or holds other signs:",
        shell="it needs at least 8 letters or digits (A-Z, a-z, 0-9, - and _).",
    ),
    "port_in_use": Sentence(
        "Port {port} is in use:", shell="choose another one with --port, or leave it out."
    ),
    "port_unusable": Sentence(
        "The app cannot listen at {host}, port {port} ({reason}):", shell="choose another --host or --port."
    ),
    "language_unknown": Sentence(
        "There is no language {language!r}:", shell="choose one of {choices} with --language."
    ),
    # the button Segment
    "no_volume": Sentence("", app="Open a QSM volume first."),
    "no_model": Sentence("No model is here:", app="choose a model file with Open > Model file."),
    "model_needs_channel": Sentence(
        "This model also needs the channel {channel}, which the browser app cannot give:",
        app="use the module in 3D Slicer, or the command line.",
    ),
    "unit_waits": Sentence(
        "These labels were made with the unit {used}: {chosen} counts from the next run on (Segment)."
    ),
    # changes of a whole structure
    "margin_takes_all": Sentence(
        "Nothing was changed: one voxel less all round leaves nothing of this structure."
    ),
    "nothing_to_add": Sentence(
        "Nothing was changed: there is nothing to add here that this structure may take."
    ),
    "mirror_impossible": Sentence(
        "This structure cannot be mirrored: its other side is empty, or fewer than three pairs of structures are there."
    ),
    # questions
    "edited_labels_unsaved": Sentence(
        "The labels were edited and not saved since. Opening another file takes them away."
    ),
    "replaced_labels_unsaved": Sentence(
        "Labels that were edited by hand and then replaced by a run are hidden in the scene and not saved since (Save > "
        "Scene). Opening another volume takes them away."
    ),
    "edited_labels_replaced": Sentence(
        "The labels were edited by hand or come from a file. A new run replaces them; a hidden copy stays in the scene (.mrb)."
    ),
    "run_going_on": Sentence("A run is going on. Opening another file ends it."),
    "ends_the_run_too": Sentence("It also ends the run."),
    # uploads and the page
    "address_not_ours": Sentence("This address is not the one that the program printed."),
    "open_elsewhere": Sentence("DGMSegmentation is open in another window."),
    "window_not_in_use": Sentence("This window is no longer the one in use:", app="reload it to go on here."),
    "no_upload": Sentence("This is no upload of the page."),
    "upload_cut": Sentence("The file did not arrive whole:", app="choose it again."),
    "upload_too_large": Sentence(
        "This is larger than {megabytes} MB, the limit for uploads:",
        app="give the program the file's path when you start it, or start it with a higher limit.",
    ),
    "upload_many_files": Sentence("These are more than {limit} files:", app="choose one series."),
    "upload_none": Sentence("No file was sent:", app="choose one again."),
    "upload_no_series": Sentence(
        "These files are no DICOM series:", app="choose one NIfTI or NRRD file, or the slices of one series."
    ),
    "upload_scene": Sentence(
        "{name} is a scene for 3D Slicer:",
        app="here open the QSM, then the labels saved as NIfTI or .seg.nrrd.",
    ),
    "nrrd_wrong_name": Sentence(
        "{name} is a NRRD file by its content:", app="give it a name that ends with .nrrd."
    ),
    "nrrd_points_elsewhere": Sentence(
        "{name} is a header whose voxels lie in another file:",
        app="save the image as one .nrrd or .nii.gz file.",
    ),
    "archive_many_files": Sentence("{name} holds more than {limit} files:", app="give one series."),
    "archive_damaged": Sentence("{name} cannot be unpacked ({reason}):", app="make the zip archive again."),
    "archive_empty": Sentence("{name} is empty:", app="put the DICOM files of one series into it."),
    # volume and labels
    "labels_before_volume": Sentence(
        "", app="Open the QSM volume first, then the segmentation that belongs to it."
    ),
    "labels_none": Sentence("{name} holds no structure:", app="give a segmentation that does."),
    "labels_brought_to_grid": Sentence(
        "The segmentation had another grid and was brought to that of the volume (nearest neighbour)."
    ),
    "unit_as_chosen": Sentence(
        "The unit of {name} is not plain from its values: they are taken as {unit}, as chosen under Units."
    ),
    "edited_meanwhile": Sentence(
        "The labels were edited while the run went on, so they stay; those of the run are hidden in the scene (.mrb):",
        app="click Segment again to replace the edited ones.",
    ),
    "protocol_waits": Sentence("", app="Click Segment to label by this protocol."),
    "protocol_waits_for_edits": Sentence(
        "The labels were edited, so they stay:",
        app="click Segment to replace them by those of this protocol.",
    ),
    "export_unknown": Sentence("There is no export named {name}:", app="reload the page."),
    "nothing_to_save": Sentence("There is nothing to save yet:", app="open a QSM volume first."),
    "no_labels_yet": Sentence(
        "There are no labels yet:", app="click Segment, paint, or open a segmentation."
    ),
    "file_not_opened": Sentence("The file could not be opened."),
    "export_failed": Sentence("The file could not be made:", app="see the program's own window."),
}
