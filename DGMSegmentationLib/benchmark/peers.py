"""Other programs' inference on the same volume and the same cores: nnU-Net's predictor, and networks of MONAI.

Their weights are random: seconds do not depend on them. nnU-Net gets the plan that its own planner makes of this volume, MONAI's
networks the same patch; every row runs in a process of its own. Needs the extra ``peers``.
"""

import contextlib
import io
import json
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError
from ..inference.memory import peak_memory_mb
from ..structures import STANDARD
from .machine import in_new_process

if TYPE_CHECKING:
    from torch import nn

PEERS = (
    "ours",
    "ours, numpy",
    "ours, torch",
    "nnU-Net, mirroring (its default)",
    "nnU-Net, no mirroring",
    "MONAI DynUNet, sliding window",
    "MONAI SegResNet, sliding window",
)
_PACKAGES = {"nnU-Net": "nnunetv2", "MONAI": "monai"}
_DATASET = "Dataset001_Benchmark"
_ENOUGH_S, _RUNS = 5.0, 3


@dataclass
class PeerRow:
    """What was measured of one program; seconds from the volume to labels on its own grid, everything loaded before."""

    name: str
    version: str
    seconds: float
    network_seconds: float
    """Of them, the network's and its tiles'."""
    patch: str
    macs: int
    memory_mb: float | None
    cpu_seconds: float
    """Of all cores together, for the same work: on a busy machine these compare, and the others do not."""
    gflops: float = 0.0
    """While the network ran."""
    peak_percent: float = 0.0
    times_ours: float = 0.0
    cpu_times_ours: float = 0.0


def need_peers() -> None:
    """Raise InputError where one of the other programs is not installed."""
    if lacking := [package for package in _PACKAGES.values() if find_spec(package) is None]:
        raise InputError("peers_missing", packages=lacking)


def measure_peers(
    image: Path,
    units: str,
    model: str,
    peak_gflops: float,
    progress: Callable[[str], None],
    names: Sequence[str] = PEERS,
) -> list[PeerRow]:
    """Run the programs one after another, each in a fresh process; ``peak_gflops``: the rate of matrix products here."""
    rows: list[PeerRow] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            progress(name)
            row = in_new_process(run_peer, name, image, units, model, Path(folder))
            row.gflops = 2 * row.macs / row.network_seconds / 1e9
            row.peak_percent = 100 * row.gflops / peak_gflops
            rows.append(row)
            row.times_ours = row.seconds / rows[0].seconds
            row.cpu_times_ours = row.cpu_seconds / rows[0].cpu_seconds
    return rows


def run_peer(name: str, image: Path, units: str, model: str, folder: Path) -> PeerRow:
    """Measure one program in this process; ``folder`` keeps nnU-Net's plan between them."""
    from ..inference.devices import limit_torch_threads

    limit_torch_threads()
    if name.startswith("ours"):
        return _ours(name, image, units, model)
    values, spacing, mask = _volume(image, units)
    plan = _nnunet_plan(folder, values, spacing, mask)
    if name.startswith("nnU-Net"):
        return _nnunet(name, plan, values, spacing, mirroring="no mirroring" not in name)
    return _monai(name, plan, values, mask)


def _ours(name: str, image: Path, units: str, model: str) -> PeerRow:
    from .. import __version__
    from ..inference.case_predictor import CasePredictor, open_predictor
    from ..inference.graph_predictor import GraphPredictor
    from ..inference.predictor import Predictor
    from ..models.model import load_model
    from ..options import SegmentOptions
    from ..preprocessing.case import open_case
    from ..segmentation.labelling import label_case
    from ..segmentation.run import Watch

    loaded = load_model(model)
    predictor: CasePredictor
    if name.endswith("torch"):
        predictor = Predictor(loaded, "cpu", backend="torch", log=lambda text: None)
    elif name.endswith("numpy"):
        predictor = GraphPredictor(loaded, log=lambda text: None, engine="numpy")
    else:
        predictor = open_predictor(loaded, "cpu", log=lambda text: None)
    shapes: list[list[int]] = []
    predict = predictor.predict

    def counted(*words: Any, **more: Any) -> Any:
        box = words[2] if len(words) > 2 else more.get("box")
        spans = words[0].shape[1:] if box is None else [span.stop - span.start for span in box]
        shapes.append(list(spans))
        return predict(*words, **more)

    predictor.predict = counted  # type: ignore[method-assign]
    times = []
    for _ in range(_RUNS + 1):
        shapes.clear()
        watch = Watch(log=lambda remark: None)
        start, cpu = time.perf_counter(), time.process_time()
        case = open_case(image, units=units, channels=loaded.header.channels)
        label_case(case, predictor, SegmentOptions(), watch)
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        times.append((seconds, watch.clock.seconds["network"], cpu))
    seconds, network, cpu = min(times[1:])
    version = f"{__version__}, {predictor.engine} {metadata.version(predictor.engine)}"
    work = sum(predictor.work(shape) for shape in shapes)
    shown = "x".join(map(str, shapes[0]))
    return PeerRow(name, version, seconds, network, shown, work, peak_memory_mb(), cpu)


def _volume(image: Path, units: str) -> tuple[np.ndarray, list[float], np.ndarray]:
    """The map in ppb with 0 outside the brain and the brain, both (k, j, i) as SimpleITK orders them, and the voxel edges so."""
    from ..preprocessing.case import open_case

    case = open_case(image, units=units)
    values = np.where(case.mask & np.isfinite(case.image.data), case.image.data, 0).astype(np.float32)
    turned = (np.ascontiguousarray(part.T) for part in (values, case.mask))
    return next(turned), [float(s) for s in case.image.spacing[::-1]], next(turned)


class _Counted:
    """Multiply-adds and seconds of a network's passes."""

    def __init__(self, network: "nn.Module") -> None:
        from torch import nn

        self.macs = 0
        for layer in network.modules():
            if isinstance(layer, nn.Conv3d | nn.ConvTranspose3d):
                layer.register_forward_hook(self._count)

    def _count(self, layer: Any, given: Any, made: Any) -> None:
        from ..models.networks.flops import convolution_macs

        self.macs += convolution_macs(layer, given[0].numel(), made.numel())


def _nnunet_plan(
    folder: Path, values: np.ndarray, spacing: Sequence[float], mask: np.ndarray
) -> Mapping[str, Any]:
    """What nnU-Net's planner makes of a data set of this one volume, with ten structures."""
    for name in ("nnUNet_raw", "nnUNet_preprocessed", "nnUNet_results"):
        os.environ[name] = str(folder / name)
        (folder / name).mkdir(exist_ok=True)
    plans = folder / "nnUNet_preprocessed" / _DATASET / "nnUNetPlans.json"
    if not plans.exists():
        import SimpleITK as sitk

        raw = folder / "nnUNet_raw" / _DATASET
        labels = np.zeros(values.shape, np.uint8)
        inside = np.argwhere(mask)
        for label in STANDARD.values:  # anywhere: the planner asks for their grey values, not their shape
            at = inside[len(inside) * label // STANDARD.n_classes]
            labels[tuple(slice(max(0, int(c) - 2), int(c) + 3) for c in at)] = label
        for kind, name, array in (("imagesTr", "case_0000", values), ("labelsTr", "case", labels)):
            (raw / kind).mkdir(parents=True, exist_ok=True)
            picture = sitk.GetImageFromArray(array)
            picture.SetSpacing(spacing[::-1])
            sitk.WriteImage(picture, str(raw / kind / f"{name}.nii.gz"))
        about = {
            "channel_names": {"0": "QSM"},
            "labels": {"background": 0, **{f"structure{label}": label for label in STANDARD.values}},
            "numTraining": 1,
            "file_ending": ".nii.gz",
        }
        (raw / "dataset.json").write_text(json.dumps(about), encoding="utf-8")
        from nnunetv2.experiment_planning.plan_and_preprocess_api import (
            extract_fingerprints,
            plan_experiments,
        )

        with contextlib.redirect_stdout(io.StringIO()):
            extract_fingerprints([1], num_processes=1, verbose=False)
            plan_experiments([1])
    about = json.loads((folder / "nnUNet_raw" / _DATASET / "dataset.json").read_text(encoding="utf-8"))
    return {"plans": json.loads(plans.read_text(encoding="utf-8")), "dataset": about}


def _nnunet(
    name: str, plan: Mapping[str, Any], values: np.ndarray, spacing: Sequence[float], mirroring: bool
) -> PeerRow:
    import torch
    from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor
    from nnunetv2.utilities.get_network_from_plans import get_network_from_plans
    from nnunetv2.utilities.plans_handling.plans_handler import PlansManager

    with contextlib.redirect_stdout(io.StringIO()):
        predictor = nnUNetPredictor(use_mirroring=mirroring, device=torch.device("cpu"), allow_tqdm=False)
        manager = PlansManager(plan["plans"])
        chosen = manager.get_configuration("3d_fullres")
        network = get_network_from_plans(
            chosen.network_arch_class_name,
            chosen.network_arch_init_kwargs,
            chosen.network_arch_init_kwargs_req_import,
            1,
            11,
            deep_supervision=False,
        ).eval()
        weights = [network.state_dict()]
        predictor.manual_initialization(
            network, manager, chosen, weights, plan["dataset"], "nnUNetTrainer", (0, 1, 2)
        )
        counted, inner = _Counted(network), [0.0]
        run = predictor.predict_logits_from_preprocessed_data

        def timed(data: Any) -> Any:
            start = time.perf_counter()
            result = run(data)
            inner[0] += time.perf_counter() - start
            return result

        predictor.predict_logits_from_preprocessed_data = timed
        about = {"spacing": list(spacing)}
        seconds, share = _best(
            lambda: predictor.predict_single_npy_array(values[None], about), counted, inner
        )
    patch = "x".join(map(str, chosen.patch_size))
    return PeerRow(name, _version(name), seconds, share[0], patch, share[1], peak_memory_mb(), share[2])


def _monai(name: str, plan: Mapping[str, Any], values: np.ndarray, mask: np.ndarray) -> PeerRow:
    import torch
    from monai.inferers import sliding_window_inference
    from monai.networks.nets import DynUNet, SegResNet

    chosen = plan["plans"]["configurations"]["3d_fullres"]
    made = chosen["architecture"]["arch_kwargs"]
    torch.manual_seed(0)
    network: nn.Module
    if "DynUNet" in name:
        # Widths, kernels and strides of nnU-Net's plan, as MONAI's own nnU-Net example takes them.
        strides = made["strides"]
        network = DynUNet(
            3, 1, 11, made["kernel_sizes"], strides, strides[1:], filters=made["features_per_stage"]
        )
    else:
        network = SegResNet(3, 16, 1, 11, blocks_down=(1, 2, 2, 4), blocks_up=(1, 1, 1))
    network.eval()
    used = [np.flatnonzero(mask.any(axis=tuple(a for a in range(3) if a != axis))) for axis in range(3)]
    box = tuple(slice(int(found[0]), int(found[-1]) + 1) for found in used)
    counted, inner = _Counted(network), [0.0]

    def run() -> None:
        part = values[box]
        part = (part - part.mean()) / part.std()
        start = time.perf_counter()
        with torch.inference_mode():
            logits = sliding_window_inference(
                torch.from_numpy(part)[None, None], chosen["patch_size"], 1, network
            )
            inner[0] += time.perf_counter() - start
            labels = np.zeros(values.shape, np.uint8)
            labels[box] = logits[0].argmax(dim=0).numpy()

    seconds, share = _best(run, counted, inner)
    patch = "x".join(map(str, chosen["patch_size"]))
    return PeerRow(name, _version(name), seconds, share[0], patch, share[1], peak_memory_mb(), share[2])


def _best(
    run: Callable[[], object], counted: _Counted, inner: list[float]
) -> tuple[float, tuple[float, int, float]]:
    """Seconds of the best of a few runs; its network's seconds, its multiply-adds, its CPU seconds. A long run stands alone."""
    times: list[tuple[float, float, float]] = []
    while len(times) < _RUNS and sum(one[0] for one in times) < _ENOUGH_S:
        inner[0], counted.macs = 0.0, 0
        start, cpu = time.perf_counter(), time.process_time()
        run()
        times.append((time.perf_counter() - start, inner[0], time.process_time() - cpu))
    seconds, network, cpu = min(times)
    return seconds, (network, counted.macs, cpu)


def _version(name: str) -> str:
    package = next(package for start, package in _PACKAGES.items() if name.startswith(start))
    return f"{package} {metadata.version(package)}"
