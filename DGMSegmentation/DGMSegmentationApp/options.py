"""What the command line decides about the app: where it listens, who may come in, how much may come in."""

import ipaddress
import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.language import ENGLISH, language_of_computer, languages

DEFAULT_PORT = 8650
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Options:
    """The app's options; :func:`decide` makes them from what the user typed."""

    host: str = LOOPBACK
    port: int = 0
    token: str = ""
    """Empty: no token is asked for (only this computer can connect)."""
    browser: bool = True
    model: str = ""
    max_upload_bytes: int = 2 << 30
    reader: str = ""
    """Who reads a study; empty: who is logged in."""
    blind: bool = False
    """The reader of a study sees nothing of what others did."""
    language: str = ENGLISH
    """Of the page: a code such as "de"."""

    @property
    def url(self) -> str:
        """The address to open, with the token when one is needed."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        if self.host in ("0.0.0.0", "::"):
            name = socket.gethostname()
        return f"http://{name}:{self.port}/" + (f"?token={self.token}" if self.token else "")


def decide(
    host: str = LOOPBACK,
    port: int | None = None,
    token: str = "",
    browser: bool = True,
    model: str = "",
    max_upload_mb: int = 2048,
    reader: str = "",
    blind: bool = False,
) -> Options:
    """Check the options and choose a free port when none was named; raises InputError.

    A host other than this computer's own gets a token, made on the spot unless one is given.
    """
    if max_upload_mb < 1:
        raise InputError("upload_limit_bad", megabytes=max_upload_mb)
    if token and (
        len(token) < 8 or not token.isascii() or not token.replace("-", "").replace("_", "").isalnum()
    ):
        raise InputError("token_bad")
    if not token and not is_loopback(host):
        token = secrets.token_urlsafe(24)
    return Options(
        host,
        _free_port(host, port),
        token,
        browser,
        str(Path(model)) if model else "",
        max_upload_mb << 20,
        reader,
        blind,
    )


def page_language(given: str) -> str:
    """The language of the page: the one that was given, else that of this computer; raises InputError for an unknown one."""
    language = given.lower() or language_of_computer()
    if language not in (ENGLISH, *languages()):
        raise InputError("language_unknown", language=given, choices=[ENGLISH, *languages()])
    return language


def is_loopback(host: str) -> bool:
    """True for an address that only this computer can reach."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _free_port(host: str, port: int | None) -> int:
    wanted = DEFAULT_PORT if port is None else port
    problem = _bind_problem(host, wanted)
    if not problem:
        return wanted if wanted else _any_port(host)
    if port is None and problem == "in use":
        return _any_port(host)
    if problem == "in use":
        raise InputError("port_in_use", port=port)
    raise InputError("port_unusable", host=host, port=wanted, reason=problem)


def _bind_problem(host: str, port: int) -> str:
    import errno

    try:
        with socket.socket(_family(host), socket.SOCK_STREAM) as probe:
            if os.name != "nt":  # there it would let two programs share a port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OverflowError:
        return "there is no such port"
    except OSError as error:
        return "in use" if error.errno == errno.EADDRINUSE else (error.strerror or "not possible")
    return ""


def _any_port(host: str) -> int:
    with socket.socket(_family(host), socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
