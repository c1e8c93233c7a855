"""Corrections teach: from corrected cases to one model file, adopted only where cases left out say that it is better."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from ..errors import InputError, Remark
from ..image import Image
from ..inference.case_predictor import open_predictor
from ..models.model import Model, load_model, save_model
from ..segmentation.convention import Convention, check_protocol, protocol_followed
from ..segmentation.protocol import Protocol, halfway, plain_protocol
from ..segmentation.protocol_fit import FitCase, fit_case
from ..segmentation.run import Watch
from ..training.data import Subject
from .cases import CorrectedCase, keep_labels, mean_dice
from .choosing import Candidate, chosen, holds, of_protocol, of_weights
from .header import adapted_header
from .learning import (
    Part,
    can_learn,
    check_learnable,
    divided_people,
    last_preset_for,
    learn,
    learn_all,
    preset_for,
    replay_volumes,
)
from .opening import labels_of, open_corrected
from .options import AdaptOptions
from .picture import changed_picture
from .state import OPENED, begin, clear_folder, model_name, run_folder, teller


@dataclass(frozen=True)
class Adapted:
    """What became of an adaptation."""

    path: Path
    what: str
    """ "protocol": the first weights under a fitted protocol; "weights": new ones."""
    cases: tuple[str, ...]
    before: dict[str, float]
    """Mean Dice by structure on what was left out."""
    after: dict[str, float]
    judged_on: str
    """What was left out in turn: "cases", or "sides" of a single one (or of a single person's)."""
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

    def execute(self) -> Adapted:
        """Run all steps."""
        with run_folder(self.output) as self.folder:
            return self._run()

    def _run(self) -> Adapted:
        self.model = load_model(self.options.model)
        header = self.model.header
        check_learnable(header)
        self.predictor = open_predictor(self.model, self.options.device)
        self.base = protocol_followed(header, self.options.protocol) or plain_protocol(
            header.structures, "none"
        )
        check_protocol(self.base, header)
        convention = Convention(self.model, self.base)
        opened = open_corrected(self.places, convention, self.predictor, self.watch, self._say)
        cases, self.fits, self.left_out = opened.cases, opened.fits, opened.left_out
        self._begin(opened.records)
        self.watch.report("Fitting the labelling protocol", OPENED)
        by_protocol = of_protocol(self.base, self.fits, self.name)
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
        done = adapted_header(self, model, best, opened.records)
        save_model(self.output, done, model.states)
        clear_folder(self.folder)
        return Adapted(
            self.output,
            best.what,
            tuple(case.name for case in cases),
            best.before,
            best.after,
            best.left_out,
            tuple(self.left_out),
            tuple(self.remarks),
            time.monotonic() - self.started,
            self._picture(cases, opened.drawn, model, best.protocol) if self.options.picture else b"",
        )

    def _picture(
        self, cases: Sequence[CorrectedCase], before: Sequence[Image], model: Model, protocol: Protocol
    ) -> bytes:
        """What changes in the case whose labels were furthest off."""
        number = int(np.argmin([mean_dice(c.labels, b) for c, b in zip(cases, before, strict=True)]))
        case = cases[number]
        predictor = self.predictor if model is self.model else open_predictor(model, self.options.device)
        found = fit_case(case.name, case.opened, case.labels, predictor)
        after = labels_of(found, case, Convention(model, protocol))
        return changed_picture(case.opened.image, (before[number], after, case.labels))

    def _begin(self, records: Sequence[Mapping[str, str]]) -> None:
        facts = {
            "model": self.model.sha256,
            "protocol": self.base.checksum,
            "replay": str(self.options.replay or ""),
            "recipe": asdict(self.options.recipe),
            "cases": records,
        }
        begin(self.folder, self.options.resume, facts, self._say)

    def _best(self, cases: Sequence[CorrectedCase], by_protocol: Candidate) -> tuple[Model, Candidate | None]:
        """The model to write and what it follows."""
        if not self._learns(cases):
            return self.model, chosen(by_protocol, None)
        subjects = [self._kept(n, case) for n, case in enumerate(cases)]
        recipe = self.options.recipe
        parts = len(divided_people([s.person for s in subjects], recipe.parts))
        presets = [preset_for(self.model, recipe)] * parts + [last_preset_for(self.model, recipe)]
        tell = teller(self.watch, [p.stage1.epochs * p.sampling.steps_per_epoch for p in presets])
        learnt = learn(subjects, self.model, self._replay_without, self.folder, self.options, tell)
        unseen = self._found(cases, learnt)
        plain = plain_protocol(self.model.header.structures, "none")
        # Weights halfway to what a site draws want half of what brought the first ones there.
        between = halfway(self.base, plain)
        bases = (self.base, plain) if between is None else (between, self.base, plain)
        best = chosen(by_protocol, of_weights(bases, unseen, self.name, by_protocol.before))
        if best is None or best.what == "protocol":
            return self.model, best

        def step(done: int, total: int) -> None:
            tell(parts, done, total)

        replay = self._replay(by_protocol.protocol, "all")
        model = learn_all(subjects, self.model, replay, self.folder, self.options, step)
        if not holds(best, self._found(cases, [Part(model, tuple(range(len(cases))))])):
            self._say(Remark("adapt_last_run"))
            return self.model, chosen(by_protocol, None)
        return model, best

    def _learns(self, cases: Sequence[CorrectedCase]) -> bool:
        """Whether the network learns too; a remark says why not where it was to."""
        if not self.options.recipe.weights:
            return False
        if not can_learn(self.model):
            self._say(Remark("adapt_protocol_only_model", model=self.model.header.name))
        elif len({case.subject.person for case in cases}) < 2:
            self._say(Remark("adapt_protocol_only_cases"))
        elif find_spec("lightning") is None:
            self._say(Remark("adapt_protocol_only_packages"))
        else:
            return True
        return False

    def _say(self, remark: Remark) -> None:
        self.remarks.append(remark)
        self.watch.log(remark)

    def _kept(self, number: int, case: CorrectedCase) -> Subject:
        """The case with a copy of its labels: a reader may sign others while the network learns."""
        path = self.folder / "cases" / f"{number}_dseg.nii.gz"
        keep_labels(path, case.labels)
        return replace(case.subject, label=path)

    def _replay_without(self, held: tuple[int, ...]) -> list[Subject]:
        """Volumes to learn beside all cases but some, whose corrections their labels know nothing of."""
        if not self.options.recipe.replay:
            return []
        shown = [fit for n, fit in enumerate(self.fits) if n not in held]
        site = of_protocol(self.base, shown, self.name).protocol
        return self._replay(site, "without-" + "-".join(map(str, held)))

    def _replay(self, site: Protocol, name: str) -> list[Subject]:
        if not self.options.recipe.replay:
            return []
        folder = self.folder / "replay" / name
        return replay_volumes(self.predictor, site, folder, self.options, len(self.fits), self.watch)

    def _found(self, cases: Sequence[CorrectedCase], parts: Sequence[Part]) -> list[FitCase]:
        """What each part's model gives for the cases that it names, in the order of the cases."""
        found: dict[int, FitCase] = {}
        for part in parts:
            predictor = open_predictor(part.model, self.options.device)
            for n in part.left_out:
                self.watch.stop_if_cancelled()
                found[n] = fit_case(
                    cases[n].name, cases[n].opened, cases[n].labels, predictor, cases[n].subject.person
                )
        return [found[n] for n in range(len(cases))]
