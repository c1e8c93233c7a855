"""``python -m DGMSegmentationLib.adaptation``: answer requests until stdin ends."""

from .process import main

if __name__ == "__main__":
    main()
