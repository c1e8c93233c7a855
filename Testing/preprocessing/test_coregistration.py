"""A further channel on the QSM's grid: left alone where it lies well, moved where it is off, refused where it cannot be."""

import numpy as np
import pytest
from scipy import ndimage
from scipy.spatial.transform import Rotation

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.image import Grid, Image, resample_to
from DGMSegmentationLib.preprocessing.case import open_case
from DGMSegmentationLib.preprocessing.coregistration import FARTHEST_DEG, on_grid_of
from DGMSegmentationLib.preprocessing.grid import Preprocessing, prepare


def grid(shape, steps) -> Grid:
    """Of these steps (mm, signed) about the world's origin."""
    affine = np.diag([*steps, 1.0])
    affine[:3, 3] = -np.array(steps) * (np.array(shape) - 1) / 2
    return Grid(shape, affine)


GRID, OTHER = grid((56, 68, 38), (1.5, 1.5, 2.1)), grid((78, 92, 64), (-1.2, 1.2, 1.44))


def structure(seed: int) -> np.ndarray:
    """Blobs of a centimetre and less on ``GRID``, about 0, in a small head, which is quick."""
    noise = np.random.default_rng(seed).standard_normal(GRID.shape)
    blobs = sum(ndimage.gaussian_filter(noise, sigma) * sigma**1.5 for sigma in (1.6, 3.2))
    return np.asarray(blobs / blobs.std(), np.float32)


@pytest.fixture(scope="module")
def head():
    """A QSM (ppb), its brain, and a magnitude of the same head on its grid."""
    axes = np.meshgrid(*[np.linspace(-1, 1, n) for n in GRID.shape], indexing="ij")
    mask = sum(a**2 for a in axes) < 0.85
    seen = structure(1)
    qsm = Image(np.where(mask, 40 * seen, 0).astype(np.float32), GRID.affine, unit="ppb")
    magnitude = 900 - 150 * np.abs(seen + 0.8) + 20 * structure(2)
    return qsm, mask, Image(magnitude.astype(np.float32), GRID.affine)


def displaced(image: Image, shift, degrees) -> Image:
    """The image with a header that is off by this about the head's centre."""
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_rotvec(degrees, degrees=True).as_matrix()
    matrix[:3, 3] = shift
    return image.replace(affine=matrix @ image.affine)


def elsewhere(image: Image) -> Image:
    return Image(resample_to(image.data, image.grid, OTHER).astype(np.float32), OTHER.affine)


def test_a_channel_in_its_place_stays_as_it_is(head):
    qsm, mask, magnitude = head
    same, move, said = on_grid_of(magnitude, qsm, mask)
    assert same.data is magnitude.data and move is None and said == ()
    placed, move, said = on_grid_of(elsewhere(magnitude), qsm, mask)
    assert move is None and said == () and placed.grid.same_as(qsm.grid)
    assert np.corrcoef(placed.data[mask], magnitude.data[mask])[0, 1] > 0.95


@pytest.mark.parametrize("own_grid", [True, False], ids=["same grid", "other grid"])
def test_a_channel_that_is_off_is_brought_back(head, own_grid):
    qsm, mask, magnitude = head
    shift, degrees = (2.0, 0.0, 0.0), (0.0, 0.0, 3.0)
    off = displaced(magnitude if own_grid else elsewhere(magnitude), shift, degrees)
    if own_grid:  # the same voxels as the QSM's, with the head elsewhere in them
        off = Image(resample_to(off.data, off.grid, GRID).astype(np.float32), GRID.affine)
    back, move, said = on_grid_of(off, qsm, mask)
    assert np.allclose(move.shift_mm, np.negative(shift), atol=1.0)
    assert np.allclose(move.rotation_deg, np.negative(degrees), atol=0.6)
    assert [remark.code for remark in said] == ["channel_moved"]
    assert back.grid.same_as(qsm.grid)
    placed = resample_to(off.data, off.grid, GRID)
    inside = ndimage.binary_erosion(mask, iterations=3)
    before, after = (np.corrcoef(d[inside], magnitude.data[inside])[0, 1] for d in (placed, back.data))
    assert after > 0.9 and after > before + 0.1
    if own_grid:
        assert np.array_equal(on_grid_of(off, qsm, mask)[0].data, back.data), "the same every time"


@pytest.mark.parametrize(
    ("finer", "degrees", "most"),
    [((2, 2, 4), 0, 0.26), ((1.25, 1.25, 1.25), 0, 0.5), ((1, 1, 1.5), 0, 0.75), ((1, 1, 4), 15, 0.6)],
)
def test_a_finer_channel_is_averaged_over_the_voxels_of_the_qsm(head, finer, degrees, most):
    """White noise of a finer grid becomes small, what is as broad as the QSM's voxels stays."""
    qsm, mask, magnitude = head
    inside = ndimage.binary_erosion(mask, iterations=4)
    shape = tuple(int(n * f * 1.3) for n, f in zip(GRID.shape, finer, strict=True))
    flat = grid(shape, np.array(GRID.spacing) / finer)
    turn = np.eye(4)
    turn[:3, :3] = Rotation.from_rotvec([degrees, 0, 0], degrees=True).as_matrix()
    fine = Grid(shape, turn @ flat.affine)
    smooth = resample_to(magnitude.data, magnitude.grid, fine)
    noise = np.random.default_rng(5).normal(0, 60, shape)
    clean, noisy = (
        on_grid_of(Image(d.astype(np.float32), fine.affine), qsm, mask)[0].data
        for d in (smooth, smooth + noise)
    )
    assert (noisy - clean)[inside].std() < 60 * most
    assert np.corrcoef(clean[inside], magnitude.data[inside])[0, 1] > 0.97


def test_what_cannot_be_borne_is_refused_with_its_sentence(head):
    qsm, mask, magnitude = head
    refused = {
        "channel_disagrees": Image(elsewhere(magnitude).data * 0 + _noise(), OTHER.affine),
        "channel_too_far": displaced(elsewhere(magnitude), (0, 0, 0), (0, 0, FARTHEST_DEG + 2)),
        "channel_elsewhere": displaced(elsewhere(magnitude), (0, 90, 0), (0, 0, 0)),
        "channel_blank": Image(np.full(OTHER.shape, 7.0, np.float32), OTHER.affine),
    }
    for code, channel in refused.items():
        with pytest.raises(InputError) as caught:
            on_grid_of(channel, qsm, mask)
        assert caught.value.code == code, code


def _noise() -> np.ndarray:
    return ndimage.gaussian_filter(np.random.default_rng(9).standard_normal(OTHER.shape), 2.0)


def test_a_channel_of_the_same_grid_is_only_doubted(head):
    qsm, mask, magnitude = head
    for data, code in ((magnitude.data * 0, "channel_blank"), (structure(7), "channel_disagrees")):
        kept, move, said = on_grid_of(magnitude.replace(data=data), qsm, mask)
        assert move is None and [remark.code for remark in said] == [code] and np.array_equal(kept.data, data)


@pytest.mark.parametrize("own_grid", [True, False], ids=["same grid", "other grid"])
def test_a_channel_with_its_sides_exchanged_is_refused(head, own_grid):
    qsm, mask, magnitude = head
    exchanged = magnitude.replace(data=magnitude.data[::-1].copy())
    with pytest.raises(InputError) as caught:
        on_grid_of(exchanged if own_grid else elsewhere(exchanged), qsm, mask)
    assert caught.value.code == "channel_mirrored"


def test_a_channel_that_shows_a_part_of_the_brain_is_said(head):
    qsm, mask, magnitude = head
    part = magnitude.data.copy()
    part[:, :, :14] = 0
    _, move, said = on_grid_of(magnitude.replace(data=part), qsm, mask)
    assert move is None and [remark.code for remark in said] == ["channel_partial"]
    assert said[0].facts["share"] == pytest.approx(100 * (part[mask] != 0).mean(), abs=0.1)
    holed = np.where(np.random.default_rng(0).random(part.shape) < 0.3, np.nan, magnitude.data)
    assert "channel_partial" in [
        remark.code for remark in on_grid_of(magnitude.replace(data=holed), qsm, mask)[2]
    ]
    empty = magnitude.replace(data=np.full(part.shape, np.nan, np.float32))
    assert [remark.code for remark in on_grid_of(empty, qsm, mask)[2]] == ["channel_blank"]


def test_a_true_voxel_size_is_not_that_of_a_channel_with_another_array(head):
    qsm, mask, magnitude = head
    whole = np.diag([1.6, 1.6, 1.6, 1])  # as large as a head
    qsm, other = (i.replace(affine=whole @ i.affine) for i in (qsm, elsewhere(magnitude)))
    wrong = qsm.replace(affine=qsm.affine @ np.diag([1, 1, 2.0, 1]))
    wrong.affine[2, 3] *= 2  # its centre is right
    case = open_case(
        wrong,
        voxel_size=qsm.spacing,
        channels=("qsm", "magnitude"),
        extra={"magnitude": other},
    )
    assert np.corrcoef(case.extra[0].data[mask], magnitude.data[mask])[0, 1] > 0.95


def test_a_window_in_medians_takes_a_magnitude_in_any_units(head):
    qsm, mask, magnitude = head
    pre = Preprocessing(
        spacing_mm=(5, 5, 7), shape=None, windows=((-200, 200), (0, 2)), window_units=("own", "median")
    )
    one, other = (
        prepare([qsm, magnitude.replace(data=magnitude.data * f)], mask, pre).inputs for f in (1, 37)
    )
    assert np.abs(one - other).max() <= 1 / 128 + 1e-6, "a grey level"
    inside = prepare([qsm, magnitude], mask, pre).mask
    assert np.median(one[1][inside]) == pytest.approx(0, abs=0.1), "the median is the window's middle"
    assert "window_units" not in Preprocessing().to_dict()
    assert Preprocessing.from_dict(pre.to_dict()) == pre
    for units in (("own",), ("median", "own"), ("own", "mean")):
        with pytest.raises(InputError):
            Preprocessing.from_dict({**pre.to_dict(), "window_units": units})
