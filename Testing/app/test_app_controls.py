"""What the browser app's buttons do, without a browser: runs, files, units."""

import importlib.util
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "DGMSegmentation"))

if importlib.util.find_spec("trame_slicer") is None:
    pytest.skip("not installed: trame-slicer (extra: app)", allow_module_level=True)

import numpy as np
from app_bench import FakeRun

pytest_plugins = ["app_fixtures"]


def test_what_a_run_warns_of_is_said(bench, monkeypatch):
    run = FakeRun(bench, monkeypatch, "The slices are thick.", "The slices are thick.\nAnd few.")
    assert bench.state.dgm_phase == "running"
    run.end()
    state = bench.state
    assert (state.dgm_message, state.dgm_message_kind) == ("The slices are thick.", "warning")
    assert "And few." in state.dgm_detail
    bench.controls.show_message("")


def test_another_file_asks_before_it_ends_a_run(bench, monkeypatch, tmp_path):
    path = bench.write(bench.image, tmp_path / "sub-02_Chimap.nii.gz")
    run = FakeRun(bench, monkeypatch, "")
    bench.run(bench.controls.open(path, "volume"))
    assert bench.state.dgm_question["title"] == "End the run?"
    bench.controls.answer(False)
    assert bench.state.dgm_file == "phantom" and bench.state.dgm_phase == "running"
    run.end()
    assert bench.state.dgm_question == {}


@pytest.mark.parametrize("name", ["sub-02_desc-masked_Chimap", "sub-02_label_seg", "unlabelled_QSM"])
def test_a_dropped_file_is_what_it_holds(bench, tmp_path, name):
    """A map with such words in its name is a volume, labels are labels without them."""
    from DGMSegmentationApp.uploads import read_as

    path = bench.write(bench.image, tmp_path / f"{name}.nii.gz")
    assert read_as(path, "any", path.name, True)[0] == "volume"
    path = bench.write(bench.labels, tmp_path / "corrected.nii.gz")
    kind, labels = read_as(path, "any", path.name, True)
    assert kind == "labels" and np.array_equal(labels.data, bench.labels.data)


def test_the_unit_that_is_chosen_is_the_one_in_the_table(bench):
    """At once for labels of a file, and not for the next volume."""

    def choose(units: str) -> None:
        async def act() -> None:
            with bench.state:
                bench.state.dgm_units = units

        bench.run(act())

    before = bench.rows()["PU_L"][1]
    try:
        choose("ppb")
        assert bench.state.dgm_unit == "ppb, as given"
        assert bench.rows()["PU_L"][1] == pytest.approx(before / 1000)
        assert bench.state.dgm_message == ""
    finally:
        bench.open()
    assert (bench.state.dgm_units, bench.state.dgm_unit) == ("auto", "ppm, detected")
    assert bench.rows()["PU_L"][1] == pytest.approx(before)


def test_a_unit_that_waits_for_the_next_run_says_so(bench):
    from DGMSegmentationScene.provenance import INPUT_ROLE, PREFIX

    node = bench.app.session.segmentation
    node.SetAttribute(PREFIX + "Units", "ppm")
    node.SetAttribute(PREFIX + "UnitsDetected", "true")
    node.SetNodeReferenceID(INPUT_ROLE, bench.app.session.volume.GetID())
    before = bench.rows()
    try:
        for units, said in (("ppb", True), ("auto", False)):

            async def act(units=units) -> None:
                with bench.state:
                    bench.state.dgm_units = units

            bench.run(act())
            assert ("ppb counts from the next run on" in bench.state.dgm_message) is said
            assert bench.state.dgm_unit == "ppm, detected" and bench.rows() == before
    finally:
        bench.open()


def test_what_failed_is_called_by_its_name(bench):
    bench.controls.fail(ValueError("x"), "Opening the file")
    assert bench.state.dgm_message.startswith("Opening the file failed (ValueError)")
    bench.controls.show_message("")


def choose_protocol(bench, name):
    async def act() -> None:
        with bench.state:
            bench.state.dgm_protocol = name

    bench.run(act())


def test_protocols_that_fit_the_model_are_offered(bench, tmp_path):
    from models_for_tests import phantom_atoms_model

    from DGMSegmentationLib.errors import InputError
    from DGMSegmentationLib.models.model import save_model
    from DGMSegmentationLib.segmentation.convention import protocols_for

    before = bench.state.dgm_model
    atoms = phantom_atoms_model()
    model = save_model(tmp_path / "atoms.safetensors", atoms.header, atoms.states)
    (tmp_path / "mine.toml").write_text('[structures.GP]\n[[structures.GP.parts]]\natoms = ["GPE", "GPI"]\n')
    (tmp_path / "bad.toml").write_text("structures = 3")
    try:
        bench.run(bench.controls.open(model, "model"))
        values = [entry["value"] for entry in bench.state.dgm_protocols]
        assert values == ["", *protocols_for(atoms.header)] and "anatomical" in values
        bench.run(bench.controls.open(tmp_path / "mine.toml", "protocol"))
        assert bench.state.dgm_protocol == str(tmp_path / "mine.toml")
        assert bench.state.dgm_protocols[-1]["title"] == "mine.toml"
        with pytest.raises(InputError, match=r"bad\.toml"):
            bench.run(bench.controls.open(tmp_path / "bad.toml", "protocol"))
    finally:
        bench.state.dgm_protocol, bench.state.dgm_model = "", before
        bench.controls.show_message("")


def test_a_protocol_labels_anew_only_what_no_hand_changed(bench, monkeypatch):
    """Where the run's probabilities are not there, or labels were edited, it waits for the click and says so."""
    session, started = bench.app.session, []
    monkeypatch.setattr(bench.controls, "_start", lambda: started.append(bench.state.dgm_protocol))
    bench.state.dgm_reason = ""
    try:
        choose_protocol(bench, "iron")
        assert bench.state.dgm_message == "Click Segment to label by this protocol." and started == []
        monkeypatch.setattr(session, "can_relabel", lambda options: options.protocol == "anatomical")
        choose_protocol(bench, "anatomical")
        assert started == ["anatomical"] and bench.state.dgm_message == ""
        bench.choose("PU_L")
        bench.key("e")
        bench.act(lambda: bench.stroke(60, 0))
        assert session.edited
        choose_protocol(bench, "iron")
        choose_protocol(bench, "anatomical")
        assert started == ["anatomical"] and "they stay" in bench.state.dgm_message
        choose_protocol(bench, "")
        assert bench.state.dgm_message == ""
    finally:
        monkeypatch.undo()
        choose_protocol(bench, "")
        bench.controls.show_message("")


def test_the_verdict_follows_the_labels(bench, tmp_path):
    """As the library judges, in the app's words; none without labels."""
    session, state = bench.app.session, bench.state

    def expected():
        verdict = session.measurement.verdict_of(0)
        reasons = list(verdict.sentences("app"))
        return {
            "status": verdict.status,
            "words": verdict.status,
            "headline": verdict.headline("app"),
            "reasons": reasons,
        }

    assert state.dgm_verdict == expected()
    few = bench.labels.replace(data=np.where(bench.labels.data > 4, 0, bench.labels.data))
    try:
        for content, kind in ((few, "labels"), (bench.image, "volume")):

            async def show(content=content, kind=kind) -> None:
                with state:
                    bench.controls.show(content, kind, "few")

            bench.run(show())
            assert state.dgm_verdict == (expected() if kind == "labels" else {})
            if kind == "labels":
                assert state.dgm_verdict["status"] == "doubtful" and state.dgm_verdict["reasons"]
    finally:
        bench.open()
