"""Embeddings: what they promise, the built-in one and one behind HTTP."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from memory_parts import EmbeddingServer

from selfstarter import pursue
from selfstarter.core.errors import BadSetting, EmbeddingDown
from selfstarter.memory.embed import Embedding, Endpoint, WordLlama
from selfstarter.remembering import counted, searched
from selfstarter.settings import load

SKETCH = {"outcome": "It is there.", "files": ["hello.txt"], "assumptions": [], "document": False}
DRAFT = {"for": "draft", "json": SKETCH}
PLAN = {"for": "plan", "json": {"tasks": [{"title": "Greet"}]}}
WRITE = {"call": {"tool": "write_file", "args": {"path": "hello.txt", "content": "hello\n"}}}
FINISH = {"call": {"tool": "finish", "args": {"summary": "hello.txt says hello"}}}
TEXTS = ["A dog sleeps.", "", "Ein Hund schläft. 犬 🐕", "long " * 5_000, "\0"]


@pytest.fixture(params=["wordllama", "endpoint"])
def embedding(request: pytest.FixtureRequest, server: EmbeddingServer) -> Embedding:
    return WordLlama() if request.param == "wordllama" else Endpoint(server.url, "m", "key")


def test_one_row_of_unit_length_per_text(embedding: Embedding) -> None:
    made = embedding.embed(TEXTS)
    assert made.shape == (len(TEXTS), embedding.dimension) and made.dtype == np.float32
    lengths = np.linalg.norm(made, axis=1)
    assert all(abs(length - 1) < 1e-5 or length == 0 for length in lengths)
    assert embedding.embed([]).shape == (0, embedding.dimension)


def test_a_text_has_the_same_vector_in_any_company(embedding: Embedding) -> None:
    together = embedding.embed([*TEXTS, *["other"] * 300])
    alone = np.concatenate([embedding.embed([text]) for text in TEXTS])
    assert np.allclose(together[: len(TEXTS)], alone, atol=1e-6)


def test_near_in_meaning_is_near_in_numbers() -> None:
    dog, puppy, tax = WordLlama().embed(
        ["the dog sleeps on the sofa", "a puppy naps on the couch", "income tax is due in April"]
    )
    assert float(dog @ puppy) > 0.3 > float(dog @ tax)


def test_the_built_in_one_needs_no_network_and_no_torch() -> None:
    code = (
        "import sys; from selfstarter.memory.embed import WordLlama; WordLlama().embed(['a']);"
        "print([m for m in ('torch', 'wordllama', 'requests', 'httpx', 'httpx2') if m in"
        " sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_an_endpoint_is_asked_as_openai_is(server: EmbeddingServer) -> None:
    Endpoint(server.url + "/", "small", "secret").embed([str(n) for n in range(300)])
    assert [len(body["input"]) for body in server.asked] == [128, 128, 44]
    assert {body["model"] for body in server.asked} == {"small"}
    assert set(server.keys) == {"Bearer secret"}


@pytest.mark.parametrize(
    "broken",
    ["down", "no json", "{}", '{"data": []}', '{"data": [{"index": 0, "embedding": ["x"]}]}'],
)
def test_an_endpoint_that_answers_nonsense_is_down(server: EmbeddingServer, broken: str) -> None:
    server.broken = broken
    with pytest.raises(EmbeddingDown, match=r"127\.0\.0\.1"):
        Endpoint(server.url, "m").embed(["a"])


def test_an_endpoint_that_nobody_answers_is_down(server: EmbeddingServer) -> None:
    server.close()
    with pytest.raises(EmbeddingDown):
        Endpoint(server.url, "m", timeout_s=5).embed(["a"])


# ── from the settings ────────────────────────────────────────────────────────────────────────


def test_the_memory_of_runs_is_embedded_where_the_settings_say(
    home: Path,
    workspace: Path,
    script: Callable[..., str],
    server: EmbeddingServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SELFSTARTER_API_KEY", "sesame-opens-it")
    here = {"home": home, "model": script(DRAFT, PLAN, WRITE, FINISH), "memory": "on"}
    settings = load({**here, "embedding": f"{server.url}#hashed"}, environ={})
    server.broken = "down"
    wish = "Write hello.txt. Always greet the lighthouse keeper in lower case."
    done = asyncio.run(pursue(wish, workspace, settings))
    assert done.ending == "done", "a memory that cannot be opened ends no run"
    with pytest.raises(EmbeddingDown):
        counted(settings)
    server.broken = ""
    assert "lighthouse" in searched(settings, "how to greet a keeper", 3)[0].record.text
    assert set(server.keys) == {"Bearer sesame-opens-it"}
    assert counted(settings).health.embedded > 0

    server.broken = "down"
    assert "lighthouse" in searched(settings, "greet a keeper", 3)[0].record.text, "by its words"
    server.broken, server.dimension = "", 32
    assert "lighthouse" in searched(settings, "greet a keeper", 3)[0].record.text
    assert not counted(settings).health.problems, "vectors of another length are not kept"


@pytest.mark.parametrize("wrong", ["gpt-4", "anthropic:claude", "http://127.0.0.1:1/v1", "openai:"])
def test_an_embedding_of_no_known_form_is_said_at_once(home: Path, wrong: str) -> None:
    with pytest.raises(BadSetting, match="embedding"):
        load({"home": home, "embedding": wrong}, environ={})
