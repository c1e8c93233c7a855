"""Many simulated subjects as a BIDS-like data set that ``dgmseg train`` reads: prepared anatomies, parallel, resumable."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from .. import __version__
from ..errors import InputError
from ..io.bids.names import ATLAS
from ..io.files import check_writable, stem, write_json, write_nifti, write_text
from ..io.lookup import lookup_text
from ..structures import STANDARD
from ..structures.atoms import atoms
from .anatomy import compose, register_parts
from .anatomy_files import (
    ANATOMY_VERSION,
    PARTS_VERSION,
    load_anatomy,
    load_parts,
    save_anatomy,
    save_parts,
    version_of,
)
from .sources import LabelSources, find_sources
from .subject import Options, Simulated, simulate
from .template import Template, build_template
from .workers import Progress, Work, run_tasks

#: Every n-th subcortical map goes into the template: 13 of 97 are enough for averages.
TEMPLATE_STEP = 8
_DEFAULT, _ALONE = Options(), Work()
_DESCRIPTION = "dataset_description.json"


def image_path(output: Path, subject: str) -> Path:
    """Where a subject's QSM lies."""
    return output / subject / "anat" / f"{subject}_Chimap.nii.gz"


def labels_path(output: Path, subject: str) -> Path:
    """Where a subject's labels lie."""
    return output / "derivatives" / "reference" / subject / "anat" / f"{subject}_seg-DGM_dseg.nii.gz"


def atoms_path(output: Path, subject: str) -> Path:
    """Where a subject's atoms lie, on a grid of their own."""
    return output / "derivatives" / "atoms" / subject / "anat" / f"{subject}_seg-atoms_dseg.nii.gz"


def settings_path(output: Path, subject: str) -> Path:
    """Where what was drawn for a subject lies: written last, so it marks a finished subject."""
    return image_path(output, subject).with_name(f"{subject}_Chimap.json")


CHANNEL_NAMES = {"magnitude": "part-mag_T2starw", "r2star": "R2starmap"}
"""What follows the subject in the name of a further map's file; its BIDS suffix is the channel of a training."""


def channel_path(output: Path, subject: str, channel: str) -> Path:
    """Where a further map (`relaxation.CHANNELS`) lies."""
    return image_path(output, subject).with_name(f"{subject}_{CHANNEL_NAMES[channel]}.nii.gz")


def _is_finished(output: Path, subject: str, channels: Sequence[str] = ()) -> bool:
    """True when all files of a subject are there: a map that was deleted since is made again."""
    paths = [path(output, subject) for path in (settings_path, image_path, labels_path, atoms_path)]
    return all(path.is_file() for path in (*paths, *(channel_path(output, subject, c) for c in channels)))


def prepare_anatomies(sources: LabelSources, cache: Path, jobs: int = 1, progress: Progress | None = None,
                      limit: int | None = None, needed: int | None = None) -> list[Path]:  # fmt: skip
    """Build those of the first ``needed`` anatomies that the cache lacks (about ten seconds each).

    Returns the files of all in order (of the first ``limit`` maps), those that are not needed included.
    """
    cache.mkdir(parents=True, exist_ok=True)
    chosen = individuals(sources)[:limit]
    every = [cache / f"{stem(p).removesuffix('_dseg')}.npz" for p in chosen]
    paths = list(dict.fromkeys(every[:needed]))
    chosen = list(dict.fromkeys(chosen[:needed]))
    parts = [p.with_name(f"{p.stem}_parts.npz") for p in paths]
    missing = [n for n, part in enumerate(parts) if version_of(part) != PARTS_VERSION]
    if missing:
        template = build_template(sources.atlas, sources.subcortical[::TEMPLATE_STEP])
        heads = sources.whole_head
        tasks = [
            (chosen[n], chosen[n] if chosen[n] in heads else heads[(n * 7) % len(heads)], template, parts[n])
            for n in missing
        ]
        run_tasks(_register_one, tasks, jobs, "registrations", progress, done=len(paths) - len(missing))
    stale = [n for n, path in enumerate(paths) if n in missing or version_of(path) != ANATOMY_VERSION]
    run_tasks(
        _compose_one,
        [(parts[n], paths[n], _ribbon_of(chosen[n])) for n in stale],
        jobs,
        "anatomies",
        progress,
        done=len(paths) - len(stale),
    )
    return every


def _register_one(subcortical: Path, whole_head: Path, template: Template, path: Path) -> None:
    save_parts(path, register_parts(subcortical, whole_head, template))


def _compose_one(parts: Path, path: Path, ribbon: Path | None) -> None:
    save_anatomy(path, compose(load_parts(parts), ribbon))


def individuals(sources: LabelSources) -> list[Path]:
    """The maps whose deep structures become anatomies: two of HOA-2.0, then a whole head, which is older, and so on.

    The whole heads are fewer and come again from the first.
    """
    order: list[Path] = []
    for n, path in enumerate(sources.subcortical):
        order.append(path)
        if n % 2:
            order.append(sources.whole_head[(n // 2) % len(sources.whole_head)])
    return order


def _ribbon_of(path: Path) -> Path | None:
    """The map of an individual's own cortex and white matter, where there is one: in hoa2_ribbon beside hoa2."""
    ribbon = path.parent.with_name(f"{path.parent.name}_ribbon") / path.name
    return ribbon if ribbon.is_file() else None


def simulate_dataset(
    labelmaps: Path, output: Path, count: int, seed: int, *, work: Work = _ALONE, options: Options = _DEFAULT,
    cache: Path | None = None, anatomies: int | None = None,
) -> list[str]:  # fmt: skip
    """Write ``count`` simulated subjects into ``output``; subjects that are there already are kept.

    ``participants.tsv`` gets a row for each new subject (split "train"); rows that it has stay as they are.

    Args:
        labelmaps: folder with hoa2, wholehead and cit168.
        seed: subject n of a seed is the same whatever ``count``, ``work`` and earlier runs.
        options: what the simulation varies; must be those of the earlier run when one is resumed.
        cache: folder of prepared anatomies (default: ``output/sourcedata/anatomies``).
        anatomies: use only the first so many subcortical maps.

    Returns the subjects' names. Raises InputError for a missing source, an output that another seed or other options made,
    or a participants.tsv that cannot be read.
    """
    if count < 1 or work.jobs < 1:
        raise InputError("simulation_numbers")
    sources = find_sources(labelmaps)
    cache = cache or output / "sourcedata" / "anatomies"
    check_writable([output / _DESCRIPTION, cache / "any.npz"], overwrite=True)
    heads = [len(sources.subcortical), len(sources.whole_head)]
    made_by = {"anatomy_version": ANATOMY_VERSION, "label_maps": heads}
    _claim(output, {"seed": seed, "options": _recorded(options), "anatomies": anatomies, **made_by})
    paths = prepare_anatomies(sources, cache, work.jobs, work.progress, anatomies, needed=count)
    return simulate_anatomies(
        paths, output, count, seed, jobs=work.jobs, options=options, progress=work.progress
    )


def simulate_anatomies(
    paths: Sequence[Path], output: Path, count: int, seed: int, *, jobs: int = 1, options: Options = _DEFAULT,
    progress: Progress | None = None,
) -> list[str]:  # fmt: skip
    """Simulate ``count`` subjects of prepared anatomies, one after another in turn; see :func:`simulate_dataset`."""
    _participants(output)  # one that cannot be read shows before minutes of work
    subjects = [f"sub-sim{n + 1:04d}" for n in range(count)]
    tasks = [
        (paths[n % len(paths)], seed, n, output, subject, options)
        for n, subject in enumerate(subjects)
        if not _is_finished(output, subject, options.channels)
    ]
    run_tasks(_simulate_one, tasks, jobs, "subjects", progress, done=count - len(tasks))
    _write_tables(output, paths)
    return subjects


def _simulate_one(
    anatomy: Path, seed: int, number: int, output: Path, subject: str, options: Options
) -> None:
    write_subject(output, subject, simulate(load_anatomy(anatomy), (seed, number), options))


def write_subject(output: Path, subject: str, result: Simulated) -> None:
    """Write one subject: labels, map, then its settings."""
    for path in (image_path, labels_path, atoms_path):
        path(output, subject).parent.mkdir(parents=True, exist_ok=True)
    for path, drawn, what in ((labels_path, result.labels, "labels"), (atoms_path, result.atoms, "atoms")):
        write_nifti(
            path(output, subject),
            drawn.data,
            drawn.affine,
            description=f"simulated QSM {what}",
            intent="label",
        )
    write_nifti(
        image_path(output, subject),
        result.chi_ppm.data,
        result.chi_ppm.affine,
        description="simulated QSM, ppm",
    )
    for channel, (further, said) in result.further.items():
        at = channel_path(output, subject, channel)
        write_nifti(at, further.data, further.affine, description=f"simulated {channel}")
        write_json(at.with_name(f"{stem(at)}.json"), said)
    write_json(settings_path(output, subject), {"Units": "ppm", **result.settings})


def _recorded(options: Options) -> dict[str, object]:
    """The options as a data set's description holds them; site and channels only where there are any, as before there were."""
    later = {"site", "channels"}
    return {name: value for name, value in asdict(options).items() if value or name not in later}


def _claim(output: Path, settings: dict[str, object]) -> None:
    """Note in the data set's description what made it; refuse a folder that something else made."""
    path = output / _DESCRIPTION
    made = json.loads(json.dumps(settings))
    if path.is_file():
        try:
            before = json.loads(path.read_text(encoding="utf-8"))["Simulation"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError("simulation_damaged", path=path) from error
        if before != made:
            raise InputError("simulation_other_options", path=output)
        return
    if output.is_dir() and any(p.name.startswith("sub-") for p in output.iterdir()):
        raise InputError("simulation_foreign", path=output)
    output.mkdir(parents=True, exist_ok=True)
    write_json(
        path,
        {
            "Name": "Simulated QSM with labels of ten deep-gray-matter nuclei",
            "BIDSVersion": "1.9.0",
            "DatasetType": "raw",
            "License": "derived from HOA-2.0 (3D Slicer licence), SynthSeg label maps (Apache-2.0), CIT168 (CC BY 4.0)",
            "GeneratedBy": [{"Name": "DGMSegmentation dgmseg simulate", "Version": __version__}],
            "Simulation": made,
        },
    )


def _participants(output: Path) -> tuple[str, list[str], set[str]]:
    """The text of participants.tsv, its columns, and the subjects that it lists; without one: an empty table's."""
    path = output / "participants.tsv"
    if not path.is_file():
        columns = ["participant_id", "anatomy", "split"]
        return "\t".join(columns) + "\n", columns, set()
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("participants_unreadable", path=path, reason=error) from error
    rows = [line.split("\t") for line in text.removeprefix("\ufeff").splitlines() if line.strip()]
    if not rows or "participant_id" not in rows[0]:
        raise InputError("participants_no_id", path=path)
    at = rows[0].index("participant_id")
    names = {row[at] for row in rows[1:] if len(row) > at}
    return text, rows[0], {name if name.startswith("sub-") else f"sub-{name}" for name in names}


def _add_participants(output: Path, anatomies: Sequence[Path]) -> None:
    """Add the finished subjects that participants.tsv lacks; what stands there stays, splits above all."""
    text, columns, listed = _participants(output)
    finished = sorted(p.name for p in output.glob("sub-sim*") if _is_finished(output, p.name))
    new = [subject for subject in finished if subject not in listed]
    if not new:
        return
    line_end = "\r\n" if "\r\n" in text else "\n"
    text += "" if text.endswith("\n") else line_end
    for subject in new:
        anatomy = anatomies[(int(subject[7:]) - 1) % len(anatomies)].stem
        known = {"participant_id": subject, "anatomy": anatomy, "split": "train"}
        text += "\t".join(known.get(column, "n/a") for column in columns) + line_end
    write_text(output / "participants.tsv", text)


def _write_tables(output: Path, anatomies: Sequence[Path]) -> None:
    """participants.tsv of every finished subject, and the lookup table of the labels."""
    _add_participants(output, anatomies)
    for folder, atlas, label_set in (("reference", ATLAS, STANDARD), ("atoms", "seg-atoms", atoms())):
        write_text(output / "derivatives" / folder / f"{atlas}_dseg.tsv", lookup_text(label_set))
    write_json(
        output / "derivatives" / "reference" / _DESCRIPTION,
        {
            "Name": "Labels of the simulated QSM",
            "BIDSVersion": "1.9.0",
            "DatasetType": "derivative",
            "GeneratedBy": [{"Name": "DGMSegmentation dgmseg simulate", "Version": __version__}],
        },
    )
