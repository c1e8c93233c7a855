"""Every flag at its threshold and just beyond it, with the numbers of Docs/quality.md."""

from dataclasses import replace

import numpy as np
import pytest
from rows import blocks

from DGMSegmentationLib.image import Image
from DGMSegmentationLib.measurement.quality import (
    Flag,
    flags_from_geometry,
    flags_from_grid,
    flags_from_network,
    flags_from_rows,
    flags_of_quality,
    in_order,
)
from DGMSegmentationLib.measurement.roi import measure
from DGMSegmentationLib.structures import STANDARD, LabelSet


def usual_rows():
    """Ten rows in the middle of every range."""
    labels, image = blocks()
    rows = []
    for row in measure(labels, image):
        s = STANDARD.by_label(row.label)
        volume, mean = (s.volume_low_mm3 + s.volume_high_mm3) / 2, (s.mean_low_ppb + s.mean_high_ppb) / 2
        rows.append(replace(row, volume_mm3=volume, mean_ppb=mean, n_voxels=1000, flags=""))
    return rows


def codes_with(label, known=STANDARD, **values):
    """Codes of one row when it has these values."""
    rows = [replace(row, **values) if row.label == label else row for row in usual_rows()]
    abbreviation = STANDARD.by_label(label).abbreviation
    return {flag.code for flag in flags_from_rows(rows, known) if flag.abbreviation == abbreviation}


def test_the_usual_has_no_flag():
    assert flags_from_rows(usual_rows()) == []


@pytest.mark.parametrize("s", STANDARD, ids=lambda s: s.abbreviation)
def test_volumes(s):
    """0.6 and 1.5 times the range of the table."""
    low, high = 0.6 * s.volume_low_mm3, 1.5 * s.volume_high_mm3
    for volume, code in ((low, ""), (low - 0.01, "volume_low"), (high, ""), (high + 0.01, "volume_high")):
        found = codes_with(s.label, volume_mm3=volume) - {"asymmetry"}
        assert found == ({code} if code else set()), volume
        assert not codes_with(s.label, volume_mm3=volume, flags="eroded") - {"asymmetry"}


@pytest.mark.parametrize("s", STANDARD, ids=lambda s: s.abbreviation)
def test_means(s):
    low, high = s.mean_low_ppb, s.mean_high_ppb
    for mean, code in ((low, ""), (low - 0.01, "mean_low"), (high, ""), (high + 0.01, "mean_high")):
        assert codes_with(s.label, mean_ppb=mean) == ({code} if code else set()), mean


@pytest.mark.parametrize("left", [1, 3, 5, 7, 9])
def test_asymmetry(left):
    s = STANDARD.by_label(left)
    middle = (s.volume_low_mm3 + s.volume_high_mm3) / 2
    for share, flagged in ((s.max_asymmetry, False), (s.max_asymmetry + 1e-6, True)):
        volumes = {left: middle * (1 + share), left + 1: middle * (1 - share)}
        for exchanged in (False, True):
            rows = [
                replace(
                    row,
                    volume_mm3=volumes.get(
                        row.label + (2 * (left - row.label) + 1) * exchanged, row.volume_mm3
                    ),
                )
                for row in usual_rows()
            ]
            found = {f.abbreviation for f in flags_from_rows(rows) if f.code == "asymmetry"}
            # exactly at the limit rounding may fall either way, so that it is tried from both sides
            if flagged or (volumes[left] - volumes[left + 1]) / sum(volumes.values()) <= share:
                assert found == (
                    {s.abbreviation, STANDARD.by_label(left + 1).abbreviation} if flagged else set()
                )


def test_missing_values():
    """A twentieth of the voxels may be without."""
    assert codes_with(7, n_excluded=50) == set()
    assert codes_with(7, n_excluded=51) == {"no_values"}


@pytest.mark.parametrize(
    "left, right, flipped",
    [
        (-0.1, -0.1, True),
        (0.0, 0.0, False),
        (-10.0, 10.0, False),
        (np.nan, -5.0, True),
        (np.nan, 5.0, False),
        (np.nan, np.nan, False),
    ],
)
def test_a_flipped_sign_is_told_by_globus_pallidus(left, right, flipped):
    means = {5: left, 6: right}
    rows = [replace(row, mean_ppb=means.get(row.label, row.mean_ppb)) for row in usual_rows()]
    assert any(f.code == "sign_flip" for f in flags_from_rows(rows)) is flipped


def test_a_set_of_which_nothing_is_expected_to_be_paramagnetic_tells_no_sign():
    known = LabelSet("z", tuple(replace(s, mean_low_ppb=0.0) for s in STANDARD))
    rows = [replace(row, mean_ppb=-50.0) for row in usual_rows()]
    assert {f.code for f in flags_from_rows(rows, known)} == {"mean_low"}


def shaped(parts, shape=(20, 20, 20)):
    """Labels of the left red nucleus in boxes (start, stop per axis)."""
    data = np.zeros(shape, np.uint8)
    for box in parts:
        data[tuple(slice(a, b) for a, b in box)] = 1
    return Image(data, np.eye(4))


def shape_codes(parts, mask=None):
    return {f.code for f in flags_from_geometry(shaped(parts), mask)}


def test_pieces_that_touch_at_a_corner_hold_together():
    body = ((2, 12), (2, 12), (2, 3))
    assert "components" not in shape_codes([body, ((12, 15), (12, 15), (3, 5))])
    assert "components" in shape_codes([body, ((13, 16), (12, 15), (3, 5))])


def test_a_twentieth_of_the_voxels_may_be_loose():
    body = ((2, 12), (2, 11), (2, 3))  # 90 voxels
    assert "components" not in shape_codes(
        [((2, 12), (2, 12), (2, 3)), ((2, 7), (2, 3), (10, 11))]
    )  # 5 of 105
    assert "components" not in shape_codes([((2, 12), (2, 12), (2, 3)), ((15, 16), (15, 16), (15, 16))])
    ninety_five = [body, ((2, 7), (11, 12), (2, 3))]
    assert "components" not in shape_codes([*ninety_five, ((2, 7), (2, 3), (10, 11))])  # 5 of 100
    assert "components" in shape_codes([*ninety_five, ((2, 8), (2, 3), (10, 11))])  # 6 of 101


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize(
    "start, stop, touches", [(0, 3, True), (1, 4, False), (16, 19, False), (17, 20, True)]
)
def test_the_border(axis, start, stop, touches):
    box = [(8, 11)] * 3
    box[axis] = (start, stop)
    assert ("touches_border" in shape_codes([box])) is touches


def test_outside_the_mask():
    """A fiftieth of the voxels may lie there."""
    box = ((2, 12), (2, 12), (2, 3))
    mask = np.ones((20, 20, 20), bool)
    mask[2, 2:4, 2] = False
    assert shape_codes([box], mask) == set()
    mask[2, 4, 2] = False
    assert shape_codes([box], mask) == {"outside_mask"}


@pytest.mark.parametrize("edge, thick", [(3.2, False), (3.21, True)])
def test_thick_voxels(edge, thick):
    for axis in range(3):
        sizes = np.ones(4)
        sizes[axis] = edge
        codes = [f.code for f in flags_from_grid(Image(np.zeros((4, 4, 4)), np.diag(sizes)))]
        assert codes == (["thick_voxels"] if thick else [])


@pytest.mark.parametrize("degrees, oblique", [(9.99, False), (10.01, True), (-10.01, True)])
def test_tilt(degrees, oblique):
    angle = np.radians(degrees)
    affine = np.eye(4)
    affine[1:3, 1:3] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    codes = [f.code for f in flags_from_grid(Image(np.zeros((4, 4, 4)), affine))]
    assert codes == (["oblique"] if oblique else [])


def test_notes_of_the_network():
    def codes(**notes):
        return [(f.code, f.abbreviation) for f in flags_from_network(notes)]

    assert codes(undecided={"PU_L": 0.5}) == [] and codes(undecided={"PU_L": 0.501}) == [
        ("low_confidence", "PU_L")
    ]
    assert codes(flip_dice={"PU_L": 0.8}) == []
    assert codes(flip_dice={"PU_L": 0.799}) == [("flip_disagreement", "PU_L")]
    assert codes(beyond_prior_box=["CN_R"]) == [("outside_prior", "CN_R")]
    assert codes(sign_flip=True) == [("sign_flip", "")] and codes(sign_flip=False) == [] == codes()


def test_flags_stand_in_order_and_bookkeeping_is_no_flag():
    mixed = [Flag("b", "CN_R", ""), Flag("a", "RN_L", ""), Flag("c", "", ""), Flag("a", "RN_L", "")]
    assert [f.abbreviation for f in in_order(mixed, STANDARD)] == ["", "RN_L", "CN_R"]
    row = usual_rows()[0].with_flags(["eroded", "volume_low", "labels_resampled", "own_unit"])
    assert flags_of_quality(row) == ("volume_low",)


@pytest.mark.parametrize("empty", [[5], [6], [5, 6]])
def test_an_empty_side_is_empty_and_not_asymmetric(empty):
    rows = [
        replace(row, n_voxels=0, volume_mm3=0.0, mean_ppb=np.nan) if row.label in empty else row
        for row in usual_rows()
    ]
    assert [(f.code, f.abbreviation) for f in flags_from_rows(rows)] == [
        ("empty", STANDARD.by_label(label).abbreviation) for label in empty
    ]


@pytest.mark.parametrize("there", [5, 6])
def test_rows_of_one_side_alone_have_no_asymmetry(there):
    assert flags_from_rows([row for row in usual_rows() if row.label == there]) == []
