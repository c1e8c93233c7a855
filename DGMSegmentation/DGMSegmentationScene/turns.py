"""Work beside the window."""

import time

OTHERS_S = 0.005


def let_threads_work() -> None:
    """Give Python's lock away for a moment; call it in every turn of the event loop that waits for a thread.

    Slicer's main thread keeps the lock while it waits for events, unlike that of a plain Qt program.
    """
    time.sleep(OTHERS_S)
