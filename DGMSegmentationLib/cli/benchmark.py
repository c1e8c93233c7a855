"""``dgmseg benchmark``: how fast this machine is, part by part."""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..options import SegmentOptions
from .options import check_qsm_alone, takes_options

if TYPE_CHECKING:
    from ..benchmark.methods import Job, Row
    from ..benchmark.peers import PeerRow
    from ..benchmark.steps import SegmentTimes
    from ..benchmark.throughput import Throughput
    from ..training.settings import Precision


class Part(str, Enum):
    """What is measured."""

    networks = "networks"
    segment = "segment"
    training = "training"
    peers = "peers"


@takes_options(only=("model", "device", "units"))
def benchmark(
    *,
    image: Annotated[Path, typer.Argument(help="A QSM volume to measure on.")],
    part: Annotated[
        list[Part] | None,
        typer.Option(
            help="networks, segment, training; all of these when left out. peers: nnU-Net and MONAI (extra peers)."
        ),
    ] = None,
    network: Annotated[
        list[str] | None,
        typer.Option(help="dolz, anisotropic, a model's name or file; all of these when left out."),
    ] = None,
    options: SegmentOptions,
    whole: Annotated[
        bool, typer.Option("--whole", help="Run all patches of the patch-wise method (many minutes).")
    ] = False,
    tile: Annotated[
        list[str] | None,
        typer.Option(help="Also measure the prior box in tiles of this many voxels, e.g. 80x110x24."),
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all figures here, too.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
) -> None:
    """Measure networks, methods and backends, the steps of segment, and training, on this machine.

    Run it on an idle machine. Patch-wise rows are measured on one block of patches and scaled up, unless --whole.
    "Pays from" is the work of a network (billion multiply-adds) from which compiling it for OpenVINO saves time.
    """
    from ..benchmark.machine import describe, gemm_gflops, knows_bf16
    from ..benchmark.methods import UNTRAINED, measure_methods
    from ..benchmark.steps import around_the_network, cold, warm
    from ..benchmark.throughput import training_throughput
    from ..inference.devices import limit_torch_threads, pick_device
    from ..io.files import check_writable, read_image, write_json
    from ..preprocessing.case import open_case

    sizes = [parse_tile(text) for text in tile or []]
    if json_file is not None:
        check_writable([json_file], overwrite)
    # Bad input is said before minutes are spent.
    header = check_qsm_alone(options.model, "benchmark")
    for name in network or []:
        if name not in UNTRAINED:
            check_qsm_alone(name, "benchmark")
    parts = part or [one for one in Part if one is not Part.peers]
    if Part.peers in parts:
        from ..benchmark.peers import measure_peers, need_peers

        need_peers()
    open_case(read_image(image), units=options.units, channels=("qsm",))
    place = pick_device(options.device).type
    placed = options.changed(device=place)
    limit_torch_threads()  # as a run does, so that the peak is that of the same threads
    jobs = _jobs(network or ["dolz", "anisotropic", options.model], place, whole, sizes)
    machine = describe()
    found: dict[str, object] = {"machine": machine, "image": image.name}
    peaks = {name: round(gemm_gflops(name), 1) for name in dict.fromkeys(("cpu", place))}
    machine["sgemm_gflops"] = peaks["cpu"]
    if place != "cpu":
        machine[f"{place}_gemm_gflops"] = peaks[place]
    for name, value in machine.items():
        typer.echo(f"{name}: {value}")

    def report(text: str) -> None:
        typer.echo(f"... {text}", err=True)

    def keep() -> None:
        """What was measured so far, in case a later part fails."""
        if json_file is not None:
            write_json(json_file, found)

    if Part.segment in parts:  # before the networks, whose processes may be larger
        report("segment, cold")
        first = found["segment_cold"] = cold(image, placed)
        report("segment, warm")
        later = found["segment_warm"] = warm(image, placed)
        later["around_the_network_percent"] = round(around_the_network(later), 1)
        _show_steps(first, later)
        keep()
    if Part.networks in parts:
        rows = found["networks"] = measure_methods(
            jobs, image, options.units, peaks, header.prior_box, report
        )
        _show_networks(rows)
        keep()
    if Part.peers in parts:
        found["peers"] = others = measure_peers(image, options.units, options.model, peaks["cpu"], report)
        _show_peers(others)
        keep()
    if Part.training in parts:
        trained: list[Throughput] = []
        found["training"] = trained
        both: tuple[Precision, ...] = ("float32", "bf16-mixed")
        precisions = both if knows_bf16(place) else both[:1]
        for preset in ("part1", "part1-dense", "part2", "part2-dense", "default"):
            for precision in precisions:
                report(f"training, {preset}, {precision}")
                trained.append(training_throughput(preset, place, precision=precision))
        _show_training(trained)
        keep()


def parse_tile(text: str) -> tuple[int, int, int]:
    """ "80x110x24" as three numbers of voxels; raises InputError for anything else."""
    from ..errors import InputError

    parts = text.lower().replace(",", "x").split("x")
    if len(parts) != 3 or not all(part.strip().isdigit() and int(part) for part in parts):
        raise InputError("tile_bad", tile=text)
    x, y, z = (int(part) for part in parts)
    return x, y, z


def _jobs(networks: list[str], device: str, whole: bool, tiles: list[tuple[int, int, int]]) -> "list[Job]":
    """The rows of each network: the articles' patch-wise method only for the articles' networks."""
    from importlib.util import find_spec

    from ..benchmark.methods import Job, open_network
    from ..inference.openvino_package import installed

    jobs = []
    for name in networks:
        built = open_network(name).build()[0]
        valid = any(built.halo)
        if valid:
            jobs.append(Job(name, "patch-wise", "torch", device, whole))
        backends = [("torch", place) for place in dict.fromkeys((device, "cpu"))]
        backends += [("openvino", "cpu")] if installed() else []
        # A network whose result depends on its tile has the prior box as its reference, so that comes first.
        for method in ("dense", "dense in the prior box") if valid else ("dense in the prior box", "dense"):
            jobs += [Job(name, method, *backend) for backend in backends]
        for size in tiles:
            jobs += [Job(name, "dense in the prior box", *backend, tile=size) for backend in backends]
        if not valid and find_spec("monai"):
            jobs.append(Job(name, "MONAI sliding window", "torch", device))
    return jobs


def _table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    typer.echo(f"\n{title}\n")
    typer.echo(f"| {' | '.join(columns)} |")
    typer.echo("|---" * len(columns) + "|")
    for row in rows:
        typer.echo(f"| {' | '.join(row)} |")


def _show_networks(rows: "list[Row]") -> None:
    columns = [
        "network", "method", "backend", "s", "compiling, s", "voxels/s", "GFLOP/s", "% of sgemm", "peak MB", "GPU, MB",
        "labels that differ", "times patch-wise", "pays from, GMAC",
    ]  # fmt: skip
    cells = [
        [
            Path(r.network).stem,
            r.method + (" (scaled up)" if r.extrapolated else ""),
            r.backend + ("" if r.device == "cpu" else f", {r.device}"),
            f"{r.seconds:.2f}",
            f"{r.compile_seconds:.1f}",
            f"{r.voxels_per_second:,.0f}",
            f"{r.gflops:.0f}",
            f"{r.peak_percent:.0f}",
            f"{r.memory_mb:.0f}" if r.memory_mb else "",
            f"{r.device_memory_mb:.0f}" if r.device_memory_mb else "",
            f"{r.differing_voxels} of {r.compared_voxels}",
            f"{r.faster:.1f}" if r.faster else "",
            _pays(r),
        ]
        for r in rows
    ]
    _table("Networks and methods", columns, cells)


def _pays(row: "Row") -> str:
    """From how much work compiling pays, for the rows that were compiled."""
    if not row.compile_seconds:
        return ""
    return f"{row.pays_from_gmac:.0f}" if row.pays_from_gmac is not None else "never"


def _show_steps(first: "SegmentTimes", later: "SegmentTimes") -> None:
    cells = []
    for word, run in (("cold", first), ("warm", later)):
        memory = run.get("memory_mb")
        steps = ", ".join(f"{name} {value:.2f}" for name, value in run["steps"].items())
        cells.append([word, f"{run['seconds']:.2f}", f"{memory:.0f}" if memory else "", steps])
    _table("segment", ["run", "s", "peak MB", "steps, s"], cells)
    typer.echo(f"Around the network, warm: {later['around_the_network_percent']:.0f} %")


def _show_peers(rows: "list[PeerRow]") -> None:
    columns = [
        "program", "version", "patch", "s, labels ready", "s, network", "GFLOP/s", "% of sgemm", "peak MB", "CPU s", "times ours",
        "of CPU s",
    ]  # fmt: skip
    cells = [
        [
            r.name, r.version, r.patch, f"{r.seconds:.2f}", f"{r.network_seconds:.2f}", f"{r.gflops:.0f}",
            f"{r.peak_percent:.0f}", f"{r.memory_mb:.0f}" if r.memory_mb else "", f"{r.cpu_seconds:.1f}",
            f"{r.times_ours:.1f}", f"{r.cpu_times_ours:.1f}",
        ]
        for r in rows
    ]  # fmt: skip
    _table("Peers on the CPU", columns, cells)


def _show_training(rows: "list[Throughput]") -> None:
    cells = [
        [
            r["preset"], r["precision"], r["mode"], str(r["batch"]), "x".join(map(str, r["output"])),
            f"{r['seconds_per_step']:.2f}", f"{r['loading_seconds']:.3f} ({r['loading_percent']:.0f} %)",
            f"{r['voxels_per_second']:,.0f}",
        ]
        for r in rows
    ]  # fmt: skip
    _table(
        "Training",
        ["preset", "precision", "mode", "batch", "output", "s/step", "s loading", "output voxels/s"],
        cells,
    )
