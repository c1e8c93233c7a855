"""The simulator: phantom, anatomy, labelling protocol, registration, drawing, one subject, a data set."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from patience import PATIENCE_S, until
from processes import alive

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.image import Grid
from DGMSegmentationLib.io.files import read_image
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.segmentation.frame import RN_ELEVATION
from DGMSegmentationLib.simulation.anatomy import GRID, mirrored
from DGMSegmentationLib.simulation.anatomy_files import (
    ANATOMY_VERSION,
    load_anatomy,
    save_anatomy,
    version_of,
)
from DGMSegmentationLib.simulation.dataset import (
    image_path,
    labels_path,
    settings_path,
    simulate_anatomies,
    simulate_dataset,
    write_subject,
)
from DGMSegmentationLib.simulation.phantom import phantom
from DGMSegmentationLib.simulation.protocol import CAUDATE_BEHIND, PALLIDUM_BOTTOM
from DGMSegmentationLib.simulation.registration import demons, displace_points, fit_affine, moment_points
from DGMSegmentationLib.simulation.sheet import write_sheet
from DGMSegmentationLib.simulation.subject import Options, labels_on_grid
from DGMSegmentationLib.simulation.tissues import code, is_tissue, mirror_table, tissue_table
from DGMSegmentationLib.simulation.vessels import VEINS, draw_balls, draw_tube, smooth_line
from DGMSegmentationLib.structures import STANDARD

COARSE = Options(voxel_size=(1.5, 1.5, 3.0))


def world(labels, affine, value):
    return np.argwhere(labels == value) @ affine[:3, :3].T + affine[:3, 3]


def test_phantom_is_a_head_with_ten_structures():
    chi, labels = phantom((80, 100, 80), (2, 2, 2), seed=1)
    assert chi.data.dtype == np.float32
    assert labels.data.dtype == np.uint8
    assert (chi.data == 0).mean() > 0.3
    for structure in STANDARD:
        where = labels.data == structure.label
        volume = where.sum() * 8.0
        assert 0.75 * structure.volume_low_mm3 < volume < 1.25 * structure.volume_high_mm3
        assert structure.mean_low_ppb < 1e3 * chi.data[where].mean() < structure.mean_high_ppb
        x = world(labels.data, labels.affine, structure.label)[:, 0].mean()
        assert (x < 0) == (structure.side == "L")
    again = phantom((80, 100, 80), (2, 2, 2), seed=1)
    assert np.array_equal(chi.data, again[0].data)
    other = phantom((80, 100, 80), (2, 2, 2), seed=2)
    assert not np.array_equal(labels.data, other[1].data)


def test_phantom_on_another_grid_is_the_same_head():
    _, fine = phantom((160, 200, 160), (1, 1, 1), seed=5)
    _, thick = phantom((160, 200, 54), (1, 1, 3), seed=5)
    for label in (3, 8, 9):
        a, b = world(fine.data, fine.affine, label), world(thick.data, thick.affine, label)
        assert np.abs(a.mean(axis=0) - b.mean(axis=0)).max() < 0.6
        assert len(a) == pytest.approx(3 * len(b), rel=0.12)


def test_phantom_rejects_nonsense():
    with pytest.raises(ValueError):
        phantom((10, 10), (1, 1, 1))
    with pytest.raises(ValueError):
        phantom((10, 10, 10), (1, 0, 1))


def test_tissue_table_is_sound():
    table = tissue_table()
    assert sorted(t.code for t in table.values()) == list(range(len(table)))
    assert len(table) <= 32
    swap = mirror_table()
    assert np.array_equal(swap[swap], np.arange(256))
    assert swap[code("sn")] == code("sn") + 32
    assert swap[code("cortex")] == code("cortex")


def test_frame_puts_red_nuclei_at_the_documented_elevation(anatomy):
    rotation = anatomy.frame.rotation
    assert np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(rotation) == pytest.approx(1.0)
    index = np.argwhere(is_tissue(anatomy.tissue, "rn"))
    x, y, z = anatomy.frame.positions(index * 0.8 + anatomy.affine[:3, 3]).mean(axis=0)
    assert np.arctan2(-z, -y) == pytest.approx(RN_ELEVATION, abs=1e-6)
    assert abs(x) < 0.5


def test_protocol_cuts_the_caudate_and_widens_the_pallidum(anatomy):
    tissue, labels, frame = anatomy.tissue, anatomy.labels, anatomy.frame
    caudate = frame.positions(world(labels, anatomy.affine, 9))
    assert caudate[:, 1].min() > CAUDATE_BEHIND - 0.5
    assert caudate[:, 2].max() < 13.5
    assert (labels == 9).sum() < (tissue == code("caudate")).sum()
    pallidum = np.isin(tissue, [code("gpe"), code("gpi")])
    drawn = set(np.unique(labels[pallidum]).tolist())
    assert drawn <= {0, 5} and (labels[pallidum] == 5).mean() > 0.7
    above = frame.positions(world(pallidum, anatomy.affine, 1))[:, 2] > PALLIDUM_BOTTOM
    assert frame.positions(world(labels, anatomy.affine, 5))[:, 2].min() > PALLIDUM_BOTTOM - 0.5
    assert 1.05 < (labels == 5).sum() / above.sum() < 1.4
    for label, name in ((1, "rn"), (3, "sn")):  # drawn generously, too
        assert (labels == label).sum() > 0.9 * (tissue == code(name)).sum()
    assert set(np.unique(labels)) == set(range(11))


def test_mirroring_exchanges_sides(anatomy):
    other = mirrored(anatomy)
    assert np.array_equal(other.labels, np.array(STANDARD.mirror)[anatomy.labels[::-1]])
    assert world(other.labels, other.affine, 1)[:, 0].mean() < 0
    restored = mirrored(other)
    assert np.array_equal(restored.tissue, anatomy.tissue)
    assert np.allclose(restored.frame.rotation, anatomy.frame.rotation)
    assert np.linalg.det(other.frame.rotation) == pytest.approx(1.0)


def test_anatomy_files_round_trip(anatomy, tmp_path):
    save_anatomy(tmp_path / "a.npz", anatomy)
    again = load_anatomy(tmp_path / "a.npz")
    assert np.array_equal(again.tissue, anatomy.tissue)
    assert np.array_equal(again.labels, anatomy.labels)
    assert np.allclose(again.frame.origin, anatomy.frame.origin)
    assert set(again.veins) == {*VEINS, "pineal"}


def test_demons_find_a_bump_and_points_follow():
    grid = np.stack(np.meshgrid(*[np.arange(40.0)] * 3, indexing="ij"))
    moving = (np.sqrt(((grid.T - [20, 20, 20]) ** 2).sum(axis=-1).T) < 9).astype(np.float32)[None]
    fixed = (np.sqrt(((grid.T - [22, 19, 20]) ** 2).sum(axis=-1).T) < 10).astype(np.float32)[None]
    u = demons(fixed, moving, 40)
    from DGMSegmentationLib.simulation.registration import warp

    warped = warp(moving, u)[0] > 0.5
    dice = 2 * (warped & (fixed[0] > 0.5)).sum() / (warped.sum() + (fixed > 0.5).sum())
    assert dice > 0.93
    affine = np.diag([1.5, 1.5, 1.5, 1.0])
    points = np.array([[30.0, 30.0, 30.0], [38.0, 28.0, 31.0]])
    moved = displace_points(points, u, affine)
    index = moved / 1.5
    there = np.array([[u[a][tuple(np.rint(p).astype(int))] for a in range(3)] for p in index]) * 1.5 + moved
    assert np.abs(there - points).max() < 0.8


def test_affine_from_moments_is_exact_for_an_affine_change():
    rng = np.random.default_rng(0)
    clouds = [rng.normal(rng.uniform(-30, 30, 3), 5, (500, 3)) for _ in range(4)]
    matrix, shift = np.diag([1.1, 0.9, 1.05]), np.array([3.0, -2.0, 5.0])
    source = np.vstack([moment_points(c) for c in clouds])
    target = np.vstack([moment_points(c @ matrix.T + shift) for c in clouds])
    affine = fit_affine(source, target)
    assert np.allclose(affine[:3, :3], matrix, atol=1e-6)
    assert np.allclose(affine[:3, 3], shift, atol=1e-6)


def test_balls_and_tubes_have_the_volume_they_should():
    target = np.zeros((40, 40, 40), np.float32)
    draw_balls(target, np.array([[20.3, 19.8, 20.1]]), np.array([6.0]))
    assert target.sum() == pytest.approx(4 / 3 * np.pi * 6**3, rel=0.05)
    tube = np.zeros((40, 40, 60), np.float32)
    line = smooth_line(np.array([[20.0, 20.0, 5.0], [20.0, 20.0, 30.0], [20.0, 20.0, 55.0]]), 0.4)
    draw_tube(tube, line, 2.0, np.random.default_rng(0))
    assert tube[:, :, 10:50].sum() == pytest.approx(np.pi * 4 * 40, rel=0.4)  # its radius wavers
    outside = np.zeros((10, 10, 10), np.float32)
    draw_balls(outside, np.array([[-20.0, 5, 5], [5, 5, 30]]), np.array([2.0, 2.0]))
    assert outside.sum() == 0


@pytest.mark.parametrize("spacing", [(0.5, 0.5, 2.0), (1.0, 1.0, 3.0), (0.9, 1.1, 1.0)])
def test_labels_on_grid_keep_volume_and_place(spacing):
    labels = np.zeros((60, 60, 60), np.uint8)
    labels[10:30, 20:50, 15:45] = 7
    labels[30:40, 20:50, 15:45] = 5
    source = Grid((60, 60, 60), np.diag([0.8, 0.8, 0.8, 1.0]))
    shape = tuple(int(48 / s) for s in spacing)
    target = Grid(shape, np.diag([*spacing, 1.0]))
    result = labels_on_grid(labels, source, target)
    for value in (5, 7):
        before, after = world(labels, source.affine, value), world(result, target.affine, value)
        assert len(after) * target.voxel_volume_mm3 == pytest.approx(len(before) * 0.512, rel=0.12)
        assert np.abs(before.mean(axis=0) - after.mean(axis=0)).max() < 0.5 * max(spacing)
    assert set(np.unique(result)) == {0, 5, 7}


def test_subject_has_all_labels_on_the_right_sides(subject):
    chi, labels = subject.chi_ppm, subject.labels
    assert chi.shape == labels.shape
    assert np.allclose(chi.affine, labels.affine)
    assert chi.data.dtype == np.float32
    assert np.isfinite(chi.data).all()
    assert chi.spacing == pytest.approx((1.5, 1.5, 3.0), rel=0.05)
    assert set(np.unique(labels.data)) == set(range(11))
    assert (chi.data[labels.data > 0] != 0).all()
    assert 0.1 < (chi.data != 0).mean() < 0.7
    for nucleus in (1, 3, 5, 7, 9):
        left, right = (world(labels.data, labels.affine, nucleus + side)[:, 0].mean() for side in (0, 1))
        assert left < right
    pallidum, brain = chi.data[np.isin(labels.data, (5, 6))], chi.data[chi.data != 0]
    assert 0.03 < pallidum.mean() - brain.mean() < 0.35
    assert 0.005 < brain.std() < 0.1
    json.dumps(subject.settings)


def test_subject_follows_from_its_seed_with_further_maps_and_without(subject, with_channels):
    again = with_channels
    assert subject.further == {} and again.further
    assert np.array_equal(again.chi_ppm.data, subject.chi_ppm.data)
    assert np.array_equal(again.labels.data, subject.labels.data)
    assert np.array_equal(again.atoms.data, subject.atoms.data)
    assert again.settings == subject.settings


def test_data_set_is_complete_resumable_and_the_same_in_parallel(anatomy, tmp_path):
    save_anatomy(tmp_path / "phantom.npz", anatomy)
    output, seen = tmp_path / "set", []

    def run(jobs):
        seen.clear()
        return simulate_anatomies(
            [tmp_path / "phantom.npz"],
            output,
            2,
            8,
            jobs=jobs,
            options=COARSE,
            progress=lambda *a: seen.append(a),
        )

    names = run(jobs=2)
    assert names == ["sub-sim0001", "sub-sim0002"]
    assert seen == [("subjects", 0, 2), ("subjects", 1, 2), ("subjects", 2, 2)]
    image, labels = read_image(image_path(output, names[0])), read_labels(labels_path(output, names[0]))
    assert image.grid.same_as(labels.grid)
    assert image.unit == "ppm"
    table = (output / "participants.tsv").read_text().splitlines()
    assert table[0].split("\t") == ["participant_id", "anatomy", "split"]
    assert len(table) == 3

    # Lose one subject: only that one is made again, and it is the same, here in this process.
    before = image_path(output, names[1]).read_bytes()
    kept = image_path(output, names[0]).stat().st_mtime_ns
    settings_path(output, names[1]).unlink()
    image_path(output, names[1]).unlink()
    run(jobs=1)
    assert seen == [("subjects", 1, 2), ("subjects", 2, 2)]
    assert image_path(output, names[1]).read_bytes() == before
    assert image_path(output, names[0]).stat().st_mtime_ns == kept


@pytest.mark.parametrize("path", [image_path, labels_path])
def test_a_volume_that_was_deleted_is_made_again(anatomy, tmp_path, path):
    save_anatomy(tmp_path / "phantom.npz", anatomy)
    file = path(tmp_path / "set", "sub-sim0001")
    contents = []
    for _ in range(2):
        simulate_anatomies([tmp_path / "phantom.npz"], tmp_path / "set", 1, 8, options=COARSE)
        contents.append(file.read_bytes())
        file.unlink()
    assert contents[0] == contents[1]


def test_splits_given_to_simulated_subjects_survive_another_run(anatomy, tmp_path):
    """participants.tsv is where the user says who trains: rows stay, new subjects are added below."""
    paths = [tmp_path / "a.npz", tmp_path / "b.npz"]
    for path in paths:
        save_anatomy(path, anatomy)
    table = tmp_path / "set" / "participants.tsv"
    simulate_anatomies(paths[:1], tmp_path / "set", 1, 8, options=COARSE)
    assert table.read_text() == "participant_id\tanatomy\tsplit\nsub-sim0001\ta\ttrain\n"
    table.write_text("participant_id\tage\tsplit\tanatomy\nsub-sim0001\t\ttest\ta\nsub-else\t3\tval\t")
    simulate_anatomies(paths, tmp_path / "set", 2, 8, options=COARSE)
    assert table.read_text().splitlines()[1:] == [
        "sub-sim0001\t\ttest\ta",
        "sub-else\t3\tval\t",
        "sub-sim0002\tn/a\ttrain\tb",
    ]
    table.write_text("who\nsub-sim0001\n")
    with pytest.raises(InputError, match="participant_id"):
        simulate_anatomies(paths, tmp_path / "set", 3, 8, options=COARSE)
    assert (
        table.read_text() == "who\nsub-sim0001\n"
        and not settings_path(tmp_path / "set", "sub-sim0003").exists()
    )


def test_simulation_says_what_is_missing(tmp_path):
    with pytest.raises(InputError, match="hoa2"):
        simulate_dataset(tmp_path, tmp_path / "out", 1, 0)
    with pytest.raises(InputError, match="at least 1"):
        simulate_dataset(tmp_path, tmp_path / "out", 0, 0)


def test_contact_sheet_shows_the_right_side_on_the_left(subject, tmp_path):
    from matplotlib.image import imread

    write_subject(tmp_path, "sub-sim0001", subject)
    files = image_path(tmp_path, "sub-sim0001"), labels_path(tmp_path, "sub-sim0001")
    write_sheet([files], tmp_path / "sheet.png")
    picture = imread(tmp_path / "sheet.png")[..., :3]
    middle = picture[:, 4 * picture.shape[1] // 9 : 5 * picture.shape[1] // 9]  # one slice
    columns = {}
    for structure in STANDARD:
        if structure.nucleus == "PU":
            near = np.abs(middle - np.array(structure.rgb)).max(axis=-1) < 0.1
            assert near.any()
            columns[structure.side] = np.nonzero(near)[1].mean()
    assert columns["R"] < columns["L"]


@pytest.fixture
def label_maps(tmp_path):
    """A folder that looks like one with label maps, for what is refused before any of them is read."""
    for name in ("hoa2", "wholehead", "cit168"):
        (tmp_path / "maps" / name).mkdir(parents=True)
        (tmp_path / "maps" / name / f"{'h' if name == 'wholehead' else 'a'}_dseg.nii.gz").touch()
    return tmp_path / "maps"


def test_few_subjects_need_few_anatomies_and_the_same_ones(label_maps, tmp_path, monkeypatch):
    for name in ("b", "c"):
        (label_maps / "hoa2" / f"{name}_dseg.nii.gz").touch()
    made, used = [], []
    module = "DGMSegmentationLib.simulation.dataset"
    monkeypatch.setattr(f"{module}.build_template", lambda *args: None)
    monkeypatch.setattr(f"{module}._register_one", lambda *args: None)
    monkeypatch.setattr(f"{module}._compose_one", lambda parts, path, ribbon: made.append(path.stem))
    monkeypatch.setattr(f"{module}._simulate_one", lambda path, seed, n, *rest: used.append((n, path.stem)))
    simulate_dataset(label_maps, tmp_path / "one", 1, 0)
    assert made == ["a"] and used == [(0, "a")]
    made.clear()
    used.clear()
    simulate_dataset(label_maps, tmp_path / "five", 5, 0)
    # Two subcortical maps, then a whole head's own deep structures.
    assert made == ["a", "b", "h", "c"] and used == [(0, "a"), (1, "b"), (2, "h"), (3, "c"), (4, "a")]


def test_simulation_refuses_places_where_it_cannot_write(label_maps, tmp_path, capsys):
    (tmp_path / "file").write_text("something")
    with pytest.raises(InputError, match="is a file"):
        simulate_dataset(label_maps, tmp_path / "file", 1, 0)
    with pytest.raises(InputError, match="is a file"):
        simulate_dataset(label_maps, tmp_path / "out", 1, 0, cache=tmp_path / "file")
    words = ["simulate", "--labelmaps", str(label_maps), "--output", str(tmp_path / "out")]
    for size, said in (("1 1 3", "is none"), ("0.2,1,1", "between 0.4 and 6 mm")):
        assert main([*words, "--voxel-size", size]) == 2
        assert said in capsys.readouterr().err
    assert main([*words, "--contact-sheet", str(tmp_path / "file" / "sheet.png")]) == 2
    assert "is a file" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["{cut", "[]", '{"Name": "somebody else\'s"}'])
def test_simulation_refuses_a_folder_with_another_description(label_maps, tmp_path, text):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "dataset_description.json").write_text(text)
    with pytest.raises(InputError, match="another folder"):
        simulate_dataset(label_maps, tmp_path / "out", 1, 0)


@pytest.mark.parametrize("damage", ["empty", "cut", "zeros"])
def test_damaged_anatomies_are_made_anew_or_said(anatomy, tmp_path, damage):
    path = tmp_path / "a.npz"
    save_anatomy(path, anatomy)
    assert version_of(path) == ANATOMY_VERSION
    whole = path.read_bytes()
    half = len(whole) // 2
    path.write_bytes(
        {"empty": b"", "cut": whole[:half], "zeros": whole[:half] + bytes(200) + whole[half + 200 :]}[damage]
    )
    if damage != "zeros":  # which only reading everything shows
        assert version_of(path) == 0
    with pytest.raises(InputError, match="delete it"):
        load_anatomy(path)


@pytest.mark.parametrize(
    ("error", "code", "words"), [(KeyboardInterrupt, 1, "Stopped."), (EOFError, 1, "EOFError")]
)
def test_no_failure_is_silent(label_maps, tmp_path, capsys, monkeypatch, error, code, words):
    """Typer turns these two into an exit code without a word."""

    def fail(*args, **options):
        raise error

    monkeypatch.setattr("DGMSegmentationLib.simulation.dataset.simulate_dataset", fail)
    assert main(["simulate", "--labelmaps", str(label_maps), "--output", str(tmp_path / "out")]) == code
    assert words in capsys.readouterr().err


def test_grid_is_symmetric_for_mirroring():
    corner = GRID.affine @ np.array([GRID.shape[0] - 1, 0, 0, 1])
    assert corner[0] == pytest.approx(-GRID.affine[0, 3])


_POOL_THEN_WAIT = """
import os, time
from DGMSegmentationLib.worker.pool import run_pool
if __name__ == "__main__":
    for outcome in run_pool(os.getpid, [()] * 200_000, 1):
        print(outcome.value, flush=True)
        time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the state of a process from /proc")
def test_no_worker_outlives_a_killed_simulation(tmp_path):
    script = tmp_path / "pool.py"
    script.write_text(_POOL_THEN_WAIT)
    main = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    worker = int(main.stdout.readline())
    os.kill(worker, 0)  # it lives
    main.kill()
    main.wait()
    until(lambda: not alive(worker), "The worker went on waiting after its parent was killed.")


_NAPS = """
import os, time
from pathlib import Path


def nap(seconds):
    if seconds:
        Path(f"{os.getpid()}.asleep").touch()
        time.sleep(seconds)
"""

_RUN_NAPS = """
import os, signal, sys
from naps import nap
from DGMSegmentationLib.simulation.workers import run_tasks
from DGMSegmentationLib.worker import pool

kill = pool.PoolWorker.kill


def kill_amid_ctrl_c(worker):
    os.kill(os.getpid(), signal.SIGINT)
    kill(worker)


if sys.argv[1] == "2":
    pool.PoolWorker.kill = kill_amid_ctrl_c
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    run_tasks(nap, [(0,)] * 2 + [(1e6,)] * 6, 2, "naps", lambda *_: None)
except KeyboardInterrupt:
    print("Stopped.", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT to a group of processes")
@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_ends_a_simulation_and_its_workers_at_once(tmp_path, times):
    """Amid long tasks; also when a second Ctrl-C comes while the workers are being ended."""
    (tmp_path / "naps.py").write_text(_NAPS)
    script = tmp_path / "run_naps.py"
    script.write_text(_RUN_NAPS)
    main = subprocess.Popen(
        [sys.executable, str(script), str(times)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    until(lambda: len(list(tmp_path.glob("*.asleep"))) == 2 or main.poll() is not None, "Nobody fell asleep.")
    workers = [int(path.stem) for path in tmp_path.glob("*.asleep")]
    os.killpg(main.pid, signal.SIGINT)
    try:
        out, err = main.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        os.killpg(main.pid, signal.SIGKILL)
        pytest.fail("It went on after Ctrl-C.")
    assert "Stopped." in out and "Traceback" not in err and main.returncode == 0
    assert len(workers) == 2
    until(lambda: not any(map(alive, workers)), "A worker outlived the run.")


def test_a_small_head_stays_large_enough_to_be_taken_for_one():
    """However much the mask is eroded: training refuses a brain of less than 600 ml."""
    from DGMSegmentationLib.preprocessing.mask import WHOLE_VOLUME_ML
    from DGMSegmentationLib.simulation.anatomy import GRID
    from DGMSegmentationLib.simulation.brain_mask import _MASK_GRID, brain_mask
    from DGMSegmentationLib.simulation.tissues import code

    coarse = _MASK_GRID
    places = np.ogrid[tuple(slice(n) for n in GRID.shape)]
    radius = (650e3 / (4 / 3 * np.pi)) ** (1 / 3) / GRID.spacing[0]
    distance = sum((p - n / 2) ** 2 for p, n in zip(places, GRID.shape, strict=True)) ** 0.5
    tissue = np.where(distance < radius, np.uint8(code("white_matter")), np.uint8(0))
    volumes = []
    for seed in range(8):
        mask = brain_mask(tissue, np.ones(coarse.shape, np.float32), coarse, np.random.default_rng(seed))
        volumes.append(mask.sum() * coarse.voxel_volume_mm3 / 1000)
    assert min(volumes) > WHOLE_VOLUME_ML[0]
    assert len({round(v) for v in volumes}) > 1  # still drawn at random
