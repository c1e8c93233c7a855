"""Corrections teach: from a few corrected cases to a model of the site's own convention, adopted only where it is better."""
