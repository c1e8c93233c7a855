"""The library's sentences in words of the panel: where the command line names an option, the panel names its widget."""

import re

#: What a sentence of the library may say (a regular expression), and what the panel says instead. A test holds this table
#: against every sentence of the modules that a run in the panel imports.
_WORDS = (
    (r"or its unit with --units\b", "or choose its unit under Advanced > Units"),
    (r"say which with --units ppm or --units ppb\b", "choose one under Advanced > Units"),
    (r"give it with --channel [^ ;,]+=FILE", "choose its volume below the model"),
    (
        r"check the header and give the true size with --voxel-size",
        "check the voxel size and set the true one as Image Spacing in the module Volumes",
    ),
    (r"use --device cpu or auto\b", "choose cpu or auto under Advanced > Device"),
    (
        r"give a model file with --model, for example one that dgmseg train made",
        "choose a model file with Model > From a file",
    ),
    (r"add --overwrite to replace it, or choose another output folder", "choose another name"),
    (r"check the name, or see dgmseg models\b", "choose another model"),
    (r" \(dgmseg convert --from brings labels to ours\)", ""),
    (r"give a file made by dgmseg train(?: or import-keras)?", "choose another model file"),
)


def panel_words(sentence: str) -> str:
    """The sentence with options and commands of ``dgmseg`` replaced by what the panel offers."""
    for pattern, words in _WORDS:
        sentence = re.sub(pattern, words, sentence)
    return sentence
