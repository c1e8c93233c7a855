"""Where the checkout lies, and what lies in a folder."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content, to show that nothing was written or changed."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
