"""A program that the goal wants: how it is tried out with what the goal gives it, and what a line
of it must look like; and which programs a command needs. Pure."""

import re
import shlex
from collections.abc import Iterable
from pathlib import PurePosixPath

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
QUOTED = re.compile(r"\\.|'[^']*'|\"(?:\\.|[^\"\\])*\"|\$?\(\(.*?\)\)|(?<!\S)#[^\n]*", re.DOTALL)
"""What is no command: texts, sums, remarks."""
NESTING = re.compile(r"\$\((?!\()|`|\$\{[^}]*\"$")
SIMPLE = re.compile(r"\$\((?!\()[^()'\"`\\]*\)")
"""In a text between double quotes: what may hold quotes of its own, and a command that holds none.
"""
SHELL_WORD = re.compile(r"[;|&()\n]|[^\s;|&()]+")
BEGINS = frozenset("; | & ( if then else elif do while until ! { time".split()) | {"\n"}  # noqa: SIM905
"""What stands before the name of a program."""
UNSURE = re.compile(
    r"\(\)|\bPATH=|=\(|<<|\[\[|\|\|\s*(?!exit|false|echo)\w|\b(?:alias|function|case|command|type|hash|which)\b"
)
"""A command that brings names of its own, knows another way, looks itself what there is, or is hard
to read."""
ABSENT = 'for name; do command -v -- "$name" >/dev/null || echo "$name"; done; true'
"""For bash: those of its arguments that are no programs here."""
PART = re.compile(r"\d+(?:\.\d+)?|\w+|\s+|.")
SEARCH = re.compile(
    r"(?<![\w./-])(?P<name>[ef]?grep|sed|[gm]?awk)(?P<words>(?:\s+(?:'[^']*'|\"(?:\\.|[^\"\\])*\""
    r"|\\.|[^\s'\";|&()\\])+)+)"
)
OTHERWISE_MEANT = re.compile(r"\s(?:-[a-zA-Z]*[PF]|--perl-regexp|--fixed-strings)")
DIGIT = re.compile(r"(?<!\\)\\[dD](?![0-9])")
ODD = re.compile(r"`|\$\(|\s-c\s")
"""In a command whose words bash, or another program, reads once more."""
NO_COMMAND = re.compile(r"^(?:\S*bash|sh): (?:line \d+: )?(?P<name>.+): command not found$", re.M)
BROKEN_CODE = re.compile(
    r'\AFile "<string>", line \d+\n(?:.*\n)*?(\w*(?:SyntaxError|IndentationError|TabError): .*)'
)
"""Of a program that stands in the command itself."""
BROKEN_SHELL = re.compile(r"^(\S*bash: .*(?:syntax error|unexpected EOF).*)$", re.MULTILINE)
PARSED = 'bash -n -c "$1" 2>&1'
"""For bash: is its argument a command that can be read?"""


def programs_in(command: str) -> tuple[str, ...]:
    """The programs that bash is to find by their names, each once. Empty where it is not sure."""
    if any(map(nests, QUOTED.findall(command))):
        return ()
    plain = QUOTED.sub("0", command)
    if UNSURE.search(plain) or re.search(r"[\"'`]", plain):
        return ()
    found: list[str] = []
    before = ";"
    for word in SHELL_WORD.findall(plain):
        begins = before in BEGINS
        if begins and re.match(r"\w+=", word):
            continue  # A=1 program
        if begins and re.fullmatch(r"[A-Za-z_][\w.+-]*", word):
            found.append(word)
        before = word
    return tuple(dict.fromkeys(found))


def nests(quoted: str) -> bool:
    """May it end at a quote that opens another text: `"$(grep -c "a;b" f)"`?"""
    return quoted.startswith('"') and bool(NESTING.search(SIMPLE.sub("0", quoted)))


def finds_no_digit(command: str) -> str:
    """The program in it that takes `\\d` for a letter, so that its pattern fits nothing that is
    meant; empty: none."""
    for found in SEARCH.finditer(command):
        fixed = found["name"] == "fgrep" or OTHERWISE_MEANT.search(found["words"])
        if not fixed and DIGIT.search(found["words"]):
            return found["name"]
    return ""


def cannot_run(printed: str, made: Iterable[str], goal: str) -> str:
    """Why a command that `printed` this before any work can never pass; empty: it can. A command
    that is `made`, or of which the goal speaks, cannot be found yet."""
    for pattern in (BROKEN_CODE, BROKEN_SHELL):
        if found := pattern.search(printed):
            return found[1]
    known = {part for path in made for part in (path, PurePosixPath(path).stem)}
    for found in NO_COMMAND.finditer(printed):
        name = found["name"].rpartition("/")[2]
        spoken_of = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", goal)
        if name not in known and not spoken_of:
            return found[0]
    return ""


def is_given_something(goal: str) -> bool:
    """Does the goal want a program that reads what stands behind its name?"""
    return bool(CALL.search(goal) or GIVEN.search(goal))


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
