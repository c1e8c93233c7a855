"""A worker process's stdin and stdout, kept for messages."""

import os
import sys
from typing import BinaryIO


def message_pipes() -> tuple[BinaryIO, BinaryIO]:
    """(what comes, what goes); nothing else reads the one, and what a library prints goes to stderr instead of the other.

    A library that is loaded looks at the process's standard input; on Windows that waits as long as a thread waits for
    a message there (numpy issue 24290), so the messages come by a descriptor that no library knows.
    """
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return incoming, outgoing
