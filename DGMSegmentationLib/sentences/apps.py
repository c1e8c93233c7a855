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
    # doors
    "address_not_ours": Sentence("This address is not the one that the program printed."),
    "open_elsewhere": Sentence("DGMSegmentation is open in another window."),
    "window_not_in_use": Sentence("This window is no longer the one in use:", app="reload it to go on here."),
    "no_upload": Sentence("This is no upload of the page."),
    "upload_cut": Sentence("The file did not arrive whole:", app="choose it again."),
    "file_not_opened": Sentence("The file could not be opened."),
    "export_failed": Sentence("The file could not be made:", app="see the program's own window."),
}
