"""The two sets of tasks, each a tuple; a task is added in the file of its family."""

from selfstarter.evals.practice import code, files, questions, tables

PRACTICE = (*tables.TASKS, *questions.TASKS, *files.TASKS, *code.TASKS)
"""For tuning."""
SMOKE = ()
SETS = {"smoke": SMOKE, "practice": PRACTICE}
