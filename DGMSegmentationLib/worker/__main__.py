"""``python -m DGMSegmentationLib.worker``: answer requests until stdin ends."""

from ..inference.blas import one_thread_for_blas
from .process import main

if __name__ == "__main__":
    one_thread_for_blas()
    main()
