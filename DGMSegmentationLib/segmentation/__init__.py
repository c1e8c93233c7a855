"""The pipeline from an image to labels, rows and files."""
