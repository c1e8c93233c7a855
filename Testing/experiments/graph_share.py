"""The U-Net alone against products of matrices, in turn: seconds, GFLOP/s, and the share of sgemm.

python Testing/experiments/graph_share.py [MODEL] [--engine openvino] [--times 12] [--threads 2]

With OpenVINO's graph or with torch, on the region where the model expects its structures; nothing around the network is measured.
Needs idle cores, and numpy's BLAS with as many threads.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np

from DGMSegmentationLib.inference.graph_predictor import usual_region
from DGMSegmentationLib.inference.openvino_package import openvino_package, settings
from DGMSegmentationLib.inference.unet_graph import unet_graph
from DGMSegmentationLib.models.model import Model, find_model, load_model, unet_options
from DGMSegmentationLib.models.unet_shape import UNetShape

EDGE = 3000  # of the matrices


def seconds(run: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def openvino_network(model: Model, images: np.ndarray, threads: int) -> Callable[[], object]:
    """The compiled graph, on these images."""
    shape = UNetShape.of(unet_options(model.header, model.header.members[0]))
    graph = unet_graph(shape, model.arrays[0], images.shape[2:])
    network = openvino_package().Core().compile_model(graph, "CPU", settings(threads))
    return lambda: network([images], share_outputs=True)


def torch_network(model: Model, images: np.ndarray, threads: int) -> Callable[[], object]:
    """The network in torch, on these images."""
    import torch

    torch.set_num_threads(threads)
    network = model.build()[0].eval().to(memory_format=torch.channels_last_3d)
    tile = torch.from_numpy(images).contiguous(memory_format=torch.channels_last_3d)

    def run() -> object:
        with torch.inference_mode():
            return network(tile)

    return run


def main() -> None:
    """Measure, and print one line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="?", default="default")
    parser.add_argument("--engine", choices=("openvino", "torch"), default="openvino")
    parser.add_argument("--times", type=int, default=12)
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    model = load_model(find_model(asked.model))
    shape = UNetShape.of(unet_options(model.header, model.header.members[0]))
    region = usual_region(model)
    if region is None:
        parser.error(f"{asked.model} does not say where its structures lie")
    size = tuple(-(-n // m) * m for n, m in zip(region, shape.multiple, strict=True))
    images = np.random.default_rng(1).normal(size=(1, 1, *size)).astype(np.float32)
    matrix = np.random.default_rng(2).normal(size=(EDGE, EDGE)).astype(np.float32)
    network = (openvino_network if asked.engine == "openvino" else torch_network)(
        model, images, asked.threads
    )
    network()
    turns = [(seconds(network), seconds(lambda: matrix @ matrix)) for _ in range(asked.times)]
    ours, theirs = zip(*turns, strict=True)
    for name, of in (("median", statistics.median), ("best", min)):
        rate, peak = 2 * shape.multiply_adds(size) / of(ours) / 1e9, 2 * EDGE**3 / of(theirs) / 1e9
        print(f"{name}: {of(ours):.3f} s, {rate:.0f} GFLOP/s, sgemm {peak:.0f}: {100 * rate / peak:.0f} %")


if __name__ == "__main__":
    main()
