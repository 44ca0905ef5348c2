# pyright: basic, reportMissingImports=false
"""One other store, run by the Python of its own environment: `other_store.py NAME` reads a line of
JSON from stdin, answers with a line of JSON, until its stdin ends. Nothing of ours is imported.

A record is `{"id", "text", "vector"}`, a question `{"text", "vector"}`: every store is given the
vectors that ours makes, so that none has to fetch a model.
"""

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Given = Mapping[str, Any]
os.environ |= {"ANONYMIZED_TELEMETRY": "False", "MEM0_TELEMETRY": "False"}
os.environ |= {"HF_HUB_OFFLINE": "1", "OPENAI_API_KEY": "not used"}


class Chroma:
    def __init__(self, folder: str, dimension: int) -> None:
        import chromadb

        self.table = chromadb.PersistentClient(folder).create_collection(
            "memory", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )

    def add(self, records: Sequence[Given]) -> None:
        for start in range(0, len(records), 2_000):
            some = records[start : start + 2_000]
            self.table.add(
                ids=[one["id"] for one in some],
                embeddings=[one["vector"] for one in some],
                documents=[one["text"] for one in some],
            )

    def recall(self, question: Given, count: int) -> list[str]:
        return self.table.query(query_embeddings=[question["vector"]], n_results=count)["ids"][0]


class LanceDb:
    """Vectors alone."""

    def __init__(self, folder: str, dimension: int) -> None:
        import lancedb

        self.db = lancedb.connect(folder)
        self.table: Any = None

    def add(self, records: Sequence[Given]) -> None:
        rows = [dict(one) for one in records]
        if self.table is None:
            self.table = self.db.create_table("m", data=rows)
        else:
            self.table.add(rows)

    def recall(self, question: Given, count: int) -> list[str]:
        found = self.table.search(question["vector"]).distance_type("cosine")
        return [row["id"] for row in found.limit(count).to_list()]


class LanceDbHybrid(LanceDb):
    """Words and vectors, fused as it does unless told otherwise (reciprocal ranks)."""

    def __init__(self, folder: str, dimension: int) -> None:
        super().__init__(folder, dimension)
        self.indexed = False

    def recall(self, question: Given, count: int) -> list[str]:
        if not self.indexed:
            self.table.create_fts_index("text")
            self.indexed = True
        plain = "".join(c if c.isalnum() else " " for c in question["text"])
        found = self.table.search(query_type="hybrid").vector(question["vector"]).text(plain)
        return [row["id"] for row in found.distance_type("cosine").limit(count).to_list()]


class Qdrant:
    """Its local mode."""

    def __init__(self, folder: str, dimension: int) -> None:
        from qdrant_client import QdrantClient, models

        self.models, self.client = models, QdrantClient(path=folder)
        vectors = models.VectorParams(size=dimension, distance=models.Distance.COSINE)
        self.client.create_collection("m", vectors_config=vectors)
        self.ids: list[str] = []

    def add(self, records: Sequence[Given]) -> None:
        points = [
            self.models.PointStruct(
                id=number, vector=one["vector"], payload={"id": one["id"], "text": one["text"]}
            )
            for number, one in enumerate(records, len(self.ids))
        ]
        self.ids += [one["id"] for one in records]
        self.client.upsert("m", points)

    def recall(self, question: Given, count: int) -> list[str]:
        found = self.client.query_points("m", query=question["vector"], limit=count).points
        return [self.ids[int(point.id)] for point in found]


class Mem0:
    """Its LLM off (`infer=False`); its word encoder would have to be fetched."""

    def __init__(self, folder: str, dimension: int) -> None:
        from mem0 import Memory

        place = {"path": f"{folder}/store", "embedding_model_dims": dimension, "on_disk": True}
        self.memory = Memory.from_config(
            {
                "vector_store": {"provider": "qdrant", "config": {"collection_name": "m", **place}},
                "history_db_path": f"{folder}/history.db",
            }
        )
        self.memory.embedding_model = self
        self.vectors: dict[str, Any] = {}

    def embed(self, text: str, memory_action: str = "") -> Any:
        return self.vectors[text.strip()]

    def embed_batch(self, texts: Sequence[str], memory_action: str = "") -> Any:
        return [self.vectors[text.strip()] for text in texts]

    def add(self, records: Sequence[Given]) -> None:
        for one in records:
            self.vectors[one["text"].strip()] = one["vector"]
            self.memory.add(one["text"], user_id="u", infer=False, metadata={"of": one["id"]})

    def recall(self, question: Given, count: int) -> list[str]:
        self.vectors[question["text"].strip()] = question["vector"]
        found = self.memory.search(question["text"], filters={"user_id": "u"}, top_k=count)
        return [one["metadata"]["of"] for one in found["results"]]


STORES = {
    "chroma": Chroma,
    "lancedb": LanceDb,
    "lancedb_hybrid": LanceDbHybrid,
    "qdrant": Qdrant,
    "mem0": Mem0,
}


def main(name: str) -> None:
    out, sys.stdout = sys.stdout, sys.stderr  # what a store prints is no answer
    store: Any = None
    for line in sys.stdin:
        said = json.loads(line)
        if said["do"] == "open":
            store, answer = STORES[name](said["folder"], said["dimension"]), True
        else:
            answer = done(store, said)
        print(json.dumps(answer), file=out, flush=True)


def done(store: Any, said: Given) -> Any:
    match said["do"]:
        case "add":
            return timed(store.add, said["records"])[0]
        case "add each":
            return [timed(store.add, [one])[0] for one in said["records"]]
        case "size":
            files = (file for file in Path(said["folder"]).rglob("*") if file.is_file())
            return sum(file.stat().st_size for file in files)
        case _:
            return [timed(store.recall, one, said["count"]) for one in said["questions"]]


def timed(call: Any, *given: Any) -> tuple[float, Any]:
    """(milliseconds, what it gave back)"""
    began = time.perf_counter()
    found = call(*given)
    return (time.perf_counter() - began) * 1e3, found


if __name__ == "__main__":
    main(sys.argv[1])
