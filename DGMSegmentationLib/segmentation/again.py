"""A finished run under another labelling protocol, without the network."""

from dataclasses import replace

import numpy as np

from ..errors import InputError, Remark
from ..measurement.case import measure_case
from .confidence import entropy_shares
from .convention import Convention
from .pipeline import Segmentation, Stopwatch, to_native

_OF_LABELS = ("removed_voxels", "empty", "undecided", "protocol")
"""What a run's provenance says of its labels, not of the image or the network."""


def relabel(result: Segmentation, protocol: str) -> Segmentation:
    """The same run with the labels, rows and flags of another protocol (a name or a TOML file).

    A structure that reached the border of the region searched may be cut there. Raises InputError for a run of a model of
    structures, and for an unknown protocol.
    """
    kept = result.kept
    if kept is None:
        raise InputError("relabel_one_convention", model=result.provenance["model"]["name"])
    convention = Convention.of(kept.model, protocol)
    options = kept.options.changed(protocol=protocol)
    probabilities = convention.structures(kept.probabilities.astype(np.float32), kept.grid)
    warnings: list[Remark] = [r for r in result.warnings if r.code != "structure_missing"]
    clock = Stopwatch()
    notes = {
        key: value for key, value in result.provenance.items() if key in ("beyond_prior_box", "sign_flip")
    }
    notes["undecided"] = entropy_shares(probabilities, convention.labels, convention.label_set)
    image, mask = result.image, result.mask
    labelled = to_native(
        image, mask, convention, probabilities, kept.grid, kept.native, options, warnings.append, clock, notes
    )
    measured = measure_case(
        labelled.labels, result.measured.opened, result.measured.options, network=labelled.notes
    )
    known = convention.label_set
    provenance = {
        **result.provenance,
        **{key: labelled.notes[key] for key in _OF_LABELS if key in labelled.notes},
        "label_set": {"name": known.name, "sha256": known.checksum},
        "options": {**result.provenance["options"], **options.recorded()},
        "warnings": [str(remark) for remark in warnings],
    }
    return replace(
        result,
        measured=measured,
        provenance=provenance,
        probabilities=labelled.probabilities,
        warnings=tuple(warnings),
        seconds={**result.seconds, **clock.seconds},
    )
