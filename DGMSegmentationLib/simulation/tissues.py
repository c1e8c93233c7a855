"""The tissues that the simulator knows: number, name, susceptibility, magnitude; read from Resources/Simulation/tissues.tsv.

A tissue map is uint8: the number of the tissue, plus ``RIGHT`` where a paired nucleus lies on the right.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..resources import resource_path

RIGHT = 32
"""Added to the number of a paired tissue on the right-hand side."""


@dataclass(frozen=True)
class Tissue:
    """One row of the table. ``texture_ppb``: SD inside.

    ``spread`` scales the susceptibility's random factor (`susceptibility`): in the nuclei with iron three quarters of it are
    the SD of the log of the nucleus's own factor, elsewhere it is the relative SD; tegmentum, hypothalamus and brainstem, near
    zero, have an SD of 10 ppb instead.
    """

    code: int
    name: str
    paired: bool
    chi_ppb: float
    spread: float
    magnitude: float
    texture_ppb: float


@cache
def tissue_table() -> dict[str, Tissue]:
    """All tissues by name."""
    with open(resource_path("Simulation", "tissues.tsv"), encoding="utf-8", newline="") as table:
        rows = csv.DictReader(table, delimiter="\t")
        return {
            row["name"]: Tissue(
                int(row["code"]),
                row["name"],
                row["paired"] == "1",
                float(row["chi_ppb"]),
                float(row["spread"]),
                float(row["magnitude"]),
                float(row["texture_ppb"]),
            )
            for row in rows
        }


def code(name: str) -> int:
    """The number of a tissue; raises KeyError for an unknown name."""
    return tissue_table()[name].code


def is_tissue(tissue_map: NDArray[np.uint8], *names: str) -> NDArray[np.bool_]:
    """True where the map holds one of the named tissues, on either side."""
    table = np.zeros(256, bool)
    for name in names:
        table[code(name)] = True
        table[code(name) + RIGHT] = tissue_table()[name].paired
    return table[tissue_map]


def mirror_table() -> NDArray[np.uint8]:
    """Table tissue value -> value after the head is mirrored left to right."""
    table = np.arange(256, dtype=np.uint8)
    for tissue in tissue_table().values():
        if tissue.paired:
            table[tissue.code], table[tissue.code + RIGHT] = tissue.code + RIGHT, tissue.code
    return table
