"""Whether a hand changed the labels since the run that made them."""

import hashlib
import json
from typing import Any

from .provenance import FINGERPRINT, attribute, carry, is_ours
from .segments import BINARY_LABELMAP, structure_segments
from .volumes import array_of

DIGITS = 3  # of a position in voxels: what saving and loading rounds differs far less
LEGACY_TOLERANCE_MM = 1e-3


def mark_unedited(node: Any) -> None:
    """Remember the labels as they are now as those that the model gave."""
    node.SetAttribute(FINGERPRINT, json.dumps(fingerprint(node)))
    carry(node)


def is_edited(node: Any) -> bool:
    """True when the labels differ from those the model gave: by hand, or because they came from elsewhere.

    An undone edit counts as none, and neither does a hardened linear transform. A segmentation node without segments
    is not edited.
    """
    if node is None or node.GetSegmentation().GetNumberOfSegments() == 0:
        return False
    try:
        before = json.loads(attribute(node, "Fingerprint") or "null")
    except ValueError:
        before = None
    if not isinstance(before, dict):
        return True
    if any(isinstance(value, list) for value in before.values()):  # a scene that version 0.1 wrote
        return _differs_from_legacy(before, node)
    return before != fingerprint(node)


def origin(node: Any) -> str:
    """Where the labels come from, in words; empty for a segmentation without segments."""
    if node is None or node.GetSegmentation().GetNumberOfSegments() == 0:
        return ""
    if not is_ours(node):
        return "Labels from a file or by hand"
    return ", ".join(filter(None, (attribute(node, "Model"), "edited by hand" if is_edited(node) else "")))


def fingerprint(node: Any) -> dict[str, str]:
    """Per label a checksum of its voxels and their place among the other structures, in voxels.

    Every painted or erased voxel changes one of them; saving, loading and cropping of the labelmap change none, and
    neither does a linear transform that is hardened (it moves the lattice, not the voxels in it).
    """
    import numpy as np

    found: dict[str, tuple[str, Any]] = {}
    reference: Any = None
    for label, _segment, voxels, value, start, affine in _labelmaps(node):
        where = np.argwhere(voxels == value) if voxels is not None else np.empty((0, 3))
        if not len(where):
            found[str(label)] = ("", None)
            continue
        low, high = where.min(axis=0), where.max(axis=0) + 1
        inside = voxels[tuple(map(slice, low, high))] == value
        reference = affine if reference is None else reference
        to_reference = np.linalg.solve(reference, affine)
        digest = hashlib.sha256(np.packbits(inside).tobytes())
        digest.update(repr((inside.shape, np.round(to_reference[:3, :3], DIGITS).tolist())).encode())
        corner = to_reference[:3, :3] @ (start + low) + to_reference[:3, 3]
        found[str(label)] = (digest.hexdigest()[:16], corner)
    corners = [corner for _digest, corner in found.values() if corner is not None]
    origin_ = np.min(corners, axis=0) if corners else np.zeros(3)
    return {
        label: f"{digest} {_rounded(corner - origin_)}" if corner is not None else ""
        for label, (digest, corner) in found.items()
    }


def _rounded(offset: Any) -> str:
    return " ".join(f"{round(float(x), DIGITS) + 0.0:g}" for x in offset)  # + 0.0: no minus before a zero


def _labelmaps(node: Any) -> Any:
    """(label, segment, voxels (i, j, k) or None, value, first index, index-to-mm matrix) of each of our structures."""
    import numpy as np
    import vtk
    from vtk.util.numpy_support import vtk_to_numpy

    segmentation = node.GetSegmentation()
    for label, segment_id in structure_segments(node).items():
        segment = segmentation.GetSegment(segment_id)
        image = segment.GetRepresentation(BINARY_LABELMAP)
        if image is None or image.IsEmpty():
            yield label, segment, None, 0, np.zeros(3), np.eye(4)
            continue
        extent = np.array(image.GetExtent()).reshape(3, 2)
        size = extent[:, 1] - extent[:, 0] + 1
        voxels = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(*size[::-1]).transpose(2, 1, 0)
        matrix = vtk.vtkMatrix4x4()
        image.GetImageToWorldMatrix(matrix)
        yield label, segment, voxels, segment.GetLabelValue(), extent[:, 0], array_of(matrix)


def _differs_from_legacy(before: dict[str, Any], node: Any) -> bool:
    now = legacy_fingerprint(node)
    return set(before) != set(now) or any(
        len(before[key]) != len(now[key])
        or abs(before[key][0] - now[key][0]) > 0.5
        or any(abs(a - b) > LEGACY_TOLERANCE_MM for a, b in zip(before[key][1:], now[key][1:], strict=True))
        for key in now
    )


def legacy_fingerprint(node: Any) -> dict[str, list[float]]:
    """What version 0.1 remembered, per label: voxels, centroid (mm), radius of gyration (mm)."""
    import numpy as np

    result: dict[str, list[float]] = {}
    for label, _segment, voxels, value, start, affine in _labelmaps(node):
        index = np.argwhere(voxels == value) if voxels is not None else np.empty((0, 3))
        result[str(label)] = [0.0]
        if len(index):
            points = (index + start) @ affine[:3, :3].T + affine[:3, 3]
            centre = points.mean(axis=0)
            spread = float(np.sqrt(((points - centre) ** 2).sum(axis=1).mean()))
            result[str(label)] = [float(len(index)), *map(float, centre), spread]
    return result
