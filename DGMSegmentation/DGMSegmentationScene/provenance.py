"""How a segmentation was made: attributes of its node, which a scene keeps, and a tag of its first segment, which goes
into a .seg.nrrd file.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, unquote

from .segments import structure_segments

if TYPE_CHECKING:
    from DGMSegmentationLib.segmentation.provenance import Provenance

PREFIX = "DGMSegmentation."
FINGERPRINT = PREFIX + "Fingerprint"
INPUT_ROLE = "DGMSegmentation.Input"
TAG_RECORD = "DGMSegmentation.Record"
SAFE = " !#$&'()*+,-./:;<=>?@[]^_`{}~\""
"""Signs that stay as they are in a tag: Slicer's files separate tags by "|", and NRRD escapes backslashes."""


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
    carry(node)


def carry(node: Any) -> None:
    """Copy the attributes into a tag of the first segment, so that they travel with a segmentation's file."""
    segments = structure_segments(node)
    if segments:
        names = [name for name in node.GetAttributeNames() or () if name.startswith(PREFIX)]
        record = {name.removeprefix(PREFIX): node.GetAttribute(name) for name in names}
        segment = node.GetSegmentation().GetSegment(segments[min(segments)])
        segment.SetTag(TAG_RECORD, quote(json.dumps(record), safe=SAFE))


def attribute(node: Any, name: str) -> str:
    """One provenance attribute, empty when neither the node nor its segments have it."""
    if node is None:
        return ""
    value = node.GetAttribute(PREFIX + name)
    return str(_carried(node).get(name) or "") if value is None else value


def _carried(node: Any) -> dict[str, Any]:
    import vtk

    segmentation, value = node.GetSegmentation(), vtk.reference("")
    for index in range(segmentation.GetNumberOfSegments()):
        if segmentation.GetNthSegment(index).GetTag(TAG_RECORD, value):
            try:
                record = json.loads(unquote(str(value)))
            except ValueError:
                continue
            if isinstance(record, dict):
                return record
    return {}


def is_ours(node: Any) -> bool:
    """True for a segmentation that a run of ours made, edited or not."""
    return bool(attribute(node, "Model"))


def own_volume(node: Any, chosen: Any = None) -> Any:
    """The volume that a segmentation was made from, or None when it is gone.

    Of a segmentation that we did not make it is the volume ``chosen`` by the user; of ours only when it has the name of
    the one that is gone (it was loaded again). Labels are never measured in another subject's volume by themselves.
    """
    own = node.GetNodeReference(INPUT_ROLE)
    made_from = attribute(node, "InputName")
    if own is not None or not made_from:
        return own if own is not None else chosen
    return chosen if chosen is not None and chosen.GetName() == made_from else None


def provenance_of(node: Any) -> "Provenance":
    """The whole record of the run that made the labels; empty for a segmentation that we did not make."""
    try:
        record = json.loads(attribute(node, "Provenance") or "{}")
    except ValueError:
        return {}
    return cast("Provenance", record) if isinstance(record, dict) else {}


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
