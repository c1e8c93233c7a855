"""How many subjects an hour ``dgmseg cohort`` does, with how much memory, and what a run with nothing to do costs.

python Testing/experiments/cohort_throughput.py MODEL BIDS_DIR FOLDER [--subjects 100] [--workers 1 2] [--dask 2]
Makes a BIDS folder of links to the images of BIDS_DIR (again and again) in FOLDER, runs the command as a user would, and
prints a Markdown table. The last column is a second run, in which nothing is to be done. On stderr: a plan for 500
subjects, and the most that a worker of each run held (with the image it was), which WORKER_MEMORY_MB in cohort/local.py
has to cover. Needs an idle machine.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nibabel as nib

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from DGMSegmentationLib.cohort.estimate import Rates, estimate
from DGMSegmentationLib.cohort.local import WORKER_MEMORY_MB


def make_cohort(source: Path, folder: Path, count: int) -> None:
    """``count`` subjects, each a link to one of the images."""
    images = sorted(source.glob("sub-*/anat/*_Chimap.nii.gz"))
    for number in range(count):
        name = f"sub-{number:04d}"
        (folder / name / "anat").mkdir(parents=True, exist_ok=True)
        link = folder / name / "anat" / f"{name}_Chimap.nii.gz"
        if not link.exists():
            link.symlink_to(images[number % len(images)].resolve())


def timed(command: list[str]) -> float:
    """Wall time of ``dgmseg COMMAND``."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "DGMSegmentationLib", *command], check=True, capture_output=True)
    return time.perf_counter() - start


def cluster(workers: int, folder: Path) -> tuple[str, list[subprocess.Popen[bytes]]]:
    """A scheduler and so many Dask workers of one thread on this computer."""
    file = folder / "scheduler.json"
    file.unlink(missing_ok=True)
    dask = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = [
        subprocess.Popen(
            [*dask, "scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)], **quiet
        )
    ]
    while not file.exists():
        time.sleep(0.1)
    options = ["--nthreads", "1", "--nworkers", str(workers), "--no-dashboard", "--memory-limit", "0"]
    started.append(subprocess.Popen([*dask, "worker", "--scheduler-file", str(file), *options], **quiet))
    time.sleep(5)
    return json.loads(file.read_text())["address"], started


def say_memory(how: str, workers: int, bids: Path, records: list[dict[str, Any]]) -> None:
    """Peak memory per worker process: its high-water mark grows with the cases, so its last record holds it."""
    peaks: dict[int, dict[str, Any]] = {}
    for record in sorted(records, key=lambda r: r["peak_memory_mb"]):
        peaks.setdefault(record["process"], record)
        if record["peak_memory_mb"] > peaks[record["process"]]["peak_memory_mb"]:
            peaks[record["process"]] = record  # the first case at which this mark was reached
    for process, record in peaks.items():
        shape = "x".join(map(str, nib.load(bids / record["image"]).shape))
        print(
            f"  {workers} {how}, process {process}: {record['peak_memory_mb']} MB, reached at {record['name']} ({shape})",
            file=sys.stderr,
        )
    most = max(record["peak_memory_mb"] for record in records)
    print(f"  the most: {most} MB; WORKER_MEMORY_MB is {WORKER_MEMORY_MB}", file=sys.stderr)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("bids", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--subjects", type=int, default=100)
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--dask", type=int, nargs="*", default=[2])
    arguments = parser.parse_args()
    bids = arguments.folder / "bids"
    make_cohort(arguments.bids, bids, arguments.subjects)
    os.environ.setdefault("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
    print("| how | subjects/h | s a case | MB a worker | MB a case on disk | nothing to do, s |")
    print("|---|---|---|---|---|---|")
    runs = [("processes", n) for n in arguments.workers] + [("Dask", n) for n in arguments.dask]
    for how, workers in runs:
        output = arguments.folder / f"out-{how}-{workers}"
        shutil.rmtree(output, ignore_errors=True)
        command = ["cohort", str(bids), "-o", str(output), "--model", arguments.model, "--device", "cpu"]
        started: list[subprocess.Popen[bytes]] = []
        extra = ["--workers", str(workers)]
        if how == "Dask":
            address, started = cluster(workers, arguments.folder)
            extra = ["--scheduler", address]
        seconds = timed([*command, *extra])
        idle = timed(command)
        for process in started:
            process.terminate()
        records = [json.loads(p.read_text()) for p in (output / ".dgmseg").glob("sub-*.json")]
        disk = statistics.median(sum(r["outputs"].values()) for r in records) / 1e6
        case = statistics.median(r["seconds"] for r in records)
        memory = max(r["peak_memory_mb"] for r in records)
        rate = 3600 * len(records) / seconds
        print(
            f"| {workers} {how} | {rate:.0f} | {case:.1f} | {memory} | {disk:.2f} | {idle:.1f} |", flush=True
        )
        say_memory(how, workers, bids, records)
        plan = estimate(Rates(seconds * workers / len(records), memory, disk), 500, workers)
        print(
            f"  500 subjects: {plan.hours:.1f} h, {plan.memory_gb:.1f} GB, {plan.disk_gb:.2f} GB",
            file=sys.stderr,
        )


if __name__ == "__main__":
    main()
