"""What a goal says of a text, without a model."""

import pytest

from selfstarter.goals.prose import left_alone, of_text

INI = "; made by Ruth\n[web]\nport = 80 ; behind the proxy\n\n[db]\nport = 90\nname = main\n"
YAML = "# hi\nweb:\n  port: 80\ndb:\n  port: 90\n"
FLAT = "# hi\nport = 80\nname = main\n"


@pytest.mark.parametrize(
    ("goal", "text", "kept"),
    [
        (
            "In a.ini let web listen on 81. Leave everything else alone.",
            INI,
            ("; made by Ruth", "; behind the proxy", "[db]", "port = 90", "name = main"),
        ),
        ("Set the port of web to 81, the rest stays.", YAML, ("# hi", "db:", "  port: 90")),
        (
            "Let web give up after 3 s and set the name to x; leave the rest.",
            INI,
            ("; made by Ruth", "; behind the proxy", "[db]", "port = 90"),
        ),
        ("Set the port to 81 and leave the other settings.", FLAT, ("# hi",)),
        ("Set the port to 81.", FLAT, ()),
        ("Remove the comments and nothing else.", FLAT, ()),
        ("Make the rest of the names short.", INI, ("; made by Ruth", "; behind the proxy")),
    ],
)
def test_a_change_leaves_alone_what_the_goal_does_not_speak_of(
    goal: str, text: str, kept: tuple[str, ...]
) -> None:
    assert left_alone(goal, text) == kept


@pytest.mark.parametrize(
    ("goal", "most"),
    [
        ("Write a.md in at most 200 words.", 200),
        ("Write a.md, under 1,500 words.", 1500),
        ("Write a.md (80 words or less).", 80),
        ("Write a.md with more than 200 words.", 0),
        ("Write a.md about 200 words.", 0),
    ],
)
def test_a_limit_of_words_is_read(goal: str, most: int) -> None:
    assert sum(check.max_words for _, check in of_text(goal, "a.md", ())) == most


@pytest.mark.parametrize(
    ("goal", "named"),
    [
        ("Sum up each of the mails in the mails folder, with the name of the file.", True),
        ("For every mail of the folder mails give the file name and one line.", True),
        ("Sum up each mail in the mails folder that mentions Oslo, with the file name.", False),
        ("Sum up the mails in the mails folder.", False),
        ("For each note of the notes folder give the file name.", False),
    ],
)
def test_each_source_must_be_named_where_the_goal_says_so(goal: str, named: bool) -> None:
    checks = [check for _, check in of_text(goal, "a.md", ("mails/1.txt", "mails/2.txt", "b.txt"))]
    assert [check.contains for check in checks] == ([("1.txt", "2.txt")] if named else [])
