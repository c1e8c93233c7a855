"""What the views show of a result: one of ours at a time, surfaces that fill the 3D view, the editor's settings."""

import math

import pytest
from scene_actions import segmented


@pytest.fixture
def camera(scene):
    """A camera as Slicer's 3D view has it: half a metre away, for a whole head."""
    node = scene.AddNewNodeByClass("vtkMRMLCameraNode")
    node.SetPosition(0, 500, 0)
    node.SetFocalPoint(0, 0, 0)
    return node


def share_of_view(camera, node):
    """Diameter of the segmentation's bounding sphere as a share of the height of the view at its distance."""
    bounds = [0.0] * 6
    node.GetRASBounds(bounds)
    away = math.dist(camera.GetPosition(), camera.GetFocalPoint())
    height = 2 * away * math.tan(math.radians(camera.GetViewAngle()) / 2)
    return math.dist(bounds[0::2], bounds[1::2]) / height


def test_the_camera_turns_to_the_nuclei(scene, camera):
    from DGMSegmentationScene import surfaces

    node, _volume, _labels = segmented(scene)
    surfaces.show(node, True)
    assert share_of_view(camera, node) < 0.5
    assert surfaces.frame(node)
    assert 0.9 < share_of_view(camera, node) <= 1.0
    bounds = [0.0] * 6
    node.GetRASBounds(bounds)
    centre = [(a + b) / 2 for a, b in zip(bounds[0::2], bounds[1::2], strict=True)]
    assert list(camera.GetFocalPoint()) == pytest.approx(centre)
    # From where it looked before.
    assert camera.GetPosition()[1] > centre[1]
    assert [camera.GetPosition()[axis] for axis in (0, 2)] == pytest.approx([centre[0], centre[2]])


@pytest.mark.parametrize("what", ["model", "segmentation", "markup"])
def test_the_camera_stays_when_something_else_is_shown(scene, camera, what):
    import slicer
    import vtk
    from DGMSegmentationScene import surfaces

    node, _volume, _labels = segmented(scene)
    surfaces.show(node, True)
    if what == "model":
        other = scene.AddNewNodeByClass("vtkMRMLModelNode")
        sphere = vtk.vtkSphereSource()
        sphere.Update()
        other.SetAndObservePolyData(sphere.GetOutput())
        other.CreateDefaultDisplayNodes()
    elif what == "markup":
        other = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode")
        other.CreateDefaultDisplayNodes()
        other.AddControlPoint(1, 2, 3)
    else:
        other, _volume, _labels = segmented(scene, name="Other")
        surfaces.show(other, True)
    before = list(camera.GetPosition())
    assert not surfaces.frame(node)
    assert list(camera.GetPosition()) == before
    other.SetDisplayVisibility(0)
    assert surfaces.frame(node)
    assert slicer


def test_one_result_of_ours_is_shown_at_a_time(scene):
    from DGMSegmentationScene.navigation import show_alone

    first, _volume, _labels = segmented(scene, name="A")
    second, _volume, _labels = segmented(scene, name="B")
    foreign = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "tumour")
    foreign.CreateDefaultDisplayNodes()
    show_alone(second)
    assert [n.GetDisplayVisibility() for n in (first, second, foreign)] == [0, 1, 1]
    show_alone(first)
    assert [n.GetDisplayVisibility() for n in (first, second, foreign)] == [1, 0, 1]
    show_alone(foreign)
    assert [n.GetDisplayVisibility() for n in (first, second, foreign)] == [1, 0, 1]


def test_the_editor_gets_the_chosen_structure_and_keeps_small_nuclei(scene):
    from DGMSegmentationScene.navigation import prepare_editor

    node, volume, _labels = segmented(scene)
    editor = prepare_editor(node, volume, label=4)
    assert editor.GetSelectedSegmentID() == "SN_R"
    assert editor.GetAttribute("Islands.MinimumSize") == "1"
    editor.SetSelectedSegmentID("CN_L")
    editor.SetAttribute("Islands.MinimumSize", "20")  # the user's own choice
    prepare_editor(node, volume)
    assert editor.GetSelectedSegmentID() == "CN_L"
    assert editor.GetAttribute("Islands.MinimumSize") == "20"


def test_surfaces_stay_when_the_labels_are_replaced(scene):
    from DGMSegmentationScene import surfaces
    from DGMSegmentationScene.segments import show_labels

    node, volume, labels = segmented(scene)
    surfaces.show(node, True)
    show_labels(node, volume, labels)
    assert surfaces.shown(node)
    surfaces.show(node, False)
    show_labels(node, volume, labels)
    assert not surfaces.shown(node)
