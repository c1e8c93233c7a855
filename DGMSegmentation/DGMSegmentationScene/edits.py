"""Whether a hand changed the labels since the run that made them."""

import hashlib
import json
from typing import Any

from DGMSegmentationLib.language import marked, word

from .layers import layers_of
from .provenance import FINGERPRINT, attribute, carry, is_ours
from .segments import kept_while_unchanged, structure_segments

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
    return bool(edited_labels(node))


def edited_labels(node: Any) -> "bool | frozenset[int]":
    """The labels of the structures that differ from what the model gave; True: nothing is known of what it gave.

    Empty, or False, for labels as a run made them, and for a segmentation node without segments.
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
    now = fingerprint(node)
    if set(before) != set(now):
        return True
    return _moved(before, now)


def _moved(before: dict[str, str], now: dict[str, str]) -> "frozenset[int]":
    """The labels whose voxels, or place among the others, are not as before.

    Places are told from the lowest corner of all structures; where an edit moved that corner, the step that most
    untouched structures made counts as none.
    """
    if before == now:
        return frozenset()
    steps = {}
    for label, text in now.items():
        (digest, place), (old_digest, old_place) = _parts(text), _parts(before[label])
        if digest == old_digest:
            steps[label] = tuple(round(b - a, DIGITS) for a, b in zip(old_place, place, strict=True))
    placed = [step for step in steps.values() if step]
    common = max(dict.fromkeys(placed), key=placed.count) if placed else ()
    return frozenset(int(label) for label in now if label not in steps or steps[label] not in ((), common))


def _parts(text: str) -> tuple[str, tuple[float, ...]]:
    """Checksum and place of a structure."""
    digest, *place = text.split() or [""]
    return digest, tuple(map(float, place))


def origin(node: Any) -> str:
    """Where the labels come from, in words; empty for a segmentation without segments."""
    if node is None or node.GetSegmentation().GetNumberOfSegments() == 0:
        return ""
    if not is_ours(node):
        return word(marked("Labels from a file or by hand"))
    by_hand = word(marked("edited by hand")) if is_edited(node) else ""
    return ", ".join(filter(None, (attribute(node, "Model"), by_hand)))


def fingerprint(node: Any) -> dict[str, str]:
    """Per label a checksum of its voxels and their place among the other structures, in voxels.

    Every painted or erased voxel changes one of them; saving, loading and cropping of the labelmap change none, and
    neither does a linear transform that is hardened (it moves the lattice, not the voxels in it).
    """
    return kept_while_unchanged("fingerprint", _fingerprint, node)


def _fingerprint(node: Any) -> dict[str, str]:
    import numpy as np

    found = {str(label): "" for label in structure_segments(node)}
    corners: dict[str, Any] = {}
    reference: Any = None
    for layer in layers_of(node):
        if not layer.boxes():
            continue
        reference = layer.to_ras if reference is None else reference
        to_reference = np.linalg.solve(reference, layer.to_ras)
        # + 0.0: no minus before a zero, as in _rounded.
        turned = (np.round(to_reference[:3, :3], DIGITS) + 0.0).tolist()
        for label, value in layer.labels.items():
            box = layer.boxes().get(value)
            if box is not None:
                inside = layer.cut(box, value)
                digest = hashlib.sha256(np.packbits(inside).tobytes())
                digest.update(repr((inside.shape, turned)).encode())
                found[str(label)] = digest.hexdigest()[:16]
                low = np.array([s.start for s in box])
                corners[str(label)] = to_reference[:3, :3] @ low + to_reference[:3, 3]
    lowest = np.min(list(corners.values()), axis=0) if corners else np.zeros(3)
    return found | {label: f"{found[label]} {_rounded(at - lowest)}" for label, at in corners.items()}


def _rounded(offset: Any) -> str:
    return " ".join(f"{round(float(x), DIGITS) + 0.0:g}" for x in offset)  # + 0.0: no minus before a zero


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

    result = {str(label): [0.0] for label in structure_segments(node)}
    for layer in layers_of(node):
        for label, value in layer.labels.items():
            index = np.argwhere(layer.voxels == value)
            if len(index):
                points = (index + layer.start) @ layer.to_ras[:3, :3].T + layer.to_ras[:3, 3]
                centre = points.mean(axis=0)
                spread = float(np.sqrt(((points - centre) ** 2).sum(axis=1).mean()))
                result[str(label)] = [float(len(index)), *map(float, centre), spread]
    return result
