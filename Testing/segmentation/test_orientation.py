"""Turned heads: which versions are tried, which axis runs from side to side, and that the network finds the true one."""

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import REPOSITORY

from DGMSegmentationLib.image import Image, reorient
from DGMSegmentationLib.inference.predictor import Predictor
from DGMSegmentationLib.measurement.verdict import confidence
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.preprocessing.case import open_case, with_axes
from DGMSegmentationLib.preprocessing.grid import prepare
from DGMSegmentationLib.segmentation.convention import Convention
from DGMSegmentationLib.segmentation.orientation import (
    _narrow,
    better_orientation,
    candidates,
    described,
    lateral_axis,
    looks_odd,
)
from DGMSegmentationLib.segmentation.region import prior_box
from DGMSegmentationLib.simulation.phantom import phantom
from DGMSegmentationLib.simulation.physics import forward_field

CODES = sorted(
    "".join(nib.orientations.ornt2axcodes(np.column_stack([order, signs])))
    for order in ([0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0])
    for signs in np.array(np.meshgrid([1, -1], [1, -1], [1, -1])).reshape(3, -1).T
)
SAMPLE = REPOSITORY / "Resources/Sample/sub-sample_Chimap.nii.gz"


@given(st.sampled_from(CODES), st.integers(0, 2))
def test_every_version_of_a_head_is_tried_once_but_for_its_mirror_image(codes, lateral):
    tried = candidates(codes, lateral)
    assert len(set(tried)) == len(tried) == (7 if codes[lateral] in "LR" else 8)
    assert codes not in tried and set(tried) <= set(CODES)
    assert {version[lateral] for version in tried} == {codes[lateral] if codes[lateral] in "LR" else "R"}


@given(st.sampled_from(CODES), st.sampled_from(CODES))
def test_axes_can_be_said_anew(codes, other):
    data = np.arange(24.0).reshape(2, 3, 4)
    affine = nib.orientations.inv_ornt_aff(nib.orientations.axcodes2ornt(codes), (2, 3, 4)) @ np.diag(
        [1, 2, 3, 1]
    )
    said = with_axes(Image(data, affine), other)
    assert said.grid.axis_codes == other and said.spacing == pytest.approx(Image(data, affine).spacing)
    middle = [0.5, 1, 1.5, 1]
    assert said.affine @ middle == pytest.approx(affine @ middle)
    assert with_axes(said, codes).grid.axis_codes == codes


def test_what_was_changed_is_said_in_words():
    assert described("RAS", "RPS") == "flipped front to back"
    assert described("LPS", "LAI") == "flipped front to back and upside down"
    assert described("RAS", "ARS") == described("RAS", "RSA") == "read with its axes exchanged"


@pytest.mark.parametrize("codes", ["RAS", "SRA", "PIL"])
def test_the_axis_from_side_to_side_is_seen(codes):
    image, _ = phantom((50, 60, 52), (3.2, 3.2, 3.2))
    turned = reorient(image.replace(data=image.data * 1000), codes)
    assert codes[lateral_axis(turned, turned.data != 0)] in "LR"


def test_what_is_odd():
    good = dict.fromkeys("abcdefghij", 0.2)
    assert not looks_odd(good, 10) and confidence(good, 10) == pytest.approx(0.8)
    assert not looks_odd({**good, "a": 0.6}, 10), "one structure says nothing of the head"
    assert looks_odd(good, 12) and confidence(good, 12) == pytest.approx(8 / 12)
    assert looks_odd(dict.fromkeys("abcdefghij", 0.35), 10)
    assert looks_odd({}, 10) and confidence({}, 10) == 0


@pytest.fixture(scope="module")
def predictor():
    return Predictor(load_model("default"), "cpu", log=lambda remark: None)


@pytest.mark.parametrize("codes", ["RPS", "ASR"])
def test_the_network_finds_the_true_version(predictor, codes):
    """The sample's array, of which a header says what is not so."""
    case = open_case(with_axes(open_case(SAMPLE).stored, codes))
    found = better_orientation(
        predictor, case, dict.fromkeys("abcdefghij", 0.5), Convention.of(predictor.model)
    )
    assert found is not None and found.codes in ("RAS", "LAS")
    assert found.sure_turned == 10 and found.confidence_turned > 0.7 > found.confidence


def test_the_search_sees_the_same_voxels_on_its_smaller_grid(predictor):
    case, model = open_case(SAMPLE), predictor.model
    whole, part = (
        prepare(case.channels, case.mask, pre) for pre in (model.header.preprocessing, _narrow(model))
    )
    assert part.inputs.size < 0.5 * whole.inputs.size
    seen = [p.inputs[(slice(None), *prior_box(model, p))] for p in (whole, part)]
    np.testing.assert_allclose(seen[0], seen[1], atol=1e-5)


def test_no_version_of_a_field_is_tried(predictor, monkeypatch):
    case = open_case(SAMPLE)
    field = forward_field(case.stored.data, case.stored.spacing)
    field = open_case(case.stored.replace(data=np.where(case.mask, field, 0).astype(np.float32)), units="ppm")
    monkeypatch.setattr(predictor, "predict", None)  # must not run
    assert better_orientation(predictor, field, {}, Convention.of(predictor.model)) is None
