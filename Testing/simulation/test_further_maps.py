"""Magnitude and R2* of a simulated head: what raises R2*, and where the files lie."""

import json

import numpy as np
import pytest

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.io.files import read_image
from DGMSegmentationLib.simulation.dataset import channel_path, write_subject
from DGMSegmentationLib.simulation.relaxation import CHANNELS, checked_channels, r2star
from DGMSegmentationLib.simulation.tissues import code
from DGMSegmentationLib.training.data import find_subjects


def test_iron_is_dark_in_the_magnitude_and_bright_in_r2star(with_channels):
    head = with_channels
    (magnitude, _), (rate, _) = (head.further[name] for name in CHANNELS)
    assert magnitude.grid.same_as(head.chi_ppm.grid) and rate.grid.same_as(head.chi_ppm.grid)
    labels, brain = head.labels.data, head.chi_ppm.data != 0
    assert (rate.data[~brain] == 0).all() and (magnitude.data > 0).all()
    pallidum, caudate = np.isin(labels, (5, 6)), np.isin(labels, (9, 10))
    assert rate.data[pallidum].mean() > 1.2 * rate.data[caudate].mean() > 1.2 * 5
    assert magnitude.data[pallidum].mean() < 0.95 * magnitude.data[caudate].mean()


def test_r2star_rises_with_susceptibility_of_either_sign_and_with_the_field():
    tissue = np.full(5, code("gpe"), np.uint8)
    ppm = np.array([-0.3, -0.1, 0.0, 0.13, 0.3], np.float32)
    at_3 = r2star(tissue, ppm, 3.0)
    assert at_3[3] == pytest.approx(37.8, abs=0.2), "the pallidum of Gelman et al. 1999"
    assert at_3[0] > at_3[1] > at_3[2] < at_3[3] < at_3[4] and at_3[0] == pytest.approx(at_3[4])
    iron = [r2star(tissue, ppm, tesla)[4] - r2star(tissue, ppm, tesla)[2] for tesla in (1.5, 3.0, 6.0)]
    assert iron[1] == pytest.approx(2 * iron[0]) and iron[2] == pytest.approx(2 * iron[1])


def test_files_are_found_by_a_training_of_several_channels(with_channels, tmp_path):
    write_subject(tmp_path, "sub-sim0001", with_channels)
    (subject,) = find_subjects(tmp_path, ("qsm", "R2starmap", "T2starw"))
    assert [path.name for path in subject.images[1:]] == [
        "sub-sim0001_R2starmap.nii.gz",
        "sub-sim0001_part-mag_T2starw.nii.gz",
    ]
    rate = channel_path(tmp_path, "sub-sim0001", "r2star")
    assert json.loads((rate.parent / "sub-sim0001_R2starmap.json").read_text())["Units"] == "1/s"
    np.testing.assert_allclose(read_image(rate).data, with_channels.further["r2star"][0].data, rtol=1e-6)


def test_names_of_further_maps():
    assert checked_channels(["r2star", "magnitude"]) == CHANNELS and checked_channels([]) == ()
    with pytest.raises(InputError, match="makes no channel 't1'"):
        checked_channels(["t1"])
