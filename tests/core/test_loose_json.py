"""What is not quite JSON is read where it can mean but one thing."""

import pytest

from selfstarter.core.loose_json import begun_in, broken_at, json_in, object_in

REMARKS = """\
Sure! Here it is:
```json
{
  "outcome": "a, // b # c",
  "files": ["a.csv"], // don't touch the others
  /* the sums,
     once more */
  "criteria": [ # two
    {"text": "so"},
  ],
}
```
"""


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (REMARKS, {"outcome": "a, // b # c", "files": ["a.csv"], "criteria": [{"text": "so"}]}),
        ("""{'a': 'say "x"', "b": 'it\\'s'}""", {"a": 'say "x"', "b": "it's"}),
        ("{'a': True, 'b': False, 'c': None, 'd': 'None'}", {"a": True, "b": False, "d": "None"}),
        ('{"a": "two\nlines\tand"}', {"a": "two\nlines\tand"}),
        ('{"a": [1, 2]', {"a": [1, 2]}),
        ('{"passes": true\n```', {"passes": True}),
        ("<think>{not this}</think>{'a': 'b'}", {"a": "b"}),
    ],
)  # fmt: skip
def test_what_can_mean_but_one_thing_is_read(said: str, meant: object) -> None:
    assert object_in(said) == meant


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ('{"a": "grep " # x" f"\n}', "`# x\" f\"` in `{\"a\": \"grep \" # x\" f\"`. JSON has"),
        ('{"a": "grep "# x" f"\n}', 'A double quote within a text is \\"'),
        ("{'a': 'grep ' # x' f'\n}", "Keys and texts stand in double quotes"),
        ("{'a': 'it' 's'}", "Keys and texts stand in double quotes"),
        ('{"a": 1, // the "total"\n "b": 2}', "JSON has no comments"),
        ('{"ö": "ü", b: 1}', 'key must be a string at `b: 1}` in `{"ö": "ü", b: 1}`. Keys and'),
        ('{"a": "\\d"}', "A backslash within a text is \\\\"),
        ('{"a": {"b": 1]}', "expected `,` or `}` at `]}` in"),
        ('{"a": [{"b": 1}', "it was cut off before its end: write it shorter"),
        ('{"a": 12', "it was cut off before its end"),
        ('{"a": "b', "it was cut off before its end"),
        ("nothing", ""),
    ],
)  # fmt: skip
def test_what_may_mean_something_else_is_not_read_and_it_is_told_why(said: str, why: str) -> None:
    assert object_in(said) is None
    assert why in broken_at(said) and bool(why) == bool(broken_at(said))


def test_a_last_brace_is_not_made_up_where_the_reply_was_cut() -> None:
    assert object_in('{"a": [1]') == {"a": [1]} and object_in('{"a": [1]', ended=False) is None


def test_of_what_was_cut_the_whole_is_taken() -> None:
    assert begun_in("{'a': 'b', 'c': [{'t': 'x', 'k': 'Does # it") == {"a": "b", "c": [{"t": "x"}]}


@pytest.mark.parametrize("said", ['{"a":  1}', "no", "[1]", '{"a": b}', ""])
def test_json_stays_as_it_is_and_so_does_what_is_none(said: str) -> None:
    assert json_in(f"So: {said}" if said[:1] == "{" else said) == said
