"""Label sets: the standard ten, sets of other structures, their tables and their dict form."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.structures import (
    COLUMNS,
    STANDARD,
    LabelSet,
    Structure,
    derived_structure,
    label_set_from_rows,
    rows_of_label_set,
    shipped_label_sets,
)

TOY = LabelSet(
    "toy",
    (
        Structure(40, "TH_L", "Left thalamus", "L", "#102030"),
        Structure(7, "BS", "Brain stem", color="#405060", mean_low_ppb=-10),
        Structure(300, "TH_R", "Right thalamus", "R"),
    ),
)
TEN = ["RN_L", "RN_R", "SN_L", "SN_R", "GP_L", "GP_R", "PU_L", "PU_R", "CN_L", "CN_R"]


def test_the_ten_keep_their_values_in_every_set_that_ships():
    assert [(s.label, s.abbreviation) for s in STANDARD] == list(enumerate(TEN, start=1))
    for name in set(shipped_label_sets()) - {"atoms"}:  # which are no label file's values
        label_set = LabelSet.read(name)
        for structure in label_set:
            known = STANDARD.find(structure.abbreviation)
            assert known == structure if known else structure.label > 10


def test_what_a_set_tells():
    assert TOY.values == (40, 7, 300)
    assert (len(TOY), TOY.n_classes, TOY.largest, TOY.dtype) == (3, 4, 300, "uint16")
    assert STANDARD.dtype == "uint8"
    assert 7 in TOY and 1 not in TOY and 0 not in TOY
    assert TOY.nuclei == ("TH", "BS")
    assert [[s.label for s in pair] for pair in TOY.pairs] == [[40, 300]]
    assert TOY.by_label(7).name == "Brain stem"
    assert TOY.find("left THALAMUS") == TOY.by_abbreviation("th_l") == TOY.by_label(40)
    assert TOY.find("pons") is None


def test_the_mirror_swaps_pairs_and_leaves_the_rest():
    mirror = np.asarray(TOY.mirror)
    assert [mirror[v] for v in (0, 7, 40, 300, 8)] == [0, 7, 300, 40, 8]
    assert TOY.partner(7) is None and TOY.partner(40) == TOY.by_label(300)
    assert np.array_equal(mirror[mirror], np.arange(301))
    assert STANDARD.mirror == (0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9)


def test_codes_with_and_without_snomed():
    assert STANDARD.by_label(3).code == ("SCT", "70007007", "Substantia nigra")
    assert TOY.by_label(7).code == ("99DGMSEG", "BS", "Brain stem")
    assert TOY.by_label(7).side_code is None
    assert TOY.by_label(40).side_code == ("SCT", "7771000", "Left")
    assert TOY.by_label(40).code == TOY.by_label(300).code


def test_foreign_numbers():
    assert STANDARD.schemes["segdgm"] == {n + 1: n for n in range(1, 11)}
    assert STANDARD.schemes["freesurfer"][11] == 9
    assert [s.name_in_freesurfer for s in STANDARD][:4:2] == ["Left-Red-Nucleus", "Left-Substancia-Nigra"]
    assert TOY.schemes == {
        "dgm": {40: 40, 7: 7, 300: 300},
        "freesurfer": {20040: 40, 20007: 7, 20300: 300},
    }


def test_subset():
    part = STANDARD.subset((3, 1))
    assert part.values == (1, 3) and part.name != STANDARD.name
    assert STANDARD.subset(range(1, 11)) is STANDARD
    with pytest.raises(InputError, match="no structure with the label 11"):
        STANDARD.subset((1, 11))


@pytest.mark.parametrize("label_set", [STANDARD, TOY])
def test_dict_and_table_lose_nothing(label_set, tmp_path):
    assert LabelSet.from_dict(label_set.to_dict()) == label_set
    path = tmp_path / f"{label_set.name}.tsv"
    lines = [
        "\t".join("" if row[c] is None else str(row[c]) for c in COLUMNS)
        for row in rows_of_label_set(label_set)
    ]
    path.write_text("\n".join(["\t".join(COLUMNS), *lines]), encoding="utf-8")
    assert LabelSet.read(path) == label_set
    assert LabelSet.read(path).checksum == label_set.checksum


def test_the_checksum_tells_sets_apart():
    changed = dataclasses.replace(TOY.structures[0], mean_high_ppb=3.0)
    assert LabelSet("toy", (changed, *TOY.structures[1:])).checksum != TOY.checksum


def test_a_bids_lookup_is_a_set():
    rows = [
        {"index": "0", "name": "Background"},
        {"index": "3", "name": "Left substantia nigra"},
        {"index": "16", "name": "Brain-Stem"},
        {"index": "13", "name": "Left-Pallidum", "color": "#010203"},
    ]
    found = label_set_from_rows("lookup", rows, STANDARD.structures)
    assert found.by_label(3) == STANDARD.by_label(3)
    assert (found.by_label(16).abbreviation, found.by_label(16).side) == ("Brain-Stem", "")
    assert found.by_label(13).nucleus == "Pallidum" and found.by_label(13).color == "#010203"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"label": 40}, "label 40"),
        ({"label": 0}, "from 1 to"),
        ({"label": 100_000}, "from 1 to"),
        ({"abbreviation": "th_l"}, "abbreviation"),
        ({"abbreviation": "BS_L"}, "abbreviation"),
        ({"abbreviation": "TH"}, "with and without a side"),
        ({"name": "Left Thalamus"}, "name left thalamus"),
        ({"name": " "}, "name"),
        ({"side": "M"}, "side M"),
        ({"side": "L"}, "abbreviation"),
        ({"color": "red"}, "colour red"),
        ({"volume_low_mm3": 2.0, "volume_high_mm3": 1.0}, "range"),
    ],
)
def test_what_no_set_may_hold(change, reason):
    bad = dataclasses.replace(TOY.structures[1], **change)
    with pytest.raises(InputError, match=reason):
        LabelSet("toy", (TOY.structures[0], bad, TOY.structures[2]))


def test_an_empty_set_and_unknown_names_are_refused(tmp_path):
    with pytest.raises(InputError, match="holds no structure"):
        LabelSet("none", ())
    with pytest.raises(InputError, match="no label set thalamus"):
        LabelSet.read("thalamus")
    with pytest.raises(InputError, match="no structure XX_L"):
        STANDARD.by_abbreviation("XX_L")
    (tmp_path / "bad.tsv").write_text("label\tname\nfive\tLeft pallidum\n", encoding="utf-8")
    with pytest.raises(InputError, match="no number in the column label"):
        LabelSet.read(tmp_path / "bad.tsv")


@pytest.mark.parametrize(
    "values",
    [
        None,
        {"name": "x"},
        {"name": "x", "structures": [3]},
        {"name": "x", "structures": [{"label": "1", "abbreviation": "A", "name": "a"}]},
        {"name": "x", "structures": [{"label": True, "abbreviation": "A", "name": "a"}]},
        {"name": "x", "structures": [{"label": 1, "abbreviation": "A", "name": ["a"]}]},
        {
            "name": "x",
            "structures": [{"label": 1, "abbreviation": "A", "name": "a", "mean_low_ppb": float("inf")}],
        },
    ],
)
def test_wrong_types_are_refused(values):
    with pytest.raises(InputError):
        LabelSet.from_dict(values)


words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=20
)


@given(st.lists(words.filter(str.strip), min_size=1, max_size=6, unique_by=str.lower))
def test_any_lookup_becomes_a_set_or_a_refusal(names):
    """What other tools call their structures never ends in anything but a set or one sentence."""
    rows = [{"index": str(n), "name": name} for n, name in enumerate(names, start=1)]
    try:
        found = label_set_from_rows("lookup", rows)
    except InputError:
        return
    assert found.values == tuple(range(1, len(names) + 1))


def test_a_derived_structure_reads_its_side():
    assert derived_structure(1, "Left-Putamen").abbreviation == "Putamen_L"
    assert derived_structure(1, "Putamen, right").side == "R"
    assert derived_structure(1, "3rd ventricle").abbreviation == "S3rd-ventricle"
