"""What a run of the network leaves for those who judge its labels; these keys stand in provenance files too."""

from collections.abc import Mapping
from typing import TypedDict

from .slice_hints import SliceHint


class OrientationNotes(TypedDict):
    """A version of the map of which the network is surer than of the one that the header says."""

    codes: str
    change: str
    sure: int
    sure_turned: int
    structures: int
    confidence: float
    confidence_turned: float


class NetworkNotes(TypedDict, total=False):
    """Notes of one run; what was not looked at is absent. Structures go by abbreviation."""

    prior_box_used: bool
    """Whether the search stayed in the region where the model expects its structures."""
    beyond_prior_box: list[str]
    """Structures that touched the border of that region."""
    undecided: dict[str, float]
    """Mean entropy of the class probabilities inside a structure, as a share of ln 2."""
    undecided_slices: Mapping[str, SliceHint]
    """The share of a structure's possible voxels in each slice about which the network was undecided."""
    uncalibrated: bool
    """How sure this network is of good maps is not known, so nobody judges a map by it."""
    flip_dice: dict[str, float]
    """Dice between the labels of the head and of its mirror image, when both were asked for."""
    mirrored_slices: Mapping[str, SliceHint]
    """1 - that Dice, in each slice."""
    sign_flip: bool
    """The network is sure of most structures only in the map with its sign changed."""
    orientation: OrientationNotes
    removed_voxels: dict[str, int]
    """Voxels outside the largest piece of each structure."""
    empty: list[str]
    """Structures without a voxel."""
    weighted_means: dict[str, float]
    """Mean in ppb of each structure, every voxel weighted by its probability, when asked for."""
    channels: dict[str, dict[str, object]]
    """Further channels by name: the name of their ``file``, and where they were moved to fit the QSM ``shift_mm`` at the brain's
    centre and ``rotation_deg`` (`Move`)."""
    protocol: Mapping[str, object]
    """The labelling protocol, as its ``to_dict`` gives it."""


def notes_of_image(notes: NetworkNotes) -> NetworkNotes:
    """What a run noted of the image itself: it holds also when somebody has corrected the labels."""
    kept: NetworkNotes = {}
    if notes.get("sign_flip"):
        kept["sign_flip"] = True
    if "orientation" in notes:
        kept["orientation"] = notes["orientation"]
    return kept
