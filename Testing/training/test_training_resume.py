"""A run that is killed at any time and resumed gives the model of a run that was left alone."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import torch
from patience import PATIENCE_S, until
from training_data import TINY_PATCH, make_bids

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.training.fitting import Progress
from DGMSegmentationLib.training.run import train
from DGMSegmentationLib.training.run_options import RunOptions

# Dropout, batch normalisation, coordinates, averaging of weights, early stopping, two phases, mining, stage 2.
CHANGES = [
    *[change for change in TINY_PATCH if "voxel_slopes" not in change],
    "stage1.learning_rates=[3e-3, 1e-3]",
    "stage1.epochs=3",
    "stage1.patience=2",
    "stage2.enabled=true",
    "stage2.learning_rates=[1e-3]",
    "stage2.epochs=2",
    "optimiser.ema=0.9",
    "augmentation.mirror=0.5",
]


def command(data: Path, output: Path, *more: str) -> list[str]:
    words = [sys.executable, "-m", "DGMSegmentationLib", "train", "--preset", "part2", "--device", "cpu"]
    for change in CHANGES:
        words += ["--set", change]
    return [*words, "--data", str(data), "--output", str(output), *more]


def lines(output: Path) -> int:
    history = output / "history.csv"
    return len(history.read_text().splitlines()) if history.exists() else 0


def run_and_kill(words: list[str], output: Path, at: int, how: int = signal.SIGKILL) -> tuple[int, str]:
    """Start a real process, signal it once the history has ``at`` lines, and return its exit code and what it said.

    A starved test may see a run end before the signal: that one is removed, and another one is started.
    """
    for _again in range(100):
        process = subprocess.Popen(
            words,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            # Below a job in the background it would be ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        try:
            until(lambda process=process: lines(output) >= at or process.poll() is not None)
            ended = process.poll()
            if ended is None:
                os.kill(process.pid, how)
            said = process.communicate(timeout=PATIENCE_S)[1].decode()
        finally:
            process.kill()
        if ended is None and not (output / "model.safetensors").exists():
            return process.returncode, said
        assert process.returncode == 0, said[-2000:]
        shutil.rmtree(output)
    raise AssertionError("every run had ended before the kill")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_run_does_not_pass_for_done(tmp_path, how):
    """A batch system's time limit (SIGTERM) and Ctrl-C: exit code 1 and what to do, not the 0 of a finished run."""
    data, output = make_bids(tmp_path / "bids", n_train=2), tmp_path / "out"
    long = ["--set", "stage1.epochs=2000", "--set", "stage1.patience=0"]
    code, said = run_and_kill(command(data, output, *long), output, 2, how)
    assert code == 1
    assert said.count("\n") == 1 and "--resume" in said


def test_an_error_amid_an_interrupt_is_the_interrupt(tmp_path):
    """Lightning may stumble over its own loaders while it handles Ctrl-C."""

    def stumble(done: int, total: int) -> None:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            raise RuntimeError("Please call `iter(combined_loader)` first.")  # noqa: B904 - as it happens

    data = make_bids(tmp_path / "bids", n_train=2)
    with pytest.raises(KeyboardInterrupt):
        train("part2", data, tmp_path / "out", RunOptions(device="cpu", step=stumble), overrides=CHANGES)


def rows_without_time(output: Path) -> list[str]:
    return [line.rpartition(",")[0] for line in (output / "history.csv").read_text().splitlines()]


def test_killed_and_resumed_equals_uninterrupted(tmp_path):
    data = make_bids(tmp_path / "bids", n_train=3)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    train("part2", data, whole, RunOptions(device="cpu"), overrides=CHANGES)
    run_and_kill(
        command(data, broken), broken, at=6
    )  # header and five epochs: one phase finished, amid the second
    train("part2", data, broken, RunOptions(device="cpu", resume=True), overrides=CHANGES)
    for name in ("model_stage1.safetensors", "model.safetensors"):
        one, other = load_model(whole / name), load_model(broken / name)
        for key, tensor in one.states[0].items():
            assert torch.equal(tensor, other.states[0][key]), f"{name}: {key}"
        assert one.header.training["preset"] == other.header.training["preset"]
    assert rows_without_time(whole) == rows_without_time(broken)
    assert (whole / "patches.json").read_text() == (broken / "patches.json").read_text()
    assert not (broken / "checkpoints").exists()
    assert len({tuple(row.split(",")[1:4]) for row in rows_without_time(broken)}) == lines(
        broken
    )  # no epoch twice


def test_an_output_in_use_is_refused_and_resume_wants_the_same_preset(tmp_path):
    data = make_bids(tmp_path / "bids", n_train=2)
    output = tmp_path / "out"
    short = [*TINY_PATCH, "stage1.epochs=1", "stage1.learning_rates=[1e-3]", "stage2.enabled=false"]
    train("part1", data, output, overrides=short)
    before = (output / "model.safetensors").read_bytes()
    with pytest.raises(InputError, match="resume=True"):
        train("part1", data, output, overrides=TINY_PATCH)
    assert (output / "model.safetensors").read_bytes() == before
    train("part1", data, output, RunOptions(resume=True), overrides=short)  # finished: nothing to do
    assert (output / "model.safetensors").read_bytes() == before


def test_resume_wants_the_same_content_of_images_and_labels(tmp_path):
    data, output = make_bids(tmp_path / "bids", n_train=2), tmp_path / "out"
    short = [*TINY_PATCH, "stage1.epochs=1", "stage1.learning_rates=[1e-3]", "stage2.enabled=false"]
    model = train("part1", data, output, RunOptions(device="cpu"), overrides=short)
    label = next(data.glob("derivatives/manual/sub-01/anat/*_dseg.nii.gz"))
    image = nib.load(label)
    corrected = np.where(np.asarray(image.dataobj) == 1, 0, np.asarray(image.dataobj))
    nib.save(nib.Nifti1Image(corrected, image.affine), label)
    with pytest.raises(InputError, match="another image or label"):
        train("part1", data, output, RunOptions(device="cpu", resume=True), overrides=short)
    state = json.loads((output / "run.json").read_text())
    del state["fingerprint"]["image or label"]  # as a run of an earlier version
    (output / "run.json").write_text(json.dumps(state))
    assert train("part1", data, output, RunOptions(device="cpu", resume=True), overrides=short) == model


def test_resume_with_another_preset_is_refused(tmp_path):
    first = Progress(tmp_path / "checkpoints", {"preset": {"seed": 1}, "data": {}})
    first.folder.mkdir()
    first.save()
    with pytest.raises(InputError, match="another preset"):
        Progress(tmp_path / "checkpoints", {"preset": {"seed": 2}, "data": {}}).load()
    Progress(tmp_path / "checkpoints", {"preset": {"seed": 1}, "data": {}}).load()


@pytest.mark.parametrize(
    "text", ["", '{"fingerprint": {"preset', '{"fingerprint": {"preset": 1}}', "[]", "\xff"]
)
def test_a_damaged_state_is_one_sentence(tmp_path, text):
    state = Progress(tmp_path / "checkpoints", {"preset": 1})
    state.folder.mkdir()
    state.file.write_text(text, encoding="latin-1")
    with pytest.raises(InputError, match=r"state\.json is damaged: start again in another output folder\."):
        state.load()


@pytest.mark.parametrize("damaged", ["stage1_phase1.ckpt", "stage1_phase1.safetensors"])
def test_damaged_weights_of_a_stopped_run_are_one_sentence(tmp_path, damaged, monkeypatch):
    data, output = make_bids(tmp_path / "bids", n_train=2), tmp_path / "out"
    short = [*TINY_PATCH, "stage1.epochs=1", "stage1.learning_rates=[1e-3]", "stage2.enabled=false"]

    def stop(*args, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("DGMSegmentationLib.training.run.save_model", stop)
        with pytest.raises(KeyboardInterrupt):
            train("part1", data, output, RunOptions(device="cpu"), overrides=short)
    file = output / "checkpoints" / damaged
    for other in file.parent.glob("*_phase1.*"):
        other.unlink()
    if file.suffix == ".ckpt":  # the phase was under way
        state = Progress(file.parent, {}).file
        state.write_text(json.dumps({**json.loads(state.read_text()), "finished": {}}))
    file.write_bytes(b"PK\x03\x04cut")
    with pytest.raises(InputError, match=rf"{damaged} is damaged: start again in another output folder\."):
        train("part1", data, output, RunOptions(device="cpu", resume=True), overrides=short)
