"""Words are read the way the word index reads them, however they are looked up."""

from typing import Any

import apsw
import pytest

from selfstarter.memory.words import STOP, TOKENIZER, Reader, Word


def as_the_index_reads(db: apsw.Connection, text: str) -> tuple[Word, ...]:
    name, inner = TOKENIZER
    arguments: list[str] = [inner]
    tokenizer: Any = db.fts5_tokenizer(name, arguments)  # pyright: ignore[reportUnknownMemberType]
    data = text.lower().encode()
    found = tokenizer(data, apsw.FTS5_TOKENIZE_DOCUMENT, None, include_colocated=False)
    read = [Word(stem, data[start:end].decode()) for start, end, stem in found]
    return tuple(word for word in read if word.raw not in STOP)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Deploying failed: the deployments' disk (/dev/sda1) was FULL!",
        "snake_case, kebab-case, CamelCase2, 3.14, don't, e-mail@example.org",
        "Ünïcode ﬁ 犬が寝る naïve e\u0301te\u0301 हिन्दी Straße ٣٤",
        "a\0b\tc\r\nd",
    ],
)
def test_every_text_is_read_as_the_index_reads_it(text: str) -> None:
    db = apsw.Connection(":memory:")
    reader = Reader()
    expected = as_the_index_reads(db, text)
    assert reader.words(text) == expected
    assert reader.words(text) == expected  # now out of what it keeps
