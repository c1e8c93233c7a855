"""How well a further channel is brought to its QSM, and what is refused, on simulated heads.

python Testing/experiments/channel_placing.py SIMULATED [SIMULATED ...]

SIMULATED: folders of ``dgmseg simulate --channels magnitude,r2star``. Each head's R2* and magnitude are given as they are, with a
header that is off by 2 mm and 3 degrees in a random direction, with left and right exchanged in the array, and another head's in
place of them (on the QSM's own grid). What happened is printed a head, then counted.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.image import Image, resample_to
from DGMSegmentationLib.io.files import read_image
from DGMSegmentationLib.preprocessing.case import Case, open_case
from DGMSegmentationLib.preprocessing.coregistration import on_grid_of

SHIFT_MM, TURN_DEG = 2.0, 3.0
CHANNELS = {"R2*": "R2starmap", "magnitude": "part-mag_T2starw"}


def direction(rng: np.random.Generator, length: float) -> np.ndarray:
    """A random vector of this length."""
    found = rng.standard_normal(3)
    return np.asarray(found * length / np.linalg.norm(found))


def displaced(channel: Image, case: Case, shift: np.ndarray, turn: np.ndarray) -> Image:
    """The channel with a header that is off by this about the middle of the brain."""
    index = np.argwhere(case.mask)
    centre = case.image.affine[:3, :3] @ index.mean(axis=0) + case.image.affine[:3, 3]
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_rotvec(turn, degrees=True).as_matrix()
    matrix[:3, 3] = shift + centre - matrix[:3, :3] @ centre
    return channel.replace(affine=matrix @ channel.affine)


def outcome(channel: Image, case: Case, shift: np.ndarray | None = None) -> tuple[str, float | None]:
    """What became of a channel; of one that was off by ``shift``, how far it still is at the middle of the brain (mm)."""
    try:
        _, move, said = on_grid_of(channel, case.image, case.mask)
    except InputError as error:
        return f"refused ({error.code})", None
    codes = [remark.code for remark in said if remark.code != "channel_moved"]
    if codes:
        return f"doubted ({', '.join(codes)})", None
    if move is None:
        return "left where it is", None
    return "moved", None if shift is None else float(np.linalg.norm(np.add(move.shift_mm, shift)))


def tries(
    place: Path, name: str, other: Path | None, rng: np.random.Generator
) -> Iterator[tuple[str, str, str, float | None]]:
    """Channel, what was done to it, what became of it, and how far it still is (mm)."""
    case = open_case(place / f"{name}_Chimap.nii.gz")
    for called, ending in CHANNELS.items():
        channel = read_image(place / f"{name}_{ending}.nii.gz")
        lateral = next(axis for axis, code in enumerate(channel.grid.axis_codes) if code in "LR")
        yield called, "as it is", *outcome(channel, case)
        shift, turn = direction(rng, SHIFT_MM), direction(rng, TURN_DEG)
        yield called, "off", *outcome(displaced(channel, case, shift, turn), case, shift)
        exchanged = channel.replace(data=np.flip(channel.data, lateral).copy())
        yield called, "exchanged", *outcome(exchanged, case)
        if other is not None:
            stranger = read_image(other / f"{other.parent.name}_{ending}.nii.gz")
            data = resample_to(stranger.data, stranger.grid, case.image.grid).astype(np.float32)
            yield called, "another head's", *outcome(channel.replace(data=data), case)


def main() -> None:
    """Try all heads, count."""
    places = [place for folder in sys.argv[1:] for place in sorted(Path(folder).glob("sub-*/anat"))]
    if not places:
        sys.exit(__doc__)
    rng, counts = np.random.default_rng(3), Counter[tuple[str, str, str]]()
    left: dict[str, list[float]] = {}
    for number, place in enumerate(places):
        other = places[number - 1] if len(places) > 1 else None
        for called, done, became, mm in tries(place, place.parent.name, other, rng):
            print(
                place, called, done, became, "" if mm is None else f"{mm:.2f} mm left", sep="\t", flush=True
            )
            counts[called, done, became] += 1
            if mm is not None:
                left.setdefault(called, []).append(mm)
    for (called, done, kind), count in sorted(counts.items()):
        print(f"{called}, {done}: {kind} {count}")
    for called, values in left.items():
        print(f"{called}: {min(values):.2f} to {max(values):.2f} mm left, median {np.median(values):.2f}")


if __name__ == "__main__":
    main()
