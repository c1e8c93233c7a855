"""Samples: padding, halo, random tiles, mirror and deformation, each against arrays made by hand."""

from dataclasses import replace

import numpy as np
import pytest
from training_data import make_bids

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.image import Grid
from DGMSegmentationLib.preprocessing.grid import Preprocessing
from DGMSegmentationLib.structures import STANDARD
from DGMSegmentationLib.training.augment import Augmenter
from DGMSegmentationLib.training.cases import Case, compact, cropped, prior_box
from DGMSegmentationLib.training.data import find_subjects
from DGMSegmentationLib.training.mining import false_positive_patches, false_positives
from DGMSegmentationLib.training.settings import AugmentationSettings, SamplingSettings
from DGMSegmentationLib.training.tiles import Tiles, TileSampler, TileSource, validation_tiles

PRE = Preprocessing(axes="LAI", spacing_mm=(2, 2, 2), shape=(20, 22, 16), coordinates=True)
CLASSES = np.arange(256)


def case(seed: int = 0, labels: dict[int, tuple[int, int, int]] | None = None) -> Case:
    """A case of noise with cubes of 3 voxels as structures."""
    rng = np.random.default_rng(seed)
    shape = (20, 22, 16)
    marks = np.zeros(shape, np.uint8)
    for label, (i, j, k) in (labels or {1: (4, 10, 8), 2: (13, 10, 8)}).items():
        marks[i : i + 3, j : j + 3, k : k + 3] = label
    mask = np.zeros(shape, bool)
    mask[1:-1, 1:-1, 1:-1] = True
    inputs = np.where(mask, rng.integers(-100, 100, shape) / 128, 0).astype(np.float32)[None]
    lateral = np.broadcast_to(np.linspace(-0.9, 0.9, 20)[:, None, None], shape)
    coordinates = np.stack([lateral, np.zeros(shape), np.ones(shape)]).astype(np.float32)
    grid = Grid(shape, np.diag([2.0, 2.0, 2.0, 1.0]))
    return Case(f"case{seed}", compact(inputs), marks, mask, grid, np.array([9.5, 10.5, 7.5]), coordinates)


def test_grey_levels_are_kept_exactly_in_half_the_memory():
    assert case().inputs.dtype == np.float16
    assert compact(np.array([0.1234567], np.float32)).dtype == np.float32


def test_a_sample_is_the_core_with_its_halo_and_background_beyond_the_border():
    one, core, halo = case(), (4, 4, 4), (3, 3, 2)
    table = np.array([[0, 6, 7, 5], [0, 18, 20, 14]], np.int32)
    tiles = Tiles(TileSource([one], core, halo, CLASSES, (0.25,)), table)
    inner = tiles[0]
    assert inner["image"].shape == (1, 10, 10, 8) and inner["target"].shape == core
    assert np.array_equal(inner["image"][0], one.inputs[0, 3:13, 4:14, 3:11])
    assert np.array_equal(inner["target"], one.labels[6:10, 7:11, 5:9])
    assert np.array_equal(inner["coordinates"], one.coordinates[:, 6:10, 7:11, 5:9])
    outer = tiles[1]["image"][0]
    assert np.array_equal(outer[:5, :5, :4], one.inputs[0, 15:, 17:, 12:])
    assert (outer[5:] == 0.25).all() and (outer[:, :, 4:] == 0.25).all()
    assert (tiles[1]["target"][2:] == 0).all()


def test_a_network_of_one_structure_sees_the_others_as_background():
    classes = np.zeros(256, np.int64)
    classes[2] = 1
    one = case()
    source = TileSource([one], (20, 22, 16), (0, 0, 0), classes, (0,))
    whole = Tiles(source, np.array([[0, 0, 0, 0]]))[0]["target"]
    assert np.array_equal(whole == 1, one.labels == 2)


def test_dense_tiles_follow_from_their_key_and_show_small_structures_as_often_as_large_ones():
    big = case(1)
    big.labels[...] = 0
    big.labels[2:12, 4:16, 2:12] = 7  # 1200 voxels
    big.labels[15, 18, 13] = 1  # one voxel
    settings = SamplingSettings(balanced=1.0, anywhere=0.0)
    sampler = TileSampler([big], [0], settings, (4, 4, 4), range(1, 11))
    rows = sampler.draw(400, (1, 2, 3))
    assert np.array_equal(rows, sampler.draw(400, (1, 2, 3)))
    assert not np.array_equal(rows, sampler.draw(400, (1, 2, 4)))
    tiles = Tiles(TileSource([big], (4, 4, 4), (0, 0, 0), CLASSES, (0,)), rows)
    share = np.mean([(tiles[i]["target"] == 1).any() for i in range(400)])
    assert 0.4 < share < 0.6
    assert (rows[:, 1:] >= 0).all() and (rows[:, 1:] + 4 <= np.array(big.shape)).all()


def test_every_case_has_its_turn():
    cases = [case(i) for i in range(4)]
    sampler = TileSampler(cases, [0, 2, 3], SamplingSettings(), (4, 4, 4), range(1, 11))
    assert np.bincount(sampler.draw(30, (1,))[:, 0], minlength=4).tolist() == [10, 0, 10, 10]


def test_stage_two_tiles_hold_false_positives():
    one = case()
    wrong = {0: np.array([[17, 2, 2]], np.int16)}
    sampler = TileSampler([one], [0], SamplingSettings(balanced=1.0, anywhere=0.0), (4, 4, 4), range(1, 11))
    rows = sampler.draw(200, (5,), wrong, 0.5)
    held = ((rows[:, 1:] <= [17, 2, 2]) & (rows[:, 1:] + 4 > [17, 2, 2])).all(1)
    assert 0.35 < held.mean() < 0.65


def test_validation_tiles_cover_the_labels_and_keep_to_the_limit():
    one = case()
    table = validation_tiles([one], [0], (4, 4, 4), 100, 1, range(1, 11))
    seen = np.zeros(one.shape, bool)
    for _, i, j, k in table:
        seen[i : i + 4, j : j + 4, k : k + 4] = True
    assert seen[one.labels > 0].all()
    assert len(validation_tiles([one], [0], (4, 4, 4), 2, 1, range(1, 11))) == 2


def test_false_positives_are_predictions_where_no_label_is():
    reference, predicted = np.array([0, 0, 1, 2, 2]), np.array([0, 3, 1, 1, 0])
    assert false_positives(predicted, reference).tolist() == [False, True, False, False, False]


def test_false_positive_patches_hold_the_voxel():
    rows = false_positive_patches([case()], {0: np.array([[10, 11, 7]], np.int16)}, (3, 3, 3), (3, 3, 3))
    assert rows.tolist() == [[0, 9, 9, 6]]
    assert false_positive_patches([case()], {0: np.zeros((0, 3), np.int16)}, (3, 3, 3), (3, 3, 3)).shape == (
        0,
        4,
    )


def test_mirror_swaps_sides_flips_the_image_and_turns_the_lateral_coordinate():
    one, mirror = case(), Augmenter(AugmentationSettings(mirror=1.0), PRE)
    image, labels, where = mirror(one, (0, 0, 0), one.shape, (0,), np.random.default_rng(0))
    assert np.array_equal(image, one.inputs[:, ::-1])
    assert np.array_equal(labels, np.asarray(STANDARD.mirror)[one.labels[::-1]])
    # Grey 0..255 stands for -50..50 mm: x mm becomes -x mm.
    grey = one.coordinates * PRE.divide + PRE.subtract
    expected = (255 - grey[0, ::-1] - PRE.subtract) / PRE.divide
    assert np.allclose(where[0], expected, atol=1e-6) and np.array_equal(where[1:], one.coordinates[1:, ::-1])


def test_mirror_twice_is_the_identity():
    one, mirror = case(), Augmenter(AugmentationSettings(mirror=1.0), PRE)
    twice = mirror.mirrored(*mirror.mirrored(one.inputs, one.labels, one.coordinates))
    for got, wanted in zip(twice, (one.inputs, one.labels, one.coordinates), strict=True):
        assert np.allclose(got, wanted, atol=1e-6)


def test_a_deformation_of_size_zero_changes_nothing():
    one, still = case(), Augmenter(AugmentationSettings(spatial=1.0), PRE)
    image, labels, where = still(one, (3, 4, 2), (9, 8, 7), (0,), np.random.default_rng(0))
    assert np.allclose(image, one.inputs[:, 3:12, 4:12, 2:9], atol=1e-5)
    assert np.array_equal(labels, one.labels[3:12, 4:12, 2:9])
    assert np.allclose(where, one.coordinates[:, 3:12, 4:12, 2:9], atol=1e-5)


def test_rotation_moves_image_and_labels_together_and_follows_its_seed():
    one = case()
    one.inputs[...] = 0
    one.inputs[0][one.labels == 1] = 1
    turn = Augmenter(AugmentationSettings(spatial=1.0, rotation_deg=25, scale=0.2, elastic_mm=1.0), PRE)
    for seed in range(5):
        image, labels, _ = turn(one, (0, 0, 0), one.shape, (0,), np.random.default_rng(seed))
        again, _, _ = turn(one, (0, 0, 0), one.shape, (0,), np.random.default_rng(seed))
        assert np.array_equal(image, again)
        bright, marked = image[0] > 0.5, labels == 1
        assert marked.any() and 2 * (bright & marked).sum() / (bright.sum() + marked.sum()) > 0.75
        assert not np.array_equal(labels, one.labels)


def test_intensities_keep_the_background_and_the_sign():
    one = case()
    one.inputs[0] = np.where(one.mask, 0.5, 0)
    change = Augmenter(AugmentationSettings(intensity=1.0, gain=0.4, gamma=0.3), PRE)
    values = set()
    for seed in range(8):
        image, _, _ = change(one, (0, 0, 0), one.shape, (0,), np.random.default_rng(seed))
        assert (image[0][~one.mask] == 0).all() and (image[0][one.mask] > 0).all()
        values.add(round(float(image[0][one.mask].mean()), 4))
    assert len(values) == 8


def test_gains_of_two_channels_are_drawn_apart():
    one = case()
    one = replace(one, inputs=np.repeat(np.where(one.mask, np.float32(0.25), np.float32(0))[None], 2, axis=0))
    change = Augmenter(AugmentationSettings(intensity=1.0, gain=0.4), PRE)
    image, _, _ = change(one, (0, 0, 0), one.shape, (0, 0), np.random.default_rng(1))
    first, second = (float(channel[one.mask].mean()) for channel in image)
    assert abs(first - second) > 0.01


def test_no_augmentation_is_none():
    assert Augmenter.of(AugmentationSettings(rotation_deg=20), PRE) is None  # its probability is 0


def test_prior_box_is_the_extent_of_all_labels_around_the_mask_centre():
    box = prior_box([case(0, {1: (4, 10, 8)}), case(1, {2: (13, 9, 8)})], margin_mm=5)
    # Along x voxels 4..15 of 2 mm, centre 9.5: (4 - 0.5 - 9.5) * 2 - 5 = -17 and (15 + 0.5 - 9.5) * 2 + 5 = 17.
    assert box["low_mm"] == pytest.approx([-17, -9, -5])
    assert box["high_mm"] == pytest.approx([17, 9, 11])


def test_a_cropped_case_keeps_its_labels_and_its_place():
    one = case()
    small = cropped(one, margin_mm=4)
    assert small.shape == (16, 7, 7) and np.array_equal(small.labels, one.labels[2:18, 8:15, 6:13])
    centre = one.grid.affine @ [*one.mask_centre, 1]
    assert np.allclose(small.grid.affine @ [*small.mask_centre, 1], centre)
    assert prior_box([small], 3) == prior_box([one], 3)


def test_subjects_are_matched_with_the_table_or_refused(tmp_path):
    """An identifier without "sub-" means the same person; one that is missing must not become training data."""
    data = make_bids(tmp_path / "bids", n_train=2, n_test=1)
    table = data / "participants.tsv"
    text = table.read_text()
    table.write_text(text.replace("sub-", ""))
    assert [s.split for s in find_subjects(data)] == ["train", "train", "test"]
    table.write_text("\n".join(text.splitlines()[:-1]) + "\n")
    with pytest.raises(InputError, match="no row for sub-03"):
        find_subjects(data)
