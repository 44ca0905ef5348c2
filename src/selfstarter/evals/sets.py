"""The two sets. A task is written in the file of its family, and named in `TASKS` at its end."""

from selfstarter.evals.practice import code, dirty, files, questions, tables
from selfstarter.evals.smoke import code as smoke_code
from selfstarter.evals.smoke import files as smoke_files
from selfstarter.evals.smoke import questions as smoke_questions
from selfstarter.evals.smoke import tables as smoke_tables

SMOKE = (*smoke_tables.TASKS, *smoke_questions.TASKS, *smoke_files.TASKS, *smoke_code.TASKS)
"""The published measure: nobody tunes on it."""
PRACTICE = (*tables.TASKS, *questions.TASKS, *files.TASKS, *code.TASKS, *dirty.TASKS)
"""For tuning."""
SETS = {"smoke": SMOKE, "practice": PRACTICE}
