"""The tables and the page of a cohort, from records: every case has its place, and they say how it was measured."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from cohorts import MODEL
from rows import blocks

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.cohort.entries import Entry, same_images, without_norm
from DGMSegmentationLib.cohort.find import Cohort, CohortCase
from DGMSegmentationLib.cohort.group import write_group
from DGMSegmentationLib.cohort.layout import write_frame
from DGMSegmentationLib.cohort.plan import CaseSettings
from DGMSegmentationLib.cohort.provenance import group_provenance, mixed
from DGMSegmentationLib.cohort.record import Record, migrate
from DGMSegmentationLib.cohort.request import Request, checked
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.io.bids.derivatives import case_paths
from DGMSegmentationLib.io.tables import read_table
from DGMSegmentationLib.io.typed import typed
from DGMSegmentationLib.measurement.roi import measure
from DGMSegmentationLib.measurement.tables import read_long
from DGMSegmentationLib.options import SegmentOptions


def entry(folder: Path, name: str, image: str, shift=0.0, flags="", **record) -> Entry:
    """A measured case of a table: subject "P4" where its name begins with sub-P4."""
    labels, values = blocks()
    subject, _, session = name.removeprefix("sub-").partition("_")
    rows = measure(labels, values.replace(data=values.data + shift), subject=subject, image_name=image)
    rows = [row.with_flags([flags] if flags else []) for row in rows]
    case = CohortCase(name, subject, session, folder / image, image, image)
    made = {
        "status": "done", "finished": name, "rows": [asdict(row) for row in rows],
        "rows_of": {"reference": "none", "units": "auto"},
        "automatic": {"model": "m 1", "options": {"model_sha256": "a" * 64, "connectivity": 6}},
    }  # fmt: skip
    values = migrate({"format": 1, **made, **record})
    return Entry(case, case_paths(folder / "out", case.name), typed(Record, values, name))


def written(folder: Path, entries: list[Entry]) -> Path:
    (folder / "out/.dgmseg").mkdir(parents=True)
    write_group(folder / "out", Cohort(folder, tuple(e.case for e in entries)), entries)
    return folder / "out"


def test_two_sessions_of_one_image_are_two_rows_of_the_page(tmp_path):
    entries = [entry(tmp_path, f"sub-P4_ses-{k}", "x.nii") for k in (1, 2)]
    page = (written(tmp_path, entries) / "cohort.html").read_text(encoding="utf-8")
    assert "2 measured, 0 failed" in page
    for k in (1, 2):
        assert (
            f">ses-{k} x</td>" in page and f"sub-P4/ses-{k}/anat/sub-P4_ses-{k}_seg-DGM_report.html" in page
        )


def test_one_image_a_subject_needs_no_column_for_it(tmp_path):
    entries = [entry(tmp_path, f"sub-P{k}", f"sub-P{k}_Chimap.nii.gz") for k in (1, 2)]
    assert ">image</button>" not in (written(tmp_path, entries) / "cohort.html").read_text(encoding="utf-8")


def test_sessions_stand_in_the_tables_and_agreement_goes_by_them(tmp_path, capsys):
    """The images' names tell nothing of the sessions."""
    entries = [
        entry(tmp_path, f"sub-P{k}_ses-{s}", f"scan{k}{s}.nii", shift=4.0 * s) for k in (1, 2) for s in (1, 2)
    ]
    output = written(tmp_path, entries)
    for name in ("rois_long.tsv", "rois_wide.tsv"):
        lines = read_table(output / name)
        assert list(lines[0])[:3] == ["subject", "session", "image"]
        assert {line["session"] for line in lines} == {"ses-1", "ses-2"}
    rows = read_long(output / "rois_long.tsv")  # a reader of tables without the column
    assert len(rows) == 40 and not hasattr(rows[0], "session")
    out = tmp_path / "a.tsv"
    assert main(["agreement", str(output / "rois_long.tsv"), "--by", "ses", "-o", str(out)]) == 0
    line = read_table(out)[0]
    assert (line["first"], line["second"], line["n"]) == ("ses-1", "ses-2", "2")
    assert float(line["bias"]) == pytest.approx(4)
    copy = tmp_path / "other.tsv"
    copy.write_bytes((output / "rois_long.tsv").read_bytes())
    assert main(["agreement", str(output / "rois_long.tsv"), str(copy)]) == 0
    assert "\tRN_L\tmean_ppb\t4\t" in capsys.readouterr().out  # each visit with its like


def test_how_a_row_was_measured_is_no_flag_of_quality(tmp_path):
    output = written(tmp_path, [entry(tmp_path, "sub-P1", "x.nii", flags="labels_resampled")])
    (line,) = read_table(output / "cases.tsv")
    assert (line["flagged_structures"], line["flags"]) == ("0", "labels_resampled")
    assert "labels_resampled" not in (output / "cohort.html").read_text(encoding="utf-8")


def test_the_page_tells_of_cases_that_were_measured_otherwise(tmp_path):
    """A run with --participant and other options brings only some up to date."""
    _, settings = checked(CaseSettings(SegmentOptions(MODEL[1], device="cpu"), reference="brain"))
    request = Request(tmp_path / "bids", tmp_path / "out", settings)
    same = {"rows_of": {"reference": "brain", "units": "auto"}}
    entries = [
        entry(tmp_path, "sub-P1", "x.nii", **same),
        entry(tmp_path, "sub-P2", "y.nii"),
        entry(tmp_path, "sub-P3", "z.nii"),
    ]
    told = group_provenance(request, settings, entries)
    assert (
        told["options"]["reference"]
        == "mixed in reference: none (2), brain (1)"
        == mixed(entries)["reference"]
    )
    assert told["options"]["connectivity"] == 6 and told["model"] == "m 1 aaaaaaaa"
    assert (
        mixed(entries[1:]) == {}
        and group_provenance(request, settings, [])["options"]["reference"] == "brain"
    )


@pytest.mark.parametrize("number", ["nan", "inf", "1e400"])
def test_a_reference_that_is_no_finite_number_is_refused(number):
    with pytest.raises(InputError, match="no finite number"):
        checked(CaseSettings(SegmentOptions(MODEL[1]), reference=number))


def test_what_people_wrote_beside_the_results_stays(tmp_path):
    output, cohort = tmp_path / "out", Cohort(tmp_path, ())
    output.mkdir()
    write_frame(output, cohort.root)
    (output / "README").write_text("Ours, see the protocol.\n")
    path = output / "dataset_description.json"
    description = json.loads(path.read_text())
    description |= {"Authors": ["A. Author"], "Name": "Study 7"}
    description["GeneratedBy"][0]["Version"] = "0.0.1"
    path.write_text(json.dumps(description))
    write_frame(output, cohort.root)
    now = json.loads(path.read_text())
    assert (output / "README").read_text() == "Ours, see the protocol.\n"
    assert (now["Authors"], now["Name"]) == (["A. Author"], "Study 7")
    assert now["GeneratedBy"][0]["Version"] != "0.0.1"


DOUBT = {
    "status": "doubtful",
    "reasons": [{"code": "head_unknown", "facts": {}, "sentence": "Another kind of image."}],
}


def test_doubtful_cases_are_measured_and_left_out_of_the_means(tmp_path):
    """A case of an earlier version has no verdict, and counts."""
    fine = {"verdict": {"status": "ok", "reasons": []}}
    entries = [
        entry(tmp_path, "sub-P1_ses-1", "x1.nii", **fine),
        entry(tmp_path, "sub-P1_ses-2", "x2.nii", shift=1000.0, verdict=DOUBT),
        entry(tmp_path, "sub-P2_ses-1", "x3.nii", shift=4.0),
        entry(tmp_path, "sub-P3_ses-1", "x4.nii", status="failed", reason="cut"),
    ]
    output = written(tmp_path, entries)
    lines = read_table(output / "cases.tsv")
    assert [line["verdict"] for line in lines] == ["ok", "doubtful", "", "failed"]
    assert [line["verdict_reasons"] for line in lines] == ["", "head_unknown", "", ""]
    assert [line["verdict"] for line in read_table(output / "rois_wide.tsv")] == ["ok", "doubtful", ""]
    assert len(read_table(output / "rois_long.tsv")) == 30
    page = (output / "cohort.html").read_text(encoding="utf-8")
    assert "3 measured, 1 of them doubtful and left out of means and figures, 1 failed" in page
    assert "Another kind of image." in page and "<td>2</td>" in page and "<td>3</td>" not in page
    assert not (output / "changes.tsv").exists()

    cohort = Cohort(tmp_path, tuple(e.case for e in entries))
    assert write_group(output, cohort, entries, include_doubtful=True)
    page = (output / "cohort.html").read_text(encoding="utf-8")
    assert "1 of them doubtful, 1 failed" in page and "<td>3</td>" in page
    assert len(read_table(output / "changes.tsv")) == 10
    assert not write_group(output, cohort, entries, include_doubtful=True)


def test_rejected_cases_keep_their_rows_and_count_nowhere(tmp_path):
    """Not with the doubtful ones either; the reader's reason stands in table and page."""
    entries = [
        entry(tmp_path, "sub-P1_ses-1", "x1.nii"),
        replace(entry(tmp_path, "sub-P1_ses-2", "x2.nii", shift=1000.0), rejected="the head moved"),
        entry(tmp_path, "sub-P2_ses-1", "x3.nii", shift=4.0),
    ]
    output = written(tmp_path, entries)
    assert [line["rejected"] for line in read_table(output / "cases.tsv")] == ["", "the head moved", ""]
    lines = read_table(output / "rois_long.tsv")
    assert {line["image"] for line in lines if line["rejected"] == "true"} == {"x2.nii"} and len(lines) == 30
    cohort = Cohort(tmp_path, tuple(e.case for e in entries))
    page = (output / "cohort.html").read_text(encoding="utf-8")
    assert "3 measured, 1 rejected by readers and left out of means and figures, 0 failed" in page
    assert "the head moved" in page and "<td>2</td>" in page and "<td>3</td>" not in page
    write_group(output, cohort, entries, include_doubtful=True)
    assert not (output / "changes.tsv").exists()
    again = [replace(one, rejected="") for one in entries]
    assert write_group(output, cohort, again) and (output / "changes.tsv").exists()


def test_doubtful_cases_have_no_norm(tmp_path):
    norms = tmp_path / "norms.tsv"
    norms.write_text("structure\tmean_ppb\tsd_ppb\nGP\t100\t20\n")
    entries = [entry(tmp_path, "sub-P1", "x.nii"), entry(tmp_path, "sub-P2", "y.nii", verdict=DOUBT)]
    (tmp_path / "out/.dgmseg").mkdir(parents=True)
    cohort = Cohort(tmp_path, tuple(e.case for e in entries))
    write_group(tmp_path / "out", cohort, entries, norms=str(norms))
    assert {line["image"] for line in read_table(tmp_path / "out/norms.tsv")} == {"x.nii"}


def test_files_that_are_no_images_are_not_said_to_be_the_same(tmp_path):
    stamp = {"size": 5, "mtime_ns": 7}

    def stamped(name, status):
        return entry(
            tmp_path, name, f"{name}.nii", inputs={"image": {**stamp, "sha256": "0" * 64}}, status=status
        )

    both = [stamped(name, "failed") for name in ("sub-P1", "sub-P2")]
    assert same_images(both) == []
    good = [stamped(name, "done") for name in ("sub-P3", "sub-P4")]
    assert same_images([*both, *good]) == [["sub-P3", "sub-P4"]]


def test_a_ragged_table_of_participants_matters_only_with_norms(tmp_path, capsys):
    for name in ("sub-1", "sub-2"):
        (tmp_path / f"bids/{name}/anat").mkdir(parents=True)
        (tmp_path / f"bids/{name}/anat/{name}_Chimap.nii.gz").write_bytes(b"x")
    (tmp_path / "bids/participants.tsv").write_text("participant_id\tage\nsub-1\t40\t\t\n")
    (tmp_path / "norms.tsv").write_text("structure\tmean_ppb\tsd_ppb\nPU\t40\t10\n")
    command = ["cohort", str(tmp_path / "bids"), "-o", str(tmp_path / "out"), *MODEL, "--dry-run"]
    assert main(command) == 0
    assert "4 cells in line 2" in capsys.readouterr().err
    assert main([*command, "--norms", str(tmp_path / "norms.tsv")]) == 2


def test_subjects_without_a_norm_are_named(tmp_path):
    table = tmp_path / "norms.tsv"
    table.write_text("structure\tmean_ppb\tsd_ppb\tage\nPU\t40\t10\t20\nPU\t60\t10\t60\n")
    ages = {"sub-P1": 40.0, "sub-P2": None, "sub-P3": 89.0}
    entries = [entry(tmp_path, name, "x.nii") for name in ages]
    entries = [replace(e, case=replace(e.case, age=ages[e.case.name])) for e in entries]
    assert without_norm(entries, str(table)) == ["sub-P2", "sub-P3"]
