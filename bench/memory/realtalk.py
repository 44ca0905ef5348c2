"""REALTALK: ten chats of real people over three weeks (Lee et al., 2025), to measure with only.

Its repository names no licence: it is read where a person put it, and nothing is learnt from it
that is shipped.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.memory.history import History, Question
from bench.memory.locomo import CATEGORIES, TURN

from selfstarter.core.ports import MemoryRecord


def read(folder: Path) -> list[History]:
    """`folder`: with the files Chat_*.json."""
    files = sorted(folder.glob("Chat_*.json"))
    return [history(file.stem, json.loads(file.read_text("utf-8"))) for file in files]


def history(name: str, data: dict[str, Any]) -> History:
    records = tuple(messages(data))
    ids = {record.id for record in records}
    asked: list[Question] = []
    for row in data["qa"]:
        named = {f"D{int(a)}:{int(b)}" for a, b in TURN.findall(" ".join(row["evidence"]))}
        if named & ids:
            kind = CATEGORIES.get(row["category"], "other")
            asked.append(Question(row["question"], kind, frozenset(named & ids)))
    return History(name, records, tuple(asked))


def messages(data: dict[str, Any]) -> Iterator[MemoryRecord]:
    number = 1
    while said := data.get(f"session_{number}"):
        for place, turn in enumerate(said, 1):
            at = datetime.strptime(turn["date_time"], "%d.%m.%Y, %H:%M:%S").replace(tzinfo=UTC)
            yield MemoryRecord(
                id=turn["dia_id"],
                kind="episodic",
                text=f"{turn['speaker']}: {turn['clean_text']}",
                run_id=f"session {number}",
                seq=place,
                at=at.timestamp(),
            )
        number += 1
