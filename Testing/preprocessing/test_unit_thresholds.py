"""Where the decision on the unit turns: just on this side of each bound one answer, just beyond it another."""

import numpy as np
import pytest

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.preprocessing.units import decide_units


def answer(values):
    values = np.asarray(values, np.float64)
    try:
        return decide_units(values, np.ones(values.shape, bool)).unit
    except InputError as error:
        return str(error.facts.get("problem", error.code))


@pytest.mark.parametrize(
    "spread, unit",
    [
        (0.00299, "unit_unclear"), (0.003, "ppm"), (2.999, "ppm"), (3.0, "unit_unclear"), (3.5, "unit_unclear"),
        (29.9, "unit_unclear"), (30.0, "ppb"), (3000.0, "ppb"), (3001.0, "unit_unclear"), (3600.0, "unit_unclear"),
    ],
)  # fmt: skip
def test_the_spread(spread, unit):
    """Two values, so that every percentile but the middle is one of them."""
    assert answer(np.tile([-spread / 2, spread / 2], 500)) == unit


@pytest.mark.parametrize(
    "values, labels",
    [
        (np.arange(201), True),
        (np.arange(202), False),
        (10 * np.arange(200), True),
        (10 * np.arange(201), False),
        (np.arange(201) + 7, True),
        (np.arange(50) - 1, False),
        (np.arange(50) + 0.5, False),
    ],
)
def test_how_many_whole_numbers_are_labels(values, labels):
    assert (answer(np.repeat(values, 20)) == "values_of_labels") is labels


BRAIN = np.tile([-0.5, 0.5, 0.25, -0.25], 500)  # what else there is; no whole numbers


@pytest.mark.parametrize(
    "low, high, phase",
    [
        (-np.pi, np.pi, True),
        (-np.pi - 0.0099, np.pi + 0.0099, True),
        (-np.pi, np.pi - 0.0101, False),
        (-np.pi, np.pi + 0.0101, False),
        (-np.pi + 0.0101, np.pi, False),
        (-np.pi - 0.0101, np.pi, False),
    ],
)
def test_phase_from_minus_pi_to_pi(low, high, phase):
    assert ("pi to pi" in answer([*BRAIN, low, high])) is phase


@pytest.mark.parametrize(
    "low, high, phase",
    [
        (0.0, 2 * np.pi, True),
        (0.0099, 2 * np.pi - 0.0099, True),
        (0.0, 2 * np.pi + 0.0099, True),
        (0.0101, 2 * np.pi, False),
        (0.0, 2 * np.pi - 0.0101, False),
        (0.0, 2 * np.pi + 0.0101, False),
        (-0.001, 2 * np.pi, False),
        (0.0, 3 * np.pi, False),
    ],
)
def test_phase_from_0_to_2_pi(low, high, phase):
    assert ("0 to 2 pi" in answer([*np.linspace(0.5, 5.5, 40), low, high])) is phase


@pytest.mark.parametrize(
    "low, high, phase",
    [
        (-4096, 4096, True),
        (-4092, 4092, True),
        (-4096, 4095, True),
        (-4091, 4096, False),
        (-4096, 4091, False),
        (-4097, 4096, False),
        (-4096, 4097, False),
        (4092, 4096, False),
    ],
)
def test_phase_in_steps(low, high, phase):
    values = np.rint(100 * BRAIN) if low < 0 else 4092 + np.arange(2)
    assert ("4096" in answer([*values, low, high])) is phase
    assert "4096" not in answer([*values, low + (0.5 if low < 0 else 0), high, *(() if low < 0 else (-1,))])


def ct(air, dense, at_air=-1000.5, at_dense=1000.5, n=1000):
    """Values of which so many are air and so many dense; the rest both signs near 0."""
    rest = np.tile([-20.5, 30.5], n)[: n - air - dense]
    return answer([*rest, *[at_air] * air, *[at_dense] * dense])


def test_air_makes_a_ct():
    """More than a twentieth of the voxels, and more than thrice as many as lie as far on the other side."""
    assert "CT" not in ct(50, 0) and "CT" in ct(51, 0)
    assert "CT" not in ct(90, 30) and "CT" in ct(91, 30)
    assert "CT" in ct(60, 0, at_air=-1099.9) and "CT" in ct(60, 0, at_air=-800.1)
    assert "CT" not in ct(60, 0, at_air=-1100.0) and "CT" not in ct(60, 0, at_air=-800.0)
    for edge in (800.0, 1100.0):
        assert "CT" in ct(90, 40, at_dense=edge)
    for inside in (800.1, 1099.9):
        assert "CT" not in ct(90, 40, at_dense=inside)


def test_hardly_any_negative_value():
    """Three in a thousand are enough: a map with 60 ppb added has more, a magnitude image none."""
    assert "magnitude" in answer([*[40.5] * 998, *[-40.5] * 2])
    assert "magnitude" not in answer([*[40.5] * 997, *[-40.5] * 3])


def test_zero_is_no_negative_value():
    assert "magnitude" in answer([*[40.5] * 700, *[0.0] * 298, *[-40.5] * 2])


@pytest.mark.parametrize("hint, said", [("ppb", True), ("ppm", False), ("tesla", False), (None, False)])
def test_what_is_said_of_the_files_own_word(hint, said):
    values = np.tile([-0.1, 0.1], 500)
    decision = decide_units(values, np.ones(1000, bool), hint=hint)
    assert (decision.unit, decision.detected) == ("ppm", True) and (
        "the file says" in decision.reason
    ) is said
    between = np.tile([-5.0, 5.0], 500)
    if hint in ("ppm", "ppb"):
        found = decide_units(between, np.ones(1000, bool), hint=hint)
        assert (found.unit, found.detected) == (hint, True) and found.factor_to_ppb == (
            1000 if hint == "ppm" else 1
        )
