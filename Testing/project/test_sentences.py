"""Every code that is raised or remarked has a sentence and a remedy on every face that may meet it, and no sentence is idle."""

import ast
import re
import subprocess
import sys
from pathlib import Path
from string import Formatter

import pytest

from DGMSegmentationLib.errors import FACES, InputError, Remark, explained, remark_of, speaking
from DGMSegmentationLib.sentences.wording import Sentence, sentences, visible, worded

CODED = {"InputError", "DGMError", "ProtocolError", "Cancelled", "UnexpectedError", "PathError", "Remark"}
CODE = re.compile(r"[a-z][a-z0-9_]*")
SHELL_WORDS = re.compile(r"--[a-z]|\bdgmseg [a-z]")


def calls(repository):
    """(file, line, class, code node, facts) of every error and remark that is made."""
    for root in ("DGMSegmentationLib", "DGMSegmentation"):
        for path in sorted((repository / root).rglob("*.py")):
            name = path.relative_to(repository).as_posix()
            if name == "DGMSegmentationLib/errors.py":
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                maker = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if maker in CODED and (node.args or maker != "Cancelled"):
                    yield name, node.lineno, maker, node.args, {k.arg for k in node.keywords}


@pytest.fixture(scope="module")
def made(repository):
    """code -> [(where, facts)] of all calls that give a code."""
    found = {}
    for name, line, maker, arguments, facts in calls(repository):
        where = f"{name}:{line}"
        codes = [a.value for a in arguments if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        assert len(arguments) == 1 and len(codes) == 1, f"{where}: {maker} takes one code as it is, and facts"
        assert CODE.fullmatch(codes[0]), f"{where}: {codes[0]!r} is no code"
        found.setdefault(codes[0], []).append((where, facts))
    return found


def fields(template):
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def templates(sentence):
    return [sentence.wrong, sentence.remedy, *(getattr(sentence, face) for face in FACES)]


def test_every_code_has_a_sentence_with_the_facts_it_needs(made):
    for code, places in made.items():
        assert code in sentences(), f"{places[0][0]}: {code} has no sentence"
        needed = set().union(*map(fields, templates(sentences()[code])))
        for where, facts in places:
            if None not in facts:  # **facts of another error
                assert needed <= facts, f"{where}: {code} needs {sorted(needed - facts)}"


def test_no_sentence_is_idle(made, repository):
    core = (repository / "DGMSegmentationLib/errors.py").read_text()
    idle = [code for code in sentences() if code not in made and f'"{code}"' not in core]
    assert idle == []


def modules_of_a_run(repository):
    """The library's files that a run in the panel imports."""
    code = (
        "import sys, DGMSegmentationLib.worker.process, DGMSegmentationLib.worker.client,"
        "DGMSegmentationLib.segmentation.pipeline, DGMSegmentationLib.inference.predictor,"
        "DGMSegmentationLib.io.tables, DGMSegmentationLib.io.dicom, DGMSegmentationLib.measurement.roi;"
        "print('\\n'.join(sys.modules[n].__file__ for n in sys.modules if n.startswith('DGMSegmentationLib.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return {Path(line).relative_to(repository).as_posix() for line in done.stdout.split("\n")[:-1]}


def faces_of(place, modules):
    """The faces whose user may meet what a file says."""
    name = place.partition(":")[0]
    if name.startswith("DGMSegmentation/"):
        if name.endswith(("App/options.py", "App/main.py")):
            return {"shell"}  # before the page is there
        return {"panel", "app"} if "Scene/" in name else {"app"} if "App/" in name else {"panel"}
    if name.startswith("DGMSegmentationLib/cli/"):
        return {"shell"}
    return set(FACES) if name in modules else {"shell", "python"}


def test_every_face_is_told_what_to_do(made, repository):
    """An error without a remedy on a face where it can occur helps nobody; a remark may say what was done instead."""
    modules = modules_of_a_run(repository)
    kinds = {(n, line): maker for n, line, maker, _, _ in calls(repository)}
    lacking = set()
    for code, places in made.items():
        for where, _ in places:
            name, _, line = where.partition(":")
            if kinds[name, int(line)] in ("Remark", "Cancelled"):
                continue
            lacking |= {(code, f) for f in faces_of(where, modules) if not sentences()[code].remedy_on(f)}
    assert lacking == set()


@pytest.mark.parametrize("code", sentences())
def test_a_sentence_is_plain(code):
    sentence = sentences()[code]
    own = [face for face in FACES if getattr(sentence, face)]
    for face in own if len(own) == 1 and not sentence.remedy else FACES:
        said = f"{sentence.wrong} {sentence.remedy_on(face)}".strip()
        assert face == "shell" or not SHELL_WORDS.search(said), f"{face}: {said}"
        if sentence.remedy_on(face) or not (sentence.shell or sentence.panel or sentence.python):
            assert said.endswith((".", "}")) and "  " not in said and "\n" not in said, said
            assert len(re.findall(r"[.!?]( |$)", said)) <= 3, said


def test_a_face_hears_its_own_words():
    error = InputError("unit_unclear", image="a_Chimap.nii", spread=12.5)
    assert "units='ppm'" in str(error) and "span 12.5, which" in str(error)
    with speaking("shell"):
        assert "--units ppm" in str(error)
    assert "Advanced > Units" in error.sentence("panel") == error.sentence("app")
    assert "--" not in error.sentence("app")


def test_a_sentence_is_no_code():
    """It could not be worded for every face."""
    for made in (InputError, Remark):
        with pytest.raises(TypeError, match="takes a code"):
            made("The file is empty: copy it again.")


def test_codes_and_facts_travel():
    import json
    import pickle

    inner = InputError("file_missing", path=Path("a") / "b")
    remark = Remark("size_doubted", doubt=inner, sizes=(1, 2.5))
    there = json.loads(json.dumps(remark.to_dict()))
    assert remark_of(there) == remark
    again = pickle.loads(pickle.dumps(inner))
    assert (again.code, again.facts, str(again)) == (inner.code, inner.facts, str(inner))


def test_hostile_facts_are_made_visible():
    name = "a\x1b[31m\n\u202eb\udc80.nii"
    said = str(InputError("file_missing", path=name))
    assert said.isprintable() and "\\x1b" in said
    assert visible("Größe (a).nii") == "Größe (a).nii"
    assert worded("no_such_code", {"a": "{b}"}, "shell") == "no such code (a {b})."


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (MemoryError(), "failure", "out_of_memory"),
        (ModuleNotFoundError("no", name="torch"), "failure", "package_missing"),
        (OSError(5, "Input/output error", "x.nii"), "failure", "file_access"),
        (OSError("odd"), "failure", "some_file_access"),
        (PermissionError(13, "Permission denied", "x"), "failure", "path_unreachable"),
        (ValueError("a\nb"), "bug", "unexpected"),
        (InputError("file_missing", path="x"), "input", "file_missing"),
    ],
)
def test_outside_causes_are_explained(error, kind, code):
    coded = explained(error)
    assert (coded.kind, coded.code) == (kind, code)
    for face in FACES:
        assert coded.sentence(face).endswith(".") and "\n" not in coded.sentence(face)


def test_lists_and_numbers():
    table = Sentence("{size: x } of {names}, {none}, {a:.1f}, {b}.")
    sentences()["trial"] = table
    try:
        facts = {"size": [1, 2, 3.5], "names": ["a", "b"], "none": [], "a": 1.25, "b": 0.1 + 0.2}
        assert worded("trial", facts, "shell") == "1 x 2 x 3.5 of a, b, none, 1.2, 0.3."
    finally:
        del sentences()["trial"]
