"""Names that people and files have, in the letters of file names."""

import getpass
import hashlib
import unicodedata

from ..errors import InputError
from ..io.bids.names import as_label

# Letters that are no other letter with a mark.
_SPELLED = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i"}
)  # fmt: skip


def plain_letters(text: str) -> tuple[str, bool]:
    """A text in ASCII, marks taken off ("José" gives "Jose"), and whether a letter has none there and was left out."""
    apart = unicodedata.normalize("NFKD", text.translate(_SPELLED))
    plain = "".join(sign for sign in apart if sign.isascii())
    return plain, any(sign.isalnum() and not sign.isascii() for sign in apart)


def reader_label(reader: str = "") -> str:
    """A reader's name as a BIDS label (letters and digits): "Anna B." gives "AnnaB"; by default who is logged in.

    Where letters are left out that ASCII does not have, four digits of the name's checksum keep two names apart.

    Raises InputError when nothing is left of it, or it would be taken for the corrections of ``dgmseg cohort``.
    """
    if not reader:
        try:
            reader = getpass.getuser()
        except (OSError, KeyError, ImportError):
            reader = "reader"
    plain, lost = plain_letters(reader)
    letters = "".join(sign for sign in plain if sign.isalnum() or sign in "-_. ")
    if lost:
        digest = hashlib.sha256(unicodedata.normalize("NFC", reader).encode()).hexdigest()[:4]
        letters = f"{letters if any(map(str.isalnum, letters)) else 'reader'}{digest}"
    label = as_label(letters, f"Reader {reader}")
    if label.lower() == "edited":
        raise InputError("reader_edited", reader=reader)
    return label
