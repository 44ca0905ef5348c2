"""Text of a page that a person would not see, as far as the styles in its markup tell: those of a
style sheet are not looked up. What is surely hidden goes; what may be seen after all is marked, for
a program may show it, or a dark page lie behind white words."""

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from selfstarter.markup import Tree, etree

Unseen = Literal["hidden", "doubtful", ""]
Style = Mapping[str, str]
"""Names and values, in small letters."""

MOST_HIDDEN = 0.5
"""Of all text: an element with more of it is the page itself, shown when a program has run."""
MARK = "[a person may not see this: {}]"
TINY_PX = 2.0
FAR_PX = 1_000.0
FAINT = 0.05
"""Opacity; no more can be seen."""
NEAR = 8
"""Of 255, in each colour: two that differ by no more look the same."""
PX = {"px": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0, "%": 0.16, "vw": 10.0, "vh": 10.0}
NUMBER = r"\d{0,20}\.?\d{1,20}"
LENGTH = re.compile(rf"([+-]?{NUMBER})(px|pt|r?em|%|v[wh])?")
SIDES = ("left", "top", "right", "bottom")
COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|rgba?\([^()]{0,40}\)|\b(?:white|black|transparent)\b")
NAMED = {"white": (255, 255, 255, 255), "black": (0, 0, 0, 255), "transparent": (0, 0, 0, 0)}
NOTHING = ("", "none", "transparent", "inherit", "initial", "unset")


def take_unseen(tree: Tree) -> Iterator[tuple[Unseen, str]]:
    """Take out what is hidden and mark what may be; gives the texts of both, each on one line, with
    which it is."""
    size, resized = length(tree), around_sizes(tree)
    left = [(tree, "")]
    while left:
        element, behind = left.pop()
        style = style_of(element)
        behind = background_of(element, style) or behind
        unseen = look(element, style, behind, element in resized)
        if not unseen or length(element) > MOST_HIDDEN * size:
            left += [(child, behind) for child in reversed(element)]
            continue
        if element.tag != "noscript":
            yield unseen, " ".join(" ".join(element.itertext()).split())
        if unseen == "hidden":
            take_out(element)
        else:
            mark(element)


def around_sizes(tree: Tree) -> set[Tree]:
    """The elements within which one says a size of letters that can be read."""
    found: set[Tree] = set()
    for one in tree.iter():
        size = size_of(style_of(one))
        if size is None or size <= TINY_PX:
            continue
        for above in one.iterancestors():
            if above in found:
                break
            found.add(above)
    return found


def look(element: Tree, style: Style, behind: str, resized: bool) -> Unseen:
    """`behind`: what is said of what lies behind it. `resized`: it is one of `around_sizes`."""
    if element.tag == "body":
        return ""
    if element.tag == "noscript" or element.get("hidden") is not None or is_away(style):
        return "hidden"
    return small(element, style, resized) or pale(style, behind) or clear(style)


def length(element: Tree) -> int:
    return sum(len(text) for text in element.itertext())


def take_out(element: Tree) -> None:
    """But for what stands after it."""
    kept, before, above = element.tail or "", element.getprevious(), element.getparent()
    if above is None:
        return
    if before is not None:
        before.tail = (before.tail or "") + kept
    else:
        above.text = (above.text or "") + kept
    above.remove(element)


def mark(element: Tree) -> None:
    """Within its first and last words, so that they are read as a part of them."""
    walk = etree().iterwalk(element, events=("start", "end"))
    ends = [(one, "text" if event == "start" else "tail") for event, one in walk][:-1]
    said = [(one, part) for one, part in ends if (getattr(one, part) or "").strip()]
    before, after = MARK.split("{}")
    for one, part in said[:1]:
        setattr(one, part, before + getattr(one, part).lstrip())
    for one, part in said[-1:]:
        setattr(one, part, getattr(one, part).rstrip() + after)


def style_of(element: Tree) -> Style:
    said = COMMENT.sub("", str(element.get("style") or "").lower())
    pairs = (part.replace("!important", "").partition(":") for part in said.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def is_away(style: Style) -> bool:
    if style.get("display") == "none" or style.get("visibility") in ("hidden", "collapse"):
        return True
    if abs(in_px(style.get("text-indent", "")) or 0.0) >= FAR_PX:
        return True
    placed = SIDES if style.get("position") in ("absolute", "fixed") else ()
    moved = (*placed, *(f"margin-{side}" for side in SIDES))
    return any((in_px(style.get(name, "")) or 0.0) <= -FAR_PX for name in moved)


def small(element: Tree, style: Style, resized: bool) -> Unseen:
    """Letters that nobody can read. Boxes without words of their own have them too, as a way to be
    rid of blanks, and their parts say another size, in their own styles or a style sheet."""
    size = size_of(style)
    if size is None or size > TINY_PX:
        return ""
    own = (element.text, *(child.tail for child in element))
    words = any((text or "").strip() for text in own)
    if words and not resized:
        return "hidden"
    return "" if resized and not words else "doubtful"


def size_of(style: Style) -> float | None:
    """Of the letters, in px; None: it is not said."""
    if "font-size" in style:
        return in_px(style["font-size"])
    sizes = (in_px(word.partition("/")[0]) for word in style.get("font", "").split())
    return next((size for size in sizes if size is not None), None)


def pale(style: Style, behind: str) -> Unseen:
    """Words of the colour of what lies behind them; white ones where nothing is said of that."""
    colour = colour_in(style.get("color", ""))
    if colour is None or style.get("-webkit-background-clip", style.get("background-clip")):
        return ""
    if not behind:
        return "doubtful" if look_same(colour, NAMED["white"]) or not colour[3] else ""
    if "url(" in behind or "gradient" in behind:
        return ""
    ground = colour_in(behind)
    return "hidden" if ground and (look_same(colour, ground) or not colour[3]) else ""


def background_of(element: Tree, style: Style) -> str:
    """What it says itself of what lies behind its words; empty: nothing."""
    said = [style.get(f"background{part}", "") for part in ("", "-color", "-image")]
    said.append(str(element.get("bgcolor") or "").lower())
    return " ".join(text for text in said if text not in NOTHING)


def clear(style: Style) -> Unseen:
    """Pages let their parts appear with it, so it may well be seen."""
    opacity = style.get("opacity", "1")
    share = 100.0 if opacity.endswith("%") else 1.0
    found = LENGTH.fullmatch(opacity)
    return "doubtful" if found and float(found[1]) / share <= FAINT else ""


def in_px(text: str) -> float | None:
    """Roughly; None: it is no length, or one that only a browser knows."""
    found = LENGTH.fullmatch(text)
    if found is None or not (found[2] or float(found[1]) == 0.0):
        return None
    return float(found[1]) * PX[found[2] or "px"]


def colour_in(text: str) -> tuple[int, ...] | None:
    """The first one, as red, green, blue and how much covers, 0 to 255 each; None: there is none
    that is known here."""
    found = COLOUR.search(text)
    if found is None:
        return None
    said = found[0]
    if said in NAMED:
        return NAMED[said]
    if said.startswith("#"):
        digits = "".join(digit * 2 for digit in said[1:]) if len(said) < 7 else said[1:]
        return tuple(bytes.fromhex(f"{digits}ff"[:8])) if len(digits) in (6, 8) else None
    parts = [float(part) for part in re.findall(NUMBER, said)]
    if len(parts) < 3 or "%" in said:
        return None
    covers = int(parts[3] * 255) if len(parts) > 3 else 255
    return (*map(int, parts[:3]), covers)


def look_same(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(a - b) <= NEAR for a, b in zip(one[:3], other[:3], strict=True))
