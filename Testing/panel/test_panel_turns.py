"""The window stays free while volumes are opened and measured: by threads, and in pieces of the event loop's turns."""

import threading

import numpy as np
import pytest
from host import gui
from host.fixtures import head
from panel_actions import show_result, until_measured
from scene_actions import erase, segmented

from DGMSegmentationLib.measurement import files

MEAN, VOLUME = 2, 4
LONGEST_PIECE_S = 0.5
"""Of the main thread's own computing between two turns. The pieces take about 0.1 s; opening the large volume in one piece
takes more than a second, and its whole measurement took seven."""


@pytest.fixture
def opens(monkeypatch):
    """The threads that opened a volume."""
    seen, open_ppb = [], files.open_ppb

    def noted(*arguments, **options):
        seen.append(threading.current_thread())
        return open_ppb(*arguments, **options)

    monkeypatch.setattr(files, "open_ppb", noted)
    return seen


def until_changed(panel, act):
    """The table after an act that changes it."""
    table = panel.widget.ui.table
    before = gui.read_table(table)
    act()
    gui.wait_until(lambda: gui.read_table(table) != before)
    until_measured(panel)
    return gui.read_table(table)


def test_a_large_further_volume_does_not_hold_the_window(panel, host, opens):
    """Another grid, 0.7 mm: ticked, painted, ticked off and on."""
    ui = panel.widget.ui
    node, volume, _labels = show_result(panel)
    large, _ = head(host.scene, "Large", (0.7, 0.7, 0.7))
    with gui.LoopWatch() as watch:
        ui.furtherSelector.setCheckState(large, 2)
        until_measured(panel)
        gui.choose(ui.shownSelector, "Large")
        before = gui.read_table(ui.table)
        for _stroke in range(2):
            after = until_changed(panel, lambda: erase(node, volume, 7, 30))
            assert [line[:5] for line in after[:6]] == [line[:5] for line in before[:6]]
            assert float(after[6][VOLUME]) < float(before[6][VOLUME])
            before = after
    assert opens and threading.main_thread() not in opens
    assert watch.longest_work < LONGEST_PIECE_S
    opens.clear()
    until_changed(panel, lambda: erase(node, volume, 7, 30))
    assert opens == [], "an edit of the labels opens no volume again"


def test_numbers_of_the_shown_volume_never_vanish_meanwhile(panel, host):
    """The table of a further volume waits for its new numbers; it does not blink after each stroke."""
    ui = panel.widget.ui
    node, volume, _labels = show_result(panel)
    other, _ = head(host.scene, "Other", (3.0, 3.0, 3.0))
    ui.furtherSelector.setCheckState(other, 2)
    until_measured(panel)
    gui.choose(ui.shownSelector, "Other")
    seen, show = [], panel.widget.results._table.show
    panel.widget.results._table.show = lambda rows, *more: seen.append(len(rows)) or show(rows, *more)
    try:
        until_changed(panel, lambda: erase(node, volume, 7, 60))
    finally:
        del panel.widget.results._table.show
    assert set(seen) == {10}


def test_pieces_give_the_whole(scene, opens):
    from DGMSegmentationScene.measurement import Measurer

    node, volume, _labels = segmented(scene)
    other, _ = head(scene, "Other", (3.0, 3.0, 3.0), "ppb")
    whole = Measurer().measure(node, [volume, other])
    assert set(opens) == {threading.main_thread()}
    opens.clear()
    pieces = list(Measurer().in_turns(node, [volume, other]))
    assert repr(pieces[-1].rows) == repr(whole.rows) and pieces[-1].reasons == whole.reasons
    assert pieces.count(None) >= 4 and len(opens) == 2 and threading.main_thread() not in opens


def test_voxels_that_change_while_they_are_opened(scene, monkeypatch):
    """The numbers are those of the voxels as they are at the end."""
    import slicer
    from DGMSegmentationScene.measurement import Measurer

    go, open_ppb = threading.Event(), files.open_ppb

    def waiting(*arguments, **options):
        go.wait()
        return open_ppb(*arguments, **options)

    monkeypatch.setattr(files, "open_ppb", waiting)
    node, volume, _labels = segmented(scene)
    turns = Measurer().in_turns(node, [volume])
    assert next(turns) is None
    slicer.util.updateVolumeFromArray(volume, slicer.util.arrayFromVolume(volume) * np.float32(1.25))
    go.set()
    *_, last = turns
    assert repr(last.rows) == repr(Measurer().measure(node, [volume]).rows)


@pytest.mark.parametrize("what", ["volume", "scene"])
def test_what_goes_while_a_thread_opens_it(panel, host, monkeypatch, what):
    ui = panel.widget.ui
    show_result(panel)
    other, _ = head(host.scene, "Other", (3.0, 3.0, 3.0))
    go, begun, open_ppb = threading.Event(), threading.Event(), files.open_ppb

    def waiting(*arguments, **options):
        begun.set()
        go.wait()
        return open_ppb(*arguments, **options)

    monkeypatch.setattr(files, "open_ppb", waiting)
    ui.furtherSelector.setCheckState(other, 2)
    gui.wait_until(begun.is_set)
    if what == "volume":
        host.scene.RemoveNode(other)
    else:
        host.scene.Clear(0)
    go.set()
    until_measured(panel)
    assert not ui.shownSelector.visible
    assert (gui.read_table(ui.table)[0][MEAN] == "") == (what == "scene")


def test_a_failure_in_the_thread_is_one_sentence(panel, host, monkeypatch):
    def failing(*_arguments, **_options):
        raise MemoryError

    ui = panel.widget.ui
    show_result(panel)
    other, _ = head(host.scene, "Other", (3.0, 3.0, 3.0))
    monkeypatch.setattr(files, "open_ppb", failing)
    ui.furtherSelector.setCheckState(other, 2)
    until_measured(panel)
    assert "memory" in ui.resultNote.text and "\n" not in ui.resultNote.text
