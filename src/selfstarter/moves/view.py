"""Short-term memory: the state as the messages a model reads. Pure, so a prompt is tested as text.

Stable first, volatile last, so that a server's prefix cache keeps working: system, goal and
contract; then the transcript, which only grows between compactions; then what changes each time.
Shares of the window (DESIGN section 5): contract and plan 15 %, recalled 10 %, transcript 60 %,
answer 15 %.
"""

import re
from collections.abc import Callable, Mapping

from selfstarter.core.ports import Message, Tool, ToolSpec, WantedCall
from selfstarter.core.profile import Profile
from selfstarter.core.state import State, Turn
from selfstarter.moves.ask import tokens_of
from selfstarter.moves.control import control_specs
from selfstarter.moves.fenced import shown
from selfstarter.prompts import dialogue, prompt

TRANSCRIPT = 0.60
AFTER_COMPACTION = 0.30
GOAL = 0.15
ONE_LINERS = 24
RESULT = 0.12
"""Most that one result may take of the window."""

Count = Callable[[str], int]


def view(state: State, profile: Profile, count: Count, window: int) -> list[Message]:
    native = profile.protocol == "native"
    system = prompt("native" if native else "fenced")
    messages = [Message("system", system)]
    if not native:
        messages += examples()
    messages.append(Message("user", goal_text(state, count, window)))
    if earlier := one_liners(state):
        messages.append(Message("user", earlier))
    for turn in full_turns(state):
        messages += turn_messages(turn, native, int(window * RESULT), count)
    messages.append(Message("user", tail(state)))
    return messages


def examples() -> list[Message]:
    """Two tasks done in the protocol: a small model does as it sees, more than as it is told."""
    return [
        Message("user" if role == "user" else "assistant", text)
        for role, text in dialogue("fenced_examples")
    ]


def goal_text(state: State, count: Count, window: int) -> str:
    contract, scouted = state.contract, state.scouted
    criteria = "\n".join(f"- {c.text}" for c in contract.criteria) if contract else ""
    assumed = "\n".join(f"- {a.text}" for a in contract.assumptions) if contract else ""
    files = (scouted.heads or scouted.listing) if scouted else ""
    if scouted and scouted.heads:
        files = f"{scouted.listing}\n\n{scouted.heads}"
    return prompt(
        "goal",
        goal=state.goal,
        criteria=criteria or "- the task is done",
        assumptions=f"\nAssumed:\n{assumed}\n" if assumed else "",
        files=cut_to(files, int(window * GOAL), count),
    )


def full_turns(state: State) -> list[Turn]:
    """Turns shown whole, oldest first."""
    turns: list[Turn] = []
    for turn in state.transcript:
        if turn.n <= state.keep_from:
            break
        turns.append(turn)
    return turns[::-1]


def one_liners(state: State) -> str:
    """Turns that a compaction has shrunk: a line each, and a count of those before."""
    if not state.keep_from:
        return ""
    lines: list[str] = []
    for turn in state.transcript:
        if turn.n <= state.drop_before:
            break
        if turn.n <= state.keep_from:
            lines.append(one_line(turn))
    if state.drop_before:
        lines.append(f"({state.drop_before} earlier steps are not shown)")
    ends = "".join(f"\nDo not try again: {end}" for end in state.dead_ends[-5:])
    return "Earlier steps:\n" + "\n".join(lines[::-1]) + ends


def one_line(turn: Turn) -> str:
    if turn.call is None or turn.result is None:
        return f"{turn.n}. note: {_first(turn.note)}"
    args = ", ".join(f"{k}={_first(str(v), 40)!r}" for k, v in turn.call.args.items())
    result = turn.result.error or _first(turn.result.output)
    return f"{turn.n}. {turn.call.tool}({args}) -> {turn.result.status}: {result}"[:240]


def _first(text: str, most: int = 100) -> str:
    line = next((line for line in text.splitlines() if line.strip()), "")
    return line.strip()[:most]


def turn_messages(turn: Turn, native: bool, most: int, count: Count) -> list[Message]:
    if turn.call is None or turn.result is None:
        said = f"The person says: {turn.note}" if turn.from_person else turn.note
        return [Message("user", said)]
    call = turn.call
    if not native and (failed := failed_try(turn)):
        return [Message("user", failed)]
    result = cut_to(result_text(turn), most, count)
    if native:
        wanted = WantedCall(call.tool, call.args, call.provider_id or call.call_id)
        return [Message("assistant", call.thought, wanted), Message("tool", result, wanted)]
    written = f"{call.thought}\n\n{shown(call.tool, call.args)}".strip()
    return [Message("assistant", written), Message("user", result)]


def failed_try(turn: Turn) -> str:
    """A program that did not do it, without its text: what a small model reads, it writes again.
    Empty: it did, or nobody has looked yet."""
    if turn.call is None or turn.result is None or turn.call.tool not in PROGRAMS:
        return ""
    if turn.result.status == "permanent":
        return (
            f"A program was tried and failed: {error_in(turn)}. Write a new one that avoids this."
        )
    if turn.result.status == "empty" and not turn.result.changed:
        return "A program was tried that printed nothing and changed nothing."
    if turn.missed:
        return f"A program was tried. {result_text(turn)[:MOST_OF_MISSED]}"
    return ""


def error_in(turn: Turn) -> str:
    """The error and the line of the program that made it."""
    printed = turn.result.output.partition(HEAD_OF_FILE)[0] if turn.result else ""
    said = f"{printed}\n{turn.result.error}" if turn.result else ""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith(("[exit", "exit status", "^", "~"))]
    places = [n for n, line in enumerate(lines[:-2]) if CELL.match(line)]
    place = f" in the line {lines[places[-1] + 1][:160]!r}" if places else ""
    said = f"{lines[-1][:300] if lines else 'it failed'}{place}"
    return next((f"{said} ({advice})" for sign, advice in ADVICE if sign.search(said)), said)


ADVICE = (
    (
        re.compile(r"KeyError.*merge\("),
        "the tables name that column differently: left_on, right_on",
    ),
    (re.compile(r"KeyError"), "there is no column of that name: use those of the file"),
    (re.compile(r"\.str accessor"), "that column holds numbers already"),
    (re.compile(r"fill 'value'"), "leave what is missing as it is"),
    (re.compile(r"No module named"), "only pandas and the standard library are there"),
    (re.compile(r"IsADirectoryError"), "that is a folder: go through its files with pathlib"),
)
"""What a small model does not conclude from an error by itself."""
HEAD_OF_FILE = "\n== "
"""Begins what `act` shows of changed files, after what the program printed."""
CELL = re.compile(r'File "<cell')
PROGRAMS = ("run_python", "run_shell")
MOST_OF_MISSED = 700


def result_text(turn: Turn) -> str:
    result = turn.result
    if result is None:
        return ""
    head = "Result:" if result.status in ("ok", "empty") else f"Result: {result.status} failure"
    lines = [head, result.output.rstrip(), result.error]
    if result.changed:
        lines.append("Files changed: " + ", ".join(path for path, _ in result.changed[:12]))
    lines.append(result.next_action)
    return "\n".join(line for line in lines if line)


def tail(state: State) -> str:
    """What changes with each call, last so that it costs the prefix cache nothing."""
    lines: list[str] = []
    if len(state.plan) > 1:
        marks = {"done": "x", "doing": ">", "dropped": "-", "failed": "!"}
        lines += [f"[{marks.get(t.status, ' ')}] {t.id} {t.title}" for t in state.plan]
        if state.task:
            lines.append(f"Now: {state.task.title}. Done when: {state.task.done_when}")
    left = state.limits.steps - state.spent.steps
    if left <= max(3, state.limits.steps // 5):
        lines.append(f"Only {left} steps are left: bring it to an end.")
    lines.append("Your next step:")
    return "\n".join(lines)


def cut_to(text: str, most: int, count: Count) -> str:
    """`text` in at most about `most` tokens: the head and the tail are kept, the middle is cut."""
    tokens = count(text)
    if tokens <= most:
        return text
    keep = int(len(text) * most / tokens * 0.95)
    head, tail = int(keep * 0.7), int(keep * 0.3)
    return f"{text[:head]}\n[… {len(text) - head - tail:,} characters cut …]\n{text[-tail:]}"


def crowded(state: State, profile: Profile, count: Count, window: int) -> bool:
    """Has the transcript outgrown its share of the window?"""
    native, most = profile.protocol == "native", int(window * RESULT)
    total = 0
    for turn in full_turns(state):
        total += tokens_of(turn_messages(turn, native, most, count), count)
        if total > window * TRANSCRIPT:
            return True
    return False


def specs(tools: Mapping[str, Tool], profile: Profile, state: State) -> tuple[ToolSpec, ...]:
    names = profile.tools or tuple(tools)
    shown = [tools[name] for name in names if name in tools]
    if state.reads_only:
        shown = [tool for tool in shown if tool.effect == "read"]
    attended = state.started is not None and state.started.attended
    delegates = profile.delegates and state.depth < profile.rules.depth
    return (
        *(ToolSpec(tool.name, tool.does, tool.parameters) for tool in shown),
        *control_specs(attended, delegates),
    )
