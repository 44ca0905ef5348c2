"""What a check looks for, in a few words: for the model that is to meet it. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from operator import itemgetter

from selfstarter.core.contract import (
    AnswerGiven,
    CitationsResolve,
    CommandPasses,
    Criterion,
    FileChanged,
    FileExists,
    FileMatches,
    Judge,
    Replaced,
    Reproduced,
    TestsPass,
    ToolCalled,
)

SHOWN = "what is worked out is written with how (25 × 7 = 175)"
PROPOSED = "a value that you propose stands on a line without a citation"
EVERY_FIGURE = "no line with figures lacks a citation, but for what is worked out of cited ones"
LONGEST, OF_COMMAND = 1_500, 2_400
"""Characters of a question or a list, and of a command: who is to meet it must see all of it."""
HEAD = OF_COMMAND // 3
"""Of a longer command so much of what is shown is its beginning, the rest its end, which decides.
"""
ALIKE = 5
"""Lines with which two commands begin, at least, for the second to be shown without them."""
LIKE = "its first {n} lines are those of “{text}”, then:\n"
NAMED = 60
"""Characters of the text that names the other."""


def in_short(criterion: Criterion) -> str:
    check = criterion.check
    match check:
        case FileExists():
            return f"file_exists {check.path}"
        case FileChanged():
            if check.path and check.kept:
                return f"{check.path} stays as it was"
            if check.kept and not check.moves:
                return "of what is in the folder at the start, nothing is lost"
            kept = ", nothing of it lost" if check.kept else ""
            return f"file_changed {check.path or 'anything in the folder'}{kept}"
        case FileMatches():
            return f"file_matches {check.path}: {'; '.join(wanted(check)) or 'not empty'}"
        case CommandPasses():
            return f"$ {both_ends(check.command.strip())}"  # its lines as they stand
        case TestsPass():
            return f"the tests in {check.path} pass"
        case CitationsResolve():
            bare = EVERY_FIGURE if check.every_figure else PROPOSED
            return (
                f"citations_resolve {check.path}: a line that cites names a file or an address in"
                f" [brackets] (not a file made here, unless the goal asks for it), which must exist"
                f" and hold the numbers of that line; at least {check.at_least}; {SHOWN}; {bare}"
            )
        case AnswerGiven():
            named = f"; it names a {' and a '.join(check.asks)}" if check.asks else ""
            return f"the answer of `finish`, each number in it observed; {SHOWN}{named}"
        case Replaced():
            files = listed(name for name, _ in check.files)
            return f"{quoted([check.old])} is {quoted([check.new])} in {files}"
        case ToolCalled(tool=tool, at_least=least) if least > 1:
            return f"at least {least} calls of {tool} come back well"
        case ToolCalled():
            return f"a call of {check.tool} comes back well"
        case Reproduced():
            return "an independent attempt gives the same"
        case Judge(question=criterion.text):
            return f"a judge reads {read_by(check)}"
        case Judge():
            return f"a judge reads {read_by(check)} and asks: {cut(check.question)}"


def each_in_short(criteria: Sequence[Criterion]) -> Sequence[str]:
    """A command that begins as one before it does is shown from where it goes on by itself."""
    known: list[tuple[Sequence[str], str]] = []
    told: list[str] = []
    for criterion in criteria:
        short = in_short(criterion)
        if isinstance(criterion.check, CommandPasses):
            lines = criterion.check.command.strip().split("\n")
            shared = ((alike(lines, other), text) for other, text in known)
            n, text = max(shared, key=itemgetter(0), default=(0, ""))  # the first of several
            if ALIKE <= n < len(lines):
                rest = both_ends("\n".join(lines[n:]))
                short = f"$ {LIKE.format(n=n, text=cut(text, NAMED))}{rest}"
            known.append((lines, criterion.text))
        told.append(short)
    return told


def alike(lines: Sequence[str], others: Sequence[str]) -> int:
    """Lines that both begin with."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(lines, others, strict=False))
    return sum(1 for _ in pairs)


def both_ends(command: str) -> str:
    if len(command) <= OF_COMMAND:
        return command
    return f"{command[:HEAD]}\n…\n{command[HEAD - OF_COMMAND :]}"


def read_by(check: Judge) -> str:
    return f"{check.path or 'what was made'}{' beside all files' if check.sources else ''}"


def wanted(check: FileMatches) -> Iterator[str]:
    """Each condition that is set."""
    if check.parses_as:
        yield f"valid {check.parses_as}"
    if check.contains:
        yield f"contains {quoted(check.contains)}"
    if check.regex:
        yield f"matches /{cut(check.regex)}/"
    if check.columns:
        yield f"the columns {listed(check.columns)}"
    if check.records is not None:
        yield f"{check.records} records"
    if check.min_records:
        yield f"at least {check.min_records} records"
    if check.values_of:
        yield f"the values of {check.values_of}"
    if check.one_per:
        of = f" of {check.keys_of}" if check.keys_of else ""
        yield f"one record for each {check.one_per}{of}"
    if check.order:
        by = f" by {check.order_by}" if check.order_by else ""
        yield f"in order{by}" if check.order == "some" else f"{check.order}{by}"
    if check.decimals is not None:
        yield f"at most {check.decimals} decimals"
    if check.numeric:
        yield f"plain numbers in {listed(check.numeric)}"
    if check.scaled:
        yield f"{check.scaled.column} is {check.scaled.of} in another unit"
    if check.distinct:
        yield "no line twice"
    if check.no_head:
        yield "no head"
    if check.min_words:
        yield f"at least {check.min_words} words"
    if check.max_words:
        yield f"at most {check.max_words} words"
    if check.keeps:
        yield "all else as it was"


def quoted(texts: Iterable[str]) -> str:
    return cut(", ".join(f'"{text}"' for text in texts))


def listed(names: Iterable[str]) -> str:
    return cut(", ".join(names))


def cut(text: str, most: int = LONGEST) -> str:
    """In one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
