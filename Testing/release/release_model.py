"""Make a bundled model of a trained one: licence, description and measured figures go into its header.

python Testing/release/release_model.py RUN/model.safetensors Resources/Models/default.safetensors
    --licence TEXT --metrics metrics.json

The weights stay as they are. Refuses a model whose training data is not simulated.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

from DGMSegmentationLib.models.model import load_model, save_model


def main() -> None:
    """Read, change the header, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("trained", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--licence", required=True)
    parser.add_argument("--title")
    parser.add_argument("--description")
    parser.add_argument("--version", default="1")
    parser.add_argument(
        "--metrics", type=Path, help="JSON with measured figures and what they were measured on"
    )
    wanted = parser.parse_args()
    model = load_model(wanted.trained)
    subjects = [name for part in model.header.training["subjects"].values() for name in part]
    if model.header.training.get("initial_model"):
        raise SystemExit(
            "This model goes on from another one, whose data is not known here; it must not ship."
        )
    if not subjects or not all(name.startswith("sub-sim") for name in subjects):
        raise SystemExit("This model was not trained on simulated subjects alone; it must not ship.")
    header = replace(
        model.header,
        licence=wanted.licence,
        title=wanted.title or model.header.title,
        description=wanted.description or model.header.description,
        version=wanted.version,
        metrics={
            **model.header.metrics,
            **(json.loads(wanted.metrics.read_text(encoding="utf-8")) if wanted.metrics else {}),
        },
    )
    save_model(wanted.target, header, model.states)
    print(f"{wanted.target}: {wanted.target.stat().st_size / 1e6:.1f} MB, {len(subjects)} simulated subjects")


if __name__ == "__main__":
    main()
