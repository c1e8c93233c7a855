"""Label files say what their values mean: by the lookup beside them, by segments, or by the set that was asked for."""

import numpy as np
import pytest
from toy_set import TOY, toy_blocks

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.image import label_set_of
from DGMSegmentationLib.io.files import write_nifti
from DGMSegmentationLib.io.labels import read_labels, to_scheme, write_labels
from DGMSegmentationLib.io.lookup import lookup_text
from DGMSegmentationLib.structures import STANDARD
from DGMSegmentationLib.structures.segments import Segment, segment_tags, structures_of_segments


def ten_blocks():
    data = np.zeros((22, 6, 5), np.uint8)
    for s in STANDARD:
        data[2 * s.label : 2 * s.label + 2, 1:4, 1:3] = s.label
    return toy_blocks((22, 6, 5)).replace(data=data, label_set=None)


def save(path, labels, scheme="dgm", lookup=True):
    write_labels(path, labels, scheme)
    if lookup:
        name = path.name.partition(".")[0]
        path.with_name(f"{name}.tsv").write_text(lookup_text(label_set_of(labels), scheme), encoding="utf-8")
    return path


def test_a_lookup_carries_the_whole_set(tmp_path):
    path = save(tmp_path / "x_dseg.nii.gz", toy_blocks())
    found = read_labels(path)
    assert label_set_of(found).structures == TOY.structures
    assert np.array_equal(found.data, toy_blocks().data)
    assert found.data.dtype == np.dtype(TOY.dtype)


def test_without_a_lookup_the_standard_set_applies_or_the_one_that_was_asked_for(tmp_path):
    path = save(tmp_path / "x_dseg.nii.gz", toy_blocks(), lookup=False)
    with pytest.raises(InputError, match="value 21, 47, 300"):
        read_labels(path)
    assert label_set_of(read_labels(path, label_set=TOY)) is TOY
    ten = save(tmp_path / "ten.nii.gz", ten_blocks(), lookup=False)
    assert label_set_of(read_labels(ten)) is STANDARD


@pytest.mark.parametrize("scheme", ["segdgm", "freesurfer"])
def test_a_lookup_of_foreign_numbers_is_undone(tmp_path, scheme):
    path = save(tmp_path / "x.nii.gz", ten_blocks(), scheme)
    found = read_labels(path)
    assert label_set_of(found) is STANDARD
    assert np.array_equal(found.data, ten_blocks().data)
    assert np.array_equal(read_labels(path, scheme).data, ten_blocks().data)


def test_a_lookup_of_0_1_means_the_standard_set(tmp_path):
    path = save(tmp_path / "x.nii.gz", ten_blocks(), lookup=False)
    lines = [
        "index\tname\tabbreviation\tcolor",
        *(f"{s.label}\t{s.name}\t{s.abbreviation}\t{s.color}" for s in STANDARD),
    ]
    (tmp_path / "x.tsv").write_text("\n".join(lines), encoding="utf-8")
    assert label_set_of(read_labels(path)) is STANDARD
    (tmp_path / "x.tsv").write_text("\n".join(lines[:5]), encoding="utf-8")
    with pytest.raises(InputError, match="value 5, 6"):
        read_labels(path)


def test_a_foreign_lookup_names_its_structures(tmp_path):
    labels = ten_blocks()
    path = save(tmp_path / "x.nii.gz", labels.replace(data=np.minimum(labels.data, 2)), lookup=False)
    (tmp_path / "x.tsv").write_text(
        "index\tname\n0\tBackground\n1\tLeft-Thalamus\n2\tBrain-Stem\n", encoding="utf-8"
    )
    found = label_set_of(read_labels(path))
    assert [(s.label, s.abbreviation, s.side) for s in found] == [
        (1, "Thalamus_L", "L"),
        (2, "Brain-Stem", ""),
    ]


def test_a_table_beside_that_is_no_lookup_counts_not_and_a_broken_lookup_is_said(tmp_path):
    path = save(tmp_path / "x.nii.gz", ten_blocks(), lookup=False)
    (tmp_path / "x.tsv").write_text("participant_id\tage\nsub-01\t30\n", encoding="utf-8")
    assert label_set_of(read_labels(path)) is STANDARD
    (tmp_path / "x.tsv").write_text("index\tname\n1\tLeft pallidum\n1\tRight pallidum\n", encoding="utf-8")
    with pytest.raises(InputError, match="lookup table"):
        read_labels(path)
    path = save(tmp_path / "x_dseg.nii.gz", ten_blocks(), lookup=False)
    assert not read_labels(path).warnings
    (tmp_path / "x_dseg.tsv").write_text("value\tlabel\n1\tLeft pallidum\n", encoding="utf-8")
    (said,) = read_labels(path).warnings
    assert said.code == "lookup_unused" and "x_dseg.tsv" in said.sentence()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_tables_in_other_encodings_are_read(tmp_path, encoding):
    """Ones that cannot be read would leave numbers that mean something else."""
    shown = np.where(ten_blocks().data > 2, 0, ten_blocks().data)
    path = save(tmp_path / "x.nii.gz", ten_blocks().replace(data=shown), lookup=False)
    (tmp_path / "x.tsv").write_bytes(
        "index\tname\tnote\n1\tPU_L\tgr\xfcn\n2\tPU_R\t\xe9t\xe9\n".encode(encoding)
    )
    assert set(np.unique(read_labels(path).data)) == {0, 7, 8}
    (tmp_path / "x.tsv").unlink()
    (tmp_path / "x.txt").write_bytes(
        "# \xfc\n1 Left-Pallidum 1 2 3 0\n2 Right-Pallidum 1 2 3 0\n".encode(encoding)
    )
    assert set(np.unique(read_labels(path).data)) == {0, 5, 6}


@pytest.mark.parametrize("name", ["x.tsv", "x.txt"])
def test_a_table_that_is_no_text_is_refused(tmp_path, name):
    path = save(tmp_path / "x.nii.gz", ten_blocks(), lookup=False)
    (tmp_path / name).write_bytes(b"index\tname\n1\t\x81\x00\xff")
    with pytest.raises(InputError, match="no text"):
        read_labels(path)
    (tmp_path / name).rename(tmp_path / "x.lut")  # of ImageJ, say
    assert label_set_of(read_labels(path)) is STANDARD


def test_a_ragged_lookup_is_refused(tmp_path):
    path = save(tmp_path / "x.nii.gz", ten_blocks(), lookup=False)
    (tmp_path / "x.tsv").write_text("index\tname\n1\tLeft pallidum\t3\n", encoding="utf-8")
    with pytest.raises(InputError, match="lookup table"):
        read_labels(path)


def test_bids_hands_a_lookup_down(tmp_path):
    place = tmp_path / "sub-01" / "ses-2" / "anat"
    place.mkdir(parents=True)
    path = save(place / "sub-01_ses-2_seg-TOY_dseg.nii.gz", toy_blocks(), lookup=False)
    (tmp_path / "seg-OTHER_dseg.tsv").write_text("index\tname\n1\tLeft pallidum\n", encoding="utf-8")
    (tmp_path / "seg-TOY_dseg.tsv").write_text(lookup_text(TOY), encoding="utf-8")
    assert label_set_of(read_labels(path)).structures == TOY.structures


def test_seg_nrrd_there_and_back(tmp_path):
    path = tmp_path / "x.seg.nrrd"
    write_labels(path, toy_blocks())
    found = read_labels(path)
    assert label_set_of(found) == TOY
    assert np.array_equal(found.data, toy_blocks().data)


def test_segments_go_by_tag_then_id_then_name():
    tagged = [Segment("a", "renamed", tags) for tags in segment_tags(TOY)]
    label_set, found = structures_of_segments(tagged)
    assert label_set == TOY and found == list(TOY)
    old = Segment("b", "renamed", {"DGMSegmentation.Label": "7", "DGMSegmentation.Abbreviation": "PU_L"})
    plain = [
        Segment("CN_L", "x"),
        Segment("y", "right PUTAMEN"),
        Segment("z", "Tumour"),
        Segment("CN_L", "again"),
    ]
    label_set, found = structures_of_segments([old, *plain])
    assert label_set is STANDARD or label_set == STANDARD
    assert [s and s.abbreviation for s in found] == ["PU_L", "CN_L", "PU_R", None, None]
    assert structures_of_segments(plain, TOY) == (TOY, [None] * 4)


def test_a_deleted_segment_stays_in_a_set_that_ships():
    tags = segment_tags(STANDARD)[:4]
    label_set, _ = structures_of_segments([Segment(str(n), "", t) for n, t in enumerate(tags)])
    assert label_set == STANDARD


def test_numbers_of_other_programs_for_any_set():
    data = np.array([0, 21, 47, 300])
    assert to_scheme(data, "freesurfer", TOY).tolist() == [0, 20021, 20047, 20300]
    with pytest.raises(InputError, match="segdgm is unknown"):
        to_scheme(data, "segdgm", TOY)


def test_wide_labels_are_no_image(tmp_path):
    """65536 labels do not wrap around in a byte."""
    labels = toy_blocks()
    write_nifti(tmp_path / "x.nii.gz", labels.data, labels.affine, intent="label")
    assert read_labels(tmp_path / "x.nii.gz", label_set=TOY).data.max() == 300
