"""The pipeline and ``dgmseg segment`` end to end: a network with real weights on procedural heads."""

import json
import logging
import subprocess
import sys

import nibabel as nib
import numpy as np
import pytest
from models_for_tests import PHANTOM_MODEL, small_model, small_model_file
from places import snapshot

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.errors import Cancelled, Remark
from DGMSegmentationLib.image import Image
from DGMSegmentationLib.inference.predictor import Predictor
from DGMSegmentationLib.io.files import read_image
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.measurement.tables import read_long
from DGMSegmentationLib.models.header import ModelHeader
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.segmentation.pipeline import segment
from DGMSegmentationLib.segmentation.region import prior_box
from DGMSegmentationLib.segmentation.sample import bundled_sample
from DGMSegmentationLib.simulation.phantom import phantom
from DGMSegmentationLib.structures import STANDARD

OUTPUTS = ["_dseg.nii.gz", "_dseg.tsv", "_provenance.json", "_report.html", "_rois.tsv"]


def dice(ours: np.ndarray, truth: np.ndarray) -> list[float]:
    return [
        2 * ((ours == k) & (truth == k)).sum() / ((ours == k).sum() + (truth == k).sum())
        for k in range(1, 11)
    ]


@pytest.fixture(scope="module")
def model():
    return load_model(PHANTOM_MODEL)


@pytest.fixture(scope="module")
def predictor(model):
    return Predictor(model, "cpu")


@pytest.fixture
def qsm_file(tmp_path):
    """A head that the network has not seen, in ppm, on an oblique grid, as int16 with a scale factor."""
    image, labels = phantom((90, 110, 40), (2.0, 2.0, 4.0), seed=7)
    turn = np.eye(4)
    turn[1:3, 1:3] = [[0.98, -0.199], [0.199, 0.98]]
    file = nib.Nifti1Image((image.data / 1e-4).round().astype(np.int16), turn @ image.affine)
    file.header.set_slope_inter(1e-4, 0)
    path = tmp_path / "in" / "sub-07_Chimap.nii.gz"
    path.parent.mkdir()
    nib.save(file, path)
    return path, labels


@pytest.mark.parametrize(
    ("shape", "spacing"),
    [((150, 190, 150), (1.0, 1.0, 1.0)), ((90, 110, 50), (2.0, 2.0, 3.0))],
    ids=["1 mm", "2x2x3 mm"],
)
def test_unseen_heads_are_segmented_whatever_their_voxels(predictor, shape, spacing):
    image, truth = phantom(shape, spacing, seed=11)
    result = segment(image, predictor=predictor)
    assert result.labels.shape == shape and result.labels.data.dtype == np.uint8
    scores = dice(result.labels.data, truth.data)
    # On the 3x3x6 mm grid of this small network a red nucleus is a handful of voxels: it may be missed.
    assert min(scores[4:]) > 0.7 and min(scores[2:4]) > 0.25 and np.mean(scores) > 0.55, np.round(scores, 2)
    assert [row.n_voxels for row in result.rows] == [
        int((result.labels.data == s.label).sum()) for s in STANDARD
    ]
    chi = image.data * 1000
    for row in (row for row in result.rows if row.n_voxels):
        assert row.mean_ppb == pytest.approx(chi[result.labels.data == row.label].mean(dtype=float), abs=1e-3)


def test_ppb_in_gives_the_same_labels_and_means_as_ppm(predictor):
    image, _ = phantom((90, 110, 50), (2.0, 2.0, 3.0), seed=12)
    one = segment(image, predictor=predictor)
    two = segment(image.replace(data=image.data * 1000), predictor=predictor)
    assert one.provenance["units"]["unit"] == "ppm" and two.provenance["units"]["unit"] == "ppb"
    np.testing.assert_array_equal(one.labels.data, two.labels.data)
    np.testing.assert_allclose([r.mean_ppb for r in one.rows], [r.mean_ppb for r in two.rows], atol=1e-3)


def test_flip_average_treats_both_sides_alike(predictor):
    """With it, the mirrored head gives the mirrored result: that is what averaging over flips is for."""
    image, _ = phantom((90, 110, 50), (2.0, 2.0, 3.0), seed=13)
    mirrored = image.replace(data=np.ascontiguousarray(image.data[::-1]))
    one = segment(image, predictor=predictor, flip_average=True).labels.data
    two = segment(mirrored, predictor=predictor, flip_average=True).labels.data
    swap = np.array([0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9])
    assert (swap[two[::-1]] != one).mean() < 1e-4
    assert len(np.unique(one)) == 11


def test_the_prior_box_changes_no_label_and_a_wrong_one_is_noticed(model):
    image, _ = phantom((90, 110, 50), (2.0, 2.0, 3.0), seed=14)
    whole = segment(image, with_prior_box(model, None), units="ppm")
    inside = np.argwhere(whole.labels.data)
    assert len(inside)
    generous = {"low_mm": [-55.0, -55.0, -50.0], "high_mm": [55.0, 60.0, 50.0]}
    boxed = segment(image, with_prior_box(model, generous), units="ppm")
    assert boxed.provenance["prior_box_used"] and not whole.provenance["prior_box_used"]
    np.testing.assert_array_equal(boxed.labels.data, whole.labels.data)
    said: list[Remark] = []
    narrow = {"low_mm": [-15.0, -10.0, -10.0], "high_mm": [20.0, 20.0, 10.0]}
    rescued = segment(image, with_prior_box(model, narrow), units="ppm", log=said.append)
    assert any("whole volume" in str(remark) for remark in said) and not rescued.provenance["prior_box_used"]
    np.testing.assert_array_equal(rescued.labels.data, whole.labels.data)


def with_prior_box(model, box):
    """The same model with another prior box."""
    header = ModelHeader(**{**vars(model.header), "prior_box": box})
    return type(model)(header, model.states)


def test_the_prior_box_lies_where_the_header_says():
    from DGMSegmentationLib.preprocessing.grid import prepare

    model = with_prior_box(
        load_model(PHANTOM_MODEL), {"low_mm": [-30.0, -30.0, -30.0], "high_mm": [30.0, 30.0, 30.0]}
    )
    image, _ = phantom((90, 110, 50), (2.0, 2.0, 3.0), seed=14)
    prepared = prepare([image.replace(data=image.data * 1000)], image.data != 0, model.header.preprocessing)
    box = prior_box(model, prepared)
    for span, centre, spacing in zip(box, prepared.mask_centre, prepared.grid.spacing, strict=True):
        assert (
            span.start == np.floor(centre - 30 / spacing) and span.stop == np.ceil(centre + 30 / spacing) + 1
        )


def test_cancel(predictor):
    image, _ = phantom((60, 70, 30), (3.0, 3.0, 5.0), seed=1)
    with pytest.raises(Cancelled):
        segment(image, predictor=predictor, cancel=lambda: True)


def test_progress_never_runs_backwards(predictor):
    image, _ = phantom((60, 70, 30), (3.0, 3.0, 5.0), seed=1)
    seen: list[tuple[str, float]] = []
    segment(image, predictor=predictor, progress=lambda step, fraction: seen.append((step, fraction)))
    fractions = [f for _, f in seen]
    assert fractions == sorted(fractions) and fractions[0] >= 0 and fractions[-1] <= 1
    assert "Running the network" in {step for step, _ in seen}


def test_the_command_writes_all_it_promises(qsm_file, capsys):
    path, truth = qsm_file
    assert main(["segment", str(path), "--model", str(PHANTOM_MODEL)]) == 0
    out, err = capsys.readouterr()
    assert err == "", "nothing but errors when piped"
    assert out.splitlines()[0].startswith(
        "subject\timage\tstructure\tabbreviation\tside\tlabel\tn_voxels\tvolume_mm3\tmean_ppb"
    )
    assert sorted(p.name for p in path.parent.iterdir()) == sorted(
        [path.name, *("sub-07_Chimap" + s for s in OUTPUTS)]
    )
    file = nib.load(path.parent / "sub-07_Chimap_dseg.nii.gz")
    source = nib.load(path)
    assert file.get_data_dtype() == np.uint8 and file.shape == source.shape
    np.testing.assert_array_equal(file.affine, source.affine)
    assert np.mean(dice(np.asarray(file.dataobj), truth.data)) > 0.55
    rows = read_long(path.parent / "sub-07_Chimap_rois.tsv")
    assert [r.abbreviation for r in rows] == [s.abbreviation for s in STANDARD]
    provenance = json.loads((path.parent / "sub-07_Chimap_provenance.json").read_text())
    assert provenance["model"]["sha256"] == load_model(PHANTOM_MODEL).sha256
    assert provenance["units"] == {"unit": "ppm", "detected": True, "reason": provenance["units"]["reason"]}
    lookup = (path.parent / "sub-07_Chimap_dseg.tsv").read_text().splitlines()
    assert lookup[0].startswith("index\tname\tabbreviation\tcolor\t") and len(lookup) == 11
    page = (path.parent / "sub-07_Chimap_report.html").read_text()
    assert "research use only" in page.lower() and "data:image/png;base64" in page and "http://" not in page


def test_the_output_folder_probabilities_and_overwrite(qsm_file, tmp_path, capsys):
    path, _ = qsm_file
    folder = tmp_path / "new" / "results"
    words = [
        "segment",
        str(path),
        "--output",
        str(folder),
        "--model",
        str(PHANTOM_MODEL),
        "--save-probabilities",
    ]
    assert main(words) == 0
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    probabilities = nib.load(folder / "sub-07_Chimap_probseg.nii.gz").get_fdata()
    labels = np.asarray(nib.load(folder / "sub-07_Chimap_dseg.nii.gz").dataobj)
    assert probabilities.shape == (*labels.shape, 11)
    np.testing.assert_allclose(probabilities.sum(axis=-1), 1, atol=1e-3)
    kept = labels > 0
    assert (probabilities.argmax(axis=-1)[kept] == labels[kept]).all()
    before = snapshot(folder)
    assert main(words) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert snapshot(folder) == before
    assert main([*words, "--overwrite"]) == 0


def test_a_structure_that_is_not_found_is_reported(tmp_path, caplog):
    image, _ = phantom((60, 70, 30), (3.0, 3.0, 5.0), seed=1)
    model = small_model(spacing_mm=(3.0, 3.0, 6.0), shape=(52, 64, 26))
    with caplog.at_level(logging.WARNING):
        result = segment(image, model, device="cpu")
    assert result.provenance["empty"], "this untrained network finds few structures"
    for abbreviation in result.provenance["empty"]:
        row = next(r for r in result.rows if r.abbreviation == abbreviation)
        assert row.n_voxels == 0 and np.isnan(row.mean_ppb) and "empty" in row.flags
    assert "was not found" in caplog.text


def header_of_another_head(path):
    image, _ = phantom((90, 110, 40), (2.0, 2.0, 4.0), seed=7)
    nib.save(nib.Nifti1Image(image.data, np.diag([9.0, 9, 9, 1])), path)


def save(path, data, affine=None):
    nib.save(nib.Nifti1Image(data, np.diag([2.0, 2, 4, 1]) if affine is None else affine), path)


BAD = {
    "missing file": lambda p: None,
    "a folder": lambda p: p.mkdir(),
    "empty file": lambda p: p.write_bytes(b""),
    "text": lambda p: p.write_text("hello"),
    "several frames": lambda p: save(p, np.ones((20, 20, 20, 3), np.float32)),
    "two dimensions": lambda p: save(p, np.ones((20, 20), np.float32)),
    "all zeros": lambda p: save(p, np.zeros((40, 40, 40), np.float32)),
    "all NaN": lambda p: save(p, np.full((40, 40, 40), np.nan, np.float32)),
    "phase": lambda p: save(
        p, np.random.default_rng(0).integers(-4096, 4096, (90, 110, 40)).astype(np.int16)
    ),
    "unknown units": lambda p: save(
        p, (phantom((90, 110, 40), (2.0, 2.0, 4.0))[0].data * 60).astype(np.float32)
    ),
    "no human head": header_of_another_head,
    "a label map": lambda p: save(p, phantom((90, 110, 40), (2.0, 2.0, 4.0))[1].data),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_input_is_one_sentence_and_changes_nothing(kind, tmp_path, capsys):
    folder = tmp_path / "case"
    folder.mkdir()
    path = folder / "bad.nii.gz"
    if kind == "text":
        path = folder / "bad.nii"
    BAD[kind](path)
    before = snapshot(folder)
    assert main(["segment", str(path), "--model", str(PHANTOM_MODEL)]) == 2
    out, err = capsys.readouterr()
    assert out == "" and "Traceback" not in err
    assert err.startswith("dgmseg: ") and err.count("\n") == 1 and "bad" in err
    assert snapshot(folder) == before and sorted(p.name for p in tmp_path.iterdir()) == ["case"]


@pytest.mark.parametrize("kind", ["missing", "cut", "altered", "text"])
def test_a_bad_model_is_one_sentence_and_changes_nothing(kind, qsm_file, tmp_path, capsys):
    path, _ = qsm_file
    model = small_model_file(tmp_path)
    data = model.read_bytes()
    if kind == "missing":
        model.unlink()
    else:
        changed = data[:-9] + bytes([data[-9] ^ 255]) + data[-8:]
        model.write_bytes({"cut": data[:-50], "altered": changed, "text": b"no"}[kind])
    before = snapshot(path.parent)
    assert main(["segment", str(path), "--model", str(model)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert snapshot(path.parent) == before


@pytest.mark.parametrize(
    "words",
    [
        ["--units", "tesla"],
        ["--device", "tpu"],
        ["--voxel-size", "1,2"],
        ["--connectivity", "7"],
        ["--channel", "magnitude"],
        ["--no-such-option"],
        ["--output", "/proc/nowhere"],
    ],
    ids=lambda words: " ".join(words),
)
def test_bad_options_end_with_exit_code_2(words, qsm_file, capsys):
    path, _ = qsm_file
    before = snapshot(path.parent)
    assert main(["segment", str(path), "--model", str(PHANTOM_MODEL), *words]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "Traceback" not in err
    assert snapshot(path.parent) == before


def test_debug_adds_the_traceback(tmp_path, capsys):
    """And changes nothing else: scripts tell bad input from a failed run by the exit code."""
    assert main(["segment", str(tmp_path / "missing.nii.gz"), "--debug"]) == 2
    traceback, _, sentence = capsys.readouterr().err.rpartition("dgmseg: ")
    assert "Traceback" in traceback and "does not exist" in sentence
    assert main(["segment", "--nonsense", "--debug"]) == 2


def test_a_disk_that_fills_up_leaves_nothing_behind(qsm_file, monkeypatch, capsys):
    path, _ = qsm_file
    before = snapshot(path.parent)

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("DGMSegmentationLib.reports.case_page.write_report", full)
    assert main(["segment", str(path), "--model", str(PHANTOM_MODEL)]) == 1
    err = capsys.readouterr().err
    assert "No space left" in err and err.count("\n") == 1
    assert snapshot(path.parent) == before


def test_with_a_voxel_size_the_label_file_has_it_too(tmp_path, capsys):
    """Else every program would give its structures the volumes that the wrong header asks for."""
    image, _ = phantom((90, 110, 50), (2.0, 2.0, 3.0), seed=12)
    path = tmp_path / "wrong.nii.gz"
    save(path, image.data, np.diag([1.9, 1.9, 3.3, 1.0]))
    assert main(["segment", str(path), "--model", str(PHANTOM_MODEL), "--voxel-size", "2,2,3"]) == 0
    labels = nib.load(tmp_path / "wrong_dseg.nii.gz")
    np.testing.assert_allclose(labels.header.get_zooms(), (2, 2, 3), rtol=1e-6)
    np.testing.assert_allclose(nib.affines.voxel_sizes(labels.affine), (2, 2, 3), rtol=1e-6)
    middle = (np.array(image.shape) - 1) / 2
    for affine in (labels.affine, labels.get_qform()):
        np.testing.assert_allclose(
            nib.affines.apply_affine(affine, middle),
            nib.affines.apply_affine(nib.load(path).affine, middle),
            atol=1e-3,
        )
    values = np.asarray(labels.dataobj)
    rows = read_long(tmp_path / "wrong_rois.tsv")
    for row in rows:
        assert row.volume_mm3 == pytest.approx(12.0 * (values == row.label).sum())
    given = [
        "measure",
        str(path),
        "-s",
        str(tmp_path / "wrong_dseg.nii.gz"),
        "-o",
        str(tmp_path / "again.tsv"),
    ]
    assert main([*given, "--voxel-size", "2,2,3"]) == 0
    for one, two in zip(rows, read_long(tmp_path / "again.tsv"), strict=True):
        assert two.volume_mm3 == pytest.approx(one.volume_mm3) and two.mean_ppb == pytest.approx(one.mean_ppb)
    capsys.readouterr()
    assert main([*given, "--overwrite"]) == 2
    assert "--voxel-size 2,2,3" in capsys.readouterr().err


def test_background_sentinels_inside_the_brain_count_as_missing(predictor):
    image, _ = phantom((90, 110, 50), (2.0, 2.0, 3.0), seed=12)
    hole, gap = image.data.copy(), image.data.copy()
    middle = np.argwhere(image.data != 0).mean(axis=0).astype(int)
    spot = tuple(slice(m, m + 2) for m in middle)
    hole[spot], gap[spot] = -99999.0, np.nan
    one, two = (segment(image.replace(data=data), predictor=predictor) for data in (hole, gap))
    np.testing.assert_array_equal(one.labels.data, two.labels.data)


def test_wrong_voxel_size_in_the_header_can_be_put_right(predictor, tmp_path):
    image, truth = phantom((90, 110, 50), (2.0, 2.0, 3.0), seed=12)
    broken = Image(image.data, np.eye(4))
    result = segment(broken, predictor=predictor, voxel_size=(2.0, 2.0, 3.0))
    assert np.mean(dice(result.labels.data, truth.data)) > 0.55
    assert result.rows[0].volume_mm3 == pytest.approx(result.rows[0].n_voxels * 12.0)


@pytest.mark.parametrize("kind", ["nii", "nrrd"])
def test_every_file_format_gives_the_same_labels(kind, qsm_file, tmp_path, capsys):
    import SimpleITK as sitk

    path, _ = qsm_file
    other = tmp_path / f"other.{kind}"
    sitk.WriteImage(sitk.ReadImage(str(path)), str(other))
    for one in (path, other):
        assert (
            main(["segment", str(one), "--model", str(PHANTOM_MODEL), "--output", str(tmp_path / "out")]) == 0
        )
    capsys.readouterr()
    a, b = (read_labels(tmp_path / "out" / f"{name}_dseg.nii.gz") for name in ("sub-07_Chimap", "other"))
    assert (a.data != b.data).mean() < 1e-5
    assert read_image(other).grid.same_as(read_image(path).grid, 1e-2)


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from DGMSegmentationLib.cli import main; main(['--help']); main(['segment', '--help']);"
        "print([m for m in ('torch', 'numpy', 'scipy', 'nibabel', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]", done.stdout


def test_a_real_volume(test_data, tmp_path, capsys):
    """The phantom's network knows no real heads; what is tested is that everything around it holds on a real file."""
    path = test_data / "qsm20/sub-N028/anat/sub-N028_Chimap.nii.gz"
    assert main(["segment", str(path), "--model", str(PHANTOM_MODEL), "--output", str(tmp_path)]) == 0
    capsys.readouterr()
    labels, image = nib.load(tmp_path / "sub-N028_Chimap_dseg.nii.gz"), nib.load(path)
    np.testing.assert_array_equal(labels.affine, image.affine)
    values, chi = np.asarray(labels.dataobj), image.get_fdata() * 1000
    for row in read_long(tmp_path / "sub-N028_Chimap_rois.tsv"):
        if row.n_voxels:
            assert row.mean_ppb == pytest.approx(chi[values == row.label].mean(), abs=1e-3)


@pytest.fixture(scope="module")
def sample():
    """The bundled sample, in its own unit, and the bundled model's labels of it."""
    image = read_image(bundled_sample().image)
    return image, segment(image, log=lambda text: None)


def test_a_touched_region_grows_for_a_network_that_normalises_over_it(sample):
    """The whole volume would give such a network other values everywhere; a larger box gives nearly the same labels."""
    image, expected = sample
    bundled = load_model("default")
    box = {name: list(values) for name, values in bundled.header.prior_box.items()}
    box["low_mm"][0] += 25.0
    found = segment(image, with_prior_box(bundled, box), log=(said := []).append)
    assert len(said) == 1 and "searching a larger one" in str(said[0])
    assert found.provenance["prior_box_used"] and found.provenance["beyond_prior_box"] == ["PU_L"]
    assert "outside_prior" in next(row for row in found.rows if row.abbreviation == "PU_L").flag_list
    assert min(dice(found.labels.data, expected.labels.data)) > 0.9


def test_a_flipped_sign_is_recognised(sample):
    image, expected = sample
    assert "sign_flip" not in expected.provenance
    assert expected.measured.verdict.status == "ok"
    found = segment(image.replace(data=-image.data), log=lambda remark: None)
    assert "multiply the map by -1" in found.measured.verdict.line()
    assert found.provenance["sign_flip"] is True
    assert all("sign_flip" in row.flag_list for row in found.rows)
