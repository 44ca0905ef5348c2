"""Commands that a criterion runs: which programs they need, and can they tell anything? Pure."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

QUOTED = re.compile(r"\\.|'[^']*'|\"(?:\\.|[^\"\\])*\"|\$?\(\(.*?\)\)|(?<!\S)#[^\n]*", re.DOTALL)
"""What is no command: texts, sums, remarks."""
NESTING = re.compile(r"\$\((?!\()|`|\$\{[^}]*\"$")
SIMPLE = re.compile(r"\$\((?!\()[^()'\"`\\]*\)")
"""In a text between double quotes: what may hold quotes of its own, and a command that holds none.
"""
SHELL_WORD = re.compile(r"[;|&()\n]|[^\s;|&()]+")
BEGINS = frozenset("; | & ( if then else elif do while until ! { time".split()) | {"\n"}  # noqa: SIM905
"""What stands before the name of a program."""
ELSE = r"\|\|\s*(?!exit|false|echo)\w"
UNSURE = re.compile(
    rf"\(\)|\bPATH=|=\(|<<|\[\[|{ELSE}|\b(?:alias|function|case|command|type|hash|which)\b"
)
"""A command that brings names of its own, knows another way, looks itself what there is, or is hard
to read."""
ABSENT = 'for name; do command -v -- "$name" >/dev/null || echo "$name"; done; true'
"""For bash: those of its arguments that are no programs here."""
SEARCH = re.compile(
    r"(?<![\w./-])(?P<name>[ef]?grep|sed|[gm]?awk)(?P<words>(?:\s+(?:'[^']*'|\"(?:\\.|[^\"\\])*\""
    r"|\\.|[^\s'\";|&()\\])+)+)"
)
OTHERWISE_MEANT = re.compile(r"\s(?:-[a-zA-Z]*[PF]|--perl-regexp|--fixed-strings)")
DIGIT = re.compile(r"(?<!\\)\\[dD](?![0-9])")
ODD = re.compile(r"`|\$\(|\s-[cm]\s|<<")
"""In a command whose words bash, or another program, reads once more."""
NO_COMMAND = re.compile(r"^(?:\S*bash|sh): (?:line \d+: )?(?P<name>.+): command not found$", re.M)
BROKEN_CODE = re.compile(
    r'\AFile "<string>", line \d+\n(?:.*\n)*?(\w*(?:SyntaxError|IndentationError|TabError): .*)'
)
"""Of a program that stands in the command itself."""
BROKEN_SHELL = re.compile(r"^(\S*bash: .*(?:syntax error|unexpected EOF).*)$", re.MULTILINE)
RAISED = re.compile(r"^(?:[\w.]+(?:Error|Exception)|\S*python[\d.]*): .*", re.MULTILINE)
NO_MODULE = re.compile(r"No module named '?(?P<name>\w+)|optional dependency '(?P<wanted>\w+)")
NOT_IMPORTABLE = "{name} is not importable here and cannot be installed"
KNOWS_ANOTHER_WAY = re.compile(rf"{ELSE}|\bthen\b")
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
        if name not in known and not spoken_of(name, goal):
            return found[0]
    return ""


def cannot_import(command: str, printed: str, known: Iterable[str], goal: str) -> str:
    """Why a command that ended so before any work lacks a module for ever; empty: it does not. One
    that lies among the `known` files, or of which the goal speaks, may be made yet, and so may one
    that only a file imports."""
    raised = [found[0] for found in RAISED.finditer(printed)]
    lacks = NO_MODULE.search(raised[-1]) if raised else None
    if lacks is None or KNOWS_ANOTHER_WAY.search(QUOTED.sub("0", command)):
        return ""
    name = lacks["name"] or lacks["wanted"]
    own = {PurePosixPath(part).stem for path in known for part in PurePosixPath(path).parts}
    if name in own or spoken_of(name, goal) or not (lacks["wanted"] or spoken_of(name, command)):
        return ""
    return NOT_IMPORTABLE.format(name=name)


def spoken_of(name: str, text: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text))
