"""measure_case: one way to rows and flags, which after an edit looks only at what was touched."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opened import in_ppb, measured
from rows import blocks
from toy_set import toy_blocks

from DGMSegmentationLib.errors import Remark
from DGMSegmentationLib.image import Image
from DGMSegmentationLib.measurement import case as case_module
from DGMSegmentationLib.measurement.case import MeasuredStructure, measure_case
from DGMSegmentationLib.measurement.files import open_ppb
from DGMSegmentationLib.measurement.options import MeasureOptions
from DGMSegmentationLib.measurement.quality import Flag, add_flags, quality_flags
from DGMSegmentationLib.measurement.roi import measure
from DGMSegmentationLib.preprocessing.units import OWN_UNIT
from DGMSegmentationLib.simulation.phantom import phantom


@pytest.fixture(scope="module")
def head():
    image, labels = phantom((48, 56, 44), (3.2, 3.2, 3.2))
    return open_ppb(image.replace(data=image.data.astype(np.float32))), labels


def same(one, other) -> bool:
    """Rows, flags, what is doubtful and the verdict to the last bit, NaN equal to NaN."""
    return all(
        repr(getattr(one, part)) == repr(getattr(other, part))
        for part in ("rows", "flags", "of_labels", "verdict")
    )


def test_rows_and_flags_are_those_of_the_parts(head):
    opened, labels = head
    gone = labels.replace(data=np.where(labels.data == 3, 0, labels.data))
    done = measure_case(gone, opened, MeasureOptions("sub-1", "x.nii"))
    rows = measure(gone, opened.image, subject="sub-1", image_name="x.nii")
    flags = quality_flags(rows, gone, opened.mask)
    assert done.flags == flags and "empty" in {flag.code for flag in flags}
    assert repr(done.rows) == repr(add_flags(rows, flags))
    assert done.reasons["empty SN_L"] == "Left substantia nigra: no voxel was found."


boxes = st.tuples(*[st.tuples(st.integers(0, n - 2), st.integers(1, 9)) for n in (48, 56, 44)])


@given(edits=st.lists(st.tuples(boxes, st.integers(0, 10)), max_size=4))
@settings(max_examples=15, deadline=None)
def test_a_measurement_after_edits_is_that_of_all(head, edits):
    """Painting, erasing, taking from others, removing whole structures, in any order."""
    opened, labels = head
    done = measure_case(labels, opened)
    data = labels.data
    for spans, label in edits:
        data = data.copy()
        data[tuple(slice(start, start + length) for start, length in spans)] = label
        done = measure_case(labels.replace(data=data), opened, previous=done)
        assert same(done, measure_case(labels.replace(data=data), opened))


def test_labels_drawn_one_after_the_other_beside_the_nuclei_are_misplaced(head):
    opened, labels = head
    beside = np.roll(labels.data, 2, axis=0)
    data, done = np.zeros_like(beside), None
    for label in range(1, 11):
        data = np.where(beside == label, beside, data)
        done = measure_case(labels.replace(data=data), opened, previous=done)
        assert same(done, measure_case(labels.replace(data=data), opened))
    assert "labels_misplaced" in {remark.code for remark in done.of_labels}


def test_only_what_was_touched_is_measured_again(head, monkeypatch):
    opened, labels = head
    before = measure_case(labels, opened)
    looked = []

    def values(array, label, *rest):
        looked.append(label)
        return structure_values(array, label, *rest)

    structure_values = case_module.structure_values
    monkeypatch.setattr(case_module, "structure_values", values)
    data = labels.data.copy()
    data[tuple(np.argwhere(data == 7)[0])] = 0
    done = measure_case(labels.replace(data=data), opened, previous=before)
    assert looked == [7] and done.rows[6].n_voxels == before.rows[6].n_voxels - 1
    measure_case(labels.replace(data=data), opened, MeasureOptions(erode_voxels=1), previous=done)
    assert sorted(looked[1:]) == list(range(1, 11))  # another measurement altogether
    looked.clear()
    measure_case(labels.replace(data=data), replace(opened), previous=done)
    assert sorted(looked) == list(range(1, 11))  # another image, perhaps


def test_structures_go_through_json_and_are_not_measured_again(head, monkeypatch):
    opened, labels = head
    done = measure_case(labels.replace(data=np.where(labels.data == 2, 0, labels.data)), opened)
    plain = json.loads(json.dumps({label: found.to_dict() for label, found in done.structures.items()}))
    known = {int(label): MeasuredStructure.from_dict(values) for label, values in plain.items()}
    monkeypatch.setattr(case_module, "structure_values", None)
    assert same(done, measure_case(done.labels, opened, known=known))


def test_a_missing_number_comes_back_as_nan(head):
    labels, image = blocks()
    data = np.where(labels.data == 1, np.nan, image.data)
    structure = measured(image.replace(data=data), labels).structures[1]
    plain = {**structure.to_dict(), "values": {**structure.values, "mean_ppb": None}}
    assert repr(MeasuredStructure.from_dict(plain)) == repr(structure)


def test_what_the_caller_and_the_network_know_is_flagged_once(head):
    opened, labels = head
    shared = Flag("overlap", "", "Two at once.")
    network = {"undecided": {"SN_L": 0.9}}
    again = Flag("low_confidence", "SN_L", "another reason")
    done = measure_case(
        labels,
        opened,
        MeasureOptions(codes=("labels_resampled",)),
        network=network,
        flags=[shared, shared, again],
    )
    assert [flag.code for flag in done.flags] == ["overlap", "low_confidence", "low_confidence"]
    assert done.rows[0].flags == "labels_resampled;overlap" and done.resampled
    assert done.rows[2].flags == "labels_resampled;overlap;low_confidence"


def test_a_map_in_its_own_unit_is_held_against_no_range_in_ppb(head):
    opened, labels = head
    r2star = opened.image.replace(data=np.where(opened.mask, np.float32(25.0), 0), unit=None)
    outside = labels.data.copy()
    outside[:4, :4, :4] = 5
    done = measure_case(labels.replace(data=outside), open_ppb(r2star, OWN_UNIT))
    assert all("own_unit" in row.flag_list for row in done.rows)
    codes = {flag.code for flag in done.flags}
    assert {"outside_mask", "touches_border"} <= codes and not codes & {"mean_low", "mean_high", "sign_flip"}
    assert done.rows[6].mean_ppb == pytest.approx(25.0)


def test_warnings_of_the_image_belong_to_the_result(head):
    opened, labels = head
    image = opened.stored.replace(unit="ppb", warnings=(Remark("qform_invalid", name="x.nii"),))
    done = measure_case(labels, open_ppb(image))
    assert done.warnings[0].code == "qform_invalid"
    assert any("taken as ppm" in str(remark) for remark in done.warnings)


def test_another_label_set_is_measured_as_its_own():
    labels = toy_blocks()
    image = Image(np.random.default_rng(1).normal(50, 9, labels.shape).astype(np.float32), labels.affine)
    done = measure_case(labels, in_ppb(image))
    assert [row.abbreviation for row in done.rows] == [s.abbreviation for s in labels.label_set]
    assert done.labels.label_set == labels.label_set
    data = labels.data.copy()
    data[tuple(np.argwhere(data)[0])] = 0
    edited = labels.replace(data=data)
    assert same(measure_case(edited, done.opened, previous=done), measure_case(edited, done.opened))
