"""Files that say what is to be made: `Build the program in spec.md`."""

import re
from collections.abc import Iterable

from selfstarter.goals.goal_file import FILE, LONGEST, pointed

BUILDS = r"\b(?:build|implement|develop|code|program|reali[sz]e|write|create|make)\b"
THING = (
    r"(?:program(?:me)?|tool|app(?:lication)?|script|command|cli|service|server|library|package"
    r"|module|api|game|bot|system|feature|function|class|component|plugin)s?\b"
)
SAID = (
    r"(?:described|specified|defined|outlined|explained|laid\s+out|set\s+out|written|given|asked"
    r"|wanted|required)(?:\s+(?:for|out|down))?"
)
SPECIFIED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{BUILDS}\s+(?:[\w-]+\s+){{1,5}}?{THING}(?:\s+(?:that\s+is\s+)?{SAID})?"
        rf"\s+(?:in|from|by)\s+{FILE}",
        rf"{BUILDS}\s+(?:what(?:ever)?|everything|all)\b[^.;\n]{{0,30}}?\b(?:in|by)\s+{FILE}",
        rf"\b(?:according\s+to|as\s+per|per|following|as\s+{SAID}\s+(?:in|by))\s+{FILE}",
        rf"\b(?:gemäß|laut|entsprechend)\s+{FILE}",
        rf"\bwie\s+(?:es\s+)?in\s+{FILE}\s+(?:beschrieben|steht|verlangt|angegeben)\b",
        rf"\bas\s+{FILE}\s+(?:says?|describes?|asks?|wants?|specifies|explains?|tells?|requires?)\b",
    )
)


def specified(goal: str, existing: Iterable[str]) -> list[str]:
    """Of the files that are there, those whose words the work has to follow."""
    names = {found["path"] for one in SPECIFIED for found in one.finditer(goal[:LONGEST])}
    if task := pointed(goal):
        names.add(task.path)
    return [path for path in existing if {path, path.rpartition("/")[2]} & names]
