"""``dgmseg-bids``: participants side by side with a lock each, the group's tables later, words as other BIDS apps take them."""

import subprocess
import sys

import pytest
from cohorts import MODEL, REPOSITORY, add_subject

from DGMSegmentationLib.cli.bids_app import main, words_of
from DGMSegmentationLib.cohort.lock import cases_held, only_cases, only_group, only_run
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.io.tables import read_table


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Two subjects with corrected labels, so that no network runs."""
    root = tmp_path_factory.mktemp("bids app")
    (root / "out" / ".dgmseg").mkdir(parents=True)  # else the corrections would be those of somebody else
    for number in (1, 2):
        add_subject(root / "bids", f"sub-0{number}", number, labels=root / "out")
    return root


def app(study, level, *words):
    return main([str(study / "bids"), str(study / "out"), level, *words, "--n-cpus", "1", *MODEL])


def test_participants_first_and_the_group_later(study, capsys):
    out = study / "out"
    assert app(study, "participant", "--participant-label", "01") == 0
    assert (out / "sub-01/anat/sub-01_seg-DGM_desc-edited_stats.tsv").exists()
    assert not list(out.glob("*.html")) and not (out / "cases.tsv").exists()
    assert not (out / "sub-02/anat/sub-02_seg-DGM_desc-edited_stats.tsv").exists()
    assert app(study, "participant", "--participant_label", "sub-02", "01") == 0
    assert "nothing to do" not in capsys.readouterr().out
    assert app(study, "group") == 0
    assert [line["status"] for line in read_table(out / "cases.tsv")] == ["done", "done"]
    assert (out / "cohort.html").exists()
    before = (out / "cases.tsv").stat().st_mtime_ns
    assert app(study, "group") == 0  # up to date
    assert (out / "cases.tsv").stat().st_mtime_ns == before


def test_a_participant_who_is_not_there_is_a_sentence(study, capsys):
    assert app(study, "participant", "--participant-label", "07") == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [[], ["bids", "out"], ["bids", "out", "subject"], ["bids", "out", "group", "--n-cpus", "many"]],
    ids=["nothing", "no level", "no such level", "no number"],
)
def test_wrong_words_are_a_sentence(words, capsys):
    assert main(words) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "dgmseg-bids --help" in said


def test_words_as_other_apps_take_them():
    words = words_of(
        [
            "in",
            "out",
            "participant",
            "--participant_label",
            "01",
            "sub-02",
            "--skip-bids-validation",
            "--redo",
        ]
    )
    assert words == [
        "cohort", "in", "--output", "out", "--level", "participant", "--participant", "01", "--participant", "sub-02", "--redo",
    ]  # fmt: skip
    assert words_of(["in", "out", "group", "--model", "m", "--n_cpus", "2"])[-4:] == [
        "--workers",
        "2",
        "--model",
        "m",
    ]


HOLD = (
    "import sys; from pathlib import Path; from DGMSegmentationLib.cohort import lock\n"
    "with {}: print('held', flush=True); sys.stdin.read()"
)


@pytest.fixture
def held_elsewhere(tmp_path):
    """Hold a lock in another process until the test ends."""
    holders = []

    def hold(what):
        code = HOLD.format(what.replace("FOLDER", "Path(sys.argv[1])"))
        command = [sys.executable, "-c", code, str(tmp_path)]
        holder = subprocess.Popen(
            command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        holders.append(holder)
        assert holder.stdout.readline() == "held\n"
        return holder

    yield hold
    for holder in holders:
        holder.kill()
        holder.communicate()


def refused(context):
    with pytest.raises(InputError) as caught, context:
        pass
    return caught.value.code


def test_who_may_work_beside_whom(held_elsewhere, tmp_path, monkeypatch):
    monkeypatch.setattr("DGMSegmentationLib.cohort.lock._PROBE_SECONDS", 0.1)
    one = held_elsewhere("lock.only_cases(FOLDER, ['sub-01'], print)")
    with only_cases(tmp_path, ["sub-02"], print), only_group(tmp_path, print):
        assert set(cases_held(tmp_path)) >= {"sub-01"}
    assert refused(only_cases(tmp_path, ["sub-01"], print)) == "case_locked"
    assert refused(only_run(tmp_path, print)) == "case_locked"
    one.kill()  # nothing of a lock is left, however the run ended
    one.wait()
    whole = held_elsewhere("lock.only_run(FOLDER, print)")
    assert refused(only_cases(tmp_path, ["sub-01"], print)) == "cohort_locked"
    assert refused(only_group(tmp_path, print)) == "cohort_locked"
    whole.kill()
    whole.wait()
    with only_run(tmp_path, print):
        pass
