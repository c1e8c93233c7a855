"""The group's tables and page of a very large study: seconds, memory, and the sizes of what is written.

python Testing/experiments/many_records.py FOLDER [--subjects 10000]

Segments the bundled sample once in FOLDER, repeats its results under as many names, with means that differ, and times
``dgmseg cohort --level group`` on them (POSIX).
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from DGMSegmentationLib.segmentation.sample import bundled_sample

FIRST = "sub-00001"


def dgmseg(*words: str | Path) -> None:
    """Run the command line; it must succeed."""
    subprocess.run([sys.executable, "-m", "DGMSegmentationLib", *map(str, words)], check=True)


def one_subject(folder: Path) -> None:
    """A study of one: the bundled sample, segmented."""
    image = folder / "data" / FIRST / "anat" / f"{FIRST}_Chimap.nii.gz"
    image.parent.mkdir(parents=True)
    image.write_bytes(bundled_sample().image.read_bytes())
    (folder / "data" / "dataset_description.json").write_text('{"Name": "many", "BIDSVersion": "1.9.0"}')
    dgmseg("cohort", folder / "data", "--output", folder / "out")


def repeat(folder: Path, name: str, rng: np.random.Generator) -> None:
    """The same under another name: its table is written anew with other means, the rest is linked."""
    data, out = folder / "data", folder / "out"
    for place in (data, out):
        for source in sorted((place / FIRST / "anat").iterdir()):
            target = place / name / "anat" / source.name.replace(FIRST, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.suffix != ".tsv":
                os.link(source, target)
                continue
            header, *rows = source.read_text(encoding="utf-8").replace(FIRST, name).splitlines()
            mean = header.split("\t").index("mean_ppb")
            lines = [header]
            for row in rows:
                cells = row.split("\t")
                cells[mean] = f"{float(cells[mean]) + rng.normal(0, 15):.3f}"
                lines.append("\t".join(cells))
            target.write_text("\n".join(lines) + "\n", encoding="utf-8")
            size = target.stat().st_size
    record = json.loads((out / ".dgmseg" / f"{FIRST}.json").read_text(encoding="utf-8").replace(FIRST, name))
    record["outputs"] = {n: size if n.endswith(".tsv") else s for n, s in record["outputs"].items()}
    (out / ".dgmseg" / f"{name}.json").write_text(json.dumps(record), encoding="utf-8")


def main() -> None:
    """Make the study once, then measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--subjects", type=int, default=10_000)
    asked = parser.parse_args()
    if not asked.folder.exists():
        one_subject(asked.folder)
    rng = np.random.default_rng(1)
    for number in range(2, asked.subjects + 1):
        name = f"sub-{number:05d}"
        if not (asked.folder / "out" / ".dgmseg" / f"{name}.json").exists():
            repeat(asked.folder, name, rng)
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    dgmseg("cohort", asked.folder / "data", "--output", asked.folder / "out", "--level", "group")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{asked.subjects} subjects: {time.perf_counter() - start:.1f} s, CPU {cpu:.1f} s, {after.ru_maxrss / 1024:.0f} MB"
    )
    for name in ("rois_long.tsv", "cohort.html"):
        print(f"{name}: {(asked.folder / 'out' / name).stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
