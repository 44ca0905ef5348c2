"""What a server does not take is left out: many speak OpenAI's words, and few know all of them.

A server that refuses a request and names one of its parts is asked again without that part, and
from then on. A schema, tools and a system message are told in words then.
"""

import re
from collections.abc import Collection, Mapping
from typing import Literal

from selfstarter.core.ports import Request

Part = Literal["schema", "json", "tools", "max_tokens", "temperature", "seed", "stop", "system"]
SAID: Mapping[Part, str] = {
    "schema": r"response[ _]format|json_schema|structured[ _]output|\bgrammar\b",
    "json": r"response[ _]format|json_object|json mode",
    "tools": r"\btools?\b|tool_c|function[ _]call|reasoning_content",
    "max_tokens": r"max_completion_tokens",
    "temperature": r"temperature",
    "seed": r"\bseed\b",
    "stop": r"\bstop\b",
    "system": r"system (role|message|prompt)|roles must alternate",
}
"""What an error about a part says; in the order in which they are given up."""
STATUSES = frozenset({400, 404, 422, 500, 501})


def refused_part(
    status: int, said: str, request: Request, left_out: Collection[Part]
) -> Part | None:
    """The part of the request that an error is about; None: none of those that can be left out."""
    if status not in STATUSES:
        return None
    sent: Mapping[Part, object] = {
        "schema": request.schema,
        "json": request.schema,
        "tools": request.tools,
        "max_tokens": True,
        "temperature": True,
        "seed": True,
        "stop": request.stop,
        "system": len(request.messages) > 1,
    }
    for part, words in SAID.items():
        if sent[part] and part not in left_out and re.search(words, said, re.IGNORECASE):
            return part
    return None
