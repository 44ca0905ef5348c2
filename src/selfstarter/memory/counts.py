"""How common each word is among the records, and which of a question's words to look up."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from selfstarter.memory.database import Database
from selfstarter.memory.wanted import LookedUp
from selfstarter.memory.words import Reader, Word

GROWN = 1.1
"""How much the memory grows before word counts are asked for again."""


class Holding:
    """How many records hold a word, asked of the word index once and kept while that is near."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._total = 0
        self._mean = 0.0
        self.counts: dict[str, int] = {}

    def learn(self, stems: Iterable[str], total: int) -> None:
        if not self._total <= total <= max(self._total * GROWN, 1):
            self.counts, self._total, self._mean = {}, total, 0.0
        for stem in set(stems) - self.counts.keys():
            self.counts[stem] = self._db.holding(stem)

    def mean_words(self, reader: Reader) -> float:
        """Words of a record, on a sample over the whole memory."""
        if not self._mean:
            step = max(1, self._total // 200)
            sql = "SELECT text FROM memory WHERE key % ? = 0 ORDER BY key LIMIT 200"
            texts = [row[0] for row in self._db.rows(sql, step)]
            self._mean = sum(len(reader.words(text)) for text in texts) / max(1, len(texts))
        return self._mean

    def rarest(self, words: Sequence[Word], count: int) -> tuple[Word, ...]:
        """At most `count` different ones, in their order."""
        stems = dict.fromkeys(word.stem for word in words)
        kept = set(sorted(stems, key=lambda stem: self.counts[stem])[:count])
        return tuple(word for word in words if word.stem in kept)

    def looked_up(self, words: Sequence[Word], postings: int) -> LookedUp:
        """So many that the rare ones stand in about as many records as `postings`."""
        known = {word.stem: word for word in words if self.counts[word.stem]}
        order = sorted(known.values(), key=lambda word: self.counts[word.stem])
        rare: list[Word] = []
        for word in order:
            postings -= self.counts[word.stem]
            if rare and postings < 0:
                break
            rare.append(word)
        return LookedUp(rare, list(pairwise(order[len(rare) :])))
