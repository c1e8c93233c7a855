"""The probability-weighted mean: an optional statistic of a run, equal to numpy's, that no corrected label keeps."""

import math

import numpy as np
import pytest

from DGMSegmentationLib.inference.predictor import Predictor
from DGMSegmentationLib.measurement.case import measure_case
from DGMSegmentationLib.measurement.tables import read_long, wide_columns, write_long, write_wide
from DGMSegmentationLib.segmentation.again import relabel
from DGMSegmentationLib.segmentation.pipeline import segment
from DGMSegmentationLib.simulation.phantom import phantom
from DGMSegmentationLib.structures import STANDARD
from Testing.support.models_for_tests import phantom_atoms_model


@pytest.fixture(scope="module")
def result():
    image, _ = phantom((80, 100, 56), (2.0, 2.0, 3.0), seed=3)
    predictor = Predictor(phantom_atoms_model(), "cpu", log=lambda remark: None)
    return segment(
        image, predictor=predictor, weighted_means=True, save_probabilities=True, log=lambda remark: None
    )


def test_it_is_the_mean_of_the_voxels_by_their_probability(result):
    for row, probability in zip(result.rows, result.probabilities[1:], strict=True):
        if not row.n_voxels:
            assert math.isnan(row.mean_weighted_ppb)
            continue
        inside = (probability >= 0.05) & result.mask
        wanted = np.average(result.image.data[inside], weights=probability[inside])
        assert row.mean_weighted_ppb == pytest.approx(wanted, abs=2e-3)
        assert abs(row.mean_weighted_ppb - row.mean_ppb) > 1e-3  # it is another statistic than the mean
    assert result.provenance["options"]["weighted_means"] is True


def test_another_protocol_has_its_own(result):
    again = relabel(result, "anatomical")
    assert "STN_L" in [row.abbreviation for row in again.rows]
    assert all(math.isfinite(row.mean_weighted_ppb) == (row.n_voxels > 0) for row in again.rows)
    assert again["GP_L"].mean_weighted_ppb != result["GP_L"].mean_weighted_ppb


def test_tables_hold_it_only_where_a_row_has_it(result, tmp_path):
    plain = measure_case(
        result.labels, result.measured.opened
    ).rows  # as after a correction: the run's notes are gone
    assert all(math.isnan(row.mean_weighted_ppb) for row in plain)
    write_long(plain, tmp_path / "plain.tsv")
    assert "weighted" not in (tmp_path / "plain.tsv").read_text()
    assert not any("weighted" in column for column in wide_columns(STANDARD, plain))
    write_long([*plain, *result.rows], tmp_path / "both.tsv", missing="n/a")
    read = read_long(tmp_path / "both.tsv")
    assert all(math.isnan(row.mean_weighted_ppb) for row in read[:10])
    written = [row.mean_weighted_ppb for row in result.rows]
    np.testing.assert_array_equal([row.mean_weighted_ppb for row in read[10:]], written)
    write_wide(result.rows, tmp_path / "wide.tsv")
    head, line = (text.split("\t") for text in (tmp_path / "wide.tsv").read_text().splitlines())
    assert float(line[head.index("PU_R_mean_weighted_ppb")]) == result["PU_R"].mean_weighted_ppb
