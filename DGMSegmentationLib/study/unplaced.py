"""Where the voxels of a journal lie that does not say it (of the first versions): as the reader's signed label file, or as
the model's labels.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..image import Affine, Image, label_set_of
from ..io.bids.derivatives import case_paths
from ..io.files import sha256
from ..io.labels import read_labels
from .files import owner_of
from .journal import Session, place_of

_ALIKE = 0.5
"""Share of the labelled voxels that lie in the automatic labels, too. Of mirrored labels almost none does."""


def signed_affine(session: Session, own: Sequence[Session]) -> Affine | None:
    """Of a label file that its reader signed, and that holds labels of this session voxel for voxel; None without one.

    ``own``: all sessions of the reader.
    """
    output, case = place_of(session.path)
    folder = case_paths(output, case).folder
    signed = {
        Path(event.labels).name: event.labels_sha256
        for one in own
        for event in one.events
        if event.event == "done" and event.labels
    }
    for name, checksum in signed.items():
        file = folder / name
        try:
            if owner_of(file) != session.reader and (not checksum or sha256(file) != checksum):
                continue
            labels = read_labels(file, default=session.label_set)
        except (OSError, InputError):
            continue
        if labels.data.any() and session.lines_with(labels.data):
            return labels.affine
    return None


def lies_as(labels: Image, automatic: Image | None, own: Sequence[Session]) -> bool:
    """Whether labels on the grid of the automatic ones lie where these do: half of their voxels, and nowhere better a voxel
    aside (an image that was cropped at one side and padded at the other). Structures that no session of the reader touched
    tell it, where there are any.
    """
    if automatic is None or label_set_of(automatic) != label_set_of(labels):
        return False
    touched = {name for one in own for event in one.events for name in event.structures}
    named = [s.label for s in label_set_of(labels).structures if s.abbreviation in touched]
    left = (labels.data > 0) & ~np.isin(labels.data, named)
    where = np.argwhere(left if left.any() else labels.data > 0)
    values, shape = labels.data[tuple(where.T)], np.array(labels.shape)

    def share(step: np.ndarray) -> float:
        there = where + step
        inside = ((there >= 0) & (there < shape)).all(1)
        return float((automatic.data[tuple(there[inside].T)] == values[inside]).sum() / max(len(where), 1))

    steps = np.vstack([np.eye(3, dtype=int), -np.eye(3, dtype=int)])
    here = share(np.zeros(3, int))
    return here >= _ALIKE and all(share(step) <= here for step in steps)
