"""Statistics of agreement between measurements of the same subjects.

Every function leaves out the subjects with a missing value and answers NaN where too few are left.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

NAN = float("nan")


@dataclass(frozen=True)
class Estimate:
    """A value with its confidence interval and the number of subjects behind it."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Limits:
    """Bland-Altman: mean difference, its SD (n - 1), and the 95 % limits of agreement."""

    bias: float
    sd: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Line:
    """y = intercept + slope x."""

    slope: float
    intercept: float


def complete_rows(*columns: ArrayLike) -> NDArray[np.float64]:
    """Stack columns of one value a subject to (subjects, columns) and keep the subjects without a missing
    value.
    """
    table = np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])
    kept: NDArray[np.float64] = table[np.isfinite(table).all(axis=1)]
    return kept


def bland_altman(first: ArrayLike, second: ArrayLike) -> Limits:
    """Differences second - first: bias and bias -+ 1.96 SD (Bland and Altman 1986)."""
    table = complete_rows(first, second)
    difference = table[:, 1] - table[:, 0]
    n = len(difference)
    bias = float(difference.mean()) if n else NAN
    sd = float(difference.std(ddof=1)) if n > 1 else NAN
    return Limits(bias, sd, bias - 1.96 * sd, bias + 1.96 * sd, n)


def icc_2_1(ratings: ArrayLike, confidence: float = 0.95) -> Estimate:
    """ICC(2,1): two-way random effects, absolute agreement, single measurement, of (subjects, raters).

    Estimate of Shrout and Fleiss 1979; interval of McGraw and Wong 1996, table 7, ICC(A,1).
    Needs two raters and two complete subjects, else NaN. The interval ends at -1 / (raters - 1), below which no
    population lies (the estimate itself can, in few subjects).
    """
    from scipy.stats import f as f_distribution

    table = np.asarray(ratings, dtype=np.float64)
    table = table[np.isfinite(table).all(axis=1)]
    n, k = table.shape
    if n < 2 or k < 2:
        return Estimate(NAN, NAN, NAN, n)
    grand = table.mean()
    subjects = table.mean(axis=1, keepdims=True)
    raters = table.mean(axis=0, keepdims=True)
    ms_subjects = k * ((subjects - grand) ** 2).sum() / (n - 1)
    ms_raters = n * ((raters - grand) ** 2).sum() / (k - 1)
    ms_error = ((table - subjects - raters + grand) ** 2).sum() / ((n - 1) * (k - 1))
    total = ms_subjects + (k - 1) * ms_error + k * (ms_raters - ms_error) / n
    if total <= 0:
        return Estimate(NAN, NAN, NAN, n)
    icc = (ms_subjects - ms_error) / total
    if 1 - icc < 1e-12:
        return Estimate(1.0, 1.0, 1.0, n)
    a = k * icc / (n * (1 - icc))
    b = 1 + k * icc * (n - 1) / (n * (1 - icc))
    spread = (a * ms_raters) ** 2 / (k - 1) + (b * ms_error) ** 2 / ((n - 1) * (k - 1))
    if spread <= 0:
        return Estimate(float(icc), NAN, NAN, n)
    v = (a * ms_raters + b * ms_error) ** 2 / spread
    tail = 1 - (1 - confidence) / 2
    f_low, f_high = f_distribution.ppf(tail, n - 1, v), f_distribution.ppf(tail, v, n - 1)
    rest = k * ms_raters + (k * n - k - n) * ms_error
    # The quotients are bounded for any F, but F is huge with hardly any degrees of freedom: they are divided by it.
    low = n * (ms_subjects / f_low - ms_error) / (rest + n * ms_subjects / f_low)
    small, scale = min(f_high, 1.0), 1 / max(f_high, 1.0)
    above = scale * rest + n * small * ms_subjects
    high = n * (small * ms_subjects - scale * ms_error) / above if np.isfinite(f_high) else 1.0
    low = max(float(low), min(float(icc), -1 / (k - 1)))
    return Estimate(float(icc), low, max(float(high), float(icc)), n)


def concordance(first: ArrayLike, second: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Lin's concordance correlation coefficient with its interval by Fisher's z (Lin 1989, corrected 2000).

    Moments are population moments (divided by n), as in Lin 1989.
    """
    from scipy.stats import norm

    table = complete_rows(first, second)
    n = len(table)
    if n < 2:
        return Estimate(NAN, NAN, NAN, n)
    x, y = table.T
    gap = float(x.mean() - y.mean())
    below = float(x.var() + y.var() + gap**2)
    if below == 0:
        return Estimate(NAN, NAN, NAN, n)
    covariance = float(((x - x.mean()) * (y - y.mean())).mean())
    ccc = 2 * covariance / below
    scale = float(np.sqrt(x.var() * y.var()))
    if 1 - abs(ccc) < 1e-12:
        return Estimate(ccc, ccc, ccc, n)
    if n < 3 or scale == 0 or ccc == 0:
        return Estimate(ccc, NAN, NAN, n)
    r = covariance / scale
    u2 = gap**2 / scale
    variance = (
        (1 - r**2) * ccc**2 / ((1 - ccc**2) * r**2)
        + 2 * ccc**3 * (1 - ccc) * u2 / (r * (1 - ccc**2) ** 2)
        - ccc**4 * u2**2 / (2 * r**2 * (1 - ccc**2) ** 2)
    ) / (n - 2)
    half = norm.ppf(1 - (1 - confidence) / 2) * np.sqrt(max(0.0, variance))
    z = np.arctanh(ccc)
    return Estimate(ccc, float(np.tanh(z - half)), float(np.tanh(z + half)), n)


def deming(first: ArrayLike, second: ArrayLike, variance_ratio: float = 1.0) -> Line:
    """Line through measurements that both carry error (Deming 1943); the ratio is error variance of y over x.

    An ordinary regression would underestimate the slope between two noisy reconstructions.
    """
    table = complete_rows(first, second)
    if len(table) < 2:
        return Line(NAN, NAN)
    x, y = table.T
    sxx, syy = x.var(), y.var()
    sxy = ((x - x.mean()) * (y - y.mean())).mean()
    if sxy == 0:
        return Line(NAN, NAN)
    part = syy - variance_ratio * sxx
    slope = float((part + np.sqrt(part**2 + 4 * variance_ratio * sxy**2)) / (2 * sxy))
    return Line(slope, float(y.mean() - slope * x.mean()))
