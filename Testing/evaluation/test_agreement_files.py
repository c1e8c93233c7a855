"""``dgmseg agreement`` on files: tables, sessions within a table, manifests, images of one head."""

import json
from dataclasses import replace

import pytest
from rows import rows_of, two_methods

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.evaluation.agreement import AGREEMENT_COLUMNS
from DGMSegmentationLib.evaluation.agreement_files import label_changes, read_manifest
from DGMSegmentationLib.io.files import write_nifti
from DGMSegmentationLib.io.tables import read_table
from DGMSegmentationLib.measurement.tables import read_long, write_long
from DGMSegmentationLib.simulation.phantom import phantom


def test_command_with_tables_writes_table_and_plot(tmp_path, capsys):
    methods, _, _ = two_methods()
    for name, rows in methods.items():
        write_long(rows, tmp_path / f"{name}.tsv")
    out, plot = tmp_path / "agreement.tsv", tmp_path / "plot.png"
    arguments = [
        "agreement",
        str(tmp_path / "a.tsv"),
        str(tmp_path / "b.tsv"),
        "-o",
        str(out),
        "--plot",
        str(plot),
    ]
    assert main(arguments) == 0
    assert capsys.readouterr().out == out.read_text(encoding="utf-8")
    table = read_table(out)
    assert tuple(table[0]) == AGREEMENT_COLUMNS
    about = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    assert all(about[name]["Description"] for name in AGREEMENT_COLUMNS)
    assert float(table[-1]["slope"]) == pytest.approx(1.1, abs=0.02)
    assert plot.read_bytes()[:4] == b"\x89PNG"


def test_who_is_left_out_is_said_and_plots_have_the_format_of_their_name(tmp_path, capsys):
    methods, _, _ = two_methods()
    write_long(methods["a"], tmp_path / "a.tsv")
    write_long([row for row in methods["b"] if row.subject not in ("s1", "s2")], tmp_path / "b.tsv")
    command = [
        "agreement",
        str(tmp_path / "a.tsv"),
        str(tmp_path / "b.tsv"),
        "--plot",
        str(tmp_path / "p.pdf"),
    ]
    assert main(command) == 0
    assert "2 subjects are not in every measurement and left out: s1, s2." in capsys.readouterr().err
    assert (tmp_path / "p.pdf").read_bytes()[:4] == b"%PDF"


def sessions(path, runs=("",)):
    """A cohort's table: three subjects, sessions 1, 2 and 10, each 4 ppb above the one before."""
    rows = [
        replace(row, image=f"{row.subject}_ses-{session}{run}_Chimap.nii.gz")
        for k in range(3)
        for step, session in enumerate((1, 2, 10))
        for run in runs
        for row in rows_of(f"sub-{k}", 50.0 + 9 * k + 4 * step)
    ]
    write_long(rows, path)
    return path


@pytest.mark.parametrize(("runs", "n"), [(("",), 3), (("_run-1", "_run-2"), 6)])
def test_sessions_within_one_table(tmp_path, capsys, runs, n):
    table = sessions(tmp_path / "rois_long.tsv", runs)
    out = tmp_path / "agreement.tsv"
    assert main(["agreement", str(table), "--by", "ses", "-o", str(out)]) == 0
    rows = [row for row in read_table(out) if row["structure"] == "GP_L"]
    pairs = {(row["first"], row["second"]): row for row in rows}
    assert [*pairs][:3] == [("ses-1", "ses-2"), ("ses-1", "ses-10"), ("ses-2", "ses-10")]
    assert float(pairs["ses-1", "ses-10"]["bias"]) == pytest.approx(8)
    assert {row["n"] for row in rows} == {str(n)}
    assert main(["agreement", str(table), "--by", "acq"]) == 2
    assert "has no acq-" in capsys.readouterr().err


def test_two_tables_of_subjects_with_several_sessions(tmp_path):
    """Two reconstructions of a cohort: a session is paired with the same session."""
    first = sessions(tmp_path / "a.tsv")
    second = tmp_path / "b.tsv"
    rows = [
        replace(row, mean_ppb=row.mean_ppb + 7, image=row.image.replace("_Chimap", "_desc-tv_Chimap"))
        for row in read_long(first)
    ]
    write_long(rows, second)
    out = tmp_path / "agreement.tsv"
    assert main(["agreement", str(first), str(second), "-o", str(out)]) == 0
    row = read_table(out)[0]
    assert (row["n"], float(row["bias"]), float(row["limit_low"])) == (
        "9",
        pytest.approx(7),
        pytest.approx(7),
    )


def test_wishes_that_cannot_be_met_are_one_sentence(tmp_path, capsys):
    table = sessions(tmp_path / "a.tsv")
    image = tmp_path / "x_Chimap.nii.gz"
    image.write_bytes(b"x")
    for arguments, word in (
        ([image, image], "--segmentation"),
        ([table, image], "--segmentation"),
        ([table, "--by", "ses", "--plot", tmp_path / "p.jpg"], ".png, .pdf or .svg"),
        ([table, table, "--by", "ses"], "one table"),
        ([table, "--by", "ses", "--corrections", tmp_path / "c.tsv"], "--corrections needs"),
        ([table, "--by", "ses", "--statistic", "mean_referenced_ppb"], "--reference"),
        ([table, "--by", "ses", "--reference", "brain"], "--reference is for images"),
        ([image, image, "-s", image, "--reference", "brain"], "add --statistic mean_referenced_ppb"),
        ([image, image, "-s", image, "--by", "ses"], "leave it out with images"),
    ):
        assert main(["agreement", *map(str, arguments)]) == 2
        assert word in capsys.readouterr().err


def test_command_with_a_manifest_shows_what_a_correction_changed(tmp_path, capsys):
    image, labels = phantom()
    corrected = labels.data.copy()
    corrected[:, :, ::2][corrected[:, :, ::2] == 5] = 0
    write_nifti(tmp_path / "q_Chimap.nii.gz", image.data, image.affine)
    write_nifti(tmp_path / "auto.nii.gz", labels.data, labels.affine)
    write_nifti(tmp_path / "edit.nii.gz", corrected, labels.affine)
    manifest = tmp_path / "pairs.tsv"
    manifest.write_text(
        "subject\tmethod\timage\tsegmentation\n"
        "s\tautomatic\tq_Chimap.nii.gz\tauto.nii.gz\ns\tcorrected\tq_Chimap.nii.gz\tedit.nii.gz\n",
        encoding="utf-8",
    )
    side = tmp_path / "changes.tsv"
    table = tmp_path / "corrections.tsv"
    command = ["agreement", str(manifest), "--changes", str(side), "--corrections", str(table)]
    assert main(command) == 0
    rows = {row["structure"]: row for row in read_table(table)}
    assert float(rows["GP_L"]["dice_mean"]) < 0.8 and float(rows["GP_R"]["dice_mean"]) == 1
    assert "automatic\tcorrected\tGP_L" in capsys.readouterr().out
    line = next(row for row in read_table(side) if row["abbreviation"] == "GP_L")
    data = image.data * 1000
    wanted = data[corrected == 5].mean(dtype=float) - data[labels.data == 5].mean(dtype=float)
    assert float(line["change_ppb"]) == pytest.approx(wanted, abs=1e-3)
    scores = label_changes(read_manifest(manifest))
    assert scores[4].dice == pytest.approx(
        2 * (corrected == 5).sum() / ((corrected == 5).sum() + (labels.data == 5).sum())
    )
    assert scores[0].dice == 1
    # Second minus first, as in every table of the command: corrected minus automatic.
    assert float(rows["GP_L"]["mean_bias_ppb"]) == pytest.approx(wanted, abs=1e-3)
    assert float(rows["GP_L"]["volume_bias_mm3"]) < 0


def test_images_of_one_head_on_different_grids(tmp_path, capsys):
    """The second image has another grid: the labels move, the image does not, and the large nuclei hardly change."""
    for name, shape, spacing in (("a", (160, 200, 56), (1, 1, 3)), ("b", (170, 210, 84), (0.9, 0.9, 2))):
        image, labels = phantom(shape, spacing, noise_ppm=0.0)
        write_nifti(tmp_path / f"{name}_Chimap.nii.gz", image.data, image.affine)
        write_nifti(tmp_path / f"{name}_dseg.nii.gz", labels.data, labels.affine)
    images = [str(tmp_path / f"{name}_Chimap.nii.gz") for name in "ab"]
    side = tmp_path / "changes.tsv"
    command = ["agreement", *images, "-s", str(tmp_path / "a_dseg.nii.gz"), "--changes", str(side)]
    assert main(command) == 0
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 17
    assert said.err.splitlines() == [f"dgmseg: The segmentation was resampled to the grid of {images[1]}."]
    # The two small nuclei are two or three slices high; where the grids interlock, their partial volumes do move them.
    assert all(abs(float(row["change_ppb"])) < 15 for row in read_table(side)[4:])
    relative = ["--reference", "100", "--statistic", "mean_referenced_ppb", "--overwrite"]
    raw = [float(row["first_ppb"]) for row in read_table(side)]
    assert main([*command, *relative]) == 0
    assert [float(row["first_ppb"]) for row in read_table(side)] == pytest.approx([x - 100 for x in raw])
    capsys.readouterr()
    assert main([*command[:2], *command[3:], "--overwrite"]) == 2
    assert "two measurements" in capsys.readouterr().err
