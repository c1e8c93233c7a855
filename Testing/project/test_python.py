"""The Python interface: typed names, light import, any kind of source, short words and pictures, examples that run."""

import ast
import doctest
import importlib
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from models_for_tests import PHANTOM_MODEL

import DGMSegmentationLib as dgm
from DGMSegmentationLib.measurement.tables import write_long
from DGMSegmentationLib.simulation.phantom import phantom


@pytest.fixture(scope="module")
def head():
    """A head in ppm and its true labels."""
    image, labels = phantom((60, 72, 56), (2.6, 2.6, 2.6))
    return image.replace(data=image.data.astype(np.float32)), labels


@pytest.fixture(scope="module")
def sources(head, tmp_path_factory):
    """Image and labels as files, as nibabel images and as ours."""
    image, labels = head
    folder = tmp_path_factory.mktemp("sources")
    dgm.write_nifti(folder / "sub-7_Chimap.nii.gz", image.data, image.affine)
    dgm.write_nifti(folder / "sub-7_dseg.nii.gz", labels.data, labels.affine, intent="label")
    paths = (folder / "sub-7_Chimap.nii.gz", folder / "sub-7_dseg.nii.gz")
    return {
        "path": paths,
        "text": tuple(map(str, paths)),
        "nibabel": tuple(map(nib.load, paths)),
        "nibabel in memory": (image.to_nibabel(), labels.to_nibabel()),
        "Image": head,
    }


def homes() -> dict[str, str]:
    """What the block for type checkers imports, by name."""
    tree = ast.parse(Path(dgm.__file__).read_text(encoding="utf-8"))
    block = next(n for n in tree.body if isinstance(n, ast.If) and isinstance(n.test, ast.Name))
    return {alias.asname: node.module for node in block.body for alias in node.names}


def test_types_and_lazy_names_are_the_same():
    assert homes() == dgm._HOMES
    assert {*dgm._HOMES, "__version__"} == set(dgm.__all__) <= set(dir(dgm))


def test_a_type_checker_knows_the_functions(tmp_path):
    pytest.importorskip("mypy")
    (tmp_path / "user.py").write_text(
        "import DGMSegmentationLib as dgm\n"
        "reveal_type(dgm.segment('x').rows)\n"
        "reveal_type(dgm.measure('a', 'b')[0])\n"
        "dgm.nonsense\n"
    )
    words = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--follow-imports=silent",
        "--cache-dir",
        "cache",
        "user.py",
    ]
    run = subprocess.run(
        [*words, "--config-file", "/dev/null"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    told = re.sub(r"\s+", " ", run.stdout)
    assert "list[DGMSegmentationLib.measurement.roi.RoiRow]" in told, run.stdout + run.stderr
    assert 'has no attribute "nonsense"' in told


def test_dir_imports_nothing_heavy(repository):
    code = "import sys, DGMSegmentationLib as dgm; dir(dgm); print('numpy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True)
    assert run.stdout.strip() == "False", run.stderr


@pytest.mark.parametrize("kind", ["path", "text", "nibabel", "nibabel in memory", "Image"])
def test_every_function_takes_every_kind_of_source(sources, kind):
    image, labels = sources[kind]
    expected = dgm.measure(*sources["path"][::-1])
    measured = dgm.measure(labels, image)
    assert [(r.n_voxels, r.mean_ppb) for r in measured] == [(r.n_voxels, r.mean_ppb) for r in expected]
    assert measured[0].subject == ("sub-7" if kind not in ("Image", "nibabel in memory") else "")
    scores = dgm.evaluate(labels, sources["path"][1], image)
    assert all(score.dice == 1.0 and score.mean_error_ppb == 0.0 for score in scores)
    assert dgm.read_image(image).shape == dgm.read_labels(labels).shape == (60, 72, 56)
    result = dgm.segment(image, PHANTOM_MODEL, device="cpu")
    assert np.array_equal(
        result.labels.data, dgm.segment(sources["path"][0], PHANTOM_MODEL, device="cpu").labels.data
    )


def test_a_map_in_ppm_is_measured_in_ppb_and_an_unclear_one_refused(head):
    image, labels = head[0].replace(unit=None), head[1]
    assert 50 < dgm.measure(labels, image)["GP_L"].mean_ppb < 300
    assert dgm.measure(labels, image.replace(data=1000 * image.data))["GP_L"].mean_ppb == pytest.approx(
        dgm.measure(labels, image)["GP_L"].mean_ppb, rel=1e-5
    )
    with pytest.raises(dgm.InputError, match="unit"):
        dgm.measure(labels, image.replace(data=50 * image.data))
    taken = dgm.measure(labels, image.replace(data=50 * image.data), units="ppb")
    assert taken["GP_L"].mean_ppb == pytest.approx(dgm.measure(labels, image)["GP_L"].mean_ppb / 20, rel=1e-5)


def test_agreement_takes_results_rows_and_tables(head, tmp_path):
    image, labels = head
    first = [dgm.measure(labels, image, subject=name) for name in ("a", "b")]
    other = [dgm.measure(labels, image.replace(data=1.1 * image.data), subject=name) for name in ("a", "b")]
    write_long([row for measured in first for row in measured], tmp_path / "first.tsv")
    rows = dgm.agreement({"first": tmp_path / "first.tsv", "second": other})
    again = dgm.agreement({"first": first, "second": [row for measured in other for row in measured]})
    assert [(r["structure"], r["n"]) for r in rows] == [(r["structure"], r["n"]) for r in again]
    assert [r["bias"] for r in rows] == pytest.approx([r["bias"] for r in again], rel=1e-6)
    assert rows[-1]["structure"] == "all" and rows[-1]["slope"] == pytest.approx(1.1, rel=1e-4)
    single = dgm.agreement({"first": first[0], "second": other[0]}, "volume_mm3")
    assert single[0]["bias"] == 0.0


def test_images_go_to_nibabel_and_back(head):
    image, labels = head
    for one in (image, labels, image.replace(data=image.data > 0)):
        there = one.to_nibabel()
        assert isinstance(there, nib.Nifti1Image)
        back = dgm.Image.from_nibabel(there)
        assert np.array_equal(back.data, one.data) and back.grid.same_as(one.grid)
    flat = nib.Nifti1Image(np.zeros((4, 5, 6, 1), np.float32), np.eye(4))
    assert dgm.Image.from_nibabel(flat).shape == (4, 5, 6)
    for bad in (np.zeros((4, 5, 6, 2), np.float32), np.zeros((4, 5), np.float32)):
        for read in (dgm.Image.from_nibabel, dgm.read_image):
            with pytest.raises(dgm.InputError):
                read(nib.Nifti1Image(bad, np.eye(4)))


def test_contradictions_in_a_nibabel_header_are_said():
    image = nib.Nifti1Image(np.ones((8, 8, 8), np.float32), np.eye(4))
    image.set_sform(np.eye(4), code=1)
    image.set_qform(np.diag([3.0, 3.0, 3.0, 1.0]), code=1)
    assert [remark.code for remark in dgm.read_image(image).warnings] == ["sform_qform_differ"]


def test_words_are_short_and_pictures_stand_alone(head):
    image, labels = head
    model = dgm.load_model(PHANTOM_MODEL)
    result = dgm.segment(image, model, device="cpu")
    measured = dgm.measure(labels, image)
    label_set = dgm.LabelSet.read("standard")
    for thing in (image, labels, model, result, measured, label_set, dgm.SegmentOptions(device="cpu")):
        assert len(repr(thing)) < 200 and "\n" not in repr(thing)
    assert repr(dgm.SegmentOptions(device="cpu")) == "SegmentOptions(device='cpu')"
    for thing in (image, labels, result, measured):
        page = thing._repr_html_()
        assert 1_000 < len(page) < 200_000
        assert not re.search(r'(?:src|href)="(?!data:)', page) and "http" not in page
    assert "Left globus pallidus" in result._repr_html_()
    evil = dgm.measure(labels, image, image_name="<script>alert(1)</script>")
    assert "<script" not in evil._repr_html_()


def test_the_picture_of_a_large_noisy_volume_stays_small():
    noise = np.random.default_rng(1).normal(0, 1, (512, 512, 160)).astype(np.float32)
    image = dgm.Image(noise, np.diag([0.45, 0.45, 1.0, 1.0]))
    assert len(image._repr_html_()) < 200_000


def test_left_is_on_the_right_in_the_picture(head):
    """As radiologists look, whatever the order of the axes."""
    from DGMSegmentationLib.image import reorient

    _, labels = head
    assert labels._repr_html_() != labels.replace(data=labels.data[::-1])._repr_html_()
    for codes in ("LPS", "SAR"):
        turned = reorient(labels, codes)
        name = repr(turned)
        assert turned._repr_html_().replace(name, "") == labels._repr_html_().replace(repr(labels), "")


def test_rows_become_a_frame(head):
    pandas = pytest.importorskip("pandas")
    image, labels = head
    measured = dgm.measure(labels, image)
    frame = measured.to_dataframe()
    assert isinstance(frame, pandas.DataFrame) and len(frame) == 10
    assert frame.loc[4, "abbreviation"] == "GP_L" and frame["mean_ppb"].dtype == float
    assert len(dgm.evaluate(labels, labels).to_dataframe()) == 10


def test_without_pandas_one_sentence_says_so(head, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(dgm.DGMError, match="pandas"):
        dgm.evaluate(head[1], head[1]).to_dataframe()


def test_options_are_shown_where_they_are_taken():
    """In help() and in a notebook's tooltip."""
    shown = inspect.signature(dgm.segment).parameters
    assert {"device", "flip_average", "protocol", "units"} <= set(shown) and "changes" not in shown
    assert shown["connectivity"].default == 6
    with pytest.raises(dgm.InputError, match="divice"):
        dgm.segment("x.nii", divice="cpu")


def public_things():
    return [getattr(dgm, name) for name in dgm._HOMES if callable(getattr(dgm, name))]


@pytest.mark.parametrize("thing", public_things(), ids=lambda thing: thing.__name__)
def test_every_public_name_has_an_example_that_runs(thing, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = inspect.getdoc(thing) or ""
    assert ">>> " in text, f"{thing.__name__} has no example"
    if inspect.isfunction(thing):
        assert "Raises:" in text or not inspect.signature(thing).parameters
        described = text.partition("Args:")[2]
        own = [
            p for p in inspect.signature(inspect.unwrap(thing)).parameters if p in thing.__code__.co_varnames
        ]
        for name in own[: thing.__code__.co_argcount + thing.__code__.co_kwonlyargcount]:
            assert re.search(rf"\b{name}\b", described), f"{thing.__name__}: {name} is not described"
    module = importlib.import_module(thing.__module__)
    finder = doctest.DocTestFinder(recurse=False)
    for test in finder.find(thing, thing.__name__, module=module, globs=dict(vars(module))):
        result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL).run(
            test
        )
        assert result.failed == 0


def test_results_are_plain_enough_to_keep(head):
    image, _ = head
    result = dgm.segment(image, PHANTOM_MODEL, device="cpu")
    assert json.loads(json.dumps(result.provenance, default=str))["model"]["name"] == "phantom"
