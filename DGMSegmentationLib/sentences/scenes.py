"""The scene of 3D Slicer, which the panel and the app share."""

from .wording import Sentence

SENTENCES = {
    "temporary_folder": Sentence(
        "The temporary folder {path} cannot be written ({reason}):",
        "free some space, or start the program again with TMPDIR set to another folder.",
        panel="free some space or choose another one in the application settings.",
        app="free some space, or start the program again with TMPDIR set to another folder.",
    ),
    "worker_not_started": Sentence(
        "The segmentation process could not be started ({reason}):",
        "try again, or install the program again.",
    ),
    "volume_removed": Sentence(
        "The volume {name} was removed during the run; nothing was changed:", "load it and segment again."
    ),
    "volume_replaced": Sentence(
        "The volume {name} was replaced during the run; nothing was changed:", "segment again."
    ),
}
