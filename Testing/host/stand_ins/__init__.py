"""Stand-ins for the parts of Slicer's Python that slicer-core lacks, used when SLICER_SOURCE_DIR is not set."""
