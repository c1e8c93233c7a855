"""The map of a simulated subject: a field inverted by a method and strength at random, or contrast at random."""

from collections.abc import Sequence
from typing import TypedDict, cast

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from ..image import Grid, apply_weights, grid_weights
from .anatomy import GRID
from .reconstruct import closed_form_l2, iterative_tikhonov, total_variation, truncated_division
from .tissues import RIGHT

Map = NDArray[np.float32]

#: Share of the volumes whose contrast is drawn at random, tissue by tissue, instead of simulated.
RANDOM_CONTRAST = 0.15

#: Reconstructions, and how often each is drawn.
_SHARES = {"tkd": 0.15, "l2": 0.25, "tikhonov": 0.15, "tv": 0.45}
RECONSTRUCTIONS: tuple[str, ...] = tuple(_SHARES)


class Reconstruction(TypedDict, total=False):
    """How a map was made."""

    method: str
    threshold: float
    regularisation: float
    penalty: float
    iterations: int
    smoothing_mm: float


def random_contrast(
    tissue: NDArray[np.uint8], grid: Grid, rng: np.random.Generator
) -> tuple[Reconstruction, Map]:
    """A Gaussian mixture: each tissue gets a mean and a scatter of its own at random, seen through the scan's resolution."""
    means = rng.uniform(-0.10, 0.20, 32).astype(np.float32)
    scatter = rng.uniform(0.0, 0.03, 32).astype(np.float32)
    kind = tissue % RIGHT
    image = means[kind] + scatter[kind] * rng.standard_normal(tissue.shape, dtype=np.float32)
    image = ndimage.gaussian_filter(image, rng.uniform(0.4, 0.9))
    result = apply_weights(image, grid_weights(GRID, grid, True))
    result += np.float32(rng.uniform(0.0, 0.02)) * rng.standard_normal(result.shape, dtype=np.float32)
    return {"method": "random contrast"}, result


def reconstruct(
    measured: Map, magnitude: Map, mask: NDArray[np.bool_], grid: Grid, b0: tuple[float, float, float],
    rng: np.random.Generator, allowed: Sequence[str],
) -> tuple[Reconstruction, Map]:  # fmt: skip
    """Invert the field inside the mask with a random method and strength; returns what was used, and the map."""
    names = [n for n in RECONSTRUCTIONS if n in allowed]
    weights = np.array([_SHARES[n] for n in names])
    method = str(rng.choice(names, p=weights / weights.sum()))

    bounds = [np.flatnonzero(mask.any(axis=tuple(b for b in range(3) if b != a))) for a in range(3)]
    box = tuple(slice(int(b[0]), int(b[-1]) + 1) for b in bounds)
    inner = [b.stop - b.start for b in box]
    shape = [
        fft.next_fast_len(n + max(4, round(12 / s)), real=True)
        for n, s in zip(inner, grid.spacing, strict=True)
    ]
    pad = [(0, s - n) for s, n in zip(shape, inner, strict=True)]
    local, weight = np.pad((measured * mask)[box], pad), np.pad((magnitude * mask)[box], pad)
    spacing = grid.spacing
    chosen: Reconstruction = {"method": method}
    if method == "tkd":
        chosen["threshold"] = float(rng.uniform(0.10, 0.25))
        chi = truncated_division(local, spacing, b0, chosen["threshold"])
    elif method == "l2":
        chosen["regularisation"] = float(np.exp(rng.uniform(np.log(2e-3), np.log(4e-2))))
        chi = closed_form_l2(local, spacing, b0, chosen["regularisation"])
    elif method == "tikhonov":
        chosen["regularisation"] = float(np.exp(rng.uniform(np.log(3e-3), np.log(5e-2))))
        chosen["iterations"] = int(rng.integers(5, 15))
        power = np.clip(weight / max(float(np.quantile(weight[weight > 0], 0.9)), 1e-6), 0, 1.2) ** 2
        chi = iterative_tikhonov(
            local, power.astype(np.float32), spacing, b0, chosen["regularisation"], chosen["iterations"]
        )
    else:
        chosen["penalty"] = float(np.exp(rng.uniform(np.log(5e-3), np.log(8e-2))))
        chosen["threshold"] = float(np.exp(rng.uniform(np.log(1e-3), np.log(1.2e-2))))
        chosen["iterations"] = int(rng.integers(6, 16))
        edges = _edge_weights(weight, rng)
        chi = total_variation(
            local, edges, spacing, b0, chosen["penalty"], chosen["threshold"], chosen["iterations"]
        )
    out = np.zeros(grid.shape, np.float32)
    out[box] = chi[tuple(slice(0, n) for n in inner)]
    if rng.uniform() < 0.2:
        chosen["smoothing_mm"] = float(rng.uniform(0.3, 0.7))
        out = ndimage.gaussian_filter(out, [chosen["smoothing_mm"] / s for s in spacing])
    short = {k: round(v, 4) if isinstance(v, float) else v for k, v in chosen.items()}
    return cast(Reconstruction, short), out


def _edge_weights(magnitude: Map, rng: np.random.Generator) -> Map:
    """1 in even regions, small where the magnitude has one of its strongest edges."""
    smooth = ndimage.gaussian_filter(magnitude, 0.6)
    slope = np.sqrt(sum(g**2 for g in np.gradient(smooth)))
    limit = np.quantile(slope[magnitude > 0], rng.uniform(0.6, 0.9))
    return np.where(slope > limit, np.float32(rng.uniform(0.05, 0.5)), np.float32(1.0))
