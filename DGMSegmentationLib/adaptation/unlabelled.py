"""A cohort without labels: volumes are simulated as its scanner would show them, and the network learns from those.

What the cohort's maps show (``site_looks``) is measured with the model's own labels, which are no truth: they only say where
the nuclei lie. The truth is the simulator's. Nothing is known of how right the new labels are, so the new model is adopted only
where it does not move the volumes of the nuclei and agrees with itself, on mirrored heads, clearly better than the first one.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from ..cohort.find import find_cohort
from ..errors import InputError
from ..image import Image
from ..inference.predictor import Predictor
from ..io.files import sha256, write_json
from ..io.labels import read_labels
from ..io.nifti import read_nifti
from ..io.typed import typed
from ..models.model import Model, load_model, save_model
from ..options import SegmentOptions
from ..preprocessing.case import Case, open_case
from ..segmentation.labelling import label_case
from ..segmentation.run import Watch
from ..simulation.dataset import image_path, labels_path, simulate_dataset
from ..simulation.site import Site
from ..simulation.subject import Options
from ..simulation.workers import Work
from ..structures import STANDARD
from ..study.places import find_study
from ..study.state import rejected_cases
from ..training.data import Subject
from .cases import mean_dice
from .header import corrected_weights, unlabelled_header
from .learning import can_learn, preset_for, trained
from .options import UnlabelledOptions
from .site_looks import Look, blur_of, blurred, look_at, site_of
from .state import begin, clear_folder, model_name, run_folder, teller

LARGEST_MOVE = 0.15
"""Of the mean volume of a nucleus, either way."""
LEAST_GAIN = 0.004
"""By how much the mean Dice of a head with its mirror image must grow: where it grew by less (-.002 to .002), the labels of maps
with references became no better, where by .008, they did (Docs/results.md)."""
_PILOT = 6
"""Volumes that are simulated to see what the simulator shows on the site's grid."""
_OPENED, _SIMULATED, _LEARNT = 0.15, 0.55, 0.9
_QUIET = Watch(log=lambda remark: None)


@dataclass(frozen=True)
class Judged:
    """What a model makes of the cohort's maps."""

    volumes_mm3: dict[str, float]
    """Mean by nucleus, both sides."""
    agreement: float
    """Mean Dice of the labels with those of the mirrored head."""


@dataclass(frozen=True)
class AdaptedUnlabelled:
    """What became of an adaptation without labels."""

    path: Path
    site: Site
    cases: int
    before: Judged
    after: Judged


def adapt_unlabelled(
    cohort: Path | str,
    labelmaps: Path | str,
    output: Path | str,
    options: UnlabelledOptions | None = None,
    watch: Watch | None = None,
) -> AdaptedUnlabelled:
    """Adapt a model to a cohort without labels, and write it where nothing speaks against it.

    Args:
        cohort: a BIDS folder, a cohort's or study's, or a table of images.
        labelmaps: the label maps that the simulator makes heads of; see :func:`..simulation.dataset.simulate_dataset`.
        output: the model file to write, ``.safetensors``. A folder beside it holds the state of the run until it ends.
        options: the model, device, number of volumes and steps.
        watch: hears of progress and remarks, and may cancel.

    Raises InputError for bad input, and where the new model moves volumes or agrees hardly better; then no file is written.
    """
    return _Unlabelled(
        Path(cohort), Path(labelmaps), Path(output), options or UnlabelledOptions(), watch or Watch()
    ).execute()


class _Unlabelled:
    """The steps of :func:`adapt_unlabelled`, with what they share."""

    def __init__(
        self, cohort: Path, labelmaps: Path, output: Path, options: UnlabelledOptions, watch: Watch
    ) -> None:
        self.name = model_name(output, options.overwrite)
        self.labelmaps, self.output, self.options, self.watch = labelmaps, output, options, watch
        self.model = load_model(options.model)
        header = self.model.header
        own = corrected_weights(header)
        if own or not can_learn(self.model) or header.structures != STANDARD or header.channels != ("qsm",):
            raise InputError("adapt_unlabelled_model", model=header.name)
        self.images = self._images(cohort)

    def _images(self, cohort: Path) -> list[Path]:
        """At most ``options.heads`` maps, spread over the cohort."""
        place = find_study([cohort])
        cases = [case for case in find_cohort(place.source).cases if not case.problem]
        rejected = rejected_cases(place.output, [case.name for case in cases])
        cases = [case for case in cases if case.name not in rejected]
        if len(cases) < 2:
            raise InputError("adapt_unlabelled_few", path=cohort, count=len(cases))
        step = max(1.0, len(cases) / self.options.heads)
        return [cases[int(n * step)].image for n in range(min(len(cases), self.options.heads))]

    def execute(self) -> AdaptedUnlabelled:
        """Run all steps."""
        with run_folder(self.output) as self.folder:
            facts = {
                "model": self.model.sha256,
                "images": [sha256(path) for path in self.images],
                "labelmaps": str(self.labelmaps.resolve()),
                **{
                    name: getattr(self.options, name) for name in ("protocol", "volumes", "anatomies", "seed")
                },
                "recipe": asdict(self.options.recipe),
            }
            begin(self.folder, self.options.resume, facts, self.watch.log)
            return self._run()

    def _run(self) -> AdaptedUnlabelled:
        before, looks = self._look(self.model, 0.0, _OPENED)
        site = self._site(looks)
        volumes = self._simulated(site, self.options.volumes, "volumes", _OPENED, _SIMULATED)
        learnt = self._learn(volumes)
        after, _ = self._look(learnt, _LEARNT, 0.99)
        self._check(before, after)
        save_model(self.output, unlabelled_header(self, learnt, asdict(site), before, after), learnt.states)
        clear_folder(self.folder)
        return AdaptedUnlabelled(self.output, site, len(self.images), before, after)

    def _look(self, model: Model, begin: float, end: float) -> tuple[Judged, list[Look]]:
        """What a model makes of the maps, and what those look like where it finds the nuclei."""
        predictor = Predictor(model, self.options.device)
        sizes: dict[str, list[float]] = {nucleus: [] for nucleus in STANDARD.nuclei}
        agreements, looks = [], []
        for n, path in enumerate(self.images):
            self.watch.stop_if_cancelled()
            self.watch.report(f"Looking at {path.name}", begin + (end - begin) * n / len(self.images))
            case = open_case(path)
            labels = self._labels(case, predictor)
            agreements.append(mean_dice(labels, self._mirrored(case, predictor)))
            voxel = float(np.prod(labels.spacing))
            for structure in STANDARD:
                sizes[structure.nucleus].append(voxel * int((labels.data == structure.label).sum()))
            inside = np.where(case.mask, case.image.data, 0)
            look = look_at(case.image.replace(data=inside), labels)
            if look is not None:
                looks.append(look)
        means = {name: float(np.mean(values)) for name, values in sizes.items()}
        return Judged(means, float(np.mean(agreements))), looks

    def _labels(self, case: Case, predictor: Predictor) -> Image:
        return label_case(case, predictor, SegmentOptions(protocol=self.options.protocol), _QUIET).labels

    def _mirrored(self, case: Case, predictor: Predictor) -> Image:
        """The labels of the mirrored head, mirrored back."""
        axis = int(np.abs(case.image.affine[0, :3]).argmax())
        turned = replace(
            case,
            image=case.image.replace(data=np.flip(case.image.data, axis).copy()),
            mask=np.flip(case.mask, axis).copy(),
        )
        labels = self._labels(turned, predictor)
        swap = np.array(STANDARD.mirror, labels.data.dtype)
        return labels.replace(data=np.flip(swap[labels.data], axis).copy())

    def _site(self, looks: Sequence[Look]) -> Site:
        """The site, measured against a few volumes simulated on its grid; kept, so that a run that goes on draws the same."""
        kept = self.folder / "site.json"
        if kept.exists():
            return typed(Site, json.loads(kept.read_text(encoding="utf-8")), "The site")
        if len(looks) < 2:
            raise InputError("adapt_unlabelled_strange", count=len(self.images), found=len(looks))
        first = site_of(looks)
        pilot = []
        for subject in self._simulated(first, _PILOT, "pilot", _OPENED, _OPENED + 0.05):
            image, _ = read_nifti(subject.images[0])
            pilot.append((image.replace(data=image.data * np.float32(1000)), read_labels(subject.label)))
        blur = blur_of(looks, [look for one in pilot if (look := look_at(*one)) is not None])
        behind = [
            look for image, labels in pilot if (look := look_at(blurred(image, blur), labels)) is not None
        ]
        site = site_of(looks, behind, blur)
        write_json(kept, asdict(site))
        return site

    def _simulated(self, site: Site, count: int, name: str, begin: float, end: float) -> list[Subject]:
        """Simulated volumes of the site with their truth."""
        folder = self.folder / name

        def tell(stage: str, done: int, total: int) -> None:
            self.watch.stop_if_cancelled()
            self.watch.report(
                f"Simulating: {stage} {done}/{total}", begin + (end - begin) * done / max(1, total)
            )

        options = Options(random_contrast=False, patients=False, site=site)
        names = simulate_dataset(
            self.labelmaps,
            folder,
            count,
            self.options.seed,
            work=Work(self.options.jobs, tell),
            options=options,
            cache=self.options.cache or self.folder / "anatomies",
            anatomies=self.options.anatomies,
        )
        return [Subject(n, (image_path(folder, n),), labels_path(folder, n)) for n in names]

    def _learn(self, volumes: Sequence[Subject]) -> Model:
        preset = preset_for(self.model, self.options.recipe)
        tell = teller(self.watch, [1], "the simulated volumes", _SIMULATED, _LEARNT)
        return trained(
            preset, volumes, self.model, self.folder / "part-1", self.options, lambda *steps: tell(0, *steps)
        )

    def _check(self, before: Judged, after: Judged) -> None:
        """Raise InputError where the new model moves a nucleus' volume, or agrees hardly better with itself."""
        moved = {
            name: after.volumes_mm3[name] / mm3 - 1 for name, mm3 in before.volumes_mm3.items() if mm3 > 0
        }
        worst = max(moved, key=lambda name: abs(moved[name]))
        if abs(moved[worst]) > LARGEST_MOVE:
            raise InputError("adapt_unlabelled_moved", structure=worst, percent=round(100 * moved[worst]))
        if after.agreement - before.agreement < LEAST_GAIN:
            raise InputError("adapt_unlabelled_agreement", before=before.agreement, after=after.agreement)
