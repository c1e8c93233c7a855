"""The whole of ``segment`` by step, cold (a new process, as typed) and warm (the model is there already)."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TypedDict

from ..errors import DGMError
from ..options import SegmentOptions

AROUND = ("units and mask", "resample", "back", "components", "measure")
"""The steps of ``segment`` that prepare and follow the network's."""

# The command as typed, and then the most memory that its process held.
_COLD = """
import sys
from DGMSegmentationLib.inference.memory import peak_memory_mb
from DGMSegmentationLib.cli import main
code = main(sys.argv[2:])
with open(sys.argv[1], "w") as handle:
    handle.write(str(peak_memory_mb() or ""))
sys.exit(code)
"""


class RunTimes(TypedDict):
    """Wall seconds of a run of segment, and seconds by step."""

    seconds: float
    steps: dict[str, float]


class SegmentTimes(RunTimes, total=False):
    """With what only one kind of run has: peak memory (cold), the share of the steps around the network (warm)."""

    memory_mb: float | None
    around_the_network_percent: float


def cold(image: Path, options: SegmentOptions) -> SegmentTimes:
    """``dgmseg segment`` in a new process: wall seconds, peak memory, and seconds by step from its own record."""
    with tempfile.TemporaryDirectory() as folder:
        memory, output = Path(folder) / "memory.txt", Path(folder) / "output"
        words = ["segment", str(image), "--output", str(output)]
        for name in ("model", "device", "units"):
            words += [f"--{name}", getattr(options, name)]
        start = time.perf_counter()
        run = subprocess.run(
            [sys.executable, "-c", _COLD, str(memory), *words],
            stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        )
        if run.returncode:  # the run itself has said why
            raise DGMError("timed_run_failed")
        wall = time.perf_counter() - start
        peak = memory.read_text(encoding="ascii")
        record = json.loads(next(output.glob("*_provenance.json")).read_text(encoding="utf-8"))
    steps = {name: round(float(value), 3) for name, value in (record.get("seconds") or {}).items()}
    steps["start, write, report"] = round(wall - sum(steps.values()), 3)
    return {"seconds": wall, "memory_mb": float(peak) if peak else None, "steps": steps}


def warm(image: Path, options: SegmentOptions, runs: int = 3) -> SegmentTimes:
    """The second and later runs in one process, as in the panel's worker: the median run by its wall time.

    ``seconds`` goes from the file to labels and table; writing the results is the step "write" and not part of it.
    """
    from ..inference.case_predictor import open_predictor
    from ..models.model import load_model
    from ..segmentation.convention import model_for
    from ..segmentation.outputs import output_paths, write_segmentation
    from ..segmentation.pipeline import segment

    predictor = open_predictor(load_model(model_for(options)), options.device, log=lambda text: None)
    found = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        result = segment(image, options=options, predictor=predictor, log=lambda text: None)
        found.append((time.perf_counter() - start, result.seconds))
    wall, steps = sorted(found[1:], key=lambda f: f[0])[runs // 2]
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        write_segmentation(result, output_paths(image, Path(folder)))
        steps = {**steps, "write": time.perf_counter() - start}
    return {"seconds": wall, "steps": {name: round(value, 3) for name, value in steps.items()}}


def around_the_network(run: RunTimes) -> float:
    """Per cent of a warm run that the steps around the network take."""
    return 100 * sum(run["steps"].get(name, 0.0) for name in AROUND) / run["seconds"]
