"""From susceptibility to the field that a gradient-echo scan measures: dipole convolution, k-space cropping, noise.

Fields are relative to B0 in ppm. The dipole kernel in k-space, with b the direction of B0: D(k) = 1/3 - (k.b)^2 / |k|^2
(Salomir 2003; Marques & Bowtell 2005), the Lorentz-sphere correction included, D(0) = 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

GYROMAGNETIC_MHZ_PER_T = 42.577
"""Proton gyromagnetic ratio / 2 pi (CODATA)."""


def frequencies(
    shape: Sequence[int], spacing: Sequence[float], real: bool = True
) -> list[NDArray[np.float32]]:
    """Spatial frequencies (cycles/mm) along each axis, shaped to broadcast; the last axis halved when ``real``."""
    axes = [np.fft.fftfreq(n, d) for n, d in zip(shape[:2], spacing[:2], strict=True)]
    axes.append((np.fft.rfftfreq if real else np.fft.fftfreq)(shape[2], spacing[2]))
    return [k.astype(np.float32).reshape([-1 if b == a else 1 for b in range(3)]) for a, k in enumerate(axes)]


def dipole_kernel(
    shape: Sequence[int], spacing: Sequence[float], b0: Sequence[float] = (0, 0, 1)
) -> NDArray[np.float32]:
    """D(k) for a real FFT of an array of this shape and spacing (mm); ``b0`` in array axes, any length."""
    direction = np.asarray(b0, np.float32) / np.float32(np.linalg.norm(b0))
    kx, ky, kz = frequencies(shape, spacing)
    k2 = kx**2 + ky**2 + kz**2
    k2[0, 0, 0] = 1.0
    kernel = np.float32(1 / 3) - (kx * direction[0] + ky * direction[1] + kz * direction[2]) ** 2 / k2
    kernel[0, 0, 0] = 0.0
    return np.asarray(kernel, np.float32)


def forward_field(
    chi: NDArray[np.float32], spacing: Sequence[float], b0: Sequence[float] = (0, 0, 1)
) -> NDArray[np.float32]:
    """Field shift (ppm of B0) of a susceptibility map (ppm). The convolution is circular: leave empty space around."""
    kernel = dipole_kernel(chi.shape, spacing, b0)
    spectrum = fft.rfftn(chi.astype(np.float32, copy=False))
    spectrum *= kernel
    return np.asarray(fft.irfftn(spectrum, s=chi.shape), np.float32)


def crop_k_space(data: NDArray[np.complex64], shape: Sequence[int]) -> NDArray[np.complex64]:
    """Resample by cutting (or zero-filling) k-space to ``shape``: the scanner's partial volume and Gibbs ringing.

    The field of view stays; voxel 0 keeps its centre, so the new spacing is old spacing * old size / new size.
    """
    result = data
    for axis, n in enumerate(shape):
        old = result.shape[axis]
        if n == old:
            continue
        spectrum = fft.fftshift(fft.fft(result, axis=axis), axes=axis)
        keep = [slice(None)] * 3
        if n < old:
            start = old // 2 - n // 2
            keep[axis] = slice(start, start + n)
            spectrum = spectrum[tuple(keep)]
        else:
            pad = [(0, 0)] * 3
            before = n // 2 - old // 2
            pad[axis] = (before, n - old - before)
            spectrum = np.pad(spectrum, pad)
        result = fft.ifft(fft.ifftshift(spectrum, axes=axis), axis=axis) * np.float32(n / old)
    return np.asarray(result, np.complex64)


@dataclass(frozen=True)
class Scan:
    """What a scan is made with. ``echo_ms``: the effective echo time of the combined echoes; ``snr`` in white matter."""

    tesla: float
    echo_ms: float
    snr: float
    shape: tuple[int, int, int]

    @property
    def radians_per_ppm(self) -> float:
        """Phase at the effective echo time of a field shift of 1 ppm."""
        return 2 * np.pi * GYROMAGNETIC_MHZ_PER_T * self.tesla * self.echo_ms * 1e-3


def acquire(
    field: NDArray[np.float32], magnitude: NDArray[np.float32], scan: Scan, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Scan a field: returns the noisy field (ppm) and magnitude on the scan's grid.

    Noise is complex and white, so the field's noise grows where the magnitude is low; voxels that dephase lose signal.
    """
    phase = field * np.float32(scan.radians_per_ppm)
    signal = np.empty(field.shape, np.complex64)
    signal.real, signal.imag = magnitude * np.cos(phase), magnitude * np.sin(phase)
    signal = crop_k_space(signal, scan.shape)
    noise = rng.standard_normal((2, *scan.shape), dtype=np.float32) / np.float32(scan.snr)
    signal += noise[0] + 1j * noise[1]
    return (np.angle(signal) / np.float32(scan.radians_per_ppm)).astype(np.float32), np.abs(signal).astype(
        np.float32
    )
