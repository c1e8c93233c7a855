"""Which images belong to a cohort, what their derivatives are called, and when nothing is to be done."""

from pathlib import Path

import pytest

from DGMSegmentationLib.cohort.estimate import Rates, estimate
from DGMSegmentationLib.cohort.find import find_cohort
from DGMSegmentationLib.cohort.local import WORKER_MEMORY_MB, free_memory_mb, worker_count
from DGMSegmentationLib.cohort.longitudinal import Visit, session_changes
from DGMSegmentationLib.cohort.record import full_stamp, is_same
from DGMSegmentationLib.cohort.request import selected_cases
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.inference.devices import usable_cpus
from DGMSegmentationLib.io.bids.derivatives import case_paths, check_output
from DGMSegmentationLib.measurement.roi import measure


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")


def names(cohort):
    return [case.name for case in cohort.cases]


def test_bids_entities_sessions_and_order(tmp_path):
    touch(
        tmp_path,
        "sub-10/anat/sub-10_Chimap.nii.gz",
        "sub-2/ses-b/anat/sub-2_ses-b_acq-hr_run-2_Chimap.nii",
        "sub-2/ses-a/anat/sub-2_ses-a_desc-medi_Chimap.nii.gz",
        "sub-2/ses-a/anat/sub-2_ses-a_T1w.nii.gz",
        "sub-2/anat/sub-2_MEGRE.nii.gz",
        "derivatives/x/sub-2/anat/sub-2_Chimap.nii.gz",
        "sourcedata/sub-3/anat/sub-3_Chimap.nii.gz",
    )
    (tmp_path / "participants.tsv").write_text("participant_id\tage\tsex\nsub-10\t61\tfemale\n2\tn/a\tM\n")
    cohort = find_cohort(tmp_path)
    assert names(cohort) == ["sub-2_ses-a_desc-medi", "sub-2_ses-b_acq-hr_run-2", "sub-10"]
    first, _, last = cohort.cases
    assert (first.subject, first.session, first.shown) == (
        "sub-2",
        "ses-a",
        "sub-2_ses-a_desc-medi_Chimap.nii.gz",
    )
    assert (last.age, last.sex, first.age, first.sex) == (61.0, "F", None, "M")
    assert not any(case.problem for case in cohort.cases)


@pytest.mark.parametrize("part", ["part-para", "desc-diamagnetic", "label-ChiPara", "desc-negative"])
def test_separated_parts_only_when_asked(tmp_path, part):
    touch(tmp_path, "sub-1/anat/sub-1_Chimap.nii.gz", f"sub-1/anat/sub-1_{part}_Chimap.nii.gz")
    cohort = find_cohort(tmp_path)
    assert names(cohort) == ["sub-1"] and cohort.left_out == 1
    assert len(find_cohort(tmp_path, parts=True).cases) == 2


def test_problems_are_reported_case_by_case(tmp_path):
    touch(
        tmp_path,
        "sub-1/anat/sub-1_Chimap.nii.gz",
        "sub-1/anat/sub-1_Chimap.nii",
        "sub-2/anat/sub-3_Chimap.nii.gz",
        "sub-4/anat/sub-4_Chimap.nii.gz",
        "sub-4/anat/sub-4_R2starmap.nii.gz",
        "sub-5/anat/sub-5_Chimap.nii.gz",
    )
    found = {case.name: case for case in find_cohort(tmp_path, ("qsm", "R2starmap")).cases}
    assert "keep one" in found["sub-1"].problem
    assert "another subject" in found["sub-3"].problem
    assert (
        not found["sub-4"].problem and found["sub-4"].channels["R2starmap"].name == "sub-4_R2starmap.nii.gz"
    )
    assert "sub-5_R2starmap.nii.gz" in found["sub-5"].problem


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sub-1", "sub-1_medi"),  # a part without a key is no part of the name of the results
        ("sub-1_run-2", "sub-1_run-1_run-2"),
        ("sub-1", "sub-1_desc-edited"),  # the name of corrections
    ],
)
def test_images_whose_results_would_share_names_are_refused(tmp_path, one, other):
    touch(
        tmp_path,
        f"sub-1/anat/{one}_Chimap.nii.gz",
        f"sub-1/anat/{other}_Chimap.nii.gz",
        "sub-2/anat/sub-2_Chimap.nii.gz",
    )
    *shared, apart = find_cohort(tmp_path).cases
    assert len(shared) == 2 and not apart.problem
    for case in shared:
        assert "rename" in case.problem and case.problem.count(f"{one}_Chimap") == 1
    (tmp_path / f"sub-1/anat/{one}_Chimap.nii.gz").unlink()
    assert not any(case.problem for case in find_cohort(tmp_path).cases)


def test_sessions_come_in_the_order_of_a_manifest(tmp_path):
    table = tmp_path / "list.tsv"
    lines = ("P10\tbaseline", "P10\t12m", "P2\tpost", "P10\t3m", "P2\tpre")
    text = "".join(f"{line}\t{number}.nii\n" for number, line in enumerate(lines))
    table.write_text(f"subject\tsession\timage\n{text}\t\t\n")  # Excel leaves such last lines
    cohort = find_cohort(table)
    assert names(cohort) == [
        "sub-P2_ses-post", "sub-P2_ses-pre", "sub-P10_ses-baseline", "sub-P10_ses-12m", "sub-P10_ses-3m",
    ]  # fmt: skip
    assert {case.ordered_by for case in cohort.cases} == {"the lines of the table"}


def test_sessions_of_bids_come_in_the_order_of_their_times(tmp_path):
    sessions = ("baseline", "12m", "3m")
    for person in ("sub-1", "sub-2"):
        touch(tmp_path, *(f"{person}/ses-{s}/anat/{person}_ses-{s}_Chimap.nii.gz" for s in sessions))
    times = ("2020-01-05T08:00:00", "2021-01-04T08:00:00Z", "2020-04-02")
    (tmp_path / "sub-1/sub-1_sessions.tsv").write_text(
        "session_id\tacq_time\n" + "".join(f"ses-{s}\t{t}\n" for s, t in zip(sessions, times, strict=True))
    )
    (tmp_path / "sub-2/sub-2_sessions.tsv").write_text("session_id\tacq_time\nses-12m\t2020-01-01\n")
    cases = find_cohort(tmp_path).cases
    assert [case.session for case in cases] == [
        "ses-baseline", "ses-3m", "ses-12m", "ses-3m", "ses-12m", "ses-baseline",
    ]  # fmt: skip
    assert cases[0].ordered_by == "acq_time in sub-1_sessions.tsv" and cases[3].ordered_by == "their names"


def test_only_parts_and_odd_digits(tmp_path):
    touch(tmp_path, "sub-1/anat/sub-1_part-para_Chimap.nii.gz")
    with pytest.raises(InputError, match="parts=True"):
        find_cohort(tmp_path)
    touch(tmp_path, "sub-1²2/anat/sub-1²2_Chimap.nii.gz")
    assert names(find_cohort(tmp_path)) == ["sub-1²2"]


def test_a_folder_that_cannot_be_opened_costs_no_other_session(tmp_path):
    touch(tmp_path, "sub-1/ses-1/anat/sub-1_ses-1_Chimap.nii.gz", "sub-1/ses-2/x", "sub-2/x")
    for folder in ("sub-1/ses-2/anat", "sub-2/anat"):
        (tmp_path / folder).symlink_to(
            "anat"
        )  # a link to itself: no folder can be opened there, not even by root
    one, two, three = find_cohort(tmp_path).cases
    assert (one.name, one.problem) == ("sub-1_ses-1", "")
    assert (two.name, two.session) == ("sub-1_ses-2", "ses-2") and "cannot be opened" in two.problem
    assert three.name == "sub-2" and "cannot be opened" in three.problem


def test_the_files_that_are_meant_are_taken(tmp_path):
    touch(
        tmp_path,
        "sub-1/anat/sub-1_Chimap.nii.gz",
        "sub-1/anat/._sub-1_Chimap.nii.gz",  # macOS puts such files on foreign disks
        "sub-1/anat/sub-1_R2starmap.nii.gz",
        "sub-1/anat/sub-1_run-2_R2starmap.nii.gz",
    )
    (case,) = find_cohort(tmp_path, ("qsm", "R2starmap")).cases
    assert not case.problem and case.channels["R2starmap"].name == "sub-1_R2starmap.nii.gz"


@pytest.mark.parametrize("other", ["HC-01", "sub-HC_01", "hc01"])
def test_two_spellings_of_a_table_never_share_a_folder(tmp_path, other):
    """Two persons, or one whose sessions would not be compared: nothing tells which."""
    table = tmp_path / "list.tsv"
    table.write_text(
        f"subject\tsession\timage\nHC_01\t1\ta.nii.gz\n{other}\t2\tb.nii.gz\nHC_01\t3\tc.nii.gz\n"
    )
    problems = {case.image.name: case.problem for case in find_cohort(table).cases}
    assert f"line 3: {other} and HC_01 would both be" in problems.pop("b.nii.gz")
    assert problems == {"a.nii.gz": "", "c.nii.gz": ""}


def test_table(tmp_path):
    table = tmp_path / "list.tsv"
    table.write_text(
        "subject\tsession\timage\tsegmentation\tage\tsex\n"
        "HC_01\t1\ta/qsm.nii.gz\t\t30\tF\nHC_01\t2\tb/qsm.nii.gz\tb/fixed.nii.gz\t32\tF\n"
        "P2\t\tdicom/P2\t\t\t\nP3\t\tx.nii\t\t\t\nP3\t\tx.nii\t\t\t\n"
    )
    one, two, three, four = find_cohort(table).cases
    assert (one.name, one.subject, one.shown, one.age) == ("sub-HC01_ses-1", "HC_01", "a/qsm.nii.gz", 30.0)
    assert two.edited == tmp_path / "b/fixed.nii.gz" and one.edited is None
    assert three.image == tmp_path / "dicom/P2"
    assert "listed 2 times" in four.problem


def test_a_study_as_people_keep_it(tmp_path):
    for subject in ("sub-001", "sub-002"):
        for session, day in (("post", "2024-05-01"), ("pre", "2023-05-01")):
            stem = f"{subject}_ses-{session}"
            touch(tmp_path, f"{subject}/ses-{session}/anat/{stem}_Chimap.nii.gz")
            scans = tmp_path / subject / f"ses-{session}" / f"{stem}_scans.tsv"
            scans.write_text(f"filename\tacq_time\nanat/{stem}_Chimap.nii.gz\t{day}T10:00:00\n")
    table = tmp_path / "participants.tsv"
    table.write_text("participant_id\tAge\tsex\n1\t34,5\tF\n002\t71\tM\n002\t70\tM\n3\t20\tM\n")
    cohort = find_cohort(tmp_path)
    assert [(case.session, case.visit, case.age, case.sex) for case in cohort.cases] == [
        ("ses-pre", 0, 34.5, "F"), ("ses-post", 1, 34.5, "F"), ("ses-pre", 0, None, "M"), ("ses-post", 1, None, "M"),
    ]  # fmt: skip
    assert cohort.cases[0].ordered_by == "acq_time in sub-001_ses-*_scans.tsv"
    unmatched, lacking = map(str, cohort.remarks)
    assert "1 row (3)" in unmatched and "sub-002" in lacking
    for written in ("1", "sub-001", "001", "01"):
        assert selected_cases(cohort, frozenset({written})) == {"sub-001_ses-pre", "sub-001_ses-post"}
    with pytest.raises(InputError, match="no image of subject 7"):
        selected_cases(cohort, frozenset({"1", "7"}))
    touch(tmp_path, "sub-01/anat/sub-01_Chimap.nii.gz")
    with pytest.raises(InputError, match="could be sub-001 or sub-01"):
        selected_cases(find_cohort(tmp_path), frozenset({"1"}))


def test_maps_in_a_derivative_are_hinted(tmp_path):
    touch(tmp_path, "sub-1/anat/sub-1_T1w.nii.gz", "derivatives/qsmxt/sub-1/anat/sub-1_Chimap.nii.gz")
    with pytest.raises(InputError, match=r"holds no sub-.*derivatives.qsmxt does: give that folder"):
        find_cohort(tmp_path)
    assert names(find_cohort(tmp_path / "derivatives/qsmxt")) == ["sub-1"]


def test_numbers_that_became_fractions_stay_apart(tmp_path):
    table = tmp_path / "list.tsv"
    lines = ("1.0\t1.0\ta.nii", "10\t\tb.nii", "10.0\t2.0\tc.nii", "1.5\t\td.nii")
    table.write_text("subject\tsession\timage\tAge\n" + "".join(f"{line}\t34,5\n" for line in lines))
    cohort = find_cohort(table)
    assert names(cohort) == ["sub-1_ses-1", "sub-10", "sub-10_ses-2", "sub-15"]
    problems = [case.problem for case in cohort.cases]
    assert "10.0 and 10 would both be sub-10" in problems.pop(2) and problems == ["", "", ""]
    assert {case.age for case in cohort.cases} == {34.5} and cohort.cases[0].subject == "1.0"


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("subject\tfile\n1\tx\n", "lacks the column image"),
        ("subject\timage\n", "lacks the column"),
        ("subject\timage\n1\t\n", "line 2: subject or image is empty"),
        ("subject\timage\n../x\ta.nii\n", "can make no file name"),
    ],
)
def test_bad_tables(tmp_path, text, match):
    (tmp_path / "t.tsv").write_text(text)
    with pytest.raises(InputError, match=match):
        find_cohort(tmp_path / "t.tsv")


def test_no_cohort(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        find_cohort(tmp_path / "nowhere")
    with pytest.raises(InputError, match="holds no sub-"):
        find_cohort(tmp_path)


def test_names_of_derivatives(tmp_path):
    plain = case_paths(tmp_path, "sub-01")
    assert plain.labels == tmp_path / "sub-01/anat/sub-01_seg-DGM_dseg.nii.gz"
    assert plain.of("_dseg.nii.gz", True).name == "sub-01_seg-DGM_desc-edited_dseg.nii.gz"
    full = case_paths(tmp_path, "sub-01_ses-2_acq-hr_desc-medi")
    assert full.labels == tmp_path / "sub-01/ses-2/anat/sub-01_ses-2_acq-hr_seg-DGM_desc-medi_dseg.nii.gz"
    assert full.of("_stats.tsv", True).name == "sub-01_ses-2_acq-hr_seg-DGM_desc-mediEdited_stats.tsv"


def test_foreign_output_folders_are_refused(tmp_path):
    raw, other, mine = tmp_path / "raw", tmp_path / "other", tmp_path / "mine"
    touch(other, "dataset_description.json", "sub-1/anat/x")
    touch(mine, "notes.txt")
    touch(tmp_path / "bare", "sub-1/anat/x")
    (other / "dataset_description.json").write_text('{"GeneratedBy": [{"Name": "fMRIPrep"}]}')
    for folder, match in (
        (raw, "folder of the images"),
        (other, "fMRIPrep"),
        (mine / "notes.txt", "is a file"),
        (tmp_path / "bare", "already holds subjects"),
    ):
        with pytest.raises(InputError, match=match):
            check_output(folder, raw)
    check_output(mine, raw)
    check_output(raw / "derivatives/dgmseg", raw)


def test_stamps_look_at_the_content_only_when_the_time_differs(tmp_path):
    import os

    path = tmp_path / "a"
    path.write_bytes(b"abc")
    stamp = full_stamp(path)
    os.utime(path, ns=(1, 1))
    assert is_same(path, stamp)
    path.write_bytes(b"abd")
    assert not is_same(path, stamp)
    path.write_bytes(b"abcd")
    assert not is_same(path, stamp) and not is_same(tmp_path / "b", stamp) and not is_same(path, None)
    assert full_stamp(tmp_path / "b") is None


def test_number_of_workers():
    free = free_memory_mb()
    assert free is None or free > 100
    assert worker_count(100, 7, True) == 7 and worker_count(3, 7, False) == 3
    assert worker_count(100, None, True) == 1
    most = worker_count(1000, None, False)
    assert 1 <= most <= usable_cpus()
    assert free is None or most == 1 or most * WORKER_MEMORY_MB <= free * 1.5


def test_estimate_of_time_memory_and_disk():
    whole = estimate(Rates(seconds=36.0, memory_mb=2048, disk_mb=0.5), 500, workers=2, efficiency=0.8)
    assert (whole.hours, whole.memory_gb, whole.disk_gb) == pytest.approx((3.125, 4.0, 0.25))


def test_two_sessions_side_by_side():
    from rows import blocks

    labels, image = blocks()
    one = measure(labels, image, subject="sub-1")
    later = measure(labels, image.replace(data=image.data + (labels.data == 7) * 20.0), subject="sub-1")
    visits = [
        Visit("sub-1", "ses-1", "", one),
        Visit("sub-2", "ses-1", "", one),
        Visit("sub-1", "ses-2", "", later),
        Visit("sub-1", "ses-2", "acq-x", later),
    ]
    (change,) = session_changes(visits)
    (reverse,) = session_changes([visits[2], visits[0]])  # the order given is the order kept
    assert (reverse.first, reverse.rows[6]["change_ppb"]) == ("ses-2", pytest.approx(-20.0))
    assert (change.subject, change.first, change.second) == ("sub-1", "ses-1", "ses-2")
    by_name = {row["abbreviation"]: row for row in change.rows}
    assert by_name["PU_L"]["change_ppb"] == pytest.approx(20.0)
    assert by_name["PU_L"]["beyond_chance"] is True  # more than 15 ppb
    assert by_name["PU_R"]["change_ppb"] == 0 and by_name["PU_R"]["beyond_chance"] is False
    assert by_name["PU_L"]["first_mm3"] == by_name["PU_L"]["second_mm3"] > 0
