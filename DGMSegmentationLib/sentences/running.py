"""Running the network on a device, and what becomes of its answer."""

from .wording import Sentence

SENTENCES = {
    # options
    "option_unknown": Sentence("There is no option {option}:", "choose of {choices}."),
    "option_wrong": Sentence("The option {option} is {value!r}:", "give {expected}."),
    "model_one_sided": Sentence(
        "The model {model} knows one side of a structure only ({structure}), so its result cannot be averaged with that of the "
        "mirrored head:",
        "leave flip averaging off.",
    ),
    # the device
    "device_unknown": Sentence("Device {device!r} is none of {choices};", "choose one of these."),
    "device_unusable": Sentence(
        "Device {device} cannot be used: {reason};",
        shell="use --device cpu or auto.",
        panel="choose cpu or auto under Advanced > Device.",
        python="use device='cpu' or 'auto'.",
    ),
    "device_left": Sentence("{device} cannot be used ({reason}); running on the CPU instead."),
    "device_visible_only": Sentence(
        "{device} is visible but cannot be used ({reason}); running on the CPU instead."
    ),
    "backend_unknown": Sentence("Backend {backend!r} is none of {choices};", "choose one of these."),
    "openvino_missing": Sentence(
        "OpenVINO is not installed;", "install the extra fast-cpu, or leave the choice to auto."
    ),
    "peers_missing": Sentence(
        "Not installed: {packages};", "install the extra peers, or leave that part out."
    ),
    "tiles_smaller": Sentence("Out of memory on {device}; trying again with tiles of {tile: x } voxels."),
    "memory_of_device": Sentence("Out of memory on {device}; going on with the CPU."),
    "memory_for_network": Sentence(
        "This computer has too little free memory for the network;", "close other programs."
    ),
    # the answer
    "connectivity_unknown": Sentence(
        "Connectivity {connectivity} is none of 6, 18 and 26;", "choose one of these."
    ),
    "region_larger": Sentence(
        "A structure reaches the border of the region where it is expected; searching a larger one."
    ),
    "region_whole": Sentence(
        "A structure reaches the border of the region where it is expected; searching the whole volume."
    ),
    "sign_flipped": Sentence(
        "The sign of the map looks flipped, for the network is sure of most structures only with the other one: iron "
        "should be positive;",
        "multiply the map by -1 and run again.",
    ),
    "structure_missing": Sentence(
        "{name} was not found;", "look at the image, its unit and its orientation."
    ),
    "results_unwritten": Sentence(
        "The results could not be written to {folder} ({reason});",
        "free space or choose another folder.",
        shell="free space or choose --output.",
    ),
    "drawing_failed": Sentence(
        "The picture and the report page could not be drawn ({type}: {text}); labels and tables are complete."
    ),
    "sample_missing": Sentence(
        "No sample volume ships with this version;",
        "give a QSM of your own.",
        shell="give a QSM to dgmseg segment.",
    ),
}
