"""The frame of the project: what the package is made of, what importing it costs, and what it ships."""

import ast
import importlib
import re
import subprocess
import sys
import zipfile

import pytest

import DGMSegmentationLib

HEAVY = {"torch", "lightning", "monai", "keras", "matplotlib", "scipy", "SimpleITK", "dask", "jinja2"}
LARGEST_FILE = 10_000_000
HOST = {"slicer", "qt", "vtk", "ctk"}
# The only rooms that may know torch; the others may import it inside a function at most.
TORCH_ROOMS = ("models", "inference", "training")
# From the ground up: a module imports from its own room and from rooms below it, at the top of the file or inside a function.
FLOORS = (
    {"resources", "picture"},
    {"language"},
    {"sentences"},
    {"errors"},
    {"structures"},
    {"options", "image"},
    {"io"},
    {"preprocessing"},
    {"measurement"},
    {"evaluation"},
    {"reports"},
    {"models"},
    {"inference"},
    {"segmentation"},
    {"worker"},
    {"simulation", "training"},
    {"cohort"},
    {"study"},
    {"adaptation"},
    {"benchmark", "api"},
    {"cli"},
    {"__main__", "__init__"},
)

# Arrows that still go up, to be emptied: (file, room).
UPWARD: set[tuple[str, str]] = set()


def python(code: str, cwd=None) -> str:
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=cwd, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def tracked(repository) -> list[str]:
    run = subprocess.run(
        ["git", "ls-files", "-z"], cwd=repository, capture_output=True, text=True, check=False
    )
    if run.returncode:
        pytest.skip("not a git checkout")
    return [name for name in run.stdout.split("\0") if name and (repository / name).is_file()]


def loaded_after(code: str, repository) -> set[str]:
    """Top-level modules in sys.modules after the code ran in a fresh interpreter."""
    report = "import sys; print('\\n' + ' '.join({m.split('.')[0] for m in sys.modules}))"
    return set(python(f"{code}\n{report}", cwd=repository).splitlines()[-1].split())


def test_import_is_light(repository):
    assert not loaded_after("import DGMSegmentationLib", repository) & (HEAVY | {"numpy", "nibabel", "typer"})


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["segment", "--help"]], ids=" ".join)
def test_help_is_light(repository, words):
    """`dgmseg --help` loads nothing that computes, which is what keeps it fast."""
    code = f"from DGMSegmentationLib.cli import main\nassert main({words}) == 0"
    assert not loaded_after(code, repository) & (HEAVY | {"numpy", "nibabel", "rich"})


@pytest.mark.parametrize(
    "module",
    [
        "image",
        "structures",
        "io.files",
        "io.tables",
        "preprocessing.grid",
        "preprocessing.mask",
        "measurement.roi",
    ],
)
def test_rooms_that_do_without_torch(repository, module):
    assert "torch" not in loaded_after(f"import DGMSegmentationLib.{module}", repository)


def test_everything_that_the_package_offers_exists():
    for name in DGMSegmentationLib.__all__:
        assert getattr(DGMSegmentationLib, name) is not None
    with pytest.raises(AttributeError):
        DGMSegmentationLib.nonsense  # noqa: B018


@pytest.mark.parametrize("name", ["segment", "measure"])
def test_a_function_stays_one_whatever_was_imported_before(repository, name):
    """No module shares a function's name, so the import system never puts a module in its place."""
    python(
        "import DGMSegmentationLib.worker.process\n"
        "import DGMSegmentationLib as dgm\n"
        f"assert dgm.{name} is dgm.{name} and callable(dgm.{name})\n"
        f"from DGMSegmentationLib import {name} as function\n"
        f"assert dgm.{name} is function\n",
        repository,
    )


def test_every_command_can_be_loaded():
    cli = importlib.import_module("DGMSegmentationLib.cli")
    for module, function in cli.COMMANDS.values():
        assert callable(getattr(importlib.import_module(f"DGMSegmentationLib.cli.{module}"), function))


def library_sources(repository):
    return sorted((repository / "DGMSegmentationLib").rglob("*.py"))


def imports(tree) -> set[str]:
    """Top-level names of the absolute imports below a syntax node."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_the_library_does_not_know_slicer(repository):
    for path in library_sources(repository):
        assert not imports(ast.parse(path.read_text(encoding="utf-8"))) & HOST, path


def test_only_its_rooms_import_torch_at_the_top(repository):
    package = repository / "DGMSegmentationLib"
    for path in library_sources(repository):
        if path.relative_to(package).parts[0] in TORCH_ROOMS:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        top = [n for n in tree.body if isinstance(n, (ast.Import, ast.ImportFrom))]
        assert "torch" not in imports(ast.Module(top, [])), path


def test_no_large_file_is_tracked(repository):
    large = [name for name in tracked(repository) if (repository / name).stat().st_size > LARGEST_FILE]
    assert large == []


def test_versions_agree(repository):
    version = DGMSegmentationLib.__version__
    assert re.search(
        rf"^version: {re.escape(version)}$", (repository / "CITATION.cff").read_text(), re.MULTILINE
    )


def test_wheel_ships_the_resources(repository, tmp_path):
    """Built from the checkout, the wheel works without it: the table of structures is found inside the package."""
    pytest.importorskip("hatchling", reason="hatchling (extra: test) builds the wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=repository, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "site")
    shipped = [name for name in tracked(repository) if name.startswith("Resources/")]
    # Pictures for the web and recipes of containers are not for a running program.
    left_out = ("Resources/Screenshots/", "Resources/Container/")
    resources = {f"DGMSegmentationLib/{name}" for name in shipped if not name.startswith(left_out)}
    assert "DGMSegmentationLib/Resources/Labels/standard.tsv" in resources
    assert {name for name in names if name.startswith("DGMSegmentationLib/Resources/")} == resources
    assert "DGMSegmentationLib/py.typed" in names
    presets = {str(p.relative_to(repository)) for p in (repository / "DGMSegmentationLib").rglob("*.toml")}
    assert {name.replace("\\", "/") for name in presets} <= names
    assert not any(name.startswith(("Testing/", "DGMSegmentation/", "Docs/")) for name in names)
    entry = next(name for name in names if name.endswith("entry_points.txt"))
    assert "dgmseg = DGMSegmentationLib.cli:main" in (tmp_path / "site" / entry).read_text()
    site = tmp_path / "site"
    found = python(
        f"import sys; sys.path.insert(0, {str(site)!r})\n"
        "from DGMSegmentationLib.resources import resource_path; from DGMSegmentationLib.structures import STANDARD\n"
        "print(resource_path('Labels', 'standard.tsv')); print(len(STANDARD))",
        cwd=tmp_path,
    ).split("\n")
    assert found[0].startswith(str(site))
    assert found[1] == "10"


def room_imports(path, package) -> set[str]:
    """The rooms (or modules of the root) that a file of the library imports, wherever in the file."""
    own = path.relative_to(package).parts
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        base = own[: len(own) - node.level]
        target = (*base, *(node.module or "").split("."))
        names = [target[0]] if target[0] else [alias.name for alias in node.names]
        rooms.update(name for name in names if (package / name).exists() or (package / f"{name}.py").exists())
    return rooms


def test_arrows_only_go_down(repository):
    """Data walks one way; a room knows nothing of the rooms above it."""
    package = repository / "DGMSegmentationLib"
    floor = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}
    upward = set()
    for path in library_sources(repository):
        room = path.relative_to(package).parts[0].removesuffix(".py")
        for target in room_imports(path, package) - {room}:
            if floor[target] >= floor[room]:
                upward.add((path.relative_to(package).as_posix(), target))
    assert upward == UPWARD, upward ^ UPWARD


def test_the_root_is_no_heap(repository):
    modules = sorted(p.name for p in (repository / "DGMSegmentationLib").glob("*.py"))
    assert len(modules) <= 8, modules
