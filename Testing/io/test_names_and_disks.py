"""Names that cannot be written are said before the work; disks that refuse fsync, chmod or a question are used all the same."""

import errno
import os
import shutil

import pytest
from places import REPOSITORY

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.errors import DGMError, InputError
from DGMSegmentationLib.io.atomic import TEMPORARY_LETTERS
from DGMSegmentationLib.io.files import check_name, check_writable, write_text

SAMPLE = REPOSITORY / "Resources" / "Sample"
QSM, LABELS = SAMPLE / "sub-sample_Chimap.nii.gz", SAMPLE / "sub-sample_seg-DGM_dseg.nii.gz"


def test_a_long_name_is_refused_before_the_work_and_the_longest_is_written(tmp_path):
    longest = os.pathconf(tmp_path, "PC_NAME_MAX") - TEMPORARY_LETTERS
    write_text(tmp_path / ("n" * (longest - 4) + ".txt"), "x")
    with pytest.raises(InputError, match="too long"):
        check_writable([tmp_path / ("n" * (longest - 3) + ".txt")])


def test_segment_says_so_at_once(tmp_path, capsys):
    long = tmp_path / f"{'n' * 236}.nii.gz"
    shutil.copy(QSM, long)
    assert main(["segment", str(long)]) == 2
    said = capsys.readouterr().err
    assert "too long" in said and "rename the image" in said and "folder" not in said
    assert [p.name for p in tmp_path.iterdir()] == [long.name]


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode there")
def test_a_name_that_is_no_text(tmp_path, capsys):
    odd = tmp_path / os.fsdecode(b"sub-\xff_Chimap.nii.gz")
    shutil.copy(QSM, odd)
    with pytest.raises(InputError, match="no UTF-8"):
        check_name(odd)
    for command in (["segment", str(odd)], ["measure", str(odd), "-s", str(LABELS)]):
        assert main(command) == 2
        assert "no UTF-8 text" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == [odd.name]


@pytest.mark.parametrize("refused", ["chmod", "fsync"])
def test_disks_that_refuse_are_written_to(tmp_path, monkeypatch, refused):
    def refuse(*_):
        raise OSError(errno.EPERM if refused == "chmod" else errno.EINVAL, "Operation not supported")

    monkeypatch.setattr(os, refused, refuse)
    write_text(tmp_path / "x.txt", "whole")
    assert (tmp_path / "x.txt").read_text() == "whole" and len(list(tmp_path.iterdir())) == 1


def test_a_full_disk_that_shows_when_flushing_is_no_refusal(tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DGMError, match="disk is full"):
        write_text(tmp_path / "x.txt", "whole")
    assert list(tmp_path.iterdir()) == []
