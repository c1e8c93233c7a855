"""What an adapted model's file says of itself: parent, cases by pseudonym, protocol, figures."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..models.header import ModelHeader
from ..models.model import Model
from ..segmentation.protocol import protocol_text
from .choosing import Candidate

if TYPE_CHECKING:
    from .run import _Adaptation
    from .unlabelled import Judged, _Unlabelled


def known_cases(header: ModelHeader) -> list[Mapping[str, object]]:
    """The corrected cases that a model, or one that it goes on from, has learnt from, as its header tells them."""
    lists = (header.training.get(key) for key in ("cases", "earlier_cases"))
    return [case for found in lists if isinstance(found, list) for case in found if isinstance(case, Mapping)]


def corrected_weights(header: ModelHeader) -> bool:
    """Whether a model's weights learnt from corrections, so that they follow a convention which is not the simulator's."""
    return header.training.get("what") == "weights" or bool(header.training.get("corrected_weights"))


def _successor(
    run: "_Adaptation | _Unlabelled",
    model: Model,
    made: str,
    unstated: str,
    training: Mapping[str, object],
    **values: Any,
) -> ModelHeader:
    """What the header of every model that goes on from another one says: its parent, what it was adapted to and by what.

    ``made``: what it was adapted to; ``unstated``: what nobody stated a licence for. Names of subjects are not in it.
    """
    parent = run.model.header
    return replace(
        model.header,
        name=run.name,
        title=f"{run.name}: {parent.name} {parent.version} adapted to {made}",
        version="1",
        licence=f"not stated for {unstated}; started from {parent.name} {parent.version}: {parent.licence}",
        training={
            # By it the tiles are known of a model that is adapted again.
            **{key: value for key, value in parent.training.items() if key == "preset"},
            "adapted_from": {"name": parent.name, "version": parent.version, "sha256": run.model.sha256},
            **({"corrected_weights": True} if corrected_weights(parent) else {}),
            **({"earlier_cases": known} if (known := known_cases(parent)) else {}),
            **training,
            "recipe": asdict(run.options.recipe),
            "software": f"DGMSegmentation {__version__}, Python {platform.python_version()}",
        },
        created="",
        software="",
        **values,
    )


def adapted_header(
    run: "_Adaptation", model: Model, best: Candidate, cases: Sequence[Mapping[str, str]]
) -> ModelHeader:
    """The header of the adapted model; ``cases`` as :meth:`.cases.CorrectedCase.record` tells them. Names of subjects are not
    in it: the file may be passed on.
    """
    parent = run.model.header
    plural = "s" if len(cases) > 1 else ""
    made = f"{len(cases)} corrected case{plural} of a site of its own"
    protocol = replace(
        best.protocol,
        title=f"{run.base.title}, as {run.name} draws them" if run.base.title else run.name,
        version="1",
        description="",
        sources=f"Fitted by dgmseg adapt to {made}, from {run.base.name} and the model {parent.name} {parent.version}.",
        model="",
    )
    learnt = best.what == "weights"
    return _successor(
        run,
        model,
        made,
        "what it learnt from the corrected cases",
        {
            "cases": list(cases),
            "left_out": [remark.code for remark in run.left_out],
            "what": best.what,
            "protocol": protocol.to_dict(),
        },
        description=f"{parent.title}, adapted by dgmseg adapt: {'weights and protocol' if learnt else 'protocol'}.",
        protocol=run.name,
        protocol_text=protocol_text(protocol),
        # How sure new weights are of good maps was not calibrated.
        confidence=None if learnt else parent.confidence,
        metrics={
            "left_out_in_turn": best.left_out,
            "dice_before": best.before,
            "dice_after": best.after,
        },
    )


def unlabelled_header(
    run: "_Unlabelled", model: Model, site: Mapping[str, object], before: "Judged", after: "Judged"
) -> ModelHeader:
    """The header of a model that was adapted to a cohort without labels. Names of its subjects are not in it."""
    return _successor(
        run,
        model,
        f"the look of {len(run.images)} volumes of a site, without labels",
        "what the label maps of the simulation bring",
        {"what": "unlabelled", "site": dict(site), "volumes": run.options.volumes},
        description=f"{run.model.header.title}, adapted by dgmseg adapt --unlabelled: weights, with volumes simulated for the "
        "site.",
        confidence=None,  # that of new weights was not calibrated
        metrics={
            "agreement_with_the_mirrored_head": [before.agreement, after.agreement],
            "mean_volumes_mm3": [before.volumes_mm3, after.volumes_mm3],
        },
    )
