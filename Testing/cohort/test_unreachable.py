"""Images that are not there now, and doubtful ones: rows of finished cases stay, and what is doubtful is said everywhere."""

import os
import shutil

import nibabel as nib
import numpy as np
from cohorts import MODEL, add_subject

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.io.tables import read_table


def cohort(folder, *more):
    return main(["cohort", str(folder / "bids"), "-o", str(folder / "out"), "--workers", "1", *MODEL, *more])


def rows(folder):
    return {row["name"]: row for row in read_table(folder / "out" / "cases.tsv")}


def measured(folder):
    return {row["subject"] for row in read_table(folder / "out" / "rois_long.tsv")}


def test_rows_survive_images_that_are_not_reachable_and_are_compared_when_they_are_back(tmp_path, capsys):
    first = add_subject(tmp_path / "bids", "sub-a", 1)
    add_subject(tmp_path / "bids", "sub-b_ses-1", 2)
    assert cohort(tmp_path) == 0
    assert capsys.readouterr().err == ""
    kept, content = tmp_path / "kept", (tmp_path / "out" / "rois_long.tsv").read_bytes()
    kept.mkdir()
    # content that a data set's manager dropped, and a disk that is not mounted
    shutil.move(first, kept / first.name)
    first.symlink_to("../../.git/annex/objects/xx/content")
    shutil.move(tmp_path / "bids" / "sub-b", kept / "sub-b")
    (tmp_path / "bids" / "sub-b").symlink_to(tmp_path / "nowhere")
    assert cohort(tmp_path) == 1  # the folder that cannot be opened may hold further images
    said = capsys.readouterr().err
    assert "2 finished cases are not reachable" in said
    assert measured(tmp_path) == {"sub-a", "sub-b"}
    found = rows(tmp_path)
    assert found["sub-a"]["note"] == found["sub-b_ses-1"]["note"] == "image not reachable"
    assert found["sub-a"]["status"] == "done" and found["sub-b"]["status"] == "failed"
    assert cohort(tmp_path, "--redo") == 1 and measured(tmp_path) == {"sub-a", "sub-b"}
    first.unlink()
    shutil.move(kept / first.name, first)
    (tmp_path / "bids" / "sub-b").unlink()
    shutil.move(kept / "sub-b", tmp_path / "bids" / "sub-b")
    os.utime(first)
    capsys.readouterr()
    assert cohort(tmp_path) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert (tmp_path / "out" / "rois_long.tsv").read_bytes() == content
    assert rows(tmp_path)["sub-a"]["note"] == ""
    shutil.move(tmp_path / "bids" / "sub-b", kept / "sub-b again")  # taken out of the study: never in silence
    assert cohort(tmp_path) == 0
    assert "not among the images" in capsys.readouterr().err
    assert measured(tmp_path) == {"sub-a"} and (tmp_path / "out" / "sub-b").exists()


def test_doubts_about_an_image_reach_screen_table_and_page(tmp_path, capsys):
    path = add_subject(tmp_path / "bids", "sub-a", 1)
    plain = nib.load(path)
    image = nib.Nifti1Image(np.asarray(plain.dataobj), plain.affine)
    moved = plain.affine.copy()
    moved[1, 3] += 12
    image.set_sform(plain.affine, 2)
    image.set_qform(moved, 1)
    nib.save(image, path)
    path.with_name("sub-a_Chimap.json").write_text('{"Units": "ppb"}')
    assert cohort(tmp_path) == 0
    said = capsys.readouterr().err
    page = (tmp_path / "out" / "cohort.html").read_text(encoding="utf-8")
    for word in ("sform and qform disagree", "sidecar says ppb"):
        assert word in said and word in rows(tmp_path)["sub-a"]["warnings"] and word in page
