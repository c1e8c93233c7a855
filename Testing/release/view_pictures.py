"""Pictures of what Slicer's views show: its own displayable managers (slicer-core) in VTK windows without a screen.

No OpenGL driver is needed: VTK falls back to software rendering (OSMesa) where there is no graphics card.
"""

from pathlib import Path
from typing import Any

SLICE_MANAGERS = ("vtkMRMLSegmentationsDisplayableManager2D", "vtkMRMLRulerDisplayableManager")
THREE_D_MANAGERS = (
    "vtkMRMLCameraDisplayableManager",
    "vtkMRMLViewDisplayableManager",
    "vtkMRMLSegmentationsDisplayableManager3D",
    "vtkMRMLOrientationMarkerDisplayableManager",
)


class Window:
    """A VTK window off screen whose content comes from displayable managers of one view node."""

    def __init__(self, factory: Any, managers: tuple[str, ...], view: Any, size: tuple[int, int]) -> None:
        import slicer
        import vtk

        self.renderer = vtk.vtkRenderer()
        self.window = vtk.vtkRenderWindow()
        self.window.SetOffScreenRendering(1)
        self.window.SetMultiSamples(0)
        self.window.SetSize(*size)
        self.window.AddRenderer(self.renderer)
        self.interactor = vtk.vtkRenderWindowInteractor()
        self.interactor.SetRenderWindow(self.window)
        factory = factory.GetInstance()
        factory.SetMRMLApplicationLogic(slicer.app.applicationLogic())
        for name in managers:
            if not factory.IsDisplayableManagerRegistered(name):
                factory.RegisterDisplayableManager(name)
        self.group = slicer.vtkMRMLDisplayableManagerGroup()
        self.group.Initialize(factory, self.renderer)
        self.group.SetMRMLDisplayableNode(view)

    def put_behind(self, prop: Any) -> None:
        """Draw something below all that the managers draw, in a layer of its own: labels then blend with it."""
        import vtk

        self.window.SetNumberOfLayers(2)
        self.renderer.SetLayer(1)
        behind = vtk.vtkRenderer()
        behind.AddViewProp(prop)
        self.window.AddRenderer(behind)

    def save(self, path: Path) -> None:
        """Render and write a PNG."""
        import vtk

        self.window.Render()
        grab = vtk.vtkWindowToImageFilter()
        grab.SetInput(self.window)
        grab.ReadFrontBufferOff()
        writer = vtk.vtkPNGWriter()
        writer.SetFileName(str(path))
        writer.SetInputConnection(grab.GetOutputPort())
        writer.Write()
        self.group.SetMRMLDisplayableNode(None)


#: Plane -> normal and the direction towards the right edge of the view, RAS. Their cross product points up: anterior or
#: superior; the patient's left is on the right-hand side (radiological).
PLANES = {"Axial": ((0, 0, -1), (-1, 0, 0)), "Coronal": ((0, 1, 0), (-1, 0, 0))}


def slice_picture(
    slice_node: Any, volume: Any, plane: str, centre: Any, path: Path, size: tuple[int, int] = (560, 560),
    field_mm: float = 110.0,
) -> None:  # fmt: skip
    """A slice view through ``centre`` (RAS mm): the volume with its window, the segmentations of the scene over it."""
    import slicer
    import vtk

    display = volume.GetScalarVolumeDisplayNode()
    if display.GetColorNode() is None:  # a core without the Colors module has no table of greys
        grey = slicer.vtkMRMLColorTableNode()
        grey.SetTypeToGrey()
        grey.SetName("Grey")
        display.SetAndObserveColorNodeID(volume.GetScene().AddNode(grey).GetID())
    logic = slicer.vtkMRMLSliceLogic()
    logic.SetMRMLApplicationLogic(slicer.app.applicationLogic())
    logic.SetMRMLScene(slice_node.GetScene())
    logic.SetSliceNode(slice_node)
    composite = logic.GetSliceCompositeNode(slice_node)
    logic.SetSliceCompositeNode(composite)
    composite.SetBackgroundVolumeID(volume.GetID())
    slice_node.SetDimensions(*size, 1)
    slice_node.SetFieldOfView(field_mm * size[0] / size[1], field_mm, 1.0)
    normal, right = PLANES[plane]
    slice_node.SetSliceToRASByNTP(
        *normal, *right, *centre, 0
    )  # 0: normal, right and up as they are, whatever the plane
    logic.UpdatePipeline()
    shown = Window(slicer.vtkMRMLSliceViewDisplayableManagerFactory, SLICE_MANAGERS, slice_node, size)
    mapper = vtk.vtkImageMapper()  # the slice is RGBA already: shown as it is
    mapper.SetColorWindow(255)
    mapper.SetColorLevel(127.5)
    mapper.SetInputConnection(logic.GetImageDataConnection())
    actor = vtk.vtkActor2D()
    actor.SetMapper(mapper)
    shown.put_behind(actor)
    shown.save(path)


def three_d_picture(scene: Any, path: Path, size: tuple[int, int] = (560, 560)) -> None:
    """The 3D view of the scene's surfaces, seen from the front, a little from the left and above."""
    import slicer

    view = scene.GetFirstNodeByClass("vtkMRMLViewNode") or scene.AddNewNodeByClass("vtkMRMLViewNode")
    view.SetBackgroundColor(1, 1, 1)
    view.SetBackgroundColor2(1, 1, 1)
    view.SetBoxVisible(False)
    view.SetAxisLabelsVisible(False)
    view.SetOrientationMarkerType(view.OrientationMarkerTypeAxes)
    shown = Window(slicer.vtkMRMLThreeDViewDisplayableManagerFactory, THREE_D_MANAGERS, view, size)
    shown.window.Render()  # makes the surfaces, whose bounds the camera needs
    camera = shown.renderer.GetActiveCamera()
    camera.SetPosition(-0.35, 1.0, 0.45)
    camera.SetFocalPoint(0, 0, 0)
    camera.SetViewUp(0, 0, 1)
    shown.renderer.ResetCamera()
    camera.Zoom(1.2)
    shown.renderer.ResetCameraClippingRange()
    shown.save(path)
