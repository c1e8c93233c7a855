"""``dgmseg-bids``: ``dgmseg cohort`` in the form of a BIDS app (bids_dir output_dir participant|group)."""

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from .. import __version__
from . import main as dgmseg
from .messages import warn

_ABOUT = """Deep-gray-matter nuclei in susceptibility maps of a BIDS folder: labels, tables, pages as BIDS derivatives.

participant: segments and measures the chosen participants (all, when none is chosen). Runs over different participants
stand side by side, as in a job array. group: makes the tables and the page of all that are finished."""
_EPILOG = (
    "Further options go to dgmseg cohort (--model, --protocol, --device, --reference, --norms, --redo, ...)."
)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One sentence instead of the usage."""
        warn(f"{message[:1].upper()}{message[1:]}. See {self.prog} --help.")
        raise SystemExit(2)


def parser() -> argparse.ArgumentParser:
    """The words of a BIDS app, with - or _ between them."""
    made = _Parser(
        "dgmseg-bids",
        description=_ABOUT,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("bids_dir", help="the BIDS folder with sub-*/[ses-*/]anat/*_Chimap.nii[.gz]")
    made.add_argument("output_dir", help="folder for the derivatives")
    made.add_argument("analysis_level", choices=("participant", "group"))
    made.add_argument(
        "--participant-label",
        "--participant_label",
        nargs="+",
        default=[],
        metavar="LABEL",
        help="only these participants, with or without sub-",
    )
    made.add_argument(
        "--n-cpus",
        "--n_cpus",
        "--nprocs",
        type=int,
        metavar="N",
        help="worker processes (dgmseg cohort --workers)",
    )
    made.add_argument(
        "--skip-bids-validation",
        "--skip_bids_validation",
        "--skip-bids-validator",
        "--skip_bids_validator",
        action="store_true",
        help="taken and without effect: only the maps and participants.tsv are read",
    )
    made.add_argument("-v", "--version", action="version", version=f"dgmseg-bids {__version__}")
    return made


def words_of(arguments: Sequence[str]) -> list[str]:
    """The words of ``dgmseg`` that do what the words of a BIDS app ask for."""
    given, further = parser().parse_known_args(arguments)
    words = ["cohort", given.bids_dir, "--output", given.output_dir, "--level", given.analysis_level]
    if given.analysis_level == "participant":
        for label in given.participant_label:
            words += ["--participant", label]
    if given.n_cpus is not None:
        words += ["--workers", str(given.n_cpus)]
    return [*words, *further]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``dgmseg-bids`` and return its exit code: as ``dgmseg``."""
    try:
        words = words_of(sys.argv[1:] if arguments is None else arguments)
    except SystemExit as end:  # --help, --version, wrong words
        return int(end.code or 0)
    return dgmseg(words)
