"""Corrections teach: from corrected cases to one model file, adopted only where cases left out say that it is better."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from ..errors import InputError, Remark
from ..image import Image, restore_orientation
from ..inference.case_predictor import open_predictor
from ..models.model import Model, load_model, save_model
from ..segmentation.convention import Convention, protocol_followed
from ..segmentation.postprocess import labels_from_probabilities, largest_components
from ..segmentation.protocol import Protocol, halfway, plain_protocol
from ..segmentation.protocol_fit import FitCase, fit_case
from ..segmentation.run import Watch
from ..training.cases import open_subject
from ..training.data import Subject, training_label_set
from ..training.settings import DataSettings
from .cases import CorrectedCase, mean_dice, reason_against
from .choosing import Candidate, chosen, of_protocol, of_weights
from .find import find_corrected
from .header import adapted_header
from .learning import (
    Part,
    can_learn,
    check_learnable,
    divided,
    last_preset_for,
    learn,
    learn_all,
    preset_for,
    replay_volumes,
)
from .options import AdaptOptions
from .picture import changed_picture
from .state import OPENED, claim_folder, clear_folder, model_name, teller


@dataclass(frozen=True)
class Adapted:
    """What became of an adaptation."""

    path: Path
    what: str
    """ "protocol": the first weights under a fitted protocol; "weights": new ones."""
    cases: tuple[str, ...]
    before: dict[str, float]
    """Mean Dice by structure on cases left out (one case: on its other side)."""
    after: dict[str, float]
    left_out: tuple[Remark, ...]
    """Cases that nothing was learnt from, and why."""
    remarks: tuple[Remark, ...]
    seconds: float
    picture: bytes = b""
    """A PNG of the case whose labels were furthest off, where one was asked for: before, after, corrected."""

    @property
    def gain(self) -> float:
        """Mean over the structures."""
        return float(np.mean([self.after[name] - self.before[name] for name in self.before]))


def adapt(
    places: Sequence[str | Path],
    output: Path | str,
    options: AdaptOptions | None = None,
    watch: Watch | None = None,
) -> Adapted:
    """Adapt a model to corrected cases, and write it where it gained.

    Args:
        places: where the corrected cases are; see :func:`.find.find_corrected`.
        output: the model file to write, ``.safetensors``; its name becomes the model's. A folder beside it holds the state of
            the run until it ends.
        options: the model, device, recipe.
        watch: hears of progress and remarks, and may cancel.

    Raises InputError for bad cases and where nothing was gained; then no file is written.
    """
    return _Adaptation(places, Path(output), options or AdaptOptions(), watch or Watch()).execute()


class _Adaptation:
    """The steps of :func:`adapt`, with what they share."""

    def __init__(
        self, places: Sequence[str | Path], output: Path, options: AdaptOptions, watch: Watch
    ) -> None:
        self.name = model_name(output, options.overwrite)
        self.places, self.output, self.options, self.watch = places, output, options, watch
        self.started = time.monotonic()
        self.remarks: list[Remark] = []
        self.left_out: list[Remark] = []

    def execute(self) -> Adapted:
        """Run all steps."""
        self.folder = claim_folder(self.output, self.options.resume)
        self.model = load_model(self.options.model)
        header = self.model.header
        check_learnable(header)
        self.predictor = open_predictor(self.model, self.options.device)
        self.base = protocol_followed(header, self.options.protocol) or plain_protocol(
            header.structures, "none"
        )
        cases, fits, drawn = self._open()
        self.watch.report("Fitting the labelling protocol", OPENED)
        by_protocol = of_protocol(self.base, fits, self.name)
        model, best = self._best(cases, by_protocol)
        if best is None:
            clear_folder(self.folder)  # it would only say the same again
            raise InputError(
                "adapt_no_gain",
                model=f"{header.name} {header.version}",
                cases=len(cases),
                dice=float(np.mean(list(by_protocol.before.values()))),
            )
        self.watch.report("Writing the model", 0.99)
        done = adapted_header(self, model, best, cases)
        save_model(self.output, done, model.states)
        clear_folder(self.folder)
        return Adapted(
            self.output,
            best.what,
            tuple(case.name for case in cases),
            best.before,
            best.after,
            tuple(self.left_out),
            tuple(self.remarks),
            time.monotonic() - self.started,
            self._picture(cases, drawn, model, best.protocol) if self.options.picture else b"",
        )

    def _picture(
        self, cases: Sequence[CorrectedCase], before: Sequence[Image], model: Model, protocol: Protocol
    ) -> bytes:
        """What changes in the case whose labels were furthest off."""
        number = int(np.argmin([mean_dice(c.labels, b) for c, b in zip(cases, before, strict=True)]))
        case = cases[number]
        predictor = self.predictor if model is self.model else open_predictor(model, self.options.device)
        found = fit_case(case.name, case.opened, case.labels, predictor)
        after = _labels_of(found, case, Convention(model, protocol))
        return changed_picture(case.opened.image, (before[number], after, case.labels))

    def _open(self) -> tuple[list[CorrectedCase], list[FitCase], list[Image]]:
        """The cases that can be learnt from, with what the network finds in each, and the labels that it gives them."""
        header = self.model.header
        subjects = find_corrected(self.places, header.channels, self._say)
        settings = DataSettings(channels=header.channels)
        label_set = training_label_set(settings, subjects, header)
        convention = Convention(self.model, self.base)
        cases, fits, drawn = [], [], []
        for number, subject in enumerate(subjects):
            self.watch.stop_if_cancelled()
            self.watch.report(f"Looking at {subject.name}", OPENED * number / len(subjects))
            case = CorrectedCase(subject, *open_subject(subject, settings, label_set))
            found = fit_case(subject.name, case.opened, case.labels, self.predictor)
            automatic = _labels_of(found, case, convention)
            problem = reason_against(case, automatic)
            if problem is None:
                cases.append(case)
                fits.append(found)
                drawn.append(automatic)
            else:
                self.left_out.append(problem)
                self.watch.log(problem)
        if not cases:
            raise InputError("adapt_no_case", count=len(subjects), why=str(self.left_out[0]))
        return cases, fits, drawn

    def _best(self, cases: Sequence[CorrectedCase], by_protocol: Candidate) -> tuple[Model, Candidate | None]:
        """The model to write and what it follows."""
        if not self._learns(cases):
            return self.model, chosen(by_protocol, None)
        replay = self._replay(by_protocol.protocol, len(cases))
        subjects = [case.subject for case in cases]
        recipe = self.options.recipe
        parts = len(divided(len(cases), recipe.parts))
        presets = [preset_for(self.model, recipe)] * parts + [last_preset_for(self.model, recipe)]
        tell = teller(self.watch, [p.stage1.epochs * p.sampling.steps_per_epoch for p in presets])
        unseen = self._unseen(cases, learn(subjects, self.model, replay, self.folder, self.options, tell))
        plain = plain_protocol(self.model.header.structures, "none")
        # Weights halfway to what a site draws want half of what brought the first ones there.
        between = halfway(self.base, plain)
        bases = (self.base, plain) if between is None else (between, self.base, plain)
        best = chosen(by_protocol, of_weights(bases, unseen, self.name, by_protocol.before))
        if best is None or best.what == "protocol":
            return self.model, best

        def step(done: int, total: int) -> None:
            tell(parts, done, total)

        return learn_all(subjects, self.model, replay, self.folder, self.options, step), best

    def _learns(self, cases: Sequence[CorrectedCase]) -> bool:
        """Whether the network learns too; a remark says why not where it was to."""
        if not self.options.recipe.weights:
            return False
        if not can_learn(self.model):
            self._say(Remark("adapt_protocol_only_model", model=self.model.header.name))
        elif len(cases) < 2:
            self._say(Remark("adapt_protocol_only_cases"))
        elif find_spec("lightning") is None:
            self._say(Remark("adapt_protocol_only_packages"))
        else:
            return True
        return False

    def _say(self, remark: Remark) -> None:
        self.remarks.append(remark)
        self.watch.log(remark)

    def _replay(self, site: Protocol, count: int) -> list[Subject]:
        if not self.options.recipe.replay:
            return []
        return replay_volumes(self.predictor, site, self.folder / "replay", self.options, count, self.watch)

    def _unseen(self, cases: Sequence[CorrectedCase], parts: Sequence[Part]) -> list[FitCase]:
        """What each part's model gives for the cases that it has not seen, in the order of the cases."""
        found: dict[int, FitCase] = {}
        for part in parts:
            predictor = open_predictor(part.model, self.options.device)
            for n in part.left_out:
                self.watch.stop_if_cancelled()
                found[n] = fit_case(cases[n].name, cases[n].opened, cases[n].labels, predictor)
        return [found[n] for n in range(len(cases))]


def _labels_of(found: FitCase, case: CorrectedCase, convention: Convention) -> Image:
    """The labels that a run would give, on the image's own grid."""
    header = convention.model.header
    probabilities = convention.structures(found.atoms.probabilities, found.grid)
    labels = labels_from_probabilities(
        probabilities,
        convention.labels,
        found.grid,
        found.native,
        header.preprocessing.back,
        convention.thresholds,
    )
    labels = largest_components(labels, 6)[0]
    native = restore_orientation(labels, case.opened.image.grid, header.preprocessing.axes)
    return replace(case.labels, data=native.astype(case.labels.data.dtype))
