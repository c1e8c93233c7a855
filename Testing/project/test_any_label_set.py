"""Label sets are data: a set that no line of code knows goes through everything, and the standard set grows by a table row.

The toy set has three structures, one of them unpaired, with values far from 1, 2, 3.
"""

import csv
import json
import re
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from make_images import save_dicom_series
from toy_set import TOY, toy_head
from training_data import TINY_DENSE, TINY_LEARNING, make_bids

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.image import label_set_of
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.io.lookup import lookup_text
from DGMSegmentationLib.io.tables import read_table
from DGMSegmentationLib.measurement.tables import read_long
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.structures import COLUMNS, STANDARD, LabelSet, rows_of_label_set
from DGMSegmentationLib.training.run import train
from DGMSegmentationLib.training.run_options import RunOptions

LEARNING = [
    *TINY_LEARNING,
    "sampling.validation_tiles=1",
    "data.validation=none",
    "stage2.enabled=false",
    "augmentation.mirror=0.5",
]
NAMES = [s.abbreviation for s in TOY]


def save_head(folder: Path, name: str, seed: int) -> Path:
    """A head and its labels in a BIDS folder, the labels below derivatives/manual."""
    qsm, labels, affine = toy_head(seed)
    path = folder / name / "anat" / f"{name}_Chimap.nii.gz"
    label = folder / "derivatives" / "manual" / name / "anat" / f"{name}_seg-TOY_dseg.nii.gz"
    for file, array in ((path, qsm), (label, labels)):
        file.parent.mkdir(parents=True, exist_ok=True)
        nib.save(nib.Nifti1Image(array, affine), file)
    return path


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """A data set of three heads with one lookup table for all, a model trained on it, and what segment makes of a fourth."""
    root = tmp_path_factory.mktemp("toy")
    for number in range(3):
        save_head(root / "bids", f"sub-{number + 1:02d}", number)
    lookup = root / "bids" / "derivatives" / "manual" / "seg-TOY_dseg.tsv"
    lookup.write_text(lookup_text(TOY), encoding="utf-8")
    model = train("part1-dense", root / "bids", root / "model", RunOptions(device="cpu"), overrides=LEARNING)
    image = save_head(root / "new", "sub-09", 9)
    assert (
        main(["segment", str(image), "--model", str(model), "--device", "cpu", "--output", str(root / "out")])
        == 0
    )
    return root, model, image


def result(places, suffix: str) -> Path:
    return places[0] / "out" / f"sub-09_Chimap{suffix}"


def test_the_model_carries_the_whole_set(places):
    header = load_model(places[1]).header
    assert header.label_set.structures == TOY.structures
    assert header.members[0].labels == (0, *TOY.values)
    assert header.to_dict()["format_version"] == 2  # what an older version refuses, in a sentence


def test_segment_finds_the_structures_and_writes_their_set(places):
    labels = read_labels(result(places, "_dseg.nii.gz"))
    assert label_set_of(labels).structures == TOY.structures
    truth = toy_head(9)[1]
    for structure in TOY:
        found, true = labels.data == structure.label, truth == structure.label
        assert 2 * (found & true).sum() / (found.sum() + true.sum()) > 0.3, structure.abbreviation
    rows = read_long(result(places, "_rois.tsv"))
    assert [row.abbreviation for row in rows] == NAMES
    assert np.isnan(rows[2].asymmetry_percent) and np.isfinite(rows[0].asymmetry_percent)
    page = result(places, "_report.html").read_text(encoding="utf-8")
    assert all(s.name in page and s.color in page for s in TOY)
    assert "Red nucleus" not in page and "RN" not in re.sub(r"base64,[^\"]*", "", page)
    provenance = json.loads(result(places, "_provenance.json").read_text(encoding="utf-8"))
    assert provenance["label_set"]["name"] == header_name(places)
    assert not set(provenance["empty"]) & set(NAMES)


def header_name(places) -> str:
    return load_model(places[1]).header.label_set.name


def test_measure_report_and_tables(places, tmp_path):
    image, labels = places[2], result(places, "_dseg.nii.gz")
    table, wide, page = tmp_path / "t.tsv", tmp_path / "w.tsv", tmp_path / "p.html"
    words = [
        "measure",
        str(image),
        "-s",
        str(labels),
        "-o",
        str(table),
        "--wide",
        str(wide),
        "--report",
        str(page),
    ]
    assert main(words) == 0
    assert [row.label for row in read_long(table)] == list(TOY.values)
    line = read_table(wide)[0]
    assert {"TH_asymmetry_percent", "PIN_mean_ppb"} <= set(line) and "PIN_asymmetry_percent" not in line
    assert "Pineal gland" in page.read_text(encoding="utf-8")
    assert main(["convert", str(table), str(tmp_path / "t.stats")]) == 0
    assert "20047" in (tmp_path / "t.stats").read_text(encoding="utf-8")


def test_labels_without_their_lookup_need_the_set(places, tmp_path, capsys):
    bare = tmp_path / "bare.nii.gz"
    bare.write_bytes(result(places, "_dseg.nii.gz").read_bytes())
    assert main(["measure", str(places[2]), "-s", str(bare)]) == 2
    assert "300" in capsys.readouterr().err
    (tmp_path / "toy.tsv").write_text(lookup_text(TOY), encoding="utf-8")
    assert main(["measure", str(places[2]), "-s", str(bare), "--labels", str(tmp_path / "toy.tsv")]) == 0


def test_slicer_segmentation_there_and_back(places, tmp_path):
    labels, there, back = result(places, "_dseg.nii.gz"), tmp_path / "x.seg.nrrd", tmp_path / "x_dseg.nii.gz"
    assert main(["convert", str(labels), str(there)]) == 0
    assert main(["convert", str(there), str(back)]) == 0
    assert np.array_equal(read_labels(back).data, read_labels(labels).data)
    assert label_set_of(read_labels(back)).structures == TOY.structures


def test_dicom_seg(places, tmp_path):
    hd = pytest.importorskip("highdicom")
    qsm, _, affine = toy_head(9)
    save_dicom_series(tmp_path / "qsm", np.rint(1000 * qsm).astype(np.int16), affine)
    words = [str(result(places, "_dseg.nii.gz")), str(tmp_path / "x.dcm"), "--dicom", str(tmp_path / "qsm")]
    assert main(["convert", *words]) == 0
    found = hd.seg.segread(tmp_path / "x.dcm")
    described = [found.get_segment_description(n) for n in found.segment_numbers]
    assert [d.segment_label for d in described] == [s.name for s in TOY]
    kinds = [d.SegmentedPropertyTypeCodeSequence[0] for d in described]
    assert [(k.CodingSchemeDesignator, k.CodeValue) for k in kinds] == [s.code[:2] for s in TOY]
    assert ["SegmentedPropertyTypeModifierCodeSequence" in k for k in kinds] == [True, True, False]


def test_evaluate(places, tmp_path):
    truth = places[0] / "new/derivatives/manual/sub-09/anat/sub-09_seg-TOY_dseg.nii.gz"
    lookup = truth.with_name("sub-09_seg-TOY_dseg.tsv")
    lookup.write_text(lookup_text(TOY), encoding="utf-8")
    out = tmp_path / "s.tsv"
    assert main(["evaluate", str(result(places, "_dseg.nii.gz")), str(truth), "--summary", str(out)]) == 0
    assert [line["structure"] for line in read_table(out)] == ["TH_L", "PIN", "TH_R", "TH", "all"]


def test_cohort_and_agreement(places, tmp_path):
    root, model, _ = places
    out = tmp_path / "out"
    words = ["--model", str(model), "--device", "cpu", "--output", str(out), "--workers", "1"]
    assert main(["cohort", str(root / "bids"), *words]) == 0
    rows = read_table(out / "rois_long.tsv")
    assert len(rows) == 9 and {row["abbreviation"] for row in rows} == set(NAMES)
    page = (out / "cohort.html").read_text(encoding="utf-8")
    assert "Left thalamus" in page and TOY.by_label(47).color in page and "RN_L" not in page
    labels = out / "sub-01/anat/sub-01_seg-DGM_dseg.nii.gz"
    assert label_set_of(read_labels(labels)).structures == TOY.structures
    # A correction that somebody saved without any table is of the model's set.
    data = read_labels(labels)
    corrected = data.data.copy()
    corrected[tuple(np.argwhere(corrected == 47)[0])] = 0
    nib.save(
        nib.Nifti1Image(corrected, data.affine), labels.with_name("sub-01_seg-DGM_desc-edited_dseg.nii.gz")
    )
    assert main(["cohort", str(root / "bids"), *words]) == 0
    edited = {r["label"]: r["edited"] for r in read_table(out / "rois_long.tsv") if r["subject"] == "sub-01"}
    assert edited.pop("47") == "true" and set(edited.values()) == {"false"} and len(edited) == 2

    table = out / "rois_long.tsv"
    other = tmp_path / "other.tsv"
    other.write_text(table.read_text(encoding="utf-8"), encoding="utf-8")
    agreement = tmp_path / "a.tsv"
    plot = tmp_path / "a.svg"
    assert main(["agreement", str(table), str(other), "-o", str(agreement), "--plot", str(plot)]) == 0
    lines = read_table(agreement)
    assert [line["structure"] for line in lines] == [*NAMES, "TH", "all"]
    assert all(float(line["bias"]) == 0 for line in lines)


def test_a_further_structure_is_a_row_an_entry_and_a_trained_model(tmp_path):
    """The standard set with one structure more: its table, and data that show it. No line of code."""
    further = {"label": 11, "abbreviation": "DN_L", "name": "Left dentate nucleus", "color": "#117733"}
    rows = [
        *rows_of_label_set(STANDARD),
        further | {"snomed": "99999999", "snomed_meaning": "Dentate nucleus"},
    ]
    table = tmp_path / "eleven.tsv"
    with open(table, "w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, COLUMNS, delimiter="\t")
        writer.writeheader()
        writer.writerows(rows)
    data = make_bids(tmp_path / "bids", n_train=2)
    for path in data.glob("derivatives/manual/sub-*/anat/*.nii.gz"):
        image = nib.load(path)
        labels = np.asarray(image.dataobj).copy()
        labels[12:15, 4:7, 3:6] = 11
        nib.save(nib.Nifti1Image(labels, image.affine), path)
    few = ["sampling.steps_per_epoch=1", "stage1.epochs=1", "stage2.enabled=false", "data.validation=none"]
    overrides = [*TINY_DENSE, *few, f"data.label_set={table}"]
    model = load_model(
        train("part1-dense", data, tmp_path / "run", RunOptions(device="cpu"), overrides=overrides)
    )
    assert model.labels == tuple(range(12))
    assert model.label_set.by_label(11) == LabelSet.read(table).by_label(11)
    assert model.label_set.subset(STANDARD.values).structures == STANDARD.structures
