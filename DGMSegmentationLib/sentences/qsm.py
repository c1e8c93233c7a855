"""Is it a QSM, in which unit, of a human head, on which grid: what opening a case may say."""

from .wording import Sentence

_UNIT = {
    "shell": "say which with --units ppm or --units ppb.",
    "panel": "choose one under Advanced > Units.",
    "python": "say which with units='ppm' or units='ppb'.",
}
_TRUE_SIZE = {
    "shell": "check the header and give the true size with --voxel-size.",
    "panel": "check the voxel size and set the true one as Image Spacing in the module Volumes.",
    "app": "check the header, and open a file with the true voxel size.",
    "python": "check the header and give the true size as voxel_size.",
}

SENTENCES = {
    # unit
    "unit_unknown": Sentence("Unit {unit} is unknown:", "choose auto, ppm or ppb."),
    "unit_unclear": Sentence(
        "The unit of {image} is unclear: the middle 98 % of the brain's values span {spread:.3g}, which fits neither ppm "
        "(below 3) nor ppb (30 to 3000), but perhaps {guesses:, };",
        **_UNIT,
    ),
    "unit_contradiction": Sentence(
        "{name} is taken as {taken} from its values, but its header or sidecar says {stated}:", **_UNIT
    ),
    "brain_not_finite": Sentence(
        "There is no finite value inside the brain in {image}:", "check which file it is."
    ),
    "values_of_labels": Sentence(
        "The values in {image} are those of a label map or mask (few whole numbers, none negative):",
        "give the QSM itself.",
    ),
    "values_with_offset": Sentence(
        "The values in {image} lie around {middle:.6g}, none below 0, and the middle 98 % span only {spread:.3g}: a constant of "
        "about {offset:.6g} was added to the map, as exports without negative numbers do;",
        "subtract it from all voxels in the brain (leave the background 0), and run again.",
    ),
    "values_no_qsm": Sentence(
        "The values in {image} look like {problem}, not a QSM:",
        shell="give the susceptibility map, or its unit with --units.",
        panel="give the susceptibility map, or choose its unit under Advanced > Units.",
        python="give the susceptibility map, or its unit with units=.",
    ),
    # the head
    "brain_missing": Sentence(
        "There is no brain in {image} (only zeros, NaN or one constant value):", "check which file it is."
    ),
    "brain_unmasked": Sentence(
        "The image is not masked (no background was found): the whole volume is taken as the brain."
    ),
    "brain_size": Sentence(
        "The brain in {image} measures {extent:.0f} mm {direction} with voxels of {voxel_size: x } mm, as no human brain does:",
        **_TRUE_SIZE,
    ),
    "brain_volume": Sentence(
        "The brain in {image} has {volume:.0f} ml with voxels of {voxel_size: x } mm, as no human brain has:",
        **_TRUE_SIZE,
    ),
    "brain_size_unusual": Sentence(
        "The brain measures {extents: and }, which is unusual:",
        shell="check the header and give the true size with --voxel-size if it is wrong.",
        panel="check the voxel size and set the true one as Image Spacing in the module Volumes if it is wrong.",
        app="check the header, and open a file with the true voxel size if it is wrong.",
        python="check the header and give the true size as voxel_size if it is wrong.",
    ),
    "brain_proportions": Sentence(
        "The brain is {length:.2f} times as long and {height:.2f} times as high as wide with voxels of {voxel_size: x } mm (most "
        "are 1.25 and 1.05 times): its voxel size or its orientation is probably wrong:",
        shell="check the header and give the true size with --voxel-size if it is wrong.",
        panel="check the voxel size and set the true one as Image Spacing in the module Volumes if it is wrong.",
        app="check the header, and open a file with the true voxel size if it is wrong.",
        python="check the header and give the true size as voxel_size if it is wrong.",
    ),
    "brain_cut": Sentence(
        "The brain ends abruptly ({directions}), as if a part of the head were cut away or masked:",
        "check that all nuclei are whole before you use the numbers.",
    ),
    "brain_in_parts": Sentence(
        "Beside the largest piece of brain the volume holds others, of {share:.0f} % of its size: two images in one, or a "
        "damaged mask; only the largest is used:",
        "look at the image.",
    ),
    "brain_porous": Sentence(
        "{share:.0f} % of the brain is masked away in places inside it, as by a threshold on the map:",
        "mask the whole brain, and make the map again.",
    ),
    "slices_moved": Sentence(
        "From one slice to the next the brain jumps by {jump:.0f} mm: slices are displaced, missing or in a wrong order;",
        "look at the image from the side.",
    ),
    "size_doubted": Sentence("{doubt!w}", "check its header, volumes depend on it."),
    "voxel_sizes_differ": Sentence(
        "The labels {path} have as many voxels as {image}, of {labels: x } mm instead of {own: x } mm, so one header is wrong:",
        shell="give the true size, for example --voxel-size {labels:,}.",
        panel="correct the volume's spacing in the module Volumes.",
        python="give the true size as voxel_size.",
    ),
    "voxel_size_bad": Sentence(
        "The voxel size {given} is none;", "write three positive numbers in mm such as 0.94,0.94,3."
    ),
    "orientation_bad": Sentence(
        "The orientation {given!r} is none;",
        "write three letters, one each of L or R, A or P, S or I, such as LPS: where the array's axes point to.",
    ),
    # further channels
    "channel_unknown": Sentence(
        "The model takes no channel {name!r} (further channels: {channels});", "leave it out."
    ),
    "channel_missing": Sentence(
        "The model also needs the channel {name!r};",
        shell="give it with --channel {name}=FILE.",
        panel="choose its volume below the model.",
        app="choose another model, or use the module in 3D Slicer.",
        python="give it in extra_channels.",
    ),
    "channel_other_grid": Sentence(
        "{channel} is on another grid than the QSM;", "resample it to the QSM first."
    ),
    "channel_elsewhere": Sentence(
        "{channel} shows only {share:.0f} % of the brain in the QSM, as its header places it:",
        "give an image of the whole head whose header says where it lies, or one that is resampled to the QSM.",
    ),
    "channel_blank": Sentence(
        "{channel} holds one value in all of the brain:",
        "check which file it is; the model expects an image.",
    ),
    "channel_too_far": Sentence(
        "{channel} fits the QSM only when it is moved by {shift:.0f} mm and turned by {angle:.0f} degrees, which is too much "
        "to be trusted:",
        "register it to the QSM first, and look at the result.",
    ),
    "channel_disagrees": Sentence(
        "{channel} and the QSM do not seem to show the same head: no place was found in which they agree:",
        "check which file it is, and where its header places it.",
    ),
    "channel_mirrored": Sentence(
        "{channel} fits the QSM better with left and right exchanged:",
        "check how it was converted, and which of the two is right; correct its header or its array.",
    ),
    "channel_partial": Sentence(
        "{channel} holds something in only {share:.0f} % of the brain; elsewhere the model sees nothing of it:",
        "give an image of the whole brain, or look at the labels beyond it.",
    ),
    "channel_moved": Sentence(
        "{channel} was off, and was moved by {shift:.1f} mm and turned by {angle:.1f} degrees to fit the QSM:",
        "look at both images.",
    ),
    "channels_count": Sentence(
        "The model wants {wanted} input channel(s) and got {given};", "give one image per channel."
    ),
    # the network's grid
    "brain_mask_empty": Sentence("The brain mask is empty;", "check that the image is a masked QSM."),
    "image_too_large": Sentence(
        "The image would be too large on the model's grid;", "check the voxel size in the image's header."
    ),
    "brain_mask_vanishes": Sentence(
        "The brain mask vanishes on the model's grid;", "check the voxel size in the image's header."
    ),
    "preprocessing_axes": Sentence(
        "Preprocessing: axes {value!r} is no axis code;", "write three letters such as RAS."
    ),
    "preprocessing_shape": Sentence("Preprocessing: shape {value}", "needs three positive whole numbers."),
    "preprocessing_window_units": Sentence(
        "Preprocessing: window_units {value}", "needs own or median per channel, own for the first."
    ),
    "preprocessing_windows": Sentence(
        "Preprocessing: windows {value}", "needs a (low, high) pair per channel."
    ),
}
