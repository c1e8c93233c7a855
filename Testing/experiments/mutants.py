"""A mutation run: small faults, one at a time, in the modules that numbers come from; do their tests notice?

    python Testing/experiments/mutants.py [--each 40] [--seed 1] [--only roi,units] [--report FILE]

Each module's tests run on an altered copy of its code in a forked process (the packages are imported once; the files are
never touched). A mutant is "killed" when a test fails or the run hangs. Docs/reliability.md says what survived and why.
Not part of the suite: a hundred mutants take about ten minutes on one core. POSIX only.
"""

import argparse
import ast
import copy
import importlib.abc
import importlib.util
import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = "DGMSegmentationLib"
_SECONDS = 240

TARGETS = {
    "measurement/roi": ["measurement/test_roi_numbers.py", "measurement/test_measure.py"],
    "measurement/quality": ["measurement/test_quality_thresholds.py", "measurement/test_quality.py"],
    "preprocessing/units": ["preprocessing/test_unit_thresholds.py", "preprocessing/test_units.py"],
    "preprocessing/grid": ["preprocessing/test_grid_numbers.py", "preprocessing/test_preprocess.py"],
    "image": [
        "preprocessing/test_image_numbers.py",
        "preprocessing/test_grid_numbers.py",
        "measurement/test_roi_numbers.py",
        "io/test_geometry.py::test_reorient_keeps_values_and_world_positions",
        "preprocessing/test_preprocess.py",
        "measurement/test_measure.py",
        "measurement/test_doubts.py::test_a_structure_at_the_plane_where_the_brain_is_cut",
        "io/test_files.py",
    ],
    "measurement/halves": [
        "measurement/test_doubts.py::test_halves_are_those_of_the_world",
        "measurement/test_doubts.py::test_from_where_on_halves_are_uneven",
        "measurement/test_doubts.py",
    ],
    "measurement/misplaced": [
        "measurement/test_doubts.py::test_labels_of_another_place_are_doubted",
        "measurement/test_doubts.py::test_a_map_of_little_contrast_tells_no_place",
        "measurement/test_doubts.py",
    ],
    "measurement/places": [
        "measurement/test_verdict.py::test_sides_and_places",
        "measurement/test_verdict.py::test_the_fit_does_not_mind_how_a_head_lies",
        "measurement/test_doubts.py::test_names_that_are_right",
        "measurement/test_doubts.py",
        "measurement/test_verdict.py",
    ],
    "measurement/doubts": ["measurement/test_verdict.py", "measurement/test_doubts.py"],
    "segmentation/postprocess": ["preprocessing/test_grid_numbers.py", "segmentation/test_postprocess.py"],
    "evaluation/statistics": ["evaluation/test_statistics_intervals.py", "evaluation/test_agreement.py"],
    "evaluation/agreement": ["evaluation/test_statistics_intervals.py", "evaluation/test_agreement.py"],
    "evaluation/overlap": ["evaluation/test_overlap_numbers.py", "evaluation/test_evaluate.py"],
    "evaluation/surface": ["evaluation/test_overlap_numbers.py", "evaluation/test_evaluate.py"],
}

_NOT_ALTERED = ("strict", "optimize")  # a check of ours on what cannot be, a way to the same product
_COMPARE = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
            ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In}  # fmt: skip
_REVERSE = {ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt}
_BINARY = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div,
           ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.MatMult: ast.Mult}  # fmt: skip


class _Mutants(ast.NodeTransformer):
    """Walks a tree and alters its ``wanted``-th place; without one it counts and describes the places."""

    def __init__(self, wanted: int | None = None) -> None:
        self.wanted, self.places, self.done = wanted, [], False

    def _place(self, node: ast.AST, what: str, change) -> ast.AST:
        self.places.append((getattr(node, "lineno", 0), what))
        if self.wanted == len(self.places) - 1:
            self.done = True
            return ast.copy_location(change(), node)
        return node

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.Raise | ast.Import | ast.ImportFrom | ast.JoinedStr):
            return node  # words of errors and what is loaded: other tests pin these
        if isinstance(node, ast.AnnAssign):
            if node.value is not None:
                node.value = self.visit(node.value)
            return node
        return super().visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.args.defaults = [self.visit(d) for d in node.args.defaults]
        node.args.kw_defaults = [d and self.visit(d) for d in node.args.kw_defaults]
        first = node.body[:1] if ast.get_docstring(node) is not None else []
        node.body = first + [self.visit(s) for s in node.body[len(first) :]]
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.body = [self.visit(s) for s in node.body]  # not "frozen", which no number hangs on
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Name) and node.func.id in ("Flag", "Remark", "flag"):
            return node
        node.keywords = [k if k.arg in _NOT_ALTERED else self.visit(k) for k in node.keywords]
        node.args = [self.visit(a) for a in node.args]
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        for table in (_COMPARE, _REVERSE):
            kind = type(node.ops[0])
            if kind in table:
                other = table[kind]
                found = self._place(
                    node,
                    f"{kind.__name__} -> {other.__name__}",
                    lambda other=other: ast.Compare(node.left, [other(), *node.ops[1:]], node.comparators),
                )
                if found is not node:
                    return found
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        other = _BINARY.get(type(node.op))
        if other is None or (isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)):
            return node
        return self._place(
            node,
            f"{type(node.op).__name__} -> {other.__name__}",
            lambda: ast.BinOp(node.left, other(), node.right),
        )

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        return self._place(
            node, f"{type(node.op).__name__} -> {other.__name__}", lambda: ast.BoolOp(other(), node.values)
        )

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        return self._place(node, f"{type(node.op).__name__} dropped", lambda: node.operand)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        value = node.value
        if isinstance(value, bool):
            return self._place(node, f"{value} -> {not value}", lambda: ast.Constant(not value))
        if isinstance(value, int):
            return self._place(node, f"{value} -> {value + 1}", lambda: ast.Constant(value + 1))
        if isinstance(value, float):
            other = value * 1.25 if value else 1.0
            return self._place(node, f"{value} -> {other}", lambda: ast.Constant(other))
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        return self._place(node, "branches exchanged", lambda: ast.IfExp(node.test, node.orelse, node.body))

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        other = _BINARY.get(type(node.op))
        if other is None:
            return node
        return self._place(
            node,
            f"{type(node.op).__name__}= -> {other.__name__}=",
            lambda: ast.AugAssign(node.target, other(), node.value),
        )


def mutants(source: str) -> list[tuple[int, str]]:
    """Line and change of every mutant of a module."""
    walker = _Mutants()
    walker.visit(ast.parse(source))
    return walker.places


def mutant(source: str, number: int) -> ast.AST:
    """The tree of one mutant."""
    walker = _Mutants(number)
    tree = walker.visit(copy.deepcopy(ast.parse(source)))
    assert walker.done
    return ast.fix_missing_locations(tree)


class _Loader(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from a tree instead of its file."""

    def __init__(self, name: str, path: Path, tree: ast.AST) -> None:
        self.name, self.path, self.tree = name, path, tree

    def find_spec(self, name, path=None, target=None):
        return (
            importlib.util.spec_from_file_location(name, self.path, loader=self)
            if name == self.name
            else None
        )

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(compile(self.tree, str(self.path), "exec"), module.__dict__)


def _tested(module: str, tree: ast.AST | None, tests: list[str]) -> str:
    """How the tests end in a forked process: "survived", "killed", "hung"."""
    child = os.fork()
    if child == 0:
        os.setsid()
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        code = 99
        try:
            import pytest

            if tree is not None:
                path = ROOT / LIBRARY / f"{module}.py"
                sys.meta_path.insert(0, _Loader(f"{LIBRARY}.{module.replace('/', '.')}", path, tree))
            words = [
                "-x",
                "-q",
                "-p",
                "no:cacheprovider",
                "-p",
                "no:randomly",
                *(f"Testing/{t}" for t in tests),
            ]
            code = int(pytest.main(words))
        except BaseException:
            code = 98
        finally:
            os._exit(code)
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return "survived" if os.waitstatus_to_exitcode(status) == 0 else "killed"
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "hung"


def chosen(module: str, each: int, seed: int) -> Iterator[tuple[int, int, str]]:
    """(number, line, change) of a sample of a module's mutants."""
    found = mutants((ROOT / LIBRARY / f"{module}.py").read_text(encoding="utf-8"))
    picked = random.Random(f"{seed} {module}").sample(range(len(found)), min(each, len(found)))
    for number in sorted(picked):
        yield (number, *found[number])


def survivors(report: Path, module: str) -> Iterator[tuple[int, int, str]]:
    """The mutants of a module that an earlier run's report calls survivors."""
    found = mutants((ROOT / LIBRARY / f"{module}.py").read_text(encoding="utf-8"))
    rows = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    wanted = {
        (row["line"], row["change"])
        for row in rows
        if row["module"] == module and row["ending"] == "survived"
    }
    for number, place in enumerate(found):
        if place in wanted:
            yield (number, *place)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--each", type=int, default=40, help="mutants of each module")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="modules, by a part of their names, with commas")
    parser.add_argument("--report", type=Path, default=None, help="JSON lines to add the results to")
    parser.add_argument("--again", type=Path, default=None, help="only the survivors of this report")
    arguments = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    import hypothesis  # noqa: F401
    import nibabel  # noqa: F401
    import pytest  # noqa: F401
    import scipy.ndimage
    import scipy.stats  # noqa: F401
    import SimpleITK  # noqa: F401

    words = [word for word in arguments.only.split(",") if word]
    totals = {"killed": 0, "survived": 0, "hung": 0}
    for module, tests in TARGETS.items():
        if words and not any(word in module for word in words):
            continue
        source = (ROOT / LIBRARY / f"{module}.py").read_text(encoding="utf-8")
        tried = list(
            survivors(arguments.again, module)
            if arguments.again
            else chosen(module, arguments.each, arguments.seed)
        )
        if not tried:
            continue
        if _tested(module, None, tests) != "survived":
            print(f"{module}: its tests fail without a mutant", flush=True)
            continue
        counts = dict.fromkeys(totals, 0)
        for number, line, change in tried:
            ending = _tested(module, mutant(source, number), tests)
            counts[ending] += 1
            if ending == "survived":
                print(f"  {module}:{line}: {change}: {source.splitlines()[line - 1].strip()}", flush=True)
            if arguments.report:
                with open(arguments.report, "a", encoding="utf-8") as handle:
                    row = {"module": module, "line": line, "change": change, "ending": ending}
                    handle.write(json.dumps(row) + "\n")
        print(f"{module}: {counts}", flush=True)
        totals = {ending: totals[ending] + counts[ending] for ending in totals}
    print(f"all: {totals}")


if __name__ == "__main__":
    main()
