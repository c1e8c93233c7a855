"""A finished run under another labelling protocol, without the network."""

from dataclasses import replace
from typing import cast

from ..errors import InputError, Remark
from ..measurement.case import measure_case
from ..measurement.notes import NetworkNotes, notes_of_image
from .confidence import note_confidence
from .convention import Convention
from .labelling import OnNetworkGrid, to_native
from .provenance import Provenance, record_of
from .result import Segmentation
from .run import Watch

_OF_LABELS = ("removed_voxels", "empty", "undecided", "weighted_means", "protocol")
"""What a run's provenance says of its labels, not of the image or the network."""


def relabel(result: Segmentation, protocol: str) -> Segmentation:
    """The same run with the labels, rows and flags of another protocol (a name or a TOML file).

    A structure that reached the border of the region searched may be cut there. Raises InputError for a run without a
    protocol, and for one that is unknown or of another model.
    """
    kept = result.kept
    if kept is None:
        raise InputError("relabel_one_convention", model=result.provenance["model"]["name"])
    convention = Convention.of(kept.model, protocol)
    options = kept.options.changed(protocol=protocol)
    classes = kept.probabilities
    probabilities = convention.structures(classes, kept.grid)
    warnings: list[Remark] = [r for r in result.warnings if r.code != "structure_missing"]
    watch = Watch(log=warnings.append)
    notes = notes_of_image(result.provenance)
    if "beyond_prior_box" in result.provenance:
        notes["beyond_prior_box"] = result.provenance["beyond_prior_box"]
    note_confidence(notes, convention, classes, probabilities, kept.grid)
    case = result.measured.opened
    found = OnNetworkGrid(probabilities, kept.grid, kept.native, notes)
    labelled = to_native(case, convention, found, options, watch)
    measuring = replace(result.measured.options, model=convention.words)
    measured = measure_case(labelled.labels, case, measuring, network=labelled.notes)
    of_labels = {key: value for key, value in labelled.notes.items() if key in _OF_LABELS}
    before = {name: value for name, value in result.provenance["options"].items() if name != "protocol"}
    of_run = {key: value for key, value in result.provenance.items() if key not in _OF_LABELS}
    provenance: Provenance = {
        **cast(Provenance, of_run),
        **cast(NetworkNotes, of_labels),
        "label_set": record_of(convention.label_set),
        "options": {**before, **options.recorded()},
        "verdict": measured.verdict.to_dict(),
        "warnings": [str(remark) for remark in warnings],
    }
    return replace(
        result,
        measured=measured,
        provenance=provenance,
        probabilities=labelled.probabilities,
        warnings=tuple(warnings),
        seconds={**result.seconds, **watch.clock.seconds},
    )
