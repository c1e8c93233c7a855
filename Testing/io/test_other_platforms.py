"""What Windows and macOS do otherwise, injected here: see Docs/platforms.md."""

import operator
import os
import signal
import subprocess
import sys

import pytest

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.cohort.find import find_cohort
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.inference.devices import compute_threads
from DGMSegmentationLib.inference.memory import peak_memory_mb
from DGMSegmentationLib.io.atomic import all_or_none
from DGMSegmentationLib.io.files import write_text
from DGMSegmentationLib.io.lookup import lookup_text
from DGMSegmentationLib.io.tables import read_table
from DGMSegmentationLib.segmentation.protocol import load_protocol
from DGMSegmentationLib.structures import STANDARD, LabelSet
from DGMSegmentationLib.worker.pool import run_pool


def held_elsewhere(times):
    """os.replace as Windows answers while a spreadsheet or a virus scanner holds the file, so many times."""
    real, left = os.replace, [times]

    def replace(source, target):
        if left[0]:
            left[0] -= 1
            error = PermissionError(13, "The process cannot access the file", str(target))
            error.winerror = 32
            raise error
        real(source, target)

    return replace


def test_a_file_that_is_held_for_a_moment_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "replace", held_elsewhere(2))
    write_text(tmp_path / "a.tsv", "new")
    assert (tmp_path / "a.tsv").read_text() == "new"


def test_a_file_that_stays_held_keeps_its_content(tmp_path, monkeypatch):
    monkeypatch.setattr("DGMSegmentationLib.io.atomic._WAITS", (0.0, 0.0))
    (tmp_path / "b.tsv").write_text("old")
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", held_elsewhere(100))
        with pytest.raises(InputError) as caught, all_or_none():
            write_text(tmp_path / "a.tsv", "new")
            write_text(tmp_path / "b.tsv", "new")
    assert caught.value.code == "file_unwritable" and "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["b.tsv"] and (
        tmp_path / "b.tsv"
    ).read_text() == "old"


def test_workers_need_no_fork(monkeypatch):
    monkeypatch.delattr(os, "fork", raising=False)
    assert [outcome.value for outcome in run_pool(operator.add, [(2, 3)], 1)] == [5]


def test_what_only_linux_tells_is_asked_for_nowhere_else(monkeypatch, tmp_path):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert compute_threads(tmp_path) >= 1  # no /proc and no /sys below this root
    monkeypatch.setattr("builtins.open", lambda *_, **__: (_ for _ in ()).throw(FileNotFoundError()))
    monkeypatch.setitem(sys.modules, "resource", None)
    assert peak_memory_mb() is None


def test_a_system_without_sighup(monkeypatch, capsys):
    monkeypatch.delattr(signal, "SIGHUP", raising=False)
    assert main(["--version"]) == 0
    assert "dgmseg" in capsys.readouterr().out


def test_lines_that_end_as_on_windows(tmp_path):
    """CRLF, and the mark that Excel and Notepad put first."""

    def saved(name, text):
        (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
        return tmp_path / name

    people = saved("participants.tsv", "participant_id\tage\nsub-01\t34\n")
    assert read_table(people) == [{"participant_id": "sub-01", "age": "34"}]
    lookup = LabelSet.read(saved("dseg.tsv", lookup_text(STANDARD)))
    assert lookup.structures == STANDARD.structures
    protocol = load_protocol(
        str(saved("mine.toml", 'name = "mine"\n[[structures.RN.parts]]\natoms = ["RN"]\n'))
    )
    assert protocol.name == "mine"


def test_a_pipe_that_knows_few_letters(tmp_path):
    """Windows' pipes speak cp1252: a path with other letters must not end a run at its last line."""
    folder = tmp_path / "Łódź → 1"
    folder.mkdir()
    code = "import sys; from DGMSegmentationLib.cli import main; from typer import echo\nmain(['--version']); echo(sys.argv[1])"
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0 and rb"\u2192" in done.stdout


def test_names_that_differ_in_case_alone_are_refused(tmp_path):
    """On a disk that takes sub-a and sub-A for one, the second would replace the first."""
    for name in ("sub-a", "sub-A"):
        (tmp_path / name / "anat").mkdir(parents=True)
        (tmp_path / name / "anat" / f"{name}_Chimap.nii.gz").write_bytes(b"")
    if len(list(tmp_path.iterdir())) == 1:
        pytest.skip("this disk takes them for one itself")
    (case,) = find_cohort(tmp_path, ("qsm",)).cases
    assert "sub-a" in case.problem.lower() and "\n" not in case.problem
