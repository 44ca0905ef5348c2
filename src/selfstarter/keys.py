"""Where keys are found and kept: environment, then the system's keyring, then a file that only its
owner may read. No value is ever shown, written to a journal or handed to a tool.

The file is `credentials.toml` in the user's configuration folder; it also names the keys that lie
in the keyring, for a keyring cannot be listed.
"""

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from selfstarter.core.errors import BadSetting
from selfstarter.core.redaction import SHORTEST, Redactor
from selfstarter.settings import config_file

Place = Literal["environment", "keyring", "file"]

SERVICE = "selfstarter"
DATABASE = "SELFSTARTER_DATABASE"
IN_KEYRING = "keyring"
NAME = re.compile(r"[A-Z][A-Z0-9_]{1,63}")
TELLING = re.compile(
    r"(?:^|_)(?:(?:API|ACCESS)?KEY|TOKEN|SECRET|PASS(?:W(?:OR)?D)?|CREDENTIAL|AUTH|COOKIE|DSN)S?(?:_|$)"
    r"|DATABASE_URL|PGPASSWORD"
)
"""Names of environment variables whose values are taken for secrets."""
SURE = 16
"""Characters from which on a value of letters alone is no word."""


def find(name: str) -> str:
    """The key of that name, empty if there is none. Raises BadSetting: the file is open to others,
    or broken."""
    if value := os.environ.get(name):
        return value
    kept = read()
    if name in kept.get(IN_KEYRING, {}):
        return from_keyring(name)
    value = kept.get(name)
    return value if isinstance(value, str) else ""


def keep(name: str, value: str) -> Place:
    """Keep a key, in the keyring if one works, else in the file. Raises BadSetting."""
    if not NAME.fullmatch(name):
        raise BadSetting(
            "{name!r} is no name of a key: capitals, digits and _, as in OPENAI_API_KEY.", name=name
        )
    if not value.strip():
        raise BadSetting("No value was given for {name}.", name=name)
    remove(name)
    kept = read()
    if into_keyring(name, value.strip()):
        kept[IN_KEYRING] = {**kept.get(IN_KEYRING, {}), name: True}
        write(kept)
        return "keyring"
    write(kept | {name: value.strip()})
    return "file"


def remove(name: str) -> bool:
    """Whether one was kept. What is in the environment stays."""
    kept = read()
    ring = dict(kept.get(IN_KEYRING, {}))
    if name in ring:
        out_of_keyring(name)
        del ring[name]
        write(kept | {IN_KEYRING: ring})
        return True
    if kept.pop(name, None) is None:
        return False
    write(kept)
    return True


def listed() -> Mapping[str, Place]:
    """Names and places of what is kept; one that the environment overrides is `environment`."""
    kept = read()
    found: dict[str, Place] = {name: "keyring" for name in kept.get(IN_KEYRING, {})}
    found |= {name: "file" for name, value in kept.items() if isinstance(value, str)}
    return {name: "environment" if os.environ.get(name) else found[name] for name in sorted(found)}


def redactor(database: str = "") -> Redactor:
    """Knows every key of the environment, of the keyring and of the file, and the password in the
    URL `database`. A broken file does not keep it from the rest."""
    return Redactor((*secrets(), *passwords(database)))


def secrets() -> Iterator[str]:
    for name, value in os.environ.items():
        if TELLING.search(name.upper()) and is_secret(value):
            yield value
    yield from passwords(os.environ.get(DATABASE, ""))
    try:
        kept = read()
    except BadSetting:
        return
    for name in kept.get(IN_KEYRING, {}):
        yield from_keyring(name)
    yield from (value for value in kept.values() if isinstance(value, str))


def passwords(url: str) -> Iterator[str]:
    """Of a database's URL."""
    with suppress(ValueError):
        parts = urlsplit(url)
        found = [unquote(parts.password or ""), *parse_qs(parts.query).get("password", ())]
        yield from filter(is_secret, found)


def is_secret(value: str) -> bool:
    """Not a path, not a word such as a variable of a telling name may hold (`DB_PASSWORD=postgres`
    would take every "postgres" out of every text)."""
    if len(value) < SHORTEST or value.startswith(("/", "~")) or any(c.isspace() for c in value):
        return False
    return len(value) >= SURE or (any(c.isdigit() for c in value) and not value.isdigit())


def credentials_file() -> Path:
    return config_file().with_name("credentials.toml")


def read() -> dict[str, Any]:
    """Raises BadSetting."""
    path = credentials_file()
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise BadSetting(
                    "{path} holds keys and others may read it. Run: chmod 600 {path}", path=path
                )
            return tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        # Not the error itself: it may quote the line.
        raise BadSetting(
            "{path} cannot be read: {kind}.", path=path, kind=type(error).__name__
        ) from None


def write(kept: Mapping[str, Any]) -> None:
    path = credentials_file()
    lines = ["# Keys of selfstarter. Only you may read this file; see `selfstarter auth`."]
    lines += [f"{name} = {quoted(v)}" for name, v in sorted(kept.items()) if isinstance(v, str)]
    if ring := kept.get(IN_KEYRING):
        lines += ["", f"[{IN_KEYRING}]", *(f"{name} = true" for name in sorted(ring))]
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # mkstemp makes it 0600 from the first byte on.
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".credentials-")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except OSError as error:
        raise BadSetting(
            "{path} cannot be written: {why}. Make its folder yours, or set the key as a variable.",
            path=path,
            why=error.strerror or error,
        ) from error


def quoted(value: str) -> str:
    """A JSON text is a TOML text, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def from_keyring(name: str) -> str:
    """Empty: it is locked, or gone."""
    import keyring

    with suppress(Exception):  # a backend is foreign code that talks to a foreign service
        return keyring.get_password(SERVICE, name) or ""
    return ""


def into_keyring(name: str, value: str) -> bool:
    """False: none works here. A backend that keeps nothing (null) is found out by reading back."""
    import keyring

    try:
        backend = keyring.get_keyring()
        if backend.priority < 1:  # keeps it in a plain file: we do that better
            return False
        keyring.set_password(SERVICE, name, value)
    except Exception:  # as above
        return False
    return from_keyring(name) == value


def out_of_keyring(name: str) -> None:
    import keyring

    with suppress(Exception):  # as above
        keyring.delete_password(SERVICE, name)
