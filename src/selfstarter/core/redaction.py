"""Keys taken out of text, before it is written, shown or sent anywhere.

Two kinds: values that are known to be secret, in every form that a program may print them in; and
texts that have the well-known shape of a provider's key. What was ciphered or cut in two is beyond
it: redaction is the last net, not the fence (the fence is that no tool can see a key).
"""

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any, cast

Redact = Callable[[str], str]

MASK = "[secret]"
SHORTEST = 8
"""Characters of a value that is taken for a secret; a shorter one would be found everywhere."""
LOOSE = 12
"""Letters and digits from which on a form is also found when something stands between them."""
BETWEEN = r"(?:\\x|0x|\\u00|[\W_])*"
"""What a program prints between the characters of a text that it takes apart."""
HEX = re.compile(r"\b(?:[0-9a-fA-F]{2})+\b")
ROW = (
    r"(?<![^\n\0])[0-9a-fA-F]{6,16}:?(?: {1,2}[0-9a-fA-F]{2}(?:[0-9a-fA-F]{2})?){1,16}"
    r"(?: [^\n\0]*)?(?![^\n\0])"
)
DUMP = re.compile(rf"{ROW}(?:\n{ROW})*")
"""Rows of `xxd` and `hexdump -C`: an offset, 16 bytes in hex, the same as characters."""
NOT_ALNUM = bytes(code for code in range(256) if not chr(code).isalnum() or code > 127)
LOWER = bytes(ord(chr(code).lower()) if code < 128 else code for code in range(256))


def unchanged(text: str) -> str:
    return text


class Redactor:
    """Takes known secrets and key shapes out of text. Taking out twice is taking out once."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Values under eight characters are left alone."""
        values = {value for value in secrets if len(value) >= SHORTEST}
        self.exact = sorted(
            {form for value in values for form in written_forms(value)}, key=len, reverse=True
        )
        self.loose = {
            squeezed: re.compile(BETWEEN.join(squeezed.decode()), re.IGNORECASE)
            for value in values
            for form in forms(value)
            if len(squeezed := squeeze(form)) >= LOOSE
        }

    def __call__(self, text: str) -> str:
        if "0000" in text:  # as in an offset
            text = DUMP.sub(self.undumped, text)
        low = squeeze(text)
        for form, pattern in self.loose.items():
            if form in low:
                text = pattern.sub(MASK, text)
        for value in self.exact:
            text = text.replace(value, MASK)
        for sign, shape in SHAPES.items():
            if sign in text:
                text = shape.sub(MASK, text)
        if any(name in low for name in NAMES):
            text = ASSIGNED.sub(assigned, text)
        return text

    def undumped(self, found: re.Match[str]) -> str:
        """A dump as it is, if there is no key in its bytes."""
        rows = (line.partition(" ")[2] for line in found[0].split("\n"))
        data = "".join("".join(HEX.findall(row))[:32] for row in rows)
        text = bytes.fromhex(data).decode("latin-1")
        return found[0] if self(text) == text else MASK


def within(redact: Redact, value: Any) -> Any:
    """`value`, made of dicts, lists and tuples, with all texts in it redacted, keys included."""
    # Nearly always nothing is found, and one look at all texts together is much the cheapest.
    together = "\0".join(texts(value))
    return value if redact(together) == together else each_within(redact, value)


def texts(value: Any) -> list[str]:
    """All texts in it, in any order."""
    found: list[str] = []
    left: list[Any] = [value]
    while left:
        match one := left.pop():
            case str():
                found.append(one)
            case list() | tuple():
                left += cast(list[Any] | tuple[Any, ...], one)
            case None | bool() | int() | float():
                pass  # nearly all that is left, and quicker asked for than a Mapping
            case Mapping():
                pairs = cast(Mapping[Any, Any], one)
                left += (*pairs, *pairs.values())
            case _:
                pass
    return found


def each_within(redact: Redact, value: Any) -> Any:
    match value:
        case str():
            return redact(value)
        case Mapping():
            found = cast(Mapping[Any, Any], value)
            return {
                each_within(redact, key): each_within(redact, one) for key, one in found.items()
            }
        case list() | tuple():
            return [each_within(redact, one) for one in cast(list[Any] | tuple[Any, ...], value)]
        case _:
            return value


def squeeze(text: str) -> bytes:
    """Its ASCII letters and digits, in lower case: a key is found however it is spaced."""
    return text.encode("ascii", "ignore").translate(LOWER, NOT_ALNUM)


def written_forms(value: str) -> set[str]:
    """As it stands in a text, in JSON, in a URL."""
    as_json = json.dumps(value), json.dumps(value, ensure_ascii=False)
    return {value, quoted(value), *(text[1:-1] for text in as_json)}


def quoted(value: str) -> str:
    """As in a URL (RFC 3986, 2.1)."""
    kept = b"-._~"
    return "".join(
        chr(byte) if byte < 128 and (chr(byte).isalnum() or byte in kept) else f"%{byte:02X}"
        for byte in value.encode()
    )


def forms(value: str) -> Iterable[str]:
    """Every form that a plain program can print it in."""
    data = value.encode()
    yield from (value, value[::-1], quoted(value))
    yield from (data.hex(), data[::-1].hex())
    yield "".join(map(str, data))  # a list of bytes
    yield "".join(f"x{byte:02x}" for byte in data)  # \x73\x6b
    yield "".join(f"0x{byte:02x}" for byte in data)
    yield "".join(f"u00{byte:02x}" for byte in data)
    yield "".join(f"{byte:08b}" for byte in data)
    yield base64.b32encode(data).decode().rstrip("=")
    for before in range(3):  # at any place in a longer text that was encoded as a whole
        encoded = base64.b64encode(b"\0" * before + data).decode().rstrip("=")
        first = (before * 8 + 5) // 6
        last = len(encoded) - (1 if (before + len(data)) % 3 else 0)
        yield encoded[first:last]


def shape(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)


SHAPES: Mapping[str, re.Pattern[str]] = {
    # OpenAI, Anthropic, OpenRouter: one long run of letters and digits, not words with hyphens.
    "k-": shape(
        r"\b[spr]k-(?=[\w-]{0,24}?[A-Za-z0-9]{12})(?=[A-Za-z_-]{0,40}\d)[A-Za-z0-9_-]{20,}"
    ),
    "k_": shape(r"\b[spr]k_(?:live|test)_[A-Za-z0-9]{16,}"),
    "gh": shape(r"\bgh[pousr]_[A-Za-z0-9]{30,}"),
    "github_pat_": shape(r"\bgithub_pat_\w{40,}"),
    "glpat-": shape(r"\bglpat-[\w-]{20,}"),
    "AKIA": shape(r"\bAKIA[A-Z0-9]{16}\b"),
    "ASIA": shape(r"\bASIA[A-Z0-9]{16}\b"),
    "AIza": shape(r"\bAIza[\w-]{35}"),
    "ya29.": shape(r"\bya29\.[\w-]{20,}"),
    "xox": shape(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    "eyJ": shape(r"(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}"),
    "PRIVATE KEY": shape(
        r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[A-Za-z0-9+/=\s\\]{40,}"
        r"(?:-----END [A-Z ]{0,20}PRIVATE KEY-----)?"
    ),
    "hf_": shape(r"\bhf_[A-Za-z0-9]{30,}"),
    "npm_": shape(r"\bnpm_[A-Za-z0-9]{36}"),
    "pypi-": shape(r"\bpypi-AgE[\w-]{50,}"),
    "tvly-": shape(r"\btvly-(?=[\w-]{0,60}\d)[\w-]{20,}"),
    "gsk_": shape(r"\bgsk_[A-Za-z0-9]{40,}"),
    "xai-": shape(r"\bxai-[A-Za-z0-9]{40,}"),
    "SG.": shape(r"\bSG\.[\w-]{16,}\.[\w-]{30,}"),
    "AGE-SECRET": shape(r"\bAGE-SECRET-KEY-1[A-Z0-9]{40,}"),
    "earer ": shape(r"(?<=[Bb]earer )(?=[\w.~+/=-]{0,60}\d)[\w.~+/=-]{20,}"),
    # Not `user:pass@host` of a manual.
    "://": shape(
        r"(?<=://)[^/\s:@\[\]{}<>$\"'`]{0,64}:(?=[^@\s]{0,99}\d)[^/\s:@\[\]{}<>$\"'`]{8,128}(?=@)"
    ),
}
"""Pattern by a part of the text that its match holds: looking for that part is cheap."""

NAMES = (b"apikey", b"accesskey", b"secret", b"token", b"passw", b"authorization")
"""Squeezed; without one of them nothing is assigned."""
ASSIGNED = re.compile(
    r"((?:api_?-?key|access_?-?key|secret|token|passw(?:or)?d|authorization)[\"']?\s{0,4}[:=]"
    r"\s{0,4}[\"']?)([A-Za-z0-9+/_=-]{16,})(?![\w.(\[])",
    re.IGNORECASE,
)
CHANGES = 5


def assigned(found: re.Match[str]) -> str:
    """Masked if the value looks drawn by lot: letters, capitals, digits in turn."""
    value = found[2]
    kinds = ["d" if c.isdigit() else "u" if c.isupper() else "l" for c in value if c.isalnum()]
    changes = sum(one != other for one, other in pairwise(kinds))
    random = changes >= CHANGES and "d" in kinds and ("u" in kinds or "l" in kinds)
    return found[1] + MASK if random else found[0]
