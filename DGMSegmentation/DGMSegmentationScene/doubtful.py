"""Look here first: the doubtful slices of the labels that are shown, and which of them comes next."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from DGMSegmentationLib.measurement.case import MeasuredCase
    from DGMSegmentationLib.measurement.look_first import Doubt, Doubts
    from DGMSegmentationLib.measurement.notes import NetworkNotes


def doubts_of(case: "MeasuredCase", network: "NetworkNotes") -> "Doubts":
    """The doubts of measured labels; takes a tenth of a second or more, and no scene.

    ``network``: notes of the run that made the labels, also where they were corrected since.
    """
    from DGMSegmentationLib.measurement.look_first import look_first

    boxes = {label: known.box for label, known in case.structures.items()}
    return look_first(case.labels, case.image, network=network, boxes=boxes)


def hints_of(case: "MeasuredCase") -> "NDArray[np.uint8]":
    """The hints of measured labels as voxels (i, j, k); takes as long again as the doubts, and no scene."""
    from DGMSegmentationLib.measurement.hints_in_place import hints_in_place

    boxes = {label: known.box for label, known in case.structures.items()}
    return hints_in_place(case.labels, case.image, boxes)


def flagged_after(flagged: "Sequence[Doubt]", now: int, by: int) -> "Doubt":
    """The strongest doubt of the next (1) or previous (-1) slice that asks for a look, round the end.

    ``flagged``: the doubts that ask for a look, at least one; ``now``: the slice that is shown.
    """
    slices = sorted({doubt.index for doubt in flagged})
    beyond = [index for index in slices if (index > now if by > 0 else index < now)]
    index = (beyond[0] if by > 0 else beyond[-1]) if beyond else slices[0 if by > 0 else -1]
    return max((d for d in flagged if d.index == index), key=lambda doubt: doubt.score)


def slice_shown(volume: Any, slice_node: Any, axis: int) -> int:
    """The slice of a volume, along an axis of its array, that a slice view shows in its middle."""
    import numpy as np

    from .volumes import affine_of

    to_ras = slice_node.GetSliceToRAS()
    point = [to_ras.GetElement(row, 3) for row in range(4)]
    return int(np.rint((np.linalg.inv(affine_of(volume)) @ point)[axis]))


def middle_of_slice(volume: Any, axis: int, index: int) -> tuple[float, float, float]:
    """RAS of the middle of a slice of a volume."""
    import numpy as np

    from .volumes import affine_of

    middle = (np.array(volume.GetImageData().GetDimensions()) - 1) / 2.0
    middle[axis] = index
    x, y, z = (affine_of(volume) @ [*middle, 1.0])[:3]
    return float(x), float(y), float(z)
