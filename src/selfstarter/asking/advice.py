"""What a small model does not conclude from an error by itself."""

import re

ADVICE = (
    (
        re.compile(r"KeyError.*merge\("),
        "the tables name that column differently: left_on, right_on",
    ),
    (re.compile(r"KeyError"), "there is no column of that name: use those of the file"),
    (re.compile(r"\.str accessor"), "that column holds numbers already"),
    (re.compile(r"fill 'value'"), "leave what is missing as it is"),
    (re.compile(r"No module named"), "only pandas and the standard library are there"),
    (re.compile(r"FileNotFound.*\*"), "that takes no pattern: go through glob.glob(pattern)"),
    (
        re.compile(r"FileNotFound.*\b(?:move|copy\w*|rename|replace)\("),
        "make the folder first: path.parent.mkdir(parents=True, exist_ok=True)",
    ),
    (re.compile(r"'NoneType' object"), "nothing was found there: skip what does not match"),
    (re.compile(r"index out of range"), "some have fewer parts: skip those"),
    (re.compile(r"'(?:str|float|int)' and '(?:str|float|int)'"), "make both numbers first"),
    (re.compile(r"unexpected keyword argument"), "leave that argument out, or the whole line"),
    (re.compile(r"Invalid frequency|Timedelta"), "that is a span of time: first .dt.days of it"),
    (re.compile(r"IsADirectoryError"), "that is a folder: go through its files with pathlib"),
)
NO_NUMBER = re.compile(r"(?:string to float|for int\(\) with base 10): (['\"])(?P<value>.*?)\1")
NUMBER = re.compile(r"(?P<before>\D*?)(?P<number>-?\d[\d.,]*)(?P<after>\D*)")


def advice(error: str) -> str:
    """How to mend it, in a few words; empty: the error says enough."""
    if found := NO_NUMBER.search(error):
        return how_to_read(found["value"])
    return next((said for sign, said in ADVICE if sign.search(error)), "")


def how_to_read(value: str) -> str:
    """How a text becomes the number that it holds."""
    found = NUMBER.fullmatch(value)
    if found is None:
        return "that is no number: take another part, or skip what has none"
    around = "".join(dict.fromkeys(found["before"] + found["after"]))
    steps = [f".strip({around!r})"] if around else []
    steps += [".replace(',', '')"] if "," in found["number"] else []
    return f"first {''.join(steps)}" if steps else "use float"
