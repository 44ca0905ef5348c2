"""The sets. A task is written in the file of its family, and named in `TASKS` at its end."""

from collections.abc import Sequence

import click

from selfstarter.evals.core import code as core_code
from selfstarter.evals.core import (
    documents,
    injected,
    level1,
    level2,
    level3,
    level4,
    level5,
    recover,
    reports,
    sessions,
    traps,
    vague,
)
from selfstarter.evals.practice import code, dirty, files, questions, tables
from selfstarter.evals.smoke import code as smoke_code
from selfstarter.evals.smoke import files as smoke_files
from selfstarter.evals.smoke import questions as smoke_questions
from selfstarter.evals.smoke import tables as smoke_tables
from selfstarter.evals.task import Task

SMOKE = (*smoke_tables.TASKS, *smoke_questions.TASKS, *smoke_files.TASKS, *smoke_code.TASKS)
"""The published measure: nobody tunes on it."""
PRACTICE = (*tables.TASKS, *questions.TASKS, *files.TASKS, *code.TASKS, *dirty.TASKS)
"""For tuning."""
CORE = (
    *level1.TASKS,
    *level2.TASKS,
    *level3.TASKS,
    *level4.TASKS,
    *level5.TASKS,
    *traps.TASKS,
    *recover.TASKS,
    *vague.TASKS,
    *sessions.TASKS,
    *documents.TASKS,
    *injected.TASKS,
    *reports.TASKS,
    *core_code.TASKS,
)
"""Five levels, published beside other agents: nobody tunes on it either."""
SETS = {"smoke": SMOKE, "practice": PRACTICE, "core": CORE}


def chosen(tasks: Sequence[Task], only: tuple[str, ...]) -> Sequence[Task]:
    """Raises click.BadParameter, which names the tasks there are."""
    wanted = [part for word in only for part in word.split(",") if part]
    known = [task.name for task in tasks]
    if unknown := [name for name in wanted if name not in known]:
        raise click.BadParameter(f"{unknown[0]} is none of {', '.join(known)}", param_hint="only")
    return [task for task in tasks if not wanted or task.name in wanted]
