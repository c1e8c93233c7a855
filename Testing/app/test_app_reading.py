"""The browser app's views as somebody reads in them, without a browser: frame, zoom, window, clicks, doubtful slices."""

import asyncio
import importlib.util
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from app_bench import LABEL
from patience import PATIENCE_S

sys.path.append(str(Path(__file__).resolve().parents[2] / "DGMSegmentation"))

if importlib.util.find_spec("trame_slicer") is None:
    pytest.skip("not installed: trame-slicer (extra: app)", allow_module_level=True)

pytest_plugins = ["app_fixtures"]


def rest(bench) -> None:
    """Until what the views tell has reached the page."""

    async def wait() -> None:
        await asyncio.sleep(0.3)

    bench.run(wait())


def drag(bench, dx, dy, x=0, y=0) -> None:
    """As the page's own mouse: within the loop."""

    async def act() -> None:
        bench.stroke(dx, dy, x, y)
        await asyncio.sleep(0.3)

    bench.run(act())


def matrix(found):
    return np.array([[found.GetElement(r, c) for c in range(4)] for r in range(4)])


def middle_of(bench, name):
    return bench.labels.affine[:3] @ [*np.argwhere(bench.labels.data == LABEL[name]).mean(axis=0), 1]


def place(bench, point):
    """Pixels of a point (RAS) from the middle of the axial view."""
    node = bench.view.get_view_node()
    x, y = (np.linalg.inv(matrix(node.GetXYToRAS())) @ [*point, 1.0])[:2]
    width, height = node.GetDimensions()[:2]
    return int(x - width / 2), int(y - height / 2)


@pytest.fixture
def drawn(bench):
    """The tags of views in the order in which they are drawn from now on."""
    rest(bench)
    found, observers = [], []
    for view in bench.app.slicer.view_manager.get_views():
        window, tag = view.render_window(), view.get_singleton_tag()
        tell = lambda *_, tag=tag: found.append(tag)  # noqa: E731
        observers.append((window, window.AddObserver("EndEvent", tell)))
    yield found
    for window, observer in observers:
        window.RemoveObserver(observer)


def until(bench, drawn, tags):
    """Until these views have been drawn."""

    async def wait() -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not tags <= set(drawn) and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        assert tags <= set(drawn)

    bench.run(wait())


def test_the_view_that_is_worked_in_is_drawn_first_and_the_others_once(bench, drawn):
    views = {v.get_singleton_tag(): v for v in bench.app.slicer.view_manager.get_views()}

    async def change() -> None:
        for _ in range(5):  # of all views, as a stroke does
            for view in reversed(views.values()):
                view.schedule_render()
            await asyncio.sleep(0)

    bench.run(change())
    until(bench, drawn, set(views))
    assert drawn[0] == "Red"
    assert all(drawn.count(tag) == 1 for tag in set(views) - {"Red"})


def test_a_view_that_is_moved_does_not_wait(bench, drawn):
    views = {v.get_singleton_tag(): v for v in bench.app.slicer.view_manager.get_views()}

    async def change() -> None:
        views["Yellow"].schedule_render()
        views["Green"].set_slice_value(views["Green"].get_slice_value() + 2.0)

    bench.run(change())
    until(bench, drawn, {"Yellow", "Green"})
    assert drawn.index("Green") < drawn.index("Yellow")


def test_the_views_are_framed_on_the_nuclei(bench):
    """Their box and two centimetres around it, in every view."""
    bench.controls.reset_views()
    where = np.argwhere(bench.labels.data)
    corners = np.array([where.min(axis=0) - 0.5, where.max(axis=0) + 0.5])
    low, high = np.sort(bench.labels.affine[:3, :3] @ corners.T + bench.labels.affine[:3, 3:], axis=1).T
    for view in bench.app.slicer.view_manager.get_slice_views():
        node = view.get_view_node()
        axes = np.abs(matrix(node.GetSliceToRAS())[:3, :2])
        slack = np.array(node.GetFieldOfView()[:2]) - (axes.T @ (high - low) + 40)
        assert slack.min() == pytest.approx(0, abs=1) and slack.max() >= -1
        if view is bench.view:
            assert matrix(node.GetSliceToRAS())[:2, 3] == pytest.approx(((low + high) / 2)[:2], abs=2)


def test_zoom_and_window_stay_from_patient_to_patient(bench):
    bench.controls.reset_views()
    node = bench.view.get_view_node()
    wide = node.GetFieldOfView()
    node.SetFieldOfView(wide[0] / 2, wide[1] / 2, wide[2])
    bench.key("window")
    rest(bench)
    window = list(bench.state.dgm_window)

    async def next_patient() -> None:
        with bench.state:
            bench.controls.show(bench.image, "volume", "other")
            bench.controls.show(bench.labels, "labels", "labels")

    try:
        assert window != [-100, 200]
        bench.run(next_patient())
        assert node.GetFieldOfView()[0] == pytest.approx(wide[0] / 2)
        assert list(bench.state.dgm_window) == window
        display = bench.app.session.volume.GetScalarVolumeDisplayNode()
        assert 1000 * display.GetWindowLevelMax() == pytest.approx(window[1])
    finally:
        bench.open()
        bench.controls.reset_views()
        bench.first_window()


def test_the_left_button_sets_the_window_only_without_a_tool(bench):
    bench.key("v")
    rest(bench)
    try:
        drag(bench, 60, 40)
        assert list(bench.state.dgm_window) != [-100, 200]
        moved = list(bench.state.dgm_window)
        bench.key("t")
        drag(bench, 60, 40)
        assert list(bench.state.dgm_window) == moved
    finally:
        bench.key("v")
        bench.first_window()
        rest(bench)


def test_a_click_on_a_structure_chooses_its_row(bench):
    bench.choose("PU_R")
    bench.choose("GP_R")
    node = bench.view.get_view_node()
    before = matrix(node.GetSliceToRAS())
    bench.key("v")
    bench.editor.choose("CN_L")
    x, y = place(bench, middle_of(bench, "GP_R"))
    drag(bench, 0, 0, x, y)
    assert bench.state.dgm_selected == LABEL["GP_R"] and bench.editor.chosen == "GP_R"
    assert np.array_equal(matrix(node.GetSliceToRAS()), before)
    value, unit, *words = bench.state.dgm_cursor.replace(",", "").split()
    assert (unit, words) == ("ppb", ["Globus", "pallidus", "R"])
    i, j, k = np.rint((np.linalg.inv(bench.image.affine) @ [*middle_of(bench, "GP_R"), 1])[:3]).astype(int)
    near = 1000 * bench.image.data[i - 1 : i + 2, j - 1 : j + 2, k - 1 : k + 2]
    assert near.min() - 1 <= float(value) <= near.max() + 1


def test_keys_go_through_the_slices(bench):
    bench.choose("GP_R")
    rest(bench)
    bench.key("slice_up")
    rest(bench)
    first = bench.state.dgm_slices["Red"]
    bench.key("slice_up")
    rest(bench)
    index, of = first.split(" / ")
    assert bench.state.dgm_slices["Red"] == f"{int(index) + 1} / {of}" and of == str(bench.image.shape[2])


def test_black_around_the_brain_is_no_part_of_a_scene(bench):
    from DGMSegmentationApp.background import NAME

    node = bench.app.session.scene.GetFirstNodeByName(NAME)
    assert not node.GetSaveWithScene()
    measured = bench.app.session.measurement.cases[0]
    from trame_slicer.utils import vtk_image_to_np

    assert np.array_equal(vtk_image_to_np(node.GetImageData()).T == 1, ~measured.opened.mask)


def test_a_lost_slab_is_shown_and_found_by_a_key(bench):
    """The lower part of one nucleus is taken away by hand: its slice is marked, and Tab goes there."""
    labels = bench.labels.data.copy()
    inside = labels == LABEL["PU_R"]
    k = np.indices(labels.shape)[2]
    gone = inside & (k <= np.quantile(k[inside], 0.4))
    labels[gone] = 0
    try:

        async def open_cut() -> None:
            with bench.state:
                bench.controls.show(bench.labels.replace(data=labels), "labels", "cut")
                bench.controls.look.now()

        bench.run(open_cut())
        assert bench.state.dgm_flagged >= 1
        flagged = [doubt for doubt in bench.state.dgm_doubts if doubt["flagged"]]
        lost = set(np.flatnonzero(gone.any(axis=(0, 1))).tolist())
        assert any(doubt["index"] in lost and "utamen" in doubt["words"] for doubt in flagged)
        assert all(0 <= doubt["at"] <= 100 for doubt in bench.state.dgm_doubts)
        seen = set()
        for _ in flagged:
            bench.key("next_doubt")
            seen.add(bench.controls.reading.slice_shown(2))
        assert seen == {doubt["index"] for doubt in flagged}
        bench.key("previous_doubt")
        rest(bench)
        assert bench.state.dgm_here
    finally:
        bench.open()


def test_hints_are_coloured_when_they_are_asked_for(bench):
    """A nucleus without its lower part: bright tissue stays red, what lies beyond ends is white; nothing without the switch."""
    from trame_slicer.utils import vtk_image_to_np

    labels = bench.labels.data.copy()
    inside = labels == LABEL["PU_R"]
    k = np.indices(labels.shape)[2]
    gone = inside & (k <= np.quantile(k[inside], 0.4))
    labels[gone] = 0

    def colours():
        return vtk_image_to_np(
            bench.app.session.scene.GetFirstNodeByName("Outside the brain").GetImageData()
        ).T

    async def show(hints):
        with bench.state:
            bench.state.dgm_hints = hints
            bench.controls.show(bench.labels.replace(data=labels), "labels", "cut")
            bench.controls.look.now()

    try:
        for _ in range(2):  # the second time the switch is no change
            bench.run(show(True))
        shown = colours()
        beyond = gone & (k == k[gone].max())
        assert np.isin(shown[beyond], (2, 3, 4)).mean() > 0.8 and (shown[gone] == 2).any()
        assert not (shown[labels > 0] > 1).any() and (shown == 3).any()
        bench.run(show(False))
        assert not (colours() > 2).any() and (colours()[gone] == 2).any()
    finally:
        bench.state.dgm_hints = False
        bench.open()
