"""How many maps the verdict doubts: real ones as they are and altered, in a few minutes for a few subjects.

    python Testing/experiments/verdict_calibration.py BIDS_DIR OUT.tsv [--subjects sub-01,sub-02] [--kinds as it is,field]
        [--model default]

Lines of OUT.tsv that are there are not made again. The table of kinds is printed at the end: how many were ok, doubtful or
refused; "good" kinds must be ok, all others doubtful or refused.
"""

import argparse
from collections import Counter, defaultdict
from pathlib import Path

from misleading_kinds import GOOD, versions

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.image import Image
from DGMSegmentationLib.inference.predictor import Predictor
from DGMSegmentationLib.io.files import read_image, write_text
from DGMSegmentationLib.io.tables import read_table, table_text
from DGMSegmentationLib.measurement.verdict import confidence
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.segmentation.pipeline import segment

COLUMNS = ("subject", "kind", "status", "codes", "confidence", "lost_slabs", "seconds")


def judged(image: Image, predictor: Predictor) -> dict[str, object]:
    """Status, codes and evidence of a run on it."""
    try:
        result = segment(image, predictor=predictor, log=lambda remark: None)
    except InputError as error:
        return {"status": "refused", "codes": error.code}
    entropies = result.provenance["undecided"]
    return {
        "status": result.measured.verdict.status,
        "codes": ";".join(result.measured.verdict.codes),
        "confidence": round(confidence(entropies, len(result.rows)), 3),
        "lost_slabs": ";".join(flag.abbreviation for flag in result.flags if flag.code == "lost_slab"),
        "seconds": round(sum(result.seconds.values()), 1),
    }


def main() -> None:
    """Judge what is not judged yet, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bids", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--subjects", default="")
    parser.add_argument("--kinds", default="")
    parser.add_argument("--model", default="default")
    asked = parser.parse_args()
    lines: list[dict[str, object]] = [*read_table(asked.out)] if asked.out.exists() else []
    done = {(line["subject"], line["kind"]) for line in lines}
    predictor = Predictor(load_model(asked.model), "cpu", log=lambda remark: None)
    paths = sorted(asked.bids.glob("sub-*/anat/*_Chimap.nii*"))
    wanted, kinds = set(filter(None, asked.subjects.split(","))), set(filter(None, asked.kinds.split(",")))
    for path in paths:
        subject = path.name.split("_")[0]
        if wanted and subject not in wanted:
            continue
        for kind, make in versions(read_image(path)):
            if (subject, kind) in done or (kinds and kind not in kinds):
                continue
            lines.append({"subject": subject, "kind": kind, **judged(make(), predictor)})
            write_text(asked.out, table_text(COLUMNS, lines, missing="n/a"))
    show(lines)


def show(lines: list[dict[str, object]]) -> None:
    """One line a kind: how many of what status, and the codes of the reasons."""
    by_kind: dict[str, list[dict[str, object]]] = defaultdict(list)
    for line in lines:
        by_kind[str(line["kind"])].append(line)
    for kind, here in by_kind.items():
        statuses = Counter(str(line["status"]) for line in here)
        right = statuses["ok"] if kind in GOOD else len(here) - statuses["ok"]
        codes = Counter(code for line in here for code in str(line["codes"]).split(";") if code)
        told = ", ".join(f"{code} {count}" for code, count in codes.most_common())
        print(f"| {kind} | {right} of {len(here)} | {told} |")


if __name__ == "__main__":
    main()
