"""Scores against hand-computed values, against brute force, and against the independent scoring script."""

import importlib.util
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.evaluation.overlap import CASE_COLUMNS, evaluate_case, summarise
from DGMSegmentationLib.evaluation.overlap_files import case_key, evaluate_files, find_pairs
from DGMSegmentationLib.evaluation.surface import surface_distances, surface_voxels
from DGMSegmentationLib.image import Image, reorient
from DGMSegmentationLib.io.files import write_nifti, write_text
from DGMSegmentationLib.io.lookup import lookup_text
from DGMSegmentationLib.io.tables import read_table
from DGMSegmentationLib.structures import STANDARD

AFFINE = np.diag([1.0, 1.0, 3.0, 1.0])


def line(start, stop, label=1, shape=(20, 5, 5)):
    """A bar of voxels along the first axis."""
    data = np.zeros(shape, np.uint8)
    data[start:stop, 2, 2] = label
    return Image(data, AFFINE)


def test_hand_computed_scores_of_two_bars():
    values = np.zeros((20, 5, 5))
    values[:, 2, 2] = np.arange(20) * 10.0
    score = evaluate_case(line(2, 10), line(4, 14), Image(values, AFFINE), subject="s")[0]
    assert (score.n_predicted, score.n_reference) == (8, 10)
    assert score.dice == pytest.approx(2 * 6 / 18)
    assert score.precision == pytest.approx(6 / 8)
    assert score.sensitivity == pytest.approx(6 / 10)
    assert score.volume_error_mm3 == pytest.approx(-2 * 3)
    assert score.volume_error_percent == pytest.approx(-20)
    assert (score.mean_predicted_ppb, score.mean_reference_ppb) == (55, 85)
    assert score.mean_error_ppb == pytest.approx(-30)
    # Distances prediction -> reference: 2 1 0 0 0 0 0 0; reference -> prediction: six 0, then 1 2 3 4.
    assert score.hd95_mm == pytest.approx(np.percentile([0, 0, 0, 0, 0, 0, 1, 2, 3, 4], 95))
    assert score.surface_dice_1mm == pytest.approx((7 + 7) / 18)


def test_absent_structures():
    both_absent, only_predicted, only_reference = (
        evaluate_case(line(0, 0), line(0, 0))[0],
        evaluate_case(line(2, 5), line(0, 0))[0],
        evaluate_case(line(0, 0), line(2, 5))[0],
    )
    assert (both_absent.dice, only_predicted.dice, only_reference.dice) == (0, 0, 0)
    assert math.isnan(both_absent.precision)
    assert math.isnan(both_absent.hd95_mm)
    assert math.isnan(both_absent.surface_dice_1mm)
    assert (only_predicted.precision, only_reference.sensitivity) == (0, 0)
    assert math.isnan(only_predicted.sensitivity)
    assert math.isnan(only_reference.hd95_mm)
    assert (only_reference.surface_dice_1mm, only_reference.volume_error_percent) == (0, -100)
    assert summarise(evaluate_case(line(0, 0), line(2, 5)))[0]["n_empty"] == 1


def test_distances_use_the_spacing():
    first, second = np.zeros((9, 9, 9), bool), np.zeros((9, 9, 9), bool)
    first[4, 4, 2] = second[4, 4, 4] = True
    distances = surface_distances(first, second, (1.0, 1.0, 3.0))
    assert distances.hausdorff() == pytest.approx(6)
    assert (distances.dice(5.9), distances.dice(6.0)) == (0, 1)


def test_a_cube_has_its_shell_as_surface_also_at_the_border():
    cube = np.zeros((6, 6, 6), bool)
    cube[0:4, 0:4, 0:4] = True
    assert surface_voxels(cube).sum() == 4**3 - 2**3


@given(st.integers(0, 2**32 - 1), st.floats(0.5, 3))
def test_distances_equal_brute_force(seed, step):
    rng = np.random.default_rng(seed)
    first, second = (rng.random((7, 6, 5)) < 0.3 for _ in range(2))
    spacing = (1.0, 0.8, step)
    found = surface_distances(first, second, spacing)
    a, b = (np.argwhere(surface_voxels(m)) * spacing for m in (first, second))
    if not len(a) or not len(b):
        return
    between = np.sqrt(((a[:, None] - b[None]) ** 2).sum(axis=2))
    assert np.sort(found.first_to_second) == pytest.approx(np.sort(between.min(axis=1)))
    assert np.sort(found.second_to_first) == pytest.approx(np.sort(between.min(axis=0)))


def test_flipped_axes_are_undone_and_other_grids_refused():
    reference = line(4, 14)
    turned = reorient(line(2, 10), "SLP")
    assert evaluate_case(turned, reference)[0].dice == pytest.approx(12 / 18)
    shifted = Image(reference.data, AFFINE + np.eye(4, k=3) * 2)
    with pytest.raises(InputError, match="another grid"):
        evaluate_case(shifted, reference)


def test_summary_pools_sides_and_cases():
    scores = []
    for case, (start, stop) in enumerate([(4, 14), (5, 14), (6, 14)]):
        values = np.zeros((20, 5, 5))
        values[:, 2, 2] = np.arange(20) * 10.0 + case * 50
        scores += evaluate_case(line(start, stop), line(4, 14), Image(values, AFFINE), subject=str(case))
    rows = {row["structure"]: row for row in summarise(scores)}
    dice = [1, 18 / 19, 16 / 18]
    assert rows["RN_L"]["n"] == 3
    assert rows["RN_L"]["dice_mean"] == pytest.approx(np.mean(dice))
    assert rows["RN_L"]["dice_sd"] == pytest.approx(np.std(dice, ddof=1))
    errors = np.array([0, 5, 10.0])  # mean of the remaining voxels minus 85
    assert rows["RN_L"]["mean_bias_ppb"] == pytest.approx(5)
    assert rows["RN_L"]["mean_limit_high_ppb"] == pytest.approx(5 + 1.96 * errors.std(ddof=1))
    assert 0.9 < rows["RN_L"]["icc_2_1"] < 1
    assert rows["RN"]["n"] == 6
    assert rows["RN"]["dice_mean"] == pytest.approx(np.mean([*dice, 0, 0, 0]))
    assert rows["all"]["n"] == 30
    assert [*rows] == [*(s.abbreviation for s in STANDARD), "RN", "SN", "GP", "PU", "CN", "all"]


@pytest.mark.parametrize(
    "name, key",
    [
        ("sub-01_ses-2_acq-x_Chimap.nii.gz", "sub-01_ses-2"),
        ("sub-N001_Chimap_dseg.nii.gz", "sub-N001"),
        ("case7_Chimap_dseg.nii.gz", "case7"),
        ("case7_qsm.nii", "case7"),
    ],
)
def test_case_key(name, key):
    assert case_key(name) == key


def write_cohort(folder, names=("sub-01", "sub-02")):
    for place in ("pred", "ref"):  # the one value of these labels says by itself not what it is
        write_text(folder / place / "dseg.tsv", lookup_text())
    for name in names:
        write_nifti(folder / "pred" / f"{name}_Chimap_dseg.nii.gz", line(2, 10).data, AFFINE)
        write_nifti(folder / "ref" / name / f"{name}_seg-DGM_dseg.nii.gz", line(4, 14).data, AFFINE)


def test_folders_manifest_and_command_agree(tmp_path, capsys):
    write_cohort(tmp_path)
    scores = evaluate_files(find_pairs(tmp_path / "pred", tmp_path / "ref"))
    assert [s.subject for s in scores[::10]] == ["sub-01", "sub-02"]
    manifest = tmp_path / "pairs.tsv"
    manifest.write_text(
        "subject\tprediction\treference\n"
        + "".join(
            f"{n}\tpred/{n}_Chimap_dseg.nii.gz\tref/{n}/{n}_seg-DGM_dseg.nii.gz\n"
            for n in ("sub-01", "sub-02")
        ),
        encoding="utf-8",
    )
    out, summary = tmp_path / "cases.tsv", tmp_path / "summary.csv"
    assert main(["evaluate", str(manifest), "--output", str(out), "--summary", str(summary)]) == 0
    printed = capsys.readouterr().out
    assert printed == out.read_text(encoding="utf-8")
    table = read_table(out)
    assert tuple(table[0]) == CASE_COLUMNS
    assert [float(row["dice"]) for row in table] == pytest.approx([s.dice for s in scores], abs=1e-6)
    assert read_table(summary)[0]["structure"] == "RN_L"
    for written in (out, summary):  # a sidecar says what each column means
        about = json.loads(written.with_suffix(".json").read_text(encoding="utf-8"))
        columns = list(read_table(written)[0])
        assert [name for name in about if name not in ("GeneratedBy", "Warnings")] == columns
        assert all(about[name]["Description"] for name in columns)
    before = out.read_bytes()
    assert main(["evaluate", str(tmp_path / "pred"), str(tmp_path / "ref"), "--output", str(out)]) == 2
    assert out.read_bytes() == before


def test_a_prediction_without_reference_is_left_out_with_a_word(tmp_path, capsys):
    write_cohort(tmp_path, ("sub-01", "sub-02", "sub-03"))
    for name in ("sub-02", "sub-03"):
        (tmp_path / "ref" / name / f"{name}_seg-DGM_dseg.nii.gz").unlink()
    assert main(["evaluate", str(tmp_path / "pred"), str(tmp_path / "ref")]) == 0
    printed, said = capsys.readouterr()
    assert "sub-01" in printed and "sub-02" not in printed
    assert "no reference for sub-02 and 1 more: left out." in said


def test_a_manifest_with_gaps_or_with_an_image_beside_it_is_refused(tmp_path, capsys):
    manifest = tmp_path / "m.tsv"
    for line in ("\tr.nii.gz\n", ""):
        manifest.write_text(f"prediction\treference\n{line}")
        assert main(["evaluate", str(manifest)]) == 2
        assert "lacks values in the column prediction" in capsys.readouterr().err
    manifest.write_text("prediction\treference\np.nii.gz\tr.nii.gz\n")
    assert main(["evaluate", str(manifest), "--image", "q.nii.gz"]) == 2
    assert "column image" in capsys.readouterr().err


def test_a_missing_prediction_is_not_left_out_silently(tmp_path, capsys):
    write_cohort(tmp_path)
    (tmp_path / "pred" / "sub-02_Chimap_dseg.nii.gz").unlink()
    assert main(["evaluate", str(tmp_path / "pred"), str(tmp_path / "ref")]) == 2
    said = capsys.readouterr().err
    assert "no file for sub-02" in said
    assert said.count("\n") == 1


def test_against_the_independent_score(test_data):
    script = test_data.resolve().parent / "tools" / "score.py"
    if not script.is_file():
        pytest.skip("tools/score.py does not lie beside the test data")
    spec = importlib.util.spec_from_file_location("score", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    references = sorted((test_data / "qsm20" / "derivatives").rglob("*_dseg.nii.gz"))
    image = next((test_data / "qsm20" / "sub-N001").rglob("*_Chimap.nii.gz"))
    # Two subjects' labels overlap partly: a realistic bad segmentation.
    for prediction, reference in ((references[1], references[0]), (references[0], references[0])):
        dice, error = module.score(prediction, reference, image)
        pairs = find_pairs(prediction, reference, image)
        scores = evaluate_files(pairs)
        assert [s.dice for s in scores] == pytest.approx(list(dice), abs=1e-12)
        assert [abs(s.mean_error_ppb) for s in scores] == pytest.approx(list(error), abs=1e-3)
