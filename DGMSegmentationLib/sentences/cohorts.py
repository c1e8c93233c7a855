"""Cohorts: many subjects, their folders and tables."""

from .wording import Sentence

SENTENCES = {
    "out_of_memory_in_cohort": Sentence(
        "The computer ran out of memory:", "use fewer workers.", shell="use fewer --workers."
    ),
    "case_unexpected": Sentence("It failed unexpectedly ({type}: {text});", "please report it."),
}
