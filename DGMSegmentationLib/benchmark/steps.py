"""The whole of ``segment`` by step, cold (a new process, as typed) and warm (the model is there already)."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from .machine import peak_memory_mb


def cold(image: Path, model: str, device: str, units: str) -> dict[str, Any]:
    """``dgmseg segment`` in a new process: wall seconds, peak memory, and seconds by step from its own record."""
    with tempfile.TemporaryDirectory() as folder:
        words = [
            sys.executable,
            "-m",
            "DGMSegmentationLib",
            "segment",
            str(image),
            "--output",
            folder,
            "--model",
            model,
        ]
        before = peak_memory_mb(children=True) or 0.0
        start = time.perf_counter()
        subprocess.run(
            [*words, "--device", device, "--units", units],
            check=True,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        )
        wall = time.perf_counter() - start
        memory = peak_memory_mb(children=True)
        record = json.loads(next(Path(folder).glob("*_provenance.json")).read_text(encoding="utf-8"))
    steps = {name: round(float(value), 3) for name, value in (record.get("seconds") or {}).items()}
    steps["start, write, report"] = round(wall - sum(steps.values()), 3)
    # The largest child so far: an earlier, larger one would hide this one's figure.
    known = memory if memory is not None and memory > before else None
    return {"seconds": wall, "memory_mb": known, "steps": steps}


def warm(image: Path, model: str, device: str, units: str, runs: int = 3) -> dict[str, Any]:
    """The second and later runs in one process, as in the panel's worker: the median run by its wall time."""
    from ..inference import Predictor
    from ..model import load_model
    from ..segment import segment

    predictor = Predictor(load_model(model), device, log=lambda text: None)
    found = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        result = segment(image, predictor=predictor, units=units, log=lambda text: None)
        found.append((time.perf_counter() - start, result.seconds))
    wall, steps = sorted(found[1:], key=lambda f: f[0])[runs // 2]
    return {"seconds": wall, "steps": {name: round(value, 3) for name, value in steps.items()}}


def around_the_network(steps: dict[str, float]) -> float:
    """Per cent of a warm run that is not the network's."""
    total = sum(steps.values())
    return 100 * (total - steps.get("network", 0.0)) / total if total else 0.0
