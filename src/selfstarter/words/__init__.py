"""What we say to people: English in the code, each other language in a gettext catalogue here."""

import os
from functools import partial
from gettext import bindtextdomain, dgettext, textdomain, translation

from selfstarter.core.said import N_ as N_
from selfstarter.core.said import Said

DOMAIN = "selfstarter"


def _(text: str, /, **holes: object) -> str:
    """In the person's language, as it is where nobody has translated it; its `{name}` filled."""
    return in_words(Said(text, **holes))


def in_words(said: Said) -> str:
    """In the person's language."""
    return said.translated(partial(dgettext, DOMAIN))


def in_language(language: str, said: Said) -> str:
    """In the reader's language, whatever the process speaks: of a server, where each has their
    own. English where `language` is none of ours."""
    return said.translated(translation(DOMAIN, __path__[0], [language], fallback=True).gettext)


def speak(language: str = "") -> None:
    """Of a door that speaks to a person, at its start. Empty: by LC_ALL, LC_MESSAGES or LANG."""
    bindtextdomain(DOMAIN, __path__[0])
    textdomain(DOMAIN)  # what click says is translated there, too
    if language:
        os.environ["LANGUAGE"] = language
