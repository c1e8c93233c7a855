"""Where a study lies: found again when folders move, images are renamed, or results lie elsewhere; names stay apart."""

import shutil

import pytest
from make_images import head, save_nifti
from small_study import SETTINGS, Reader, labelled, study_of

from DGMSegmentationLib.cohort.layout import write_frame
from DGMSegmentationLib.cohort.record import Automatic, Inputs, Record, full_stamp, write_record
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.io.bids.derivatives import case_paths
from DGMSegmentationLib.io.tables import read_table
from DGMSegmentationLib.study.names import reader_label
from DGMSegmentationLib.study.places import find_study
from DGMSegmentationLib.study.study import Study
from DGMSegmentationLib.study.worklist import worklist


@pytest.fixture
def loose(tmp_path):
    """Two loose images; the first has labels and an edit of anna's."""
    folder = tmp_path / "loose"
    folder.mkdir()
    for name, seed in (("one", 1), ("two", 2)):
        data, _, affine = head(seed=seed)
        save_nifti(folder / f"{name}.nii.gz", data, affine)
    place = find_study([folder])
    paths = case_paths(place.output, "sub-one")
    paths.folder.mkdir(parents=True)
    paths.record.parent.mkdir(parents=True)
    save_nifti(paths.labels, head(seed=1)[1], affine)
    stamps = full_stamp(folder / "one.nii.gz"), full_stamp(paths.labels)
    record = Record(
        name="sub-one",
        subject="one",
        status="done",
        inputs=Inputs(stamps[0]),
        automatic=Automatic(labels=stamps[1]),
    )
    write_record(paths.record, record)
    Reader(study_of(folder), "sub-one").stroke()
    return folder


def cases(folder):
    return {item.name: (item.state, bool(item.reason)) for item in worklist(study_of(folder))}


def test_a_folder_of_loose_images_can_be_moved(loose):
    table = loose / "dgmseg/images.tsv"
    assert [line["image"] for line in read_table(table)] == ["../one.nii.gz", "../two.nii.gz"]
    expected = {"sub-one": ("in review", False), "sub-two": ("to do", False)}
    moved = loose.rename(loose.with_name("moved"))
    assert cases(moved) == expected
    # a table of before, with whole paths, which name a folder that is gone
    table = moved / "dgmseg/images.tsv"
    table.write_text(f"subject\timage\none\t{loose}/one.nii.gz\ntwo\t{loose}/two.nii.gz\n")
    assert cases(moved / "dgmseg/results") == expected
    assert [line["image"] for line in read_table(table)] == ["../one.nii.gz", "../two.nii.gz"]


def test_a_renamed_image_keeps_its_readings_and_one_that_is_gone_is_said(loose):
    (loose / "one.nii.gz").rename(loose / "first head.nii.gz")
    (loose / "two.nii.gz").unlink()
    data, _, affine = head(seed=3)
    save_nifti(loose / "new.nii.gz", data, affine)
    found = {"sub-new": ("to do", False), "sub-one": ("in review", False), "sub-two": ("to do", True)}
    assert cases(loose) == found
    gone = next(item for item in worklist(study_of(loose)) if item.name == "sub-two")
    assert str(loose / "two.nii.gz") in gone.reason
    # as a BIDS map of a run it is another case: said to be gone, until it has a plain name again
    (loose / "first head.nii.gz").rename(loose / "sub-9_run-2_Chimap.nii.gz")
    assert cases(loose)["sub-one"] == ("in review", True)
    (loose / "sub-9_run-2_Chimap.nii.gz").rename(loose / "one.nii.gz")
    assert cases(loose)["sub-one"] == ("in review", False)


def test_names_of_images_stay_apart(loose):
    for name in ("subject1", "sub-ject1", "Müller", "Muller", "日本"):
        shutil.copy(loose / "two.nii.gz", loose / f"{name}.nii.gz")
    find_study([loose])
    named = {line["image"]: line["subject"] for line in read_table(loose / "dgmseg/images.tsv")}
    assert named["../subject1.nii.gz"] == "subject1" and named["../sub-ject1.nii.gz"] == "ject1"
    assert {named["../Müller.nii.gz"], named["../Muller.nii.gz"]} == {"Muller", "Mullerx2"}
    assert named["../日本.nii.gz"] == "image" and len(set(named.values())) == len(named)
    assert len(Study(find_study([loose]), "anna", SETTINGS).names) == 7


def test_names_of_readers_stay_apart():
    names = ["José", "Jos", "Łukasz", "ukasz", "Θωμάς", "Θωμας Α", "田中", "中田", "Anna B."]
    labels = [reader_label(name) for name in names]
    assert labels[:3] == ["Jose", "Jos", "Lukasz"] and labels[-1] == "AnnaB"
    assert len({one.lower() for one in labels}) == len(names) and all(one.isascii() for one in labels)
    assert reader_label("Jose\N{COMBINING ACUTE ACCENT}") == reader_label("José")
    with pytest.raises(InputError):
        reader_label("...")


def test_results_beside_the_images_are_found_by_either_folder(tmp_path):
    raw = labelled(tmp_path / "raw")
    reader = Reader(study_of(raw)).stroke()
    results = tmp_path / "results"
    shutil.move(raw / "derivatives/dgmseg", results)
    write_frame(results, raw)
    assert find_study([results]) == find_study([raw]) and find_study([raw]).output == results
    assert cases(results) == cases(raw) == {"sub-01": ("in review", False)}
    assert Reader(study_of(results)).size(7) == reader.size(7)
    # moved by hand, so that the description names a folder that is none
    other = tmp_path / "elsewhere/second"
    other.parent.mkdir()
    shutil.move(raw, other)
    shutil.move(results, other.parent / "kept")
    labelled(tmp_path / "elsewhere/first", seed=2)  # a subject of the same name is no sign
    assert find_study([other.parent / "kept"]) == find_study([other])
    assert cases(other) == {"sub-01": ("in review", False)}
    # of images that a table names
    table = tmp_path / "tables/mine.tsv"
    table.parent.mkdir()
    table.write_text("subject\timage\n01\t../elsewhere/second/sub-01/anat/sub-01_Chimap.nii.gz\n")
    (tmp_path / "other/.dgmseg").mkdir(parents=True)
    write_frame(tmp_path / "other", table.parent)
    assert find_study([tmp_path / "other"]).source == table


def test_of_images_of_one_name_each_is_found_by_what_it_holds(tmp_path):
    """In folders that were moved, with one left out; one that was never segmented by its place."""

    def opened(names):
        return Study(find_study([tmp_path / name / "scan.nii.gz" for name in names]), "anna", SETTINGS)

    for seed, name in enumerate("abc"):
        data, _, affine = head(seed=seed)
        (tmp_path / "old" / name).mkdir(parents=True)
        save_nifti(tmp_path / "old" / name / "scan.nii.gz", data, affine)
    study = opened(["old/a", "old/b", "old/c"])
    for case in study.cohort.cases[:2]:
        record = study.paths(case.name).record
        record.parent.mkdir(parents=True, exist_ok=True)
        write_record(record, Record(case.name, "done", inputs=Inputs(full_stamp(case.image))))
    (tmp_path / "old").rename(tmp_path / "new")

    def found(study):
        return {
            case.name: case.image.resolve().parent.name for case in study.cohort.cases if case.image.is_file()
        }

    assert found(opened(["new/a", "new/c"])) == {"sub-scan": "a", "sub-scanx3": "c"}
    assert found(opened(["new/a", "new/b", "new/c"])) == {
        "sub-scan": "a",
        "sub-scanx2": "b",
        "sub-scanx3": "c",
    }
