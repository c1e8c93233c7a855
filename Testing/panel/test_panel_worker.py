"""The worker process and its temporary files: cancelled, killed, starved of room; the next click works."""

import ctypes
import math
import os
import signal
import tempfile
import time

import numpy as np
import pytest
from host import gui
from host.fixtures import head
from models_for_tests import PHANTOM_MODEL
from panel_actions import (
    all_ids,
    choose_model,
    choose_volume,
    idle,
    message,
    nodes,
    run,
    temporary_folders,
    until_running,
)


def test_cancel_answers_at_once_and_changes_nothing(panel, host):
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    panel.widget.ui.flipAverageBox.checked = True
    before = all_ids(host.scene)
    until_running(panel)
    assert panel.widget.ui.progressBox.visible
    assert not panel.widget.ui.segmentButton.enabled
    gui.click(panel.widget.ui.cancelButton)
    gui.wait_until(lambda: idle(panel))
    assert "Cancelled" in message(panel)
    assert all_ids(host.scene) == before
    assert temporary_folders() == set()
    assert not panel.widget.ui.progressBox.visible
    assert panel.widget.logic.runner.worker_pid is not None  # it loads its engine for the next click


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_dead_worker_is_one_sentence_and_the_next_click_works(panel, host):
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    until_running(panel)
    os.kill(panel.widget.logic.runner.worker_pid, signal.SIGKILL)
    gui.wait_until(lambda: idle(panel))
    assert "memory" in message(panel) and "\n" not in message(panel)
    assert nodes(host.scene) == []
    run(panel)
    assert message(panel) == "" and len(nodes(host.scene)) == 1

    # One that dies while it waits is not worth a word.
    os.kill(panel.widget.logic.runner.worker_pid, signal.SIGKILL)
    gui.wait_until(lambda: panel.widget.logic.runner.worker_pid is None)
    gui.wait(0.2)
    assert message(panel) == ""
    run(panel)
    assert message(panel) == "" and len(nodes(host.scene)) == 2


def test_no_process_can_be_started(panel, host, monkeypatch):
    """The worker dies right after the click and the system starts no other one: one sentence, and the panel is idle."""
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    runner = panel.widget.logic.runner
    gui.click(panel.widget.ui.segmentButton)
    runner._client.stop()
    monkeypatch.setattr(runner._client, "_command", ["/no/such/python"])
    gui.wait_until(lambda: idle(panel))
    assert "/no/such/python" in message(panel) and "\n" not in message(panel)
    assert temporary_folders() == set()
    monkeypatch.undo()
    run(panel)
    assert message(panel) == "" and len(nodes(host.scene)) == 1


@pytest.mark.skipif(os.name == "nt", reason="uses a function of the C library")
def test_threads_go_on_although_slicer_keeps_pythons_lock(panel, host, monkeypatch):
    """Slicer's main thread holds the lock while it waits for events, which the host's does not: only a poll lets go."""
    from DGMSegmentationScene.runner import Runner

    from DGMSegmentationLib.options import SegmentOptions

    volume, _labels = head(host.scene)
    wait_with_lock = ctypes.PyDLL(None).usleep  # a PyDLL keeps the lock, a CDLL would let go
    save, steps = np.save, 1000

    def save_in_steps(*arguments):
        for _step in range(steps):
            os.stat(".")  # each step lets the lock go and needs it back, as reading and writing does
        save(*arguments)

    monkeypatch.setattr(np, "save", save_in_steps)
    runner = Runner()
    try:
        runner.start(volume, SegmentOptions(model=str(PHANTOM_MODEL), device="cpu"))
        polls = 0
        while runner._saver is not None:
            wait_with_lock(2_000)
            runner.poll()
            polls += 1
        assert polls < steps / 2  # one step a poll where nothing else lets the lock go
    finally:
        runner.stop()


def test_scene_closed_while_the_volume_is_written(panel, host, monkeypatch):
    """No temporary file stays, and the next run knows nothing of it."""
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    save = np.save

    def slow_save(*arguments):
        time.sleep(0.3)
        save(*arguments)

    monkeypatch.setattr(np, "save", slow_save)
    gui.click(panel.widget.ui.segmentButton)
    host.scene.Clear(0)
    assert idle(panel) and temporary_folders() == set()
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    choose_model(panel, PHANTOM_MODEL)
    run(panel)
    assert message(panel) == "" and len(nodes(host.scene)) == 1


def test_no_room_for_temporary_files(panel, host, monkeypatch, tmp_path):
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    before = all_ids(host.scene)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "not there"))
    gui.click(panel.widget.ui.segmentButton)
    gui.wait_until(lambda: "temporary folder" in message(panel))
    assert idle(panel)
    monkeypatch.undo()
    monkeypatch.setattr(
        np, "save", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device", "x.npy"))
    )
    run(panel)
    assert "No space left on device" in message(panel)
    assert all_ids(host.scene) == before
    assert temporary_folders() == set()


@pytest.mark.parametrize("then", ["next run", "quit"])
def test_what_cannot_be_removed_at_once_is_removed_later(panel, host, monkeypatch, then):
    """As on Windows, where a worker that was ended keeps its files for a moment."""
    import shutil

    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    until_running(panel)
    rmtree, refusals = shutil.rmtree, math.inf

    def refusing(*arguments, **options):
        nonlocal refusals
        refusals -= 1
        if refusals < 0:
            rmtree(*arguments, **options)

    monkeypatch.setattr(shutil, "rmtree", refusing)
    gui.click(panel.widget.ui.cancelButton)
    gui.wait_until(lambda: idle(panel))
    assert len(temporary_folders()) == 1
    if then == "quit":
        refusals = 1
        panel.widget.logic.runner.stop()
    else:
        refusals = 0
        run(panel)
    assert temporary_folders() == set()


def test_temporary_files_go_where_the_application_settings_say(panel, host, monkeypatch, tmp_path):
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    monkeypatch.setattr(host.app, "temporaryPath", str(tmp_path))
    gui.click(panel.widget.ui.segmentButton)
    assert len(list(tmp_path.glob("DGMSegmentation-*"))) == 1
    assert temporary_folders() == set()
    gui.wait_until(lambda: idle(panel))
    assert list(tmp_path.iterdir()) == [] and len(nodes(host.scene)) == 1
