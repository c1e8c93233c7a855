"""The reading of many cases: worklist, journal of edits, signed labels and rows, straight in a cohort's folder."""
