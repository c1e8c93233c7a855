"""What can go wrong anywhere: causes outside of this program, and faults of its own."""

from .wording import Sentence

SENTENCES = {
    "cancelled": Sentence("The run was cancelled; nothing was written."),
    "out_of_memory": Sentence(
        "The computer ran out of memory:", "close other programs or choose a smaller model, then try again."
    ),
    "library_missing": Sentence(
        "The segmentation process does not find {package}, a part of DGMSegmentation itself:",
        "install DGMSegmentation again.",
        panel="install the extension again, or add its whole checkout, not only one folder of it.",
    ),
    "package_missing": Sentence(
        "The Python package {package} is missing:",
        "install it with: pip install {package}.",
        panel="install it with the button Install in the panel.",
        app="install DGMSegmentation with the extra app again.",
    ),
    "file_access": Sentence(
        "The file {path} could not be read or written ({reason}):", "check the disk and try again."
    ),
    "some_file_access": Sentence(
        "A file could not be read or written ({reason}):", "check the disk and try again."
    ),
    "path_unreachable": Sentence(
        "{path} cannot be reached ({reason}):", "check the path and its permissions."
    ),
    "unexpected": Sentence(
        "{step} failed",
        "({type}: {text}); please report it.",
        shell="({type}: {text}); run again with --debug and report what it shows.",
        panel="({type}): see Details and report it with the log.",
    ),
}
