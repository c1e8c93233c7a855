"""Give a small study and what dgmseg-bids makes of it to the BIDS validator; exit code 1 when it finds an error.

    python Testing/release/check_bids.py VALIDATOR [--keep FOLDER]

VALIDATOR: the command, e.g. bids-validator-deno (PyPI, npm). Participants are done one by one as in a job array, then the group.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE.parents[1])]


def make_study(root: Path) -> None:
    """Two procedural heads, one of them with two sessions, as a raw data set."""
    from cohorts import add_subject

    for seed, name in enumerate(("sub-01", "sub-02_ses-1", "sub-02_ses-2")):
        add_subject(root, name, seed)
    about = {"Name": "Procedural heads", "BIDSVersion": "1.10.0", "DatasetType": "raw", "License": "CC0"}
    (root / "dataset_description.json").write_text(json.dumps(about), encoding="utf-8")
    (root / "README").write_text("Procedural heads without anatomy, for a check of names and files.\n")
    people = "participant_id\tage\tsex\nsub-01\t30\tF\nsub-02\t40\tM\n"
    (root / "participants.tsv").write_text(people, encoding="utf-8")


def errors(validator: str, folder: Path) -> int:
    """The number of errors; prints what was found."""
    done = subprocess.run([validator, str(folder), "--format", "json"], capture_output=True, text=True)
    issues = json.loads(done.stdout)["issues"]["issues"]
    found = Counter((issue["severity"], issue["code"]) for issue in issues)
    print(f"{folder.name}: {sum(n for (kind, _), n in found.items() if kind == 'error')} errors")
    for (kind, code), count in sorted(found.items()):
        print(f"  {kind} {code}: {count}")
    return sum(issue["severity"] == "error" for issue in issues)


def main() -> int:
    """Make the study, run the app, validate both."""
    from cohorts import MODEL

    from DGMSegmentationLib.cli.bids_app import main as app

    parser = argparse.ArgumentParser(description="Check input and derivatives with the BIDS validator.")
    parser.add_argument("validator")
    parser.add_argument("--keep", type=Path, help="leave the study in this folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        study, out = (options.keep or Path(work)) / "study", (options.keep or Path(work)) / "derivatives"
        make_study(study)
        for words in (
            ["participant", "--participant-label", "01"],
            ["participant", "--participant-label", "02"],
            ["group"],
        ):
            if code := app([str(study), str(out), *words, "--n-cpus", "1", *MODEL]):
                return code
        return min(1, errors(options.validator, study) + errors(options.validator, out))


if __name__ == "__main__":
    sys.exit(main())
