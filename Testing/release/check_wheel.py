"""What is published on PyPI is complete and small: python Testing/release/check_wheel.py dist"""

import re
import sys
import zipfile
from pathlib import Path

LARGEST = 8_000_000  # bytes
RELATIVE = re.compile(r"(?:\]\(|src=\")(?!https?:|#)([^)\"]+)")
WANTED = ("DGMSegmentationLib/py.typed", "DGMSegmentationLib/Resources/Models/default.safetensors")


def main() -> int:
    """Look at the one wheel of the folder."""
    (wheel,) = Path(sys.argv[1]).glob("*.whl")
    size = wheel.stat().st_size
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        relative = RELATIVE.findall(archive.read(metadata).decode("utf-8"))
    print(f"{wheel.name}: {size / 1e6:.2f} MB, {len(names)} files")
    lacking = [name for name in WANTED if name not in names]
    if lacking or relative or size > LARGEST:
        print(
            f"lacking: {lacking}; links of the README that lead nowhere on PyPI: {relative}; "
            f"largest allowed: {LARGEST / 1e6:.0f} MB",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
