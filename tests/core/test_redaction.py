"""A key is taken out in every form; what is no key comes through."""

import base64
import codecs
import hashlib
import json
import random
import string
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfstarter.core.redaction import MASK, Redactor, within

KEY = "canary/7Fq+3x.Zk9-Lw2_Vb8Nc4Rt6"
REDACT = Redactor([KEY])
TREE = Path(__file__).parents[2]


def dumped(text: str, row: str, group: int) -> str:
    """As programs for it print bytes: an offset, 16 bytes in hex, the same as characters."""
    data = text.encode()
    pieces = [(n, data[n : n + 16]) for n in range(0, len(data), 16)]
    return "\n".join(
        row.format(n, piece.hex(" ", -group), piece.decode().replace("\n", "."))
        for n, piece in pieces
    )


FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "upper case": str.upper,
    "reversed": lambda key: key[::-1],
    "in a URL": lambda key: f"https://api.test/v1?key={quote(key, safe='')}&x=1",
    "in a form": lambda key: quote_plus(key),
    "every byte in per cent": lambda key: "".join(f"%{b:02X}" for b in key.encode()),
    "in JSON": lambda key: json.dumps({"key": key}),
    "in JSON in JSON": lambda key: json.dumps(json.dumps({"key": key})),
    "in a header": lambda key: f"Authorization: Bearer {key}",
    "in a repr of bytes": lambda key: repr(key.encode()),
    "base64": lambda key: base64.b64encode(key.encode()).decode(),
    "base64, one in": lambda key: base64.b64encode(b"a" + key.encode()).decode(),
    "base64, two in": lambda key: base64.b64encode(b"ab" + key.encode() + b"tail").decode(),
    "base64 of JSON": lambda key: base64.b64encode(json.dumps({"k": key}).encode()).decode(),
    "base64 for URLs": lambda key: base64.urlsafe_b64encode(key.encode()).decode(),
    "base64 in lines": lambda key: codecs.encode(key.encode() * 5, "base64").decode(),
    "base32": lambda key: base64.b32encode(key.encode()).decode(),
    "hex": lambda key: key.encode().hex(),
    "hex, spaced": lambda key: key.encode().hex(" "),
    "hex, colons, upper": lambda key: key.encode().hex(":").upper(),
    "hex of C": lambda key: "".join(f"\\x{b:02x}" for b in key.encode()),
    "hex in a list": lambda key: ", ".join(f"0x{b:02x}" for b in key.encode()),
    "xxd": lambda key: dumped(f"The key is {key}.\n" * 3, "{:08x}: {}  {}", 2),
    "hexdump -C": lambda key: dumped(f"abcd ef {key}\n", "{:08x}  {}  |{}|", 1),
    "od -A x -t x1z": lambda key: dumped(f"x{key}", "{:06x} {}  >{}<", 1),
    "unicode escapes": lambda key: "".join(f"\\u00{b:02x}" for b in key.encode()),
    "list of bytes": lambda key: str(list(key.encode())),
    "bits": lambda key: " ".join(f"{b:08b}" for b in key.encode()),
    "spaced": " ".join,
    "a letter a line": "\n".join,
    "list of letters": lambda key: str(list(key)),
    "hyphens between": "-".join,
    "in an exception": lambda key: repr(ValueError(f"401 for {key!r}")),
}

SHAPED = tuple(
    begin + rest  # in two, so that nobody who scans this file takes them for real
    for begin, rest in (
        ("sk-proj-", "Ab3dEf6hIj9kLmN0pQrStUv"),
        ("sk-ant-", "api03-Zq8Rt5Lw2Vb9Nc4Xy7Kd1"),
        ("AKIA", "IOSFODNN7EXAMPLE"),
        ("ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"),
        ("github_pat_", "11ABCDEFG0aBcDeFgHiJkL_mNoPqRsTuVwXyZ01234"),
        ("glpat-", "Zq8Rt5Lw2Vb9Nc4Xy7Kd"),
        ("AIza", "SyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY"),
        ("xoxb-", "2345678901-abcdefghij"),
        ("hf_", "AbCdEfGhIjKlMnOpQrStUvWxYz012345"),
        ("tvly-", "dev-Zq8Rt5Lw2Vb9Nc4Xy7Kd"),
        ("sk_live_", "4eC39HqLyjWDarjtT1zdp7dc"),
        ("npm_", "Zq8Rt5Lw2Vb9Nc4Xy7KdZq8Rt5Lw2Vb9Nc4X"),
        ("eyJhbGciOiJIUzI1NiJ9.", "eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"),
    )
)


@pytest.mark.parametrize("form", FORMS)
def test_a_known_key_is_taken_out_in_every_form(form: str) -> None:
    said = f"before\n{FORMS[form](KEY)}\nafter"
    left = REDACT(said)
    assert left != said
    assert MASK in left
    assert left.startswith("before\n")
    assert left.endswith("\nafter")
    for leak in (KEY, KEY[::-1], KEY.encode().hex(), KEY[:16], KEY.encode()[:8].hex(" ")):
        assert leak.lower() not in left.lower()


@pytest.mark.parametrize("key", SHAPED)
def test_what_has_the_shape_of_a_key_is_taken_out_unknown(key: str) -> None:
    assert Redactor()(f"export X={key}; run") == f"export X={MASK}; run"


def test_other_shapes_are_taken_out() -> None:
    redact = Redactor()
    pem = "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEowIBAAKCAQEA7d2" * 20
    assert redact(f"{pem}\n-----END RSA PRIVATE KEY-----\nrest") == f"{MASK}\nrest"
    assert redact("postgres://me:hunter2hunter@db:5432/x") == f"postgres://{MASK}@db:5432/x"
    assert redact("Authorization: Bearer aB3dE5gH7jK9mN1pQ3sT") == f"Authorization: Bearer {MASK}"
    assert redact('{"api_key": "aB3dE5gH7jK9mN1p"}') == f'{{"api_key": "{MASK}"}}'


@given(
    st.text(string.ascii_letters + string.digits + "-_.+/~", min_size=8, max_size=60),
    st.text(max_size=40),
    st.text(max_size=40),
)
def test_any_key_is_gone_whatever_stands_around_it(key: str, before: str, after: str) -> None:
    redact = Redactor([key])
    left = redact(f"{before}{key}{after}")
    assert key not in left.replace(MASK, "\0")
    assert redact(left) == left or MASK in redact(left)


PLAIN = (
    "The secret of good tea is time. A token of thanks; password: ask me. authorization: needed.",
    "api_key = os.environ['OPENAI_API_KEY']; token = sha256_of_something_long(x)",
    "token: str = Field(min_length=16)  # secret=None, password=get_password_from_keyring()",
    "sk-learn-contrib-and-other-packages, task-2024-11-25-write-the-report, disk-0123456789abcdef",
    "https://example.org/a:b@c and mail me@example.org; http://user:password@proxy",
    "risk-free-rate-of-return-2024 pk-1 rk-model-small-and-fast",
    "data:image/png;base64," + base64.b64encode(random.Random(1).randbytes(4000)).decode(),
)


@pytest.mark.parametrize("text", PLAIN)
def test_ordinary_text_comes_through(text: str) -> None:
    assert REDACT(text) == text


@given(st.integers(0, 2**64))
def test_hashes_ids_numbers_and_encoded_bytes_come_through(seed: int) -> None:
    drawn = random.Random(seed)
    data = drawn.randbytes(drawn.randrange(1, 400))
    texts = [
        hashlib.sha256(data).hexdigest(),
        str(uuid.UUID(int=drawn.getrandbits(128))),
        str(drawn.getrandbits(900)),
        base64.b64encode(data).decode(),
        f"commit {hashlib.sha1(data).hexdigest()}\nkey={drawn.random()}",
        f"--hash=sha256:{hashlib.sha256(data).hexdigest()}",
    ]
    for text in texts:
        assert REDACT(text) == text


def test_the_texts_of_this_repository_come_through() -> None:
    """Measured: no file of some 270 is changed, but the tests of redaction itself."""
    here = ("redaction", "test_secrets", "test_security")
    changed = [
        path
        for folder in ("src", "docs", "examples", "tests", "tools")
        for path in (TREE / folder).rglob("*")
        if path.suffix in (".py", ".md", ".csv", ".txt", ".json", ".html")
        and not any(name in path.name for name in here)
        and REDACT(text := path.read_text("utf-8", "replace")) != text
    ]
    assert changed == []


def test_a_value_is_redacted_as_deep_as_it_goes() -> None:
    said = {"a": [KEY, {"b": (KEY,)}], KEY: 1, "n": None, "x": 2.5}
    assert within(REDACT, said) == {
        "a": [MASK, {"b": [MASK]}], MASK: 1, "n": None, "x": 2.5}  # fmt: skip


@given(
    st.sampled_from([*(form(KEY) for form in FORMS.values()), *SHAPED]),
    st.text(max_size=20) | st.sampled_from(PLAIN),
    st.text(max_size=20) | st.sampled_from(PLAIN),
)
def test_a_key_is_found_in_whichever_of_many_texts_it_stands(
    said: str, before: str, after: str
) -> None:
    """All texts are looked at together first: that look must miss nothing."""
    for texts in ([before, said, after], [said, before], [after, said], [before + said, after]):
        assert within(REDACT, texts) == [REDACT(text) for text in texts]


def test_a_short_value_is_left_alone() -> None:
    assert Redactor(["abc", ""])("abc and more") == "abc and more"


@pytest.mark.parametrize(
    "part",
    ["sk-", "k-", "://", "://a:1", "token=", "Bearer ", "-----BEGIN PRIVATE KEY-----",
     "eyJaaaaaaaa.", "eyJ-aaaaaaaa", "xai-tvly-", "SG.aaaaaaaaaaaaaaaaaaaa.", KEY[:-1],
     "c a n a r y "],
)  # fmt: skip
def test_it_takes_linear_time(part: str) -> None:
    def took(characters: int) -> float:
        text, began = part * (characters // len(part)), time.process_time()
        REDACT(text)
        return time.process_time() - began

    took(1_000)
    assert took(400_000) < 40 * max(took(40_000), 0.005)
