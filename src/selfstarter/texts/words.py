"""Words, numbers and quantities of a text: what a machine can compare without a model. Pure."""

import re
from collections.abc import Iterable

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
POINTS = r"[1-9]\d{0,2}(?:\.\d{3})+"
CONTINENTAL = re.compile(rf"{POINTS}|(?:{POINTS}|\d+),\d{{1,2}}|0,\d+")
"""With points between thousands, a comma before the fraction, or both."""
MOST_GUESSED = 50
"""Numbers of a source like `12.500` that are read in both ways, where nothing else in it shows that
it writes points between thousands: each more is a number that an invented one may meet."""
COMMON = frozenset(
    "a an and any as at be by can do does for from has have how in into is it its may of off on or"  # noqa: SIM905
    " per so than that the their them they this to was were what when where which who will with you"
    " your".split()
)
UNPARTED = (
    "\u3005\u3007\u3040-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U000323af"
)
"""Of Han and kana, whose words no blanks part: for a class of characters."""
UNPARTED_WORD = re.compile(rf"[^\w\s]{{0,3}}[{UNPARTED}][^\w\s]*")
"""One of them, with the marks beside it."""
BEGINS_UNPARTED = re.compile(rf"[{UNPARTED}]")
RUN = re.compile(rf"[{UNPARTED}]+|[^\W_{UNPARTED}]+")
STEM = 4
"""Letters by which two words are taken for one: `certified` and `certificate`. Cheap, and good
enough to offer a line for a look."""
LITERAL = re.compile(
    r"""
    (?P<number>-?\d+(?:[.,]\d+)*)(?![\w/@]|[-:]\w)    # 1,200.50
    | [\w.+-]*[/@_\d][\w./@:+-]*              # paths, addresses, codes
    | \w+(?:\.\w+)+                          # report.md
    | (?<=[^\W\d_]\s)[A-Z]\w*                 # a name, not the first word of a sentence
    """,
    re.VERBOSE,
)
URL = re.compile(
    r"(?:\b[a-z][a-z\d+.-]*://|(?<![\w.-])[\w.-]+:\d+/)[^\s<>\"'`)\]]*(?<![.,;:!?])", re.IGNORECASE
)
"""Of a page, a service, a file elsewhere; `localhost:3000/a` too."""
QUANTITY = re.compile(
    r"(?P<sign>[€$£]\s?)?(?P<number>\d+(?:[.,]\d+)*)\s?(?P<unit>%|[A-Za-z]+)?(?=(?P<rest>[^.;|]{0,24}))"
)
UNITS = {
    "eur": "money", "usd": "money", "gbp": "money", "euro": "money", "euros": "money",
    "dollars": "money", "gb": "gb", "mb": "mb", "tb": "tb", "%": "%", "percent": "%",
    "hour": "hour", "hours": "hour", "minute": "minute", "minutes": "minute", "day": "day",
    "days": "day", "week": "week", "weeks": "week", "month": "month", "months": "month",
    "year": "year", "years": "year", "users": "user", "people": "user", "km": "km", "kg": "kg",
}  # fmt: skip


def words_of(text: str) -> list[str]:
    """In lower case; an underscore parts words, as in the names of columns. Of Han and kana each
    two that stand side by side are one, or a whole clause would be."""
    return [word for run in RUN.findall(text.lower()) for word in pairs_of(run)]


def pairs_of(run: str) -> Iterable[str]:
    if not BEGINS_UNPARTED.match(run):
        return (run,)
    return (run[at : at + 2] for at in range(max(1, len(run) - 1)))


def says_something(word: str) -> bool:
    return word not in COMMON and (len(word) > 2 or bool(BEGINS_UNPARTED.match(word)))


def count_words(text: str) -> int:
    """As blanks part them; of Han and kana each character is one, as word processors count."""
    return len(UNPARTED_WORD.sub(r" \g<0> ", text).split())


def without_addresses(text: str) -> str:
    """With a mark in the place of each: its parts look like names of files and like numbers."""
    return URL.sub("…", text)


def ending(path: str) -> str:
    """`csv` of `out/Totals.CSV`."""
    return path.rpartition("/")[2].rpartition(".")[2].lower()


def singular(text: str) -> set[str]:
    return {word[:-1] if word.endswith("s") and len(word) > 3 else word for word in words_of(text)}


def telling(text: str) -> set[str]:
    """The stems of the words that say something."""
    return {word[:STEM] for word in words_of(text) if says_something(word)}


def plain(number: str) -> str:
    """`1200.00` and `1200` are one number."""
    number = number.rstrip(".,")
    return number.rstrip("0").rstrip(".") if number.count(".") == 1 else number


def mentions(name: str, text: str) -> int:
    """How often `text` names it, as whole words; case does not matter."""
    return len(re.findall(rf"(?<!\w){re.escape(name.strip())}(?!\w)", text, re.IGNORECASE))


def numbers_in(text: str) -> set[str]:
    """Every number that the text may mean: `1,200.50` is one; `5.90,5,20` of a CSV is three."""
    found: set[str] = set()
    for number in NUMBER.findall(text):
        found |= readings(number)
    return found


def meant_in(text: str) -> set[str]:
    """Every number that a source may mean: those in it, two with a comma between them as they
    stand, and each as the continent writes it: `1.984,50`, `12.500`, `3,2`."""
    found, guessed, sure = numbers_in(text), set[str](), False
    for one in NUMBER.finditer(text):
        number = one[0]
        found |= {number} if number.count(",") == 1 else set()
        if not CONTINENTAL.fullmatch(number) or ("," in number and is_cells(one, text)):
            continue
        read = plain(number.replace(".", "").replace(",", "."))
        if number.count(".") == 1 and "," not in number:
            guessed.add(read)
        else:
            sure = sure or "." in number
            found.add(read)
    return found | guessed if sure or len(guessed) <= MOST_GUESSED else found


def is_cells(number: re.Match[str], text: str) -> bool:
    """Are its two parts cells of a row, or items of a list?"""
    start, end = number.span()
    before, after = text[max(0, start - 1) : start], text[end : end + 2]
    if before in (",", "[") or re.match(r",\S|\]", after):
        return True
    return before in ("", "\n") and after[:1] in ("", "\r", "\n")


def literals(text: str) -> list[str]:
    """What a sentence says that another sentence with the same meaning must say too, in its order:
    numbers, paths, codes and names."""
    return [
        plain(match[0].replace(",", "")) if match["number"] else match[0].rstrip(".:")
        for match in LITERAL.finditer(text)
    ]


def readings(number: str) -> set[str]:
    if THOUSANDS.fullmatch(number):
        return {plain(number.replace(",", "")), *map(plain, number.split(","))}
    return {plain(part) for part in number.split(",")}


def stray_number(text: str, *held: str) -> str:
    """A number of `text` that none of `held` has, nor one that it is rounded from; single digits
    are list marks and counts."""
    have = meant_in(" ".join(held))
    for number in NUMBER.findall(text):
        said = readings(number)
        if len(plain(number)) > 1 and not said & have and not said & rounded(have, number):
            return number
    return ""


def rounds(text: str, held: str) -> bool:
    """Has it a number that one of `held` is rounded to?"""
    have = meant_in(held)
    return any(readings(number) & rounded(have, number) for number in NUMBER.findall(text))


def rounded(numbers: Iterable[str], like: str) -> set[str]:
    """Those with a fraction, with as many decimals as `like` has."""
    places = len(like.partition(".")[2])
    longer = (number for number in numbers if len(number.partition(".")[2]) > places)
    return {
        plain(f"{float(number):.{places}f}")
        for number in longer
        if number.count(".") == 1 and "," not in number
    }


def quantities(text: str) -> set[tuple[str, str]]:
    """(unit, number) of what is measured; money with its period, `money/year` say."""
    text = text.replace("_", " ")
    found = {named for segment in text.split("; ") if (named := money_by_name(segment))}
    for match in QUANTITY.finditer(text):
        word = (match["unit"] or "").lower()
        unit = "money" if match["sign"] else UNITS.get(word, "")
        if unit == "money":
            unit += period(f"{word} {match['rest']}")
        if unit:
            found.add((unit, plain(match["number"].replace(",", ""))))
    return found


def money_by_name(segment: str) -> tuple[str, str] | None:
    """`price per month: 4.50`, as a row of a table says it."""
    name, colon, value = segment.lower().partition(": ")
    priced = re.search(r"price|cost|fee|eur|usd|gbp", name)
    if colon and priced and NUMBER.fullmatch(value.strip()):
        return "money" + period(name), plain(value.strip().replace(",", ""))
    return None


def period(text: str) -> str:
    found = re.search(r"(?:per|a|each|/)\s*(month|year)|(month|year)ly", text)
    return f"/{found[1] or found[2]}" if found else ""


def differ(one: str, other: str) -> bool:
    """Do two texts give different numbers for the same unit, and none in common?"""
    mine, theirs = by_unit(quantities(one)), by_unit(quantities(other))
    shared = [unit for unit in mine if unit in theirs]
    return bool(shared) and all(not mine[unit] & theirs[unit] for unit in shared)


def by_unit(found: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    units: dict[str, set[str]] = {}
    for unit, number in found:
        units.setdefault(unit, set()).add(number)
    return units
