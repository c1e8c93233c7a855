"""How many threads numpy's products of matrices take: one, where the network itself works with several. No numpy here."""

import os
from collections.abc import Mapping

_VARIABLE = "OPENBLAS_NUM_THREADS"
_ALSO = "OMP_NUM_THREADS"
"""What OpenBLAS reads where its own variable is not set."""
ONE_THREAD = {_VARIABLE: "1"}
"""For the environment of a process of our own."""


def one_thread_for_blas() -> None:
    """For a process of our own, before numpy is imported. Threads of BLAS beside those of the network wait for each other."""
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)


def blas_has_one_thread(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether products of matrices run in the thread that asks for them, as far as the environment says."""
    return (environment.get(_VARIABLE) or environment.get(_ALSO)) == "1"
