"""Intervals of agreement against other ways to the same numbers: the definition, the delta method, plain sums of squares."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows import rows_of, two_methods
from scipy import stats

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.evaluation.agreement import changes, compare
from DGMSegmentationLib.evaluation.statistics import bland_altman, concordance, deming, icc_2_1

seeds = st.integers(0, 10_000)


def concordance_by_the_delta_method(x, y, confidence):
    """Lin 1989: atanh(CCC) is about normal; its variance from those of the moments of a bivariate normal sample."""
    n = len(x)
    cov = np.cov(x, y, ddof=0)
    moments = np.array([x.mean(), y.mean(), cov[0, 0], cov[1, 1], cov[0, 1]])

    def z(m):
        return np.arctanh(2 * m[4] / (m[2] + m[3] + (m[0] - m[1]) ** 2))

    steps = 1e-5 * np.maximum(np.abs(moments), 1)
    gradient = np.array(
        [(z(moments + d) - z(moments - d)) / (2 * s) for d, s in zip(np.diag(steps), steps, strict=True)]
    )
    s11, s22, s12 = moments[2:]
    spread = np.zeros((5, 5))
    spread[:2, :2] = cov
    spread[2:, 2:] = [
        [2 * s11**2, 2 * s12**2, 2 * s11 * s12],
        [2 * s12**2, 2 * s22**2, 2 * s22 * s12],
        [2 * s11 * s12, 2 * s22 * s12, s11 * s22 + s12**2],
    ]
    sd = np.sqrt(gradient @ spread @ gradient / (n - 2))
    half = stats.norm.ppf(0.5 + confidence / 2) * sd
    return np.tanh(z(moments) - half), np.tanh(z(moments) + half)


@given(
    seed=seeds,
    n=st.integers(3, 30),
    shift=st.floats(-2, 2),
    scale=st.floats(0.5, 2),
    level=st.sampled_from([0.9, 0.95]),
)
def test_the_interval_of_concordance_with_a_shift_and_a_scale(seed, n, shift, scale, level):
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 1, n)
    y = shift + scale * (x + rng.normal(0, 0.7, n))
    found = concordance(x, y, level)
    if np.isnan(found.low) or abs(found.value) < 0.02 or abs(np.corrcoef(x, y)[0, 1]) > 0.9999:
        return
    assert (found.low, found.high) == pytest.approx(concordance_by_the_delta_method(x, y, level), abs=1e-5)


def test_concordance_of_few_and_of_constant_values():
    two = concordance([1.0, 2.0], [1.5, 2.0])
    assert (
        two.value == pytest.approx(2 * 0.125 / (0.25 + 0.0625 + 0.0625))
        and np.isnan([two.low, two.high]).all()
    )
    assert two.n == 2
    one = concordance([1.0], [1.5])
    assert np.isnan([one.value, one.low, one.high]).all() and one.n == 1
    assert np.isnan(concordance([2.0, 2.0], [2.0, 2.0]).value)
    flat = concordance([1.0, 2.0, 3.0], [2.0, 2.0, 2.0])
    assert flat.value == 0 and np.isnan([flat.low, flat.high]).all()
    assert concordance([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]).value == pytest.approx(-1)
    assert concordance([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]).high == pytest.approx(-1)


def icc_by_sums_of_squares(table, confidence):
    """ICC(A,1) and its interval as in McGraw and Wong 1996, tables 4 and 7, from the two-way table of an analysis of variance."""
    n, k = table.shape
    total = ((table - table.mean()) ** 2).sum()
    between = k * table.mean(axis=1).var() * n
    judges = n * table.mean(axis=0).var() * k
    msr, msc = between / (n - 1), judges / (k - 1)
    mse = (total - between - judges) / ((n - 1) * (k - 1))
    icc = (msr - mse) / (msr + (k - 1) * mse + k / n * (msc - mse))
    a, b = k * icc / (n * (1 - icc)), 1 + k * icc * (n - 1) / (n * (1 - icc))
    v = (a * msc + b * mse) ** 2 / ((a * msc) ** 2 / (k - 1) + (b * mse) ** 2 / ((n - 1) * (k - 1)))
    tail = 0.5 + confidence / 2
    lower, upper = stats.f.ppf(tail, n - 1, v), stats.f.ppf(tail, v, n - 1)
    common = k * msc + (k * n - k - n) * mse
    return (
        icc,
        n * (msr - lower * mse) / (lower * common + n * msr),
        n * (upper * msr - mse) / (common + n * upper * msr),
    )


@given(
    seed=seeds,
    n=st.integers(3, 15),
    k=st.integers(2, 5),
    shift=st.floats(0, 3),
    level=st.sampled_from([0.9, 0.95]),
)
def test_the_interval_of_the_icc(seed, n, k, shift, level):
    rng = np.random.default_rng(seed)
    table = rng.normal(0, 2, (n, 1)) + shift * np.arange(k) + rng.normal(0, 1, (n, k))
    found, (icc, low, high) = icc_2_1(table, level), icc_by_sums_of_squares(table, level)
    assert found.value == pytest.approx(icc) and found.n == n
    if np.isnan([low, high]).any():
        return  # so few degrees of freedom that the quantile of F is none: the plain formula has no answer
    assert found.high == pytest.approx(max(high, icc))
    assert found.low == pytest.approx(max(low, min(icc, -1 / (k - 1))))


def test_the_icc_of_equal_measurements():
    x = np.array([1.0, 4.0, 2.0])
    same = icc_2_1(np.column_stack([x, x]))
    assert (same.value, same.low, same.high, same.n) == (1.0, 1.0, 1.0, 3)
    nearly = icc_2_1(np.column_stack([x, x + np.array([1e-3, 0, -1e-3])]))
    assert 0.99 < nearly.low < nearly.value < nearly.high < 1
    assert np.isnan(icc_2_1([[1.0, 2.0]]).value) and icc_2_1([[1.0, 2.0]]).n == 1
    assert np.isnan(icc_2_1([[1.0], [2.0], [3.0]]).value)
    assert icc_2_1([[1.0, 2.0], [3.0, 3.5]]).value == pytest.approx(
        icc_by_sums_of_squares(np.array([[1.0, 2.0], [3.0, 3.5]]), 0.95)[0]
    )


def test_bland_altman_of_few():
    one = bland_altman([1.0], [3.0])
    assert one.bias == 2.0 and np.isnan([one.sd, one.low, one.high]).all() and one.n == 1
    two = bland_altman([1.0, 2.0], [3.0, 3.0])
    assert (two.bias, two.sd) == pytest.approx((1.5, np.sqrt(0.5)))
    assert (two.low, two.high) == pytest.approx((1.5 - 1.96 * np.sqrt(0.5), 1.5 + 1.96 * np.sqrt(0.5)))


@given(seed=seeds, ratio=st.floats(0.25, 4))
def test_deming_minimises_the_weighted_distances(seed, ratio):
    """Of all lines through the means (Deming 1943): the sum of (y - line)^2 / (ratio + slope^2)."""
    rng = np.random.default_rng(seed)
    x = rng.normal(50, 10, 20)
    y = 5 + 1.2 * x + rng.normal(0, 3, 20)
    line = deming(x, y, ratio)

    def cost(slope):
        residual = (y - y.mean()) - slope * (x - x.mean())
        return (residual**2).sum() / (ratio + slope**2)

    assert all(cost(line.slope) <= cost(line.slope + step) for step in (-1e-3, 1e-3, -0.1, 0.1))
    assert line.intercept == pytest.approx(y.mean() - line.slope * x.mean())
    assert np.isnan([deming([1.0], [2.0]).slope, deming([1.0], [2.0]).intercept]).all()
    assert np.isnan(deming([1.0, 2.0, 3.0], [2.0, 2.0, 2.0]).slope)
    assert deming([1.0, 2.0], [3.0, 5.0]).slope == pytest.approx(2)


def test_changes_that_are_just_as_large_as_chance_are_not_beyond_it():
    """15 ppb for globus pallidus: three times its repeatability."""
    first = rows_of("s", 100.0)
    by_step = {}
    for step in (14.999, 15.0, 15.001, -15.0, -15.001):
        second = [replace(row, mean_ppb=row.mean_ppb + step) for row in first]
        row = next(r for r in changes(first, second, statistic="mean_ppb") if r["abbreviation"] == "GP_L")
        assert row["detectable_change_ppb"] == 15.0 and row["change_ppb"] == pytest.approx(step)
        by_step[step] = row["beyond_chance"]
    assert by_step == {14.999: False, 15.0: False, 15.001: True, -15.0: False, -15.001: True}


@pytest.mark.parametrize("names, told", [(("a", "b"), ("a", "b")), (("a", "a"), ("the first", "the second"))])
def test_references_that_differ_are_told_by_the_methods_names(names, told):
    first = [replace(row, reference="brain") for row in rows_of("s", 100.0)]
    second = [replace(row, reference="CSF") for row in rows_of("s", 100.0)]
    with pytest.raises(InputError) as caught:
        changes(first, second, names, "mean_referenced_ppb")
    assert all(name in str(caught.value) for name in told)
    assert {caught.value.facts["other"], caught.value.facts["method"]} == set(told)


def test_three_methods_have_one_icc_of_all_of_them_and_two_have_none():
    methods, truth, _ = two_methods()
    assert all(row["first"] == "a" for row in compare(methods))
    third = {**methods, "c": [replace(row, mean_ppb=row.mean_ppb + 3) for row in methods["a"]]}
    rows = [row for row in compare(third) if row["first"] == "all methods"]
    assert len(rows) == 16 and rows[0]["structure"] == "RN_L"
    table = np.column_stack(
        [
            truth[:, 0],
            [row.mean_ppb for row in sorted(methods["b"], key=lambda r: r.subject) if row.label == 1],
            truth[:, 0] + 3,
        ]
    )
    expected = icc_2_1(table)
    assert (rows[0]["icc_2_1"], rows[0]["icc_low"], rows[0]["icc_high"], rows[0]["n"]) == pytest.approx(
        (expected.value, expected.low, expected.high, 8)
    )
