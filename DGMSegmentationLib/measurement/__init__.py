"""ROI statistics, quality flags and norms: from labels and an image to rows."""
