"""Many subjects: find them, segment and measure what is missing, and keep the tables of the whole cohort.

Data walk one way: ``find`` (cases) -> ``plan`` (what is to be done) -> ``local`` or ``scheduler`` (worker processes, each
running ``subject``, which leaves ``results``) -> ``group`` (tables and pages). ``run`` holds them together, ``layout``
knows every file name and ``record`` what a finished case leaves behind.
"""
