"""Bytes of a file as characters: which encoding it has, or that it is no text."""

import codecs
import re
import zlib
from collections.abc import Mapping
from contextlib import suppress

MAGIC = {
    b"%PDF-": "a PDF",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"PK\x03\x04": "a zip archive (or an Office document, which is one)",
    b"\x1f\x8b": "a gzip archive",
    b"\x7fELF": "a program",
    b"SQLite format 3": "an SQLite database",
}
DATABASE = "sqlite"
DOCUMENTS: Mapping[str, str] = {
    "pdf": "pdf", "docx": "docx", "pptx": "pptx", "eml": "eml", "gz": "gz",
    "xlsx": "sheets", "xlsm": "sheets", "xlsb": "sheets", "xls": "sheets", "ods": "sheets",
    "db": DATABASE, "sqlite": DATABASE, "sqlite3": DATABASE,
}  # fmt: skip
"""Endings of files that are no text of their own and can be read as one, and how."""
WIDE = (b"\xff\xfe", b"\xfe\xff")
"""Begin UTF-16."""
SAMPLE = 64 << 10
"""Bytes that are looked at."""
CONTROLS = bytes({*range(32)} - {*b"\b\t\n\v\f\r\x1a\x1b"})
MOST_CONTROLS = 0.02
"""Their share in a text that is not UTF-8."""
HIGH = re.compile(rb"[\x80-\xff]")
NEIGHBOURS = re.compile(rb"[\x80-\xff]{2}")
COMMON: Mapping[str, bytes] = {
    "utf-8": rb"(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})+",
    "cp949": rb"(?:[\xa1-\xa4\xb0-\xc8][\xa1-\xfe]){2,}",
    "gb18030": rb"(?:[\xa1-\xa3\xb0-\xd7][\xa1-\xfe]){2,}",
    "cp950": rb"(?:[\xa1-\xc6][\x40-\x7e\xa1-\xfe]){2,}",
    "cp932": rb"(?:[\x81-\x83\x88-\x98][\x40-\x7e\x80-\xfc]){2,}",
}
"""Where an encoding has the characters that are mostly written: in a text of its own they stand
side by side. cp949 is Korean, cp950 Big5, cp932 Shift-JIS."""
FOUND = {
    encoding: re.compile(rb"(%b)|[\x80-\xff].?" % common, re.DOTALL)
    for encoding, common in COMMON.items()
}
MOST = 0.5
"""Of what is not ASCII."""
KOREAN = 16
"""Bytes at least: what is common there is so in Chinese, too."""


def document_kind(ending: str, data: bytes) -> str:
    """How a file that begins like this is read, as in `DOCUMENTS`; empty: as the text, or the
    binary data, that it is. Many a file has the ending of a database and is none."""
    kind = DOCUMENTS.get(ending, "")
    return "" if kind == DATABASE and not data.startswith(b"SQLite format 3") else kind


def binary_kind(data: bytes) -> str:
    """What kind of binary file begins like this; empty for text."""
    for magic, kind in MAGIC.items():
        if data.startswith(magic):
            return kind
    sample = data[:SAMPLE]
    odd = b"\0" in sample or controlled(sample)
    return "binary data" if odd and not data.startswith(WIDE) else ""


def controlled(data: bytes) -> bool:
    """Does it hold more control characters than a text that is not UTF-8?"""
    count = len(data) - len(data.translate(None, CONTROLS))
    return count > len(data) * MOST_CONTROLS and decoded(data)[1] != ""


def decoded(data: bytes) -> tuple[str, str]:
    """(text, encoding). Empty: UTF-8 without a fault; else what the first bytes announce, or what
    it looks like. A character that is cut in two at the end is left out."""
    if data.startswith(WIDE):
        return read_as("utf-16", data), "utf-16"
    with suppress(UnicodeDecodeError):
        text = read_as("utf-8-sig", data, "strict")
        if not text.isascii() or data.removeprefix(codecs.BOM_UTF8).isascii():
            return text, ""
    encoding = likely(data)
    return read_as(encoding, data), encoding


def unpacked(data: bytes, most: int) -> bytes:
    """The first bytes of what gzip packed. Raises zlib.error."""
    found = b""
    while data and len(found) < most:  # one stream after another, as logs are appended
        stream = zlib.decompressobj(31)
        found += stream.decompress(data, most - len(found))
        data = stream.unused_data
    return found


def read_as(encoding: str, data: bytes, errors: str = "replace") -> str:
    return codecs.getincrementaldecoder(encoding)(errors).decode(data)


def likely(data: bytes) -> str:
    """cp1252, unless the text shows that it is another: in the West, bytes above ASCII mostly stand
    alone."""
    first = HIGH.search(data)
    sample = data[first.start() :][:SAMPLE] if first else b""
    if not NEIGHBOURS.search(sample):
        return "cp1252"
    shares = {encoding: share(sample, encoding) for encoding in COMMON}
    best = max(shares, key=lambda encoding: shares[encoding])
    return best if shares[best] > MOST else "cp1252"


def share(data: bytes, encoding: str) -> float:
    """Of what is not ASCII, how much is common in it."""
    found = list(FOUND[encoding].finditer(data))
    common = sum(len(one[0]) for one in found if one[1])
    too_few = encoding == "cp949" and common < KOREAN
    return 0.0 if too_few else common / sum(len(one[0]) for one in found)
