"""Measurement: numbers against hand computation, grids, references, erosion, empty structures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nibabel.orientations import apply_orientation, axcodes2ornt, inv_ornt_aff, ornt_transform
from opened import in_ppb
from rows import blocks

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.image import Image
from DGMSegmentationLib.measurement.reference import Reference, reference_for
from DGMSegmentationLib.measurement.roi import asymmetry_percent, measure
from DGMSegmentationLib.measurement.tables import REQUIRED
from DGMSegmentationLib.structures import STANDARD

CONTRACT = (
    "subject, image, structure, abbreviation, side, label, n_voxels, volume_mm3, mean_ppb, sd_ppb, median_ppb, p05, p25,"
    " p75, p95, min, max, n_excluded, reference, mean_referenced_ppb, asymmetry_percent, flags, edited, model, software"
).replace(" ", "")


def test_columns_are_those_of_the_contract():
    assert ",".join(REQUIRED) == CONTRACT


def test_statistics_equal_numpy_on_the_same_voxels():
    labels, image = blocks()
    rows = measure(labels, image, subject="s", image_name="x.nii")
    assert [row.abbreviation for row in rows] == [s.abbreviation for s in STANDARD]
    for row in rows:
        roi = image.data[labels.data == row.label].astype(np.float64)
        assert row.n_voxels == 64
        assert row.volume_mm3 == pytest.approx(64 * 4.5)
        assert row.mean_ppb == pytest.approx(roi.mean())
        assert row.sd_ppb == pytest.approx(np.sqrt(((roi - roi.mean()) ** 2).sum() / 63))
        wanted = np.percentile(roi, [5, 25, 50, 75, 95], method="linear")
        assert [row.p05, row.p25, row.median_ppb, row.p75, row.p95] == pytest.approx(wanted)
        assert (row.min, row.max) == (roi.min(), roi.max())
        assert (row.n_excluded, row.reference, row.flags, row.edited) == (0, "none", "", False)
        assert np.isnan(row.mean_referenced_ppb)


def test_negative_and_zero_voxels_count_but_missing_ones_do_not():
    labels, image = blocks()
    data = image.data.copy()
    where = np.argwhere(labels.data == 5)
    data[labels.data == 5] = 100
    for voxel, value in zip(where[:5], (np.nan, np.inf, -20_000, 0, -300), strict=True):
        data[tuple(voxel)] = value
    row = measure(labels, image.replace(data=data))[4]
    assert (row.n_voxels, row.n_excluded, row.min) == (64, 3, -300)
    assert row.mean_ppb == pytest.approx((59 * 100 + 0 - 300) / 61)


def test_empty_and_tiny_structures():
    labels, image = blocks()
    data = labels.data.copy()
    data[data == 1] = 0
    keep = np.argwhere(data == 3)[0]
    data[data == 3] = 0
    data[tuple(keep)] = 3
    rows = measure(labels.replace(data=data), image)
    assert len(rows) == 10
    assert (rows[0].n_voxels, rows[0].volume_mm3, rows[0].flags) == (0, 0.0, "empty")
    assert np.isnan([rows[0].mean_ppb, rows[0].sd_ppb, rows[0].p05, rows[0].max]).all()
    assert np.isnan([rows[0].asymmetry_percent, rows[1].asymmetry_percent]).all()
    assert rows[2].n_voxels == 1
    assert rows[2].mean_ppb == pytest.approx(image.data[tuple(keep)])
    assert np.isnan(rows[2].sd_ppb)


def test_volume_is_the_determinant_for_a_sheared_affine():
    labels, image = blocks()
    affine = np.array([[1, 0.5, 0, 0], [0, 2, 0.3, 0], [0, 0, 3, 0], [0, 0, 0, 1.0]])
    rows = measure(labels.replace(affine=affine), image.replace(affine=affine))
    assert rows[0].volume_mm3 == pytest.approx(64 * 6)


def test_asymmetry_is_left_minus_right_over_their_mean():
    assert asymmetry_percent(110, 90) == pytest.approx(20)
    assert asymmetry_percent(-110, -90) == pytest.approx(-20)
    assert np.isnan(asymmetry_percent(5, -5))
    labels, image = blocks()
    data = np.where(labels.data == 1, 60, np.where(labels.data == 2, 40, 0)).astype(np.float32)
    left, right = measure(labels, image.replace(data=data))[:2]
    assert left.asymmetry_percent == right.asymmetry_percent == pytest.approx(40)


def test_references():
    labels, image = blocks()
    plain = [row.mean_ppb for row in measure(labels, image)]
    constant = measure(labels, image, reference=Reference.constant(12.5))
    assert constant[0].reference == "constant 12.5 ppb"
    mask = np.zeros(image.shape, bool)
    mask[:, :, :3] = True
    brain = measure(labels, image, mask=mask, reference="brain")
    csf = measure(labels, image, reference=Reference.region("csf.nii.gz", image, mask))
    level = image.data[mask].mean(dtype=np.float64)
    for raw, c, b, f in zip(plain, constant, brain, csf, strict=True):
        assert c.mean_ppb == b.mean_ppb == raw
        assert c.mean_referenced_ppb == pytest.approx(raw - 12.5)
        assert b.mean_referenced_ppb == pytest.approx(raw - level) == f.mean_referenced_ppb
        assert (b.reference, f.reference) == ("brain", "csf.nii.gz")
    with pytest.raises(InputError, match="covers no voxel"):
        Reference.region("nothing", image, np.zeros(image.shape))
    with pytest.raises(InputError, match="mask is needed"):
        measure(labels, image, reference="brain")


def test_erosion_peels_one_layer():
    labels, image = blocks()
    rows = measure(labels, image, erode_voxels=1)
    inner = image.data[2:4, 3:5, 4:6]
    assert rows[0].n_voxels == 8
    assert rows[0].mean_ppb == pytest.approx(inner.mean(dtype=np.float64))
    assert rows[0].flags == "eroded"
    assert measure(labels, image, erode_voxels=2)[0].flags == "eroded;empty"


def test_labels_go_to_the_image_grid_and_the_image_is_never_resampled():
    labels, image = blocks()
    fine = Image(np.repeat(labels.data, 2, axis=0), labels.affine @ np.diag([0.5, 1, 1, 1]))
    fine.affine[0, 3] -= 0.25
    rows, wanted = measure(fine, image), measure(labels, image)
    for row, same in zip(rows, wanted, strict=True):
        assert row.flags == "labels_resampled"
        assert (row.n_voxels, row.mean_ppb, row.max) == (same.n_voxels, same.mean_ppb, same.max)
    away = labels.affine.copy()
    away[:3, 3] += 500
    with pytest.raises(InputError, match="do not overlap"):
        measure(labels.replace(affine=away), image)


@settings(max_examples=48, deadline=None)
@given(st.permutations([0, 1, 2]), st.tuples(*[st.booleans()] * 3))
def test_axis_order_of_the_labels_changes_nothing(order, flips):
    codes = [("LR"[::-1], "PA", "IS")[axis][flip] for axis, flip in zip(order, flips, strict=True)]
    labels, image = blocks()
    change = ornt_transform(axcodes2ornt("RAS"), axcodes2ornt(codes))
    turned = Image(apply_orientation(labels.data, change), labels.affine @ inv_ornt_aff(change, labels.shape))
    for row, same in zip(measure(turned, image), measure(labels, image), strict=True):
        assert (row.n_voxels, row.mean_ppb, row.sd_ppb) == (same.n_voxels, same.mean_ppb, same.sd_ppb)
        assert row.flags == same.flags  # nothing was resampled


def test_a_crop_of_the_labels_is_no_resampling_and_a_lost_voxel_is(tmp_path):
    labels, image = blocks()
    low, high = np.argwhere(labels.data).min(axis=0), np.argwhere(labels.data).max(axis=0) + 1
    inside = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    affine = labels.affine.copy()
    affine[:3, 3] += affine[:3, :3] @ low
    crop = Image(labels.data[inside], affine)
    for row, same in zip(measure(crop, image), measure(labels, image), strict=True):
        assert (row.n_voxels, row.mean_ppb, row.flags) == (same.n_voxels, same.mean_ppb, same.flags)
    narrow = Image(
        image.data[inside][1:], affine @ np.array([[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    )
    assert "labels_resampled" in measure(labels, narrow)[0].flag_list


@pytest.mark.parametrize("order, flips", [((0, 1, 2), (1, 1, 1)), ((2, 0, 1), (-1, 1, -1))])
def test_labels_cut_to_their_extent_measure_the_same_on_a_finer_image(order, flips):
    # 3D Slicer saves segmentations so: their outer voxels reach half a voxel beyond the outermost centres.
    labels, image = blocks()
    finer = image.affine @ np.diag([0.4, 0.4, 0.4, 1.0])
    finer[:3, 3] -= image.affine[:3, :3] @ [0.2, 0.2, 0.2]
    fine = Image(np.ones(tuple(int(n / 0.4) for n in image.shape), np.float32), finer)
    where = np.argwhere(labels.data)
    low, high = where.min(0), where.max(0) + 1
    affine = labels.affine.copy()
    affine[:3, 3] += affine[:3, :3] @ low
    part = Image(labels.data[tuple(slice(a, b) for a, b in zip(low, high, strict=True))], affine)
    turned = np.column_stack([order, flips]).astype(float)
    part = Image(apply_orientation(part.data, turned), affine @ inv_ornt_aff(turned, part.shape))
    whole = [row.n_voxels for row in measure(labels, fine)]
    assert [row.n_voxels for row in measure(part, fine)] == whole
    assert min(whole) > 0


def test_a_number_is_a_number_also_where_a_file_has_its_name(tmp_path, monkeypatch):
    _, image = blocks()
    (tmp_path / "50").write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    opened = in_ppb(image)
    assert reference_for(opened, "50") == (Reference.constant(50.0), ())
    with pytest.raises(InputError):
        reference_for(opened, "./50")  # the file, which is no mask
