"""What Slicer's window does to the subject hierarchy (qSlicerSubjectHierarchyPluginLogic): an entry for every new node that
has a display or is a table, none for a removed one."""

from typing import Any

import vtk

LISTED = ("vtkMRMLDisplayableNode", "vtkMRMLTableNode", "vtkMRMLTextNode", "vtkMRMLTransformNode")


class HierarchyPlugin:
    """Watches one scene; ``active = False`` for what runs without Slicer's window."""

    def __init__(self, scene: Any) -> None:
        import slicer

        self.active = True
        self._node_of = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode
        scene.AddObserver(slicer.vtkMRMLScene.NodeAddedEvent, self._added, 20.0)
        scene.AddObserver(slicer.vtkMRMLScene.NodeAboutToBeRemovedEvent, self._removed, 20.0)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _added(self, scene: Any, _event: str, node: Any) -> None:
        busy = scene.IsImporting() or scene.IsRestoring() or scene.IsClosing()
        if busy or not self.active or node.GetHideFromEditors() or not any(map(node.IsA, LISTED)):
            return
        hierarchy = self._node_of(scene)
        if not hierarchy.GetItemByDataNode(node):
            hierarchy.CreateItem(hierarchy.GetSceneItemID(), node)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _removed(self, scene: Any, _event: str, node: Any) -> None:
        if scene.IsClosing() or not self.active or not any(map(node.IsA, LISTED)):
            return
        hierarchy = self._node_of(scene)
        item = hierarchy.GetItemByDataNode(node)
        if item:
            hierarchy.RemoveItem(item, False, False)
