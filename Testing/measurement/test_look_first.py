"""Look here first: a lost slab is told with its slice and its tissue, hints stay below a look, whole labels are left alone."""

import numpy as np
import pytest
from places import REPOSITORY

from DGMSegmentationLib.image import reorient
from DGMSegmentationLib.io.files import read_image
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.measurement.hints_in_place import BEYOND_END, OTHER_SIDE, hints_in_place
from DGMSegmentationLib.measurement.look_first import WORDS, look_first
from DGMSegmentationLib.measurement.slice_hints import (
    LARGEST_HINT,
    hints_on,
    mirrored_hints,
    slice_axis,
    undecided_hints,
)
from DGMSegmentationLib.structures import STANDARD

SAMPLE = REPOSITORY / "Resources" / "Sample"


@pytest.fixture(scope="module")
def case():
    """The sample's true labels and map, cut to the surroundings of the nuclei."""
    labels = read_labels(SAMPLE / "sub-sample_seg-DGM_dseg.nii.gz")
    image = read_image(SAMPLE / "sub-sample_Chimap.nii.gz")
    where = np.argwhere(labels.data)
    low, high = np.maximum(where.min(axis=0) - 16, 0), where.max(axis=0) + 17
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    affine = labels.affine.copy()
    affine[:3, 3] += affine[:3, :3] @ low
    return labels.replace(data=labels.data[box], affine=affine), image.replace(
        data=image.data[box] * 1000, affine=affine
    )


def without_lowest(labels, label, share):
    inside = labels.data == label
    k = np.indices(labels.shape)[2]
    gone = inside & (k <= np.quantile(k[inside], share, method="inverted_cdf"))
    return labels.replace(data=np.where(gone, 0, labels.data)), gone


def test_whole_labels_have_hints_alone(case):
    labels, image = case
    doubts = look_first(labels, image)
    assert len(doubts.flagged) <= 1 and slice_axis(labels) == 2
    assert doubts.tissue.any() == bool(doubts.flagged)
    for structure in STANDARD:
        used = np.flatnonzero((labels.data == structure.label).any(axis=(0, 1)))
        told = {d.index for d in doubts.slices if d.structure == structure}
        assert {used[0], used[-1]} <= told


@pytest.mark.parametrize("name", ["SN_R", "GP_L", "PU_R"])
def test_a_lost_slab_is_told_with_its_slice_and_tissue(case, name):
    labels, image = case
    structure = next(s for s in STANDARD if s.abbreviation == name)
    before = {(d.structure, d.index) for d in look_first(labels, image).flagged}
    cut, gone = without_lowest(labels, structure.label, 0.4)
    doubts = look_first(cut, image)
    new = [d for d in doubts.flagged if (d.structure, d.index) not in before]
    assert structure in {d.structure for d in new}
    new = [d for d in new if d.structure == structure]
    assert set(np.flatnonzero(gone.any(axis=(0, 1)))) & {d.index for d in new}
    assert (doubts.tissue & gone).sum() > 0.25 * gone.sum()
    assert not (doubts.tissue & (cut.data > 0)).any()
    assert all(d.words.startswith(structure.name) for d in new)


def test_a_rolled_head_is_judged_by_its_own_slices(case):
    """Both nuclei of one side lose their lower part, which moves the middle plane: the slice itself tells."""
    labels, image = case
    cut, _ = without_lowest(labels, 8, 0.45)
    cut, _ = without_lowest(cut, 6, 0.45)
    assert {"GP_R", "PU_R"} & {d.structure.abbreviation for d in look_first(cut, image).flagged}


@pytest.mark.parametrize(("slope", "name"), [(0.1, "SN_R"), (0.15, "CN_R")])
def test_slices_that_see_the_head_rolled_are_no_loss(case, slope, name):
    """Left and right end in other slices then, all pairs of nuclei alike."""
    labels, image = case

    def rolled(data):
        middle = len(data) / 2
        return np.stack([np.roll(plane, round(slope * (x - middle)), axis=1) for x, plane in enumerate(data)])

    turned, shown = labels.replace(data=rolled(labels.data)), image.replace(data=rolled(image.data))
    assert name not in {d.structure.abbreviation for d in look_first(turned, shown).flagged}
    cut, _ = without_lowest(turned, 8, 0.4)
    assert "PU_R" in {d.structure.abbreviation for d in look_first(cut, shown).flagged}


def hinted(doubts, label):
    return {d.index: d for d in doubts.slices if d.structure.label == label}


def test_where_the_network_was_undecided_is_a_hint(case):
    labels, image = case
    inside = (labels.data == 7).astype(np.float32)
    used = np.flatnonzero(inside.any(axis=(0, 1)))
    middle = int(used[len(used) // 2])
    unsure = inside.copy()
    unsure[:, :, middle] *= 0.6
    told = []
    for p in (inside, unsure):
        notes = {"undecided_slices": undecided_hints(np.stack([1 - p, p]), (0, 7), STANDARD, labels.grid)}
        told.append(hinted(look_first(labels, image, network=notes), 7))
    assert middle not in told[0] and told[1][middle].reason == "undecided" and not told[1][middle].flagged


def test_a_mirrored_run_that_differs_is_a_hint(case):
    labels, image = case
    k = int(np.median(np.argwhere(labels.data == 5)[:, 2]))
    other = labels.data.copy()
    other[:, :, k][other[:, :, k] == 5] = 0
    notes = {"mirrored_slices": mirrored_hints(labels.data, other, range(11), STANDARD, labels.grid)}
    found = hinted(look_first(labels, image, network=notes), 5)[k]
    assert found.reason == "mirrored" and 0.5 < found.score < 1 and found.reason in WORDS


@pytest.mark.parametrize("codes", ["RAS", "LPI", "SRA", "AIL"])
def test_hints_hold_on_any_parallel_grid(case, codes):
    labels, _ = case
    p = (labels.data == 7).astype(np.float32) * 0.5
    notes = undecided_hints(np.stack([1 - p, p]), (0, 7), STANDARD, labels.grid)
    here = hints_on(notes, STANDARD, labels)[7]
    turned = reorient(labels, codes)
    there = hints_on(notes, STANDARD, turned)[7]
    axis = slice_axis(turned)
    used = np.flatnonzero((turned.data == 7).any(axis=tuple(a for a in range(3) if a != axis)))
    assert there.max() == here.max() == LARGEST_HINT and set(np.flatnonzero(there)) <= set(used)
    assert (there == (here if turned.grid.axis_codes[axis] == "S" else here[::-1])).all()


def test_one_side_alone_gives_no_error(case):
    labels, image = case
    lone = labels.replace(data=np.where(labels.data == 5, 5, 0).astype(labels.data.dtype))
    assert {d.reason for d in look_first(lone, image).slices} == {"end"}
    empty = labels.replace(data=np.zeros_like(labels.data))
    assert look_first(empty, image).slices == []


@pytest.mark.parametrize(
    "gone", [("GP_L",), ("GP_L", "GP_R"), ("SN_R", "CN_L"), ("PU_L", "PU_R", "RN_L", "RN_R")]
)
def test_a_structure_without_a_voxel_leads_to_where_it_should_lie(case, gone):
    """By the other side, or where that is missing, too, by the others."""
    labels, image = case
    chosen = {s.label: s for s in STANDARD if s.abbreviation in gone}
    data = np.where(np.isin(labels.data, list(chosen)), 0, labels.data)
    doubts = look_first(labels.replace(data=data), image)
    for label, structure in chosen.items():
        inside = labels.data == label
        told = [d for d in doubts.slices if d.structure == structure]
        (flagged,) = (d for d in told if d.flagged)
        assert flagged.reason == "missing" and inside[:, :, flagged.index].any()
        assert flagged.words.startswith(structure.name) and {d.reason for d in told} == {"missing"}
        if gone == ("GP_L",):
            assert (doubts.tissue & inside).sum() > 0.5 * inside.sum()
            assert inside[:, :, [d.index for d in told]].any(axis=(0, 1)).mean() > 0.8
    assert not (doubts.tissue & (data > 0)).any()


def test_who_has_just_begun_to_draw_is_led_nowhere(case):
    labels, image = case
    data = np.where(labels.data == 7, labels.data, 0)
    assert {d.structure.label for d in look_first(labels.replace(data=data), image).slices} == {7}


def test_hints_lie_where_a_structure_might_go_on(case):
    """Beyond each end slice its section; where a slab is gone what the other side has there, bright or not."""
    labels, image = case
    cut, gone = without_lowest(labels, 8, 0.4)
    flat = image.replace(data=np.where(gone, 0.0, image.data))  # nothing bright speaks for it
    hints = hints_in_place(cut, flat)
    assert not hints[cut.data > 0].any()
    assert (hints[gone] == OTHER_SIDE).mean() > 0.6
    for label in (1, 7):
        used = np.flatnonzero((cut.data == label).any(axis=(0, 1)))
        for end, beyond in ((used[0], used[0] - 1), (used[-1], used[-1] + 1)):
            section = (cut.data[:, :, end] == label) & (cut.data[:, :, beyond] == 0)
            assert np.isin(hints[:, :, beyond][section], (BEYOND_END, OTHER_SIDE)).all()
