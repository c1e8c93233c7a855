"""Agreement statistics against published examples, and the comparison of reconstructions."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows import rows_of, two_methods

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.evaluation.agreement import change_columns, changes, compare
from DGMSegmentationLib.evaluation.statistics import bland_altman, concordance, deming, icc_2_1
from DGMSegmentationLib.reports.agreement_plot import agreement_plot
from DGMSegmentationLib.structures import STANDARD

# Shrout and Fleiss 1979, table 2: six targets, four judges.
SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
)

# Bland and Altman 1986, table 1: peak expiratory flow, first reading of the Wright and of the mini meter,
# l/min.
WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]


def test_icc_of_shrout_and_fleiss():
    """ICC(2,1) = .29 in their table 4; the interval .019 to .761 is what psych and pingouin give for these
    data.
    """
    icc = icc_2_1(SHROUT_FLEISS)
    assert icc.value == pytest.approx(0.2898, abs=5e-5)
    assert (icc.low, icc.high) == pytest.approx((0.019, 0.761), abs=1e-3)
    assert icc.n == 6


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "ratings", [[[57.8, 112.8], [84.1, 97.4]], [[57.750157, 112.831646], [84.100166, 97.440474]],
                [[62.965071, 106.135824], [77.914585, 89.762124]]],
)  # fmt: skip
def test_the_interval_of_two_subjects_holds_the_estimate_without_a_warning(ratings):
    icc = icc_2_1(ratings)
    assert -1 <= icc.low <= icc.value <= icc.high <= 1


def test_icc_limits():
    x = np.arange(10.0)
    assert icc_2_1(np.column_stack([x, x])).value == 1
    assert icc_2_1(np.column_stack([x, -x])).value < 0
    # Absolute agreement: a constant offset costs.
    assert icc_2_1(np.column_stack([x, x + 5])).value < 0.5
    assert icc_2_1([[1.0, 9.0], [2.0, 4.0]]).low >= -1  # no population of two raters lies below -1
    assert np.isnan(icc_2_1(np.ones((1, 2))).value)
    assert np.isnan(icc_2_1(np.ones((5, 2))).value)


def test_bland_altman_of_1986():
    """Published: mean difference -2.1, SD 38.8, limits -79.7 and 75.5 l/min (with 2 SD; Wright minus
    mini).
    """
    limits = bland_altman(MINI, WRIGHT)
    assert limits.bias == pytest.approx(-2.1, abs=0.05)
    assert limits.sd == pytest.approx(38.8, abs=0.05)
    assert limits.bias - 2 * limits.sd == pytest.approx(-79.7, abs=0.1)
    assert limits.bias + 2 * limits.sd == pytest.approx(75.5, abs=0.1)
    assert limits.high == pytest.approx(limits.bias + 1.96 * limits.sd)


def test_concordance_by_its_definition():
    """1 - E(x - y)^2 over its value under independence (Lin 1989)."""
    x, y = np.array(WRIGHT, float), np.array(MINI, float)
    wanted = 1 - ((x - y) ** 2).mean() / (x.var() + y.var() + (x.mean() - y.mean()) ** 2)
    found = concordance(x, y)
    assert found.value == pytest.approx(wanted)
    assert found.low < found.value < found.high
    # The paper gives r = .94 for these readings; with hardly any shift the CCC is about the same.
    assert found.value == pytest.approx(0.943, abs=0.001)
    same = concordance(x, x)
    assert (same.value, same.low, same.high) == pytest.approx((1, 1, 1))  # as the ICC has it


def test_interval_of_concordance_covers():
    """The nominal 95 % interval holds the true CCC of a known bivariate normal in 95 % of samples, within
    noise.
    """
    rng = np.random.default_rng(3)
    true = 2 * 0.8 / (1 + 1 + 0.3**2)
    hits = 0
    for _ in range(400):
        x, e = rng.normal(size=(2, 40))
        y = 0.3 + 0.8 * x + 0.6 * e
        estimate = concordance(x, y)
        hits += estimate.low <= true <= estimate.high
    assert 0.92 <= hits / 400 <= 0.98


@given(st.floats(0.2, 4), st.floats(-50, 50), st.integers(0, 999))
def test_deming_finds_an_exact_line_and_is_symmetric(slope, intercept, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(60, 30, 12)
    line = deming(x, intercept + slope * x)
    assert (line.slope, line.intercept) == pytest.approx((slope, intercept), abs=1e-6)
    noisy = slope * x + rng.normal(0, 3, 12)
    assert deming(x, noisy).slope * deming(noisy, x).slope == pytest.approx(1)


def test_missing_values_are_left_out():
    assert bland_altman([1, 2, np.nan], [2, 4, 5]).bias == pytest.approx(1.5)
    assert bland_altman([1, 2, np.nan], [2, 4, 5]).n == 2
    assert icc_2_1(np.vstack([SHROUT_FLEISS, [np.nan, 1, 2, 3]])).value == pytest.approx(0.2898, abs=5e-5)
    assert np.isnan(bland_altman([], []).bias)


def test_compare_pairs_subjects_by_name_and_not_by_order():
    methods, truth, second = two_methods()
    rows = {row["structure"]: row for row in compare(methods)}
    assert [*rows] == [*(s.abbreviation for s in STANDARD), "RN", "SN", "GP", "PU", "CN", "all"]
    sn = rows["SN_L"]
    assert sn["n"] == 8
    assert (sn["first_mean"], sn["second_mean"]) == pytest.approx((truth[:, 2].mean(), second[:, 2].mean()))
    with pytest.raises(InputError) as refused:
        compare(methods, "mean_referenced_ppb")
    assert refused.value.code == "agreement_no_references"
    assert sn["bias"] == pytest.approx((second - truth)[:, 2].mean())
    assert sn["icc_2_1"] == pytest.approx(icc_2_1(np.column_stack([truth[:, 2], second[:, 2]])).value)
    assert rows["all"]["slope"] == pytest.approx(1.1, abs=0.02)
    assert rows["all"]["intercept"] == pytest.approx(10, abs=2)
    assert rows["SN"]["n"] == 16
    assert (sn["repeatability_ppb"], sn["detectable_change_ppb"]) == (10, 30)
    assert (rows["GP_R"]["repeatability_ppb"], rows["GP_R"]["detectable_change_ppb"]) == (5, 15)
    assert np.isnan(rows["all"]["repeatability_ppb"])


def test_three_methods_give_three_pairs_and_a_common_icc():
    methods, truth, second = two_methods()
    methods["c"] = methods["a"]
    rows = compare(methods)
    assert len({(row["first"], row["second"]) for row in rows}) == 4
    together = next(row for row in rows if row["first"] == "all methods" and row["structure"] == "RN_L")
    wanted = icc_2_1(np.column_stack([truth[:, 0], second[:, 0], truth[:, 0]]))
    assert together["icc_2_1"] == pytest.approx(wanted.value)


def test_the_plot_of_a_pair_says_what_the_table_says_whatever_a_third_method_lacks():
    import matplotlib

    methods, _, _ = two_methods()
    methods["c"] = [
        replace(row, mean_ppb=float("nan")) if row.subject < "s4" else row for row in methods["a"]
    ]
    pair = next(row for row in compare(methods) if row["structure"] == "all" and row["second"] == "b")
    with matplotlib.rc_context({"svg.fonttype": "none"}):  # text as text
        drawn = agreement_plot(methods, kind="svg").decode()
    assert f"bias {pair['bias']:.1f}, limits {pair['limit_low']:.1f} to {pair['limit_high']:.1f} ppb" in drawn


def test_empty_structures_and_missing_subjects_are_left_out():
    methods, _, _ = two_methods()
    methods["b"] = [row for row in methods["b"] if row.subject != "s3"]
    methods["a"] = [
        replace(row, mean_ppb=float("nan")) if (row.subject, row.label) == ("s0", 1) else row
        for row in methods["a"]
    ]
    rows = {row["structure"]: row["n"] for row in compare(methods)}
    assert (rows["RN_L"], rows["RN_R"]) == (6, 7)


def test_unusable_comparisons_are_one_sentence():
    one = rows_of("s", 1.0)
    with pytest.raises(InputError, match="two measurements"):
        compare({"a": one})
    with pytest.raises(InputError, match="no subject in common"):
        compare({"a": one, "b": rows_of("t", 1.0)})
    with pytest.raises(InputError, match="twice"):
        compare({"a": [*one, *one], "b": one})


def test_changes_beyond_chance():
    found = changes(
        rows_of("s", 50.0), rows_of("s", 50.0 + np.array([29, 31, -29, -31, 14, 16, -14, -16, 0, np.nan]))
    )
    assert [row["beyond_chance"] for row in found] == [
        False,
        True,
        False,
        True,
        False,
        True,
        False,
        True,
        False,
        None,
    ]
    assert [row["detectable_change_ppb"] for row in found[::2]] == [30, 30, 15, 15, 15]


def referenced(subject, values, reference):
    return [
        replace(row, mean_referenced_ppb=row.mean_ppb - 7, reference=reference)
        for row in rows_of(subject, values)
    ]


def test_means_with_different_references_are_not_compared():
    one = [*referenced("s", 50.0, "brain"), *referenced("t", 60.0, "brain")]
    other = [*referenced("s", 53.0, "brain"), *referenced("t", 60.0, "constant 50 ppb")]
    with pytest.raises(
        InputError, match="means of t have different references, brain in a and constant 50 ppb in b"
    ):
        compare({"a": one, "b": other}, "mean_referenced_ppb")
    with pytest.raises(InputError, match="different references"):
        changes(one, other, ("a", "b"), "mean_referenced_ppb")
    with pytest.raises(InputError, match="none in b"):
        compare({"a": one, "b": rows_of("s", 1.0)}, "mean_referenced_ppb")
    assert compare({"a": one[:10], "b": other[:10]}, "mean_referenced_ppb")[0]["bias"] == pytest.approx(3)
    # Sessions of a cohort: each row says which mean it holds, and raw means stand in where the references differ.
    found = {row["subject"]: row for row in changes(one, other)}
    assert (found["s"]["statistic"], found["s"]["reference"]) == ("mean_referenced_ppb", "brain")
    assert (found["t"]["statistic"], found["t"]["reference"]) == ("mean_ppb", "none")
    assert (found["t"]["first_ppb"], found["t"]["change_ppb"]) == (60, 0)


def test_changes_follow_the_statistic():
    one, other = referenced("s", 50.0, "brain"), referenced("s", 50.0, "brain")
    other = [replace(row, mean_ppb=90.0, volume_mm3=row.volume_mm3 + 5) for row in other]
    raw, volume = (changes(one, other, statistic=name) for name in ("mean_ppb", "volume_mm3"))
    assert (raw[0]["first_ppb"], raw[0]["change_ppb"], raw[0]["statistic"]) == (50, 40, "mean_ppb")
    assert tuple(raw[0]) == tuple(change_columns("mean_ppb"))
    assert tuple(volume[0]) == tuple(change_columns("volume_mm3"))
    assert volume[0]["change_mm3"] == 5 and volume[0]["beyond_chance"] is None
