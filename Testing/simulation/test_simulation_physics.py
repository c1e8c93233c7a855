"""The simulator's physics: the field of a sphere, k-space cropping, and what each reconstruction makes of a sphere."""

import numpy as np
import pytest
from scipy import ndimage

from DGMSegmentationLib.simulation.physics import Scan, acquire, crop_k_space, dipole_kernel, forward_field
from DGMSegmentationLib.simulation.reconstruct import (
    closed_form_l2,
    iterative_tikhonov,
    total_variation,
    truncated_division,
)

RADIUS, CHI = 9.0, 0.1


def sphere(shape, spacing, radius=RADIUS):
    """A sphere of CHI with soft edges in the middle of the grid, and the positions from its centre (mm)."""
    position = (np.indices(shape).T - (np.array(shape) // 2)).T * np.reshape(spacing, (3, 1, 1, 1))
    distance = np.sqrt((position**2).sum(axis=0))
    return CHI * np.clip(radius - distance + 0.5, 0, 1).astype(np.float32), position, distance


@pytest.mark.parametrize("b0", [(0, 0, 1), (0, 1, 1), (0.3, -0.2, 2.0)])
def test_field_of_a_sphere(b0):
    """Outside: chi/3 (a/r)^3 (3 cos^2 - 1); inside: zero, the Lorentz sphere taken off.

    The sphere is blurred a little: that changes neither field beyond the blur, and spares us the ringing of a sharp edge.
    """
    sharp, position, distance = sphere((96, 96, 96), (1, 1, 1), radius=12.0)
    chi = ndimage.gaussian_filter(sharp, 1.3)
    moment = float(chi.sum()) / (4 * np.pi)  # = chi a^3 / 3
    field = forward_field(chi, (1, 1, 1), b0)
    direction = np.array(b0) / np.linalg.norm(b0)
    cosine = np.tensordot(direction, position, 1) / np.maximum(distance, 1e-3)
    expected = moment / np.maximum(distance, 1) ** 3 * (3 * cosine**2 - 1)
    outside = (distance > 17) & (distance < 28)
    peak = np.abs(expected[outside]).max()
    assert peak > 0.015
    assert np.abs(field - expected)[outside].max() < 0.02 * peak
    assert np.abs(field[distance < 7]).max() < 0.02 * peak


def test_field_on_anisotropic_voxels():
    """The kernel knows the voxel size: 1 x 1 x 2 mm gives the same field as 1 mm."""
    fine, _, _ = sphere((64, 64, 64), (1, 1, 1))
    coarse = fine.reshape(64, 64, 32, 2).mean(axis=-1)
    expected = forward_field(fine, (1, 1, 1)).reshape(64, 64, 32, 2).mean(axis=-1)
    assert np.abs(forward_field(coarse, (1, 1, 2)) - expected).max() < 0.1 * np.abs(expected).max()


def test_dipole_kernel_bounds():
    kernel = dipole_kernel((12, 14, 10), (1.0, 1.0, 2.0), (0, 0, 5))
    assert kernel.shape == (12, 14, 6)
    assert kernel[0, 0, 0] == 0
    assert kernel[0, 0, 1:] == pytest.approx(-2 / 3)
    assert kernel[1:6, 0, 0] == pytest.approx(1 / 3)


@pytest.mark.parametrize("shape", [(32, 40, 12), (64, 80, 48), (80, 80, 30)])
def test_crop_k_space_keeps_positions_and_values(shape):
    """A blob stays where it is in mm, and a constant stays what it is; cropping and zero filling alike."""
    old = (64, 80, 48)
    position = np.indices(old)
    centre = np.array([20.0, 50.0, 24.0])
    blob = np.exp(-((position.T - centre) ** 2).sum(axis=-1).T / (2 * 5.0**2)).astype(np.complex64)
    new = np.abs(crop_k_space(blob, shape))
    scale = np.array(old) / shape
    where = np.indices(shape).reshape(3, -1)
    found = (where * new.ravel()).sum(axis=1) / new.sum() * scale
    assert np.abs(found - centre).max() < 0.3
    assert np.abs(crop_k_space(np.full(old, 2.0, np.complex64), shape) - 2).max() < 1e-4


def test_noise_grows_where_signal_is_low():
    field = np.zeros((24, 24, 24), np.float32)
    magnitude = np.ones_like(field)
    magnitude[:12] = 0.25
    scan = Scan(3.0, 15.0, 40.0, (24, 24, 24))
    measured, seen = acquire(field, magnitude, scan, np.random.default_rng(0))
    assert measured[12:].std() == pytest.approx(1 / 40 / scan.radians_per_ppm, rel=0.05)
    assert measured[:12].std() == pytest.approx(4 / 40 / scan.radians_per_ppm, rel=0.1)
    assert seen[:12].mean() == pytest.approx(0.25, abs=0.02)


@pytest.mark.parametrize("method", ["tkd", "l2", "tikhonov", "tv"])
@pytest.mark.parametrize("b0", [(0, 0, 1), (0, 0.4, 1)])
def test_reconstructions_find_the_sphere(method, b0):
    """Each gives back most of the susceptibility, never more; nothing far away; TKD's loss is known."""
    chi, _, distance = sphere((72, 72, 72), (1, 1, 1))
    noise = np.random.default_rng(1).normal(0, 0.002, chi.shape).astype(np.float32)
    field = forward_field(chi, (1, 1, 1), b0) + noise
    one = np.ones_like(field)
    result = {
        "tkd": lambda: truncated_division(field, (1, 1, 1), b0, 0.19),
        "l2": lambda: closed_form_l2(field, (1, 1, 1), b0, 0.01),
        "tikhonov": lambda: iterative_tikhonov(field, one, (1, 1, 1), b0, 0.01, 12),
        "tv": lambda: total_variation(field, one, (1, 1, 1), b0, 0.03, 0.003, 12),
    }[method]()
    inside, far = result[distance < RADIUS - 2].mean(), result[(distance > RADIUS + 5)]
    assert 0.6 * CHI < inside < 1.05 * CHI
    assert abs(far.mean()) < 0.03 * CHI
    assert far.std() < 0.25 * CHI
