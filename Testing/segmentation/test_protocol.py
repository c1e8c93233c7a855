"""Labelling protocols: the frame, what a protocol makes of atoms, its file, and its fit to corrected cases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation
from support.models_for_tests import PHANTOM_MODEL

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.image import Grid
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.options import SegmentOptions
from DGMSegmentationLib.segmentation.convention import Convention, model_for
from DGMSegmentationLib.segmentation.frame import RN_ELEVATION, find_frame, frame_of
from DGMSegmentationLib.segmentation.postprocess import labels_from_probabilities, winners
from DGMSegmentationLib.segmentation.protocol import (
    Part,
    Protocol,
    Rule,
    halfway,
    load_protocol,
    plain_protocol,
    protocol_from_table,
    protocol_names,
    protocol_text,
    structure_label,
    tomllib,
)
from DGMSegmentationLib.segmentation.protocol_fit import FitCase, best_protocol, fit_protocol
from DGMSegmentationLib.segmentation.relabel import AtomMaps, apply_protocol
from DGMSegmentationLib.structures import STANDARD
from DGMSegmentationLib.structures.atoms import atom_unions, atoms

#: Centres (mm, right side, from the middle between the pallida) and half axes of ellipsoids that stand for atoms.
BALLS = {
    "GPE": ((18.0, 0.0, 0.0), (4.0, 8.0, 6.0)),
    "GPI": ((13.0, -3.0, -2.0), (3.0, 5.0, 4.0)),
    "PU": ((27.0, 4.0, 4.0), (4.0, 12.0, 14.0)),
    "CNH": ((12.0, 16.0, 8.0), (5.0, 8.0, 12.0)),
    "ACC": ((10.0, 14.0, -6.0), (4.0, 4.0, 4.0)),
    "SN": ((10.0, -13.0, -12.0), (3.0, 5.0, 5.0)),
    "STN": ((11.0, -9.0, -6.0), (2.0, 3.0, 3.0)),
    "RN": ((5.0, -14.0, -9.0), (3.0, 3.0, 4.0)),
}
NAMES = ("", *(atom.abbreviation for atom in atoms()))
GRID = Grid(
    (80, 72, 36),
    np.array([[1.0, 0, 0, -39.5], [0, 1.0, 0, -35.5], [0, 0, 2.0, -35.0], [0, 0, 0, 1.0]]),
)


def head(turn=None, shift=(0.0, 0.0, 0.0), grid=GRID, only=None):
    """Probabilities (31, x, y, z) of a head of ellipsoids, turned and shifted (mm)."""
    index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), -1)
    world = index @ grid.affine[:3, :3].T + grid.affine[:3, 3]
    own = (world - shift) @ (np.eye(3) if turn is None else turn)  # the head's own mm
    result = np.zeros((len(NAMES), *grid.shape), np.float32)
    for name, (centre, half) in BALLS.items():
        for side, sign in (("L", -1.0), ("R", 1.0)):
            if only is not None and f"{name}_{side}" not in only:
                continue
            r = np.linalg.norm((own - np.array(centre) * [sign, 1, 1]) / half, axis=-1)
            result[NAMES.index(f"{name}_{side}")] = np.clip(0.5 + (1 - r) * min(half), 0, 1)
    result /= np.maximum(result.sum(axis=0), 1.0)
    result[0] = 1 - result[1:].sum(axis=0)
    return result


def positions(mask, grid, frame):
    return frame.positions(np.argwhere(mask) @ grid.affine[:3, :3].T + grid.affine[:3, 3])


@settings(max_examples=15, deadline=None)
@given(st.tuples(*[st.floats(-20, 20)] * 3), st.tuples(*[st.floats(-12, 12)] * 3))
def test_the_frame_follows_the_head(angles, shift):
    turn = Rotation.from_euler("xyz", angles, degrees=True).as_matrix()
    rest = frame_of(*(np.array([s * 16.0, -1.0, -0.5]) for s in (-1, 1)), np.array([0.0, -14.0, -9.0]))
    moved = frame_of(
        *(turn @ [s * 16.0, -1.0, -0.5] + shift for s in (-1, 1)), turn @ [0.0, -14.0, -9.0] + np.array(shift)
    )
    assert np.allclose(moved.rotation, rest.rotation @ turn.T, atol=1e-6)
    assert np.allclose(moved.origin, turn @ rest.origin + shift, atol=1e-6)
    assert moved.level == pytest.approx(rest.level, abs=1e-6)
    red = moved.positions(turn @ np.array([0.0, -14.0, -9.0]) + shift)
    assert np.arctan2(-red[2], -red[1]) == pytest.approx(RN_ELEVATION)


@pytest.mark.parametrize("angles", [(0, 0, 0), (20, 0, 0), (-20, 5, 0), (0, 20, 10)])
def test_a_cut_lies_where_the_head_is_not_where_the_image_is(angles):
    turn = Rotation.from_euler("xyz", angles, degrees=True).as_matrix()
    rule = Rule("CN", (Part(("CNH", "CNB"), (("front_of_mm", 14.0), ("below_mm", 10.0))),))
    found, frame = apply_protocol(Protocol("p", "", "", (rule,)), head(turn, (3.0, -2.0, 1.0)), NAMES, GRID)
    assert frame.found
    for k in (1, 2):
        where = positions(found[k] > 0.5, GRID, frame)
        assert len(where) > 100
        assert where[:, 1].min() > 13.0 and where[:, 1].min() < 15.5
        assert where[:, 2].max() < 11.1 and where[:, 2].max() > 7.5


def test_atoms_are_summed_and_sides_kept_apart():
    probabilities = head()
    found, _ = apply_protocol(load_protocol("targets"), probabilities, NAMES, GRID)
    labels = load_protocol("targets").labels
    assert labels == (0, 1, 2, 3, 4, 13, 14, 19, 20, 21, 22)
    assert np.allclose(found.sum(axis=0), 1.0, atol=1e-5)
    winner = np.array(labels)[winners(found, load_protocol("targets").thresholds)]
    for name, label in (("STN_L", 13), ("STN_R", 14), ("GPI_R", 22)):
        limit = load_protocol("targets").thresholds[labels.index(label) - 1]
        assert np.array_equal(winner == label, probabilities[NAMES.index(name)] > limit)
    found, _ = apply_protocol(load_protocol("anatomical"), probabilities, NAMES, GRID)
    winner = np.array(load_protocol("anatomical").labels)[
        winners(found, load_protocol("anatomical").thresholds)
    ]
    both = probabilities[NAMES.index("GPE_L")] + probabilities[NAMES.index("GPI_L")]
    assert np.array_equal(winner == 5, both > load_protocol("anatomical").thresholds[4])
    left, right = (positions(winner == v, GRID, find_frame({}, GRID))[:, 0] for v in (9, 10))
    assert left.max() < 0 < right.min()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.05, 0.95), min_size=2, max_size=4), st.integers(0, 1000))
def test_each_structure_has_its_own_threshold(thresholds, seed):
    rng = np.random.default_rng(seed)
    found = rng.dirichlet(np.ones(1 + len(thresholds)), (3, 4, 5)).astype(np.float32)
    found = np.moveaxis(found, -1, 0)
    won = winners(found, thresholds)
    above = found[1:] > np.array(thresholds, np.float32).reshape(-1, 1, 1, 1)
    assert np.array_equal(won > 0, above.any(axis=0))
    assert np.take_along_axis(above, np.maximum(won, 1)[None] - 1, axis=0)[0][won > 0].all()
    assert np.array_equal(winners(found), found.argmax(axis=0))
    half = winners(found, [0.5] * len(thresholds))
    assert np.array_equal(half[half > 0], found.argmax(axis=0)[half > 0])


def test_a_threshold_holds_on_the_images_own_grid_not_on_the_networks():
    """Halfway between a voxel that is surely of the structure and one that is not its probability is one half."""
    values = np.zeros((2, 4, 1, 1), np.float32)
    values[1, :2] = 1.0
    values[0] = 1.0 - values[1]
    coarse, fine = Grid((4, 1, 1), np.eye(4)), Grid((31, 1, 1), np.diag([0.1, 1.0, 1.0, 1.0]))
    for threshold, last in ((0.25, 1.7), (0.5, 1.4), (0.75, 1.2)):
        labels = labels_from_probabilities(values, (0, 3), coarse, fine, thresholds=[threshold])
        assert np.flatnonzero(labels.ravel()).max() / 10 == pytest.approx(last)


def test_shift_and_scale_move_a_structure_in_the_frame():
    turn = Rotation.from_euler("xyz", (15, 0, 0), degrees=True).as_matrix()
    probabilities = head(turn)
    moved = Rule("PU", (Part(("PU",)),), shift_mm=(2.0, -3.0, 1.0), scale=(1.0, 1.2, 1.0))
    plain = Rule("PU", (Part(("PU",)),))
    first, frame = apply_protocol(Protocol("a", "", "", (plain,)), probabilities, NAMES, GRID)
    second, _ = apply_protocol(Protocol("b", "", "", (moved,)), probabilities, NAMES, GRID)
    for k, sign in ((1, -1.0), (2, 1.0)):
        before, after = (positions(p[k] > 0.5, GRID, frame) for p in (first, second))
        assert np.allclose(after.mean(axis=0) - before.mean(axis=0), [2.0 * sign, -3.0, 1.0], atol=0.25)
        assert len(after) == pytest.approx(1.2 * len(before), rel=0.06)


def test_without_a_nucleus_the_frame_is_a_guess_and_nothing_fails():
    probabilities = head(only={"CNH_L", "GPE_L"})
    found, frame = apply_protocol(load_protocol("iron-atoms"), probabilities, NAMES, GRID)
    assert not frame.found and np.isfinite(found).all()
    empty = np.zeros_like(probabilities)
    empty[0] = 1
    found, frame = apply_protocol(load_protocol("iron-atoms"), empty, NAMES, GRID)
    assert not frame.found and (found[0] == 1).all() and not found[1:].any()
    stray = head()
    stray[NAMES.index("RN_L"), 5, 5, 5] = 1.0  # an island far away does not turn the frame
    assert np.allclose(AtomMaps(stray, NAMES).frame(GRID).origin, AtomMaps(head(), NAMES).frame(GRID).origin)


@pytest.mark.parametrize("name", protocol_names())
def test_shipped_protocols_read_back_and_know_their_labels(name):
    protocol = load_protocol(name)
    assert protocol_from_table(tomllib.loads(protocol_text(protocol)), "text") == protocol
    assert protocol.name == name and protocol.title and protocol.description and protocol.sources
    assert set(protocol.labels[1:]) == {s.label for s in protocol.label_set}
    assert len(protocol.checksum) == 64


def test_iron_gives_the_standard_ten_and_is_the_default():
    assert protocol_names()[0] == "iron"
    assert load_protocol().label_set is STANDARD
    assert [structure_label("STN", side) for side in "LR"] == [13, 14]


def test_the_checksum_is_of_what_changes_labels():
    protocol = load_protocol("iron")
    table = tomllib.loads(protocol_text(protocol))
    again = protocol_from_table({**table, "title": "another"}, "text")
    assert again.checksum == protocol.checksum
    table["structures"]["GP"]["threshold"] = 0.61
    assert protocol_from_table(table, "text").checksum != protocol.checksum


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = 1\n[structures", "cannot be read"),
        ("name = 'x'", "needs tables"),
        ("[structures.XX]\n[[structures.XX.parts]]\natoms=['RN']", "no such structure"),
        ("[structures.RN]\n[[structures.RN.parts]]\natoms=['XX']", "no atom 'XX'"),
        ("[structures.RN]\nthreshold=2.0\n[[structures.RN.parts]]\natoms=['RN']", "between .05 and .95"),
        ("[structures.RN]\nparts=[]", "at least one"),
        ("[structures.RN]\n[[structures.RN.parts]]\natoms=[['RN']]", "atoms"),
        ("[structures.RN]\n[[structures.RN.parts]]\natoms=['RN']\nbelow=3", "is no key"),
        ("[structures.RN]\nscale=[1,2]\n[[structures.RN.parts]]\natoms=['RN']", "three numbers"),
        ("[structures.RN]\n[[structures.RN.parts]]\natoms=['RN']\nbelow_mm='a'", "must be a number"),
        ("[structures.RN]\nshift_mm=[0,0,40]\n[[structures.RN.parts]]\natoms=['RN']", "between -15 and 15"),
        ("[structures.RN]\n[[structures.RN.parts]]\natoms=['RN','SN','RN']", "RN twice"),
        (
            "[structures.RN]\n[[structures.RN.parts]]\natoms=['RN']\nfront_of_mm=3\nbehind_mm=2",
            "front_of_mm = 3 and behind_mm = 2 leave nothing",
        ),
        ("[structures.RN]\n[[structures.RN.parts]]\natoms=['RN']\nbelow_rn_mm=-2\nabove_rn_mm=2", "nothing"),
    ],
)
def test_what_is_no_protocol_is_said(tmp_path, text, said):
    path = tmp_path / "p.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=said) as caught:
        load_protocol(path)
    assert str(path) in str(caught.value)


def test_the_default_model_follows_iron_and_atoms_have_a_model_of_their_own():
    model = load_model()
    assert Convention.of(model).protocol == load_protocol("iron")
    plain = Convention.of(model, "none")
    assert plain.protocol is None and plain.labels == model.labels and plain.thresholds is None
    with pytest.raises(InputError, match="does not tell apart"):
        Convention.of(model, "anatomical")
    with pytest.raises(InputError, match="bundled"):
        Convention.of(model, "nowhere")
    chosen = {name: model_for(SegmentOptions(protocol=name)) for name in ("", "none", *protocol_names())}
    assert chosen == {
        "": "default",
        "none": "default",
        "iron": "default",
        "anatomical": "atoms",
        "targets": "atoms",
        "iron-atoms": "atoms",
    }
    assert model_for(SegmentOptions(model="mine.safetensors", protocol="targets")) == "mine.safetensors"
    for name in ("anatomical", "targets"):
        assert Convention.of(load_model("atoms"), name).labels == load_protocol(name).labels
    assert Convention.of(load_model("atoms")).protocol == load_protocol("anatomical")


def test_a_model_of_structures_that_names_no_protocol_keeps_its_own_classes():
    trained = load_model(PHANTOM_MODEL)
    assert Convention.of(trained).protocol is None


def test_unions_hold_every_atom():
    unions = atom_unions()
    assert unions[0] == 0 and len(unions) == len(atoms()) + 1 and min(unions[1:]) == 1
    for left, right in atoms().pairs:
        assert unions[left.label] != unions[right.label]


def site_case(name, shift, seed):
    """A case whose rater draws the caudate 2 mm further to the front and cuts it 3 mm lower than the network's user."""
    rng = np.random.default_rng(seed)
    turn = Rotation.from_euler("xyz", rng.uniform(-8, 8, 3), degrees=True).as_matrix()
    probabilities = head(turn, shift)
    theirs = Protocol(
        "theirs", "", "", (Rule("CN", (Part(("CNH",), (("below_mm", 8.0),)),), 0.5, (0.0, 2.0, 0.0)),)
    )
    found, _ = apply_protocol(theirs, probabilities, NAMES, GRID)
    labels = np.array(theirs.labels, np.uint8)[found.argmax(axis=0)]
    return FitCase(name, AtomMaps(probabilities, NAMES), GRID, labels, GRID)


BASE = Protocol(
    "base", "", "", (Rule("CN", (Part(("CNH",), (("below_mm", 11.0),)),)), Rule("RN", (Part(("RN",)),)))
)


@pytest.mark.parametrize("count", [1, 3])
def test_a_fit_finds_a_sites_convention(count):
    cases = [site_case(f"case{n}", (n, -n, 0.0), n) for n in range(count)]
    fitted = fit_protocol(BASE, cases, "site")
    assert fitted.left_out == ("sides" if count == 1 else "cases")
    assert set(fitted.after) == {"CN"}  # nobody drew red nuclei: they stay
    assert fitted.after["CN"] > 0.95 > fitted.before["CN"] and fitted.gain > 0.05
    rule = fitted.protocol.rules[0]
    assert rule.shift_mm[1] == pytest.approx(2.0, abs=0.8)
    assert fitted.protocol.rules[1] == BASE.rules[1]
    assert fitted.protocol.name == "site"
    assert protocol_from_table(tomllib.loads(protocol_text(fitted.protocol)), "text").name == "site"


def test_sessions_of_one_person_are_left_out_together():
    cases = [site_case(f"case{n}", (n, -n, 0.0), n) for n in range(2)]
    for case in cases:
        case.person = "sub-1"
    assert best_protocol(BASE, cases, "site").left_out == "sides"


def test_a_fit_that_gains_nothing_is_refused():
    probabilities = head()
    found, _ = apply_protocol(BASE, probabilities, NAMES, GRID)
    labels = np.array(BASE.labels, np.uint8)[found.argmax(axis=0)]
    case = FitCase("same", AtomMaps(probabilities, NAMES), GRID, labels, GRID)
    with pytest.raises(InputError, match="gains nothing"):
        fit_protocol(BASE, [case], "site")
    with pytest.raises(InputError, match="no structure"):
        fit_protocol(BASE, [FitCase("none", case.atoms, GRID, np.zeros_like(labels), GRID)], "site")


def test_the_command_lists_and_shows(capsys):
    assert main(["protocol", "list"]) == 0
    assert [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()] == list(protocol_names())
    assert main(["protocol", "show", "iron"]) == 0
    assert protocol_from_table(tomllib.loads(capsys.readouterr().out), "text") == load_protocol("iron")
    assert main(["protocol", "show", "nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_the_command_refuses_before_it_works(tmp_path, capsys):
    assert main(["protocol", "fit", str(tmp_path / "x.nii.gz"), "--output", str(tmp_path / "p.txt")]) == 2
    assert ".toml" in capsys.readouterr().err
    assert main(["protocol", "fit", str(tmp_path / "x.nii.gz"), "--output", str(tmp_path / "p.toml")]) == 2
    assert "no such map" in capsys.readouterr().err
    (tmp_path / "x.nii.gz").touch()
    assert main(["protocol", "fit", str(tmp_path / "x.nii.gz"), "--output", str(tmp_path / "p.toml")]) == 2
    assert "no corrected labels" in capsys.readouterr().err
    (tmp_path / "x_dseg.nii.gz").touch()
    assert main(["protocol", "fit", str(tmp_path / "x.nii.gz"), "--output", str(tmp_path / "p.toml")]) == 2
    assert "no name of a correction" in capsys.readouterr().err
    odd = tmp_path / "site=A"
    odd.mkdir()
    (odd / "x.nii.gz").touch()
    pair = f"{odd / 'x.nii.gz'}={odd / 'y=1.nii.gz'}"
    assert main(["protocol", "fit", pair, "--output", str(tmp_path / "p.toml")]) == 2
    assert "site=A/x.nii.gz" in capsys.readouterr().err


def test_halfway_between_two_protocols():
    iron, plain = load_protocol("iron"), plain_protocol(STANDARD, "none")
    middle = halfway(iron, plain)
    for rule, one in zip(middle.rules, iron.rules, strict=True):
        assert rule.parts == one.parts
        assert rule.threshold == pytest.approx((one.threshold + 0.5) / 2)
        assert rule.shift_mm == pytest.approx([mm / 2 for mm in one.shift_mm])
        assert rule.scale == pytest.approx([(1 + scale) / 2 for scale in one.scale])
    assert halfway(iron, iron).rules == iron.rules
    assert halfway(load_protocol("iron-atoms"), plain) is None  # of other parts
