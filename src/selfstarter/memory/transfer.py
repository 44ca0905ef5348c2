"""Records as JSON lines, out and in."""

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from selfstarter.core.errors import BadSetting
from selfstarter.core.ports import MemoryRecord
from selfstarter.core.redaction import Redact

RECORD = TypeAdapter(MemoryRecord)


def write(records: Iterable[MemoryRecord], to: Path) -> int:
    """How many. Raises BadSetting."""
    count = 0
    try:
        with to.open("w", encoding="utf-8") as file:
            to.chmod(0o600)
            for record in records:
                file.write(json.dumps(asdict(record), ensure_ascii=False) + "\n")
                count += 1
    except OSError as error:
        raise BadSetting("{to} cannot be written: {error}", to=to, error=error) from error
    return count


def read(source: Path, redact: Redact) -> list[MemoryRecord]:
    """Raises BadSetting: a line is not a record."""
    records: list[MemoryRecord] = []
    try:
        text = source.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting("{source} cannot be read: {error}", source=source, error=error) from error
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = RECORD.validate_json(line)
        except ValidationError as error:
            raise BadSetting(
                "{source}, line {number} is no record: {error}",
                source=source,
                number=number,
                error=error,
            ) from error
        records.append(replace(record, text=redact(record.text), source=redact(record.source)))
    return records
