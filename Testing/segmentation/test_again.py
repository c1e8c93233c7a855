"""A run of a model of atoms: its convention, and the same run under another protocol without the network."""

import numpy as np
import pytest

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.image import label_set_of
from DGMSegmentationLib.inference.predictor import Predictor
from DGMSegmentationLib.models.model import load_model, save_model
from DGMSegmentationLib.segmentation.again import relabel
from DGMSegmentationLib.segmentation.pipeline import segment
from DGMSegmentationLib.segmentation.protocol import load_protocol, protocol_text
from DGMSegmentationLib.simulation.phantom import phantom
from Testing.support.models_for_tests import PHANTOM_MODEL, phantom_atoms_model

GENEROUS = """
title = "Generous"
[structures.GP]
threshold = 0.2
[[structures.GP.parts]]
atoms = ["GPE", "GPI", "LML"]
[structures.PU]
[[structures.PU.parts]]
atoms = ["PU", "PUF"]
"""


@pytest.fixture(scope="module")
def image():
    return phantom((80, 100, 56), (2.0, 2.0, 3.0), seed=3)[0]


@pytest.fixture(scope="module")
def predictor():
    return Predictor(phantom_atoms_model(), "cpu", log=lambda remark: None)


@pytest.fixture(scope="module")
def generous(tmp_path_factory):
    path = tmp_path_factory.mktemp("protocols") / "generous.toml"
    path.write_text(GENEROUS)
    return path


def run(image, predictor, **options):
    return segment(image, predictor=predictor, log=lambda remark: None, **options)


def test_a_model_of_atoms_gives_the_structures_of_a_protocol(image, predictor):
    result = run(image, predictor)
    assert result.provenance["protocol"] == load_protocol("iron-atoms").to_dict()
    assert [row.abbreviation for row in result.rows][:2] == ["RN_L", "RN_R"] and len(result.rows) == 10
    plain = run(image, Predictor(load_model(PHANTOM_MODEL), "cpu", log=lambda remark: None))
    assert plain.kept is None and "protocol" not in plain.provenance
    whole = relabel(result, "anatomical").labels.data
    for label in (5, 6, 9, 10):  # pallidum and caudate are whole there, as the model of structures knows them
        both, sizes = (whole == label) & (plain.labels.data == label), (whole == label).sum()
        assert 2 * both.sum() / (sizes + (plain.labels.data == label).sum()) > 0.9
        assert sizes > 1.1 * (result.labels.data == label).sum()  # and iron cuts them


def test_relabelling_is_what_a_run_with_that_protocol_gives(image, predictor, generous):
    first = run(image, predictor)
    again, anew = relabel(first, str(generous)), run(image, predictor, protocol=str(generous))
    assert (again.labels.data != anew.labels.data).mean() < 1e-4  # kept at half precision
    assert again.provenance["protocol"] == anew.provenance["protocol"] != first.provenance["protocol"]
    assert again.provenance["label_set"] == anew.provenance["label_set"]
    assert [s.abbreviation for s in label_set_of(again.labels)] == ["GP_L", "GP_R", "PU_L", "PU_R"]
    assert [r.abbreviation for r in again.rows] == ["GP_L", "GP_R", "PU_L", "PU_R"]
    assert (again.labels.data == 5).sum() > (first.labels.data == 5).sum()
    assert first.labels.data.max() == 10  # the first run stays as it was
    back = relabel(again, "iron-atoms")
    assert (back.labels.data != first.labels.data).mean() < 1e-4


def test_protocol_of_its_own_atoms_fits_a_model_of_structures(image, tmp_path):
    own = Predictor(load_model(PHANTOM_MODEL), "cpu", log=lambda remark: None)
    path = tmp_path / "own.toml"
    path.write_text('[structures.GP]\nthreshold = 0.06\n[[structures.GP.parts]]\natoms = ["GP"]\n')
    result = run(image, own, protocol=str(path))
    assert set(np.unique(result.labels.data)) == {0, 5, 6}
    assert (result.labels.data == 5).sum() > (run(image, own).labels.data == 5).sum()
    assert load_protocol(path).name == "own" and "threshold = 0.06" in protocol_text(load_protocol(path))


def test_a_run_of_structures_is_not_relabelled(image):
    plain = run(image, Predictor(load_model(PHANTOM_MODEL), "cpu", log=lambda remark: None))
    with pytest.raises(InputError, match="one labelling convention"):
        relabel(plain, "iron")


def test_a_file_of_a_model_of_atoms_is_read_back(tmp_path):
    model = phantom_atoms_model()
    path = save_model(tmp_path / "atoms.safetensors", model.header, model.states)
    again = load_model(path)
    assert again.header.atoms and again.class_names[7:9] == ("GPE_L", "GPE_R")
    assert again.header.to_dict()["format_version"] == 2
    assert (
        load_model(PHANTOM_MODEL).header.to_dict()["format_version"] == 1
    )  # older versions go on reading those


def test_flip_averaging_exchanges_the_sides_of_atoms(image, predictor):
    result = run(image, predictor, flip_average=True)
    assert set(result.provenance["flip_dice"]) <= {s.abbreviation for s in label_set_of(result.labels)}
    assert np.mean(list(result.provenance["flip_dice"].values())) > 0.6


def test_a_record_names_no_protocol_that_was_left(image, tmp_path):
    plain = Predictor(load_model(PHANTOM_MODEL), "cpu", log=lambda remark: None)
    path = tmp_path / "own.toml"
    path.write_text('[structures.GP]\n[[structures.GP.parts]]\natoms = ["GP"]\n')
    result = run(image, plain, protocol=str(path), save_probabilities=True)
    assert result.provenance["protocol"]["name"] == "own"
    assert result.probabilities is not None and result.probabilities.min() >= 0
    without = relabel(result, "none")
    assert "protocol" not in without.provenance and len(without.rows) == 10
    assert (
        result.rows[0].model == f"phantom 1 (own {result.provenance['protocol']['sha256'][:8]})"
        and without.rows[0].model == "phantom 1"
    )


def test_how_sure_a_network_of_atoms_is_makes_no_map_doubtful(image, predictor):
    """Limits of the verdict were found with a network of structures."""
    codes = {reason.code for reason in run(image, predictor).measured.verdict.reasons}
    assert "head_unknown" not in codes and "orientation_doubted" not in codes
