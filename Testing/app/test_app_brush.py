"""The browser app's brush and what changes a whole structure, without a browser."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from app_bench import LABEL

sys.path.append(str(Path(__file__).resolve().parents[2] / "DGMSegmentation"))

if importlib.util.find_spec("trame_slicer") is None:
    pytest.skip("not installed: trame-slicer (extra: app)", allow_module_level=True)

from scipy import ndimage

pytest_plugins = ["app_fixtures"]
THICK, CUBE = (3.0, 1.0, 1.0), (1.0, 1.0, 1.0)  # spacing along k, j, i


def ball(shape=(20, 24, 24), radius=6.0, spacing=CUBE):
    middle = [(n - 1) / 2 for n in shape]
    away = [(x - c) * s for x, c, s in zip(np.ogrid[tuple(map(slice, shape))], middle, spacing, strict=True)]
    return sum(a**2 for a in away) <= radius**2


def brush(bench):
    from trame_server.utils.typed_state import TypedState
    from trame_slicer.app.ui import PaintEffectState

    return TypedState(bench.state, PaintEffectState).data


def steps(bench) -> int:
    return bench.editor._undo_stack.index()


def test_a_margin_is_one_voxel_and_stays_in_thick_slices():
    from DGMSegmentationApp.shaping import thick_axis, with_margin

    assert thick_axis(CUBE) is None and thick_axis(THICK) == 0
    mask = ball()
    cross = ndimage.generate_binary_structure(3, 1)
    assert np.array_equal(with_margin(mask, CUBE, 1), ndimage.binary_dilation(mask, cross))
    assert np.array_equal(with_margin(mask, CUBE, -1), ndimage.binary_erosion(mask, cross))
    flat = cross.copy()
    flat[[0, 2]] = False
    thick = ball(spacing=THICK)
    assert np.array_equal(with_margin(thick, THICK, 1), ndimage.binary_dilation(thick, flat))
    assert not with_margin(np.zeros_like(mask), CUBE, 1).any()


def test_empty_slices_between_others_are_filled():
    from DGMSegmentationApp.shaping import filled_between

    mask = ball()
    gap = mask.copy()
    gap[8:11] = False
    filled = filled_between(gap, 0)
    assert (filled & gap).sum() == gap.sum() and not filled[:3].any()
    dice = 2 * (filled & mask).sum() / (filled.sum() + mask.sum())
    assert dice > 0.9 and filled[8:11].any(axis=(1, 2)).all()


def test_growing_ends_at_the_edge_and_at_other_structures():
    from DGMSegmentationApp.shaping import GROWS_MM, grown_to_edge

    rng = np.random.default_rng(0)
    truth = ball(radius=7)
    values = 0.1 * truth + rng.normal(0, 0.005, truth.shape)
    seed, others = ball(radius=4.5), np.zeros_like(truth)
    others[:, :, 17:] = truth[:, :, 17:] & ~seed[:, :, 17:]
    grown = grown_to_edge(seed, others, values, CUBE)
    wanted = truth & ~others
    assert 2 * (grown & wanted).sum() / (grown.sum() + wanted.sum()) > 0.95
    assert not (grown & others).any() and (grown & seed).sum() == seed.sum()
    assert ndimage.distance_transform_edt(~seed)[grown].max() <= GROWS_MM


def test_the_neighbour_is_the_one_that_touches_most():
    from DGMSegmentationApp.shaping import neighbour_of

    labels = np.zeros((10, 10, 10), np.uint8)
    labels[2:5, 2:8, 2:8], labels[5:8, 2:8, 2:8], labels[2:5, 2:4, 8:9], labels[9, 9, 9] = 5, 7, 9, 3
    assert (neighbour_of(labels, 5), neighbour_of(labels, 7)) == (7, 5)
    assert neighbour_of(labels, 9) == 5 and neighbour_of(labels, 3)
    assert neighbour_of(labels, 1) is None


def test_a_stroke_over_a_neighbour_alone_leaves_no_step(bench):
    """Unless it may take from it: then the neighbour loses what the structure wins, in one step of undo."""
    before, done = bench.rows(), steps(bench)
    bench.choose("CN_L")
    bench.choose("PU_L")  # in the middle of the view
    bench.controls._editor.choose("GP_L")
    bench.key("p")
    bench.stroke(2, 2)
    bench.app.session.measure()
    assert bench.rows() == before and steps(bench) == done
    try:
        bench.key("take")
        taken = bench.act(lambda: bench.stroke(2, 2))
        won = taken["GP_L"][0] - before["GP_L"][0]
        assert won > 0 and before["PU_L"][0] - taken["PU_L"][0] == won
        assert steps(bench) == done + 1
    finally:
        bench.key("take")
    assert bench.act(lambda: bench.controls.key("undo")) == before


def test_a_flat_brush_paints_one_slice(bench):
    """It is the first one where slices are thick; here, with cubes, a ball is."""
    assert brush(bench).use_sphere_brush
    before = bench.app.session.measurement.cases[0].labels.data.copy()
    bench.choose("GP_L")
    bench.key("p")
    bench.key("flat")
    try:
        assert not brush(bench).use_sphere_brush
        bench.act(lambda: bench.stroke(-60, 0))
        after = bench.app.session.measurement.cases[0].labels.data
        assert len(np.unique(np.argwhere(after != before)[:, 2])) == 1
    finally:
        bench.key("flat")
        bench.act(lambda: bench.controls.key("undo"))


def test_the_brush_goes_by_half_millimetres(bench):
    for _ in range(3):
        bench.key("brush_larger")
    assert brush(bench).brush_diameter_slider.value == 5.5
    for _ in range(3):
        bench.key("brush_smaller")
    assert brush(bench).brush_diameter_slider.value == 4.0
    assert "toFixed(1) }} mm" in bench.app.page.layout.html


def test_whole_structures_change_in_one_step(bench):
    """Wider, then mirrored: the numbers of no other structure change."""
    before = bench.rows()
    bench.choose("GP_L")
    for action in ("wider", "narrower", "mirror"):
        done = steps(bench)
        after = bench.act(lambda action=action: bench.controls.key(action))
        assert {name for name in after if after[name] != before[name]} == {"GP_L"}
        assert (after["GP_L"][0] > before["GP_L"][0]) == (action == "wider")
        assert steps(bench) == done + 1
        assert bench.act(lambda: bench.controls.key("undo")) == before
    for action in ("grow", "fill_between"):  # nothing is missing
        bench.key(action)
        assert "Nothing was changed" in bench.state.dgm_message and steps(bench) == 0
    bench.controls.show_message("")
    bench.app.session.measure()
    assert bench.rows()["GP_L"] == before["GP_L"]


def test_the_mirrored_structure_is_the_other_sides(bench):
    from DGMSegmentationApp.shaping import mirrored

    labels = bench.labels.replace(data=bench.labels.data.copy())
    labels.data[(labels.data == LABEL["PU_L"]) & (np.indices(labels.shape)[2] > 38)] = 0
    whole = bench.labels.data == LABEL["PU_L"]
    carried = mirrored(labels, LABEL["PU_L"])
    assert 2 * (carried & whole).sum() / (carried.sum() + whole.sum()) > 0.8
    labels.data[labels.data == LABEL["PU_R"]] = 0
    assert mirrored(labels, LABEL["PU_L"]) is None


def test_every_key_does_something(bench):
    """Each action of the table is there, and no press means two things."""
    from DGMSegmentationApp.keys import all_keys

    presses = [press for key in all_keys() for press in key.presses]
    assert len(presses) == len(set(presses))
    assert {key.action for key in all_keys()} <= set(bench.controls.actions)
    bench.key("p")
    bench.key("p")  # the tool in use stays
    assert not bench.editor.viewing
    bench.key("structure_5")
    assert bench.editor.chosen == "GP_L"
    bench.key("exchange")
    assert bench.editor.chosen != "GP_L"
    bench.key("exchange")
    assert bench.editor.chosen == "GP_L"
    bench.key("v")
