"""What every store of the long-term memory does, whatever it stands on."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from memory_parts import record

from selfstarter.core.errors import BadSetting
from selfstarter.core.ports import MemoryRecord, Recalled
from selfstarter.memory.open import open_memory
from selfstarter.memory.store import MemoryStore

T = TypeVar("T")
FACTS = (
    record("The staging server listens on port 8443.", "r1", 1),
    record("Alice wants every report as a table, without prose.", "r1", 2, kind="procedural"),
    record("The sales export is separated by semicolons; read it with sep=';'.", "r2", 1),
    record("Deploying failed: the disk of the build machine was full.", "r3", 4, kind="episodic"),
)


def now(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def texts(found: Sequence[Recalled]) -> list[str]:
    return [one.record.text for one in found]


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("Which port does staging use?", FACTS[0]),
        ("How does Alice like her reports?", FACTS[1]),
        ("Parse the sales CSV", FACTS[2]),
        ("Why did the deployment fail", FACTS[3]),
    ],
)
def test_what_was_filed_is_found_by_other_words(
    memory: MemoryStore, query: str, best: MemoryRecord
) -> None:
    now(memory.add(FACTS))
    assert now(memory.recall(query))[0].record == best


@pytest.mark.parametrize("query", ["", "   ", "?!", "the of and", "quantum gravity", "\0", '"AND('])
def test_recalling_nothing_is_a_good_answer(memory: MemoryStore, query: str) -> None:
    assert now(memory.recall(query)) == []
    now(memory.add(FACTS))
    assert now(memory.recall(query)) == []


def test_what_a_person_wants_is_given_whole_and_the_newest_first(memory: MemoryStore) -> None:
    said = [
        replace(record(text, "r4", n), importance=0.9, at=float(n))
        for n, text in enumerate(("Sign as Ada.", "Eat at six.", "Use euros."))
    ]
    now(memory.add([*FACTS, *said, replace(said[0], id="r5:1", trusted=False)]))
    now(memory.supersede(said[2].id, said[1].id))
    assert now(memory.wishes(9)) == said[1::-1]
    assert now(memory.wishes(1)) == [said[1]]
    assert now(memory.wishes(9, not_run="r4")) == []


def test_filing_twice_files_once(memory: MemoryStore) -> None:
    now(memory.add(FACTS))
    now(memory.add([*FACTS, *FACTS]))
    assert len(memory.records()) == len(FACTS)
    assert memory.check().problems == ()


def test_every_field_comes_back_as_it_was(memory: MemoryStore) -> None:
    whole = MemoryRecord(
        id="x", kind="semantic", text="Ünïcode 🦊 'q' \"text\"\nwith a line", run_id="r", seq=7,
        at=1.5, source="https://example.org/a", sha256="ab", trusted=False, importance=0.25,
        uses=3, helped=2, superseded_by="y",
    )  # fmt: skip
    now(memory.add([whole]))
    assert now(memory.get("x")) == whole
    assert now(memory.get("nothing")) is None


def test_only_what_is_asked_for_is_recalled(memory: MemoryStore) -> None:
    wet = record("The server room floods when it rains.", "r1", 5, trusted=False)
    dry = record("The server room was dry all summer.", "r2", 5, kind="episodic")
    now(memory.add([wet, dry]))
    query = "How is the server room?"
    assert set(texts(now(memory.recall(query)))) == {wet.text, dry.text}
    assert texts(now(memory.recall(query, trusted_only=True))) == [dry.text]
    assert texts(now(memory.recall(query, kinds=["semantic"]))) == [wet.text]
    assert texts(now(memory.recall(query, not_run="r1"))) == [dry.text]
    assert texts(now(memory.recall(query, limit=1, kinds=["semantic"], trusted_only=True))) == []


def test_filters_look_past_what_they_leave_out(memory: MemoryStore) -> None:
    crowd = [record(f"The server room is watched by guard {i}.", "own", i) for i in range(300)]
    other = record("The server room has two doors.", "r2", 1)
    now(memory.add([*crowd, other]))
    found = now(memory.recall("server room guard", not_run="own"))
    assert texts(found) == [other.text]


def test_the_newer_record_holds_and_the_older_stays_as_history(memory: MemoryStore) -> None:
    new = record("The staging server listens on port 9000 now.", "r9", 1)
    now(memory.add([*FACTS, new]))
    now(memory.supersede(FACTS[0].id, by=new.id))
    assert texts(now(memory.recall("Which port does staging use?")))[0] == new.text
    assert FACTS[0].text not in texts(now(memory.recall("Which port does staging use?")))
    old = now(memory.get(FACTS[0].id))
    assert old and old.superseded_by == new.id
    assert FACTS[0].id in {one.id for one in memory.records(history=True)}
    assert FACTS[0].id not in {one.id for one in memory.records()}


def test_of_near_duplicates_one_is_recalled(memory: MemoryStore) -> None:
    again = record("The staging server listens on port 8443", "r8", 1)
    differs = record("The staging server listens on port 8444.", "r8", 2)
    now(memory.add([*FACTS, again, differs]))
    found = texts(now(memory.recall("Which port does the staging server listen on?")))
    assert (FACTS[0].text in found) != (again.text in found)
    assert differs.text in found


def test_use_is_counted(memory: MemoryStore) -> None:
    now(memory.add(FACTS))
    now(memory.used([FACTS[0].id, FACTS[1].id], helped=False))
    now(memory.used([FACTS[0].id, "unknown"], helped=True))
    first = now(memory.get(FACTS[0].id))
    assert first and (first.uses, first.helped) == (2, 1)


def test_what_is_forgotten_is_nowhere(memory: MemoryStore, home: Path) -> None:
    secret = record("The password of the vault is xyzzyplugh.", "r1", 9)
    now(memory.add([*FACTS, secret]))
    now(memory.forget([secret.id, "unknown"]))
    assert now(memory.get(secret.id)) is None
    assert secret.text not in texts(now(memory.recall("password of the vault xyzzyplugh")))
    assert memory.check().problems == ()
    assert memory.db.holding("xyzzyplugh") == 0
    files = [file for file in home.rglob("*") if file.is_file()]
    assert not [file for file in files if b"xyzzyplugh" in file.read_bytes()]


def test_what_was_exported_can_be_taken_in_elsewhere(memory: MemoryStore, tmp_path: Path) -> None:
    now(memory.add(FACTS))
    now(memory.supersede(FACTS[2].id, by=FACTS[0].id))
    assert memory.export(tmp_path / "all.jsonl") == len(FACTS)
    other = open_memory(tmp_path / "other")
    assert other.take_in(tmp_path / "all.jsonl") == len(FACTS)
    assert other.take_in(tmp_path / "all.jsonl") == 0
    assert other.records(history=True) == memory.records(history=True)
    query = "Which port does staging use?"
    assert now(other.recall(query)) == now(memory.recall(query))
    now(other.close())


@pytest.mark.parametrize("line", ["{", "[]", '{"id": "x"}', '{"id": 5, "text": "t"}'])
def test_a_file_with_a_bad_line_is_refused_as_a_whole(
    memory: MemoryStore, tmp_path: Path, line: str
) -> None:
    now(memory.add(FACTS))
    memory.export(tmp_path / "all.jsonl")
    now(memory.forget([one.id for one in FACTS]))
    with (tmp_path / "all.jsonl").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(BadSetting, match="line 5"):
        memory.take_in(tmp_path / "all.jsonl")
    assert memory.records() == []


def test_an_id_is_found_by_its_beginning(memory: MemoryStore) -> None:
    now(memory.add(FACTS))
    assert memory.find(FACTS[0].id[:6]) == [one for one in FACTS if one.id.startswith("r1-1-")]
    assert len(memory.find("")) == len(FACTS)
