"""Does an answer say something, and nothing that is out of the air?"""

import re

from selfstarter.core.contract import ANSWERED, AnswerGiven, Seen
from selfstarter.core.gate import PROGRAMS
from selfstarter.core.hands import Hands, offered
from selfstarter.core.state import State
from selfstarter.proofs.account import calls_made, looked_into, observed, of_the_run, went_wrong
from selfstarter.proofs.figures import SHOW, faults, listed, strays
from selfstarter.proofs.held import held_in
from selfstarter.texts.words import COMMON, UNPARTED, rounds, stray_number, words_of

HAN_NUMBER = "[〇零一两二三四五六七八九十百千万亿]+"
NUMBER = re.compile(
    r"\d|\b(?:no|none|nothing|once|twice|one|two|three|four|five|six|seven|eight|nine|ten|eleven"
    r"|twelve|dozen|hundred|thousand"
    r"|kein\w{0,2}|nichts|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|dutzend|hundert"
    r"|tausend)\b"
    rf"|没有|{HAN_NUMBER}(?:[个件次家人天位名条项种年月日元点份行页张台]|(?![{UNPARTED}]))",
    re.IGNORECASE,
)
"""Of Chinese ones those that count something, or end what is said: others are in many words."""
DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?")
"""The mean of some dates is no number."""
SHORTEST_STEM = 4
YES_OR_NO = frozenset(
    "yes no not none never nothing ja nein nicht kein keine keiner nie nichts"  # noqa: SIM905
    " 是 是的 不 不是 没 没有 不会 不能".split()
)


def names_file(answer: str, hands: Hands) -> bool:
    """Does it name a file that is there, with or without its folder and its ending?"""
    said = answer.casefold()
    for path in hands.files.names():
        name = path.rpartition("/")[2].casefold()
        stem = name.rpartition(".")[0]
        if name in said or (len(stem) >= SHORTEST_STEM and stem in said):
            return True
    return False


NOTHING_SEEN = "the answer says nothing that was observed"
NOT_LOOKED_INTO = (
    "nothing was opened yet, and of the files only the beginning is shown: read them, or compute it"
)
OURS = (ANSWERED, NOTHING_SEEN, "These checks failed")
"""Of the criterion and of its refusal: a small model gives them back as its answer."""

CALL = re.compile(
    r"""
    <(?P<tag>tool_calls?|tool_use|function_calls?|invoke)\b[^>]*>.*?(?:</(?P=tag)>|\Z)
    | <(?P<kind>function|tool)=[^>]*>.*?(?:</(?P=kind)>|\Z)
    | (?:\[TOOL_CALLS\]|<\|python_tag\|>|<[|｜]tool[▁_]calls?[▁_]\w*begin[|｜]>).*
    | \A\s*\[\s*\w+\(\w+=.*\)\s*\]\s*\Z
    | \{\s*"(?:name|tool)"\s*:\s*"\w+"\s*,\s*"(?:arguments|args|parameters)"\s*:.*\}
    """,
    re.VERBOSE | re.DOTALL,
)
"""As the templates of models mark one: a name in it may have numbers that were observed."""
FENCE = re.compile(r"```\w*")


def is_call(answer: str) -> bool:
    """Is it a call that was written down, and nothing else?"""
    said = FENCE.sub(" ", answer)
    return bool(CALL.search(said)) and not re.search(r"\w", CALL.sub(" ", said))


def how_to_see(state: State, hands: Hands) -> str:
    shown = offered(hands.tools, hands.profile, state)
    if not any(tool.name in PROGRAMS for tool in shown):
        return "give only what you have read"
    return SHOW if hands.profile.reckons else "print it before you answer"


def answer_given(check: AnswerGiven, state: State, hands: Hands) -> Seen:
    """An answer that says something, none of whose numbers is out of the air."""
    answer = state.finish.summary.strip() if state.finish else ""
    if not answer:
        return False, "the answer is empty"
    if any(words.casefold() in answer.casefold() for words in OURS):
        return False, "the answer repeats what was said of the last one: give the thing itself"
    if is_call(answer):
        return False, "the answer is a call written as text, so nothing was called: give the answer"
    if hands.profile.drafts_criteria and not looked_into(state):
        return False, NOT_LOOKED_INTO
    seen = observed(state)
    if hands.profile.reckons:
        held = held_in(seen, went_wrong(state), calls_made(state, PROGRAMS)) | of_the_run(state)
        if found := strays(answer, held):
            which = listed(found, "occurs", "occur")
            why = "; ".join((*faults(found, answer, held), how_to_see(state, hands)))
            return False, f"{which} in nothing that was observed: {why}"
    elif stray := stray_number(answer, state.goal, seen, calls_made(state)):
        return False, f"{stray} occurs in nothing that was observed: {how_to_see(state, hands)}"
    new = set(words_of(answer)) - set(words_of(state.goal)) - COMMON
    if not new & {*words_of(seen), *YES_OR_NO} and not rounds(answer, seen):
        return False, f"{NOTHING_SEEN}: give the thing that was asked for"
    for kind in check.asks:
        given = names_file(answer, hands) if kind == "file" else NUMBER.search(DATE.sub("", answer))
        if not given:
            return False, f"the goal asks for a {kind}, and the answer names none: print it too"
    return True, f"answered: {answer[:120]}"
