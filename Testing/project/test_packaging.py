"""The Slicer extension as CMake installs it: nothing is missing, nothing heavy happens at the start, the metadata hold."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from DGMSegmentationLib.structures import SIDE_CODES, STANDARD, LabelSet

MODULES = Path("lib/Slicer-5.12/qt-scripted-modules")
SKIP = {"__pycache__", "Screenshots", "Container"}


def _files(folder: Path) -> set[str]:
    return {
        p.relative_to(folder).as_posix()
        for p in folder.rglob("*")
        if p.is_file() and not SKIP & set(p.relative_to(folder).parts) and p.suffix != ".pyc"
    }


@pytest.fixture(scope="module")
def installed(repository, tmp_path_factory) -> Path:
    """The folder of scripted modules after cmake --install of a copy of the sources."""
    if shutil.which("cmake") is None:
        pytest.skip("cmake is not installed")
    folder = tmp_path_factory.mktemp("extension with space")
    source = folder / "source"
    for name in ("DGMSegmentation", "DGMSegmentationLib", "Resources", "Testing"):
        shutil.copytree(repository / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(repository / "CMakeLists.txt", source)
    configure = [
        "cmake",
        f"-S{source}",
        f"-B{folder / 'build'}",
        f"-DSlicer_DIR={repository / 'Testing' / 'host' / 'cmake'}",
        f"-DCMAKE_INSTALL_PREFIX={folder / 'install'}",
        "-DBUILD_TESTING=ON",
        f"-DSLICER_SOURCE_DIR={os.environ.get('SLICER_SOURCE_DIR', '')}",
    ]
    for command in (
        configure,
        ["cmake", "--build", str(folder / "build")],
        ["cmake", "--install", str(folder / "build")],
    ):
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder / "install" / MODULES


def test_every_file_arrives(installed, repository):
    # The browser app comes with the wheel; 3D Slicer has its own window.
    module = {f for f in _files(repository / "DGMSegmentation") if not f.startswith("DGMSegmentationApp/")}
    library = {f"DGMSegmentationLib/{name}" for name in _files(repository / "DGMSegmentationLib")}
    data = {f"DGMSegmentationLib/Resources/{name}" for name in _files(repository / "Resources")}
    lists = {"CMakeLists.txt", "DGMSegmentationLib/CMakeLists.txt"}
    assert _files(installed) == (module | library | data) - lists


def test_the_build_tree_holds_the_same(installed):
    build = installed.parents[3] / "build" / MODULES
    assert _files(build) == _files(installed)


def test_the_installed_library_works_alone(installed, tmp_path):
    """From the installed tree only: the table of structures, the bundled models, the worker's start."""
    code = (
        "import DGMSegmentationLib, sys; from DGMSegmentationLib.structures import STANDARD;"
        "from DGMSegmentationLib.resources import resource_path; assert len(STANDARD) == 10;"
        "assert resource_path('Terminology', 'DGMSegmentation.term.json').exists();"
        "assert 'torch' not in sys.modules; print(DGMSegmentationLib.__file__)"
    )
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).parent == installed / "DGMSegmentationLib"
    worker = subprocess.run(
        [sys.executable, "-m", "DGMSegmentationLib.worker"],
        cwd=tmp_path,
        env=environment,
        input=b"",
        capture_output=True,
    )
    assert worker.returncode == 0
    assert json.loads(worker.stdout.splitlines()[0])["event"] == "ready"


def test_nothing_heavy_at_file_scope(repository):
    """Slicer reads the module file at every start: it imports no numpy, scipy, torch and none of our own packages."""
    tree = ast.parse((repository / "DGMSegmentation" / "DGMSegmentation.py").read_text())
    names = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    assert names <= {"importlib", "sys", "pathlib", "vtk", "slicer"}


def test_the_module_knows_nothing_of_the_host(repository):
    for file in [
        *(repository / "DGMSegmentation").rglob("*.py"),
        *(repository / "DGMSegmentationLib").rglob("*.py"),
    ]:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"PySide|offscreen|SLICER_SOURCE_DIR|from host|import host|pytest", text), file


def test_only_the_module_knows_slicer(repository):
    for file in (repository / "DGMSegmentationLib").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name.split(".")[0] for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [(node.module or "").split(".")[0]]
            else:
                continue
            assert not {"slicer", "qt", "vtk", "ctk"} & set(names), file


def test_scene_logic_needs_no_qt(repository):
    for file in (repository / "DGMSegmentation" / "DGMSegmentationScene").glob("*.py"):
        assert not re.search(r"^\s*(import|from) (qt|ctk|DGMSegmentationPanel)\b", file.read_text(), re.M), (
            file
        )


def test_index_entry_follows_the_schema(repository):
    """Checked against the fields and types of slicer-extension-catalog-entry-schema-v1.0.1."""
    entry = json.loads((repository / "DGMSegmentation.json").read_text())
    types = {
        "$schema": str,
        "build_dependencies": list,
        "build_subdirectory": str,
        "category": str,
        "enabled": bool,
        "scm_revision": str,
        "scm_type": str,
        "scm_url": str,
        "tier": int,
    }
    assert {"$schema", "category", "scm_url"} <= set(entry) <= set(types)
    assert all(isinstance(value, types[key]) for key, value in entry.items())
    assert 1 <= entry["tier"] <= 5
    needs = f'set(EXTENSION_DEPENDS "{" ".join(entry["build_dependencies"])}")'
    assert needs in (repository / "CMakeLists.txt").read_text(encoding="utf-8")
    source = os.environ.get("SLICER_SOURCE_DIR")
    if source:
        schema = json.loads(
            (Path(source) / "Schemas" / entry["$schema"].split("/")[-1].rstrip("#")).read_text()
        )
        assert set(schema["required"]) <= set(entry) <= set(schema["properties"])


def test_icon_is_128_pixels(repository):
    header = (repository / "Resources" / "Icons" / "DGMSegmentation.png").read_bytes()[:24]
    assert header[1:4] == b"PNG"
    assert (int.from_bytes(header[16:20], "big"), int.from_bytes(header[20:24], "big")) == (128, 128)


def test_terminology_file_says_what_the_table_says(repository):
    """Slicer needs the codes in its own format; they must be those of the tables of structures.

    Two nuclei of the extended set have none: neither Slicer's terminologies nor DICOM's groups (PS3.16, CID 7140 and 7153)
    nor HL7 FHIR's body sites name them.
    """
    path = repository / "Resources" / "Terminology" / "DGMSegmentation.term.json"
    category = json.loads(path.read_text())["SegmentationCodes"]["Category"][0]
    found = {
        (kind["CodeValue"], kind["CodeMeaning"], side["CodeValue"]): tuple(side["recommendedDisplayRGBValue"])
        for kind in category["Type"]
        for side in kind["Modifier"]
    }
    wanted = {
        (s.snomed, s.snomed_meaning, SIDE_CODES[s.side]): tuple(round(255 * c) for c in s.rgb)
        for s in LabelSet.read("extended")
        if s.snomed
    }
    assert found == wanted
    without = {s.nucleus for s in LabelSet.read("extended") if not s.snomed}
    assert without == {"STN", "PUL"} and all(s.snomed for s in STANDARD)
    assert all(code and code.isdigit() for code, _meaning, _side in found)


def test_requirements_are_open_and_without_torch(repository):
    from packaging.requirements import Requirement

    lines = (repository / "DGMSegmentation" / "Resources" / "requirements.txt").read_text().splitlines()
    wanted = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert "torch" not in {r.name.lower() for r in wanted}
    assert not any(spec.operator in ("==", "===", "<", "<=") for r in wanted for spec in r.specifier)


def test_ui_names_what_the_parameters_have(repository):
    """Every SlicerParameterName in the .ui file is a field of the parameter node."""
    ui = ElementTree.parse(repository / "DGMSegmentation" / "Resources" / "UI" / "DGMSegmentation.ui")
    named = {p[0].text for p in ui.iter("property") if p.get("name") == "SlicerParameterName"}
    tree = ast.parse((repository / "DGMSegmentation" / "DGMSegmentationPanel" / "parameters.py").read_text())
    fields = {
        n.target.id for n in ast.walk(tree) if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)
    }
    assert named and named <= fields
