"""The worker labels its last run by another protocol without the network, and runs the network wherever it cannot."""

import numpy as np
import pytest
from models_for_tests import phantom_atoms_model
from patience import PATIENCE_S

from DGMSegmentationLib.models.model import load_model, save_model
from DGMSegmentationLib.segmentation.pipeline import segment
from DGMSegmentationLib.segmentation.protocol import ATOMS_PROTOCOL, load_protocol
from DGMSegmentationLib.simulation.phantom import phantom
from DGMSegmentationLib.worker.client import WorkerClient, request_for


@pytest.fixture(scope="module")
def head():
    return phantom((80, 96, 76), (2.0, 2.0, 2.0))[0]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    atoms = phantom_atoms_model()
    return save_model(tmp_path_factory.mktemp("model") / "atoms.safetensors", atoms.header, atoms.states)


@pytest.fixture(scope="module")
def client():
    client = WorkerClient()
    yield client
    client.stop()


@pytest.fixture
def ask(client, head, model, tmp_path):
    """Answer and whether the network ran."""

    def asked(name, again="", **options):
        folder = tmp_path / name
        folder.mkdir()
        np.save(folder / "image.npy", head.data)
        volume = {"path": str(folder / "image.npy"), "affine": head.affine.tolist(), "name": "head"}
        chosen = {"model": str(model), "device": "cpu", **options}
        seen = []
        client.submit(request_for(name, image=volume, output=str(folder), options=chosen, again=again))
        done = client.wait(PATIENCE_S, seen.append)
        assert done["event"] == "done", done
        (folder / "image.npy").unlink()  # as the panel does
        ran = any(event.get("step") == "Running the network" for event in seen)
        return np.load(done["labels"]), done["provenance"], ran

    return asked


def test_another_protocol_needs_no_network(ask, head, model):
    labels, provenance, ran = ask("first")
    assert ran and provenance["protocol"] == load_protocol(ATOMS_PROTOCOL).to_dict()
    whole, provenance, ran = ask("second", "first", protocol="anatomical")
    assert not ran and provenance["protocol"]["name"] == "anatomical"
    assert provenance["options"]["protocol"] == "anatomical"
    expected = segment(head, load_model(model), device="cpu", protocol="anatomical").labels.data
    assert (whole != expected).mean() < 1e-4 and not np.array_equal(whole, labels)
    back, provenance, ran = ask("third", "second", protocol="")
    assert "protocol" not in provenance["options"] and provenance["protocol"]["name"] == ATOMS_PROTOCOL
    assert not ran and (back != labels).mean() < 1e-4


@pytest.mark.parametrize(
    ("again", "options"),
    [("another", {}), ("", {}), ("known", {"largest_component": False}), ("known", {"units": "ppm"})],
)
def test_the_network_runs_for_what_is_not_held(ask, again, options):
    ask("known")
    _labels, _provenance, ran = ask("next", again, protocol="anatomical", **options)
    assert ran
