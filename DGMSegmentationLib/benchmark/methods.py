"""One row per network, method and backend: seconds, rate, memory, and whether the labels are the reference method's.

Every row runs in a process of its own, so that its peak memory is its own. The articles' patch-wise method takes minutes:
unless all of it is asked for, it runs on the patches of one block in the middle and its time is scaled up, and said so.
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .machine import peak_memory_mb

if TYPE_CHECKING:
    from ..inference import Box, Predictor
    from ..model import Model
    from ..preprocess import Prepared

METHODS = ("patch-wise", "dense", "dense in the prior box", "MONAI sliding window")
BLOCK = 6  # patches along each edge of the block that stands for the patch-wise run


@dataclass(frozen=True)
class Job:
    """One row to measure."""

    network: str
    """"dolz", "anisotropic" (untrained, as in the articles' presets), or a model's name or file."""
    method: str
    backend: str = "torch"
    device: str = "cpu"
    whole: bool = False
    """Run all patches of the patch-wise method."""


@dataclass
class Row:
    """What was measured; ``seconds`` without compiling."""

    network: str
    method: str
    backend: str
    device: str
    seconds: float
    compile_seconds: float
    voxels: int
    """Voxels whose probabilities were asked for."""
    voxels_per_second: float
    gflops: float
    peak_percent: float
    memory_mb: float | None
    extrapolated: bool
    differing_voxels: int | None = None
    """Labels that differ from the reference method's, among those that both computed."""
    compared_voxels: int = 0
    faster: float | None = None
    """How many times faster than patch-wise."""


def open_network(name: str, prior_box: dict[str, list[float]] | None = None) -> "Model":
    """A model by name; "dolz" and "anisotropic" are the networks of the presets part1-dense and part2-dense, untrained."""
    import torch

    from ..model import Member, Model, ModelHeader, load_model
    from ..networks import build_network
    from ..training.preset import load_preset

    presets = {"dolz": "part1-dense", "anisotropic": "part2-dense"}
    if name not in presets:
        return load_model(name)
    preset = load_preset(presets[name])
    torch.manual_seed(1)
    network: Any = build_network(preset.network.name, n_classes=11, **preset.network.options)
    header = ModelHeader(
        name, network.__class__.__name__.lower(), network.options(), preset.preprocessing, (Member("", tuple(range(11))),),
        prior_box=prior_box,
    )  # fmt: skip
    return Model(header, (network.state_dict(),))


def _block(box: "Box", patch: Sequence[int]) -> "Box":
    """BLOCK patches a side in the middle of the box."""
    parts = []
    for span, edge in zip(box, patch, strict=True):
        size = min(BLOCK, (span.stop - span.start) // edge) * edge
        start = span.start + (span.stop - span.start - size) // 2
        parts.append(slice(start, start + size))
    return parts[0], parts[1], parts[2]


def _work(predictor: "Predictor", shape: Sequence[int]) -> float:
    """Floating-point operations of a run over ``shape`` voxels: two per multiply-add, halos and padding included."""
    from ..networks.flops import count_macs

    known: dict[tuple[int, ...], int] = {}
    total = 0
    for batch in predictor.batches(shape):
        for part in batch:
            size = predictor.tile if predictor.patchwise else [s.stop - s.start for s in part]
            outer = tuple(predictor.input_size(size, predictor.halo))
            if outer not in known:
                known[outer] = sum(count_macs(network, outer) for network in predictor.networks)
            total += known[outer]
    return 2.0 * total


def run_job(job: Job, image: Path, units: str, prior: dict[str, list[float]] | None, labels: Path) -> Row:
    """Measure one row in this process; writes the labels and where they lie to ``labels`` (.npz)."""
    from ..case import open_case
    from ..inference import Predictor
    from ..preprocess import prepare
    from ..segment import prior_box

    model = open_network(job.network, prior)
    if model.header.prior_box is None:
        model = replace(model, header=replace(model.header, prior_box=prior))
    case = open_case(image, units=units, channels=("qsm",))
    prepared = prepare(case.channels, case.mask, model.header.preprocessing)
    box = prior_box(model, prepared) or _all(prepared)
    backend = "torch" if job.method == "MONAI sliding window" else job.backend
    predictor = Predictor(
        model, job.device, patchwise=job.method == "patch-wise", backend=backend, log=lambda text: None
    )
    everything = _all(prepared)
    wanted = {"patch-wise": everything if job.whole else _block(box, predictor.tile), "dense": everything}
    region = wanted.get(job.method, box)
    start = time.perf_counter()
    if job.method == "MONAI sliding window":
        probabilities = _monai(predictor, prepared, region)
    else:
        probabilities = predictor.predict(prepared.inputs, prepared.coordinates, region)
    seconds = time.perf_counter() - start
    compiling = predictor.compiled.seconds if predictor.compiled is not None else 0.0
    shape = [s.stop - s.start for s in region]
    voxels, work = int(np.prod(shape)), _work(predictor, shape)
    seconds -= compiling
    rate = work / seconds / 1e9
    extrapolated = job.method == "patch-wise" and not job.whole
    if extrapolated:
        patches = int(np.prod([-(-n // t) for n, t in zip(prepared.grid.shape, predictor.tile, strict=True)]))
        seconds *= patches * int(np.prod(predictor.tile)) / voxels
        voxels = int(np.prod(prepared.grid.shape))
    np.savez_compressed(
        labels, labels=probabilities.argmax(axis=0).astype(np.uint8), low=[s.start for s in region]
    )
    return Row(
        job.network, job.method, "MONAI" if job.method.startswith("MONAI") else job.backend, predictor.device.type,
        seconds, compiling, voxels, voxels / seconds, rate, 0.0, peak_memory_mb(), extrapolated,
    )  # fmt: skip


def _all(prepared: "Prepared") -> "Box":
    x, y, z = (slice(0, n) for n in prepared.grid.shape)
    return x, y, z


def _monai(predictor: "Predictor", prepared: "Prepared", region: "Box") -> NDArray[np.float32]:
    """MONAI's sliding window with its defaults, over the same region."""
    import torch
    from monai.inferers import sliding_window_inference

    network: Any = predictor.networks[0]
    part = torch.from_numpy(np.ascontiguousarray(prepared.inputs[(slice(None), *region)]))[None]
    roi = tuple(4 * m for m in predictor.multiple)
    with torch.inference_mode():
        logits: Any = sliding_window_inference(part.to(predictor.device), roi, 1, network)
        return np.asarray(torch.softmax(logits, dim=1)[0].cpu().numpy())


def measure_methods(
    jobs: Sequence[Job],
    image: Path,
    units: str,
    peak_gflops: float,
    prior: dict[str, list[float]] | None,
    progress: Callable[[str], None] | None = None,
) -> list[dict[str, Any]]:
    """Run the jobs one after another, each in a fresh process, and compare their labels network by network.

    The reference of a network is its patch-wise row, or its first row when it has none.
    """
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, job in enumerate(jobs):
            if progress is not None:
                progress(f"{job.network}, {job.method}, {job.backend}")
            files.append(Path(folder) / f"{number}.npz")
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                row = pool.submit(run_job, job, image, units, prior, files[-1]).result()
            row.peak_percent = 100 * row.gflops / peak_gflops if peak_gflops else 0.0
            rows.append(row)
        references: dict[str, int] = {}
        for number, row in enumerate(rows):
            first = references.setdefault(row.network, number)
            row.differing_voxels, row.compared_voxels = compare_labels(files[number], files[first])
            if rows[first].method == "patch-wise":
                row.faster = rows[first].seconds / row.seconds
    return [asdict(row) for row in rows]


def compare_labels(one: Path, other: Path) -> tuple[int, int]:
    """How many labels differ where two results overlap, and how many voxels that is."""
    with np.load(one) as a, np.load(other) as b:
        low = np.maximum(a["low"], b["low"])
        high = np.minimum(a["low"] + a["labels"].shape, b["low"] + b["labels"].shape)
        if (high <= low).any():
            return 0, 0
        parts = [
            f["labels"][
                tuple(slice(int(x), int(y)) for x, y in zip(low - f["low"], high - f["low"], strict=True))
            ]
            for f in (a, b)
        ]
    return int((parts[0] != parts[1]).sum()), int(parts[0].size)
