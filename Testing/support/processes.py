"""What is known of other processes."""

import os
from pathlib import Path


def alive(pid: int) -> bool:
    """True while the process runs; one that has ended and waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (OSError, IndexError):
        if Path("/proc").is_dir():
            return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
