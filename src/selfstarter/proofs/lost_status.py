"""Commands of a criterion that may fail in a part, and pass all the same. Pure.

Only what their shape proves: without `set -e` bash heeds the last command alone, with it none that
begins with `!`, and of a pipe its last part. What is nested, or may end otherwise, is left alone.
"""

import re
from collections.abc import Iterator, Sequence

from selfstarter.proofs.commands import QUOTED, nests
from selfstarter.proofs.in_short import cut

HERE = re.compile(
    r"(?P<mark><<-?\s*(['\"]?)(?P<end>\w+)\2)(?P<rest>[^\n]*)"
    r"(?P<text>\n(?:.*?\n)?[ \t]*(?P=end)[ \t]*$)",
    re.DOTALL | re.MULTILINE,
)
"""A text for a program, with what else stands in the line before it."""
WITHIN = re.compile(r"[$<>]\([^()]*\)|`[^`]*`|\$\{\w+\}|\[\[\s.*?\s\]\]", re.DOTALL)
GOES_ON = re.compile(r"(?:&&|\|)\s*\n")
REDIRECTED = re.compile(r"\d*[<>]&\d|(?:\d*|&)>>?\s*/dev/null\b|<\s*[^\s;|&<(]+")
UNSURE = re.compile(
    r"[(){}\"'`]|(?<!&)&(?!&)|<<|\bset \+|\b(?:if|then|elif|else|fi|for|while|until|do|done|case"
    r"|esac|select|function|trap|eval|source|exec|kill|coproc)\b"
)
ASKED = re.compile(r"\$\{?\?|PIPESTATUS")
HEEDS_ALL = re.compile(r"\bset\s+-\w*e|\berrexit\b")
LEAVES = re.compile(r"\b(?:exit|return)\b")
ENDS_WELL = re.compile(r"true|:|(?:echo|printf)\b[^|]*|exit 0")
SHOWS = re.compile(r".*\|\s*(?:tail|head|cat|tee|wc|cut|tr|uniq|nl)\b[^|]*", re.DOTALL)
"""Its last part ends well, whatever it is given."""
RUNS = re.compile(r"\./|(?:pytest|python[\d.]*|node|npm|make|bash|sh)\b")
LOOKS = re.compile(r"(?:test|\[)\s|[ef]?grep\s+(?:-\w+\s+)*(?:-\w*q|--quiet)|cmp\s+-\w*s\b")
WORDS = re.compile(r"\S(?:.*\S)?", re.DOTALL)
LONGEST = 80
PASSES = "it ends with `{what}`, so it passes whatever came before"
SHOWN = "`{what}` fails nothing, for of a pipe only the last part counts"
TURNED = "`{what}` fails nothing, for bash heeds what begins with `!` only at the very end"
NOT_LAST = "`{what}` fails nothing, for without `set -e` only the last command counts"
Span = tuple[int, int]


def lost_in(command: str) -> str:
    """What in it may fail while it passes, a clause; empty: nothing, or it is not sure."""
    plain = "" if ASKED.search(command) else flat(command)
    return "" if UNSURE.search(plain) else next(losses(plain, command), "")


def flat(command: str) -> str:
    """As long as the command, with signs in the place of texts, remarks and what stands within."""
    plain = HERE.sub(without_text, command.replace("\\\n", "  "))
    if any(map(nests, QUOTED.findall(plain))):
        return ""
    plain = QUOTED.sub(lambda one: (" " if one[0][0] == "#" else "0") * len(one[0]), plain)
    while WITHIN.search(plain):
        plain = WITHIN.sub(lambda one: "0" * len(one[0]), plain)
    plain = REDIRECTED.sub(lambda one: " " * len(one[0]), plain)
    return GOES_ON.sub(lambda one: one[0].replace("\n", " "), plain)


def without_text(found: re.Match[str]) -> str:
    blank = (" " * len(found[name]) for name in ("mark", "text"))
    return found["rest"].join(blank)


def losses(plain: str, command: str) -> Iterator[str]:
    lists = parts((0, len(plain)), r"[;\n]", plain)
    heeds_all = HEEDS_ALL.search(plain)
    for span in lists[:-1]:
        steps = parts(span, "&&", plain)
        said = [plain[start:end] for start, end in steps]
        if "||" in plain[slice(*span)]:
            continue
        if said[-1].startswith("! ") and ">" not in said[-1]:  # whose output is looked at
            yield TURNED.format(what=shown(steps[-1], command))
        elif not heeds_all and all(map(LOOKS.match, said)):
            yield NOT_LAST.format(what=shown(span, command))
    for span in parts(lists[-1], r"&&|\|\|", plain)[-1:] if lists else ():
        said, before = plain[slice(*span)], plain[: span[0]].rstrip()
        shows = SHOWS.fullmatch(said) and "pipefail" not in plain
        well = shows or (before and ENDS_WELL.fullmatch(said))
        if well and not (before.endswith("&&") or heeds_all or LEAVES.search(before)):
            yield PASSES.format(what=shown((span[0] + said.rfind("|") + 1, span[1]), command))
        elif shows and RUNS.match(said) and not before.endswith("||"):
            yield SHOWN.format(what=shown(span, command))


def parts(span: Span, between: str, plain: str) -> Sequence[Span]:
    """Those that hold anything, without the blanks around them."""
    start, end = span
    marks = [found.span() for found in re.compile(between).finditer(plain, start, end)]
    edges = [start, *(place for mark in marks for place in mark), end]
    found = (WORDS.search(plain, *one) for one in zip(edges[::2], edges[1::2], strict=True))
    return [one.span() for one in found if one]


def shown(span: Span, command: str) -> str:
    return cut(command[slice(*span)], LONGEST)
