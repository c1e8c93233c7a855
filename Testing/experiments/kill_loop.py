"""Kill runs of segment and cohort again and again: is a file ever half there, a set mixed, a row lost?

    python Testing/experiments/kill_loop.py [--segment 60] [--cohort 40] [--seed 1]

Half of the kills of ``segment`` come just before a change of the disk (each in turn), the others, and those of ``cohort``, at
random times. After each kill everything that is there must be whole and of one run, once the next run (or any reader) has
looked at the folder; at the end, results equal those of a run that was left alone. Docs/reliability.md has the figures. POSIX
only; some ten minutes on one core.
"""

# ruff: noqa: E402 (the path comes first)

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[2]), str(HERE.parents[1]), str(HERE.parents[1] / "support")]
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")

from cohorts import MODEL, add_subject
from make_images import head, save_nifti

from DGMSegmentationLib.cli import main as dgmseg
from DGMSegmentationLib.io.file_set import finish_sets
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.io.tables import read_table
from DGMSegmentationLib.io.typed import parsed
from DGMSegmentationLib.measurement.tables import read_long

CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod")
SET = ("_dseg.nii.gz", "_dseg.tsv", "_rois.tsv", "_report.html", "_provenance.json")


def in_child(words: list[str], at: int | None = None, after: float | None = None) -> int | None:
    """``dgmseg WORDS`` in a forked process, which is killed before its ``at``-th change of the disk or after some seconds;
    its exit code, None when it was killed.
    """
    child = os.fork()
    if child == 0:
        os.setsid()
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        changes = 0

        def crash(event: str, arguments: object) -> None:
            nonlocal changes
            if event in CHANGES:
                changes += 1
                if changes == at:
                    os.kill(os.getpid(), signal.SIGKILL)

        if at is not None:
            sys.addaudithook(crash)
        code = 99
        try:
            code = dgmseg(words)
        finally:
            os._exit(code)
    deadline = None if after is None else time.monotonic() + after
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            ended = os.waitstatus_to_exitcode(status)
            return ended if ended >= 0 else None
        if deadline is not None and time.monotonic() > deadline:
            os.killpg(child, signal.SIGKILL)
            deadline = None
        time.sleep(0.005)


def check_set(folder: Path) -> str:
    """ "none", "old" or "new": which run's files lie in the folder; all of them must be whole and of that one."""
    finish_sets(folder)  # as the next run and every reader do
    hidden = [p.name for p in folder.iterdir() if p.name.startswith(".")]
    assert not hidden, f"left over: {hidden}"
    found = {suffix for suffix in SET if (folder / f"x{suffix}").exists()}
    if not found:
        return "none"
    assert found == set(SET), f"a part of the set: {found}"
    labels = read_labels(folder / "x_dseg.nii.gz").data
    rows = read_long(folder / "x_rois.tsv")
    assert [row.n_voxels for row in rows] == [int((labels == row.label).sum()) for row in rows], "a mixed set"
    provenance = parsed((folder / "x_provenance.json").read_bytes(), "provenance")
    assert isinstance(provenance, dict)
    subject = provenance["subject"]
    assert {row.subject for row in rows} == {subject}, "a mixed set"
    assert f"{subject}" in (folder / "x_report.html").read_text(), "a mixed set"
    return str(subject)


def kill_segment(folder: Path, kills: int, chance: random.Random) -> None:
    """Kill runs that make a first set, and runs that replace an old one by a new one."""
    data, _, affine = head()
    image = save_nifti(folder / "x.nii.gz", data, affine)
    words = ["segment", str(image), *MODEL, "-o"]
    old, whole = folder / "old", folder / "whole"
    assert in_child([*words, str(old), "--subject", "old"]) == 0
    start = time.monotonic()
    assert in_child([*words, str(whole), "--subject", "new"]) == 0
    seconds = time.monotonic() - start
    ends: dict[str, int] = {}
    killed, at = 0, 0
    while killed < kills:
        out = folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        replaces = bool(killed % 2)
        if replaces:
            shutil.copytree(old, out)
        run = [*words, str(out), "--subject", "new", *(["--overwrite"] if replaces else [])]
        if killed % 4 < 2:
            at += 3 * (killed % 2 == 0)  # a run changes the disk some forty times
            code = in_child(run, at=at)
        else:
            code = in_child(run, after=chance.uniform(0, seconds))
        if code is not None:
            at = 1 if killed % 4 < 2 else at
            continue
        killed += 1
        out.mkdir(exist_ok=True)
        found = check_set(out)
        assert found in (("old", "new") if replaces else ("none", "new")), found
        ends[found] = ends.get(found, 0) + 1
        if killed % 5 == 0:  # and on it goes, as after a run that was left alone
            assert in_child([*run, *([] if replaces else ["--overwrite"])]) == 0
            assert check_set(out) == "new"
            for name in ("x_dseg.nii.gz", "x_rois.tsv"):
                assert (out / name).read_bytes() == (whole / name).read_bytes(), name
    print(f"segment: {killed} kills, no partial or mixed set; found afterwards: {ends}", flush=True)


def kill_cohort(folder: Path, kills: int, chance: random.Random) -> None:
    """Kill runs over a few subjects; finished ones stay, and at the end all is as if nothing had happened."""
    for number in range(4):
        add_subject(folder / "bids", f"sub-{number}", number)
    words = ["cohort", str(folder / "bids"), *MODEL, "--workers", "1", "-o"]
    start = time.monotonic()
    assert in_child([*words, str(folder / "whole")]) == 0
    seconds = time.monotonic() - start
    wanted = rows_in(folder / "whole")
    killed = rounds = 0
    while killed < kills:
        out, done = folder / "out", set[str]()
        shutil.rmtree(out, ignore_errors=True)
        rounds += 1
        while killed < kills:
            code = in_child([*words, str(out)], after=chance.uniform(0, 0.7 * seconds))
            if code is not None:
                break
            killed += 1
            now = finished(out)
            assert done <= now, f"lost: {done - now}"
            done = now
        assert in_child([*words, str(out)]) == 0
        assert rows_in(out) == wanted, "other rows"
        assert len(read_table(out / "cases.tsv")) == 4
        left = [*out.rglob(".*.tmp.*"), *(out / ".dgmseg").glob("tmp-*")]
        assert not left, left
    print(f"cohort: {killed} kills in {rounds} rounds, no partial file, no row lost", flush=True)


def rows_in(out: Path) -> list[str]:
    """What a cohort's table says, row by row; as text, for no value (NaN) equals no value."""
    return sorted(
        f"{row.subject} {row.label} {row.n_voxels} {row.mean_ppb}" for row in read_long(out / "rois_long.tsv")
    )


def finished(out: Path) -> set[str]:
    """The cases with a record that says "done", after looking at every file that is there."""
    done = set()
    for path in (out / ".dgmseg").glob("sub-*.json"):
        record = parsed(path.read_bytes(), str(path))
        assert isinstance(record, dict)
        if record["status"] == "done":
            done.add(record["name"])
            for name, size in record["outputs"].items():
                assert (out / record["name"] / "anat" / name).stat().st_size == size
    for path in out.rglob("*_stats.tsv"):
        assert len(read_long(path)) == 10
    for path in out.rglob("*_dseg.nii.gz"):
        read_labels(path)
    for path in out.glob("rois_long.tsv"):
        read_long(path)
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--segment", type=int, default=60, help="kills of dgmseg segment")
    parser.add_argument("--cohort", type=int, default=40, help="kills of dgmseg cohort")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    import torch  # noqa: F401  (once, before the forks)

    from DGMSegmentationLib.segmentation import pipeline  # noqa: F401

    for kill, count in ((kill_segment, arguments.segment), (kill_cohort, arguments.cohort)):
        if count:
            with tempfile.TemporaryDirectory() as folder:
                kill(Path(folder), count, chance)


if __name__ == "__main__":
    main()
