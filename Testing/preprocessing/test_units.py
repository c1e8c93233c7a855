"""ppm or ppb, and what is no susceptibility map."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_images import head, save_nifti

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.io.files import read_image
from DGMSegmentationLib.measurement.files import open_ppb
from DGMSegmentationLib.preprocessing.case import open_case
from DGMSegmentationLib.preprocessing.mask import brain_mask
from DGMSegmentationLib.preprocessing.units import decide_units

CHI, LABELS, AFFINE = head()
MASK = brain_mask(CHI)
RNG = np.random.default_rng(0)


def test_ppm():
    decision = decide_units(CHI, MASK)
    assert (decision.unit, decision.factor_to_ppb, decision.detected) == ("ppm", 1000.0, True)
    assert "ppm" in decision.reason


@pytest.mark.parametrize("dtype", [np.float32, np.int16])
def test_ppb(dtype):
    decision = decide_units((CHI * 1000).astype(dtype), MASK)
    assert (decision.unit, decision.factor_to_ppb) == ("ppb", 1.0)


@given(spread=st.floats(0.003, 3000))
def test_the_spread_decides(spread):
    values = np.linspace(-0.5, 0.5, 100_001) * spread / 0.98  # p99 - p1 is the spread
    mask = np.ones(values.shape, bool)
    if spread < 2.99:
        assert decide_units(values, mask).unit == "ppm"
    elif 30.1 < spread < 2999:
        assert decide_units(values, mask).unit == "ppb"
    elif 3.01 < spread < 29.9:
        with pytest.raises(InputError, match="units="):
            decide_units(values, mask)


def test_values_outside_the_mask_do_not_count():
    data = CHI * 1000
    data[~MASK] = -32768
    assert decide_units(data, MASK).unit == "ppb"


def test_the_users_word_beats_the_values_and_is_recorded():
    decision = decide_units(CHI * 100, MASK, "ppb")
    assert (decision.unit, decision.detected) == ("ppb", False)
    assert "as given" in decision.reason
    assert decide_units(np.abs(CHI), MASK, "ppm").factor_to_ppb == 1000.0


def test_the_files_word_settles_only_what_is_open():
    assert decide_units(CHI * 100, MASK, hint="ppb").unit == "ppb"
    against = decide_units(CHI, MASK, hint="ppb")
    assert against.unit == "ppm"
    assert "the file says ppb" in against.reason


@pytest.mark.parametrize(
    ("said", "units", "warns"), [("ppb", "auto", 1), ("ppm", "auto", 0), ("ppb", "ppm", 0)]
)
def test_a_sidecar_that_contradicts_the_values_is_said(tmp_path, said, units, warns):
    """A factor of 1000 hangs on it; a unit that the user gave needs no warning."""
    save_nifti(tmp_path / "x_Chimap.nii.gz", CHI, AFFINE)
    (tmp_path / "x_Chimap.json").write_text(f'{{"Units": "{said}"}}')
    path = tmp_path / "x_Chimap.nii.gz"
    for warnings in (open_ppb(path, units).warnings, open_case(path, units=units).warnings):
        assert sum("sidecar says ppb: say which with units=" in str(remark) for remark in warnings) == warns


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (RNG.integers(-4096, 4097, CHI.shape), "phase"),
        (RNG.integers(0, 4096, CHI.shape), "phase"),
        (RNG.uniform(-np.pi, np.pi, CHI.shape), "phase"),
        (RNG.uniform(0, 2 * np.pi, CHI.shape), "phase"),
        (LABELS + np.uint8(1), "label map"),
        (np.ones(CHI.shape), "label map"),
        (np.where(RNG.random(CHI.shape) < 0.3, -1000, RNG.integers(-50, 900, CHI.shape)), "CT"),
        (np.abs(RNG.normal(400, 150, CHI.shape)), "magnitude"),
        (CHI * 1e-6, "unclear"),
        (CHI * 100, "unclear"),
        (CHI * 1e6, "unclear"),
    ],
    ids=[
        "phase-4096",
        "phase-4095",
        "phase-pi",
        "phase-2pi",
        "labels",
        "mask",
        "ct",
        "magnitude",
        "SI",
        "between",
        "huge",
    ],
)
def test_what_is_no_qsm(data, word):
    with pytest.raises(InputError, match=word):
        decide_units(np.asarray(data, np.float64), MASK)


def test_narrow_phase_is_still_phase():
    """Unwrapped in most of the brain, so that the spread alone would say ppb."""
    data = np.rint(RNG.normal(0, 500, CHI.shape))
    data[30, 30, 25:27] = -4096, 4096
    with pytest.raises(InputError, match="phase"):
        decide_units(data, np.ones(CHI.shape, bool))


def test_a_label_map_cannot_be_talked_into_an_image():
    with pytest.raises(InputError, match="label map"):
        decide_units(LABELS.astype(np.float32), LABELS > 0, "ppb")


def test_unknown_unit():
    with pytest.raises(InputError, match="auto, ppm or ppb"):
        decide_units(CHI, MASK, "tesla")


def test_no_finite_value():
    with pytest.raises(InputError, match="no finite value"):
        decide_units(np.full(CHI.shape, np.nan), MASK)


def test_real_volumes_are_ppm(qsm_files):
    for path in qsm_files[::4]:
        data = read_image(path).data
        mask = brain_mask(data)
        assert decide_units(data, mask).unit == "ppm"
        assert decide_units(np.rint(data * 1000), mask).unit == "ppb"
