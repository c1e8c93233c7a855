"""Training: data, presets, runs."""

from .wording import Sentence

SENTENCES = {
    "training_labels_unlisted": Sentence(
        "{path} holds the value {values}, which label scheme {scheme} does not list:",
        shell="choose the scheme that fits (--set data.labels=freesurfer, segdgm, or a TOML file with a table [labels]) or "
        "give a segmentation of the label set {label_set}.",
        python="choose the scheme that fits (data.labels in the preset: freesurfer, segdgm, or a TOML file with a table "
        "[labels]) or give a segmentation of the label set {label_set}.",
    ),
}
