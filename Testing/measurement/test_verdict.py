"""The verdict: ok for a map as it should be, and each doubt for what it is there for, with what to do."""

import json

import numpy as np
import pytest

from DGMSegmentationLib.errors import FACES, InputError
from DGMSegmentationLib.image import Image
from DGMSegmentationLib.measurement.contrast import brain_level, contrasts, guesses
from DGMSegmentationLib.measurement.field_map import spectrum
from DGMSegmentationLib.measurement.places import fit_to_atlas
from DGMSegmentationLib.measurement.verdict import DOUBTFUL, FAILED, OK, Verdict, verdict_on
from DGMSegmentationLib.preprocessing.case import with_axes
from DGMSegmentationLib.simulation.phantom import phantom
from DGMSegmentationLib.simulation.physics import forward_field
from DGMSegmentationLib.structures import STANDARD

SURE = dict.fromkeys((s.abbreviation for s in STANDARD), 0.2)


@pytest.fixture(scope="module")
def case():
    image, labels = phantom((75, 90, 78), (2.2, 2.2, 2.2))
    image = image.replace(data=(image.data * 1000).astype(np.float32))
    return labels, image, image.data != 0


def changed(case, make):
    """The case with other values in the brain."""
    labels, image, mask = case
    return labels, image.replace(data=np.where(mask, make(image.data), 0).astype(np.float32)), mask


def test_a_good_map_is_ok(case):
    verdict = verdict_on(*case, network={"undecided": SURE})
    assert (verdict.status, verdict.reasons) == (OK, ())
    assert verdict_on(*case) == verdict


@pytest.mark.parametrize("make", [lambda v: v + 40, lambda v: v - 40, lambda v: 0.8 * v, lambda v: 1.6 * v])
def test_references_and_gains_of_sites_are_ok(case, make):
    assert verdict_on(*changed(case, make)).status == OK


@pytest.mark.parametrize(
    ("make", "code", "word"),
    [
        (lambda v: v + 2048, "offset_doubted", "a constant was added"),
        (lambda v: 10 * v, "contrast_of_scale", "ten times too large"),
        (lambda v: v * 4 * np.pi, "contrast_of_scale", "4 pi times too large"),
        (lambda v: v / 10, "contrast_of_scale", "ten times too small"),
        (lambda v: v * 0.298, "contrast_of_scale", "Hz at 7 T (multiply"),
    ],
)
def test_other_values_are_named(case, make, code, word):
    verdict = verdict_on(*changed(case, make))
    assert verdict.status == DOUBTFUL and code in verdict.codes
    assert any(word in sentence for sentence in verdict.sentences("shell"))


def test_noise_is_no_map(case):
    noise = np.random.default_rng(0).normal(0, 30, case[1].shape)
    verdict = verdict_on(*changed(case, lambda v: noise))
    assert verdict.codes == ("contrast_missing",)


def test_a_field_map_is_named(case):
    """The field of the map itself, and a stronger one that the contrast alone would not show."""
    labels, image, mask = case
    field = forward_field(image.data, image.spacing)
    for factor in (1.0, 3.0):
        verdict = verdict_on(labels, image.replace(data=np.where(mask, factor * field, 0)), mask)
        assert verdict.codes == ("map_of_field",)
    faint = image.replace(data=np.where(mask, field, 0))
    assert verdict_on(labels, faint, mask, network={"undecided": SURE}).codes == ("map_of_field",)
    assert spectrum(image, mask).cone > 2 * spectrum(image.replace(data=field), mask).cone
    assert spectrum(image, np.zeros_like(mask)) is None


def test_what_the_network_says_counts(case):
    unsure = {**SURE, "RN_L": 0.7, "RN_R": 0.8, "SN_L": 0.6, "SN_R": 0.9}
    assert verdict_on(*case, network={"undecided": unsure}).codes == ("head_unknown",)
    assert verdict_on(*case, network={"undecided": {**SURE, "RN_L": 0.7}}).status == OK
    assert verdict_on(*case, network={"undecided": unsure, "sign_flip": True}).codes == ("sign_flipped",)
    turned = {
        "codes": "RPS", "change": "flipped front to back", "sure": 3, "sure_turned": 10, "structures": 10,
    }  # fmt: skip
    verdict = verdict_on(*case, network={"undecided": unsure, "orientation": turned})
    assert verdict.codes == ("orientation_doubted",)
    said = verdict.sentences("shell")[0]
    assert (
        "flipped front to back" in said
        and "--orientation" in said
        and "of 3 of 10" in said
        and "RPS" in said
        and "LPS" in said
    )
    assert "Which side is left is then unknown" in said


def test_missing_structures(case):
    labels, image, mask = case
    few = labels.replace(data=np.where(labels.data <= 7, labels.data, 0))
    assert "structures_absent" in verdict_on(few, image, mask).codes
    one = labels.replace(data=np.where(labels.data == 3, 0, labels.data))
    assert verdict_on(one, image, mask).status == OK


def test_structures_where_the_map_holds_nothing(case):
    labels, image, mask = case
    half = mask.copy()
    half[: mask.shape[0] // 2] = False
    empty = image.replace(data=np.where(half, image.data, 0))
    verdict = verdict_on(labels, empty, half)
    assert verdict.status == DOUBTFUL and "structures_outside" in verdict.codes
    said = next(r for r in verdict.reasons if r.code == "structures_outside")
    assert len(said.facts["names"]) == 5 and {n[-2:] for n in said.facts["names"]} == {"_L"}


def test_sides_and_places(case):
    labels, image, mask = case
    other = np.array(STANDARD.mirror)[labels.data].astype(np.uint8)
    assert verdict_on(labels.replace(data=other), image, mask).codes == ("labels_sides_exchanged",)
    shuffled = np.array([0, 9, 10, 7, 8, 5, 6, 3, 4, 1, 2])[labels.data].astype(np.uint8)
    assert "places_odd" in verdict_on(labels.replace(data=shuffled), image, mask).codes
    up = labels.grid.axis_codes.replace("A", "x").replace("S", "P").replace("x", "S")
    turned = [with_axes(part, up) for part in (labels, image)]
    assert verdict_on(turned[0], turned[1], mask).codes == ("head_turned",)


def test_the_fit_does_not_mind_how_a_head_lies(case):
    fit = fit_to_atlas(case[0])
    assert fit.residual_mm < 5 and fit.tilt_degrees < 15 and not fit.exchanged
    half = case[0].affine.copy()
    half[:3] *= 0.5
    assert fit_to_atlas(case[0].replace(affine=half)).residual_mm == pytest.approx(
        fit.residual_mm / 2, rel=1e-3
    )
    few = case[0].replace(data=np.where(case[0].data <= 4, case[0].data, 0))
    assert fit_to_atlas(few) is None


def test_contrast_is_that_of_the_map():
    data = np.full((30, 30, 30), -10.0, np.float32)
    labels = np.zeros(data.shape, np.uint8)
    labels[12:18, 12:18, 12:18] = 5
    data[labels == 5] = 90
    data[0, 0, 0] = np.nan
    image = Image(data, np.eye(4))
    assert contrasts(Image(labels, np.eye(4)), image) == {"GP_L": pytest.approx(100)}
    assert contrasts(Image(labels, np.eye(4)), image, values=[6]) == {}
    level = brain_level(image, np.ones(data.shape, bool))
    assert (level.middle, level.spread) == (-10, 0)


@pytest.mark.parametrize(
    ("true_ppb", "unit", "word"),
    [(127.7 * 110, "ppm", "Hz at 3 T"), (298 * 110, "ppm", "Hz at 7 T"), (1760, "ppm", "radians"), (110e3, "ppm", "ppb"),
     (14, "ppb", "Hz at 3 T"), (0.11, "ppb", "ppm"), (4.5, "ppb", "0.039 times those of a QSM")],
)  # fmt: skip
def test_guesses(true_ppb, unit, word):
    assert any(word in guess for guess in guesses(true_ppb, unit))


def test_a_verdict_travels(case):
    verdict = verdict_on(*changed(case, lambda v: 10 * v + 500))
    plain = json.loads(json.dumps(verdict.to_dict()))
    assert plain["status"] == "doubtful"
    assert all(set(reason) == {"code", "facts", "sentence"} for reason in plain["reasons"])
    assert Verdict.from_dict(plain) == verdict
    failure = Verdict.of_failure(InputError("file_missing", path="x"))
    assert failure.status == FAILED and failure.codes == ("file_missing",)
    for face in FACES:
        assert all(s.endswith(".") for s in verdict.sentences(face))
