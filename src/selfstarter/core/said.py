"""What is said to a person, kept apart from what fills it: so it can be said in their language.

A plain class: the first lines of a help text need it, and `dataclasses` takes its time to come in.
"""

from collections.abc import Callable


class Said:
    """In English, with a `{hole}` for each value, as `str.format` has them. What fills a hole may
    be such a text itself, or an error with one."""

    __slots__ = ("holes", "sentence")

    def __init__(self, sentence: str, /, **holes: object) -> None:
        self.sentence = sentence
        self.holes = holes

    def __str__(self) -> str:
        return self.translated(str)

    def __repr__(self) -> str:
        return f"Said({str(self)!r})"

    def translated(self, translate: Callable[[str], str]) -> str:
        """`translate` is given sentences with their holes open."""
        said = translate(self.sentence) if self.sentence else ""
        if not self.holes:
            return said
        return said.format(**{
            name: part.translated(translate) if isinstance(part, Said) else part
            for name, hole in self.holes.items()
            for part in (getattr(hole, "said", hole),)
        })  # fmt: skip


NOTHING = Said("")


def N_(text: str) -> str:
    """As it is, to be translated where it is shown: marks a text for `make words`."""
    return text


def did_you_mean(*likely: str) -> Said:
    """To stand after a sentence that says what there is not: nothing where nothing is like it."""
    return Said(" Did you mean {likely}?", likely=", ".join(likely)) if likely else NOTHING
