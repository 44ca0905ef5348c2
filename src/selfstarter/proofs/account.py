"""Is what a model says at the end true, as far as a machine can tell? Its account is what the
person reads first: commands it says it ran, and numbers that occur nowhere."""

import re
from collections.abc import Collection, Iterator

from selfstarter.core.hands import Hands
from selfstarter.core.state import State, Turn
from selfstarter.proofs.figures import SHOW, faults, listed, strays
from selfstarter.proofs.held import Held, dates_between, held_in
from selfstarter.texts.reading import text_of
from selfstarter.texts.words import NUMBER

RAN = re.compile(
    r"(?<!\bbe )\b(?:ran|executed|(?:was|were|been) run|after running"
    r"|(?:checked|tested|verified|confirmed) (?:with|by|using))\b"
    r"[^`.\n]{0,40}`(?P<command>[^`\n]{2,200})`",
    re.IGNORECASE,
)
"""What is said to have been done: how a thing may be run is advice."""
AS_CODE = re.compile(r"`[^`\n]*[^\W\d][^`\n]*`")
"""Its numbers are an example's; a number in quotes alone is meant."""
OF_MEMORY = frozenset(("recall", "remember"))
ASKS_MEMORY = re.compile(
    r"\b(?:remember(?:ed)?|recall(?:ed)?|(?:earlier|previous|last) runs?)\b", re.IGNORECASE
)
LOOKS_AT_NOTHING = OF_MEMORY | {"list_files", "write_file", "edit_file", "revise_plan"}
"""Tools that open no file and run nothing."""
ASKS_FILES = re.compile(r"\b(?:files?|folders?|director(?:y|ies))\b", re.IGNORECASE)
NOT_SO = re.compile(
    rf"\b(?:not|instead of|rather than) [\"'“‘(]?[€$£]?{NUMBER.pattern}", re.IGNORECASE
)
"""What a thing is said not to be is observed nowhere."""
BE_TRUE = "Do it, or finish with an account that is true."
UNSEEN = "nobody can see where that comes from"
MOST_FILES = 20


def untrue(state: State, hands: Hands) -> str:
    """What in the account is not so, for the model; empty: nothing was found."""
    account = state.finish.summary if state.finish else ""
    calls = calls_made(state)
    wrong = [
        f"The account says that `{command}` was run, and it was not." for command in not_run(state)
    ]
    wrong += [BE_TRUE] if wrong else []
    if hands.profile.rules.hands_in:
        return " ".join(wrong)  # a small model's numbers are the harness's own
    if not state.is_question:
        account = NOT_SO.sub(" ", AS_CODE.sub(" ", account))
    held = held_in(observed(state), went_wrong(state), calls, made(state, hands))
    held = held | of_the_run(state)
    if found := strays(account, held):
        which = listed(found, "occurs", "occur")
        why = "; ".join((*faults(found, account, held), f"leave it out, {SHOW}"))
        wrong.append(
            f"In the account, {which} in nothing that was observed or made, so {UNSEEN}: {why}."
        )
    return " ".join(wrong)


def of_the_run(state: State) -> Held:
    """What a text may say without a source: the numbers of the person, and the day."""
    return held_in(state.wanted) | dates_between(state.began_at, state.last_at)


def not_run(state: State) -> list[str]:
    """The commands that the account says were run, and that were not."""
    account, calls = state.finish.summary if state.finish else "", squeezed(calls_made(state))
    commands = (said["command"] for said in RAN.finditer(account))
    return [command for command in commands if squeezed(command) not in calls]


def squeezed(text: str) -> str:
    return "".join(text.split())


def calls_made(state: State, tools: Collection[str] = ()) -> str:
    """What calls were told, of these tools or of all. What is only searched for may be from
    anywhere."""
    calls = (turn.call for turn in seen_now(state) if turn.call)
    told = (call.args.values() for call in calls if not tools or call.tool in tools)
    return " ".join(str(value) for values in told for value in values)


def seen_now(state: State) -> Iterator[Turn]:
    """Without what was recalled, which was so in an earlier run: files may say otherwise now. Where
    there are none, or the memory is asked for, there is nothing else to go by."""
    recalls = goes_by_memory(state)
    for turn in state.transcript:
        if recalls or not (turn.call and turn.call.tool in OF_MEMORY):
            yield turn


def goes_by_memory(state: State) -> bool:
    return not state.found or bool(ASKS_MEMORY.search(state.goal))


def observed(state: State) -> str:
    """All that the run has been shown: results, and the first look at the folder."""
    results = " ".join(turn.result.output for turn in seen_now(state) if turn.result)
    if goes_by_memory(state):
        results += "".join(f" {record.text}" for record in (*state.wishes, *state.recalled))
    scouted = f"{state.scouted.heads} {state.scouted.listing}" if state.scouted else ""
    return f"{results} {scouted}"


def went_wrong(state: State) -> str:
    """What failures were said to be, beside what the call itself had said."""
    return " ".join(map(not_its_own, seen_now(state)))


def not_its_own(turn: Turn) -> str:
    said = turn.result.error if turn.result else ""
    for value in turn.call.args.values() if turn.call else ():
        said = said.replace(str(value), " ") if str(value) else said
    return said


def looked_into(state: State) -> bool:
    """Has the run read or run anything, where the first look did not show every file whole? What is
    asked of the files themselves, their list may tell."""
    return shown_whole(state) or any(looks(turn, state) for turn in seen_now(state))


def looks(turn: Turn, state: State) -> bool:
    if not turn.result or turn.result.status not in ("ok", "empty"):
        return False
    tool = turn.call.tool if turn.call else ""
    lists = tool == "list_files" and ASKS_FILES.search(state.goal)
    return tool not in LOOKS_AT_NOTHING or bool(lists)


def shown_whole(state: State) -> bool:
    """A file that was shown in part, or not at all, may hold the answer."""
    heads = state.scouted.heads if state.scouted else ""
    shown = set(re.findall(r"^== (.+)$", heads, re.MULTILINE))
    cut = re.search(r"… \([\d,]+ (?:lines|more characters)\)$", heads, re.MULTILINE)
    return shown >= state.found.keys() and not cut


def made(state: State, hands: Hands) -> str:
    """The files that the run has written, and what is in them."""
    files = list(state.ledger.artefacts.items())[:MOST_FILES]
    return " ".join(f"{path} {text_of(path, hands)}" for path, sha in files if sha)
