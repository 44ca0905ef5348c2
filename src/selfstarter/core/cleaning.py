"""Text from outside made safe to show: no sequence drives a terminal, no character is unseen.

`clean` is for whatever a page, a tool or a model wrote, before a model, a terminal, a report or an
approval gets it. It is a cleaning, not a judgement: what the text says is the gate's business.
"""

import math
import re
from typing import Any, cast

DEEPEST = 64
"""Objects within one another. The reader of a journal takes fewer than 200, those around it too."""
SEQUENCE = re.compile(
    r"""
      (?:\x1b\]|\x9d) [^\x07\x1b\x9c\n]*+ (?:\x07|\x1b\\|\x9c)     # OSC: titles, links, clipboard
    | (?:\x1b[PX^_]|[\x90\x98\x9e\x9f]) [^\x1b\x9c\n]*+ (?:\x1b\\|\x9c)  # DCS, SOS, PM, APC
    | (?:\x1b\[|\x9b) [0-?]*+ [\ -/]*+ [@-~]                       # CSI: colour, cursor, erase
    | \x1b [\ -/]*+ [0-~]                                          # all others (ECMA-35, 13.2)
    """,
    re.VERBOSE,
)
"""What a terminal takes for a command. One that does not end in its line is no sequence here, so
that an opened one cannot swallow the rest of a text."""

UNSEEN = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but newline and tab
    r"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"  # zero width, bidi, fillers
    r"\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # formats of old scripts
    r"\U000e0000-\U000e0fff"  # tags and variation selectors: whole sentences fit in unseen
    r"\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff"  # half characters, private use
    r"\ufdd0-\ufdef\ufffe\uffff"
)
"""Unicode's Default_Ignorable_Code_Point, Cc, Cs, Co, Zl, Zp and Cf. Not the number signs of Arabic
and its kin, which are Cf and have a shape."""

PICTURE = (
    r"[\xa9\xae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf"
    r"\u2934\u2935\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
JOINING = (
    r"[\u0620-\u06dc\u06de-\u07ff\u0840-\u0dff\u0f00-\u109f\u1780-\u17b3\u17b6-\u17ff"
    r"\u1820-\u18af\u1b00-\u1bff]"
)
"""Letters whose spelling needs a (non-)joiner: Arabic and Persian, the scripts of India and of its
neighbours, Mongolian."""

ANY = re.compile(f"[{UNSEEN}]")

# A joiner and the selector of a picture's style stay where an emoji or a spelling needs one, and
# only one at a time. So at most a bit hides per letter, and no byte does; the other selectors and
# the tags, in which whole instructions were smuggled, never stay (the price: the flags of England,
# Scotland and Wales). Each alternative that keeps something eats it whole: what is kept once is
# kept again.
FOUND = re.compile(
    rf"""
      (?P<kept> {PICTURE} [\ufe0e\ufe0f]?+ (?:\u200d {PICTURE} [\ufe0e\ufe0f]?+)*+
              | [0-9\#*] \ufe0f \u20e3
              | (?<={JOINING}) [\u200c\u200d] (?={JOINING}) )
    | (?P<gone> \r(?=\n) | \xad )
    | [{UNSEEN}]
    """,
    re.VERBOSE,
)


def clean(text: str, *, one_line: bool = False) -> str:
    r"""`text` without terminal sequences, and with every unseen character written out: `\u{200b}`.

    Newline and tab stay; `one_line` makes them "⏎" and a space. CR LF is a newline. Soft hyphens
    and a byte order mark at the start are dropped: they mean nothing and are common. Takes linear
    time; cleaning twice is cleaning once.
    """
    if ANY.search(text):  # nearly no text has one, and this is six times as fast
        text = FOUND.sub(shown, SEQUENCE.sub("", text).lstrip("\ufeff"))
    return text.replace("\n", "⏎").replace("\t", " ") if one_line else text


def whole(text: str) -> str:
    """Without halves of characters: JSON can carry them, no file, journal or provider can."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def storable(value: Any, depth: int = 0) -> Any:
    """What a JSON reader made of a model's words, as a journal can hold it and be read again: whole
    texts, numbers with an end, and null for what lies too deep."""
    match value:
        case str():
            return whole(value)
        case float():
            return value if math.isfinite(value) else None
        case dict() | list() if depth > DEEPEST:
            return None
        case dict():
            pairs = cast(dict[Any, Any], value).items()
            return {storable(name): storable(one, depth + 1) for name, one in pairs}
        case list():
            return [storable(one, depth + 1) for one in cast(list[Any], value)]
        case _:
            return value


def in_json(text: str) -> str:
    """JSON with every unseen character in JSON's own escape: the same data, safe to print."""
    return ANY.sub(lambda found: json_escape(found[0]), text)


def json_escape(c: str) -> str:
    if ord(c) < 0x10000:
        return f"\\u{ord(c):04x}"
    high, low = divmod(ord(c) - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def shown(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "kept":
            return found[0]
        case "gone":
            return ""
        case _:
            return f"\\u{{{ord(found[0]):x}}}"


def first_line(text: str) -> str:
    """That says something; of JSON that is laid out over many, all of them as one."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return " ".join(text.split()) if line in ("{", "[", "[{") else line


def in_a_line(text: str, most: int) -> str:
    """In as many characters at most. What is longer is cut after a word, unless its words are too
    long for that."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    blank = line.rfind(" ", most // 2, most)
    return f"{line[: blank if blank > 0 else most - 1]}…"
