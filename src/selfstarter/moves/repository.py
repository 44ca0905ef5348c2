"""The git repository that the workspace is: its branch, and what is not committed.

The settings of a repository can name programs that git runs, `.gitattributes` which of them. So git
is given an empty repository with a copy of the index and of the names of the commits, and takes
nothing but objects and files from the workspace; and all of it in the sandbox.
"""

from selfstarter.core.budget import left
from selfstarter.core.errors import NoSandbox, ToolFailed
from selfstarter.core.hands import Hands
from selfstarter.core.state import State

TIMEOUT_S = 5.0
MOST = 8
"""Changes that are named."""
STATUS = r"""
exec 2>/dev/null
at=$(mktemp -d) && git -c init.defaultBranch=x init -q --bare --template= "$at" || exit
cp -r .git/HEAD .git/index .git/packed-refs .git/refs "$at"
mkdir -p "$at/info" && cp .git/info/exclude "$at/info"
GIT_DIR=$at GIT_WORK_TREE=$PWD GIT_OBJECT_DIRECTORY=$PWD/.git/objects git --no-optional-locks \
  -c core.quotePath=false status --porcelain --branch --ignore-submodules=all
"""
BRANCH = "## "


async def repository_of(state: State, hands: Hands) -> str:
    """In a line; empty: it is none, or git cannot tell."""
    timeout_s = min(TIMEOUT_S, left(state, "time"))
    try:
        hands.files.read(".git/HEAD", 1)
        ran = await hands.sandbox.run(["bash", "-c", STATUS], timeout_s)
    except (ToolFailed, NoSandbox):
        return ""
    branch, *changed = ran.output.splitlines() or [""]
    if ran.status or not branch.startswith(BRANCH):
        return ""
    more = [f"… and {len(changed) - MOST:,} more"] if len(changed) > MOST else []
    named = ", ".join([*(one.strip() for one in changed[:MOST]), *more])
    return f"git: {branch.removeprefix(BRANCH)}; not committed: {named or 'nothing'}"
