"""The table that grows from subject to subject: rows of another image are never replaced without a question."""

from dataclasses import replace

import pytest
from scene_actions import segmented

from DGMSegmentationLib.measurement.tables import read_long


@pytest.fixture
def rows(scene):
    from DGMSegmentationScene.measurement import Measurer

    node, volume, _labels = segmented(scene, name="QSM")
    return Measurer().measure(node, [volume]).rows


def others(rows):
    return [replace(row, mean_ppb=row.mean_ppb + 1) for row in rows]


def test_two_images_of_one_name_are_a_question_that_names_both(rows, tmp_path):
    from DGMSegmentationScene.cohort_file import CohortFile

    cohort, path = CohortFile(), tmp_path / "cohort.tsv"
    first, second = {"QSM": "/data/a/QSM.nii.gz"}, {"QSM": "/data/b/QSM.nii.gz"}
    assert cohort.clash(rows, first, path) == ""
    assert cohort.append(rows, first, path) == (10, 0)
    assert cohort.clash(others(rows), first, path) == ""  # the same image, measured again
    question = cohort.clash(others(rows), second, path)
    assert "/data/a/QSM.nii.gz" in question and "/data/b/QSM.nii.gz" in question and "10 rows" in question
    assert cohort.append(others(rows), second, path) == (0, 10)
    assert read_long(path)[4].mean_ppb == pytest.approx(rows[4].mean_ppb + 1, abs=1e-5)
    assert "/data/b/QSM.nii.gz" in cohort.clash(rows, first, path)


def test_rows_of_an_earlier_session(rows, tmp_path):
    """Nobody knows where they came from: the same numbers are no question, others are."""
    from DGMSegmentationScene.cohort_file import CohortFile

    path, source = tmp_path / "cohort.csv", {"QSM": "/data/a/QSM.nii.gz"}
    CohortFile().append(rows, source, path)
    later = CohortFile()
    assert later.clash(rows, source, path) == ""
    question = later.clash(others(rows), source, path)
    assert "an earlier session" in question and "/data/a/QSM.nii.gz" in question
    named = [replace(row, subject="sub-02") for row in others(rows)]
    assert later.clash(named, source, path) == ""
    assert later.append(named, source, path) == (10, 0)
    assert len(read_long(path)) == 20
