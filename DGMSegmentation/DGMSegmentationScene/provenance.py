"""How a segmentation was made, kept on its node as attributes (they survive saving), and whether a hand changed it."""

import json
from collections.abc import Mapping
from typing import Any

from .segments import BINARY_LABELMAP, structure_segments
from .volumes import array_of

PREFIX = "DGMSegmentation."
FINGERPRINT = PREFIX + "Fingerprint"
FINGERPRINT_TOLERANCE_MM = 1e-3
INPUT_ROLE = "DGMSegmentation.Input"


def write_provenance(node: Any, volume: Any, provenance: Mapping[str, Any]) -> None:
    """Write model, checksum, version, unit, device, time and input into the node's attributes."""
    model = provenance.get("model", {})
    unit = provenance.get("units", {})
    values = {
        "Model": f"{model.get('name', '')} {model.get('version', '')}".strip(),
        "ModelSHA256": model.get("sha256", ""),
        "ModelLicence": model.get("licence", ""),
        "Software": provenance.get("software", ""),
        "Created": provenance.get("created", ""),
        "Units": unit.get("unit", ""),
        "UnitsDetected": "true" if unit.get("detected") else "false",
        "Device": provenance.get("options", {}).get("device", ""),
        "InputName": volume.GetName(),
        "Provenance": json.dumps(provenance, ensure_ascii=False),
    }
    for name, value in values.items():
        node.SetAttribute(PREFIX + name, str(value))
    node.SetNodeReferenceID(INPUT_ROLE, volume.GetID())
    mark_unedited(node)


def attribute(node: Any, name: str) -> str:
    """One provenance attribute, empty when the node has none."""
    return (node.GetAttribute(PREFIX + name) or "") if node is not None else ""


def provenance_of(node: Any) -> dict[str, Any]:
    """The whole record of the run that made the labels; empty for a segmentation that we did not make."""
    try:
        record = json.loads(attribute(node, "Provenance") or "{}")
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def mark_unedited(node: Any) -> None:
    """Remember the labels as they are now as those that the model gave."""
    node.SetAttribute(FINGERPRINT, json.dumps(fingerprint(node)))


def is_edited(node: Any) -> bool:
    """True when the labels differ from those the model gave: by hand, or because they came from elsewhere.

    An undone edit counts as none. A segmentation node without segments is not edited.
    """
    if node is None or node.GetSegmentation().GetNumberOfSegments() == 0:
        return False
    try:
        before = json.loads(node.GetAttribute(FINGERPRINT) or "null")
    except ValueError:
        before = None
    now = fingerprint(node)
    if not isinstance(before, dict) or set(before) != set(now):
        return True
    return any(
        len(before[key]) != len(now[key])
        or abs(before[key][0] - now[key][0]) > 0.5
        or any(
            abs(a - b) > FINGERPRINT_TOLERANCE_MM for a, b in zip(before[key][1:], now[key][1:], strict=True)
        )
        for key in now
    )


def fingerprint(node: Any) -> dict[str, list[float]]:
    """Per label: voxels, centroid (mm) and radius of gyration (mm) in the segmentation's own coordinates.

    Any painted or erased voxel changes one of them; saving, loading and cropping of the labelmap change none.
    """
    import numpy as np
    import vtk
    from vtk.util.numpy_support import vtk_to_numpy

    result: dict[str, list[float]] = {}
    segmentation = node.GetSegmentation()
    for label, segment_id in structure_segments(node).items():
        segment = segmentation.GetSegment(segment_id)
        image = segment.GetRepresentation(BINARY_LABELMAP)
        result[str(label)] = [0.0]
        if image is None or image.IsEmpty():
            continue
        extent = np.array(image.GetExtent()).reshape(3, 2)
        size = extent[:, 1] - extent[:, 0] + 1
        voxels = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(*size[::-1])
        index = np.argwhere(voxels == segment.GetLabelValue())[:, ::-1]
        if not len(index):
            continue
        matrix = vtk.vtkMatrix4x4()
        image.GetImageToWorldMatrix(matrix)
        affine = array_of(matrix)
        points = (index + extent[:, 0]) @ affine[:3, :3].T + affine[:3, 3]
        centre = points.mean(axis=0)
        spread = float(np.sqrt(((points - centre) ** 2).sum(axis=1).mean()))
        result[str(label)] = [float(len(index)), *(round(float(c), 6) for c in centre), round(spread, 6)]
    return result


def set_aside(node: Any) -> Any:
    """Keep a hidden copy of a segmentation that is about to be replaced, so that no manual work is ever lost."""
    scene = node.GetScene()
    copy = scene.AddNewNodeByClass(
        "vtkMRMLSegmentationNode", scene.GenerateUniqueName(f"{node.GetName()} (replaced)")
    )
    copy.GetSegmentation().DeepCopy(node.GetSegmentation())
    for name in node.GetAttributeNames() or ():
        copy.SetAttribute(name, node.GetAttribute(name))
    for role in (INPUT_ROLE, node.GetReferenceImageGeometryReferenceRole()):
        copy.SetNodeReferenceID(role, node.GetNodeReferenceID(role))
    copy.CreateDefaultDisplayNodes()
    copy.SetAndObserveTransformNodeID(node.GetTransformNodeID())
    copy.SetDisplayVisibility(False)
    return copy
