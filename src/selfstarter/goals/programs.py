"""A program that the goal wants: how it is tried out with what the goal gives it, and what a line
of it must look like; and which programs a command needs. Pure."""

import re
import shlex
from collections.abc import Iterable, Iterator

from selfstarter.core.contract import CommandPasses
from selfstarter.texts.words import ending

CALL = re.compile(
    r"\b((?:python3?|node|bash|sh|ruby|perl)\s+[\w/-]*\.[\w./-]*)"
    r"(?:\s+(?!-o\b|--out)(?:--?[\w-]+(?:[= ][\w.-]+)?|[\w./-]+\.\w+|\d+|<\w+>|[A-Z_]{2,})"
    r"(?=[\s`'\",.;:)]|$))+"
)
"""A program and what it is given, `python count.py text.txt 5`: an example, and no file to make."""
GIVEN = re.compile(
    r"\b(?:is given|gets|takes|accepts|expects|reads)\s+(?:the (?:name|path) of\s+)?an?\s+"
    r"(?P<kind>text|csv|json|log)?\s?file\b",
    re.IGNORECASE,
)
TEXTS = ("txt", "md", "text", "log")
SHOWN = re.compile(
    r"\b(?:like|e\.g\.|for example)[:,]?\s+(?:[\"`“](?P<line>[^\"`”\n]{3,60})[\"`”])", re.I
)
EACH_LINE = re.compile(r"\b(?:per|each|every) line\b|\ba line each\b", re.IGNORECASE)
PART = re.compile(r"\d+(?:\.\d+)?|\w+|\s+|.")


EXAMPLE = re.compile(
    r"`(?:python3?\s+)(?P<path>[\w./-]+\.py)(?P<args>[^`\n]*)`\s*,?\s*"
    r"(?:(?:should|must|will|then)\s+)?(?:prints?|outputs?|gives?|shows?|returns?|writes?|[-=]>|→)"
    r"\s*(?:just\s+)?(?:`(?P<line>[^`\n]+)`|[\"“](?P<said>[^\"”\n]+)[\"”]"
    r"|(?P<bare>[^\s,;`\"“]*[^\s,;.:`\"“]))(?=[\s,.;:)]|$)",
    re.IGNORECASE,
)
"""A call of the program, and what it prints then: `python f.py 100C` prints 212.0F."""
LOOSE = re.compile(r"an?|the|all|each|every|its?|how|what|one|no|nothing|usage|help", re.IGNORECASE)
"""Begins what is described and not shown."""
SHELL_SIGNS = frozenset("|<>&;$*?")


def is_given_something(goal: str) -> bool:
    """Does the goal want a program that reads what stands behind its name?"""
    calls = any(found["args"].strip() for found in EXAMPLE.finditer(goal))
    return calls or bool(CALL.search(goal) or GIVEN.search(goal))


def examples(goal: str, path: str, there: Iterable[str]) -> Iterator[tuple[str, CommandPasses]]:
    """(what it says, the check) of each call that the goal shows with what it prints."""
    files = [*there]
    for found in EXAMPLE.finditer(goal):
        shown = found["line"] or found["said"] or found["bare"]
        args = found["args"].strip()
        if found["path"] != path or LOOSE.fullmatch(shown) or SHELL_SIGNS & {*args}:
            continue
        try:
            words = shlex.split(args)
        except ValueError:
            continue
        if any(re.search(r"[a-z]\.[a-z]{2,4}$", word) and word not in files for word in words):
            continue  # a file that is not there
        call = shlex.join(["python3", path, *words])
        told = shlex.quote(f"{call.removeprefix('python3 ')} is to print {shown!r}, and prints:")
        command = (
            f'out=$({call} </dev/null 2>&1); [ "$out" = {shlex.quote(shown)} ]'
            f' || {{ echo {told}; echo "$out" | tail -n 3; exit 1; }}'
        )
        yield f"{path} {args} prints {shown}", CommandPasses(command=command)


def trial(goal: str, path: str, there: Iterable[str]) -> CommandPasses | None:
    """A run of the program over a file of the workspace: it must end well, print something, and
    where the goal shows a line of it, one like that, or all. None: there is nothing to give it.

    It finds a wrong program, and proves none right.
    """
    words = arguments(goal, path, list(there))
    if words is None or ending(path) != "py":
        return None
    run = f"out=$(python3 {shlex.join([path, *words])} </dev/null 2>&1)"
    steps = [f'{run} || {{ echo "$out" | tail -n 4; exit 1; }}']
    steps += ['[ -n "$out" ] || { echo "it prints nothing"; exit 1; }']
    if shown := SHOWN.search(goal):
        form, line = shlex.quote(like(shown["line"])), repr(shown["line"])
        none = shlex.quote(f"none of its lines is like {line}, but:")
        steps.append(
            f'echo "$out" | grep -Eq {form} || {{ echo {none}; echo "$out" | head -n 3; exit 1; }}'
        )
        if EACH_LINE.search(goal):
            some = shlex.quote(f"these of its lines are not like {line}:")
            steps.append(
                f'other=$(echo "$out" | grep -Ev -e {form} -e "^$")'
                f' && {{ echo {some}; echo "$other" | head -n 3; exit 1; }}; true'
            )
    return CommandPasses(command="; ".join(steps))


def arguments(goal: str, path: str, there: list[str]) -> list[str] | None:
    """What the program is given: as the goal shows it, with a file that is there; None: unknown."""
    if call := CALL.search(goal):
        words = call[0].removeprefix(call[1]).split()
        known = [word for word in words if word in there or re.fullmatch(r"-.*|\d+", word)]
        return words if path in call[1] and known == words else None
    given = GIVEN.search(goal)
    if given is None:
        return None
    kind = (given["kind"] or "text").lower()
    fits = [one for one in there if ending(one) in (TEXTS if kind == "text" else (kind,))]
    return fits[:1] or None


def like(line: str) -> str:
    """An extended regular expression for lines that are built as this one."""
    parts = (built(part) for part in PART.findall(line.strip()))
    return f"^[[:space:]]*{''.join(parts)}[[:space:]]*$"


def built(part: str) -> str:
    if part[0].isdigit():
        return "[0-9]+([.][0-9]+)?"
    if part.isspace():
        return "[[:space:]]+"
    return (
        "[^[:space:]:,;|=()]+" if part[0].isalnum() else f"[{part}]" if part not in "^]\\[" else "."
    )
