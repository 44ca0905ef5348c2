"""Texts to vectors: a static table that comes inside a package, or any endpoint that speaks OpenAI.

Nothing is downloaded and nothing is loaded before the first text.
"""

import importlib.util
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from selfstarter.core.errors import BadSetting, EmbeddingDown

Vectors = NDArray[np.float32]

TABLE = "weights/l2_supercat_256.safetensors"
TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"
LONGEST = 20_000
"""Characters of one text that are read; a record has at most 110 words."""
BATCH = 128
"""Texts in one request to an endpoint."""
KNOWN_WORDS = 50_000
Embed = Callable[[Sequence[str]], Vectors]
"""As `Embedding.embed`."""


class Embedding(Protocol):
    @property
    def name(self) -> str:
        """Stored with the vectors: two of another name are never compared."""
        ...

    @property
    def dimension(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length per text, in order; zeros for a text that says nothing.

        May be called from any thread. Raises EmbeddingDown.
        """
        ...


class WordLlama:
    """The mean of a text's token vectors, 256 numbers, out of the `wordllama` package's own two
    files. Its `load()` is not called: it looks in another folder and then on the network."""

    name = "wordllama-l2-supercat-256"
    dimension = 256

    def embed(self, texts: Sequence[str]) -> Vectors:
        tokenizer, table = files()
        cut = [text[:LONGEST] for text in texts]
        ids = [coded.ids for coded in tokenizer.encode_batch(cut, add_special_tokens=False)]
        rows = [table[some].mean(axis=0) if some else np.zeros(self.dimension) for some in ids]
        return unit(np.array(rows, np.float32).reshape(len(texts), self.dimension))


class Endpoint:
    """`POST {url}/embeddings`, as OpenAI, llama.cpp, Ollama, vLLM and others answer it.

    `direct`: past a proxy that the environment names.
    """

    def __init__(
        self,
        url: str,
        model: str,
        key: str = "",
        timeout_s: float = 20.0,
        *,
        direct: bool = False,
    ) -> None:
        self.url = url.rstrip("/")
        self.model = model
        self.key = key
        self.timeout_s = timeout_s
        self.direct = direct
        self.name = f"{model} at {self.url}"

    @property
    def dimension(self) -> int:
        """Asked of the endpoint once. Raises EmbeddingDown."""
        return self._width

    @cached_property
    def _width(self) -> int:
        return self._ask(["dimension"]).shape[1]

    def embed(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        parts = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
        return unit(np.concatenate([self._ask(part) for part in parts]))

    def _ask(self, texts: Sequence[str]) -> Vectors:
        import httpx2

        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        # Some servers refuse an empty text; a blank one means the same.
        body = {"model": self.model, "input": [text[:LONGEST] or " " for text in texts]}
        try:
            reply = httpx2.post(
                f"{self.url}/embeddings",
                json=body,
                headers=headers,
                timeout=self.timeout_s,
                trust_env=not self.direct,
            )
            reply.raise_for_status()
            data = sorted(reply.json()["data"], key=lambda row: row["index"])
            rows = np.array([row["embedding"] for row in data], np.float32)
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            raise EmbeddingDown(
                "No embeddings from {url}: {error}", url=self.url, error=error
            ) from error
        if rows.ndim != 2 or len(rows) != len(texts) or not np.isfinite(rows).all():
            raise EmbeddingDown(
                "{url} gave {shape} numbers for {number} texts.",
                url=self.url,
                shape=rows.shape,
                number=len(texts),
            )
        return rows


def unit(rows: Vectors) -> Vectors:
    """Each row at length 1; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), np.float32)


@cache
def files() -> tuple[Any, Vectors]:
    """The tokenizer and the table, read once in a process. Raises BadSetting."""
    import safetensors.numpy
    from tokenizers import Tokenizer

    # Found, not imported: importing it would pull in what only its training needs.
    found = importlib.util.find_spec("wordllama")
    if found is None or found.origin is None:
        raise BadSetting("The package wordllama is missing: pip install selfstarter.")
    folder = Path(found.origin).parent
    tensors: Mapping[str, Any] = cast(Any, safetensors.numpy).load_file(str(folder / TABLE))
    tokenizer = cast(Any, Tokenizer).from_file(str(folder / TOKENIZER))
    return tokenizer, tensors["embedding.weight"].astype(np.float32)


class KnownWords:
    """Vectors of single words, made once per word."""

    def __init__(self, lexicon: Embedding) -> None:
        self._lexicon = lexicon
        self._place: dict[str, int] = {}
        self._vectors = np.zeros((0, lexicon.dimension), np.float32)
        self._lock = threading.Lock()

    def near(self, words: Sequence[str]) -> Vectors:
        with self._lock:
            if len(self._place) > KNOWN_WORDS:
                self._place, self._vectors = {}, self._vectors[:0]
            new = [word for word in dict.fromkeys(words) if word not in self._place]
            if new:
                start = len(self._place)
                if start + len(new) > len(self._vectors):
                    room = np.zeros((start + 2 * len(new), self._lexicon.dimension), np.float32)
                    self._vectors = np.concatenate([self._vectors[:start], room])
                self._vectors[start : start + len(new)] = self._lexicon.embed(new)
                self._place |= {word: start + i for i, word in enumerate(new)}
            return self._vectors[[self._place[word] for word in words]]
