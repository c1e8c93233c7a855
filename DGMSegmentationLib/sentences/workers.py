"""The process behind the panel's and the app's button Segment, and what both say to each other."""

from .wording import Sentence

_AGAIN = {"panel": "click Segment again."}

SENTENCES = {
    "volume_gone": Sentence("The volume's temporary file {path} is gone:", "start the run again.", **_AGAIN),
    "volume_damaged": Sentence(
        "The volume's temporary file {path} is damaged:", "start the run again.", **_AGAIN
    ),
    "folder_gone": Sentence("The temporary folder {path} is gone:", "start the run again.", **_AGAIN),
    "volume_not_3d": Sentence("The volume {name} is no 3-D image of numbers:", "choose a single QSM volume."),
    "worker_killed": Sentence(
        "The segmentation process was ended by the system, probably because memory ran out:",
        "close other programs, then start the run again.",
        panel="close other programs, then click Segment again.",
    ),
    "worker_stopped": Sentence(
        "The segmentation process stopped unexpectedly (exit code {exit_code}):",
        "start the run again, and report it with the log if it happens again.",
        panel="see Details, then click Segment again.",
    ),
    "worker_unknown": Sentence("The segmentation failed: {message}"),
    # messages that the protocol does not allow: a fault of the program
    "protocol_version": Sentence(
        "The panel speaks version {panel} and the segmentation process version {worker}:",
        "restart the application so that both come from the same installation.",
    ),
    "message_too_long": Sentence(
        "A message to the segmentation process is too long:", "send volumes as files."
    ),
    "message_no_object": Sentence(
        "A message to the segmentation process is no JSON object;", "please report it."
    ),
    "request_unknown": Sentence(
        "The segmentation process does not know the request {request};", "please report it."
    ),
    "request_refused": Sentence(
        "{problem!w}", "restart the application so that both come from the same installation."
    ),
    "message_unreadable": Sentence(
        "A message to the segmentation process cannot be read:", "restart the application."
    ),
}
