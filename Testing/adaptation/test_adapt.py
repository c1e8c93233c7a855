"""Corrections of procedural heads become a model of one's own, where they gain; bad ones are named and left out."""

import dataclasses
import hashlib
import io
import itertools
import json

import numpy as np
import pytest
import torch
from PIL import Image as Picture

from DGMSegmentationLib.adaptation import run
from DGMSegmentationLib.adaptation.cases import CorrectedCase, reason_against
from DGMSegmentationLib.adaptation.choosing import Candidate, chosen, holds, of_protocol
from DGMSegmentationLib.adaptation.find import find_corrected
from DGMSegmentationLib.adaptation.header import corrected_weights
from DGMSegmentationLib.adaptation.learning import averaged, divided, divided_people
from DGMSegmentationLib.adaptation.opening import open_corrected
from DGMSegmentationLib.adaptation.options import AdaptOptions, Recipe
from DGMSegmentationLib.adaptation.process import MODULE
from DGMSegmentationLib.adaptation.request import AdaptRequest
from DGMSegmentationLib.adaptation.run import adapt
from DGMSegmentationLib.adaptation.state import begin, forget, model_name, run_folder
from DGMSegmentationLib.cli import main
from DGMSegmentationLib.cohort.find import find_cohort
from DGMSegmentationLib.errors import Cancelled, InputError
from DGMSegmentationLib.inference.predictor import Predictor
from DGMSegmentationLib.io.bids.derivatives import case_paths
from DGMSegmentationLib.io.files import write_nifti
from DGMSegmentationLib.io.labels import read_labels, write_labels
from DGMSegmentationLib.io.nifti import read_nifti
from DGMSegmentationLib.models.model import load_model, read_header, save_model
from DGMSegmentationLib.preprocessing.case import open_case
from DGMSegmentationLib.segmentation.convention import Convention, protocol_followed
from DGMSegmentationLib.segmentation.pipeline import segment
from DGMSegmentationLib.segmentation.protocol import plain_protocol
from DGMSegmentationLib.segmentation.run import Watch
from DGMSegmentationLib.simulation.phantom import phantom
from DGMSegmentationLib.structures import STANDARD
from DGMSegmentationLib.study.places import find_study
from DGMSegmentationLib.training.data import Subject
from DGMSegmentationLib.worker.client import WorkerClient
from Testing.support.models_for_tests import PHANTOM_MODEL

GRID = (54, 66, 28), (3.0, 3.0, 6.0)
SHORT = ("sampling.tile=[18,18,9]", "sampling.steps_per_epoch=2", "stage1.epochs=1", "stage1.warmup_epochs=0")


@pytest.fixture(scope="module")
def heads(tmp_path_factory):
    """Two heads as a site corrects them: everything a voxel further in front than the model draws it."""
    folder = tmp_path_factory.mktemp("corrected")
    for seed in (20, 22):
        qsm, labels = phantom(*GRID, seed=seed)
        write_nifti(folder / f"Doe{seed}.nii.gz", qsm.data, qsm.affine)
        drawn = labels.replace(data=np.roll(labels.data, 1, axis=1))
        write_labels(folder / f"Doe{seed}_desc-edited_dseg.nii.gz", drawn)
    return sorted(folder.glob("Doe??.nii.gz"))


@pytest.fixture(scope="module")
def by_protocol(heads, tmp_path_factory):
    """A protocol fitted to one of them, and what was said."""
    output = tmp_path_factory.mktemp("adapted") / "mine.safetensors"
    options = AdaptOptions(str(PHANTOM_MODEL), device="cpu", picture=True)
    return adapt(heads[:1], output, options, Watch(log=lambda remark: None))


def test_one_case_gives_a_protocol(by_protocol, heads):
    assert by_protocol.what == "protocol" and by_protocol.gain > 0.03
    assert [remark.code for remark in by_protocol.remarks] == ["adapt_protocol_only_cases"]
    assert not by_protocol.path.with_name("mine.adapting").exists()
    model, parent = load_model(by_protocol.path), load_model(PHANTOM_MODEL)
    assert all(torch.equal(model.states[0][name], value) for name, value in parent.states[0].items())
    header = model.header
    assert header.name == "mine" and header.training["adapted_from"]["sha256"] == parent.sha256
    (case,) = header.training["cases"]
    assert case["case"].startswith("case-") and len(case["image"]) == len(case["labels"]) == 64
    assert "Doe" not in json.dumps(header.to_dict())
    assert header.metrics["dice_after"] == by_protocol.after


def test_a_picture_shows_what_changes(by_protocol):
    picture = np.asarray(Picture.open(io.BytesIO(by_protocol.picture)).convert("RGB"))
    coloured = (np.ptp(picture.astype(int), axis=-1) > 40).any(axis=0)
    thirds = np.array_split(coloured, 3)  # outlines in each of before, after, corrected
    assert all(third.sum() > 20 for third in thirds)


def test_an_adapted_model_follows_its_own_protocol(by_protocol, heads):
    header, _ = read_header(by_protocol.path)
    own = protocol_followed(header)
    assert own.name == "mine" and header.to_dict()["format_version"] == 3
    assert protocol_followed(header, "mine") == own and protocol_followed(header, "none") is None
    predictor = Predictor(load_model(by_protocol.path), "cpu", log=lambda remark: None)
    result = segment(heads[1], predictor=predictor, log=lambda remark: None)
    assert result.provenance["protocol"] == own.to_dict()
    plain = segment(heads[1], predictor=predictor, protocol="none", log=lambda remark: None)
    front = [np.argwhere(r.labels.data == 5)[:, 1].mean() for r in (result, plain)]
    assert front[0] > front[1] + 0.4  # of a voxel, towards where the site draws it


def test_two_cases_teach_the_network(heads, tmp_path, monkeypatch):
    """The file is written whole, and a stopped run goes on where it was."""
    output, told = tmp_path / "learnt.safetensors", []
    replay = tmp_path / "simulated.tsv"
    replay.write_text(f"subject\timage\tlabel\na\t{heads[0]}\t{heads[0]}\n")  # its labels are not looked at
    recipe = Recipe(changes=SHORT, share=0.5)
    options = AdaptOptions(str(PHANTOM_MODEL), device="cpu", recipe=recipe, replay=replay)

    def stopping():
        return any("part 2" in text for text, _ in told)

    fitted = []
    monkeypatch.setattr(run, "of_protocol", lambda base, fits, name: fitted.append([f.name for f in fits])
                        or of_protocol(base, fits, name))  # fmt: skip
    with pytest.raises(Cancelled):
        adapt(heads, output, options, Watch(lambda *what: told.append(what), stopping, lambda remark: None))
    assert not output.exists() and (tmp_path / "learnt.adapting" / "part-1" / "model.safetensors").exists()
    # What is learnt beside the cases shown is labelled as those show, not as the one that is left out does.
    assert fitted == [["Doe20", "Doe22"], ["Doe22"], ["Doe20"]]
    resumed = dataclasses.replace(options, resume=True)
    with pytest.raises(InputError) as refused:
        adapt(heads[:1], output, resumed, Watch(log=lambda remark: None))
    assert refused.value.code == "adapt_other_run"
    again = []
    labels = heads[0].with_name("Doe20_desc-edited_dseg.nii.gz")
    before = labels.read_bytes()

    def hear(text, fraction):
        again.append((text, fraction))
        if "Learning" in text:  # a reader signs the case again meanwhile
            labels.write_bytes(heads[0].read_bytes())

    done = adapt(heads, output, resumed, Watch(hear, log=lambda remark: None))
    labels.write_bytes(before)
    assert load_model(output).header.training["cases"][0]["labels"] == hashlib.sha256(before).hexdigest()
    assert not any("part 1" in text for text, _ in again)
    assert sorted(fraction for _, fraction in again) == [fraction for _, fraction in again]
    assert done.what in ("protocol", "weights") and done.gain > 0.03
    assert load_model(output).header.training["what"] == done.what


def test_a_model_is_not_judged_on_what_it_has_learnt(by_protocol, heads, tmp_path):
    """Neither it nor one that goes on from it."""
    header = load_model(by_protocol.path).header
    earlier = dataclasses.replace(header, training={"earlier_cases": header.training["cases"]})
    save_model(tmp_path / "later.safetensors", earlier, load_model(by_protocol.path).states)
    assert corrected_weights(dataclasses.replace(header, training={"corrected_weights": True}))
    assert not corrected_weights(header)
    for path in (by_protocol.path, tmp_path / "later.safetensors"):
        with pytest.raises(InputError) as refused:
            adapt(heads, tmp_path / "x.safetensors", AdaptOptions(str(path), device="cpu"))
        assert refused.value.code == "adapt_seen" and refused.value.facts["cases"] == ["Doe20"]
    assert not list(tmp_path.glob("x.*"))


def test_one_head_counts_once(heads, tmp_path):
    """Under another name, and stored anew with other axes; labels of another set are named."""
    copy, labels = tmp_path / "other_name.nii.gz", tmp_path / "turned.nii.gz"
    for path, turned in ((heads[0], copy), (heads[0].with_name("Doe20_desc-edited_dseg.nii.gz"), labels)):
        image, _ = read_nifti(path)
        affine = image.affine.copy()
        affine[:3, 3] += affine[:3, 0] * (image.shape[0] - 1)
        affine[:3, 0] *= -1
        write_nifti(turned, np.ascontiguousarray(image.data[::-1]), affine)
    model = load_model(PHANTOM_MODEL)
    predictor = Predictor(model, "cpu", log=lambda remark: None)
    convention = Convention(model, plain_protocol(model.header.structures, "none"))
    quiet = Watch(log=lambda remark: None)
    said = []
    other_set, few = tmp_path / "thalami.nii.gz", read_labels(labels)
    write_nifti(other_set, np.where(few.data > 2, 0, few.data), few.affine, intent="label")
    lookup = "index\tname\tabbreviation\n1\tTHA_L\tTHA_L\n2\tTHA_R\tTHA_R\n"
    other_set.with_name("thalami.tsv").write_text(lookup)
    places = [f"{copy}={other_set}", heads[0], f"{tmp_path / 'third.nii.gz'}={labels}"]
    (tmp_path / "third.nii.gz").write_bytes(copy.read_bytes())
    opened = open_corrected(places, convention, predictor, quiet, said.append)
    assert [case.name for case in opened.cases] == ["Doe20"]
    assert [remark.code for remark in opened.left_out] == ["adapt_unusable", "adapt_twice"] and said == []
    for before, kept in ((0.1, True), (0.99, False)):  # what the first weights found
        assert holds(Candidate("weights", convention.protocol, {"PU": before}, {}), opened.fits) is kept
    assert opened.left_out[0].facts["why"].code == "adapt_labels_unlisted"  # not another head's


def test_the_state_of_a_run_is_nobody_elses(tmp_path):
    output, said = tmp_path / "a.safetensors", []
    with run_folder(output) as folder:
        with pytest.raises(InputError) as refused, run_folder(output):
            pass
        assert refused.value.code == "adapt_running"
        begin(folder, True, {"cases": (1, 2)}, said.append)
        assert [remark.code for remark in said] == ["adapt_nothing_begun"]
        (folder / "part-1").mkdir()
        begin(folder, True, {"cases": (1, 2)}, said.append)
        with pytest.raises(InputError) as refused:
            begin(folder, True, {"cases": (1, 3)}, said.append)
        assert refused.value.code == "adapt_other_run" and (folder / "part-1").exists()
        begin(folder, False, {"cases": (1, 3)}, said.append)
        assert not (folder / "part-1").exists() and len(said) == 1
    assert not folder.exists()  # nothing to go on from
    (folder / "part-1").mkdir(parents=True)
    forget(output)
    assert not folder.exists()
    for name in ("iron", "none", "default"):
        with pytest.raises(InputError) as refused:
            model_name(tmp_path / f"{name}.safetensors", overwrite=False)
        assert refused.value.code == "adapt_name_ships"


def test_what_gains_nothing_is_not_written(heads, tmp_path, capsys):
    predictor = Predictor(load_model(PHANTOM_MODEL), "cpu", log=lambda remark: None)
    found = segment(heads[0], predictor=predictor, log=lambda remark: None)
    labels = tmp_path / "as_it_is.nii.gz"
    write_labels(labels, found.labels)
    words = ["adapt", f"{heads[0]}={labels}", "--output", str(tmp_path / "x.safetensors")]
    assert main([*words, "--model", str(PHANTOM_MODEL), "--device", "cpu"]) == 2
    assert "Nothing was gained" in capsys.readouterr().err
    assert {p.name for p in tmp_path.iterdir()} == {"as_it_is.nii.gz"}
    (tmp_path / "x.adapting").mkdir()
    (tmp_path / "x.adapting/thesis.txt").write_text("mine")
    assert main([*words, "--model", str(PHANTOM_MODEL), "--device", "cpu"]) == 2
    assert "thesis.txt of somebody else" in capsys.readouterr().err
    assert (tmp_path / "x.adapting/thesis.txt").exists()


def case_of(labels, folder, seed=3):
    """A corrected case of a procedural head with other labels."""
    path = folder / "head.nii.gz"
    if not path.exists():
        qsm = phantom((80, 100, 56), (2.0, 2.0, 3.0), seed=seed)[0]
        write_nifti(path, qsm.data, qsm.affine)
    return CorrectedCase(Subject("P1", (path,), path), open_case(path, units="ppm"), labels)


def test_bad_corrections_are_named(tmp_path):
    truth = phantom((80, 100, 56), (2.0, 2.0, 3.0), seed=3)[1]
    reason = lambda labels: reason_against(case_of(labels, tmp_path), truth)  # noqa: E731
    assert reason(truth) is None
    mirror = np.asarray(STANDARD.mirror, np.uint8)
    assert reason(truth.replace(data=mirror[truth.data])).code == "adapt_sides"
    for one, other in ((1, 2), (5, 7)):  # red nucleus left and right; left pallidum and putamen
        swap = np.arange(11, dtype=np.uint8)
        swap[[one, other]] = other, one
        assert reason(truth.replace(data=swap[truth.data])).code == "adapt_names"
    lacking = reason(truth.replace(data=np.where(truth.data == 3, 0, truth.data)))
    assert lacking.code == "adapt_empty" and "SN_L" in str(lacking) and "P1" in str(lacking)
    other = truth.replace(data=np.roll(truth.data, (4, -5, 3), (0, 1, 2)))
    assert reason(other).code == "adapt_other_head"
    assert (
        reason_against(case_of(truth, tmp_path), other) is None
    )  # the model missed the head, the correction did not


def test_corrections_are_found_once_and_before_the_automatic(heads, tmp_path):
    table = tmp_path / "cases.tsv"
    labels = heads[0].with_name("Doe20_desc-edited_dseg.nii.gz")
    table.write_text(f"subject\timage\tlabel\na\t{heads[0]}\t{labels}\n")
    (heads[0].with_name("Doe20_dseg.nii.gz")).write_bytes(labels.read_bytes())
    found = find_corrected([heads[0], table, heads[1]])
    assert [s.images[0] for s in found] == heads and found[0].label == labels
    for wrong, code in ((tmp_path / "none.nii.gz", "fit_no_map"), (labels, "fit_no_labels")):
        with pytest.raises(InputError) as refused:
            find_corrected([wrong])
        assert refused.value.code == code


def test_of_a_study_the_corrections_count(heads, tmp_path):
    places = {"sub-01": heads[0], "sub-02": heads[1]}
    for name, head in places.items():
        folder = tmp_path / name / "anat"
        folder.mkdir(parents=True)
        (folder / f"{name}_Chimap.nii.gz").write_bytes(head.read_bytes())
    results = tmp_path / "derivatives" / "dgmseg" / "sub-02" / "anat"
    results.mkdir(parents=True)
    for kind in ("_dseg", "_desc-edited_dseg"):
        (results / f"sub-02{kind}.nii.gz").write_bytes(heads[1].read_bytes())
    (found,) = find_corrected([tmp_path])
    assert found.person == "sub-02" and found.label.name == "sub-02_desc-edited_dseg.nii.gz"
    loose = tmp_path / "loose"  # and of loose images, which a study lists in a table of its own
    loose.mkdir()
    (loose / "Doe_Chimap.nii.gz").write_bytes(heads[0].read_bytes())
    place = find_study([loose])
    (case,) = find_cohort(place.source).cases
    labels = case_paths(place.output, case.name).of("_dseg.nii.gz", edited=True)
    labels.parent.mkdir(parents=True)
    labels.write_bytes(heads[0].read_bytes())
    assert [s.label for s in find_corrected([loose])] == [labels]


def test_the_process_answers(tmp_path):
    client = WorkerClient(module=MODULE)
    try:
        client.submit(
            AdaptRequest("1", [str(tmp_path / "none.nii.gz")], str(tmp_path / "a.safetensors"), device="cpu")
        )
        answer = client.wait(120)
    finally:
        client.stop()
    assert (answer["event"], answer["code"]) == ("error", "fit_no_map")


def candidate(what, **after):
    before = {"RN": 0.8, "SN": 0.8}
    return Candidate(what, plain_protocol(STANDARD, "p"), before, {**before, **after})


def test_only_what_is_better_is_adopted():
    nothing, small, large = (candidate("protocol", RN=dice) for dice in (0.8, 0.84, 0.9))
    assert chosen(nothing, None) is None
    assert chosen(small, candidate("weights", RN=0.9)).what == "weights"
    assert chosen(large, candidate("weights", RN=0.901)).what == "protocol"  # changes less, gains as much
    harmful = candidate("weights", RN=0.99, SN=0.7)
    assert (
        harmful.gain > 0.02 and chosen(small, harmful).what == "protocol" and chosen(nothing, harmful) is None
    )
    assert harmful.losers == ["SN"]


def test_weights_are_averaged_and_cases_divided():
    first = {"w": torch.zeros(2), "n": torch.tensor(3)}
    learnt = [{"w": torch.ones(2), "n": torch.tensor(5)}, {"w": 2 * torch.ones(2), "n": torch.tensor(5)}]
    mean = averaged(first, learnt, 0.6)
    assert torch.allclose(mean["w"], torch.full((2,), 0.9)) and int(mean["n"]) == 3
    for count, parts in itertools.product(range(2, 12), (2, 3, 5)):
        left = divided(count, parts)
        assert sorted(itertools.chain(*left)) == list(range(count)) and len(left) == min(count, parts)
    assert divided_people(["a", "b", "a", "c"], 2) == [(0, 2, 3), (1,)]
    assert divided_people(["a", "a"], 3) == [(0, 1)]


def test_options_that_would_do_nothing_are_refused(tmp_path, capsys):
    asked = ["adapt", str(tmp_path), "-o", str(tmp_path / "x.safetensors")]
    for more, word in (
        (["--labelmaps", str(tmp_path)], "--labelmaps does nothing without --unlabelled"),
        (["--volumes", "5"], "--volumes does nothing without --unlabelled"),
        (["--unlabelled", "--protocol-only"], "--protocol-only does nothing with --unlabelled"),
        (["--replay", str(tmp_path), "--protocol-only"], "--replay does nothing with --protocol-only"),
    ):
        assert main([*asked, *more]) == 2
        assert word in capsys.readouterr().err
