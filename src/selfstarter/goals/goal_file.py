"""Goals that point to a file: `Do what TASK.md says`. What it says is the goal, then."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from selfstarter.core.decoding import binary_kind, decoded
from selfstarter.core.errors import ToolFailed
from selfstarter.core.events import GoalRead
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.texts.words import without_addresses

LONGEST = 2_000
"""Characters of a goal: a longer one says itself what is to be done. To look for names of files
takes quadratic time."""
MOST = 3_000
"""Characters: a longer text is read by the model, piece by piece, like any other."""
FILE = (
    r"(?:the\s+)?(?:files?\s+|document\s+|note\s+)?[`'\"“]?"
    r"(?P<path>(?:[\w.-]+/)*[\w-][\w.-]*\.(?:md|markdown|txt|text|rst|org))\b[`'\"”]?"
)
DOES = (
    r"\b(?:do|follow|obey|carry\s+out|execute|complete|perform|implement|solve|fulfil+|finish"
    r"|work\s+(?:through|off))\b"
)
TASK = (
    r"(?:instructions?|directions|steps?|tasks?|to-?dos?|to-?do\s+list|assignment|exercises?"
    r"|homework|jobs?|brief|briefing|requests?|orders?|errands?|goals?|challenge|puzzle)\b"
)
WRITTEN = (
    r"(?:that|which|is|are|'s|stands?|has|have|been|was|were|to|be|done|written|described|specified"
    r"|listed|given|found|laid|set|out|down|contained|asked|wanted|said|for|you|I|we|find|below)"
)
SAYS = (
    r"(?:\s+(?:says?|asks?|wants?|tells?|describes?|orders?|requires?|specifies|needs?)\b"
    r"(?:\s+(?:for|of|you|us|me|to|do|be|done)\b)*)?"
)
WHAT = r"(?:what(?:ever)?|as|everything|all)\b"
ERRANDS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{DOES}\s+(?:exactly\s+|just\s+|only\s+)?{WHAT}(?:\s+{WRITTEN})*(?:\s+(?:in|by))?"
        rf"\s+{FILE}{SAYS}",
        rf"{DOES}\s+(?:\w+\s+){{0,4}}?{TASK}(?:\s+{WRITTEN})*\s+(?:in|from|of|at)\s+{FILE}",
        rf"\b(?:read|open|see|look\s+(?:at|into)|check|consult)\s+{FILE}"
        rf"(?:\s*[,;.]\s*|\s+)(?:(?:and|then|please)\s+)*{DOES}\s+(?:exactly\s+|just\s+)?"
        rf"(?:{WHAT}\s+(?:it|they|is|are)\b[^.;,]{{0,30}}|it\b|them\b|that\b|accordingly\b"
        rf"|(?:\w+\s+){{0,3}}?{TASK}(?:\s+(?:{WRITTEN}|in|there|it|inside)\b)*)",
        rf"^\W*(?:please\s+)?(?:do|follow|obey|carry\s+out|execute|perform|implement)\s+{FILE}\W*$",
    )
)
"""Orders to do what a file says. What is said beside goes for it, too."""
PLACES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:the|my|your|this|our)\s+(?:\w+\s+){{0,2}}?{TASK}(?:\s+{WRITTEN})*\s+(?:in|at)\s+{FILE}",
        rf"{FILE}\s+(?:says|tells(?:\s+you)?|describes|explains|has|contains|holds|lists)\s+"
        rf"(?:what\s+(?:(?:you|I|we|is|must|needs?|has|have|want|wanted|are|to|be|do|done)\b\s*)+"
        rf"|(?:the|your|my|all|our)\s+(?:\w+\s+){{0,2}}?{TASK})",
    )
)
"""Where the task stands; what to do with it is said beside, in words of `NOTHING_MORE`."""
MAKES = re.compile(
    r"(?P<kept>\b(?:write|create|build|make|develop|produce|prepare)\s+(?:the|an?)\s+"
    r"(?:[\w-]+\s+){1,4}?)(?:(?:that|which|as)\s+)?(?:is\s+|was\s+)?"
    rf"(?:described|specified|requested|asked\s+for|outlined|wanted|required)\s+(?:in|by)\s+{FILE}",
    re.IGNORECASE,
)
"""`Write the program described in SPEC.md`, where no other file is named."""
ANY_FILE = re.compile(r"[\w-]+(?:\.[\w-]+)*?\.[A-Za-z]\w{0,4}\b(?!\.\w)")
CALLS = re.compile(
    r"\b(?:call|name|instead)\b|\b(?:save|put|write|store)\s+"
    r"(?:it|that|the\s+(?:result|output|file|answer|table|list|report)s?)\b",
    re.IGNORECASE,
)
"""`but call the file active.txt`, `and save the result as out.csv`."""
NOTHING_MORE = frozenset(
    "please kindly thanks thank you do does it that this them these those complete finish solve"  # noqa: SIM905
    " follow carry out execute perform carefully exactly now for me us just all of everything and"
    " then the task tasks work job instructions read there here hi hello so to must can could would"
    " will i we need want a be done your my".split()
)


@dataclass(frozen=True, slots=True)
class Pointed:
    path: str
    before: str = ""
    """What the goal wants beside, and says first."""
    after: str = ""

    def with_text(self, text: str, there: Collection[str]) -> str:
        """`there`: names of the files of the workspace. Where the person calls the result otherwise
        than the text does, it has that name."""
        text, said = unwrapped(text), f"{self.before} {self.after}"
        new = [file for file in any_files(said) if file not in there]
        old = [file for file in any_files(text) if file not in there]
        if CALLS.search(said) and len(new) == len(old) == 1:
            text = text.replace(old[0], new[0])
        return "\n\n".join(part for part in (self.before, text, self.after) if part)


def goal_read(state: State, hands: Hands) -> GoalRead | None:
    """The goal as the file says it to which the person's words point; None: they point to none, or
    to one that is no short text."""
    found = pointed(state.goal_given)
    if found is None or state.goal_read:
        return None
    stamps = hands.files.stamps()
    same = (known for known in stamps if known.rpartition("/")[2] == found.path)
    path = found.path if found.path in stamps else next(same, "")
    try:
        data = hands.files.read(path, MOST * 4) if path else b""
    except ToolFailed:
        return None
    text = "" if binary_kind(data) else decoded(data)[0]
    if not re.search(r"\w", text) or len(text) > MOST:
        return None
    there = {known.rpartition("/")[2] for known in stamps}
    return GoalRead(path=path, goal=found.with_text(text, there))


def pointed(goal: str) -> Pointed | None:
    """None: it does not say that what is to be done stands in a file."""
    if len(goal) > LONGEST:
        return None
    for pattern in ERRANDS:
        if found := pattern.search(goal):
            return pointing(goal, found)
    for pattern in PLACES:
        found = pattern.search(goal)
        if found and not (there := pointing(goal, found)).before + there.after:
            return there
    found = MAKES.search(goal)
    return pointing(goal, found) if found and len(any_files(goal)) == 1 else None


def any_files(text: str) -> list[str]:
    """What looks like the name of a file, in order, each once."""
    return list(dict.fromkeys(ANY_FILE.findall(without_addresses(text))))


def pointing(goal: str, found: re.Match[str]) -> Pointed:
    kept = found.groupdict().get("kept") or ""
    after = re.sub(r"^[\s.,;:!]*(?:(?:and|then)\b[\s,]*)*", "", goal[found.end() :])
    return Pointed(found["path"], more(goal[: found.start()] + kept), more(after))


def more(text: str) -> str:
    """A sentence; empty where it says nothing of its own."""
    text = text.strip()
    said = set(re.findall(r"\w+", text.lower())) - NOTHING_MORE
    return text[:1].upper() + text[1:] if said else ""


def unwrapped(text: str) -> str:
    """A line that goes on in the next is one sentence; marks of headings say nothing."""
    kept: list[str] = []
    for line in (re.sub(r"^#+\s+", "", line.strip()) for line in text.splitlines()):
        goes_on = kept and kept[-1] and line and (line[0].islower() or kept[-1].endswith(","))
        if goes_on:
            kept[-1] = f"{kept[-1]} {line}"
        else:
            kept.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept))
