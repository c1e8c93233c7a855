"""Labels read again after an edit are what a first reading gives, on any grid, and only the touched window is looked at."""

import numpy as np
import pytest
from host.fixtures import head
from hypothesis import given, settings
from hypothesis import strategies as st
from scene_actions import erase, segmented, transformed

from DGMSegmentationLib.structures import STANDARD

PLACES = ("own grid", "other grid", "other grid, moved", "other grid, warped")


def place(scene, kind):
    """(segmentation, its volume, the volume to read it on)."""
    scene.Clear(0)
    node, volume, _labels = segmented(scene, spacing=(3.0, 3.0, 3.0))
    if kind == "own grid":
        return node, volume, volume
    other, _labels = head(scene, "Other", (2.3, 3.4, 2.7))
    if "," in kind:
        transformed(scene, other, nonlinear=kind.endswith("warped"))
    return node, volume, other


@st.composite
def edit(draw):
    """A box of one structure's voxels, painted or erased, as an effect of the Segment Editor does."""
    low = [draw(st.integers(10, 30)) for _ in range(3)]
    size = [draw(st.integers(1, 6)) for _ in range(3)]
    return draw(st.sampled_from(STANDARD.structures)), low, size, draw(st.booleans())


def apply(node, volume, structure, low, size, paint):
    import slicer

    array = slicer.util.arrayFromSegmentBinaryLabelmap(node, structure.abbreviation, volume)
    array[tuple(slice(a, a + n) for a, n in zip(low, size, strict=True))] = paint
    slicer.util.updateSegmentBinaryLabelmapFromArray(array, node, structure.abbreviation, volume)


@pytest.mark.parametrize("kind", PLACES)
@settings(max_examples=6)
@given(edits=st.lists(edit(), min_size=1, max_size=3))
def test_read_again_is_read_for_the_first_time(scene, kind, edits):
    from DGMSegmentationScene.reading import LabelReader, labels_on_volume

    node, volume, other = place(scene, kind)
    reader = LabelReader()
    for one in [None, *edits]:
        if one is not None:
            apply(node, volume, *one)
        again, first = reader.read(node, other), labels_on_volume(node, other)
        assert np.array_equal(again.image.data, first.image.data)
        assert (again.shared_voxels, again.resampled) == (first.shared_voxels, first.resampled)
        assert again.resampled == (kind != "own grid")


def test_shared_voxels_are_counted_after_an_edit(scene):
    """Segments in layers of their own overlap; the count follows painting and erasing."""
    import slicer
    from DGMSegmentationScene.reading import LabelReader, labels_on_volume

    node, volume, other = place(scene, "other grid")
    reader = LabelReader()
    segmentation = node.GetSegmentation()
    segmentation.SeparateSegmentLabelmap("PU_L")
    putamen = slicer.util.arrayFromSegmentBinaryLabelmap(node, "PU_L", volume)
    pallidum = slicer.util.arrayFromSegmentBinaryLabelmap(node, "GP_L", volume)
    counts = []
    for both in (putamen | pallidum, putamen):
        for target in (volume, other):
            slicer.util.updateSegmentBinaryLabelmapFromArray(both, node, "PU_L", volume)
            again, first = reader.read(node, target), labels_on_volume(node, target)
            assert again.shared_voxels == first.shared_voxels
            counts.append(first.shared_voxels)
    assert counts[2:] == [0, 0]


def test_a_stroke_costs_its_window(scene, monkeypatch):
    """With a further volume of another grid only the touched box is resampled."""
    from DGMSegmentationScene import layers
    from DGMSegmentationScene.reading import LabelReader

    node, volume, other = place(scene, "other grid, moved")
    reader, seen = LabelReader(), []
    inside = layers.Place.inside
    monkeypatch.setattr(
        layers.Place,
        "inside",
        lambda *a: seen.append(np.prod([s.stop - s.start for s in a[3]])) or inside(*a),
    )
    reader.read(node, other)
    assert len(seen) == 10
    whole = np.prod(other.GetImageData().GetDimensions())
    assert sum(seen) < whole / 2  # each structure in its own box
    seen.clear()
    reader.read(node, other)
    assert seen == []
    erase(node, volume, 9, 3)  # Slicer gives the structure a layer of its own: all boxes are read, once
    reader.read(node, other)
    assert sum(seen) < whole / 10
    seen.clear()
    layer = next(one for one in layers.layers_of(node) if 7 in one.labels)
    index = tuple(np.argwhere(layer.voxels == layer.labels[7])[0])
    layer.voxels[index] = 0  # in place, as a brush erases
    again = reader.read(node, other)
    assert 0 < sum(seen) < whole / 100
    assert np.array_equal(again.image.data, LabelReader().read(node, other).image.data)
