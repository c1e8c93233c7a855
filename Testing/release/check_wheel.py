"""What is published on PyPI is complete and small: python Testing/release/check_wheel.py dist"""

import sys
import zipfile
from pathlib import Path

LARGEST = 8_000_000  # bytes
WANTED = ("DGMSegmentationLib/py.typed", "DGMSegmentationLib/Resources/Models/default.safetensors")


def main() -> int:
    """Look at the one wheel of the folder."""
    (wheel,) = Path(sys.argv[1]).glob("*.whl")
    size = wheel.stat().st_size
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    print(f"{wheel.name}: {size / 1e6:.2f} MB, {len(names)} files")
    lacking = [name for name in WANTED if name not in names]
    if lacking or size > LARGEST:
        print(f"lacking: {lacking}; largest allowed: {LARGEST / 1e6:.0f} MB", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
