"""What kind of thing a goal asks or orders, by its words. Pure."""

import re

from selfstarter.goals.goal_file import pointed
from selfstarter.goals.names import files_named
from selfstarter.texts.words import COMMON, words_of

ASKS = re.compile(
    r"\?|\b(what|which|who|whom|whose|when|where|why|how (many|much|long|often|old|far)|tell|find"
    r"|look up|show|list|count|describe|explain|summari[sz]e|answer|give me|name the)\b",
    re.IGNORECASE,
)
ORDERS = re.compile(
    r"(?:^|[.;:,]\s+|\b(?:and|then|please|to)\s+)(change|set|edit|fix|repair|correct|move|rename"
    r"|sort|organi[sz]e|tidy|update|replace|delete|remove|add|clean|convert|create|make|write|put"
    r"|copy|split|merge|save|build|implement|turn|raise|lower|increase|switch|store|bump|upgrade)\b",
    re.IGNORECASE,
)
DOCUMENT = re.compile(
    r"\b(report|analysis|summar\w+|overview|comparison|brief|memo|article|digest|review)\b", re.I
)
COMPOSED = re.compile(
    r"\b(?:write|compose|draft|make|create|prepare|design|invent|come up with|give me)\b"
    r"[^.;]{0,40}\b(?:haiku|poem|limerick|song|story|tale|letter|e-?mail(?! address)|essay|speech"
    r"|plan|agenda|invitation|recipe|blog post|biography|description|explanation|proposal|guide"
    r"|tutorial|instructions|slogan|joke|greeting|ideas|tips|packing list|web ?site|web ?page"
    r"|landing page)\b(?!\.\w)"
    r"|\b(?:translate|explain|describe)\b(?!\.\w)",
    re.IGNORECASE,
)
"""A text that is written and not worked out: no program comes to it."""
ONCE = re.compile(
    r"\b(?:(?<!than )once|unique|distinct|(?:no|without) (?:duplicates|repeats)|de-?duplicat\w+"
    r"|(?:remove|drop|delete|eliminate)\b[^.;]{0,30}\bduplicates?)\b",
    re.IGNORECASE,
)
COMPARES = re.compile(r"\b(?:compar(?:e|es|ing|ison)|recommend\w*)\b", re.IGNORECASE)
TESTS = re.compile(r"(^|/)(test_[^/]*|[^/]*_test)\.py$")
CHANGES = re.compile(
    r"\b(edit|change|bump|fix|repair|correct|update|modify|append|extend|refactor|improve|rename|move"
    r"|delete|remove|replace|insert|in place|add \w+ (to|in))\b",
    re.IGNORECASE,
)
SPLIT = re.compile(
    r"\bsplit\b|\b(?:one|a|an own|its own|a separate) file (?:per|for (?:each|every))\b",
    re.IGNORECASE,
)
WHOLE_FILES = re.compile(
    r"\b(?P<done>move|rename|copy|tidy|sort|organi[sz]e|delete|remove|put)\b(?:[^.;]|\.(?=\w))*"
    r"\b(?:files|folders?|pictures|photos|images|documents)\b",
    re.IGNORECASE,
)
"""Orders that do something with files, and nothing with what stands in them."""
ENDS_FILES = re.compile(
    r"\b(?:delete|remove|throw|clear|drop|merge|combine|zip|compress|convert|duplicates?)\b",
    re.IGNORECASE,
)
"""Orders after which a file may be gone."""
TO_DO = re.compile(r"\b(?:fix|repair|correct|(?:some|any)?thing)\b", re.IGNORECASE)
"""What is broken may be found by its tests, and a thing that is to be made can be made."""
NOTHING_NAMED = frozenset(
    "anything better cool here i me more my nice nicer please something stuff there"  # noqa: SIM905
    " these thing things those up us useful".split()
)
"""Words that an order may have, with COMMON ones, and still not say what it is about."""


def open_ended(goal: str) -> bool:
    """`surprise me`, `make it better`: does the goal leave open what is to be done at all?"""
    ordered = bool(ORDERS.search(goal))
    return names_nothing(goal) and not (ordered and TO_DO.search(goal))


def names_nothing(goal: str) -> bool:
    """No question, no file, and no order or one that does not say what it is about."""
    if ASKS.search(goal) or files_named(goal):
        return False
    ordered = {order.group(1).lower() for order in ORDERS.finditer(goal)}
    return not ordered or not {*words_of(goal)} - ordered - COMMON - NOTHING_NAMED


def only_tells(goal: str) -> bool:
    """`tell Bo that it costs 120 euros`: nothing is to be found out."""
    return not ASKS.search(re.sub(r"\btell\b", "", goal, flags=re.IGNORECASE))


def only_asks(goal: str) -> bool:
    """Does the person want to be told something, and nothing to be changed?"""
    ordered = ORDERS.search(goal) and not goal.rstrip().endswith("?")
    return bool(ASKS.search(goal)) and not ordered and pointed(goal) is None


ASKED_FOR = {
    "file": r"\b(?:which|what) (?:(?!(?:do|does|did|is|are|was|were|in|of|the)\b)\w+ ){0,2}files?\b"
    r"|\bnames? of (?:the|that|each) files?\b",
    "number": r"\bhow (?:many|much)\b|\bnumber of\b"
    r"|\bwhat(?:'s| is| are| was| were) the (?:\w+ )?(?:average|mean|median)\b(?! (?:date|time))",
}


def asked_for(goal: str) -> tuple[str, ...]:
    """Kinds of things that an answer can be seen to name, as `AnswerGiven.asks`."""
    return tuple(kind for kind, said in ASKED_FOR.items() if re.search(said, goal, re.IGNORECASE))
