"""Model files, networks, and weights of Keras."""

from .wording import Sentence

_CHOOSE = {"panel": "choose another model file."}

SENTENCES = {
    # model files
    "model_unknown": Sentence(
        "There is no model {name!r} (bundled: {bundled});",
        shell="give a model file with --model, for example one that dgmseg train made.",
        panel="choose a model file with Model > From a file.",
        python="give the path of a model file.",
    ),
    "model_file_missing": Sentence(
        "{path}: there is no such model file;",
        "check the name.",
        shell="check the name, or see dgmseg models.",
        panel="choose another model.",
    ),
    "model_is_folder": Sentence("{path} is a folder;", "give a .safetensors model file."),
    "model_damaged": Sentence("{path} is cut, damaged, or no model file;", "get it again."),
    "model_altered": Sentence(
        "{path} was altered after it was made (checksum differs);", "get the file again."
    ),
    "model_foreign": Sentence(
        "{path} is no DGMSegmentation model;",
        "give a file made by training or import.",
        shell="give a file made by dgmseg train or import-keras.",
        **_CHOOSE,
    ),
    "model_foreign_header": Sentence(
        "The file is not a DGMSegmentation model;",
        "give a file made by training.",
        shell="give a file made by dgmseg train.",
        **_CHOOSE,
    ),
    "model_newer": Sentence(
        "The model file was made by a newer DGMSegmentation;", "update this one to use it."
    ),
    "model_header_unreadable": Sentence("{path}: the header cannot be read;", "get the file again."),
    "model_header_bad": Sentence("{path}:", "{problem}"),
    "model_header_no_network": Sentence(
        "{model}: its header describes no network ({reason});", "get the file again."
    ),
    "model_weights_differ": Sentence(
        "{model}: weights and header do not belong together;", "get the file again."
    ),
    "model_coordinates_differ": Sentence(
        "{model}: network and preprocessing disagree on coordinates;", "get the file again."
    ),
    "model_reach": Sentence("{model}: its network looks at more than a head;", "get the file again."),
    "model_not_finite": Sentence(
        "{model}: some weights are no numbers (NaN or infinite);", "train it again."
    ),
    "network_channels": Sentence(
        "{what} are for another number of channels than {channels};", "get the file again."
    ),
    "channels_wrong": Sentence(
        "The channels of a model begin with qsm and have different names;", "get the file again."
    ),
    "preprocessing_channels": Sentence(
        "Preprocessing: windows needs one (low, high) pair for each of the model's channels;",
        "get the file again.",
    ),
    "member_labels": Sentence(
        "The labels of a network are 0 and others after it, not {labels};", "get the file again."
    ),
    "member_label_unknown": Sentence(
        "The label {label} of a network is no structure that is known here;",
        "get the file again, or update this program.",
    ),
    "member_prefixes": Sentence("Two networks of a model file have the same prefix;", "get the file again."),
    "prior_box_empty": Sentence(
        "The prior box of a model ends where it begins, or before;", "get the file again."
    ),
    "model_file_name": Sentence("{path}: a model file ends in .safetensors;", "give such a name."),
    # networks
    "network_unknown": Sentence("There is no network '{network}';", "choose one of {choices}."),
    "network_options": Sentence(
        "The network '{network}' cannot be built from these options: {reason};", "correct them."
    ),
    # weights of Keras
    "h5py_missing": Sentence(
        "Reading Keras weights needs the package h5py, which is not installed;",
        'run: pip install "DGMSegmentation[keras]".',
    ),
    "weights_missing": Sentence("{path}: there is no such weights file;", "check the path."),
    "keras_no_weights": Sentence(
        "{path} is an HDF5 file without Keras 2 weights (no layer_names);",
        "save it again with Keras 2's model.save_weights('weights.h5').",
    ),
    "keras_links": Sentence(
        "{path} does not hold {name} itself but refers to another place for it, which is not followed:",
        "save the weights again with Keras.",
    ),
    "keras_damaged": Sentence("{path} is cut, damaged, or no HDF5 file of weights;", "get it again."),
    "keras_layer_other": Sentence(
        "{path}: layer '{layer}' holds something else than weights;", "get the file again."
    ),
    "keras_layer_not_finite": Sentence(
        "{path}: layer '{layer}' holds weights that are not finite;", "get the file again."
    ),
    "keras_layer_kind": Sentence(
        "{path}: layer '{layer}' with weights of shapes {shapes:; } is neither a convolution with bias, nor PReLU, nor batch "
        "normalisation; the two original networks have no other layers,",
        "give the weights of one of these.",
    ),
    "keras_layer_order": Sentence(
        "{path}: layer '{layer}' (number {number} with weights) is a {kind}, where {network} has a {expected};",
        "check the network.",
        shell="check --network.",
    ),
    "keras_layer_count": Sentence(
        "{path} has {count} layers with weights, {network} has {expected};",
        "check the network.",
        shell="check --network.",
    ),
    "keras_layer_not_3d": Sentence("{path}: layer '{layer}' is no 3-D convolution;", "check the file."),
    "keras_layer_shape": Sentence(
        "{path}: '{role}' of layer '{layer}' has the shape {shape}, which does not fit {name} there;",
        "check the network and that it was built for channels first.",
        shell="check --network and that the network was built for channels first.",
    ),
    "keras_networks": Sentence(
        "Weights cannot be imported for the network '{network}';", "choose one of {networks}."
    ),
    "keras_window": Sentence("The window {window} is no positive number of ppb;", "give one."),
    "keras_labels_needed": Sentence(
        "{path}: the last layer gives {classes} classes instead of {expected};",
        "say which labels they are with labels, for example (0, 1, 2).",
        shell="say which labels they are with --labels, for example 0,1,2.",
    ),
    "keras_labels_count": Sentence(
        "{path}: the last layer gives {classes} classes;",
        "give as many different labels between 0 and {largest}, with 0 for background first.",
        shell="--labels needs as many different labels between 0 and {largest}, with 0 for background first.",
    ),
}
