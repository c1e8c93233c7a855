"""``python -m DGMSegmentationLib.worker``: answer requests until stdin ends."""

from .process import main

if __name__ == "__main__":
    main()
