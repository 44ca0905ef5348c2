"""How common each word is among the records, and which of a question's words to look up."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import apsw

from selfstarter.memory.rows import rows
from selfstarter.memory.words import Reader, Word

GROWN = 1.1
"""How much the memory grows before word counts are asked for again."""


class Holding:
    """How many records hold a word, asked of the word index once and kept while that is near."""

    def __init__(self, db: apsw.Connection) -> None:
        self._db = db
        self._total = 0
        self._mean = 0.0
        self.counts: dict[str, int] = {}

    def learn(self, raw: Mapping[str, str], total: int) -> None:
        """`raw`: stem -> word."""
        if not self._total <= total <= max(self._total * GROWN, 1):
            self.counts, self._total, self._mean = {}, total, 0.0
        for stem in raw.keys() - self.counts.keys():
            found = rows(self._db, "SELECT doc FROM memory_words WHERE term = ?", stem)
            self.counts[stem] = found[0][0] if found else 0

    def mean_words(self, reader: Reader) -> float:
        """Words of a record, on a sample over the whole memory."""
        if not self._mean:
            step = max(1, self._total // 200)
            sql = "SELECT text FROM memory WHERE key % ? = 0 LIMIT 200"
            texts = [row[0] for row in rows(self._db, sql, step)]
            self._mean = sum(len(reader.words(text)) for text in texts) / max(1, len(texts))
        return self._mean

    def rarest(self, words: Sequence[Word], count: int) -> tuple[Word, ...]:
        """At most `count` different ones, in their order."""
        stems = dict.fromkeys(word.stem for word in words)
        kept = set(sorted(stems, key=lambda stem: self.counts[stem])[:count])
        return tuple(word for word in words if word.stem in kept)

    def match(self, words: Sequence[Word], postings: int) -> str:
        """The question for FTS5: any of the rarer words, or two of the more common ones. What
        stands in very many records is not scored for its own sake: it costs most and tells least.
        """
        raw = {word.stem: word.raw for word in words if self.counts[word.stem]}
        order = sorted(raw, key=lambda stem: self.counts[stem])
        rare: list[str] = []
        for stem in order:
            postings -= self.counts[stem]
            if rare and postings < 0:
                break
            rare.append(stem)
        common = order[len(rare) :]
        parts = [quoted(raw[stem]) for stem in rare]
        parts += [f"({quoted(raw[one])} AND {quoted(raw[two])})" for one, two in pairwise(common)]
        return " OR ".join(parts)


def quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'
