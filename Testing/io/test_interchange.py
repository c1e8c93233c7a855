"""Other programs' formats, read back by readers that are not ours."""

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given
from hypothesis import strategies as st
from rows import blocks

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.image import Image
from DGMSegmentationLib.io.files import write_nifti
from DGMSegmentationLib.io.labels import read_labels, to_scheme
from DGMSegmentationLib.io.lookup import foreign_labels, lookup_text
from DGMSegmentationLib.io.seg_nrrd import write_seg_nrrd
from DGMSegmentationLib.io.tables import read_table
from DGMSegmentationLib.measurement.freesurfer_stats import stats_text
from DGMSegmentationLib.measurement.roi import measure
from DGMSegmentationLib.measurement.tables import read_long, write_long
from DGMSegmentationLib.simulation.phantom import phantom
from DGMSegmentationLib.structures import STANDARD


def itk_affine(image):
    """From voxel index to RAS+ mm, as ITK read it (its axes run to Left, Posterior, Superior)."""
    affine = np.eye(4)
    affine[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * np.array(image.GetSpacing())
    affine[:3, 3] = image.GetOrigin()
    return np.diag([-1.0, -1.0, 1.0, 1.0]) @ affine


def oblique(labels):
    angle = np.radians(17)
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return labels.replace(affine=turn @ labels.affine)


def test_seg_nrrd_holds_voxels_geometry_names_colours_and_codes(tmp_path):
    labels = oblique(blocks()[0])
    path = tmp_path / "x.seg.nrrd"
    write_seg_nrrd(path, labels)
    image = sitk.ReadImage(str(path))
    assert np.array_equal(sitk.GetArrayFromImage(image).transpose(2, 1, 0), labels.data)
    assert np.allclose(itk_affine(image), labels.affine, atol=1e-9)
    meta = {key: image.GetMetaData(key) for key in image.GetMetaDataKeys()}
    for index, structure in enumerate(STANDARD):
        assert meta[f"Segment{index}_Name"] == structure.name
        assert meta[f"Segment{index}_LabelValue"] == str(structure.label)
        assert np.allclose(
            [float(c) for c in meta[f"Segment{index}_Color"].split()], structure.rgb, atol=1e-5
        )
        tag = meta[f"Segment{index}_Tags"]
        assert tag.startswith("TerminologyEntry:")
        assert tag.endswith("|")
        parts = tag.removeprefix("TerminologyEntry:").removesuffix("|").split("~")
        assert len(parts) == 7
        assert parts[2].split("^")[1] == structure.snomed
        assert parts[3].split("^")[2].lower() == structure.side_name
    assert meta["Segmentation_SourceRepresentation"] == "Binary labelmap"
    assert not any(key.startswith("Segment10_") for key in meta)


def test_seg_nrrd_is_read_back_by_name_also_when_slicer_renumbered(tmp_path):
    labels = blocks()[0]
    path = tmp_path / "x.seg.nrrd"
    write_seg_nrrd(path, labels)
    again = read_labels(path)
    assert np.array_equal(again.data, labels.data)
    assert np.allclose(again.affine, labels.affine)
    renumbered = labels.replace(data=(labels.data.astype(int) * 7 % 11).astype(np.uint8))
    write_seg_nrrd(path, renumbered)
    text = path.read_bytes()
    for s in STANDARD:
        old = f"Segment{s.label - 1}_LabelValue:={s.label}\n".encode()
        text = text.replace(old, f"Segment{s.label - 1}_LabelValue:={s.label * 7 % 11}\n".encode(), 1)
    path.write_bytes(text)
    assert np.array_equal(read_labels(path).data, labels.data)


def test_sheared_geometry_survives(tmp_path):
    nrrd = pytest.importorskip("nrrd", reason="pynrrd (extra: test) is not installed")
    labels = blocks()[0]
    affine = labels.affine.copy()
    affine[0, 2] = 0.4
    write_seg_nrrd(tmp_path / "x.seg.nrrd", labels.replace(affine=affine))
    data, header = nrrd.read(str(tmp_path / "x.seg.nrrd"))
    assert np.array_equal(data, labels.data)
    wanted = np.diag([-1, -1, 1]) @ affine[:3, :3]
    assert np.allclose(header["space directions"].T, wanted)


@pytest.mark.parametrize("scheme", ["dgm", "segdgm"])
@given(seed=st.integers(0, 99))
def test_numberings_are_undone(scheme, seed):
    data = np.random.default_rng(seed).integers(0, 11, (5, 4, 3)).astype(np.uint8)
    foreign = to_scheme(data, scheme)
    restored = {number: ours for ours, number in foreign_labels(scheme).items()} | {0: 0}
    assert np.array_equal(np.vectorize(restored.get)(foreign), data)


def test_known_numbers():
    assert foreign_labels("segdgm") == {k: k + 1 for k in range(1, 11)}
    fs = foreign_labels("freesurfer")
    assert [fs[k] for k in range(3, 11)] == [27, 59, 13, 52, 12, 51, 11, 50]
    assert (fs[1], fs[2]) == (20001, 20002)
    with pytest.raises(InputError, match="unknown"):
        foreign_labels("spm")


def test_stats_file(tmp_path):
    labels, image = blocks()
    data = np.where(labels.data == 4, 0, labels.data)
    rows = measure(labels.replace(data=data), image, subject="sub 1\n# evil", image_name="a.nii.gz")
    text = stats_text(rows)
    comments = [line for line in text.splitlines() if line.startswith("#")]
    table = [line.split() for line in text.splitlines() if not line.startswith("#")]
    header = next(line for line in comments if line.startswith("# ColHeaders")).split()[2:]
    assert len(table) == 10
    assert all(len(line) == len(header) == 10 for line in table)
    for line, row in zip(table, rows, strict=True):
        cells = dict(zip(header, line, strict=True))
        assert int(cells["NVoxels"]) == row.n_voxels
        assert float(cells["Volume_mm3"]) == pytest.approx(row.volume_mm3, abs=0.05)
        if row.n_voxels:
            assert float(cells["normMean"]) == pytest.approx(row.mean_ppb, abs=1e-4)
            assert float(cells["normRange"]) == pytest.approx(row.max - row.min, abs=1e-4)
    assert (table[8][1], table[8][4]) == ("11", "Left-Caudate")
    assert (table[3][2], table[3][5]) == ("0", "0.0000")
    assert "# subjectname sub 1 # evil" in comments
    with pytest.raises(InputError, match="one image"):
        stats_text([*rows, replace(rows[0], image="b")])


def test_lookup_table():
    lines = lookup_text(scheme="segdgm").splitlines()
    assert lines[0].startswith("index\tname\tabbreviation\tcolor\tside\t")
    assert lines[1].split("\t")[0] == "2"
    assert len(lines) == 11


def test_convert_command(tmp_path, capsys):
    labels, image = blocks()
    source = tmp_path / "a_dseg.nii.gz"
    write_nifti(source, labels.data, labels.affine)
    original, restored, seg = (tmp_path / name for name in ("o.nii.gz", "b.nii.gz", "s.seg.nrrd"))
    assert (
        main(["convert", str(source), str(original), "--to", "segdgm", "--lookup", str(tmp_path / "l.tsv")])
        == 0
    )
    assert read_labels(original, None).data.max() == 11
    assert read_table(tmp_path / "l.tsv")[0]["index"] == "2"
    assert main(["convert", str(source), str(restored), "--lookup", str(tmp_path / "l.csv")]) == 0
    assert read_table(tmp_path / "l.csv")[0]["abbreviation"] == "RN_L"
    restored.unlink()
    assert main(["convert", str(original), str(seg), "--from", "segdgm"]) == 0
    assert main(["convert", str(seg), str(restored)]) == 0
    assert np.array_equal(read_labels(restored).data, labels.data)
    assert np.allclose(read_labels(restored).affine, labels.affine)
    fs = tmp_path / "fs.nii.gz"
    assert main(["convert", str(source), str(fs), "--to", "freesurfer"]) == 0
    assert set(np.unique(read_labels(fs, None).data)) == {0, 11, 12, 13, 27, 50, 51, 52, 59, 20001, 20002}
    assert np.array_equal(read_labels(fs, "freesurfer").data, labels.data)

    table = tmp_path / "r.tsv"
    write_long(measure(labels, image, subject="s"), table)
    assert main(["convert", str(table), str(tmp_path / "r.stats")]) == 0
    assert main(["convert", str(table), str(tmp_path / "r.csv")]) == 0
    assert main(["convert", str(table.rename(tmp_path / "r.txt")), str(table)]) == 0
    assert len(read_long(tmp_path / "r.csv")) == 10
    assert main(["convert", str(table), str(tmp_path / "w.csv"), "--wide"]) == 0
    assert len(read_table(tmp_path / "w.csv")) == 1
    capsys.readouterr()
    for arguments in ((table, tmp_path / "x.nii.gz"), (source, tmp_path / "x.stats"), (source, restored)):
        assert main(["convert", *map(str, arguments)]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "x.nii.gz").exists()


def test_measure_command(tmp_path, capsys):
    """End to end on files: ppm in, ppb out; tables written; plain TSV when piped."""
    image, labels = phantom()
    write_nifti(tmp_path / "sub-01_Chimap.nii.gz", image.data, image.affine)
    write_nifti(tmp_path / "sub-01_dseg.nii.gz", to_scheme(labels.data, "segdgm"), labels.affine)
    write_nifti(tmp_path / "csf.nii.gz", (labels.data == 9).astype(np.uint8), labels.affine)
    out, wide = tmp_path / "r.csv", tmp_path / "w.tsv"
    command = ["measure", "-s", str(tmp_path / "sub-01_dseg.nii.gz"), str(tmp_path / "sub-01_Chimap.nii.gz")]
    options = [
        "--scheme",
        "segdgm",
        "--reference",
        str(tmp_path / "csf.nii.gz"),
        "-o",
        str(out),
        "--wide",
        str(wide),
    ]
    assert main([*command, *options]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 11
    rows = read_long(out)
    caudate = 1000 * image.data[labels.data == 9].mean(dtype=float)
    assert rows[8].mean_ppb == pytest.approx(caudate, abs=1e-3)
    assert rows[8].mean_referenced_ppb == pytest.approx(0, abs=1e-3)
    assert {row.subject for row in rows} == {"sub-01"}
    assert float(read_table(wide)[0]["CN_L_mean_ppb"]) == pytest.approx(caudate, abs=1e-3)
    before = out.read_bytes()
    assert main([*command, *options]) == 2  # exists already
    assert main([*command, "--scheme", "segdgm", "--reference", "nowhere.nii"]) == 2
    assert "nowhere.nii" in capsys.readouterr().err
    assert out.read_bytes() == before
    assert main([*command, "--scheme", "segdgm", "-o", str(tmp_path / "r.xlsx")]) == 2
    assert "r.xlsx" in capsys.readouterr().err and not (tmp_path / "r.xlsx").exists()
    assert main([*command, "--scheme", "segdgm", "--overwrite", "--report", command[-1]]) == 2
    assert "choose a name with .html" in capsys.readouterr().err  # not over the image
    seg = [command[2], str(tmp_path / "x.seg.nrrd"), "--from", "segdgm"]
    assert main(["convert", *seg, "--lookup", command[-1], "--overwrite"]) == 2
    assert main(["convert", *seg, "--to", "freesurfer"]) == 2
    assert "leave out --to" in capsys.readouterr().err and not (tmp_path / "x.seg.nrrd").exists()
    for useless in (["--to", "freesurfer"], ["--from", "segdgm"]):
        assert main(["convert", str(out), str(tmp_path / "x.tsv"), *useless]) == 2
        assert "--from and --to" in capsys.readouterr().err


def test_measure_tells_images_of_one_name_apart(tmp_path, capsys):
    """Reconstructions that lie under one name in folders of their own keep a row each, named by their folders."""
    image, labels = phantom()
    write_nifti(tmp_path / "seg.nii.gz", labels.data, labels.affine)
    for folder, factor in (("tkd", 1.0), ("medi", 0.5)):
        write_nifti(tmp_path / folder / "chi.nii.gz", factor * image.data, image.affine)
    files = [str(tmp_path / folder / "chi.nii.gz") for folder in ("tkd", "medi")]
    wide = tmp_path / "w.tsv"
    assert main(["measure", "-s", str(tmp_path / "seg.nii.gz"), *files, "--wide", str(wide)]) == 0
    rows = {row["image"]: float(row["GP_L_mean_ppb"]) for row in read_table(wide)}
    assert rows["medi/chi.nii.gz"] == pytest.approx(0.5 * rows["tkd/chi.nii.gz"], rel=1e-4)
    capsys.readouterr()
    assert main(["measure", "-s", str(tmp_path / "seg.nii.gz"), files[0], files[0]]) == 2
    assert "given twice" in capsys.readouterr().err


def test_measure_other_maps_wrong_headers_and_a_page(tmp_path, capsys):
    """R2* is measured as it is; a squeezed header is said; the page of corrected labels shows the user's norms."""
    image, labels = phantom((60, 72, 54), (3.0, 3.0, 3.0))
    seg = tmp_path / "sub-01_dseg.nii.gz"
    write_nifti(seg, labels.data, labels.affine)
    rates = np.where(image.data != 0, 18 + 200 * image.data, 0).astype(np.float32)
    write_nifti(tmp_path / "R2starmap.nii.gz", rates, image.affine)
    command = ["measure", "-s", str(seg), "--output"]
    out = tmp_path / "r.tsv"
    assert main([*command, str(out), str(tmp_path / "R2starmap.nii.gz"), "--units", "own"]) == 0
    rows = read_long(out)
    assert rows[8].mean_ppb == pytest.approx(rates[labels.data == 9].mean(dtype=float), abs=1e-3)
    assert all(
        "own_unit" in row.flag_list and not {"mean_low", "mean_high"} & set(row.flag_list) for row in rows
    )
    squeezed = image.affine @ np.diag([1, 1, 1 / 3, 1])
    write_nifti(tmp_path / "sub-01_Chimap.nii.gz", image.data, squeezed)
    write_nifti(seg, labels.data, squeezed)
    (tmp_path / "norms.tsv").write_text("structure\tmean_ppb\tsd_ppb\nPU\t40\t10\n")
    capsys.readouterr()
    page = ["--report", str(tmp_path / "p.html"), "--norms", str(tmp_path / "norms.tsv"), "--edited"]
    assert main([*command, str(tmp_path / "q.tsv"), str(tmp_path / "sub-01_Chimap.nii.gz"), *page]) == 0
    said = capsys.readouterr().err
    assert "as no human brain does: check its header" in said
    assert main(["evaluate", str(seg), str(seg), "--image", str(tmp_path / "sub-01_Chimap.nii.gz")]) == 0
    assert "as no human brain does: check its header" in capsys.readouterr().err
    text = (tmp_path / "p.html").read_text(encoding="utf-8")
    assert "corrected by hand" in text and "40.0 ± 10.0" in text
    assert main(["measure", "-s", str(seg), str(tmp_path / "R2starmap.nii.gz"), *page[2:4]]) == 2


def test_one_slice_stays_three_dimensional(tmp_path):
    """A single-slice segmentation keeps three dimensions, as Slicer wants it."""
    write_seg_nrrd(tmp_path / "x.seg.nrrd", Image(np.ones((4, 4, 1), np.uint8), np.eye(4)))
    assert sitk.ReadImage(str(tmp_path / "x.seg.nrrd")).GetDimension() == 3
