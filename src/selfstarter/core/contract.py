"""What done means, and the plan to get there: the nouns that a person reads first."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from selfstarter.core.said import N_

PASSED = N_("Every criterion passes.")
"""Why a run that is done has ended."""
DRAFTED, REPLACED = "m", "d"
"""Begins the id of a criterion that a model drafted; ends that of one whose check was changed."""
SILENT = "it printed nothing"
"""Said of a command."""
REASON = 1_000
"""Characters of what a judge finds wrong, or would have to see: what its maker and the person are
told."""
SHOW_IT = "Show it, in the work or by a program that prints it; or finish again to leave it so."
"""Said of what a judge would have to see."""


class FileExists(BaseModel, frozen=True):
    kind: Literal["file_exists"] = "file_exists"
    path: str
    """A glob is allowed; at least one match that is not empty."""


class FileChanged(BaseModel, frozen=True):
    kind: Literal["file_changed"] = "file_changed"
    path: str
    """Empty: the whole folder."""
    among: tuple[str, ...] = ()
    """Of the whole folder: one of these is changed; none named: any."""
    was: str = ""
    """sha256 at the start."""
    kept: bool = False
    """Of one file: it is as it was. Of the whole folder: what stood in each file at the start
    stands in some file still."""
    moves: bool = False
    """Of the whole folder that is `kept`: something is changed all the same."""

    @property
    def keeps_all(self) -> bool:
        """Is nothing of the whole folder to be lost?"""
        return self.kept and not self.path


class Scaled(BaseModel, frozen=True):
    """Each number of a column is that of another times the factor, plus the offset, as far as it is
    rounded."""

    column: str
    of: str
    factor: float
    offset: float = 0.0


class FileMatches(BaseModel, frozen=True):
    """Every condition that is set must hold."""

    kind: Literal["file_matches"] = "file_matches"
    path: str
    contains: tuple[str, ...] = ()
    """Texts that must all occur; case does not matter."""
    regex: str = ""
    columns: tuple[str, ...] = ()
    """The names in the head of the table, in this order; capitals are meant. A table is a CSV or
    TSV file, the objects of a JSON list, the first table of a Markdown file."""
    more_columns: bool = False
    """The columns may stand in any order, with others among them."""
    records: int | None = None
    """Rows of the table, exactly."""
    min_records: int = 0
    values_of: str = ""
    """Another table of the workspace: columns of one name hold the same values, blanks too."""
    one_per: str = ""
    """A column of the result and of the table `keys_of`: each of its values there at most once,
    and no others."""
    keys_of: str = ""
    """A table of the workspace."""
    order: Literal["", "rising", "falling", "some"] = ""
    """Of the rows, by the column `order_by`; where that is empty, by any one that can tell. Some:
    rising or falling, by numbers or days."""
    order_by: str = ""
    decimals: int | None = None
    """Of the numbers of the table, at most."""
    numeric: tuple[str, ...] = ()
    """Columns whose cells are numbers as a program writes them, like 1200.50, or blank."""
    scaled: Scaled | None = None
    distinct: bool = False
    """No line is there twice."""
    no_head: tuple[str, ...] = ()
    """Names of columns: the first line of a plain list is none of them."""
    min_words: int = 0
    max_words: int = 0
    """0: no limit. Of Han and kana each character is a word."""
    keeps: tuple[str, ...] = ()
    """Passages that must all be there in this order: what a change leaves alone."""
    parses_as: Literal["", "json", "csv", "python", "toml", "ini", "markdown_table"] = ""


class CommandPasses(BaseModel, frozen=True):
    kind: Literal["command_passes"] = "command_passes"
    command: str
    """Run by bash in the sandbox; exit status 0 passes."""


class TestsPass(BaseModel, frozen=True):
    __test__ = False  # pytest: this is not a test
    kind: Literal["tests_pass"] = "tests_pass"
    path: str = "."
    """Folder or file given to pytest, or to unittest where there is no pytest."""


class CitationsResolve(BaseModel, frozen=True):
    """Each [file] named in brackets or linked to exists, each [address] or link of a run that has
    read pages was read, and each number on a citing line is in what it cites, or in the goal, or
    follows from such."""

    kind: Literal["citations_resolve"] = "citations_resolve"
    path: str
    at_least: int = 1
    every_figure: bool = False
    """No line with figures is without a citation, but for what is worked out of cited ones."""


class AnswerGiven(BaseModel, frozen=True):
    """The answer is not empty, and each number in it occurs in something that was observed, or
    follows from two that do and stand beside it."""

    kind: Literal["answer_given"] = "answer_given"
    asks: tuple[Literal["file", "number"], ...] = ()
    """What it must name besides, since the question asks for one."""


ANSWERED = "the question is answered from what was observed"
"""How that criterion reads to a person."""


class Replaced(BaseModel, frozen=True):
    """In each of these files one text stands in the place of another; all else, and each other file
    that was there at the start, is as it was."""

    kind: Literal["replaced"] = "replaced"
    old: str
    new: str
    files: tuple[tuple[str, str], ...]
    """(path, sha256 of the text that it is to hold, but for blanks at its end and how lines end)"""


class ToolCalled(BaseModel, frozen=True):
    """Calls of this tool, in the run or in a child, came back well."""

    kind: Literal["tool_called"] = "tool_called"
    tool: str
    at_least: int = 1


class Reproduced(BaseModel, frozen=True):
    """An independent attempt, in a fresh copy and a fresh context, came to the same result."""

    kind: Literal["reproduced"] = "reproduced"
    path: str = ""
    """The file to compare; `.`: the names and contents of all files that changed; empty: the
    answer."""


class Judge(BaseModel, frozen=True):
    """A fresh-context model call that sees the artefact, never the claims, and must quote it. One
    that a bigger model gets decides on the whole text of the criterion, not on the question alone,
    and may say that a part cannot be decided by what it is shown."""

    kind: Literal["judge"] = "judge"
    path: str = ""
    """A file, a folder or a glob; what is not there, or is empty, does not pass, and nobody is
    asked. Empty: all that was made."""
    question: str
    sources: bool = False
    """Is all there that the files of the workspace hold? It is shown each that there is room for,
    whether the work names it or not."""


Check = Annotated[
    FileExists
    | FileChanged
    | FileMatches
    | CommandPasses
    | TestsPass
    | CitationsResolve
    | AnswerGiven
    | Replaced
    | ToolCalled
    | Reproduced
    | Judge,
    Field(discriminator="kind"),
]


LOOKED_AT_LAST = (Judge, Reproduced, ToolCalled)
"""Checks that wait for a finish: they cost model calls, or look for what is called after it."""


Seen = tuple[bool, str]
"""(passed, the evidence in one or a few lines)"""


class Criterion(BaseModel, frozen=True):
    id: str
    text: str
    """One sentence that a person would accept."""
    check: Check
    invariant: bool = False
    """True at the start already and must stay true; proves nothing by itself."""
    before: str = ""
    """Of what is run: what it said before any work, for whoever is to mend it."""


class Assumption(BaseModel, frozen=True):
    text: str
    confidence: Literal["low", "medium", "high"] = "medium"
    reversible: bool = True
    """Would a wrong guess be easy to put right?"""


class Contract(BaseModel, frozen=True):
    outcome: str
    """One sentence."""
    criteria: tuple[Criterion, ...]
    assumptions: tuple[Assumption, ...] = ()
    open_ended: bool = False
    """Nothing here tells a right result from a wrong one: the run can end as partly at best."""
    protects: tuple[tuple[str, str], ...] = ()
    """(path, sha256) of what the work is judged by and the agent did not make: the exam may not be
    edited, nor what the person wants left as it is. Empty sha256: the goal reads it, it is not
    there, and must not be made up."""


class Sketch(BaseModel, frozen=True):
    """How a model understands a goal: what the contract is made from."""

    outcome: str
    files: tuple[str, ...] = ()
    """Files that must exist at the end."""
    assumptions: tuple[str, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    """Only from a model that can be trusted with them."""
    remember: tuple[str, ...] = ()
    """Sentences of the goal that are to hold in later runs, as the model quotes them."""
    document: bool = False
    """Is the result a text drawn from sources in the workspace?"""


Method = Literal["act", "study", "compose"]
"""How a task is done: by calls chosen one at a time; by reading sources part by part (map); or by
writing a document section by section from what was studied (reduce)."""

Status = Literal["todo", "doing", "done", "dropped", "failed"]


class Task(BaseModel, frozen=True):
    id: str
    title: str
    done_when: str = ""
    method: Method = "act"
    path: str = ""
    """`compose`: the document to write."""
    status: Status = "todo"
    result: str = ""


class Outline(BaseModel, frozen=True):
    """What a study looks for: facts about `subjects`, one `aspect` at a time."""

    subjects: tuple[str, ...]
    aspects: tuple[str, ...]
    sources: tuple[str, ...]
    """Workspace paths, in reading order."""


class Fact(BaseModel, frozen=True):
    subject: str
    aspect: str
    value: str = ""
    """A few words of the quote, once it was weighed against the others; empty before."""
    quote: str
    """A statement of the source, as it stands there; a table row with its columns' names."""
    source: str
    """Workspace path."""
