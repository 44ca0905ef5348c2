"""LoCoMo: ten long conversations and questions whose evidence is known (Maharana et al., 2024).

The data is CC BY-NC 4.0: it is read where a person put it, never copied here, and no shipped
weight is learnt from it.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.memory.history import History, Question

from selfstarter.core.ports import MemoryRecord

TURN = re.compile(r"D:?(\d+):(\d+)")
CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open", 4: "single-hop", 5: "adversarial"}


def read(path: Path) -> list[History]:
    """A turn is a record, a session its run. Questions without evidence are left out."""
    return [history(one) for one in json.loads(path.read_text("utf-8"))]


def history(data: dict[str, Any]) -> History:
    records = tuple(turns(data["conversation"]))
    ids = {record.id for record in records}
    asked: list[Question] = []
    for row in data["qa"]:
        named = {f"D{int(a)}:{int(b)}" for a, b in TURN.findall(" ".join(row["evidence"]))}
        if named & ids:
            kind = CATEGORIES[row["category"]]
            asked.append(Question(row["question"], kind, frozenset(named & ids)))
    return History(data["sample_id"], records, tuple(asked))


def turns(conversation: dict[str, Any]) -> Iterator[MemoryRecord]:
    number = 1
    while said := conversation.get(f"session_{number}"):
        began = conversation[f"session_{number}_date_time"]
        at = datetime.strptime(began, "%I:%M %p on %d %B, %Y").replace(tzinfo=UTC).timestamp()
        for place, turn in enumerate(said, 1):
            yield MemoryRecord(
                id=turn["dia_id"],
                kind="episodic",
                text=f"{turn['speaker']}: {turn['text']}",
                run_id=f"session {number}",
                seq=place,
                at=at + place,
            )
        number += 1
