"""What a command tells its user beside its result: one line each on stderr."""

import sys


def warn(*messages: object) -> None:
    """Say warnings, or what is wrong, on stderr, also when piped; line breaks within one become spaces."""
    for message in messages:
        print(f"dgmseg: {' '.join(str(message).split())}", file=sys.stderr, flush=True)
