"""Training runs on small synthetic heads: they learn, they write what they promise, and bad data end in one sentence."""

import csv
import json
import warnings
from pathlib import Path
from types import SimpleNamespace

import nibabel as nib
import numpy as np
import pytest
from training_data import TINY_DENSE, TINY_LEARNING, TINY_PATCH, head, make_bids

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.io.bids.derivatives import data_licence
from DGMSegmentationLib.models.header import Member
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.structures import STANDARD
from DGMSegmentationLib.training.cases import prepare_cases, prior_box
from DGMSegmentationLib.training.crossval import crossvalidate, make_folds
from DGMSegmentationLib.training.data import Subject, choose_validation, find_subjects
from DGMSegmentationLib.training.fitting import new_network
from DGMSegmentationLib.training.header import model_header
from DGMSegmentationLib.training.preset import load_preset
from DGMSegmentationLib.training.run import train
from DGMSegmentationLib.training.run_options import RunOptions

LEARNING = [
    *TINY_LEARNING,
    "sampling.validation_tiles=4",
    "stage2.epochs=1",
]
ONE_STEP = [
    *TINY_DENSE,
    "sampling.steps_per_epoch=1",
    "sampling.validation_tiles=1",
    "stage1.epochs=1",
    "stage2.enabled=false",
]
UNET = [
    "preprocessing.spacing_mm=[6, 6, 6]",
    "preprocessing.shape=[26, 30, 22]",
    "data.crop_margin_mm=18",
    "network.options.widths=[8, 16]",
    "network.options.pooling=[[2, 2, 2]]",
    "network.options.deep_supervision=2",
    "sampling.tile=[16, 16, 12]",
    "sampling.batch=2",
    "sampling.steps_per_epoch=8",
    "sampling.validation_tiles=4",
    "stage1.warmup_epochs=0",
]


def table(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="," if path.suffix == ".csv" else "\t"))


def test_dense_training_learns_and_writes_everything(tmp_path):
    data, output = make_bids(tmp_path / "bids", n_train=4, n_test=1), tmp_path / "out"
    path = train("part1-dense", data, output, RunOptions(device="cpu"), overrides=LEARNING)
    assert {p.name for p in output.iterdir()} == {
        *(
            "model.safetensors",
            "model_stage1.safetensors",
            "history.csv",
            "curves.png",
            "patches.json",
            "run.json",
        ),
        *("evaluation.tsv", "evaluation_stage1.tsv"),
    }
    rows = table(output / "evaluation.tsv")
    cases = [r for r in rows if r["subject"] == "sub-05"]
    assert len(cases) == 10
    mean = next(r for r in rows if r["subject"] == "mean" and r["abbreviation"] == "all")
    assert float(mean["dice"]) == pytest.approx(np.mean([float(r["dice"]) for r in cases]), abs=1e-5)
    assert float(mean["dice"]) > 0.6

    history = table(output / "history.csv")
    assert [(r["stage"], r["epoch"]) for r in history] == [
        ("1", "1"),
        ("1", "2"),
        ("1", "3"),
        ("1", "4"),
        ("2", "1"),
    ]
    assert float(history[3]["val_loss"]) < 0.5 * float(history[0]["val_loss"])

    counts = json.loads((output / "patches.json").read_text())
    assert set(counts["all"]["false_positive_voxels_after_stage1"]) == {f"sub-0{i}" for i in range(1, 5)}
    assert set(counts["test_false_positive_voxels_after_stage2"]) == {"sub-05"}

    model = load_model(path)
    header = model.header
    # The file does not lean on defaults, which may change.
    assert {"in_channels": 1, "n_classes": 11, **header.network_options} == model.build()[0].options()
    assert header.training["preset"]["stage1"]["epochs"] == 4 and header.training["seed"] == 1
    split = header.training["subjects"]
    assert split["test"] == ["sub-05"] and len(split["train"]) == 3 and len(split["validation"]) == 1
    assert not set(split["train"]) & set(split["validation"])
    assert header.prior_box is not None and header.prior_box["low_mm"][2] < header.prior_box["high_mm"][2]
    assert header.metrics["test"]["dice"] == pytest.approx(float(mean["dice"]), abs=1e-3)
    assert header.licence == "follows the training data: not stated"


def test_the_header_tells_the_validation_dice_of_the_weights_that_are_kept(tmp_path):
    rows = [
        {"stage": 1, "val_loss": 0.1, "val_dice": 0.9},  # lower, but on samples without false positives
        {"stage": 2, "val_loss": 0.3, "val_dice": 0.7},
        {"stage": 2, "val_loss": 0.4, "val_dice": 0.8},
    ]
    run = SimpleNamespace(
        preset=load_preset("part1"),
        progress=SimpleNamespace(rows=rows),
        initial=None,
        data=tmp_path,
        prior={"low_mm": [-9.0] * 3, "high_mm": [9.0] * 3},
        split={},
        atoms=False,
        label_set=STANDARD,
    )
    members = (Member("", (0, *STANDARD.values)),)
    assert model_header(run, members).metrics == {"validation_dice": 0.7}
    assert model_header(run, members, ", after stage 1").metrics == {"validation_dice": 0.9}


def test_the_licence_of_the_data_goes_into_the_model(tmp_path):
    assert data_licence(tmp_path) == "not stated"
    (tmp_path / "dataset_description.json").write_text(
        '{"Name": "x", "License": "CC BY 4.0"}', encoding="utf-8"
    )
    assert data_licence(tmp_path) == "CC BY 4.0"
    (tmp_path / "dataset_description.json").write_text("[]", encoding="utf-8")
    assert data_licence(tmp_path) == "not stated"


def test_patch_training_counts_its_patches(tmp_path):
    data, output = make_bids(tmp_path / "bids", n_train=2), tmp_path / "out"
    changes = [
        *TINY_PATCH,
        "stage1.epochs=1",
        "stage1.learning_rates=[1e-3]",
        "stage2.learning_rates=[1e-3]",
        "stage2.epochs=1",
    ]
    train("part1", data, output, RunOptions(device="cpu"), overrides=changes)
    counts = json.loads((output / "patches.json").read_text())["all"]
    for stage in ("stage1", "stage2"):
        assert counts[stage]["train"] + counts[stage]["validation"] == counts[stage]["patches"]
        assert counts[stage]["train"] > 0 and counts[stage]["validation"] > 0
    assert counts["stage2"]["patches"] >= counts["stage1"]["patches"]


def test_what_is_frozen_stays_as_it_is_running_statistics_too(tmp_path):
    changes = [*ONE_STEP, 'optimiser.freeze=["stages"]']
    path = train("part2-dense", make_bids(tmp_path / "bids", n_train=2), tmp_path / "out", overrides=changes)
    preset = load_preset("part2-dense", changes)
    before, after = new_network(preset, 11, (preset.seed, 0, 0, 0)).state_dict(), load_model(path).states[0]
    moved = {key for key, value in before.items() if not np.array_equal(value, after[key])}
    assert "head.0.conv.weight" in moved and "head.0.norm.running_mean" in moved
    assert not [key for key in moved if key.startswith("stages.")]


def test_unet_with_deep_supervision_averaging_and_augmentation_then_finetuned(tmp_path):
    data, output = make_bids(tmp_path / "bids", n_train=3), tmp_path / "out"
    changes = [*UNET, "data.validation_fraction=0.34", "stage1.epochs=4", "optimiser.ema=0.8"]
    base = train("default", data, output, RunOptions(device="cpu"), overrides=changes)
    history = table(output / "history.csv")
    assert float(history[-1]["val_loss"]) < float(history[0]["val_loss"])
    rates = [float(r["learning_rate"]) for r in history]
    assert rates == sorted(rates, reverse=True) and rates[-1] < 0.5 * rates[0]  # cosine

    said: list[str] = []
    once = [*UNET, "stage1.epochs=1"]
    tuned = train(
        "finetune",
        data,
        tmp_path / "tuned",
        RunOptions(device="cpu", init=base, log=said.append),
        overrides=once,
    )
    epoch = next(line for line in said if " epoch 1:" in line)
    assert "train " in epoch and "nan" not in epoch and "validation" not in epoch  # nobody validates
    one, two = load_model(base), load_model(tuned)
    assert two.header.training["initial_model"] == one.sha256
    assert two.header.description != one.header.description  # it says what this file is
    assert one.header.licence in two.header.licence and one.header.licence != two.header.licence
    assert one.header.metrics["validation_dice"] == pytest.approx(
        float(history[-1]["val_dice"])
    )  # keep = "last"
    distances = [
        float((a - two.states[0][k]).abs().mean()) for k, a in one.states[0].items() if "conv.weight" in k
    ]
    assert 0 < max(distances) < 0.05  # it went on from there
    assert table(tmp_path / "tuned" / "history.csv")[0]["val_loss"] == ""  # all subjects train

    smaller = make_bids(tmp_path / "lacking", n_train=1, absent=(9,))
    with pytest.raises(InputError, match="No training volume holds CN_L"):
        train("finetune", smaller, tmp_path / "lacks", RunOptions(device="cpu", init=base), overrides=UNET)
    with pytest.raises(InputError, match="network"):
        train("part1-dense", data, tmp_path / "no", RunOptions(init=base), overrides=ONE_STEP)
    other = [*UNET, "network.options.widths=[8, 24]"]
    with pytest.raises(InputError, match="other sizes"):
        train("finetune", data, tmp_path / "no", RunOptions(device="cpu", init=base), overrides=other)
    with pytest.raises(InputError, match="init="):
        train("finetune", data, tmp_path / "no", RunOptions(device="cpu"), overrides=UNET)
    assert not (tmp_path / "no").exists() and not (tmp_path / "lacks" / "model.safetensors").exists()


@pytest.mark.parametrize(
    ("preset", "changes"),
    [
        ("part1-dense", ONE_STEP),
        ("default", [*UNET, "sampling.steps_per_epoch=1", "stage1.epochs=1", "optimiser.ema=0.8"]),
    ],
)
def test_mixed_precision_learns_nearly_the_same(tmp_path, preset, changes):
    data, losses = make_bids(tmp_path / "bids", n_train=2), []
    for precision in ("float32", "bf16-mixed"):
        output, now = tmp_path / precision, [*changes, f"optimiser.precision={precision}"]
        model = load_model(train(preset, data, output, RunOptions(device="cpu"), overrides=now))
        assert {str(array.dtype) for array in model.states[0].values()} <= {"torch.float32", "torch.int64"}
        losses.append(float(table(output / "history.csv")[0]["train_loss"]))
    assert losses[0] != losses[1] and losses[1] == pytest.approx(losses[0], rel=0.02)


def test_mixed_precision_is_refused_where_it_was_never_tried(tmp_path, monkeypatch):
    data = make_bids(tmp_path / "bids", n_train=2)
    monkeypatch.setattr(
        "DGMSegmentationLib.training.run.pick_device", lambda name: SimpleNamespace(type=name)
    )
    changes = [*ONE_STEP, "optimiser.precision=bf16-mixed"]
    with pytest.raises(InputError, match="float32"):
        train("part1-dense", data, tmp_path / "out", RunOptions(device="mps"), overrides=changes)
    assert not (tmp_path / "out").exists()


def test_fine_tuning_does_not_narrow_where_structures_are_looked_for(tmp_path):
    """Few heads say little of where nuclei can be; a head that has them further out widens the box."""
    data = make_bids(tmp_path / "bids", n_train=1)
    preset = load_preset("default", overrides=UNET)
    cases = prepare_cases(find_subjects(data), preset.data, preset.preprocessing)
    own = prior_box(cases, 10.0)
    wide = {"low_mm": [-200.0, -5.0, -200.0], "high_mm": [200.0, 5.0, 200.0]}
    both = prior_box(cases, 10.0, wide)
    assert both["low_mm"] == [-200.0, own["low_mm"][1], -200.0]
    assert both["high_mm"] == [200.0, own["high_mm"][1], 200.0]


def test_binary_mode_makes_one_file_of_ten_networks(tmp_path):
    data = make_bids(tmp_path / "bids", n_train=2)
    small = ["network.options.widths=[3, 3, 3]", "network.options.head_widths=[6]"]
    path = train(
        "part1-binary", data, tmp_path / "out", RunOptions(device="cpu"), overrides=[*ONE_STEP, *small]
    )
    model = load_model(path)
    assert [m.labels for m in model.header.members] == [(0, k) for k in range(1, 11)]
    assert len(model.build()) == 10 and model.labels == tuple(range(11))


def test_a_second_channel_is_trained_on(tmp_path):
    data = make_bids(tmp_path / "bids", n_train=2)
    for image in data.glob("sub-*/anat/*_Chimap.nii.gz"):
        nib.save(nib.load(image), image.with_name(image.name.replace("Chimap", "magnitude")))
    more = ['data.channels=["qsm", "magnitude"]', "preprocessing.windows=[[-200, 200], [0, 1000]]"]
    path = train(
        "part1-dense", data, tmp_path / "out", RunOptions(device="cpu"), overrides=[*ONE_STEP, *more]
    )
    model = load_model(path)
    assert model.header.channels == ("qsm", "magnitude")
    assert model.build()[0].options()["in_channels"] == 2


def test_an_absent_structure_is_a_warning_and_training_goes_on(tmp_path, caplog):
    data = make_bids(tmp_path / "bids", n_train=2, absent=(3,))
    path = train("part1-dense", data, tmp_path / "out", RunOptions(device="cpu"), overrides=ONE_STEP)
    assert "SN_L is absent from 1 of 2 volumes (sub-01)" in caplog.text
    assert load_model(path).labels == tuple(range(11))


def test_a_tsv_table_with_foreign_labels_gives_the_same_cases(tmp_path):
    data = make_bids(tmp_path / "bids", n_train=2)
    lines = ["subject\timage\tlabel\tsplit"]
    for number in (1, 2):
        name = f"sub-0{number}"
        label = next(data.glob(f"derivatives/manual/{name}/anat/*_dseg.nii.gz"))
        image = nib.load(label)
        values = np.asarray(image.dataobj).astype(np.uint8)
        nib.save(nib.Nifti1Image(np.where(values > 0, values + 1, 0).astype(np.uint8), image.affine), label)
        lines.append(f"{name}\t{name}/anat/{name}_Chimap.nii.gz\t{label.relative_to(data)}\ttrain")
    manifest = data / "list.tsv"
    manifest.write_text("\n".join(lines) + "\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        train(
            "part1-dense",
            manifest,
            tmp_path / "out",
            RunOptions(device="cpu"),
            overrides=[*ONE_STEP, "data.labels=segdgm"],
        )


def test_validation_is_by_person_not_by_session():
    subjects = [
        Subject(f"sub-{p}_ses-{s}", (Path("i"),), Path("l"), "train", f"sub-{p}")
        for p in "abcdefgh"
        for s in (1, 2)
    ]
    for seed in range(10):
        held = set(choose_validation(subjects, 0.25, seed))
        assert len(held) == 4
        assert all((f"sub-{p}_ses-1" in held) == (f"sub-{p}_ses-2" in held) for p in "abcdefgh")
    assert choose_validation(subjects[:2], 0.25, 1) == []  # one person: nothing can be held out
    folds = make_folds(subjects, 4, seed=3)
    assert sorted(n for f in folds for n in f.test) == sorted(s.name for s in subjects)
    for fold in folds:
        assert len({n.split("_")[0] for n in fold.test}) == 2 and len(fold.test) == 4
    with pytest.raises(InputError, match="9 folds"):
        make_folds(subjects, 9, seed=3)


def test_a_given_validation_split_is_kept():
    subjects = [Subject(f"s{i}", (Path("i"),), Path("l"), "val" if i == 3 else "train") for i in range(8)]
    assert choose_validation(subjects, 0.25, 1) == ["s3"]


def test_crossval_scores_every_volume_once_and_resumes(tmp_path):
    data, output = make_bids(tmp_path / "bids", n_train=3, n_test=1), tmp_path / "cv"
    result = crossvalidate("part1-dense", data, output, 3, RunOptions(device="cpu"), overrides=ONE_STEP)
    rows = table(result)
    assert sorted({r["subject"] for r in rows}) == [
        "mean",
        "sd",
        "sub-01",
        "sub-02",
        "sub-03",
    ]  # the test case stays out
    assert sum(r["subject"] == "sub-02" for r in rows) == 10
    for fold in output.glob("fold-*"):
        split = load_model(fold / "model.safetensors").header.training["subjects"]
        assert not set(split["test"]) & {*split["train"], *split["validation"]}
    with pytest.raises(InputError, match="resume=True"):
        crossvalidate("part1-dense", data, output, 3, overrides=ONE_STEP)
    before = result.read_text()
    crossvalidate("part1-dense", data, output, 3, RunOptions(device="cpu", resume=True), overrides=ONE_STEP)
    assert result.read_text() == before
    scores = output / "fold-02" / "evaluation.tsv"
    whole = scores.read_text()
    resume = RunOptions(device="cpu", resume=True)
    for damaged in (whole[: len(whole) // 4], "", whole.replace("\t0", "\tx", 3), None):
        scores.unlink() if damaged is None else scores.write_text(damaged)
        with pytest.raises(InputError) as caught:
            crossvalidate("part1-dense", data, output, 3, resume, overrides=ONE_STEP)
        assert caught.value.code == "crossval_table", damaged


def test_atoms_are_not_cross_validated(tmp_path):
    with pytest.raises(InputError) as caught:
        crossvalidate("atoms", make_bids(tmp_path / "bids", n_train=2), tmp_path / "cv", 2)
    assert caught.value.code == "crossval_atoms" and not (tmp_path / "cv").exists()


def test_fine_tuning_is_cross_validated_from_the_model_given(tmp_path, capsys):
    data, output = make_bids(tmp_path / "bids", n_train=2), tmp_path / "cv"
    short = [*UNET, "sampling.steps_per_epoch=1", "stage1.epochs=1"]
    base = train("default", data, tmp_path / "base", RunOptions(device="cpu"), overrides=short)
    words = ["crossval", "--preset", "finetune", "--folds", "2", "--data", str(data), "--output", str(output)]
    words += ["--device", "cpu", *[word for change in short for word in ("--set", change)]]
    assert main([*words, "--init", str(base)]) == 0, capsys.readouterr().err
    for number in (1, 2):
        fold = load_model(output / f"fold-0{number}" / "model.safetensors")
        assert fold.header.training["initial_model"] == load_model(base).sha256
    assert (output / "evaluation.tsv").exists()


def break_labels_missing(data: Path) -> str:
    next(data.glob("derivatives/manual/sub-02/anat/*")).unlink()
    return "sub-02: no label file"


def break_grid(data: Path) -> str:
    label = next(data.glob("derivatives/manual/sub-01/anat/*"))
    nib.save(nib.Nifti1Image(np.ones((5, 5, 5), np.uint8), np.eye(4)), label)
    return "another grid"


def break_values(data: Path) -> str:
    label = next(data.glob("derivatives/manual/sub-01/anat/*"))
    _, labels, affine = head(0)
    nib.save(nib.Nifti1Image(np.where(labels == 1, 77, labels).astype(np.uint8), affine), label)
    return r"77.*data\.labels"


def break_all_background(data: Path) -> str:
    for label in data.glob("derivatives/manual/*/anat/*"):
        _, labels, affine = head(0)
        nib.save(nib.Nifti1Image(np.zeros_like(labels), affine), label)
    return "none|No training volume"


def break_split(data: Path) -> str:
    (data / "participants.tsv").write_text("participant_id\tsplit\nsub-01\tlearn\n")
    return "learn"


def break_image(data: Path) -> str:
    next(data.glob("sub-01/anat/*")).write_text("no image")
    return "sub-01_Chimap"


def break_everything(data: Path) -> str:
    for image in data.glob("sub-*/anat/*"):
        image.unlink()
    return "_Chimap.nii.gz"


@pytest.mark.parametrize(
    "damage",
    [
        break_labels_missing,
        break_grid,
        break_values,
        break_all_background,
        break_split,
        break_image,
        break_everything,
    ],
)
def test_bad_training_data_end_in_one_sentence_and_no_file(tmp_path, damage, capsys):
    data, output = make_bids(tmp_path / "bids", n_train=2), tmp_path / "out"
    expected = damage(data)
    with pytest.raises(InputError, match=expected) as error:
        train("part1-dense", data, output, RunOptions(device="cpu"), overrides=ONE_STEP)
    assert "\n" not in str(error.value) and str(error.value).endswith(".")
    assert not output.exists()
    assert main(["train", "--preset", "part1-dense", "--data", str(data), "--output", str(output)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "Traceback" not in said and not output.exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("subject\timage\n", "label"),
        ("subject\timage\tlabel\ns\tnowhere.nii.gz\tl.nii.gz\n", "nowhere"),
        ("subject\timage\tlabel\ns\t\tl.nii.gz\n", "empty"),
        ("", "column"),
    ],
)
def test_bad_tables(tmp_path, text, expected):
    manifest = tmp_path / "list.tsv"
    manifest.write_text(text)
    with pytest.raises(InputError, match=expected):
        find_subjects(manifest)


def test_missing_folder_and_bad_preset_from_the_command_line(tmp_path, capsys):
    words = ["train", "--preset", "part1", "--data", str(tmp_path / "none"), "--output", str(tmp_path / "o")]
    assert main(words) == 2
    assert "no such folder" in capsys.readouterr().err
    assert main([*words, "--set", "stage1.epoch=1"]) == 2
    assert "stage1.epoch" in capsys.readouterr().err
    assert main(["crossval", "--preset", "part1", "--folds", "3", *words[3:]]) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        "network.name=foo",
        "network.options.foo=1",
        "loss.class_weights=[1,2]",
        "preprocessing.divide=0",
        "preprocessing.coordinates=true",
        "preprocessing.levels='abc'",
        'optimiser.freeze=["no_such_layer"]',
    ],
)
def test_a_preset_that_cannot_work_fails_before_anything_is_written(tmp_path, wrong):
    data = make_bids(tmp_path / "bids", n_train=2)
    with pytest.raises(InputError) as caught:
        train("part1-dense", data, tmp_path / "out", RunOptions(device="cpu"), overrides=[*ONE_STEP, wrong])
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_broken_test_volume_shows_before_training(tmp_path):
    data = make_bids(tmp_path / "bids", n_train=2, n_test=1)
    broken = sorted(data.glob("sub-*/anat/*_Chimap.nii.gz"))[-1]
    broken.write_bytes(broken.read_bytes()[:500])
    with pytest.raises(InputError):
        train("part1-dense", data, tmp_path / "out", RunOptions(device="cpu"), overrides=ONE_STEP)
    assert not (tmp_path / "out").exists()


def test_a_finished_run_is_resumed_only_with_the_same_preset(tmp_path):
    data = make_bids(tmp_path / "bids", n_train=2)
    path = train("part1-dense", data, tmp_path / "out", RunOptions(device="cpu"), overrides=ONE_STEP)
    before = path.read_bytes()
    assert (
        train(
            "part1-dense", data, tmp_path / "out", RunOptions(resume=True, device="cpu"), overrides=ONE_STEP
        )
        == path
    )
    with pytest.raises(InputError, match="another preset"):
        train(
            "part1-dense",
            data,
            tmp_path / "out",
            RunOptions(resume=True, device="cpu"),
            overrides=[*ONE_STEP, "seed=7"],
        )
    assert path.read_bytes() == before
