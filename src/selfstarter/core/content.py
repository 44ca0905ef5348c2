"""The words of a text that say something. Pure."""

import re

WORD = re.compile(r"[^\W_]+(?:[.,'-][^\W_]+)*")
COMMON = """
a about above after again against all also am an and any are aren as at be because been before
being below between both but by can cannot could couldn d did didn do does doesn doing don down
during each either else ever few for from further get gets getting give gives go goes going got
had hadn has hasn have haven having he her here hers herself hey hi him himself his how however i
if in into is isn it its itself just know let like ll m make makes many may me might mine more
most much must my myself no nor not now of off oh on once one only or other our ours ourselves out
over own please quite re really s said same say says shall she should shouldn so some such t than
that the their theirs them themselves then there these they thing things this those through to too
under until up us ve very was wasn we well were weren what when where whether which while who whom
whose why will with won would wouldn yeah yes yet you your yours yourself yourselves
"""
STOP = frozenset(COMMON.split())


def content(text: str) -> list[str]:
    """The words that say something, in small letters."""
    return [word for word in WORD.findall(text.lower()) if word not in STOP]
