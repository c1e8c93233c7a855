"""Golden outputs: what every command writes, kept as readable texts, so that two versions can be compared.

    python Testing/release/golden.py record --checkout DIR --python PYTHON --output FOLDER [--only NAME ...] [--jobs N]
    python Testing/release/golden.py compare OLD NEW [--only NAME ...] [--lines N]

``record`` runs the command line of a checkout (``PYTHON -m DGMSegmentationLib``, whatever is installed: the checkout's own
library is used, and this is checked) on the bundled sample, on procedural heads with Testing/data/phantom.safetensors, and on
tables, BIDS folders and broken files that golden_inputs.py makes: outputs, what is printed, exit codes. The command lines are
in golden_runs.py. Of every file a text is kept (golden_texts.py): tables, pages and JSON without times, versions, paths and
machine; images, weights and pictures as headers and checksums. The simulator runs where DGMSEG_TEST_DATA names real label
maps. FOLDER then holds ``manifest.json`` (checksums) and ``texts/RUN/...``; it must not exist, except with --only, which
replaces the runs that it names (``--only segment`` means all whose names begin so).

``compare`` prints what differs, as the first lines of a diff of each text, and ends with 1 if anything does. Record the old
version and the new one with the same copy of this script, on the same machine: other processors round otherwise.
"""

import argparse
import difflib
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path

from golden_inputs import make_inputs
from golden_runs import RUNS, Run
from golden_texts import Normaliser

PHANTOM_MODEL = Path("Testing/data/phantom.safetensors")
HERE = Path(__file__).resolve().parents[2]


def environment(checkout: Path) -> dict[str, str]:
    """Of the commands: the checkout's library first, one thread, a terminal of fixed width that has no colours."""
    wanted = {
        "PYTHONPATH": os.pathsep.join(map(str, (checkout, checkout / "DGMSegmentation"))),
        "OMP_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
        "COLUMNS": "120",
        "TERM": "dumb",
        "NO_COLOR": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return {**os.environ, **wanted}


def library_of(python: str, checkout: Path, folder: Path) -> Path:
    """Where the library lies that the commands would use; ends the program when it is not the checkout's."""
    words = [python, "-c", "import DGMSegmentationLib; print(DGMSegmentationLib.__file__)"]
    done = subprocess.run(words, cwd=folder, env=environment(checkout), capture_output=True, text=True)
    found = Path(done.stdout.strip() or ".")
    if checkout not in found.parents:
        sys.exit(f"{python} would use {found}, not the library of {checkout}: {done.stderr}")
    return found


def record_run(run: Run, inputs: Path, work: Path, options: argparse.Namespace) -> dict[str, str]:
    """Run the commands of ``run`` in an empty folder; the texts by name."""
    folder, own = work / "runs" / run.name, work / "inputs" / run.name
    folder.mkdir(parents=True)
    shutil.copytree(inputs, own)  # what a run adds beside its inputs is its own
    before = {path: path.stat().st_mtime_ns for path in own.rglob("*")}
    places = {
        "{in}": str(own),
        "{sample}": str(options.checkout / "Resources/Sample"),
        "{model}": str(HERE / PHANTOM_MODEL),
    }
    normaliser = Normaliser(
        {
            **{path: name for name, path in places.items()},
            str(folder): "{here}",
            str(options.checkout): "{checkout}",
            str(HERE): "{checkout}",
            os.uname().nodename: "{host}",
        }
    )
    texts = {}
    for number, line in enumerate(run.commands, start=1):
        words = shlex.split(re.sub(r"\{\w+\}", lambda found: places[found[0]], line))
        done = subprocess.run(
            [options.python, "-m", "DGMSegmentationLib", *words],
            cwd=folder,
            env=environment(options.checkout),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        said = f"$ dgmseg {line}\nexit code {done.returncode}\n--- stdout\n{done.stdout}\n--- stderr\n{done.stderr}\n"
        texts[f"{number:02d}.command"] = normaliser.text(said)
    for base, prefix in ((folder, "files"), (own, "beside")):
        for path in sorted(base.rglob("*")):
            name = path.relative_to(base).as_posix()
            if not path.is_file() or before.get(path) == path.stat().st_mtime_ns:
                continue
            left_out = any(fnmatch(name, pattern) for pattern in run.drop)
            texts[f"{prefix}/{name}"] = "there\n" if left_out else normaliser.file(path)
    print(f"{run.name}: {len(run.commands)} commands, {len(texts)} texts", flush=True)
    return texts


def record(options: argparse.Namespace) -> int:
    """The verb ``record``."""
    options.checkout = options.checkout.resolve()
    output = options.output
    if output.exists() and not options.only:
        sys.exit(f"{output} exists: remove it, choose another, or name runs with --only.")
    manifest_path = output / "manifest.json"
    manifest = json.loads(manifest_path.read_text())["texts"] if manifest_path.exists() else {}
    with tempfile.TemporaryDirectory(prefix="golden-") as name:
        work = Path(name)
        library_of(options.python, options.checkout, work)
        inputs = work / "made"
        make_inputs(inputs)
        runs = [r for r in RUNS if chosen(r.name, options.only) and (inputs / r.needs).exists()]
        with ThreadPoolExecutor(options.jobs) as pool:
            found = list(pool.map(lambda r: record_run(r, inputs, work, options), runs))
    for run, texts in zip(runs, found, strict=True):
        manifest = {k: v for k, v in manifest.items() if not k.startswith(f"{run.name}/")}
        shutil.rmtree(output / "texts" / run.name, ignore_errors=True)
        for key, text in texts.items():
            place = output / "texts" / run.name / f"{key}.txt"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
            manifest[f"{run.name}/{key}"] = hashlib.sha256(text.encode()).hexdigest()
    manifest_path.write_text(json.dumps({"texts": dict(sorted(manifest.items()))}, indent=1) + "\n")
    print(f"{len(manifest)} texts in {output}")
    return 0


def chosen(name: str, only: list[str]) -> bool:
    """Whether a run is asked for."""
    return not only or any(name.startswith(word) for word in only)


def compare(options: argparse.Namespace) -> int:
    """The verb ``compare``."""
    old, new = (
        json.loads((folder / "manifest.json").read_text())["texts"] for folder in (options.old, options.new)
    )
    names = sorted(n for n in {*old, *new} if chosen(n, options.only))
    differing = 0
    for name in names:
        if old.get(name) == new.get(name):
            continue
        differing += 1
        if name not in new or name not in old:
            print(f"\n=== {name}: only in {options.old if name in old else options.new}")
            continue
        lines = [
            (folder / "texts" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
            for folder in (options.old, options.new)
        ]
        diff = list(difflib.unified_diff(*lines, lineterm="", n=0))[2:]
        print(f"\n=== {name}: {sum(not d.startswith('@@') for d in diff)} lines differ")
        print(
            "\n".join(
                d if len(d) < options.width else d[: options.width] + " ..." for d in diff[: options.lines]
            )
        )
        if len(diff) > options.lines:
            print(f"... {len(diff) - options.lines} more")
    print(f"\n{len(names) - differing} of {len(names)} texts are equal, {differing} differ.")
    return int(differing > 0)


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(required=True)
    recording = verbs.add_parser("record", help="run all commands of a checkout")
    recording.add_argument("--checkout", type=Path, default=HERE)
    recording.add_argument("--python", default=sys.executable)
    recording.add_argument("--output", type=Path, required=True)
    recording.add_argument("--jobs", type=int, default=2)
    recording.set_defaults(verb=record)
    comparing = verbs.add_parser("compare", help="print what differs between two recordings")
    comparing.add_argument("old", type=Path)
    comparing.add_argument("new", type=Path)
    comparing.add_argument("--lines", type=int, default=12, help="of each difference")
    comparing.add_argument("--width", type=int, default=300, help="characters of a line")
    comparing.set_defaults(verb=compare)
    for verb in (recording, comparing):
        verb.add_argument(
            "--only", nargs="+", default=[], metavar="NAME", help="only runs whose names begin so"
        )
    options = parser.parse_args()
    return int(options.verb(options))


if __name__ == "__main__":
    sys.exit(main())
