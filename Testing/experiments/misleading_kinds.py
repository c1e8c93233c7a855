"""Maps as they are and altered: the kinds that verdict_calibration.py asks about, made of one susceptibility map in ppm."""

from collections.abc import Callable, Iterator

import numpy as np
from scipy import ndimage

from DGMSegmentationLib.image import Grid, Image, resample_to
from DGMSegmentationLib.simulation.physics import forward_field

GOOD = (
    "as it is", "tilted 25", "in ppb", "offset +5 ppb", "offset -5 ppb", "offset +40 ppb", "offset -40 ppb",
    "offset +60 ppb", "gain 1.4", "gain 0.8", "noise of 10 ppb added", "ramp of 10 % from side to side",
    "clipped beyond .25 ppm", "rounded to whole ppb",
)  # fmt: skip


def turned(image: Image, degrees: float, axis: int) -> Image:
    """The head turned about its middle and resampled on its grid."""
    a, b = (k for k in range(3) if k != axis)
    angle = np.deg2rad(degrees)
    turn = np.eye(4)
    turn[a, a] = turn[b, b] = np.cos(angle)
    turn[a, b], turn[b, a] = -np.sin(angle), np.sin(angle)
    middle = image.affine @ np.append((np.array(image.shape) - 1) / 2, 1)
    turn[:3, 3] = middle[:3] - turn[:3, :3] @ middle[:3]
    source = Grid(image.shape, turn @ image.affine)
    return image.replace(
        data=resample_to(image.data, source, image.grid, 0 if image.data.dtype == bool else 1)
    )


def affine_turned(image: Image, degrees: float) -> Image:
    """The header says that the volume is turned, which it is not."""
    angle = np.deg2rad(degrees)
    turn = np.eye(4)
    turn[1:3, 1:3] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return image.replace(affine=turn @ image.affine)


def spaced(image: Image, factors: tuple[float, float, float]) -> Image:
    """The header's voxel size times factors."""
    return image.replace(affine=image.affine @ np.diag([*factors, 1.0]))


def exchanged(image: Image, first: int, second: int, flipped: bool = False) -> Image:
    """Two axes of the array exchanged, each with its voxel size, under the header's directions."""
    order = [0, 1, 2]
    order[first], order[second] = second, first
    size = np.array(image.spacing)
    affine = np.eye(4)
    affine[:3, :3] = image.affine[:3, :3] / size * size[order]
    data = np.transpose(image.data, order)
    return image.replace(data=np.flip(data, 1) if flipped else data, affine=affine)


def _inner(inside: np.ndarray) -> tuple[slice, ...]:
    return ndimage.find_objects(inside.astype(np.uint8))[0]


def _of_headers(image: Image) -> Iterator[tuple[str, Callable[[], Image]]]:
    """The array lies otherwise than the header says, or has another voxel size, or is not one whole head."""
    chi, inside = np.asarray(image.data, np.float32), image.data != 0
    box = _inner(inside)
    middle = [(s.start + s.stop) // 2 for s in box]
    for name, axes in {
        "front to back": (1,),
        "upside down": (2,),
        "front to back and upside down": (1, 2),
    }.items():
        yield f"flipped {name}", lambda axes=axes: image.replace(data=np.flip(chi, axes))
    for a, b in ((0, 1), (0, 2), (1, 2)):
        yield f"axes {a}, {b} exchanged", lambda a=a, b=b: exchanged(image, a, b)
        yield f"axes {a}, {b} exchanged and flipped", lambda a=a, b=b: exchanged(image, a, b, True)
    yield "affine turned 46", lambda: affine_turned(image, 46)
    yield "affine turned 60", lambda: affine_turned(image, 60)
    yield "head turned 90", lambda: turned(image, 90, 2)
    yield "slices thinner by a third", lambda: spaced(image, (1, 1, 2 / 3))
    yield "slices thicker by a half", lambda: spaced(image, (1, 1, 1.5))
    yield "voxels wider by 40 %", lambda: spaced(image, (1.4, 1, 1))
    for scale in (0.25, 0.5, 0.6, 0.7, 0.8, 1.25):
        yield f"head of {scale} times the size", lambda f=scale: spaced(image, (f, f, f))

    def half(axis: int, upper: bool) -> Image:
        data = chi.copy()
        cut = [slice(None)] * 3
        cut[axis] = slice(0, middle[axis]) if upper else slice(middle[axis], None)
        data[tuple(cut)] = 0
        return image.replace(data=data)

    for axis, name in enumerate(("side", "front to back", "height")):
        yield f"upper half of its {name}", lambda a=axis: half(a, True)
        yield f"lower half of its {name}", lambda a=axis: half(a, False)

    def cut_out(share: float) -> Image:
        part = tuple(
            slice(int(m - share * (s.stop - s.start) / 2), int(m + share * (s.stop - s.start) / 2))
            for m, s in zip(middle, box, strict=True)
        )
        return image.replace(data=chi[part])

    yield "cut-out, 60 % of each axis", lambda: cut_out(0.6)
    yield "cut-out, 40 % of each axis", lambda: cut_out(0.4)
    for axis in range(3):
        yield (
            f"twice along axis {axis}",
            lambda a=axis: image.replace(data=np.concatenate([chi[box], chi[box]], a)),
        )
    order = [*range(0, chi.shape[2], 2), *range(1, chi.shape[2], 2)]
    yield "even slices before odd ones", lambda: image.replace(data=chi[:, :, order])
    moved = np.concatenate([chi[:, :, : middle[2]], np.roll(chi[:, :, middle[2] :], 12, 1)], 2)
    yield "upper half moved by 12 voxels", lambda: image.replace(data=moved)


def _of_values(image: Image) -> Iterator[tuple[str, Callable[[], Image]]]:
    """Values that are those of another unit, gain or place."""
    chi, inside = np.asarray(image.data, np.float32), image.data != 0
    box = _inner(inside)
    random = np.random.default_rng(0)

    def values(data: np.ndarray) -> Image:
        return image.replace(data=np.where(inside, data, 0).astype(np.float32))

    x = np.clip((np.arange(chi.shape[0]) - box[0].start) / (box[0].stop - box[0].start), 0, 1)[:, None, None]
    yield "as it is", lambda: image
    yield "tilted 25", lambda: turned(image, 25, 0)
    yield "in ppb", lambda: values(1000 * chi)
    for offset in (5, -5, 40, -40, 60, 150, -150):
        yield f"offset {offset:+d} ppb", lambda o=offset: values(chi + o / 1000)
    for gain in (1.4, 0.8, 0.33, 4.0):
        yield f"gain {gain}", lambda g=gain: values(g * chi)
    yield "noise of 10 ppb added", lambda: values(chi + random.normal(0, 0.01, chi.shape))
    yield "ramp of 10 % from side to side", lambda: values(chi * (0.95 + 0.1 * x))
    yield "clipped beyond .25 ppm", lambda: values(np.clip(chi, -0.25, 0.25))
    yield "rounded to whole ppb", lambda: values(np.round(chi, 3))
    yield "gain 2 to 0 from side to side", lambda: values(chi * (2 * x))
    yield "gain .5 on one side", lambda: values(chi * np.where(x > 0.5, 0.5, 1))
    yield "gain 2 on one side", lambda: values(chi * np.where(x > 0.5, 2, 1))
    yield "one side 0.1 ppm higher", lambda: values(chi + np.where(x > 0.5, 0.1, 0))
    yield "ramp of 0.2 ppm added", lambda: values(chi + 0.2 * (x - 0.5))
    yield "one side with its sign changed", lambda: values(chi * np.where(x > 0.5, -1, 1))
    yield "one side of noise", lambda: values(np.where(x > 0.5, random.normal(0, 0.03, chi.shape), chi))
    for bound in (0.02, 0.04, 0.06, 0.08, 0.1):
        yield f"clipped beyond {bound} ppm", lambda b=bound: values(np.clip(chi, -b, b))
    yield "clipped above .05 ppm", lambda: values(np.minimum(chi, 0.05))
    yield "brain's positive values set to 0 above .08", lambda: values(np.where(chi > 0.08, 0, chi))
    yield "negative values set to 0", lambda: values(np.maximum(chi, 0))
    yield "rounded to .05 ppm", lambda: values(np.round(chi / 0.05) * 0.05)
    yield "Hz at 3 T", lambda: values(chi * 127.7)
    yield "Hz at 7 T", lambda: values(chi * 298)
    yield "radians", lambda: values(chi * 16)
    yield "times 10", lambda: values(chi * 10)
    yield "times 4 pi", lambda: values(chi * 4 * np.pi)
    yield "divided by 10", lambda: values(chi / 10)
    yield "divided by 4 pi", lambda: values(chi / 4 / np.pi)
    yield "sign flipped", lambda: values(-chi)
    yield "unsigned, +2048", lambda: image.replace(data=np.where(inside, np.round(chi * 1000) + 2048, 0))


def _of_other_maps(image: Image) -> Iterator[tuple[str, Callable[[], Image]]]:
    """Images that are no susceptibility maps of a head."""
    chi, inside = np.asarray(image.data, np.float32), image.data != 0
    random = np.random.default_rng(1)
    box = _inner(inside)
    place = np.stack(np.meshgrid(*[np.linspace(-1, 1, n) for n in chi.shape], indexing="ij")).astype(
        np.float32
    )
    millimetres = place * (np.array(image.shape) * image.spacing / 2)[:, None, None, None]

    def values(data: np.ndarray) -> Image:
        return image.replace(data=np.where(inside, data, 0).astype(np.float32))

    def noise(sd: float = 0.03, smooth_mm: float = 0.0) -> np.ndarray:
        made = random.normal(0, 1, chi.shape)
        if smooth_mm:
            made = ndimage.gaussian_filter(made, smooth_mm / np.array(image.spacing))
        return made / made.std() * sd

    def field() -> np.ndarray:
        return forward_field(chi, image.spacing)

    def background() -> np.ndarray:
        x, y, z = place
        return 0.3 * (z**2 - 0.5 * x**2 - 0.5 * y**2) + 0.4 * y * z + 0.2 * y

    def phase(echo_s: float, tesla: float, total: bool) -> np.ndarray:
        ppm = field() + (background() if total else 0)
        made = 2 * np.pi * 42.577 * tesla * echo_s * ppm
        return np.angle(np.exp(1j * made))

    def standard(data: np.ndarray) -> np.ndarray:
        return (data - data[inside].mean()) / data[inside].std()

    yield "field", lambda: values(field())
    yield "field in Hz at 3 T", lambda: values(field() * 127.7)
    yield "field in radians, 20 ms at 3 T", lambda: values(field() * 16)
    yield "total field in ppm", lambda: values(field() + background())
    yield "total field in Hz at 3 T", lambda: values((field() + background()) * 127.7)
    yield "smooth field map in Hz", lambda: values(background() * 127.7)
    yield "phase of the local field, 3 T", lambda: values(phase(0.02, 3, False))
    yield "phase of the total field, 3 T", lambda: values(phase(0.02, 3, True))
    yield "phase of the total field, 7 T", lambda: values(phase(0.02, 7, True))
    yield "phase in steps of scanner", lambda: values(np.round(phase(0.02, 3, True) / np.pi * 4095))
    yield "noise", lambda: values(noise())
    yield "noise, smooth 2 mm", lambda: values(noise(0.03, 2))
    yield "noise, smooth 5 mm", lambda: values(noise(0.03, 5))
    yield "noise of .1 ppm added", lambda: values(chi + noise(0.1))
    yield (
        "smoothed by 6 mm",
        lambda: values(ndimage.gaussian_filter(chi, 6 / np.array(image.spacing) / 2.355)),
    )
    yield (
        "smoothed by 12 mm",
        lambda: values(ndimage.gaussian_filter(chi, 12 / np.array(image.spacing) / 2.355)),
    )
    yield "magnitude of it", lambda: values(np.abs(chi))
    yield "R2* in 1/s", lambda: values(np.clip(20 + 130 * chi + noise(1), 1, None))
    yield "R2* in 1/s, mean subtracted", lambda: values(130 * chi + noise(1))
    t1 = 900 - 1500 * ndimage.gaussian_filter(chi, 0.7)
    yield "T1-like", lambda: values(t1 + noise(20))
    yield "T1-like, standardised", lambda: values(standard(t1 + noise(20)))
    t2s = 1000 * np.exp(-0.025 * (20 + 130 * np.maximum(chi, -0.1)))
    yield "T2*-weighted", lambda: values(t2s + noise(10))
    yield "T2*-weighted, standardised", lambda: values(standard(t2s + noise(10)))
    yield "constant", lambda: values(np.full_like(chi, 0.05))
    yield "constant and a little noise", lambda: values(0.05 + noise(0.001))
    yield "zeros", lambda: values(np.zeros_like(chi))
    yield "mask", lambda: values(inside.astype(np.float32))

    def spheres(outer: bool) -> Image:
        head = (
            (np.square(millimetres / np.array([70, 85, 70])[:, None, None, None]).sum(0) < 1)
            if outer
            else inside
        )
        data = np.where(head, noise(0.005), 0).astype(np.float32)
        for n, (x, y) in enumerate(((-30, 0), (30, 0), (0, 35), (0, -35), (-20, 20), (20, 20))):
            ball = np.square(millimetres - np.array([x, y, 0])[:, None, None, None]).sum(0) < (6 + n) ** 2
            data[ball] += 0.05 * (n + 1)
        return image.replace(data=data)

    yield "phantom of spheres", lambda: spheres(True)
    yield "spheres in a head's outline", lambda: spheres(False)

    def tubes() -> Image:
        x, y, z = millimetres
        head = (np.hypot(x, y) < 80) & (np.abs(z) < 60)
        data = np.where(head, noise(0.005), 0).astype(np.float32)
        for n in range(5):
            angle = 2 * np.pi * n / 5
            data[(np.hypot(x - 40 * np.cos(angle), y - 40 * np.sin(angle)) < 12) & (np.abs(z) < 40)] += (
                0.06 * n
            )
        return image.replace(data=data)

    yield "phantom of tubes", tubes
    yield (
        "not masked, noise outside",
        lambda: image.replace(data=np.where(inside, chi, noise()).astype(np.float32)),
    )

    def with_hole(share: float) -> Image:
        data = chi.copy()
        third = [(s.stop - s.start) * share for s in box]
        middle = [(s.start + s.stop) / 2 for s in box]
        ball = sum(((np.indices(chi.shape)[a] - middle[a]) / third[a]) ** 2 for a in range(3)) < 1
        data[ball] = 0
        return image.replace(data=data)

    yield "a hole in the middle", lambda: with_hole(0.17)
    yield "thresholded mask", lambda: image.replace(data=np.where(chi > -0.02, chi, 0))


def versions(image: Image) -> Iterator[tuple[str, Callable[[], Image]]]:
    """Altered versions of a map in ppm, by kind; those in GOOD must be ok, all others doubtful or refused."""
    yield from _of_values(image)
    yield from _of_headers(image)
    yield from _of_other_maps(image)
