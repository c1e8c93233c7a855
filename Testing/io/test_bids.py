"""A BIDS folder as people keep it: identifiers, ages, doubled rows, times of sessions, and maps where pipelines put them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.io.bids.derivatives import case_paths, described
from DGMSegmentationLib.io.bids.identifiers import match_identifiers
from DGMSegmentationLib.io.bids.label_files import find_labels
from DGMSegmentationLib.io.bids.maps import find_maps, maps_elsewhere
from DGMSegmentationLib.io.bids.names import derivative_stems, map_stem, scan_of, series_of, subject_of
from DGMSegmentationLib.io.bids.participants import read_age, read_participants
from DGMSegmentationLib.io.bids.sessions import session_order


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")


def participants(root: Path, text: str, *subjects: str):
    for subject in subjects:
        (root / subject).mkdir(exist_ok=True)
    (root / "participants.tsv").write_text(text, encoding="utf-8")
    return read_participants(root, subjects)


@pytest.mark.parametrize("written", ["sub-001", "001", "1", "sub-1", " 01 ", "1.0", "1.00"])
def test_an_identifier_means_the_only_subject_of_that_number(written):
    assert match_identifiers([written], {"sub-001", "sub-010", "sub-100"}).meant == {
        written.strip(): "sub-001"
    }


def test_names_that_differ_in_zeros_alone_are_not_guessed():
    found = match_identifiers(["1", "sub-01", "7"], {"sub-01", "sub-001", "sub-0001"})
    assert found.meant == {"sub-01": "sub-01"}
    assert found.ambiguous == {"1": ("sub-0001", "sub-001")}
    assert found.unknown == ("7",)
    # "001" has a row of its own, so that "1" is somebody else
    found = match_identifiers(["1", "001"], {"sub-001"})
    assert found.meant == {"001": "sub-001"} and found.unknown == ("1",)


def test_sites_in_identifiers_and_spellings():
    names = {"sub-HC01", "sub-HC1A002", "sub-10"}
    written = ["HC_01", "hc-1", "HC1A2", "1.0", "10.0"]
    assert match_identifiers(written, names).meant == {
        "HC_01": "sub-HC01", "hc-1": "sub-HC01", "HC1A2": "sub-HC1A002", "10.0": "sub-10",
    }  # fmt: skip


@given(st.lists(st.from_regex(r"[A-Za-z]{0,2}\d{1,4}", fullmatch=True), unique=True, min_size=1))
def test_every_exact_identifier_means_its_own_subject(labels):
    names = {f"sub-{label}" for label in labels}
    found = match_identifiers(labels, names)
    assert found.meant == {label: f"sub-{label}" for label in labels}
    assert not found.unknown and not found.ambiguous


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("34", 34.0), ("34.5", 34.5), ("34,5", 34.5), ("034Y", 34.0), ("34 years", 34.0), ("89+", 89.0), (">89", 89.0),
        ("≥ 90", 90.0), ("n/a", None), ("", None), ("-3", None), ("340", None), ("young", None),
        ("nan", None), ("inf", None), ("30-35", None), ("<18", None),
    ],
)  # fmt: skip
def test_ages_as_people_write_them(text, years):
    assert read_age(text) == years


def test_a_table_of_participants_as_people_keep_it(tmp_path):
    text = (
        "Participant_ID\tAge\tGender\n"
        "1\t34,5\tfemale\n002\t89+\tM\n002\t71\tM\n003\told\tF\n003\t\tF\n004\tn/a\t\n005\t>89\tF\n9\t50\tF\n"
    )
    found = participants(tmp_path, text, "sub-001", "sub-002", "sub-003", "sub-004", "sub-005", "sub-006")
    people = {name: (person.age, person.sex) for name, person in found.by_subject.items()}
    assert people == {
        "sub-001": (34.5, "F"), "sub-002": (None, "M"), "sub-003": (None, "F"), "sub-004": (None, ""),
        "sub-005": (89.0, "F"),
    }  # fmt: skip
    said = "\n".join(map(str, found.remarks))
    for part in (
        "1 row (9) of no subject",
        "no row for 1 subject (sub-006)",
        "several rows for 2 subjects (sub-002, sub-003)",
        "1 age (sub-003: old) cannot be read",
        "1 age (sub-005: >89) taken as the number",
    ):
        assert part in said
    assert len(found.remarks) == 5 and all("participants.tsv" in str(remark) for remark in found.remarks)


def test_a_tidy_table_is_no_reason_for_remarks(tmp_path):
    found = participants(
        tmp_path, "participant_id\tage\tsex\nsub-1\t30\tM\nsub-2\tn/a\tF\n", "sub-1", "sub-2"
    )
    assert found.remarks == () and found.of("sub-1").age == 30.0 and found.of("sub-7").age is None
    (tmp_path / "participants.tsv").write_text("participant_id\tage\n")
    assert read_participants(tmp_path, ["sub-1"]).by_subject == {}


def test_a_row_of_a_subject_without_images_is_no_stranger(tmp_path):
    (tmp_path / "sub-2").mkdir()
    assert participants(tmp_path, "participant_id\tage\n1\t30\n2\t31\n", "sub-1").remarks == ()


def test_a_derivative_of_maps_takes_the_tables_of_its_data_set(tmp_path):
    maps = tmp_path / "derivatives/qsmxt"
    for session in ("a", "b"):
        touch(maps, f"sub-1/ses-{session}/anat/sub-1_ses-{session}_Chimap.nii.gz")
    (tmp_path / "participants.tsv").write_text("participant_id\tage\nsub-1\t44\n")
    (tmp_path / "sub-1").mkdir()
    (tmp_path / "sub-1/sub-1_sessions.tsv").write_text("session_id\tacq_time\nb\t2001-01-01\na\t2002-01-01\n")
    assert read_participants(maps, ["sub-1"]).of("sub-1").age == 44.0
    images = [(found.session, found.path) for found in find_maps(maps).found]
    assert session_order(maps, "sub-1", images)[0] == {"ses-b": 0, "ses-a": 1}
    assert maps_elsewhere(tmp_path) == [maps]
    touch(tmp_path, "derivatives/manual/sub-1/ses-a/anat/sub-1_ses-a_seg-DGM_dseg.nii.gz")
    labels, automatic = find_labels(maps, images[0][1], "sub-1_ses-a")
    assert labels is not None and labels.parts[-5:-3] == ("manual", "sub-1") and not automatic


def sessions(root: Path, subject: str, **times: str | None) -> tuple[list[str], str]:
    """The order of a subject's sessions whose maps were scanned at these times, as scans.tsv tells it."""
    images = []
    for name, time in times.items():
        image = root / subject / f"ses-{name}" / "anat" / f"{subject}_ses-{name}_Chimap.nii.gz"
        touch(root, str(image.relative_to(root)))
        images.append((f"ses-{name}", image))
        if time is not None:
            table = image.parents[1] / f"{subject}_ses-{name}_scans.tsv"
            table.write_text(f"filename\tacq_time\nanat/{image.name}\t{time}\n")
    order, followed = session_order(root, subject, images)
    return [name.removeprefix("ses-") for name in sorted(order, key=order.__getitem__)], followed


def test_times_of_scans_order_the_sessions(tmp_path):
    followed = "acq_time in sub-1_ses-*_scans.tsv"
    assert sessions(tmp_path, "sub-1", post="2024-05-01T10:00:00", pre="2023-05-01T10:00:00.5Z") == (
        ["pre", "post"], followed,
    )  # fmt: skip
    assert sessions(tmp_path, "sub-2", a="2024-05-01T10:00:00+02:00", b="2024-05-01 09:00:00") == (
        ["b", "a"], "acq_time in sub-2_ses-*_scans.tsv",
    )  # fmt: skip
    assert sessions(tmp_path, "sub-3", post="2024-05-01", pre="n/a") == (["post", "pre"], "their names")
    assert sessions(tmp_path, "sub-4", s10="2024-05-01", s9=None) == (["s9", "s10"], "their names")


def test_the_time_of_the_map_goes_before_that_of_other_scans(tmp_path):
    sessions(tmp_path, "sub-1", a="2024-05-02", b=None)
    table = tmp_path / "sub-1/ses-b/sub-1_ses-b_scans.tsv"
    table.write_text("filename\tacq_time\nanat/sub-1_ses-b_T1w.nii.gz\t2024-05-03\nfmap/x\t2024-05-01\n")
    assert sessions(tmp_path, "sub-1", a="2024-05-02", b=None)[0] == ["b", "a"]  # its first scan
    with table.open("a") as handle:
        handle.write("anat/sub-1_ses-b_Chimap.nii.gz\t2024-05-04\n")
    assert sessions(tmp_path, "sub-1", a="2024-05-02", b=None)[0] == ["a", "b"]


def test_times_of_sessions_go_before_those_of_scans_and_both_complete_each_other(tmp_path):
    sessions(tmp_path, "sub-1", a="2024-01-01", b="2023-01-01")
    table = tmp_path / "sub-1/sub-1_sessions.tsv"
    table.write_text("session_id\tacq_time\nses-a\t2020-01-01\nb\t2021-01-01\n")
    assert sessions(tmp_path, "sub-1", a="2024-01-01", b="2023-01-01") == (
        ["a", "b"], "acq_time in sub-1_sessions.tsv",
    )  # fmt: skip
    table.write_text("session_id\tacq_time\na\t2022-01-01\n")
    assert sessions(tmp_path, "sub-1", a="2024-01-01", b="2023-01-01")[0] == ["a", "b"]


def test_names_of_images():
    assert map_stem("sub-1_run-2_Chimap.nii.gz") == "sub-1_run-2" and map_stem("sub-1_Chimap.nii") == "sub-1"
    assert map_stem("._sub-1_Chimap.nii.gz") is None and map_stem("sub-1_T1w.nii.gz") is None
    assert scan_of("sub-1_ses-a_acq-x_run-2_Chimap") == "sub-1_ses-a_run-2" and scan_of("ses-a_run-2") == ""
    assert series_of("sub-1_ses-a_acq-x_run-2") == "acq-x_run-2"
    assert subject_of("a/sub-01_ses-1_Chimap.nii.gz") == "sub-01" and subject_of("head.nii") == "head"


label = st.from_regex(r"[A-Za-z0-9]{1,4}", fullmatch=True)


@given(st.dictionaries(st.sampled_from(["ses", "acq", "rec", "run", "desc", "label"]), label), label)
def test_automatic_and_corrected_labels_never_share_a_name(keys, subject):
    name = "_".join([f"sub-{subject}", *(f"{key}-{value}" for key, value in keys.items())])
    automatic, edited = derivative_stems(name)
    assert automatic != edited and automatic.startswith(f"sub-{subject}_")
    paths = case_paths(Path("out"), name)
    assert paths.folder.name == "anat" and paths.labels.name == f"{automatic}_dseg.nii.gz"


def test_the_link_to_the_images_keeps_a_pseudonym(tmp_path, monkeypatch):
    (tmp_path / "data/Jane Doe").mkdir(parents=True)
    study = tmp_path / "P017"
    study.symlink_to(tmp_path / "data/Jane Doe")
    links = described(tmp_path / "out", study, "0")["DatasetLinks"]
    assert links == {"raw": "../P017"}
    monkeypatch.chdir(tmp_path)
    assert described(Path("out"), Path("P017"), "0")["DatasetLinks"] == links


def test_a_folder_that_cannot_be_listed_is_said(tmp_path):
    with pytest.raises(InputError, match="cannot be opened"):
        find_maps(tmp_path / "nowhere")
