"""Labels are believed by name, not by number: names, sides and codes of others, layers, masks, label tables."""

import numpy as np
import pytest
from seg_files import FOREIGN, head_labels, mask_file, seg_nrrd

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.image import label_set_of
from DGMSegmentationLib.io.files import write_nifti
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.io.seg_nrrd import write_seg_nrrd
from DGMSegmentationLib.resources import resource_path
from DGMSegmentationLib.structures import STANDARD, LabelSet
from DGMSegmentationLib.structures.naming import is_automatic, mentions, structure_coded, structure_named
from DGMSegmentationLib.structures.segments import terminology_entry

EXTENDED = LabelSet.read("extended")


@pytest.mark.parametrize(
    ("name", "structure"),
    [
        ("Left Putamen", "PU_L"),
        ("putamen_l", "PU_L"),
        ("lh-Pu", "PU_L"),
        ("L-PUT", "PU_L"),
        ("lput", "PU_L"),
        ("PutamenRight", "PU_R"),
        ("12_Left-Putamen", "PU_L"),
        ("RNLeft", "RN_L"),
        ("nucleus ruber (R)", "RN_R"),
        ("Right-Substancia-Nigra", "SN_R"),
        ("SN, left (manual)", "SN_L"),
        ("rh.pallidum", "GP_R"),
        ("Globus Pallidus Left", "GP_L"),
        ("CaudateL", "CN_L"),
        ("nucleus caudatus dexter", "CN_R"),
        ("caudate mask right", "CN_R"),
    ],
)
def test_names_in_use(name, structure):
    assert structure_named(name, STANDARD).abbreviation == structure


@pytest.mark.parametrize(
    "name",
    ["putamen", "left right putamen", "Left caudate head", "L GPi", "SNr", "SNc left", "lesion", "Left", "", "Segment_3",
     "PU_L copy", "left thalamus", "Lentiform L"],
)  # fmt: skip
def test_names_of_something_else_or_without_a_side(name):
    assert structure_named(name, STANDARD) is None


def test_a_set_with_more_structures_knows_their_names():
    found = {
        name: structure_named(name, EXTENDED).abbreviation
        for name in ("L GPi", "rightGPe", "stn_l", "Pulvinar R")
    }
    assert list(found.values()) == ["GPI_L", "GPE_R", "STN_L", "PUL_R"]


def test_every_structure_is_found_by_its_own_names():
    for label_set in (STANDARD, EXTENDED, LabelSet.read("atoms")):
        for s in label_set:
            assert structure_named(s.name, label_set) == structure_named(s.abbreviation, label_set) == s
            assert structure_coded(terminology_entry(s), label_set) in (
                s,
                *[o for o in label_set if o.code == s.code],
            )
    for s in STANDARD:
        assert structure_named(s.name_in_freesurfer, STANDARD) == s


def test_automatic_names_and_mentions():
    assert all(map(is_automatic, ("Segment_3", "Segment 3", "7", "", "Label 2")))
    assert not is_automatic("lesion") and not is_automatic("Segment L")
    caudate = STANDARD.by_abbreviation("CN_L")
    assert mentions("caudate, checked", caudate, STANDARD)
    assert not mentions("right caudate, checked", caudate, STANDARD) and not mentions(
        "lesion", caudate, STANDARD
    )


def test_segments_in_another_order_are_read_by_name(tmp_path):
    labels = head_labels()
    table = dict(enumerate(FOREIGN.values(), start=1))
    renumbered = np.zeros_like(labels.data)
    for new, old in table.items():
        renumbered[labels.data == old] = new
    seg_nrrd(tmp_path / "x.seg.nrrd", renumbered, dict(enumerate(FOREIGN, start=1)), labels.affine)
    found = read_labels(tmp_path / "x.seg.nrrd")
    assert np.array_equal(found.data, labels.data) and found.warnings == ()


def test_codes_tell_where_a_program_gave_the_names(tmp_path):
    labels = head_labels()
    order = list(reversed(STANDARD.structures))
    data = np.zeros_like(labels.data)
    for value, s in enumerate(order, start=1):
        data[labels.data == s.label] = value
    names = {value: f"Segment_{value}" for value in range(1, 11)}
    tags = {value: f"TerminologyEntry:{terminology_entry(s)}|" for value, s in enumerate(order, start=1)}
    seg_nrrd(tmp_path / "x.seg.nrrd", data, names, labels.affine, tags)
    assert np.array_equal(read_labels(tmp_path / "x.seg.nrrd").data, labels.data)
    fields = {value: {"TerminologyEntry": terminology_entry(s)} for value, s in enumerate(order, start=1)}
    seg_nrrd(tmp_path / "y.seg.nrrd", data, names, labels.affine, fields=fields)
    assert np.array_equal(read_labels(tmp_path / "y.seg.nrrd").data, labels.data)


def test_automatic_names_go_by_number_when_all_are_there(tmp_path):
    labels = head_labels()
    seg_nrrd(tmp_path / "x.seg.nrrd", labels.data, {v: f"Segment_{v}" for v in range(1, 11)}, labels.affine)
    found = read_labels(tmp_path / "x.seg.nrrd")
    assert np.array_equal(found.data, labels.data)
    assert {w.code for w in found.warnings} == {"segment_by_value"}
    data = np.where(labels.data == 9, 1, 0).astype(np.uint8)
    seg_nrrd(tmp_path / "one.seg.nrrd", data, {1: "Segment_1"}, labels.affine)
    with pytest.raises(InputError, match="nothing says which structure"):
        read_labels(tmp_path / "one.seg.nrrd")
    assert (read_labels(tmp_path / "one.seg.nrrd", structure="left caudate").data > 0).sum() == (
        data > 0
    ).sum()


def test_one_renamed_segment_and_one_more(tmp_path):
    labels = head_labels()
    names = {s.label: s.abbreviation for s in STANDARD} | {9: "caudate, checked", 11: "lesion"}
    data = labels.data.copy()
    data[:3, :3, :3] = 11
    seg_nrrd(tmp_path / "x.seg.nrrd", data, names, labels.affine)
    found = read_labels(tmp_path / "x.seg.nrrd")
    assert np.array_equal(found.data, labels.data)
    assert [w.code for w in found.warnings] == ["segment_by_value", "segments_left_out"]
    assert "lesion" in str(found.warnings[1])
    # a foreign name is not believed for its number
    seg_nrrd(tmp_path / "y.seg.nrrd", labels.data, names | {9: "lesion"}, labels.affine)
    assert not (read_labels(tmp_path / "y.seg.nrrd").data == 9).any()


def test_a_name_goes_before_a_tag_that_was_copied(tmp_path):
    labels = head_labels()
    names = {s.label: s.name for s in STANDARD}
    tags = {7: "DGMSegmentation.Label:9|DGMSegmentation.Abbreviation:CN_L|"}
    seg_nrrd(tmp_path / "x.seg.nrrd", labels.data, names, labels.affine, tags)
    found = read_labels(tmp_path / "x.seg.nrrd")
    assert np.array_equal(found.data, labels.data)
    assert [w.code for w in found.warnings] == ["segment_contradiction"]


def test_two_segments_of_one_name_are_said(tmp_path):
    labels = head_labels()
    names = {s.label: s.name for s in STANDARD} | {10: "Left caudate"}
    seg_nrrd(tmp_path / "x.seg.nrrd", labels.data, names, labels.affine)
    with pytest.raises(InputError, match="CN_L twice"):
        read_labels(tmp_path / "x.seg.nrrd")


def test_layers(tmp_path):
    labels = head_labels()
    first = np.where(labels.data % 2, labels.data, 0)
    second = np.where(labels.data % 2, 0, labels.data // 2).astype(np.uint8)
    lesion = labels.data == 5  # over a structure, and left out
    third = np.where(lesion, 1, 0).astype(np.uint8)
    segments = [(0, v, STANDARD.by_label(v).name) for v in range(1, 11, 2)]
    segments += [(1, v // 2, STANDARD.by_label(v).name) for v in range(2, 11, 2)]
    segments += [(2, 1, "lesion")]
    seg_nrrd(tmp_path / "x.seg.nrrd", [first, second, third], segments, labels.affine)
    found = read_labels(tmp_path / "x.seg.nrrd")
    assert np.array_equal(found.data, labels.data)
    second[labels.data == 1] = 1
    seg_nrrd(tmp_path / "y.seg.nrrd", [first, second, third], segments, labels.affine)
    with pytest.raises(InputError, match="RN_L and RN_R overlap"):
        read_labels(tmp_path / "y.seg.nrrd")
    seg_nrrd(tmp_path / "z.seg.nrrd", [first, second], [], labels.affine)
    with pytest.raises(InputError, match="2 layers of overlapping segments"):
        read_labels(tmp_path / "z.seg.nrrd")


def test_masks_and_a_few_numbers_ask_what_they_are(tmp_path, capsys):
    labels = head_labels()
    one = mask_file(tmp_path / "roi.nii.gz", labels, [7])
    with pytest.raises(InputError, match="holds the value 1 alone"):
        read_labels(one)
    white = mask_file(tmp_path / "white.nii.gz", labels, [*[99] * 254, 7])
    with pytest.raises(InputError, match="holds the value 255 alone"):
        read_labels(white)
    found = read_labels(one, structure="lh-putamen")
    assert [s.abbreviation for s in label_set_of(found)] == ["PU_L"]
    assert np.array_equal(found.data == 7, labels.data == 7)
    with pytest.raises(InputError, match="no structure"):
        read_labels(one, structure="liver")
    two = mask_file(tmp_path / "two.nii.gz", labels, [7, 8])
    with pytest.raises(InputError, match="only the values 1, 2"):
        read_labels(two)
    with pytest.raises(InputError, match="no mask of PU_L alone"):
        read_labels(two, structure="PU_L")
    eight = mask_file(tmp_path / "eight.nii.gz", labels, list(range(10, 2, -1)))
    with pytest.raises(InputError, match="the value 1 would be RN_L"):
        read_labels(eight)
    assert read_labels(two, label_set=STANDARD).data.max() == 2
    assert main(["convert", str(one), str(tmp_path / "out.nii.gz"), "--structure", "PU_L"]) == 0
    back = read_labels(tmp_path / "out.nii.gz")  # by the lookup that is written beside it
    assert np.array_equal(back.data == 7, labels.data == 7)
    assert main(["convert", str(one), str(tmp_path / "no.nii.gz")]) == 2
    assert "--structure" in capsys.readouterr().err


def test_values_that_a_scheme_leaves_out_are_reported(tmp_path):
    labels = head_labels()
    data = np.where(labels.data == 9, 12, np.where(labels.data > 0, 3, 0)).astype(np.uint8)
    write_nifti(tmp_path / "x.nii.gz", data, labels.affine)
    found = read_labels(tmp_path / "x.nii.gz", "freesurfer")
    assert set(np.unique(found.data)) == {0, 7}
    assert [w.code for w in found.warnings] == ["labels_left_out"] and "values 3 are" in str(
        found.warnings[0]
    )


TABLES = {
    "freesurfer": ("{v} {n} 10 20 30 0", "x.txt"),
    "slicer": ("{v} {n} 10 20 30 255", "x.ctbl"),
    "itk-snap": ('{v} 255 0 0 1 1 1 "{n}"', "x.label"),
}


@pytest.mark.parametrize("kind", TABLES)
def test_label_tables_of_other_programs(tmp_path, kind):
    labels = head_labels()
    line, name = TABLES[kind]
    data = np.where(labels.data > 0, 40 + labels.data, 0)
    data[:3, :3, :3] = 99
    write_nifti(tmp_path / "x.nii.gz", data.astype(np.uint8), labels.affine)
    lines = [line.format(v=40 + s.label, n=s.name_in_freesurfer) for s in STANDARD] + [
        line.format(v=99, n="Lesion")
    ]
    (tmp_path / name).write_text("# a comment\n" + "\n".join(lines) + "\n")
    found = read_labels(tmp_path / "x.nii.gz")
    assert np.array_equal(found.data, labels.data)
    assert [w.code for w in found.warnings] == ["labels_left_out"] and "99" in str(found.warnings[0])
    (tmp_path / name).write_text(line.format(v=40, n="Lesion") + "\n")
    with pytest.raises(InputError, match="names no structure of ours"):
        read_labels(tmp_path / "x.nii.gz")


def test_a_label_table_that_names_one_structure_twice_is_refused(tmp_path):
    path = tmp_path / "labels.nii.gz"
    data = np.zeros((6, 6, 6), np.uint8)
    data[1:3], data[4:] = 1, 3
    write_nifti(path, data, np.eye(4), intent="label")
    (tmp_path / "labels.txt").write_text("1 Left-Caudate 1 2 3 0\n3 Left-Caudate 4 5 6 0\n")
    with pytest.raises(InputError, match="1 and 3 are both CN_L"):
        read_labels(path)


@pytest.mark.parametrize("value", ["0", "-1", "10000000000"])
def test_a_segment_of_no_possible_value_is_refused(tmp_path, value):
    sample = read_labels(resource_path("Sample", "sub-sample_seg-DGM_dseg.nii.gz"))
    path = tmp_path / "labels.seg.nrrd"
    write_seg_nrrd(path, sample)
    text = path.read_bytes().replace(b"Segment9_LabelValue:=10", f"Segment9_LabelValue:={value}".encode())
    path.write_bytes(text)
    with pytest.raises(InputError, match="Segment9_LabelValue"):
        read_labels(path)


def test_a_lookup_with_other_names_means_the_standard_structures(tmp_path):
    labels = head_labels()
    write_nifti(
        tmp_path / "x.nii.gz", np.where(labels.data > 0, 11 - labels.data, 0).astype(np.uint8), labels.affine
    )
    rows = [f"{11 - s.label}\t{s.nucleus_name} ({s.side})" for s in STANDARD]
    (tmp_path / "x.tsv").write_text("index\tname\n" + "\n".join(rows) + "\n")
    found = read_labels(tmp_path / "x.nii.gz")
    assert label_set_of(found) == STANDARD and np.array_equal(found.data, labels.data)
    (tmp_path / "x.tsv").write_text("index\tname\n" + "\n".join([*rows, "20\tleft put"]) + "\n")
    with pytest.raises(InputError, match="4 and 20 are both PU_L"):
        read_labels(tmp_path / "x.nii.gz")
