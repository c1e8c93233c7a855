"""Small real models for tests: the project's own networks with few channels, random or quickly trained."""

from pathlib import Path

import torch

from DGMSegmentationLib.models.header import Member, ModelHeader
from DGMSegmentationLib.models.model import Model, save_model
from DGMSegmentationLib.models.networks import build_network
from DGMSegmentationLib.preprocessing.grid import Preprocessing

PHANTOM_MODEL = Path(__file__).resolve().parents[1] / "data" / "phantom.safetensors"
"""A network trained on the procedural phantom by make_phantom_model.py: real weights for end-to-end tests."""


def small_model(network: str = "dolz", seed: int = 0, members: int = 1, **preprocessing: object) -> Model:
    """An untrained network that still gives many different labels: enough to test everything around it."""
    torch.manual_seed(seed)
    labels = (tuple(range(11)),) if members == 1 else tuple((0, k) for k in range(1, members + 1))
    options = {"widths": (3, 3, 4), "head_widths": (6,)}
    states, header_options = [], {}
    for wanted in labels:
        built = build_network(network, in_channels=1, n_classes=len(wanted), **options)
        for parameter in built.parameters():
            # Scaled to the fan-in, so that the signal neither dies out (one label everywhere) nor explodes.
            fan_in = parameter[0].numel() if parameter.ndim == 5 else 11
            torch.nn.init.normal_(parameter, std=1.2 / fan_in**0.5)
        states.append(built.state_dict())
        header_options = built.options()
    pre = Preprocessing(coordinates=network == "anisotropic", **preprocessing)  # type: ignore[arg-type]
    header = ModelHeader(
        name=f"small-{network}",
        network=network,
        network_options=header_options,
        preprocessing=pre,
        members=tuple(Member(f"m{i}." if members > 1 else "", wanted) for i, wanted in enumerate(labels)),
        licence="CC0-1.0",
    )
    return Model(header, tuple(states))


def unet_model(norm: str = "instance") -> Model:
    """An untrained U-Net with few channels; its batch normalisation has statistics as if trained."""
    torch.manual_seed(2)
    network = build_network("unet", norm=norm, widths=(4, 6), pooling=[(2, 2, 2)], convolutions=(1, 1))
    for layer in network.modules():
        if isinstance(layer, torch.nn.BatchNorm3d):
            layer.running_mean.normal_()
            layer.running_var.uniform_(0.5, 2)
    header = ModelHeader("unet", "unet", network.options(), Preprocessing(), (Member("", tuple(range(11))),))
    return Model(header, (network.state_dict(),))


def small_model_file(folder: Path, network: str = "dolz", **options: object) -> Path:
    """The same, written as a model file."""
    model = small_model(network, **options)  # type: ignore[arg-type]
    return save_model(folder / f"small-{network}.safetensors", model.header, model.states)


def phantom_atoms_model() -> Model:
    """The phantom's model with atoms for classes: one atom of each structure takes its place, the others are never found."""
    from dataclasses import replace

    from DGMSegmentationLib.models.model import load_model
    from DGMSegmentationLib.structures.atoms import atoms

    first = load_model(PHANTOM_MODEL)
    place = {"RN": "RN", "SN": "SN", "GPE": "GP", "PU": "PU", "CNH": "CN"}
    classes = first.class_names
    source = [
        0,
        *(classes.index(f"{place[a.nucleus]}_{a.side}") if a.nucleus in place else 0 for a in atoms()),
    ]
    absent = torch.tensor([k > 0 and not parent for k, parent in enumerate(source)])
    state = {}
    for name, value in first.states[0].items():
        wide = value[source].clone() if value.shape[:1] == (len(first.labels),) else value
        if wide is not value:  # 1 x 1 x 1 convolution, its bias, and the slopes of the PReLU behind it
            wide[absent] = 0.0 if wide.ndim > 1 else -30.0 if name.endswith("bias") else 1.0
        state[name] = wide
    header = replace(
        first.header,
        name="phantom-atoms",
        atoms=True,
        members=(Member("", (0, *atoms().values)),),
        label_set=None,
    )
    return Model(header, (state,), first.path, "atoms")
