"""The criteria that a goal gives by itself, and whether criteria can tell anything. Pure."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from selfstarter.core.contract import (
    ANSWERED,
    AnswerGiven,
    Check,
    CitationsResolve,
    CommandPasses,
    Criterion,
    FileChanged,
    FileExists,
    FileMatches,
    Outline,
    Replaced,
    Reproduced,
    Sketch,
    TestsPass,
    ToolCalled,
)
from selfstarter.goals.files import (
    edited,
    example_folder,
    moved,
    moves_files,
    new_globs,
    new_names,
    outputs,
    promised,
    renamed,
)
from selfstarter.goals.names import files_named, is_below
from selfstarter.goals.orders import (
    COMPOSED,
    ENDS_FILES,
    TESTS,
    asked_for,
    only_asks,
    only_tells,
    open_ended,
)
from selfstarter.goals.programs import examples, trial
from selfstarter.goals.prose import left_alone, of_text
from selfstarter.goals.wanted_tables import draws_table, of_table
from selfstarter.texts.tables import Table
from selfstarter.texts.words import ending

PARSES = {"json": "json", "csv": "csv", "py": "python", "toml": "toml", "ini": "ini"}
FREE_TEXT = ("md", "html", "htm", "py", "js", "ts", "sh", "css", "svg", "tex", "rst")
MIN_WORDS = 120
CHANGED = "something in the folder is changed"
FALLBACK = "RESULT.md"
"""What is made where a goal wants nothing that can be named."""


def unproven(criteria: Iterable[Criterion], written: Collection[str] = ()) -> bool:
    """Could a wrong result pass them all? So it is where a text or a program need only be there.

    `written`: files, and "" for the answer, that turned out as texts that no attempt can repeat.
    """
    return all(
        criterion.invariant or needs_only_be_there(criterion.check, written)
        for criterion in criteria
    )


def proves_nothing(criteria: Iterable[Criterion | None]) -> bool:
    """Would a stub pass them all: a text or a program that is there, or any change at all?"""
    checks = [c.check for c in criteria if c and not c.invariant]
    return not any(isinstance(check, ToolCalled) for check in checks) and all(
        needs_only_be_there(check, ()) or is_any_change(check) for check in checks
    )


def is_any_change(check: Check) -> bool:
    return isinstance(check, FileChanged) and not check.path and not check.kept


def needs_only_be_there(check: Check, written: Collection[str]) -> bool:
    match check:
        case FileExists(path=path) | FileChanged(path=path):
            return ending(path) in FREE_TEXT or path in written
        case FileMatches(path=path) if ending(path) in FREE_TEXT or path in written:
            return not (check.contains or check.columns or check.regex or check.order)
        case Reproduced(path=path):
            return path in written
        case AnswerGiven():
            return "" in written
        case ToolCalled():
            return True
        case _:
            return False


def criteria_for(
    goal: str,
    sketch: Sketch,
    outline: Outline | None,
    existing: Mapping[str, str],
    attempts: int,
    tables: Mapping[str, Table],
    texts: Mapping[str, str],
    tools: Sequence[str] = (),
    instead: Replaced | None = None,
) -> tuple[Criterion, ...]:
    """The criteria that the words of the goal and the files of the workspace give by themselves.

    `tables`, `texts`: of those files that the goal names and that are there; `tools`: of the
    person's own, those that it names; `instead`: what it wants replaced in many files.
    """
    made = outputs(goal, sketch, existing)
    found: list[Criterion] = []

    def add(text: str, check: Check) -> None:
        found.append(Criterion(id=f"c{len(found) + 1}", text=text, check=check))

    for path in made:
        kind = ending(path)
        if kind in PARSES:
            add(
                f"{path} exists and is valid {kind}",
                FileMatches.model_validate({"path": path, "parses_as": PARSES[kind]}),
            )
        elif outline is None and draws_table(goal, path):
            add(f"{path} holds a table", FileMatches(path=path, parses_as="markdown_table"))
        else:
            add(there_text(path), FileExists(path=path))
    globs = new_globs(goal, existing)
    for path in globs:
        add(there_text(path), FileExists(path=path))
    if len(made) == 1 and not globs:
        for text, check in of_table(goal, made[0], existing, tables):
            add(text, check)
        for text, check in of_text(goal, made[0], existing):
            add(text, check)
        shown = list(examples(goal, made[0], existing))
        for text, check in shown:
            add(text, check)
        if not shown and (tried := trial(goal, made[0], existing)):
            add(f"{made[0]} runs with what the goal gives it", tried)
    tests = [path for path in existing if TESTS.search(path)]
    run = any(runs_all(criterion.check, tests) for criterion in sketch.criteria)
    spoken = re.search(r"\btests?\b", goal, re.IGNORECASE)
    if tests and not run and (spoken or any(map(TESTS.search, files_named(goal)))):
        add("the tests pass", TestsPass())
    if not made and not globs:
        changed = () if instead else edited(goal, sketch, existing)
        if instead:
            add(f"{instead.new} stands for {instead.old}, and all else is as it was", instead)
        for path in changed:
            add(f"{path} is changed", FileChanged(path=path, was=existing.get(path, "")))
            kind = ending(path)
            keeps = left_alone(goal, texts.get(path, ""))
            if keeps or kind in PARSES:
                same = {"path": path, "keeps": keeps, "parses_as": PARSES.get(kind, "")}
                text = (
                    f"{path} is otherwise as it was" if keeps else f"{path} is still valid {kind}"
                )
                add(text, FileMatches.model_validate(same))
        if not changed and not found:
            if only_asks(goal) and not (tools and only_tells(goal)):
                asks = asked_for(goal)
                named = f", with the {' and the '.join(asks)}" if asks else ""
                add(f"{ANSWERED}{named}", AnswerGiven.model_validate({"asks": asks}))
            elif not tools and not open_ended(goal):
                kept = moves_files(goal, existing) and not ENDS_FILES.search(goal)
                text = "files lie in other places, none is lost" if kept else CHANGED
                add(text, FileChanged(path="", kept=kept, moves=kept))
                for path in (*moved(goal, existing), *renamed(goal, existing)):
                    add(f"{path} is there", FileExists(path=path))
                if like := example_folder(goal):
                    inside = f"*{re.sub('[0-9]', '[0-9]', like)}/*"
                    add(f"files lie in folders like {like}", FileExists(path=inside))
    for path in promised(goal, sketch, existing):
        add(there_text(path), FileExists(path=path))
    if outline is not None and made:
        document(goal, outline, made[0], add)
    elif attempts and not any(isinstance(c.check, TestsPass) for c in found):
        for path, what in compared(goal, made, [c.check for c in found]):
            add(f"a second, independent attempt gives the same {what}", Reproduced(path=path))
    for name in tools:
        add(f"{name} is called", ToolCalled(tool=name))
    return tuple(found)


def runs_all(check: Check, tests: Iterable[str]) -> bool:
    """Are all these tests in the folder whose tests it runs? To run them twice tells nothing."""
    if not isinstance(check, TestsPass):
        return False
    return all(is_below(path, check.path) for path in tests)


def certain(
    criteria: Iterable[Criterion], goal: str, sketch: Sketch, existing: Mapping[str, str]
) -> Iterator[Criterion]:
    """Those of `criteria_for` that the goal gives for certain: what else is read out of its words
    must not stand against the criteria of a model that understands them."""
    named = (*new_names(goal, sketch, existing), *promised(goal, sketch, existing))
    named += new_globs(goal, existing)
    answers_in_file = any(name not in existing for name in sketch.files)
    for criterion in criteria:
        match criterion.check:
            case FileMatches(path=path, parses_as="markdown_table") if path in named:
                there = FileExists(path=path)
                yield criterion.model_copy(update={"text": there_text(path), "check": there})
                continue
            case FileMatches(path=path, parses_as=kind, keeps=keeps):
                sure = bool(keeps) or (path in named and kind != "")
            case FileExists(path=path):
                sure = path in named
            case FileChanged(moves=moves):
                sure = moves
            case TestsPass():
                sure = not only_asks(goal)
            case AnswerGiven():
                sure = not answers_in_file
            case CommandPasses():
                sure = False
            case _:
                sure = True
        if sure:
            yield criterion


def there_text(path: str) -> str:
    return f"{path} exists and is not empty"


def compared(goal: str, made: Iterable[str], checks: Sequence[Check]) -> Iterator[tuple[str, str]]:
    """(path, name) of the results that two attempts can be expected to agree on: word for word, or
    in the cells of the table that they draw."""
    changed = [check.path for check in checks if isinstance(check, FileChanged)]
    for path in (*made, *changed):
        if (
            path
            and not COMPOSED.search(goal)
            and (ending(path) not in FREE_TEXT or draws_table(goal, path))
        ):
            yield path, path
    if "" in changed:
        yield ".", "files"
    if any(isinstance(check, AnswerGiven) for check in checks):
        yield "", "answer"


def document(goal: str, outline: Outline, path: str, add: Callable[[str, Check], None]) -> None:
    """What a written text drawn from sources must hold."""
    add(
        f"{path} covers {', '.join(outline.subjects)}",
        FileMatches(path=path, contains=outline.subjects, min_words=MIN_WORDS),
    )
    if re.search(r"\btables?\b|\bcompar", goal, re.IGNORECASE):
        add(f"{path} holds a table", FileMatches(path=path, parses_as="markdown_table"))
    add(
        f"each fact in {path} names its file, and the numbers are in that file",
        CitationsResolve(path=path, at_least=max(2, len(outline.subjects))),
    )
