"""The place of nodes in the subject hierarchy.

Slicer's window lists every new node there and takes out every removed one; a scene without that window (the browser app,
a script) has nobody who does it.
"""

from typing import Any


def hierarchy_of(scene: Any) -> Any:
    """The subject hierarchy node of a scene, None where there is none."""
    import slicer

    return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)


def place_beside(volume: Any, node: Any) -> None:
    """Put a node into the volume's folder."""
    hierarchy = hierarchy_of(node.GetScene())
    if hierarchy is None:
        return
    item = hierarchy.GetItemByDataNode(volume)
    parent = hierarchy.GetItemParent(item) if item else hierarchy.GetSceneItemID()
    own = hierarchy.GetItemByDataNode(node)
    if own:
        hierarchy.SetItemParent(own, parent)
    else:
        hierarchy.CreateItem(parent, node)


def place_alone(volume: Any, subject: str = "") -> None:
    """Make a volume the only entry, in a folder of the subject when there is one."""
    hierarchy = hierarchy_of(volume.GetScene())
    if hierarchy is not None:
        hierarchy.RemoveAllItems()
        top = hierarchy.GetSceneItemID()
        hierarchy.CreateItem(hierarchy.CreateSubjectItem(top, subject) if subject else top, volume)


def subject_of(volume: Any) -> str:
    """The patient whose folder holds a volume; empty when it is in none."""
    hierarchy = hierarchy_of(volume.GetScene())
    if hierarchy is None:
        return ""
    item = hierarchy.GetItemByDataNode(volume)
    while item and item != hierarchy.GetSceneItemID():
        item = hierarchy.GetItemParent(item)
        if item and hierarchy.GetItemLevel(item) == "Patient":
            return str(hierarchy.GetItemName(item))
    return ""


def remove(node: Any) -> None:
    """Remove a node from its scene with its entry.

    An entry that stays is saved with the scene, and the hierarchy takes it for that of a later node at the same address.
    """
    scene = node.GetScene()
    hierarchy = hierarchy_of(scene)
    item = hierarchy.GetItemByDataNode(node) if hierarchy is not None else 0
    if item:
        hierarchy.RemoveItem(item, False, False)  # neither the node nor what lies below
    scene.RemoveNode(node)
