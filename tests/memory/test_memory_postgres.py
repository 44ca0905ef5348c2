"""The memory in Postgres: many workers at once, with pgvector and without, as good as SQLite's."""

import asyncio
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from bench.memory import made
from journal_parts import begun, call, ended, journal
from memory_parts import EmbeddingServer, record
from memory_processes import acknowledged, adding, eventually

from selfstarter.core.errors import BadSetting
from selfstarter.core.events import MemoryRecalled, Remembered
from selfstarter.evals.postgres import Server
from selfstarter.memory.embed import Embedding, Endpoint
from selfstarter.memory.learn import learn
from selfstarter.memory.open import open_memory
from selfstarter.memory.pgvector import Pgvector
from selfstarter.memory.postgres import PostgresDatabase
from selfstarter.memory.store import MemoryStore
from selfstarter.memory.words import Reader

SHOWN = Remembered(id="r0:1", what="semantic", text="Ink is dear.", score=1.0, at=0.0)
EVENTS = journal(
    *begun("Look. Always be brief."),
    MemoryRecalled(due="task 1, plan 1", query="?", records=(SHOWN,)),
    *call("remember", "1", "Noted.", text="The staging server listens on 8443."),
    *ended("The server is found."),
)
PARTS = [record(f"Box {n} holds the part p{n:04}x.", "run", n) for n in range(400)]


def opened(
    url: str, embedding: Embedding | None = None, *, scan_at_most: int = 20_000
) -> MemoryStore:
    return MemoryStore(PostgresDatabase(url, scan_at_most), embedding)


@pytest.fixture
def memory(database: str) -> Iterator[MemoryStore]:
    made = opened(database)
    yield made
    asyncio.run(made.close())


def best(memory: MemoryStore, query: str) -> int:
    return memory.recall_now(query)[0].record.seq


# ── many at once ─────────────────────────────────────────────────────────────────────────────


def test_a_run_that_many_workers_file_at_once_is_filed_once(
    memory: MemoryStore, database: str
) -> None:
    memory.add_now([record("Ink is dear.", "r0", id="r0:1")])
    workers = [opened(database) for _ in range(4)]
    learnt = learn("r1", EVENTS)

    def file(worker: MemoryStore) -> int:
        return worker.file_run("r1", learnt)

    with ThreadPoolExecutor(4) as pool:
        new = list(pool.map(file, workers))
    assert sorted(new) == [0, 0, 0, len(learnt.records)]
    used = asyncio.run(memory.get("r0:1"))
    assert used and (used.uses, used.helped) == (1, 1)
    assert memory.check().problems == ()
    for worker in workers:
        asyncio.run(worker.close())


def test_killed_while_two_add_nothing_acknowledged_is_lost(
    memory: MemoryStore, database: str, home: Path
) -> None:
    others = [adding(home, start, database) for start in (0, 1_000_000)]
    memory.add_now([record("The lighthouse keeper is called Ansgar.", "mine", 5_000_000)])
    done = [n for process in others for n in acknowledged(process, 60)]
    held = {one.seq for one in memory.records(limit=100_000)}
    assert held >= {*done, 5_000_000}
    health = memory.check()
    assert (health.problems, health.embedded) == ((), len(held))
    assert best(memory, "What is the value of item7?") == 7
    assert best(memory, "What is the value of item1000007?") == 1_000_007
    assert best(memory, "Who keeps the lighthouse?") == 5_000_000


def test_another_embedding_embeds_all_once_over_all_workers_and_never_mixes(
    memory: MemoryStore, database: str, server: EmbeddingServer
) -> None:
    memory.add_now(PARTS)
    workers = [opened(database, Endpoint(server.url, "hashed")) for _ in range(3)]
    eventually(lambda: workers[0].check().embedded == len(PARTS))
    asked = [text for body in server.asked for text in body["input"] if text.startswith("Box")]
    assert sorted(asked) == sorted(one.text for one in PARTS), "each text once"
    # The worker that was there before goes on by words, and adds nothing that does not fit.
    memory.add_now([record("Crate 900 holds the part p0900x.", "run", 900)])
    assert best(memory, "part p0900x") == best(workers[1], "part p0900x") == 900
    assert memory.db.rows("SELECT DISTINCT model FROM memory_vector") == [(2,)]
    workers[2].embed_missing()
    assert (workers[0].check().embedded, workers[0].check().problems) == (len(PARTS) + 1, ())
    for worker in workers:
        asyncio.run(worker.close())


def test_a_session_that_is_lost_is_made_anew(memory: MemoryStore, database: str) -> None:
    memory.add_now(PARTS[:3])
    sql = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
    """
    for act in (lambda: best(memory, "part p0002x"), lambda: memory.add_now(PARTS[3:5])):
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(sql)
        assert act() == 2


def test_what_a_killed_server_had_acknowledged_is_there() -> None:
    with Server() as server:
        url = server.database()
        memory = opened(url)
        memory.add_now(PARTS[:20])
        server.stop(signal.SIGKILL)
        server.start()
        assert len(memory.records(100)) == 20
        assert memory.check().problems == ()
        asyncio.run(memory.close())


def test_nothing_is_left_open(database: str) -> None:
    memory = opened(database, scan_at_most=2)
    memory.add_now(PARTS[:5])
    assert memory.reindex()
    asyncio.run(memory.close())
    with psycopg.connect(database, autocommit=True) as connection:  # one transaction sees one state
        sql = (
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend'"
        )
        eventually(lambda: connection.execute(sql).fetchone() == (1,))


# ── pgvector ─────────────────────────────────────────────────────────────────────────────────


def test_past_some_size_an_index_is_made_by_itself(database: str) -> None:
    memory = opened(database, scan_at_most=100)
    memory.add_now(PARTS)
    assert best(memory, "part p0123x") == 123  # compared one by one meanwhile
    eventually(lambda: memory.check().in_graph == 400)
    memory.add_now([record("Crate 900 holds the part p0900x.", "run", 900)])
    assert [best(memory, f"part p{n:04}x") for n in (7, 123, 900)] == [7, 123, 900]
    asyncio.run(memory.forget([PARTS[123].id]))
    assert 123 not in [one.record.seq for one in memory.recall_now("part p0123x")]
    assert (memory.check().in_graph, memory.check().problems) == (400, ())
    asyncio.run(memory.close())


def test_an_index_finds_what_a_scan_finds(database: str) -> None:
    memory = opened(database, scan_at_most=100)
    memory.add_now(PARTS)
    vector = memory.embedding.embed(["Which box holds p0123x?"])[0]
    with closing(PostgresDatabase(database)) as db:
        near = db.nearest(1, memory.embedding.dimension)
        assert isinstance(near, Pgvector)
        scanned = set(near.search(vector, 50))
        assert near.build()
        db.rows("SET enable_seqscan = off")  # so few are quicker compared one by one
        with db.reading():
            near.prepare()
            plan = db.rows(f"EXPLAIN {near.statement(indexed=True)}", str([1] * 256), 50)
            assert "memory_near_1" in str(plan)
            assert len(scanned & set(near.search(vector, 50))) >= 45
    asyncio.run(memory.close())


def test_an_index_that_was_left_half_made_is_made_anew(memory: MemoryStore) -> None:
    memory.add_now(PARTS[:50])
    assert memory.reindex() and memory.check().in_graph == 50
    sql = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'memory_near_1'::regclass"
    memory.db.rows(sql)
    assert memory.check().in_graph == 0
    assert memory.reindex() and memory.check().in_graph == 50


@pytest.fixture
def plain(database: str) -> str:
    """The URL of a user who may make tables, and no extension."""
    name = f"plain{time.time_ns()}"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN".encode())
        connection.execute(f"CREATE SCHEMA selfstarter AUTHORIZATION {name}".encode())
    return database.replace("//postgres@", f"//{name}@")


def test_without_pgvector_the_same_is_found_and_it_is_said(plain: str, postgres: Server) -> None:
    full, bare = opened(postgres.database()), opened(plain)
    for memory in (full, bare):
        memory.add_now(PARTS)
        asyncio.run(memory.forget([PARTS[7].id]))
        assert memory.check().problems == ()
    for query in ("part p0123x", "Which box has p0001x?", "part p0007x", "a crate of apples"):
        assert full.recall_now(query) == bare.recall_now(query)
    assert full.check().advice == ""
    assert "CREATE EXTENSION vector" in bare.check().advice
    for memory in (full, bare):
        asyncio.run(memory.close())


def test_pgvector_may_come_and_go(plain: str, database: str) -> None:
    asyncio.run(filled(plain).close())
    for statement, advised in (
        ("CREATE EXTENSION vector", False),
        ("DROP EXTENSION vector CASCADE", True),
    ):
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(statement.encode())
        memory = opened(plain)
        eventually(lambda memory=memory: memory.check().embedded == 20)
        health = memory.check()
        assert (bool(health.advice), health.problems) == (advised, ())
        assert best(memory, "part p0012x") == 12
        asyncio.run(memory.close())


def filled(url: str) -> MemoryStore:
    memory = opened(url)
    memory.add_now(PARTS[:20])
    return memory


def test_a_user_who_may_make_nothing_can_work_with_what_is_there(database: str) -> None:
    asyncio.run(opened(database).close())
    name = f"worker{time.time_ns()}"
    with psycopg.connect(database, autocommit=True) as connection:
        for statement in (
            f"CREATE ROLE {name} LOGIN",
            f"GRANT USAGE ON SCHEMA selfstarter TO {name}",
            f"GRANT ALL ON ALL TABLES IN SCHEMA selfstarter TO {name}",
            f"GRANT ALL ON ALL SEQUENCES IN SCHEMA selfstarter TO {name}",
        ):
            connection.execute(statement.encode())
    theirs = opened(database.replace("//postgres@", f"//{name}@"), scan_at_most=10)
    theirs.add_now(PARTS[:20])
    assert best(theirs, "part p0012x") == best(theirs, "part p0012x") == 12
    asyncio.run(theirs.forget([PARTS[12].id]))
    assert (theirs.check().records, theirs.check().problems) == (19, ())
    asyncio.run(theirs.close())


# ── as good as SQLite's ──────────────────────────────────────────────────────────────────────


def test_it_answers_as_sqlite_does(postgres: Server, tmp_path: Path) -> None:
    """The words that they count are the very same. Which records are looked at may differ where
    more than fifty hold a word, so it is promised for nine questions of ten (it was all of 84)."""
    same = total = 0
    for n, history in enumerate(made.histories(2, seed=3)):
        ours, theirs = opened(postgres.database()), open_memory(tmp_path / str(n))
        for memory in (ours, theirs):
            memory.add_now(history.records)
        for question in history.questions[:25]:
            for word in Reader().words(question.text):
                assert ours.db.holding(word.stem) == theirs.db.holding(word.stem), word
            first, second = (
                [one.record.id for one in memory.recall_now(question.text, 5)]
                for memory in (ours, theirs)
            )
            same, total = same + (first == second), total + 1
        for memory in (ours, theirs):
            asyncio.run(memory.close())
    assert total > 40
    assert same >= 0.9 * total, f"{same} of {total}"


@pytest.mark.parametrize(
    "text", ["it's a 'quote' \\ back", "x" * 5_000, "pine\0tree", "Straße 犬が寝る ٣"]
)
def test_every_text_can_be_kept(memory: MemoryStore, text: str) -> None:
    memory.add_now([record(text, "r1", 1), record("Something else.", "r1", 2)])
    assert memory.check().problems == ()
    assert all(memory.db.holding(word.stem) == 1 for word in Reader().words(text))
    if Reader().words(text):
        assert best(memory, text) == 1


# ── for a person ─────────────────────────────────────────────────────────────────────────────


def test_a_memory_of_a_newer_release_is_left_alone(memory: MemoryStore, database: str) -> None:
    memory.db.set_meta("version", 99)
    with pytest.raises(BadSetting, match="newer release"):
        opened(database)
    assert memory.db.meta("version") == 99


def test_a_copy_of_a_file_is_not_to_be_had_and_it_is_said_what_is(
    memory: MemoryStore, tmp_path: Path
) -> None:
    with pytest.raises(BadSetting, match="pg_dump"):
        memory.backup(tmp_path / "copy")


def test_a_database_that_is_not_there_is_told_without_its_password() -> None:
    word = "a-pass-" + "word-1"
    with pytest.raises(BadSetting, match="cannot be used") as trouble:
        opened(f"postgresql://nobody:{word}@/nowhere?host=/nowhere")
    assert word not in str(trouble.value)
