"""A small study to try things on: procedural heads with corrected labels, whose iron rises with age.

    python Docs/examples/make_cohort.py STUDY [--subjects 10]

STUDY becomes a BIDS folder with two sessions a subject, and STUDY/derivatives/dgmseg with labels "corrected by hand", so that
no network runs: dgmseg cohort measures a head in a second. The heads have no anatomy; nobody was scanned.
"""

import argparse
import json
from pathlib import Path

import nibabel as nib
import numpy as np

from DGMSegmentationLib.simulation.phantom import phantom
from DGMSegmentationLib.structures import STANDARD

PPB_PER_YEAR = {"PU": 1.0, "CN": 0.5, "GP": 0.3, "SN": 0.3, "RN": 0.4}
"""How the susceptibility of each nucleus rises here, invented for this study."""
YEARS_BETWEEN = 3.0
SMALLER = 0.95
"""Some procedural heads are larger than people's, which a cohort doubts."""


def head(seed: int, age: float, person_ppb: float) -> tuple[nib.Nifti1Image, nib.Nifti1Image]:
    """QSM in ppm and labels of one session: iron by age, and what is the person's own."""
    image, labels = phantom((50, 60, 52), (3.2, 3.2, 3.2), seed)
    chi, values = np.asarray(image.data, np.float32).copy(), np.asarray(labels.data)
    for structure in STANDARD:
        rise = PPB_PER_YEAR[structure.nucleus] * (age - 50) + person_ppb
        chi[values == structure.label] += np.float32(rise / 1000)
    affine = image.affine @ np.diag([*[SMALLER] * 3, 1.0])
    return nib.Nifti1Image(chi, affine), nib.Nifti1Image(values.astype(np.uint8), affine)


def main() -> None:
    """Write the study."""
    parser = argparse.ArgumentParser(description="Make a small study.")
    parser.add_argument("study", type=Path)
    parser.add_argument("--subjects", type=int, default=10)
    options = parser.parse_args()
    random, people = np.random.default_rng(1), ["participant_id\tage\tsex"]
    derivatives = options.study / "derivatives" / "dgmseg"
    (derivatives / ".dgmseg").mkdir(parents=True, exist_ok=True)
    for number in range(1, options.subjects + 1):
        name, age, own = f"sub-{number:02d}", int(random.integers(25, 80)), random.normal(0, 5)
        people.append(f"{name}\t{age}\t{'FM'[number % 2]}")
        for session in (1, 2):
            years = (session - 1) * YEARS_BETWEEN
            qsm, labels = head(number, age + years, own + random.normal(0, 1))
            stem = f"{name}_ses-{session}"
            for image, root, end in (
                (qsm, options.study, "Chimap"),
                (labels, derivatives, "seg-DGM_desc-edited_dseg"),
            ):
                folder = root / name / f"ses-{session}" / "anat"
                folder.mkdir(parents=True, exist_ok=True)
                nib.save(image, folder / f"{stem}_{end}.nii.gz")
    about = {"Name": "Procedural heads", "BIDSVersion": "1.10.0", "DatasetType": "raw", "License": "CC0"}
    (options.study / "dataset_description.json").write_text(json.dumps(about), encoding="utf-8")
    (options.study / "participants.tsv").write_text("\n".join(people) + "\n", encoding="utf-8")
    print(f"{options.subjects} subjects with two sessions in {options.study}")


if __name__ == "__main__":
    main()
