"""Tools, and calls of them, as text for a server that takes none.

`asking/written_calls.py` reads what a model writes so.
"""

import json
from collections.abc import Sequence

from selfstarter.core.ports import ToolSpec, WantedCall

HOW = """\
You can use these tools, one a line, each with the JSON schema of its arguments:
<tools>
{tools}
</tools>
To use one, write
<tool_call>
{{"name": "NAME", "arguments": {{…}}}}
</tool_call>
and nothing after it, but for more such blocks. The results come in the next message."""


def told(tools: Sequence[ToolSpec]) -> str:
    lines = [
        json.dumps(
            {"name": tool.name, "description": tool.does, "parameters": tool.parameters},
            ensure_ascii=False,
        )
        for tool in tools
    ]
    return HOW.format(tools="\n".join(lines))


def written(call: WantedCall) -> str:
    """As `told` asks for it."""
    said = json.dumps({"name": call.tool, "arguments": dict(call.args)}, ensure_ascii=False)
    return f"<tool_call>\n{said}\n</tool_call>"
