"""Nothing but the label sets, the simulator and the protocols knows which structures there are and how many."""

import ast
from pathlib import Path

from DGMSegmentationLib.structures import STANDARD

# What draws or composes particular structures names them: the simulator, the atoms and the protocols that use these; so
# does what knows where the nuclei lie in a head and which of them is brightest.
NAMING = (
    "DGMSegmentationLib/measurement/doubts.py",
    "DGMSegmentationLib/measurement/places.py",
    "DGMSegmentationLib/measurement/verdict.py",
    "DGMSegmentationLib/simulation/",
    "DGMSegmentationLib/structures/",
    "DGMSegmentationLib/segmentation/frame.py",
    "DGMSegmentationLib/segmentation/protocol",
    "DGMSegmentationLib/segmentation/relabel.py",
    "DGMSegmentationLib/training/warm_start.py",
)
GONE = {
    "STRUCTURES",
    "N_CLASSES",
    "NUCLEI",
    "MIRROR",
    "LABEL_SCHEMES",
    "by_label",
    "by_abbreviation",
    "mirrored",
}
NAMES = {s.abbreviation for s in STANDARD} | {s.name for s in STANDARD} | set(STANDARD.nuclei)
COUNTS = {len(STANDARD), STANDARD.n_classes}


def sources(repository: Path):
    for folder in ("DGMSegmentationLib", "DGMSegmentation"):
        for path in sorted((repository / folder).rglob("*.py")):
            name = path.relative_to(repository).as_posix()
            if not name.startswith(NAMING):
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def constants(nodes) -> list[object]:
    return [node.value for node in nodes if isinstance(node, ast.Constant)]


def violations(tree) -> list[str]:
    """Lists of structures from before, counts of the standard set, and its structures by name."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("structures"):
            found += [f"imports {a.name}" for a in node.names if a.name in GONE]
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "range":
            found += [f"range to {v}" for v in constants(node.args[-1:]) if v in COUNTS]
        elif isinstance(node, ast.Compare):
            sides = (node.left, *node.comparators)
            if any(getattr(getattr(side, "func", None), "id", "") == "len" for side in sides):
                found += [f"a length against {v}" for v in constants(sides) if v in COUNTS]
        elif isinstance(node, ast.Slice):
            found += [f"a slice to {v}" for v in constants((node.lower, node.upper)) if v in COUNTS]
        elif isinstance(node, ast.keyword) and node.arg == "n_classes":
            found += [f"n_classes {v}" for v in constants((node.value,))]
        elif isinstance(node, ast.Constant) and node.value in NAMES:
            found.append(f"names {node.value}")
    return found


def test_the_sources_name_and_count_no_structures(repository):
    found = {name: lines for name, tree in sources(repository) if (lines := violations(tree))}
    found.pop(
        "DGMSegmentation/DGMSegmentationScene/selftest.py", None
    )  # looks for the first segment by its name
    assert found == {}


def test_the_search_finds_what_it_looks_for():
    code = (
        "from ..structures import STRUCTURES\nfor k in range(1, 11): rows[:10]\n"
        "assert len(rows) == 10\nbuild(n_classes=11)\nname = 'SN_L'\n"
    )
    assert len(violations(ast.parse(code))) == 6
