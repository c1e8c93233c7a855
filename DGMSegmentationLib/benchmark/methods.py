"""One row per network, method and backend: seconds, rate, memory, and whether the labels are the reference method's.

Every row runs in a process of its own, so that its peak memory is its own. The articles' patch-wise method takes minutes:
unless all of it is asked for, it runs on the patches of one block in the middle and its time is scaled up, and said so.
"""

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from ..inference.memory import peak_memory_mb
from . import machine

if TYPE_CHECKING:
    from ..inference.predictor import Box, Predictor
    from ..models.header import PriorBox
    from ..models.model import Model
    from ..preprocessing.grid import Prepared

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
    tile: tuple[int, int, int] | None = None
    """Output voxels per tile of the dense methods; None: as a run chooses by itself."""

    @property
    def title(self) -> str:
        """The method as the table names it."""
        return self.method + (f", tiles of {'x'.join(map(str, self.tile))}" if self.tile else "")


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
    networks: int = 1
    """Networks of the model; each is compiled."""
    device_memory_mb: float | None = None
    """Peak of what torch held on a CUDA device."""
    pays_from_gmac: float | None = None
    """Billion multiply-adds per network from which this row's compiling pays against torch; None where it never does."""


UNTRAINED = {"dolz": "part1-dense", "anisotropic": "part2-dense"}
"""Networks that are measured without weights of their own, by the preset that says how they are."""


def open_network(name: str, prior_box: "PriorBox | None" = None) -> "Model":
    """A model by name; "dolz" and "anisotropic" are the networks of the presets part1-dense and part2-dense, untrained."""
    import torch

    from ..models.header import ModelHeader
    from ..models.model import Model, load_model
    from ..models.networks import build_network
    from ..training.preset import load_preset

    if name not in UNTRAINED:
        return load_model(name)
    preset = load_preset(UNTRAINED[name])
    torch.manual_seed(1)
    network = build_network(preset.network.name, **preset.network.options)
    header = ModelHeader(
        name, network.__class__.__name__.lower(), network.options(), preset.preprocessing,
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


def run_job(job: Job, image: Path, units: str, prior: "PriorBox | None", labels: Path) -> Row:
    """Measure one row in this process; writes the labels and where they lie to ``labels`` (.npz)."""
    from ..inference.predictor import Predictor
    from ..preprocessing.case import open_case
    from ..preprocessing.grid import prepare
    from ..segmentation.region import prior_box

    model = open_network(job.network, prior)
    if model.header.prior_box is None:
        model = replace(model, header=replace(model.header, prior_box=prior))
    case = open_case(image, units=units, channels=("qsm",))
    prepared = prepare(case.channels, case.mask, model.header.preprocessing)
    box = prior_box(model, prepared) or _all(prepared)
    backend = "torch" if job.method == "MONAI sliding window" else job.backend
    predictor = Predictor(
        model, job.device, job.tile, job.method == "patch-wise", backend=backend, log=lambda text: None
    )
    everything = _all(prepared)
    patch = predictor.tile_for(prepared.grid.shape)
    wanted = {"patch-wise": everything if job.whole else _block(box, patch), "dense": everything}
    region = wanted.get(job.method, box)
    shape = [s.stop - s.start for s in region]
    method = _Monai if job.method == "MONAI sliding window" else _Ours
    run = method(predictor, prepared, region)
    seconds, compiling = _best(run)
    voxels, work = int(np.prod(shape)), 2.0 * run.macs()
    rate = work / seconds / 1e9
    extrapolated = job.method == "patch-wise" and not job.whole
    if extrapolated:
        patches = int(np.prod([-(-n // t) for n, t in zip(prepared.grid.shape, patch, strict=True)]))
        seconds *= patches * int(np.prod(patch)) / voxels
        voxels = int(np.prod(prepared.grid.shape))
    np.savez_compressed(
        labels, labels=run.probabilities.argmax(axis=0).astype(np.uint8), low=[s.start for s in region]
    )
    return Row(
        job.network, job.title, "MONAI" if job.method.startswith("MONAI") else job.backend, predictor.device.type,
        seconds, compiling, voxels, voxels / seconds, rate, 0.0, peak_memory_mb(), extrapolated,
        networks=len(predictor.networks), device_memory_mb=_device_memory_mb(predictor.device.type),
    )  # fmt: skip


def _device_memory_mb(device: str) -> float | None:
    import torch

    return torch.cuda.max_memory_allocated() / 2**20 if device == "cuda" else None


def _all(prepared: "Prepared") -> "Box":
    x, y, z = (slice(0, n) for n in prepared.grid.shape)
    return x, y, z


class _Ours:
    """A region predicted by the library itself."""

    def __init__(self, predictor: "Predictor", prepared: "Prepared", region: "Box") -> None:
        self._predictor, self._prepared, self._region = predictor, prepared, region
        self.probabilities = np.zeros(0, np.float32)

    def __call__(self) -> None:
        prepared = self._prepared
        self.probabilities = self._predictor.predict(prepared.inputs, prepared.coordinates, self._region)

    def compiling(self) -> float:
        """Seconds spent compiling so far."""
        return self._predictor.compiled.seconds if self._predictor.compiled is not None else 0.0

    def macs(self) -> int:
        """Multiply-adds of one run."""
        return self._predictor.work([s.stop - s.start for s in self._region])


class _Monai(_Ours):
    """MONAI's sliding window with its defaults, over the same region; its window is the network's own patch."""

    def __call__(self) -> None:
        import torch
        from monai.inferers import sliding_window_inference

        network = self._predictor.networks[0]
        part = torch.from_numpy(np.ascontiguousarray(self._prepared.inputs[(slice(None), *self._region)]))[
            None
        ]
        self._windows = 0

        def counted(window: torch.Tensor) -> torch.Tensor:
            self._windows += window.shape[0]
            logits: torch.Tensor = network(window)
            return logits

        with torch.inference_mode():
            logits = sliding_window_inference(
                part.to(self._predictor.device), network.patch_input, 1, counted
            )
            self.probabilities = np.asarray(torch.softmax(cast(torch.Tensor, logits), dim=1)[0].cpu().numpy())

    def macs(self) -> int:
        from ..models.networks.flops import count_macs

        network = self._predictor.networks[0]
        return self._windows * count_macs(network, network.patch_input)


def _best(run: _Ours, most: int = 3, enough: float = 5.0) -> tuple[float, float]:
    """Seconds of the best of a few runs without compiling, and seconds of compiling; a run of ``enough`` stands alone.

    The first run of a process also fills caches and makes the libraries' kernels, as a user's first one does not again.
    """
    times: list[float] = []
    while len(times) < most and sum(times) < enough:
        start, before = time.perf_counter(), run.compiling()
        run()
        times.append(time.perf_counter() - start - (run.compiling() - before))
    return min(times), run.compiling()


def measure_methods(
    jobs: Sequence[Job],
    image: Path,
    units: str,
    peaks: Mapping[str, float],
    prior: "PriorBox | None",
    progress: Callable[[str], None] | None = None,
) -> list[Row]:
    """Run the jobs one after another, each in a fresh process, and compare their labels network by network.

    ``peaks``: by device, the rate of its matrix products in GFLOP/s (:func:`machine.gemm_gflops`).
    The reference of a network is its patch-wise row, or its first row when it has none.
    """
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, job in enumerate(jobs):
            if progress is not None:
                progress(f"{job.network}, {job.title}, {job.backend} on {job.device}")
            files.append(Path(folder) / f"{number}.npz")
            row = machine.in_new_process(run_job, job, image, units, prior, files[-1])
            row.peak_percent = 100 * row.gflops / peaks[row.device] if peaks.get(row.device) else 0.0
            rows.append(row)
        references: dict[str, int] = {}
        for number, row in enumerate(rows):
            first = references.setdefault(row.network, number)
            row.differing_voxels, row.compared_voxels = compare_labels(files[number], files[first])
            if rows[first].method == "patch-wise":
                row.faster = rows[first].seconds / row.seconds
        for row in rows:
            row.pays_from_gmac = pays_from(row, rows)
    return rows


def pays_from(row: Row, rows: Sequence[Row]) -> float | None:
    """Billion multiply-adds per network from which a compiled row's compiling is won back against torch.

    The compiling's seconds, times torch's work per second that was saved; None where nothing is saved or compiled.
    """
    torch_row = next(
        (
            r
            for r in rows
            if (r.network, r.method, r.backend, r.device) == (row.network, row.method, "torch", row.device)
        ),
        None,
    )
    if torch_row is None or not row.compile_seconds or row.seconds >= torch_row.seconds:
        return None
    work = torch_row.gflops * torch_row.seconds / 2
    return row.compile_seconds * work / (torch_row.seconds - row.seconds) / row.networks


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
