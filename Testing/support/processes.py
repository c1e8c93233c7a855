"""What is known of other processes."""

import os


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as stat:  # a zombie has ended, too
        return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
