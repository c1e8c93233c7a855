"""From a field back to susceptibility, in the ways that published tools do it; each leaves its own marks on the map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from .physics import dipole_kernel, frequencies

Map = NDArray[np.float32]


def truncated_division(field: Map, spacing: Sequence[float], b0: Sequence[float], threshold: float) -> Map:
    """TKD (Shmueli et al., MRM 2009): divide by the kernel, which is kept from falling below the threshold."""
    kernel = dipole_kernel(field.shape, spacing, b0)
    sign = np.where(kernel < 0, np.float32(-1), np.float32(1))
    bounded = np.where(np.abs(kernel) < threshold, sign * np.float32(threshold), kernel)
    return np.asarray(fft.irfftn(fft.rfftn(field) / bounded, s=field.shape), np.float32)


def _gradient_power(shape: Sequence[int], spacing: Sequence[float]) -> Map:
    """|E(k)|^2 of forward differences in 1/mm^2."""
    total = np.zeros(1, np.float32)
    for k, d in zip(frequencies(shape, spacing), spacing, strict=True):
        total = total + (2 - 2 * np.cos(2 * np.pi * k * d)) / np.float32(d) ** 2
    return np.asarray(total, np.float32)


def closed_form_l2(field: Map, spacing: Sequence[float], b0: Sequence[float], regularisation: float) -> Map:
    """Gradient-regularised least squares in one step (Bilgic et al., MRM 2014): D F / (D^2 + lambda E^2)."""
    kernel = dipole_kernel(field.shape, spacing, b0)
    filter_ = kernel / (
        kernel**2 + np.float32(regularisation) * _gradient_power(field.shape, spacing) + np.float32(1e-6)
    )
    return np.asarray(fft.irfftn(fft.rfftn(field) * filter_, s=field.shape), np.float32)


def iterative_tikhonov(
    field: Map,
    weight: Map,
    spacing: Sequence[float],
    b0: Sequence[float],
    regularisation: float,
    iterations: int,
) -> Map:
    """Conjugate gradients on |W (D chi - field)|^2 + lambda |chi|^2, stopped early (iLSQR-like smoothness and streaks).

    ``weight`` is W squared.
    """
    kernel = dipole_kernel(field.shape, spacing, b0)

    def convolve(x: Map) -> Map:
        return np.asarray(fft.irfftn(fft.rfftn(x) * kernel, s=field.shape), np.float32)

    def normal(x: Map) -> Map:
        return convolve(weight * convolve(x)) + np.float32(regularisation) * x

    chi = np.zeros_like(field)
    residual = convolve(weight * field)
    direction = residual.copy()
    power = float(np.vdot(residual, residual))
    for _ in range(iterations):
        product = normal(direction)
        step = np.float32(power / max(float(np.vdot(direction, product)), 1e-20))
        chi += step * direction
        residual -= step * product
        new_power = float(np.vdot(residual, residual))
        direction = residual + np.float32(new_power / max(power, 1e-20)) * direction
        power = new_power
    return chi


def total_variation(
    field: Map, edges: Map, spacing: Sequence[float], b0: Sequence[float], penalty: float, threshold: float,
    iterations: int,
) -> Map:  # fmt: skip
    """|D chi - field|^2 / 2 + lambda |w grad chi|_1 by ADMM (as in Bilgic et al. 2014 and, with edge weights, MEDI).

    ``penalty`` is ADMM's rho, ``threshold`` = lambda / rho the gradient (ppm/mm) below which a map is flattened;
    ``edges`` (0..1) weighs the penalty down where the magnitude has an edge (Liu et al., MRM 2012).
    """
    kernel = dipole_kernel(field.shape, spacing, b0)
    rho = np.float32(penalty)
    denominator = kernel**2 + rho * _gradient_power(field.shape, spacing) + np.float32(1e-6)
    data_term = fft.rfftn(field) * kernel
    size = [np.float32(d) for d in spacing]
    z = [np.zeros_like(field) for _ in range(3)]
    dual = [np.zeros_like(field) for _ in range(3)]
    shrink = np.float32(threshold) * edges
    chi = field
    for _ in range(iterations):
        divergence = np.zeros_like(field)
        for a in range(3):
            v = z[a] - dual[a]
            divergence += (np.roll(v, 1, axis=a) - v) / size[a]
        chi = fft.irfftn((data_term + rho * fft.rfftn(divergence)) / denominator, s=field.shape)
        for a in range(3):
            g = (np.roll(chi, -1, axis=a) - chi) / size[a] + dual[a]
            z[a] = np.sign(g) * np.maximum(np.abs(g) - shrink, 0)
            dual[a] = g - z[a]
    return np.asarray(chi, np.float32)
