"""Why a result is doubtful: what the verdict on a run says."""

from .wording import Sentence

_LOOK = "look at the picture before you use the numbers."

SENTENCES = {
    "verdict_ok": Sentence(
        "Nothing speaks against these numbers as a whole; the flags tell of single structures."
    ),
    "verdict_doubtful": Sentence(
        "These numbers are doubtful, and must not be used before somebody has looked."
    ),
    "verdict_failed": Sentence("The run failed, and there are no numbers."),
    "orientation_doubted": Sentence(
        "The orientation is probably wrong: the network is sure of {sure} of {structures} structures in the map as its header "
        "says, and of {sure_turned} in the map {change}. Which side is left is then unknown:",
        "find out how the array lies, and give the true axis codes.",
        shell="find out how the array lies, and say so with --orientation, e.g. {codes} or its mirror image {mirrored}.",
        python="find out how the array lies, and say so with orientation=, e.g. '{codes}' or its mirror image '{mirrored}'.",
    ),
    "head_unknown": Sentence(
        "The network is less sure than of any good map (of {sure} of {structures} structures, {confidence:.0f} % on average, 76 "
        "to 86 % in good ones): another kind of image, no whole head, much noise, or a head unlike those that it learnt;",
        _LOOK,
    ),
    "structures_absent": Sentence(
        "{absent} of {structures} structures were not found ({names}): a part of the head, or no head;", _LOOK
    ),
    "structures_outside": Sentence(
        "A tenth or more of these structures lies where the map holds no values, outside the brain or masked to 0, and what "
        "stands there is averaged in ({names}):",
        _LOOK,
    ),
    "structures_cut": Sentence(
        "The brain is cut off where these structures go on ({names}): their volumes and means are those of a part;",
        "measure an image that holds them whole.",
    ),
    "values_uneven": Sentence(
        "The brain's {one} half has other values than its {other} half (middle {middle:.0f} and {other_middle:.0f} ppb, "
        "quartiles {spread:.0f} and {other_spread:.0f} ppb apart): a ramp, gain or noise on one side, part of another image;",
        _LOOK,
    ),
    "values_clipped": Sentence(
        "Values are cut off at {low:.4g} and {high:.4g} ppb: many voxels have exactly the smallest or the largest value, so the "
        "means are no longer those of the map;",
        "export the map again with its full range.",
    ),
    "brain_holed": Sentence(
        "{share:.0f} % of the brain's voxels are exactly 0: parts of it are masked away, and means may hold their zeros;",
        "look at the mask, or give the map before masking.",
    ),
    "values_coarse": Sentence(
        "The map has only {count} different values among the middle 98 % of the brain's, too few for means:",
        "export it again as floating-point numbers, or in ppb.",
    ),
    "contrast_unknown": Sentence(
        "How far the {nucleus} stands out cannot be told, for it or its surroundings hold no values;", _LOOK
    ),
    "structures_not_bright": Sentence(
        "The labelled structures hardly stand out from their surroundings (by {contrast:.0f} ppb on average): no QSM, or "
        "misplaced labels;",
        _LOOK,
    ),
    "contrast_of_side": Sentence(
        "The {nucleus} stands out by {low:.0f} ppb on one side and by {high:.0f} ppb on the other:", _LOOK
    ),
    "map_of_field": Sentence(
        "This is probably a map of the field (a local field or phase image), for its spectrum is that of a dipole; the {nucleus} "
        "stands out by {contrast:.0f} ppb, and in a QSM by 60 to 250:",
        "give the susceptibility map, which is made from the field by dipole inversion.",
    ),
    "contrast_missing": Sentence(
        "The {nucleus} hardly stands out from its surroundings (by {contrast:.0f} ppb, {share:.1f} times the spread of the "
        "brain's values; in a QSM by 60 to 250 ppb, 2 to 5 times): no QSM, or misplaced labels;",
        _LOOK,
    ),
    "contrast_of_scale": Sentence(
        "The {nucleus} stands out from its surroundings by {contrast:g} ppb, and in a QSM by 60 to 250: the values may be "
        "{guesses:, or };",
        "bring them to ppm or ppb and run again.",
    ),
    "offset_doubted": Sentence(
        "The middle of the brain's values is {middle:.0f} ppb, where it should be near 0: a constant was added to the map;",
        "subtract it from all voxels in the brain ({stored:.6g} in the file's own values), and run again.",
    ),
    "places_odd": Sentence(
        "The nuclei lie otherwise against each other than in a head ({residual:.0f} mm from an atlas on average, at most "
        "{limit:.0f} expected);",
        "look at the picture, and check the voxel size and which labels these are.",
    ),
    "head_turned": Sentence(
        "The head is turned by {degrees:.0f} degrees against the axes that its header names; left, front and above may be "
        "mixed up:",
        "check the orientation in a viewer.",
    ),
    "sides_exchanged_in_file": Sentence(
        "{path}: the left structures lie on the right of the head: the sides of the labels or the header are exchanged;",
        "check which side is left.",
    ),
    "labels_sides_exchanged": Sentence(
        "The left structures lie on the right of the head: the sides of the labels or the header are exchanged;",
        "check which side is left.",
    ),
    "labels_names_exchanged": Sentence(
        "{one} and {other} lie where the other one should, against the rest of the nuclei: their names or numbers are exchanged;",
        "look at the picture, and check which structure is which.",
    ),
    "labels_on_wrong_side": Sentence(
        "These structures lie on the other side of the brain than their names say ({names}):",
        "check which side is left.",
    ),
    "labels_far_from_place": Sentence(
        "These structures lie where they lie in no head, seen from above ({names}):",
        "check which structure the mask holds, and look at the picture.",
    ),
    "labels_misplaced": Sentence(
        "The labels fit the map better when they are moved by {shift:.0f} mm {direction: and } (contrast of the nuclei "
        "{here:.0f} ppb where they lie, {there:.0f} ppb there): they belong to another image, or their header is wrong;",
        _LOOK,
    ),
}
