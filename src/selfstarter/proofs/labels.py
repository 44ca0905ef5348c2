"""Labels of a document, as in `[1]: prices.csv`, and what they stand for. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping

DEFINITION = re.compile(
    r"\s*(?:[-*] +)?\[(?P<label>\^?[\w -]{1,40})\](?P<colon>:)?\s+(?P<rest>\S.*)"
)
NUMBERED = re.compile(r"\^?\d{1,3}")
"""A label that a line may begin with and mean to define, without a colon."""
LABELLED = re.compile(r"\[(?P<text>[^\[\]\n]{1,200})\](?:\[(?P<label>[^\[\]\n]{0,40})\])?(?!\()")
ADDRESS = r"https?://[^\s<>\[\]()`|]*(?:\([^\s()<>]*\)[^\s<>\[\]()`|]*)*"
"""With the brackets that are in pairs in it, as Wikipedia has them."""
URL = re.compile(ADDRESS)
FILE = re.compile(r"[\w./-]+\.[A-Za-z]\w{0,4}\b")
PLACES = re.compile(
    r"\b(?:lines?|rows?|pp?\.|pages?|sections?)\s?\d+(?:\s?[-–]\s?\d+)?",
    re.IGNORECASE,
)
"""Where in its source a definition says that something stands."""


def without_labels(text: str, is_file: Callable[[str], bool]) -> Iterator[tuple[str, bool]]:
    """Its lines, what each label stands for in its place, and whether the line says that of one."""
    labels = defined(text, is_file)
    for line in text.splitlines():
        found = DEFINITION.match(line)
        if found and found["label"].lower() in labels and targets(found, is_file):
            files = [one for one in targets(found, is_file) if not URL.match(one)]
            rest = PLACES.sub(" ", found["rest"])
            yield " ".join([*(f"[{one}]" for one in files), replaced(rest, labels)]), True
        else:
            yield replaced(line, labels), False


def defined(text: str, is_file: Callable[[str], bool]) -> dict[str, list[str]]:
    """Label -> addresses and files. Those with a colon come first: others may only look so."""
    lines = [found for line in text.splitlines() if (found := DEFINITION.match(line))]
    labels: dict[str, list[str]] = {}
    for found in sorted(lines, key=lambda found: not found["colon"]):
        if stands_for := targets(found, is_file):
            labels.setdefault(found["label"].lower(), stands_for)
    return labels


def targets(found: re.Match[str], is_file: Callable[[str], bool]) -> list[str]:
    """None: it is a line that happens to begin with brackets."""
    rest = found["rest"]
    if not found["colon"] and not NUMBERED.fullmatch(found["label"]):
        return []
    pages = [url.rstrip(".,;:!?'\"") for url in URL.findall(rest)]
    files = [name for name in FILE.findall(URL.sub(" ", rest)) if is_file(name)]
    first = re.match(rf"[`<]?({FILE.pattern})[`>]?(?:[\s,;]|$)", rest)
    return [*pages, *files] or ([first[1]] if first and found["colon"] else [])


def replaced(line: str, labels: Mapping[str, list[str]]) -> str:
    def put(found: re.Match[str]) -> str:
        text, label = found["text"], found["label"]
        parts = [part.strip().lower() for part in re.split(r"[,;]", text)]
        own = parts if all(part in labels for part in parts) else []
        names = [*own, label.lower()] if label else own
        if not names or names[-1] not in labels:
            return found[0]
        said = "" if own else f"{text} "
        return said + "".join(f"[{one}]" for name in names for one in labels[name])

    return LABELLED.sub(put, line) if labels else line
