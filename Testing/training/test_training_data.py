"""Which files train: corrected labels and never a model's own, whole maps, one side of the split for each person."""

import json
import warnings
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from training_data import TINY_DENSE, head, make_bids

from DGMSegmentationLib.cohort.find import find_cohort
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.io.bids.derivatives import SOFTWARE_NAME
from DGMSegmentationLib.io.labels import read_labels, write_seg_nrrd
from DGMSegmentationLib.structures import STANDARD
from DGMSegmentationLib.training.cases import open_subject, prepare_cases
from DGMSegmentationLib.training.data import find_subjects
from DGMSegmentationLib.training.preset import load_preset
from DGMSegmentationLib.training.settings import DataSettings


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")


def labels_of(root: Path) -> list[str]:
    return [s.label.relative_to(root / "derivatives").as_posix() for s in find_subjects(root)]


def cohort_output(root: Path) -> Path:
    """A study that ``dgmseg cohort`` segmented into derivatives/dgmseg."""
    touch(
        root,
        "sub-1/anat/sub-1_Chimap.nii.gz",
        "derivatives/dgmseg/sub-1/anat/sub-1_seg-DGM_dseg.nii.gz",
    )
    described = {"Name": "x", "GeneratedBy": [{"Name": SOFTWARE_NAME, "Version": "0.1"}]}
    (root / "derivatives/dgmseg/dataset_description.json").write_text(json.dumps(described))
    return root


AUTOMATIC = "dgmseg/sub-1/anat/sub-1_seg-DGM_dseg.nii.gz"
EDITED = "dgmseg/sub-1/anat/sub-1_seg-DGM_desc-edited_dseg"


def test_automatic_labels_never_train(tmp_path):
    root = cohort_output(tmp_path)
    with pytest.raises(InputError, match="desc-edited"):
        find_subjects(root)
    (root / "derivatives/dgmseg/dataset_description.json").unlink()
    (root / "derivatives/dgmseg/.dgmseg").mkdir()
    with pytest.raises(InputError, match="desc-edited"):
        find_subjects(root)


@pytest.mark.parametrize("suffix", [".nii.gz", ".nii", ".seg.nrrd", ".nrrd"])
def test_a_correction_beside_automatic_labels_trains(tmp_path, suffix):
    root = cohort_output(tmp_path)
    touch(root, f"derivatives/{EDITED}{suffix}")
    assert labels_of(root) == [EDITED + suffix]


def test_labels_of_others_win_over_automatic_ones(tmp_path):
    root = cohort_output(tmp_path)
    touch(root, "derivatives/manual/sub-1/anat/sub-1_seg-DGM_dseg.nii.gz")
    assert labels_of(root) == ["manual/sub-1/anat/sub-1_seg-DGM_dseg.nii.gz"]
    touch(root, "derivatives/manual/sub-1/anat/sub-1_seg-DGM_desc-edited_dseg.nii.gz")
    assert labels_of(root) == ["manual/sub-1/anat/sub-1_seg-DGM_desc-edited_dseg.nii.gz"]
    touch(root, f"derivatives/{EDITED}.nii.gz")  # nothing tells which of two persons' labels is meant
    with pytest.raises(InputError, match=r"more than one label file .*dgmseg.*manual"):
        find_subjects(root)


def test_exact_labels_of_the_simulator_train(tmp_path):
    touch(
        tmp_path,
        "sub-1/anat/sub-1_Chimap.nii.gz",
        "derivatives/reference/sub-1/anat/sub-1_seg-DGM_dseg.nii.gz",
    )
    made_by = {"GeneratedBy": [{"Name": "DGMSegmentation dgmseg simulate"}]}
    (tmp_path / "derivatives/reference/dataset_description.json").write_text(json.dumps(made_by))
    assert labels_of(tmp_path) == ["reference/sub-1/anat/sub-1_seg-DGM_dseg.nii.gz"]


def test_runs_and_reconstructions_have_labels_of_their_own(tmp_path):
    root = cohort_output(tmp_path)
    touch(
        root,
        "sub-1/anat/sub-1_run-2_Chimap.nii.gz",
        "sub-1/anat/sub-1_desc-medi_Chimap.nii.gz",
        f"derivatives/{EDITED}.nii.gz",
        "derivatives/dgmseg/sub-1/anat/sub-1_seg-DGM_desc-mediEdited_dseg.nii.gz",
        "derivatives/manual/sub-1/anat/sub-1_run-2_seg-DGM_dseg.nii.gz",
    )
    labels = {s.name: s.label.name for s in find_subjects(root)}
    assert labels == {
        "sub-1": "sub-1_seg-DGM_desc-edited_dseg.nii.gz",
        "sub-1_run-2": "sub-1_run-2_seg-DGM_dseg.nii.gz",
        "sub-1_desc-medi": "sub-1_seg-DGM_desc-mediEdited_dseg.nii.gz",
    }


def test_parts_of_a_susceptibility_separation_are_no_qsm(tmp_path):
    root = make_bids(tmp_path, n_train=2)
    for part in ("part-para", "desc-diamagnetic"):
        touch(root, f"sub-01/anat/sub-01_{part}_Chimap.nii.gz")
    touch(
        root,
        "derivatives/dgmseg/sub-01/anat/sub-01_part-para_seg-DGM_dseg.nii.gz",
        "derivatives/dgmseg/.dgmseg/x",
    )
    assert [s.name for s in find_subjects(root)] == ["sub-01", "sub-02"]


def test_subjects_without_labels_are_left_out_and_counted(tmp_path, caplog):
    root = make_bids(tmp_path, n_train=3)
    next(root.glob("derivatives/manual/sub-02/anat/*")).unlink()
    with pytest.raises(InputError, match="sub-02: no label file"):  # participants.tsv says that it trains
        find_subjects(root)
    (root / "participants.tsv").unlink()
    assert [s.name for s in find_subjects(root)] == ["sub-01", "sub-03"]
    assert "1 of 3 volumes have no labels and are left out (sub-02)" in caplog.text


def test_exchanged_sides_are_said(tmp_path):
    root = make_bids(tmp_path, n_train=3)
    preset = load_preset("part1-dense", overrides=TINY_DENSE)

    def prepare() -> list[str]:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            prepare_cases(find_subjects(root), preset.data, preset.preprocessing)
        return [str(w.message) for w in caught if "partners" in str(w.message)]

    assert prepare() == []
    labels = sorted(root.glob("derivatives/manual/*/anat/*_dseg.nii.gz"))
    for done, path in enumerate(labels[:2]):
        image = nib.load(path)
        nib.save(
            nib.Nifti1Image(np.array(STANDARD.mirror, np.uint8)[np.asarray(image.dataobj)], image.affine),
            path,
        )
        if done == 0:
            (said,) = prepare()
            assert "1 of 3 volumes (sub-01)" in said
    with pytest.raises(InputError, match=r"2 of 3 volumes \(sub-01, sub-02\): correct"):
        prepare()


def test_a_segmentation_that_slicer_cut_to_its_extent_is_put_back(tmp_path):
    root = make_bids(tmp_path, n_train=1)
    label = next(root.glob("derivatives/manual/*/anat/*_dseg.nii.gz"))
    whole, (_, values, affine) = read_labels(label), head(0)
    assert np.array_equal(whole.data, values)
    low, high = (edge(np.argwhere(values), axis=0) for edge in (np.min, np.max))
    box = tuple(slice(a, b + 1) for a, b in zip(low, high, strict=True))
    moved = affine.copy()
    moved[:3, 3] += affine[:3, :3] @ low
    write_seg_nrrd(
        label.with_name(label.name.replace(".nii.gz", ".seg.nrrd")),
        whole.replace(data=values[box], affine=moved),
    )
    label.unlink()
    subject = find_subjects(root)[0]
    assert subject.label.name.endswith(".seg.nrrd")
    opened, labels = open_subject(subject, DataSettings())
    assert labels.grid.same_as(opened.image.grid) and np.array_equal(labels.data, values)
    moved[:3, 3] += 2.0  # a third of a voxel: another scan
    write_seg_nrrd(subject.label, whole.replace(data=values[box], affine=moved))
    with pytest.raises(InputError, match="another grid"):
        open_subject(subject, DataSettings())
    assert nib.load(subject.images[0]).shape == values.shape


def test_every_run_trains_with_the_channel_of_its_own(tmp_path):
    """As the cohort finds them: never the map of another run, also where a run has none."""
    root, anat = make_bids(tmp_path, n_train=1), tmp_path / "sub-01" / "anat"
    names = ("sub-01_run-2_Chimap", "sub-01_R2starmap", "sub-01_run-2_R2starmap")
    touch(root, *(f"sub-01/anat/{name}.nii.gz" for name in names))
    touch(root, "derivatives/manual/sub-01/anat/sub-01_run-2_seg-DGM_dseg.nii.gz")
    channels = ("qsm", "R2starmap")
    found = {s.name: s.images[1].name for s in find_subjects(root, channels)}
    assert found == {"sub-01": "sub-01_R2starmap.nii.gz", "sub-01_run-2": "sub-01_run-2_R2starmap.nii.gz"}
    assert {c.name: c.channels["R2starmap"].name for c in find_cohort(root, channels).cases} == found
    (anat / "sub-01_R2starmap.nii.gz").unlink()
    with pytest.raises(InputError, match=r"one file sub-01_R2starmap\.nii\.gz .*found 0"):
        find_subjects(root, channels)
    lacking, whole = find_cohort(root, channels).cases
    assert "there are 0" in lacking.problem and not whole.problem
    touch(root, "sub-01/anat/sub-01_space-QSM_R2starmap.nii.gz")  # more entities, and no other map's
    assert [c.problem for c in find_cohort(root, channels).cases] == ["", ""]


def write_table(folder: Path, rows: list[str], columns: str = "subject\timage\tlabel\tsplit") -> Path:
    touch(folder, "q.nii.gz", "l.nii.gz")
    (folder / "list.tsv").write_text("\n".join([columns, *rows]) + "\n")
    return folder / "list.tsv"


@pytest.mark.parametrize("split", ["test", "val"])
def test_sessions_of_one_person_on_both_sides_of_a_split_are_refused(tmp_path, split):
    rows = [f"sub-a_ses-{n}\tq.nii.gz\tl.nii.gz\t{part}" for n, part in ((1, "train"), (2, split))]
    with pytest.raises(InputError, match=r"sub-a_ses-1 \(train\) and sub-a_ses-2"):
        find_subjects(write_table(tmp_path, rows))
    rows[1] = "sub-a_ses-2\tq.nii.gz\tl.nii.gz\tignore"
    assert len(find_subjects(write_table(tmp_path, rows))) == 1
    columns = "subject\timage\tlabel\tsplit\tparticipant"
    rows = ["one\tq.nii.gz\tl.nii.gz\ttrain\tp", f"two\tq.nii.gz\tl.nii.gz\t{split}\tp"]
    with pytest.raises(InputError, match="one person"):
        find_subjects(write_table(tmp_path, rows, columns))


def test_a_line_without_a_name_is_refused(tmp_path):
    with pytest.raises(InputError, match="line 3: the column 'subject' is empty"):
        find_subjects(write_table(tmp_path, ["a\tq.nii.gz\tl.nii.gz\ttrain", " \tq.nii.gz\tl.nii.gz\ttrain"]))


def test_runs_of_a_person_and_names_of_one_image_stand_on_one_side_of_a_split(tmp_path):
    touch(tmp_path, "r.nii.gz")
    rows = ["sub-a_run-1\tq.nii.gz\tl.nii.gz\ttrain", "sub-a_run-2\tr.nii.gz\tl.nii.gz\ttest"]
    with pytest.raises(InputError, match=r"sub-a_run-1 \(train\) and sub-a_run-2 \(test\) are one person's"):
        find_subjects(write_table(tmp_path, rows))
    with pytest.raises(InputError, match=r"one \(train\) and two \(test\)"):
        find_subjects(
            write_table(tmp_path, ["one\tq.nii.gz\tl.nii.gz\ttrain", "two\tq.nii.gz\tl.nii.gz\ttest"])
        )
    names = ("sub-a", "sub-a_acq-x_run-2", "sub-b", "HC_1-a", "HC_1-b", "x_ses-1")
    rows = [f"{name}\tq.nii.gz\tl.nii.gz\ttrain" for name in names]
    persons = {s.name: s.group for s in find_subjects(write_table(tmp_path, rows))}
    assert persons == {name: name for name in names} | {"sub-a_acq-x_run-2": "sub-a", "x_ses-1": "x"}
