"""Lost slabs: what one side lacks is named with its slices; whole labels, tilted heads and true asymmetry are left alone."""

import numpy as np
import pytest
from places import REPOSITORY
from scipy.spatial.transform import Rotation

from DGMSegmentationLib.image import Grid, Image, reorient, resample_to
from DGMSegmentationLib.io.files import read_image
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.measurement.lost_slabs import LOST_SHARE, flags_from_sides, lost_slabs
from DGMSegmentationLib.measurement.symmetry import mirror_map
from DGMSegmentationLib.structures import STANDARD

SAMPLE = REPOSITORY / "Resources" / "Sample"


@pytest.fixture(scope="module")
def case():
    """The sample's true labels and map, cut to the surroundings of the nuclei."""
    labels = read_labels(SAMPLE / "sub-sample_seg-DGM_dseg.nii.gz")
    image = read_image(SAMPLE / "sub-sample_Chimap.nii.gz")
    where = np.argwhere(labels.data)
    low, high = where.min(axis=0) - 16, where.max(axis=0) + 17
    box = tuple(slice(a, b) for a, b in zip(np.maximum(low, 0), high, strict=True))
    affine = labels.affine.copy()
    affine[:3, 3] += affine[:3, :3] @ np.maximum(low, 0)
    return labels.replace(data=labels.data[box], affine=affine), image.replace(
        data=image.data[box] * 1000, affine=affine
    )


def without(labels, values, chosen):
    """Labels without the voxels of these values where ``chosen`` is True."""
    return labels.replace(data=np.where(np.isin(labels.data, values) & chosen, 0, labels.data))


def names(slabs):
    return [slab.structure.abbreviation for slab in slabs]


def test_whole_labels_lack_nothing(case):
    assert lost_slabs(*case) == []


@pytest.mark.parametrize("end", ["lower", "upper", "front", "back"])
def test_an_end_that_is_gone_is_named(case, end):
    """More than a third of each structure in turn; a side that is truly smaller there can say nothing."""
    labels, image = case
    axis, sign = {"lower": (2, 1), "upper": (2, -1), "front": (1, -1), "back": (1, 1)}[end]
    assert labels.grid.axis_codes == "RAS"
    places, told = np.indices(labels.shape)[axis], 0
    for structure in STANDARD:
        here = labels.data == structure.label
        limit = np.quantile(sign * places[here], 0.35, method="inverted_cdf")
        gone = here & (sign * places <= limit)
        found = lost_slabs(without(labels, [structure.label], gone), image)
        assert names(found) in ([], [structure.abbreviation])
        if found:
            assert found[0].share >= LOST_SHARE and found[0].voxels > 0.1 * gone.sum()
            lost = places[gone]
            told += found[0].axis == axis and lost.min() <= found[0].last and found[0].first <= lost.max()
    assert told >= 9


def test_a_quarter_of_the_pallidum_is_found_and_nothing_on_the_other_side(case):
    labels, image = case
    pallidum = np.argwhere(labels.data == 6)
    _, y, z = np.median(pallidum, axis=0)
    _, j, k = np.indices(labels.shape)
    found = lost_slabs(without(labels, [6, 8], (k <= z) & (j < y)), image)
    # Of the putamen, which is the smaller one here, only a twentieth is gone.
    assert names(found) == ["GP_R", "PU_R"]
    flags = flags_from_sides(without(labels, [6, 8], (k <= z) & (j < y)), image)
    assert {f.code for f in flags} == {"lost_slab"} and [f.abbreviation for f in flags] == names(found)
    assert flags[0].reason.startswith("Right globus pallidus:") and "slices" in flags[0].reason


def test_slices_are_those_of_the_array_as_it_is_stored(case):
    labels, image = case
    gone = without(labels, [6], np.indices(labels.shape)[2] < np.median(np.argwhere(labels.data == 6)[:, 2]))
    (straight,) = lost_slabs(gone, image)
    turned = [reorient(part, "PIR") for part in (gone, image)]
    (found,) = lost_slabs(turned[0], turned[1])
    last = labels.shape[2] - 1
    assert (straight.axis, found.axis) == (2, 1) and straight.end == found.end == "lower"
    assert (last - found.last, last - found.first) == (straight.first, straight.last)


def test_dark_tissue_is_not_missed(case):
    """A nucleus that ends earlier on one side, as the map shows it there, is no lost slab."""
    labels, image = case
    places = np.indices(labels.shape)[2]
    end = np.percentile(np.argwhere(labels.data == 6)[:, 2], 30)
    gone = without(labels, [6], places < end)
    dark = image.replace(
        data=np.where((places <= end) & (gone.data == 0), -20, image.data).astype(np.float32)
    )
    assert "GP_R" in names(lost_slabs(gone, image))
    assert "GP_R" not in names(lost_slabs(gone, dark))


def test_the_heads_own_middle_plane_counts(case):
    """A head rolled by 15 degrees: the right nuclei lie higher, and nothing is missing."""
    labels, image = case
    centre = labels.affine @ np.append((np.array(labels.shape) - 1) / 2, 1)
    turn = np.eye(4)
    turn[:3, :3] = Rotation.from_euler("y", 15, degrees=True).as_matrix()
    turn[:3, 3] = centre[:3] - turn[:3, :3] @ centre[:3]
    grid = Grid(labels.shape, turn @ labels.affine)
    rolled = labels.replace(data=resample_to(labels.data, labels.grid, grid, 0))
    values = image.replace(data=resample_to(image.data, image.grid, grid, 1))
    assert lost_slabs(rolled, values) == []
    before, after = (np.degrees(np.arctan2(m[2, 0], -m[0, 0])) for m in map(mirror_map, (labels, rolled)))
    assert abs(after - before) == pytest.approx(30, abs=4)


def test_too_few_pairs_are_not_judged(case):
    labels, image = case
    few = labels.replace(data=np.where(labels.data <= 4, labels.data, 0))
    assert mirror_map(few) is None and lost_slabs(few, image) == []
    nothing = Image(np.zeros(labels.shape, np.uint8), labels.affine)
    assert lost_slabs(nothing, image) == []


@pytest.mark.parametrize("times", [(2, 2, 1), (3, 3, 3), (4, 4, 2)])
def test_a_finer_grid_changes_neither_what_is_found_nor_where(case, times):
    labels, image = case
    _, y, z = np.median(np.argwhere(labels.data == 6), axis=0)
    _, j, k = np.indices(labels.shape)
    cut = without(labels, [6], (k <= z) & (j < y))
    affine = labels.affine.copy()
    affine[:3, :3] /= times
    affine[:3, 3] += labels.affine[:3, :3] @ (0.5 / np.array(times) - 0.5)
    whole, lacking, values = (
        one.replace(data=np.kron(one.data, np.ones(times, one.data.dtype)), affine=affine)
        for one in (labels, cut, image)
    )
    found, finer = lost_slabs(cut, image), lost_slabs(lacking, values)
    assert names(finer) == names(found)
    for before, after in zip(found, finer, strict=True):
        n = times[after.axis]
        assert (after.axis, after.end) == (before.axis, before.end)
        assert after.share == pytest.approx(before.share, abs=0.05)
        assert after.voxels == pytest.approx(before.voxels * np.prod(times), rel=0.35)
        assert abs(after.first - before.first * n) <= 2 * n and abs(after.last - before.last * n) <= 2 * n
        assert after.last < lacking.shape[after.axis]
    assert lost_slabs(whole, values) == []
