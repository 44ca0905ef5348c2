"""The memory under real processes: killed, torn, two at once, and over to another embedding.

`MEMORY_ADDS=10000 pytest tests/memory/test_memory_durability.py -k killed` is the whole of the
sample that runs by default.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from memory_parts import EmbeddingServer, record
from memory_processes import acknowledged, adding, eventually

from selfstarter.core.errors import BadSetting
from selfstarter.memory.embed import Embedding, Endpoint
from selfstarter.memory.open import open_memory
from selfstarter.memory.sqlite import SqliteDatabase
from selfstarter.memory.store import MemoryStore

ADDS = int(os.environ.get("MEMORY_ADDS", "300"))


def test_killed_while_adding_nothing_acknowledged_is_lost(home: Path) -> None:
    chance, done, start = random.Random(5), list[int](), 0
    while len(done) < ADDS:
        count = chance.randint(1, max(2, ADDS // 4))
        done += acknowledged(adding(home, start), count)
        start = done[-1] + 2  # the one after may be there without having been acknowledged
    memory = open_memory(home)
    held = {one.seq for one in memory.records(limit=10 * ADDS)}
    assert held >= set(done)
    health = memory.check()
    assert health.problems == ()
    assert health.records == health.embedded == len(held)
    for n in chance.sample(done, 20):
        assert memory.recall_now(f"What is the value of item{n}?")[0].record.seq == n
    asyncio.run(memory.close())


def graphed(file: Path, embedding: Embedding | None = None) -> MemoryStore:
    """With a graph from a hundred vectors on."""
    return MemoryStore(SqliteDatabase(file, scan_at_most=100), embedding)


def filled(home: Path, count: int = 400) -> MemoryStore:
    memory = graphed(home / "journal.db")
    memory.add_now([record(f"Box {n} holds the part p{n:04}x.", "run", n) for n in range(count)])
    return memory


def test_past_some_size_a_graph_is_made_by_itself(home: Path) -> None:
    memory = filled(home)
    assert memory.recall_now("part p0123x")[0].record.seq == 123
    eventually(lambda: memory.check().in_graph == 400)
    assert memory.recall_now("part p0123x")[0].record.seq == 123
    memory.add_now([record("Crate 900 holds the part p0900x.", "run", 900)])
    assert memory.recall_now("part p0900x")[0].record.seq == 900
    health = memory.check()
    assert (health.in_graph, health.embedded, health.problems) == (400, 401, ())
    asyncio.run(memory.close())


@pytest.mark.parametrize("harm", ["gone", "cut", "flipped", "empty", "foreign"])
def test_a_graph_that_is_torn_is_made_anew(home: Path, harm: str) -> None:
    memory = filled(home)
    assert memory.reindex()
    asyncio.run(memory.close())
    graph = home / "journal.memory.usearch"
    data = graph.read_bytes()
    match harm:
        case "gone":
            graph.unlink()
        case "cut":
            graph.write_bytes(data[: len(data) // 2])
        case "flipped":
            graph.write_bytes(data[:5000] + bytes([data[5000] ^ 1]) + data[5001:])
        case "empty":
            graph.write_bytes(b"")
        case _:
            graph.write_bytes(os.urandom(len(data)))
    memory = graphed(home / "journal.db")
    assert memory.recall_now("part p0321x")[0].record.seq == 321  # scanned meanwhile
    eventually(lambda: memory.check().in_graph == 400)
    assert memory.check().problems == ()
    assert graph.stat().st_size == len(data)
    asyncio.run(memory.close())


def test_killed_while_the_graph_is_made_all_is_well(home: Path) -> None:
    asyncio.run(filled(home, 3_000).close())
    build = (
        "import sys; from pathlib import Path; from selfstarter.memory.open import open_memory;"
        "m = open_memory(Path(sys.argv[1])); print('go', flush=True); m.reindex(); print('made')"
    )
    for wait_s in (0.0, 0.05, 0.2):
        argv = [sys.executable, "-c", build, str(home)]
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
        assert process.stdout and process.stdout.readline() == "go\n"
        time.sleep(wait_s)
        process.send_signal(signal.SIGKILL)
        process.wait()
        memory = open_memory(home)
        assert memory.check().problems == ()
        assert memory.recall_now("part p0321x")[0].record.seq == 321
        asyncio.run(memory.close())


def test_two_processes_add_and_each_sees_what_the_other_filed(home: Path) -> None:
    mine = open_memory(home)
    others = [adding(home, 0), adding(home, 1_000_000)]
    for n in range(2_000_000, 2_000_050):
        mine.add_now([record(f"Note {n}: mine.", "mine", n)])
    done = [acknowledged(process, 50) for process in others]
    assert mine.recall_now("What is the value of item7?")[0].record.seq == 7
    assert mine.recall_now("What is the value of item1000007?")[0].record.seq == 1_000_007
    held = {one.seq for one in mine.records(limit=10_000)}
    assert held >= {*done[0], *done[1], *range(2_000_000, 2_000_050)}
    assert mine.check().problems == ()
    asyncio.run(mine.close())


def test_forgetting_takes_the_graph_with_it(home: Path) -> None:
    memory = filled(home)
    other = graphed(home / "journal.db")
    memory.reindex()
    assert other.recall_now("part p0123x")
    gone = [one.id for one in memory.records(limit=1_000) if one.seq == 123]
    asyncio.run(memory.forget(gone))
    assert not (home / "journal.memory.usearch").exists()
    for one_of in (memory, other):
        assert 123 not in [one.record.seq for one in one_of.recall_now("part p0123x")]
        assert one_of.check().problems == ()
    asyncio.run(memory.close())
    asyncio.run(other.close())


# ── another embedding ────────────────────────────────────────────────────────────────────────


def models(memory: MemoryStore) -> set[int]:
    return {row[0] for row in memory.db.rows("SELECT DISTINCT model FROM memory_vector")}


def test_another_embedding_embeds_all_anew_and_never_mixes(
    home: Path, server: EmbeddingServer
) -> None:
    old = filled(home)
    old.reindex()
    new = graphed(home / "journal.db", Endpoint(server.url, "hashed"))
    eventually(lambda: new.check().embedded == 400)
    assert new.check().problems == ()
    assert len(models(new)) == 1
    assert new.recall_now("part p0123x")[0].record.seq == 123
    # The process that was there before goes on by words, and adds nothing that does not fit.
    old.add_now([record("Crate 900 holds the part p0900x.", "run", 900)])
    assert old.recall_now("part p0900x")[0].record.seq == 900
    assert len(models(new)) == 1
    told: list[tuple[int, int]] = []
    new.embed_missing(lambda done, total: told.append((done, total)))
    assert told == [(401, 401)]
    assert (new.check().embedded, new.check().problems) == (401, ())
    asyncio.run(old.close())
    asyncio.run(new.close())
    back = open_memory(home)
    eventually(lambda: back.check().embedded == 401)
    assert back.check().problems == ()
    asyncio.run(back.close())


def test_an_endpoint_that_is_down_costs_no_record(home: Path, server: EmbeddingServer) -> None:
    memory = open_memory(home, embedding=Endpoint(server.url, "hashed"))
    server.broken = "down"
    memory.add_now([record("The lighthouse keeper is called Ansgar.")])
    assert memory.recall_now("Who keeps the lighthouse?")[0].record.text.endswith("Ansgar.")
    assert memory.check().embedded == 0
    server.broken = ""
    memory.embed_missing()
    assert memory.check().embedded == 1
    asyncio.run(memory.close())


# ── the file ─────────────────────────────────────────────────────────────────────────────────


def test_a_file_of_a_newer_release_is_left_alone(home: Path) -> None:
    asyncio.run(filled(home, 3).close())
    db = SqliteDatabase(home / "journal.db")
    db.set_meta("version", 99)
    db.close()
    with pytest.raises(BadSetting, match="newer release"):
        open_memory(home)


def test_a_file_that_is_no_database_is_named(home: Path) -> None:
    home.mkdir()
    (home / "journal.db").write_bytes(b"not a database, but long enough to be looked at" * 40)
    with pytest.raises(BadSetting, match=r"journal\.db cannot be used"):
        open_memory(home)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("DELETE FROM memory_text WHERE rowid = 2", "the word index"),
        (
            "INSERT INTO memory_vector(key, model, vector) VALUES (77, 1, zeroblob(256))",
            "no record",
        ),
        ("UPDATE memory_vector SET vector = zeroblob(9) WHERE key = 1", "256 numbers long"),
    ],
)
def test_the_check_sees_what_does_not_agree(home: Path, harm: str, said: str) -> None:
    memory = filled(home, 3)
    assert memory.check().problems == ()
    memory.db.rows(harm)
    assert any(said in problem for problem in memory.check().problems)
    asyncio.run(memory.close())


def test_a_backup_is_whole_while_others_write(home: Path, tmp_path: Path) -> None:
    memory = filled(home, 50)
    process = adding(home, 5_000)
    assert process.stdout and process.stdout.readline()
    memory.backup(tmp_path / "copy.db")
    acknowledged(process, 1)
    copy = MemoryStore(SqliteDatabase(tmp_path / "copy.db"))
    assert copy.check().problems == ()
    assert copy.check().records >= 51
    assert copy.db.one("PRAGMA integrity_check") == "ok"
    asyncio.run(copy.close())
    asyncio.run(memory.close())
