"""Files that belong together: all or none, whatever ends the run, and one run at a time."""

import json
import os
import subprocess
import sys
import textwrap
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import snapshot

from DGMSegmentationLib.errors import DGMError, InputError
from DGMSegmentationLib.io.atomic import all_or_none, atomic_path
from DGMSegmentationLib.io.file_set import PREFIX, file_set, finish_sets
from DGMSegmentationLib.io.files import write_text

NAMES = ("x_a.txt", "x_b.txt", "x_c.txt")
POSIX = os.name != "nt"


def write_set(folder, content, removed=()):
    """What a run does: make three files, then let them appear."""
    with file_set(folder, "x") as claimed:
        made = [claimed.staging / name for name in NAMES]
        for path in made:
            write_text(path, content)
        claimed.commit(made, [folder / name for name in removed])


def contents(folder):
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


def crash_at(number):
    """End this process, as if killed, before its ``number``-th change of the disk."""
    calls = 0

    def crashing(event, arguments):
        nonlocal calls
        if event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod") or (
            event == "open" and "tmp" in str(arguments[0])
        ):
            calls += 1
            if calls == number:
                os._exit(9)

    sys.addaudithook(crashing)


@pytest.mark.parametrize(
    "before", [{}, dict.fromkeys((*NAMES, "x_old.txt"), "old")], ids=["first", "overwrite"]
)
def test_killed_anywhere_it_is_all_or_none(tmp_path, before):
    """Every point where the disk changes; forked, for speed, so that the library is imported once."""
    if not hasattr(os, "fork"):
        pytest.skip("needs fork")
    ends = {"old": 0, "new": 0}
    at = 0
    while True:
        at += 1
        folder = tmp_path / str(at)
        folder.mkdir()
        for name, text in before.items():
            (folder / name).write_text(text)
        child = os.fork()
        if child == 0:
            crash_at(at)
            write_set(folder, "new", ["x_old.txt"])
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said = finish_sets(folder)  # what every later run and every reader does first
        found = contents(folder)
        assert found in (before, dict.fromkeys(NAMES, "new")), (at, found)
        ends["new" if found and "x_old.txt" not in found else "old"] += 1
        assert not list(folder.glob(".*")), "nothing is left over"
        assert all(remark.code == "set_finished" for remark in said)
        write_set(folder, "next")
        assert contents(folder) == {**found, **dict.fromkeys(NAMES, "next")}
        if code == 0:
            break
    assert at > 20 and ends["old"] > 5 and ends["new"] > 5, (at, ends)


def test_a_set_that_is_written_is_nobody_elses(tmp_path):
    with file_set(tmp_path, "x") as claimed:
        before = snapshot(tmp_path)
        for _ in range(2):
            with pytest.raises(InputError, match="Another run is writing"), file_set(tmp_path, "x"):
                pass
        code = f"""
            import sys, pathlib
            sys.path[:0] = {sys.path!r}
            from DGMSegmentationLib.io.file_set import file_set, finish_sets
            from DGMSegmentationLib.errors import InputError
            folder = pathlib.Path({str(tmp_path)!r})
            assert finish_sets(folder) == ()
            try:
                with file_set(folder, "x"):
                    pass
            except InputError as error:
                print(error.code)
        """
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "outputs_in_use"
        assert snapshot(tmp_path) == before
        with file_set(tmp_path, "y"):
            pass
        write_text(claimed.staging / "x_a.txt", "mine")
        claimed.commit([claimed.staging / "x_a.txt"])
    assert contents(tmp_path) == {"x_a.txt": "mine"}


def test_many_that_write_and_look_at_once_take_turns(tmp_path):
    """Folders come and go between any two steps of another process: one at a time writes, and the others are told so."""
    if not hasattr(os, "fork"):
        pytest.skip("needs fork")
    folder, inside = tmp_path / "out", tmp_path / "inside"

    def write_often():
        written = 0
        for _ in range(60):
            finish_sets(folder)
            try:
                with file_set(folder, "x") as claimed:
                    os.close(os.open(inside, os.O_CREAT | os.O_EXCL))  # fails where another is in here
                    write_text(claimed.staging / NAMES[0], "new")
                    inside.unlink()
                    claimed.commit([claimed.staging / NAMES[0]])
                    written += 1
            except InputError as error:
                if error.code != "outputs_in_use":
                    return False
            except OSError:
                return False
        return written > 0

    children = []
    for _ in range(3):
        child = os.fork()
        if child == 0:
            os._exit(0 if write_often() else 1)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0, 0]
    assert contents(folder) == {NAMES[0]: "new"}


def test_a_run_that_comes_to_nothing_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), file_set(tmp_path / "new" / "folder", "x") as claimed:
        write_text(claimed.staging / "x_a.txt", "half")
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


def listed(folder, files, removed=(), own="x"):
    staging = folder / f"{PREFIX}{own}"
    staging.mkdir()
    (staging / "lock").touch()
    (staging / "files.json").write_text(json.dumps({"files": files, "removed": removed}))
    for name in files:
        if "/" not in name:
            (staging / name).write_text("from elsewhere")
    return staging


@pytest.mark.parametrize(
    "files, removed",
    [
        ([], ["../victim.txt"]),
        ([], ["victim.txt"]),
        (["victim.txt"], []),
        ([], ["x/../../victim.txt"]),
        ([], [".."]),
        ([], ["xvictim.txt"]),
        ([], ["x1_victim.txt"]),
        ([1], []),
    ],
)
def test_a_list_that_somebody_else_wrote_reaches_nothing_but_the_sets_own_files(tmp_path, files, removed):
    folder = tmp_path / "out"
    folder.mkdir()
    for place in (tmp_path, folder):
        (place / "victim.txt").write_text("precious")
    listed(folder, [name for name in files if isinstance(name, str)], removed)
    if files == [1]:
        (folder / f"{PREFIX}x" / "files.json").write_text('{"files": [1], "removed": []}')
    assert [remark.code for remark in finish_sets(folder)] == ["set_unfinished"]
    assert (tmp_path / "victim.txt").read_text() == (folder / "victim.txt").read_text() == "precious"


@pytest.mark.skipif(not POSIX, reason="links need rights on Windows")
def test_a_hidden_folder_that_is_a_link_is_not_followed(tmp_path):
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "out"
    elsewhere.mkdir()
    folder.mkdir()
    (elsewhere / "x_a.txt").write_text("precious")
    (folder / f"{PREFIX}x").symlink_to(elsewhere)
    finish_sets(folder)
    with pytest.raises(InputError), file_set(folder, "x"):
        pass
    assert contents(elsewhere) == {"x_a.txt": "precious"}


def test_what_version_0_1_left_goes_when_it_is_old(tmp_path):
    """Its hidden folders tell no owner: a young one may be of a run that goes on."""
    left = tmp_path / ".dgmseg-k3j2h1"
    left.mkdir()
    (left / "x_a.txt").write_text("half")
    assert finish_sets(tmp_path) == () and left.exists()
    os.utime(left, (time.time() - 2 * 86_400,) * 2)
    assert finish_sets(tmp_path) == () and not left.exists()


@pytest.mark.skipif(not POSIX, reason="nobody can be asked for on Windows")
def test_a_killed_writes_leftover_goes_with_the_next_write(tmp_path):
    target = tmp_path / "table.tsv"
    code = f"""
        import sys, os, pathlib
        sys.path[:0] = {sys.path!r}
        from DGMSegmentationLib.io.atomic import atomic_path
        with atomic_path(pathlib.Path({str(target)!r})) as temporary:
            temporary.write_text("half")
            os._exit(9)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)])
    (left,) = tmp_path.iterdir()
    others = [tmp_path / name for name in (".x.tmp.table.tsv", ".0123abcd.tmp.other.tsv", "tmp.table.tsv")]
    young = tmp_path / ".0123abcd.tmp.table.tsv"  # of version 0.1, which may still run
    for path in (*others, young):
        path.write_text("not ours, or not known to be left")
    with atomic_path(target) as mine:
        mine.write_text("first")
        write_text(target, "second")  # meanwhile, by another thread, say: it lives
        assert mine.exists()
    assert not left.exists() and target.read_text() == "first"
    assert all(path.exists() for path in (*others, young))
    os.utime(young, (time.time() - 2 * 86_400,) * 2)
    write_text(target, "third")
    assert not young.exists() and all(path.exists() for path in others)


@given(st.lists(st.sampled_from("abcd"), min_size=1, unique=True), st.integers(0, 4))
def test_all_or_none_of_some_files(tmp_path_factory, names, failing):
    """The ``failing``-th file's disk is full; those that stood there before stand there still."""
    folder = tmp_path_factory.mktemp("some")
    before = {"a": "old", "z": "other"}
    for name, text in before.items():
        (folder / name).write_text(text)

    def write():
        with all_or_none():
            for number, name in enumerate(names):
                with atomic_path(folder / name) as temporary:
                    temporary.write_text("new")
                    if number == failing:
                        raise OSError(28, "No space left on device")
            assert contents(folder).items() >= before.items()

    if failing < len(names):
        with pytest.raises(DGMError, match="disk is full"):
            write()
        assert contents(folder) == before
    else:
        write()
        assert contents(folder) == {**before, **dict.fromkeys(names, "new")}


def test_all_or_none_when_a_place_is_taken_at_the_end(tmp_path):
    with pytest.raises(DGMError), all_or_none():
        write_text(tmp_path / "a", "new")
        write_text(tmp_path / "b", "new")
        (tmp_path / "b").mkdir()
    assert [path.name for path in tmp_path.iterdir()] == ["b"]
