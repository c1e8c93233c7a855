"""The Python interface: functions for a notebook that take a path, a nibabel image or an Image."""
