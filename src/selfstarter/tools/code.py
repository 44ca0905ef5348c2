"""Code as tools: it runs in the sandbox, or not at all."""

import re
import shlex
from collections.abc import Sequence
from dataclasses import replace
from secrets import token_hex
from typing import Annotated

from pydantic import Field

from selfstarter.core.ports import Ran, Result, Sandbox, Tool
from selfstarter.tools.define import FunctionTool, tool

RAISED = re.compile(r"^Traceback |^(\w+\.)*\w*(Error|Exception|Interrupt|Exit)\b", re.MULTILINE)
"""Begins a line of what Python says of an error in a program."""
OF_ANOTHER = re.compile(r"^subprocess\.CalledProcessError: .*\s*\Z", re.MULTILINE)
"""At the end of what Python says: it was another program that failed."""
SAY_NO = frozenset(
    ("grep", "egrep", "fgrep", "zgrep", "rg", "diff", "cmp", "which", "test", "[", "[[", "pgrep")
)
"""Programs that answer a question by exit status 1."""
SAY_SO = frozenset(("echo", "printf", "true", ":"))
"""What may stand behind such a program, to be run where it says yes."""
JOINED = re.compile(r"\d*>&\d+|&>>?")
"""Sends what is printed elsewhere, and is no end of a program."""
NOT_ENTERED = re.compile(r"\bcd: ")
ERREXIT = re.compile(r"\bset\s+-\w*e|\bpipefail\b")
COUNTED = """\
{ bash -c "$1" 2>&3 3>&-; } 3>&2 2>/dev/null
status=$? left=0
for one in /proc/[0-9]*; do
    [[ $one == /proc/1 || $one == "/proc/$$" ]] && continue
    read -r seen < "$one/stat" && [[ ${seen##*) } != Z* ]] && ((left++))
done 2>/dev/null
((left)) && printf '%s%d.' "$2" "$left"
exit "$status"
"""
"""Runs the command $1 and says behind the mark $2 how many processes it leaves: all that are seen
but the first of the sandbox and this shell, which starts no other."""
LEFT = (
    "What it left running was ended with the call ({n}). Wait for it within one call (timeout_s up"
    " to 600), or start it from run_python, where it goes on."
)
LOST = "Names from before the run was resumed are gone. Define again what this program needs."
Timeout = Annotated[float, Field(gt=0, le=600, description="seconds, 600 at most")]


def code_tools(sandbox: Sandbox, anew: bool = False) -> tuple[Tool, Tool]:
    """Effect `once`: cut short by a crash, a program may have half done its work.

    What a program prints it may have read from any file of the workspace, hence the labels.
    `anew`: the run has made calls before, in a Python that is gone.
    """
    return run_python_in(sandbox, anew), run_shell_in(sandbox)


def run_python_in(sandbox: Sandbox, anew: bool = False) -> FunctionTool:
    @tool(effect="once", reads_untrusted=True, reads_private=True)
    async def run_python(code: str, timeout_s: Timeout = 60.0) -> Result:
        """Run Python in the workspace; names live on between calls. print() what you need."""
        ran = await sandbox.python(code, timeout_s)
        result = told(ran, "print() what you need to see.")
        lost = anew and ran.status and not ran.stopped and "NameError" in ran.output
        return replace(result, next_action=LOST) if lost else result

    return run_python


def run_shell_in(sandbox: Sandbox) -> FunctionTool:
    @tool(effect="once", reads_untrusted=True, reads_private=True)
    async def run_shell(command: str, timeout_s: Timeout = 60.0) -> Result:
        """Bash in the workspace, no network; what it starts ends with it."""
        mark = f"[{token_hex(16)} "
        ran = await sandbox.run(["bash", "-c", COUNTED, "-", command, mark], timeout_s)
        ran, left = counted(ran, mark)
        result = told(ran, "")
        name = last_program(command) if ran.status == 1 and not ran.stopped else ""
        if name in SAY_NO and not NOT_ENTERED.search(ran.output):
            said = f"[exit status 1: {name} says no, which is no error]"
            result = Result("ok", "\n".join(filter(None, (ran.output.rstrip(), said))))
        return result.noted(LEFT.format(n=processes(left))) if left else result

    return run_shell


def counted(ran: Ran, mark: str) -> tuple[Ran, int]:
    """Without what COUNTED says, which what is left running may write behind."""
    found = re.search(rf"{re.escape(mark)}(\d+)\.", ran.output)
    if found is None:
        return ran, 0
    output = ran.output[: found.start()] + ran.output[found.end() :]
    return replace(ran, output=output), int(found[1])


def processes(count: int) -> str:
    return "1 process" if count == 1 else f"{count} processes"


def last_program(command: str) -> str:
    """The one whose exit status is that of the whole; empty: it may be that of another."""
    lines = command.strip().splitlines() or [""]
    lexer = shlex.shlex(JOINED.sub(" ", lines[-1]), posix=True, punctuation_chars=";|&")
    lexer.whitespace_split = True
    try:
        words = list(lexer)
    except ValueError:  # it began in a line before
        return ""
    others = [
        n for n, word in enumerate(words) if word not in ("", "&&") and set(word) <= set(";|&")
    ]
    chain = parted(words[max(others, default=-1) + 1 :])
    if len(chain) > 1 and chain[0][:1] == ["cd"] and len(chain[0]) == 2:  # it says if it fails
        chain = chain[1:]
    if len(chain) > 1 and chain[-1][:1] and chain[-1][0] in SAY_SO and ">" not in str(chain[-1]):
        chain = chain[:-1]
    alone = len(chain) == 1 and chain[0] and not ERREXIT.search(command)
    return chain[0][0].rpartition("/")[2] if alone else ""


def parted(words: Sequence[str]) -> list[list[str]]:
    """The programs that stand between `&&`."""
    parts: list[list[str]] = [[]]
    for word in words:
        if word == "&&":
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def told(ran: Ran, when_silent: str) -> Result:
    """A program that came back, as the model reads it. A program that failed is a failed call."""
    output = ran.output.rstrip()
    if ran.status == 0 and not ran.stopped:
        if output:
            return Result("ok", output)
        return Result("empty", "It ran and printed nothing.", next_action=when_silent)
    why = f"stopped: {ran.stopped}" if ran.stopped else f"exit status {ran.status}"
    output = "\n".join(line for line in (output, f"[{why}]") if line)
    return Result("permanent", output, error=why, next_action=advice(ran))


def advice(ran: Ran) -> str:
    if ran.status == 124 or ran.stopped.startswith("timeout"):
        return "Make it shorter, or raise timeout_s (600 at most)."
    if ran.stopped:
        return "Make it need less, or do it in parts."
    if "ModuleNotFoundError" in ran.output:
        return "Packages cannot be installed. Use pandas or the standard library."
    if OF_ANOTHER.search(ran.output):
        return "The cause is in what the program that it ran printed: see there, or print .stderr."
    if ran.status == 127:
        return "There is no such program here, and none can be installed. Use another way."
    if ran.output.strip() and not RAISED.search(ran.output):
        return "Look at the output: of some programs (grep, diff, which) a status is no error."
    return "Read the last line of the error; change the code."
