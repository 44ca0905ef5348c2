"""Do the table of the memory, its word index, its vectors and the graph over them say the same?"""

from dataclasses import dataclass

from selfstarter.memory.database import Database
from selfstarter.memory.vectors import Nearest


@dataclass(frozen=True, slots=True)
class Health:
    """What `check` found."""

    records: int
    embedded: int
    """With a vector of the model in use; the others are found by words alone until they are."""
    in_graph: int
    """In the derived index; the rest is scanned."""
    problems: tuple[str, ...]
    """Empty: table and indexes agree."""
    advice: str
    """What would make recall better; empty: nothing."""


def check(db: Database, nearest: Nearest) -> Health:
    with db.writing():  # one state for all, whoever writes
        problems = db.problems()
        sql = "SELECT count(*) FROM memory_vector WHERE key NOT IN (SELECT key FROM memory)"
        if stray := db.one(sql):
            problems.append(f"{stray} vectors belong to no record")
        sql = "SELECT count(*) FROM memory_vector v WHERE model = ?"
        if odd := db.one(f"{sql} AND {db.form.numbers} != ?", nearest.model, nearest.dimension):
            problems.append(f"{odd} vectors are not {nearest.dimension} numbers long")
        held = db.one("SELECT count(*) FROM memory")
        embedded = db.one(sql, nearest.model)
        indexed, in_graph = nearest.health()
        if indexed != embedded:
            problems.append(f"the index holds {indexed} of {embedded} vectors")
    return Health(held, embedded, in_graph, tuple(problems), db.advice)
