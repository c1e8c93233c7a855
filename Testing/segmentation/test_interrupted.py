"""Runs of ``segment`` that are stopped or killed, or that meet another one: nothing partial, nothing mixed, nothing left over."""

import os
import signal
import sys

import pytest
from cohorts import MODEL, start
from make_images import head, save_nifti
from patience import until

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.io.file_set import PREFIX
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.io.typed import parsed
from DGMSegmentationLib.measurement.tables import read_long

NAMES = {f"x{s}" for s in ("_dseg.nii.gz", "_dseg.tsv", "_rois.tsv", "_report.html", "_provenance.json")}
CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and forks of POSIX")


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    data, _, affine = head()
    return save_nifti(tmp_path_factory.mktemp("head") / "x.nii.gz", data, affine)


def words(image, out, subject, *more):
    return ["segment", str(image), "-o", str(out), *MODEL, "--subject", subject, *more]


def names(folder):
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


@pytest.mark.parametrize("how", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_stopped_it_says_so_and_leaves_nothing(image, tmp_path, how):
    """A closed terminal, a batch system's limit, Ctrl-C."""
    process = start(words(image, tmp_path / "out", "a"))
    until(lambda: (tmp_path / "out" / f"{PREFIX}x").exists() or process.poll() is not None)
    process.send_signal(how)
    _, said = process.communicate()
    assert process.returncode == 1 and said.strip().splitlines()[-1] == "dgmseg: Stopped."
    assert not names(tmp_path)


def test_the_second_of_two_runs_into_one_folder_is_refused(image, tmp_path, capsys):
    """At once, before its work; also when it may overwrite."""
    first = start(words(image, tmp_path, "first"))
    until(lambda: (tmp_path / f"{PREFIX}x").exists() or first.poll() is not None)
    for more in ([], ["--overwrite"]):
        assert main(words(image, tmp_path, "second", *more)) == 2
        assert "Another run is writing the results of x" in capsys.readouterr().err
    first.communicate()
    assert first.returncode == 0
    assert names(tmp_path) == NAMES
    assert {row.subject for row in read_long(tmp_path / "x_rois.tsv")} == {"first"}


def killed_at(number, arguments):
    """``dgmseg`` in a forked process that is killed before its ``number``-th change of the disk; whether it was."""
    child = os.fork()
    if child == 0:
        changes = 0

        def crash(event, _):
            nonlocal changes
            if event in CHANGES:
                changes += 1
                if changes == number:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(crash)
        code = 9
        try:
            code = main(arguments)
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) < 0


def test_killed_amid_its_writing_the_set_is_of_one_run(image, tmp_path, capfd):
    """A short version of Testing/experiments/kill_loop.py: points from the last file made to the last one in its place."""
    assert main(words(image, tmp_path, "old")) == 0
    seen = []
    for number in (12, 24, 27, 30):  # one before all files are made, the others amid their moves
        if not killed_at(number, words(image, tmp_path, "new", "--overwrite")):
            break
        assert names(tmp_path) - NAMES <= {f"{PREFIX}x"}
        labels = read_labels(tmp_path / "x_dseg.nii.gz").data  # any reader brings the rest to its place
        rows = read_long(tmp_path / "x_rois.tsv")
        provenance = parsed((tmp_path / "x_provenance.json").read_bytes(), "provenance")
        assert {row.subject for row in rows} == {provenance["subject"]}
        assert [row.n_voxels for row in rows] == [int((labels == row.label).sum()) for row in rows]
        assert names(tmp_path) == NAMES
        seen.append(provenance["subject"])
        if provenance["subject"] == "new":
            assert main(words(image, tmp_path, "old", "--overwrite")) == 0
    assert set(seen) == {"old", "new"}, seen
