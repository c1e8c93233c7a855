"""Doubts of values, of places and of names: each kind of misleading map or label file, and what must not be doubted."""

from itertools import combinations

import numpy as np
import pytest
from make_images import head

from DGMSegmentationLib.image import Grid, Image, resample_to
from DGMSegmentationLib.measurement.case import measure_case
from DGMSegmentationLib.measurement.halves import halves
from DGMSegmentationLib.measurement.misplaced import misplacement
from DGMSegmentationLib.measurement.places import ATLAS_MM, exchanged_names, fit_to_atlas, side_doubts
from DGMSegmentationLib.measurement.verdict import verdict_on
from DGMSegmentationLib.preprocessing.case import open_case
from DGMSegmentationLib.preprocessing.mask import brain_mask, check_head_size, other_parts
from DGMSegmentationLib.structures import STANDARD

CHI, ARRAY, AFFINE = head((75, 90, 78), (2.2, 2.2, 2.2))
INSIDE = CHI != 0
LABELS = Image(ARRAY, AFFINE, label_set=STANDARD)
ASIDE = np.linspace(-1, 1, CHI.shape[0])[:, None, None]
NAMES = [s.abbreviation for s in STANDARD]


def codes(values, labels=LABELS):
    """Why labels in a map of these values (ppb) are doubtful."""
    image = Image(np.where(INSIDE, values, 0).astype(np.float32), AFFINE)
    return verdict_on(labels, image, INSIDE).codes


PPB = 1000 * CHI
KINDS = {
    "gain on one side": (lambda: PPB * np.where(ASIDE > 0, 0.5, 1), "values_uneven"),
    "ramp of the gain": (lambda: PPB * (1 + ASIDE), "values_uneven"),
    "ramp of the values": (lambda: PPB + 60 * ASIDE, "values_uneven"),
    "one side higher": (lambda: PPB + np.where(ASIDE > 0, 60, 0), "values_uneven"),
    "clipped at 60 ppb": (lambda: np.minimum(PPB, 60), "values_clipped"),
    "clipped below -20 ppb": (lambda: np.maximum(PPB, -20), "values_clipped"),
    "masked by a threshold": (lambda: np.where(PPB < -5, 0, PPB), "brain_holed"),
    "drowned in noise": (
        lambda: PPB + np.random.default_rng(0).normal(0, 150, CHI.shape),
        "contrast_missing",
    ),
    "steps of 50 ppb": (lambda: np.round(PPB / 50) * 50 + 0.01, "values_coarse"),
    "globus pallidus masked to 0": (lambda: np.where(ARRAY == 5, 0, PPB), "structures_outside"),
    "one pallidum as its surroundings": (lambda: np.where(ARRAY == 5, -10.0, PPB), "contrast_of_side"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_misleading_map_is_doubted(kind):
    make, code = KINDS[kind]
    assert code in codes(make())


def test_good_maps_are_not():
    for values in (PPB, PPB + 60, np.round(PPB), np.clip(PPB, -250, 250), PPB * (1 + 0.05 * ASIDE)):
        assert codes(values) == ()


def test_halves_are_those_of_the_world():
    turned = Image(
        np.where(INSIDE, 20 * (ASIDE < 0), 0).astype(np.float32), np.diag([-1.0, 1, 1, 1]) @ AFFINE
    )
    pair = next(halves(turned, INSIDE))
    assert pair.names == ("left", "right") and pair.middles == (0, 20) and pair.uneven
    assert list(halves(turned, np.zeros_like(INSIDE))) == []


@pytest.mark.parametrize(("axis", "ratio", "apart"), [(0, 1.284, 12), (1, 1.6487, 20), (2, 2.2255, 25)])
def test_from_where_on_halves_are_uneven(axis, ratio, apart):
    """Two blocks of values from 0 to 100 ppb, 2 mm wide: quartiles 50 ppb apart, 3 mm in the middle left out."""
    values = np.tile(np.linspace(0, 100, 101), 8).reshape(8, 101)

    def pair(gain, shift):
        upper = 50 + gain * (values - 50) + shift
        both = np.concatenate([values, np.full((2, 101), 1e4), upper])  # the middle must not count
        data = np.moveaxis(np.tile(both[:, :, None], (1, 1, 4)), 0, axis).astype(np.float32)
        image = Image(data, np.diag([2.0, 2.0, 2.0, 1.0]))
        return next(h for h in halves(image, np.ones(data.shape, bool)) if h.axis == axis)

    found = pair(1.0, 0.0)
    assert found.middles == pytest.approx((50, 50)) and found.spreads == pytest.approx((50, 50))
    assert not found.uneven
    for gain in (ratio, 1 / ratio):
        inner, outer = gain**0.97, gain**1.03
        assert not pair(inner, 0).uneven and pair(outer, 0).uneven
    for sign in (1, -1):
        assert not pair(1, sign * (apart - 0.5)).uneven and pair(1, sign * (apart + 0.5)).uneven
    fine = Image(np.ones((60, 60, 60), np.float32), np.diag([0.5, 0.5, 0.5, 1.0]))
    assert [h.axis for h in halves(fine, np.ones(fine.shape, bool))] == [0, 1, 2], (
        "places are those of its voxels"
    )
    few = Image(np.ones((20, 10, 2), np.float32), np.diag([2.0, 2.0, 2.0, 1.0]))
    assert list(halves(few, np.ones(few.shape, bool))) == []


def test_the_pallidum_alone_tells_nothing_where_it_holds_no_values():
    assert "contrast_unknown" in codes(np.where(np.isin(ARRAY, (5, 6)), np.nan, PPB))
    others = LABELS.replace(data=np.where(np.isin(ARRAY, (5, 6)), 0, ARRAY))
    assert codes(PPB, others) == ()
    assert "structures_not_bright" in codes(np.random.default_rng(0).normal(0, 20, CHI.shape), others)


def renumbered(one, other):
    table = np.arange(11, dtype=np.uint8)
    for side in ("_L", "_R") if len(one) == 2 else ("",):
        a, b = (NAMES.index(name + side) + 1 for name in (one, other))
        table[a], table[b] = b, a
    return LABELS.replace(data=table[ARRAY])


@pytest.mark.parametrize(("one", "other"), [*combinations(NAMES, 2), *combinations(ATLAS_MM, 2)])
def test_exchanged_names_are_told(one, other):
    """Two structures, or two nuclei on both sides, carry each other's number."""
    assert set(exchanged_names(renumbered(one, other))) == {one, other}


def test_names_that_are_right():
    assert exchanged_names(LABELS) is None and side_doubts(LABELS) == ()
    assert exchanged_names(LABELS.replace(data=np.where(ARRAY <= 4, ARRAY, 0))) is None
    assert fit_to_atlas(LABELS).residual_mm == pytest.approx(2.58, abs=0.05), "this phantom against CIT168"


def test_measuring_doubts_exchanged_names():
    opened = open_case(Image(CHI, AFFINE))
    assert "labels_names_exchanged" in measure_case(renumbered("RN", "SN"), opened).verdict.codes
    assert "labels_names_exchanged" in measure_case(renumbered("CN_L", "CN_R"), opened).verdict.codes


def test_a_mask_alone_is_doubted_on_the_other_side_and_in_the_place_of_another_nucleus():
    elsewhere = np.eye(4)
    elsewhere[:3, 3] = (60, -40, 20)  # wherever the world's origin is
    affine = elsewhere @ AFFINE
    opened = open_case(Image(CHI, affine))

    def verdict(held, said):
        alone = STANDARD.subset([STANDARD.by_abbreviation(said).label])
        array = np.where(np.equal(ARRAY, held), alone.values[0], 0).astype(np.uint8)
        return measure_case(Image(array, affine, label_set=alone), opened).verdict

    assert verdict(7, "PU_L").status == verdict(2, "RN_R").status == "ok"
    assert "labels_on_wrong_side" in verdict(8, "PU_L").codes
    assert "labels_on_wrong_side" in verdict(1, "RN_R").codes
    for held, said in ((7, "CN_L"), (9, "PU_L"), (5, "RN_L"), (9, "SN_L")):
        assert "labels_far_from_place" in verdict(held, said).codes, (held, said)


@pytest.mark.parametrize(
    ("shift", "direction"), [((4.4, 0, 0), "left"), ((0, -4.4, 0), "front"), ((0, 0, 6), "down")]
)
def test_labels_of_another_place_are_doubted(shift, direction):
    """On another grid, where only the map can tell."""
    opened = open_case(Image(CHI, AFFINE))
    fine = Grid((100, 120, 100), AFFINE @ np.diag([0.75, 0.75, 0.78, 1]))
    there = Image(resample_to(ARRAY, LABELS.grid, fine, 0), fine.affine, label_set=STANDARD)
    assert measure_case(there, opened).verdict.status == "ok"
    moved = np.eye(4)
    moved[:3, 3] = shift
    measured = measure_case(there.replace(affine=moved @ fine.affine), opened)
    assert "labels_misplaced" in measured.verdict.codes
    said = next(r for r in measured.of_labels if r.code == "labels_misplaced")
    assert said.facts["direction"] == [direction]
    assert said.facts["shift"] == pytest.approx(np.linalg.norm(shift), abs=2.5)
    again = measure_case(measured.labels, opened, previous=measured)
    assert "labels_misplaced" in again.verdict.codes
    assert misplacement(LABELS, opened.image) is None


def test_a_map_of_little_contrast_tells_no_place():
    moved = LABELS.replace(data=np.roll(ARRAY, 2, axis=0))
    image = Image(PPB.astype(np.float32), AFFINE)
    found = misplacement(moved, image)
    assert 90 < found.there_ppb < 140, "the nuclei's mean contrast"
    assert misplacement(moved.replace(data=np.where(moved.data <= 4, moved.data, 0)), image) is not None
    assert found.here_ppb < found.there_ppb and found.shift_mm[0] == pytest.approx(-4.4, abs=1.2)
    for contrast, told in ((14.5, False), (15.5, True)):
        weaker = image.replace(data=image.data * np.float32(contrast / found.there_ppb))
        assert (misplacement(moved, weaker) is not None) is told
    assert misplacement(moved.replace(data=np.where(moved.data <= 3, moved.data, 0)), image) is None


def test_heads_that_are_none():
    spacing = (2.2, 2.2, 2.2)
    assert check_head_size(INSIDE, spacing) == []
    front, moved = INSIDE.copy(), INSIDE.copy()
    front[:, : INSIDE.shape[1] // 2] = False
    assert "brain_cut" in {r.code for r in check_head_size(front, spacing)}
    moved[:, :, 40:] = np.roll(moved[:, :, 40:], 6, axis=1)
    assert "slices_moved" in {r.code for r in check_head_size(moved, spacing)}
    scale = (850 / (INSIDE.sum() * 2.2**3 / 1000)) ** (1 / 3)
    small = check_head_size(INSIDE, tuple(scale * np.array(spacing)))
    assert any("ml" in r.sentence() for r in small)
    porous = INSIDE & (CHI > -0.005)
    assert "brain_porous" in {r.code for r in check_head_size(brain_mask(np.where(porous, CHI, 0)), spacing)}
    two = np.concatenate([CHI, CHI], axis=1)
    assert [r.code for r in other_parts(two, brain_mask(two))] == ["brain_in_parts"]
    assert other_parts(CHI, brain_mask(CHI)) == []


def test_a_structure_at_the_plane_where_the_brain_is_cut():
    middle = int(np.argwhere(ARRAY == 9)[:, 2].mean())
    below = INSIDE.copy()
    below[:, :, middle:] = False
    labels = LABELS.replace(data=np.where(below, ARRAY, 0))
    image = Image(np.where(below, PPB, 0).astype(np.float32), AFFINE)
    verdict = verdict_on(labels, image, below)
    said = next(r for r in verdict.reasons if r.code == "structures_cut")
    assert {"CN_L", "CN_R"} <= set(said.facts["names"]) and "RN_L" not in said.facts["names"]
    top = np.argwhere(INSIDE)[:, 2].max()  # where the brain ends by itself
    there = np.where(INSIDE & (np.arange(INSIDE.shape[2]) == top), 9, ARRAY)
    assert np.count_nonzero(there == 9) > np.count_nonzero(ARRAY == 9) + 3
    assert "structures_cut" not in codes(PPB, LABELS.replace(data=there.astype(np.uint8)))


def test_the_least_contrast_of_a_map():
    """45 ppb between the globus pallidus and its surroundings: 49 and 42 here."""
    assert codes(np.where(ARRAY > 0, PPB * 0.135, PPB)) == ()
    assert codes(np.where(ARRAY > 0, PPB * 0.085, PPB)) != ()
