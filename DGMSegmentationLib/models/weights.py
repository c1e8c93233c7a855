"""The weights of a model file: numpy arrays, and torch's tensors for those who ask. No torch before that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from numpy.typing import NDArray

from ..errors import InputError

if TYPE_CHECKING:
    import torch

    State = dict[str, torch.Tensor]


class Weights(Sequence["State"]):
    """A state dictionary per member of a model; it shares its memory with the arrays that were read."""

    def __init__(self, arrays: Sequence[Mapping[str, NDArray[Any]]]) -> None:
        self.arrays = tuple(arrays)
        self._states: list[State] | None = None

    def __len__(self) -> int:
        return len(self.arrays)

    @overload
    def __getitem__(self, index: int) -> State: ...

    @overload
    def __getitem__(self, index: slice) -> list[State]: ...

    def __getitem__(self, index: int | slice) -> State | list[State]:
        if self._states is None:
            import torch

            self._states = [
                {name: torch.from_numpy(array) for name, array in arrays.items()} for arrays in self.arrays
            ]
        return self._states[index]


def arrays_of(states: Sequence[Mapping[str, torch.Tensor]]) -> Sequence[Mapping[str, NDArray[Any]]]:
    """The weights as numpy arrays, member by member."""
    if isinstance(states, Weights):
        return states.arrays
    return [{name: tensor.detach().cpu().numpy() for name, tensor in state.items()} for state in states]


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """All tensors of a ``.safetensors`` file, writable; raises InputError where it is cut or damaged."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="numpy") as handle:
            return {name: handle.get_tensor(name) for name in handle.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise InputError("model_damaged", path=path) from error


def update_of(name: str, array: NDArray[Any]) -> bytes:
    """What a checksum over weights takes of one of them: name, type and shape in torch's words, and its bytes."""
    return f"{name}torch.{array.dtype}{array.shape}".encode() + array.tobytes()
