"""The command line ``dgmseg``: thin, each command in a file of its own, nothing heavy imported before it is needed."""

import logging
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module

from .. import __version__
from ..errors import Cancelled, DGMError, explained, speaking
from ..inference.blas import one_thread_for_blas
from .messages import warn

# command -> (module in this package, function)
COMMANDS = {
    "segment": ("segment", "segment"),
    "measure": ("measure", "measure"),
    "evaluate": ("evaluate", "evaluate"),
    "agreement": ("agreement", "agreement"),
    "cohort": ("cohort", "cohort"),
    "convert": ("convert", "convert"),
    "train": ("train", "train"),
    "crossval": ("crossval", "crossval"),
    "adapt": ("adapt", "adapt"),
    "simulate": ("simulate", "simulate"),
    "models": ("models", "models"),
    "protocol": ("protocol", "protocol"),
    "benchmark": ("benchmark", "benchmark"),
    "demo": ("demo", "demo"),
    "import-keras": ("import_keras", "import_keras"),
    "app": ("app", "app"),
}
_EPILOG = "Results are for research use only."
_INTERRUPTED = 130
"""What typer makes of a KeyboardInterrupt, without a word."""


def _application(wanted: str | None):  # type: ignore[no-untyped-def]
    """The typer application; with a known command only that command's module is imported."""
    import typer

    application = typer.Typer(
        name="dgmseg",
        help="Segment deep-gray-matter nuclei in quantitative susceptibility maps (QSM) and measure them.",
        epilog=_EPILOG,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # rich takes as long to import as all else here, and cuts long options' names
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    def version(value: bool) -> None:
        if value:
            typer.echo(f"dgmseg {__version__}")
            raise typer.Exit

    @application.callback()
    def options(
        version: bool = typer.Option(
            False, "--version", callback=version, is_eager=True, help="Print the version."
        ),
        debug: bool = typer.Option(
            False, "--debug", help="Show the traceback of a failure (anywhere on the line)."
        ),
    ) -> None:
        pass

    for name, (module, function) in COMMANDS.items():
        if wanted in (None, name):
            found = getattr(import_module(f".{module}", __name__), function)
            if isinstance(found, typer.Typer):
                application.add_typer(found, name=name, short_help=str(found.info.help))
            else:
                about = " ".join((found.__doc__ or "").partition("\n\n")[0].split())
                application.command(name, short_help=about)(found)
    return application


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``dgmseg`` and return its exit code: 0 done, 1 a failure of the run, 2 bad input or options."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    words = [w for w in words if w != "--debug"]
    if hasattr(
        sys.stdout, "reconfigure"
    ):  # a pipe of Windows knows few letters; a path in a last line must not end a run
        sys.stdout.reconfigure(errors="backslashreplace")
    one_thread_for_blas()
    logging.basicConfig(level=logging.WARNING, format="dgmseg: %(message)s", stream=sys.stderr)
    with speaking("shell"), _ends_are_interrupts():
        return _run(words, debug)


@contextmanager
def _ends_are_interrupts() -> Iterator[None]:
    """A closed terminal and a polite kill end a run as Ctrl-C does: with its tables written, and no file half made.

    Signals that the caller wants ignored (nohup) stay so. Only a process' main thread may ask for them.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    found = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in found}
    for number, handler in before.items():
        if handler is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is signal.SIG_DFL:
                signal.signal(number, handler)


def _run(words: list[str], debug: bool) -> int:
    wanted = next((w for w in words if not w.startswith("-")), None)
    try:
        application = _application(wanted if wanted in COMMANDS else None)
        code = application(args=words, prog_name="dgmseg", standalone_mode=False)
        if code == _INTERRUPTED:
            warn("Stopped.")
            return 1
        return int(code or 0)
    except (KeyboardInterrupt, Cancelled) as error:
        warn(str(error) or "Stopped.")
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except Exception as error:
        if debug:
            traceback.print_exc()
        # Typer takes an EOFError for a closed terminal and ends with Abort; a refusal of ours is told as it is.
        if isinstance(error.__cause__, EOFError) and not isinstance(error, DGMError):
            error = error.__cause__
        if hasattr(error, "format_message") and hasattr(
            error, "exit_code"
        ):  # what typer says of wrong options
            text = error.format_message().rstrip()
            if text:
                text += "" if text.endswith((".", "?", "!")) else "."
                warn(f"{text} See dgmseg {wanted + ' ' if wanted in COMMANDS else ''}--help.")
            return 2
        if type(error).__name__ in ("Abort", "Exit"):
            return int(getattr(error, "exit_code", 1))
        coded = explained(error)
        warn(str(coded))
        return coded.exit_code
