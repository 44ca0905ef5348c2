"""The long-term memory as the model reaches for it. Nothing leaves the machine by these tools."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from math import inf
from typing import Annotated, Any

from pydantic import Field

from selfstarter.core.cleaning import in_a_line
from selfstarter.core.errors import ToolFailed
from selfstarter.core.ports import NO_ORDERS, OF_A_RUN, Memory, Recalled, Result
from selfstarter.tools.define import FunctionTool, tool

MOST_WORDS = 400
FOUND = 6
NEAR = 0.5
"""Of the nearest's score: where that one is shown already, less than this only fills its place."""
WORDS = 100
"""Characters of a record that is shown already."""


def memory_tools(
    memory: Memory,
    run_id: str,
    answer: Callable[[Mapping[str, Any]], str],
    shown: Callable[[], Collection[str]],
) -> tuple[FunctionTool, ...]:
    """`run_id`: what this run has noted itself is not shown to it again, nor is what stands in its
    prompt now (the ids `shown`). `answer`: what will be filed of a note."""

    # The note is filed from the journal, as all that is learnt, so this only says what of it: a
    # crash can neither lose nor double it, and no key in it reaches the memory.
    @tool(effect="repeatable")
    async def remember(
        text: Annotated[
            str,
            Field(
                min_length=1,
                description="one fact that was found out, or a wish in the person's own words",
            ),
        ],
        about: Annotated[str, Field(description="what it is about, in a few words")] = "",
        source: Annotated[str, Field(description="the file or URL it was found in")] = "",
    ) -> str:
        """Keep a fact for later runs: what you found out and could not have known, or that the
        person wants kept."""
        if len(text.split()) > MOST_WORDS:
            raise ToolFailed(
                f"That is longer than {MOST_WORDS} words: a memory is a fact, not a text.",
                next_action="Say in a few sentences what is worth knowing, or write a file.",
            )
        return answer({"text": text, "about": about, "source": source})

    # Labelled private: it may hold a person's words. Whether it brings text from outside depends
    # on what is found.
    @tool(effect="read", reads_private=True)
    async def recall(
        query: Annotated[str, Field(min_length=1, description="what you want to know")],
    ) -> Result:
        """Ask what earlier runs learnt. It may be out of date: check it where you can."""
        known = shown()
        near = await memory.recall(query, FOUND + len(known), not_run=run_id)
        if not near:
            return Result("empty", "Nothing is remembered of that.")
        above = [one for one in near[:1] if one.record.id in known]
        least = NEAR * above[0].score if above else -inf
        found = [one for one in near if one.record.id not in known and one.score >= least][:FOUND]
        return Result(
            "ok" if found else "empty",
            "\n".join([*map(shown_line, above), *map(line, found)]),
            untrusted=not all(one.record.trusted for one in (*above, *found)),
        )

    return remember, recall


def shown_line(one: Recalled) -> str:
    return f"Nearest: {one.record.id}, shown above: “{in_a_line(one.record.text, WORDS)}”"


def line(one: Recalled) -> str:
    """`[id] text`: by the id, the journal tells which records were shown."""
    record = one.record
    day = datetime.fromtimestamp(record.at).date()
    about = [] if record.trusted else [OF_A_RUN.format(day=f"{day.day} {day:%B} {day.year}")]
    about += [f"from {record.source}"] if record.source else []
    about += [] if record.trusted else [NO_ORDERS]
    said = f" ({'; '.join(about)})" if about else ""
    return f"[{record.id}]{said} {' '.join(record.text.split())}"
