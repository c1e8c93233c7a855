"""Presets: the articles' numbers, inheritance, overrides, and one plain sentence for every mistake."""

import re

import pytest

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.training.preset import FOLDER, load_preset, preset_names


def test_part1_has_the_numbers_of_the_article():
    p = load_preset("part1")
    assert p.network.name == "dolz" and p.network.init == "own" and not p.network.options["voxel_slopes"]
    pre = p.preprocessing
    assert pre.axes == "LAI" and pre.spacing_mm == (1, 1, 3) and pre.shape == (160, 220, 48)
    assert pre.windows == ((-200, 200),) and pre.levels == 256 and (pre.subtract, pre.divide) == (127, 128)
    assert p.sampling.mode == "patch" and p.sampling.batch == 32
    assert (
        p.sampling.core == (9, 9, 3) and p.sampling.step == (3, 3, 3) and p.sampling.keep == "core-has-label"
    )
    assert p.loss.name == "cross-entropy" and p.loss.class_weights == ()
    assert p.optimiser.name == "adam" and p.optimiser.weight_decay == 0
    for stage in p.stages:
        assert stage.enabled and stage.learning_rates == (1e-4, 1e-5)
        assert stage.epochs == 40 and stage.patience == 5 and stage.reload_best
    assert not p.stage1.false_positives and p.stage2.false_positives
    assert p.data.validation == "subjects" and p.data.validation_fraction == 0.25


def test_part1_code_has_the_numbers_of_the_notebook():
    p = load_preset("part1-code")
    assert p.stage1.learning_rates == (1e-3, 1e-4) and p.stage2.learning_rates == (1e-4, 1e-5)
    assert p.data.validation == "last-quarter" and p.data.validation_fraction == 0.25
    assert p.network.options["voxel_slopes"] is True
    assert p.sampling.step == (3, 3, 3)


def test_part2_has_the_numbers_of_the_article():
    p = load_preset("part2")
    assert p.network.name == "anisotropic" and p.network.options["dropout"] == 0.2
    assert p.preprocessing.coordinates and p.preprocessing.coordinate_window_mm == 50
    assert p.preprocessing.windows == ((-250, 250),) and p.preprocessing.levels == 256
    assert p.stage1.learning_rates == (1e-3, 1e-4, 1e-5) and p.stage1.epochs == 20  # 60 epochs in all
    assert p.stage1.patience == 0 and not p.stage1.reload_best and not p.stage2.enabled
    assert p.optimiser.batch_norm_momentum == 0.01  # Keras: 0.99


def test_part2_code_has_the_numbers_of_the_notebook():
    stage = load_preset("part2-code").stage1
    assert stage.epochs_total == 100 and stage.patience == 20 and stage.reload_best
    assert min(stage.learning_rates) == 1e-5 and not load_preset("part2-code").stage2.enabled


def test_dense_binary_and_dice_presets():
    assert load_preset("part1-dense").sampling.mode == "dense"
    assert load_preset("part1-dense").loss == load_preset("part1").loss  # same loss
    assert load_preset("part1-dice").loss.name == "dice+ce"
    assert load_preset("part1-binary").binary


def test_every_key_is_documented_in_part1():
    import tomllib

    table = tomllib.loads((FOLDER / "part1.toml").read_text(encoding="utf-8"))
    whole = load_preset("part1").to_dict()
    for section, values in whole.items():
        assert section in table, section
        if isinstance(values, dict):
            # What only means something in stage 2 is documented there.
            missing = (
                set(values) - set(table[section]) - (set(table["stage2"]) if section == "stage1" else set())
            )
            assert not missing, f"{section}: {missing}"


@pytest.mark.parametrize("name", preset_names())
def test_every_shipped_preset_is_whole_and_named_as_its_file(name):
    from DGMSegmentationLib.models.networks import build_network

    preset = load_preset(name)
    assert preset.name == name and preset.title
    build_network(preset.network.name, n_classes=2 if preset.binary else 11, **preset.network.options)


def test_overrides():
    p = load_preset("part1", ["stage1.epochs=3", "stage1.learning_rates=[1e-2]", "loss.name=dice", "seed=7"])
    assert (
        p.stage1.epochs == 3 and p.stage1.learning_rates == (1e-2,) and p.loss.name == "dice" and p.seed == 7
    )


def test_a_file_builds_on_a_preset_and_another_network_drops_the_old_options(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('base = "part1"\nname = "mine"\n[network]\nname = "unet"\n[stage1]\nepochs = 2\n')
    p = load_preset(file)
    assert (
        p.network.name == "unet"
        and p.network.options == {}
        and p.stage1.epochs == 2
        and p.stage1.patience == 5
    )


def test_toml_has_no_null_so_zero_levels_and_an_empty_shape_stand_for_it():
    pre = load_preset("part1", ["preprocessing.levels=0", "preprocessing.shape=[]"]).preprocessing
    assert pre.levels is None and pre.shape is None


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("stage1.epoch=3", "stage1.epoch"),
        ('data.channels=["R2starmap"]', "data.channels"),
        ("nonsense=3", "nonsense"),
        ("stage1.epochs=many", "stage1.epochs"),
        ("stage1.epochs=2.5", "stage1.epochs"),
        ("stage1.epochs=0", "stage1.epochs"),
        ("stage1.reload_best=1", "stage1.reload_best"),
        ("stage1.learning_rates=[]", "learning_rates"),
        ("stage1.learning_rates=[-1.0]", "stage1.learning_rates"),
        ("stage1.learning_rates=0.1", "stage1.learning_rates"),
        ("sampling.core=[9, 9]", "sampling.core"),
        ("sampling.mode=fast", "sampling.mode"),
        ("data.validation_fraction=1.5", "data.validation_fraction"),
        ("loss.name=focal", "loss.name"),
        ("network=dolz", "network"),
        ("preprocessing.axes=XYZ", "axes"),
        ("preprocessing.colour=1", "preprocessing.colour"),
        ("preprocessing.windows=[[200, -200]]", "windows"),
        ('data.channels=["qsm", "magnitude"]', "preprocessing.windows"),
        ("seed=-1", "seed"),
        ("stage1.epochs", "stage1.epochs"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_the_key(override, key):
    with pytest.raises(InputError) as error:
        load_preset("part1", [override])
    text = str(error.value)
    assert key in text and "\n" not in text and re.search(r"\.$", text)


def test_bad_files(tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text("[stage1\n")
    empty = tmp_path / "empty.toml"
    empty.write_text("# later\n")
    own = tmp_path / "own.toml"
    own.write_text(f'base = "{own.name}"\n')
    for name, word in (
        (bad, "TOML"),
        (empty, "is empty"),
        (tmp_path / "none.toml", "no such preset"),
        (own, "base"),
        ("part9", "part1"),
    ):
        with pytest.raises(InputError, match=word):
            load_preset(name)


def test_a_channel_is_named_once():
    windows = ["preprocessing.windows=[[-200, 200], [0, 100], [0, 100]]"]
    two = load_preset("part1", [*windows, 'data.channels=["qsm", "R2starmap", "T2starw"]'])
    assert two.data.channels == ("qsm", "R2starmap", "T2starw")
    with pytest.raises(InputError) as caught:
        load_preset("part1", [*windows, 'data.channels=["qsm", "R2starmap", "R2starmap"]'])
    assert caught.value.code == "preset_channels"
