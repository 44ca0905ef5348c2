"""How a small model's reply begins, seen in the prompts of whole runs."""

from pathlib import Path

import pytest
from plays import needs_sandbox
from small_plays import asked, python

ORDERS = 'zip,class,total\n0123,"a","1,200.50"\n4567,b,9\n'


def test_a_program_begins_with_the_goals_own_words_and_the_tables_read_as_they_must_be(
    workspace: Path, home: Path
) -> None:
    (workspace / "orders.csv").write_text(ORDERS)
    (workspace / "class.csv").write_text("name;pay\na;1\n")
    goal = "Sum up orders.csv and class.csv. Write out.csv with the columns class and sum."
    first, *_ = asked(workspace, home, goal, "```finish\nno\n```")
    assert first.prefix == (
        "```python\n"
        "# Sum up orders.csv and class.csv.\n"
        "# Write out.csv with the columns class and sum.\n"
        "# out.csv has the columns class, sum\n"
        "import pandas as pd\n"
        "\n"
        "orders = pd.read_csv('orders.csv', thousands=',', dtype={'zip': 'str'})\n"
        "table = pd.read_csv('class.csv', sep=';')\n"
    )


def test_the_folder_of_what_is_to_be_made_is_made_first(workspace: Path, home: Path) -> None:
    (workspace / "orders.csv").write_text(ORDERS)
    goal = "Sum up orders.csv. Write out/2026/sums.csv with the columns class and sum."
    first, *_ = asked(workspace, home, goal, "```finish\nno\n```")
    makes = "import os\nos.makedirs('out/2026', exist_ok=True)\nimport pandas as pd\n"
    assert makes in first.prefix
    (workspace / "out" / "2026").mkdir(parents=True)
    (workspace / "out" / "2026" / "old.csv").write_text("a\n1\n")
    first, *_ = asked(workspace, home, goal, "```finish\nno\n```")
    assert "makedirs" not in first.prefix


@needs_sandbox
def test_after_a_failure_the_program_is_gone_and_what_went_wrong_is_said(
    workspace: Path, home: Path
) -> None:
    code = "secret_word = 1\nopen('nowhere')"
    goal = "Write the sum to out.txt"
    _, second = asked(workspace, home, goal, python(code), python(code + " #"))[:2]
    assert second.prefix == (
        "```python\n"
        "# Write the sum to out.txt\n"
        "# An earlier program failed: FileNotFoundError: [Errno 2] No such file or directory:"
        " 'nowhere' in the line \"open('nowhere')\"\n"
        "import"
    )
    words = "\n".join(message.text for message in second.messages)
    assert "secret_word" not in words
    assert "A program was tried and failed: FileNotFoundError" in words


@needs_sandbox
def test_a_program_that_only_printed_is_told_what_to_write(workspace: Path, home: Path) -> None:
    goal = "Write the sum to out.txt"
    _, second, third = asked(
        workspace, home, goal, python("print(3)"), python("open('out.txt')"), python("print(4)")
    )[:3]
    assert (
        "# An earlier program only printed something. This one writes out.txt.\n" in second.prefix
    )
    assert "# out.txt is not there yet: this program writes it.\n" in third.prefix


@needs_sandbox
def test_a_program_that_missed_is_gone_too_and_its_result_is_shown(
    workspace: Path, home: Path
) -> None:
    miss = python("secret_word = open('out.csv', 'w').write('a\\n1\\n')")
    goal = "Write out.csv with the columns a and b"
    _, second = asked(workspace, home, goal, miss, miss + " ")[:2]
    said = "An earlier program did not do it. Not done yet: out.csv has the columns a; wanted are"
    assert f"# {said} a, b" in second.prefix
    words = "\n".join(message.text for message in second.messages)
    assert "secret_word" not in words
    assert "A program was tried. Result:" in words and "Files changed: out.csv" in words


@needs_sandbox
def test_a_question_is_answered_as_soon_as_a_program_has_printed_something(
    workspace: Path, home: Path
) -> None:
    goal = "How many files are in this folder?"
    first, second = asked(workspace, home, goal, python("print(3)"), "```finish\n3 files.\n```")[:2]
    assert first.prefix == "```python\n# How many files are in this folder?\nimport"
    assert second.prefix == "```finish\n"


def test_how_two_tables_belong_together_is_read_off_their_values(
    workspace: Path, home: Path
) -> None:
    (workspace / "people.csv").write_text("id,name,floor\nu1, Ann,1\nu2,Bo,2\nu3,Cy,3\n")
    (workspace / "loans.csv").write_text("day,person_id,days\n1,u1,2\n2,u1,3\n3,u9,1\n")
    goal = "Join loans.csv with people.csv in out.csv"
    first, *_ = asked(workspace, home, goal, "```finish\nno\n```")
    said = [line for line in first.prefix.splitlines() if "merge" in line]
    assert said == [
        "# person_id of loans.csv is id of people.csv:"
        " loans.merge(people, how='left', left_on='person_id', right_on='id')"
    ], "floor and days share their numbers by chance"
    assert "people['name'] = people['name'].str.strip()\n" in first.prefix


@pytest.mark.parametrize(
    ("goal", "begins"),
    [
        ("Write a summary of the notes folder to summary.md", "```file summary.md\n"),
        ("Write area.py with a function area(w, h)", "```file area.py\n"),
        ("Write a report of a.csv to report.md", "```python\n"),
        ("Write prices.md, a table of the notes", "```python\n"),
        ("Write the sum to sum.txt", "```python\n"),
    ],
)
def test_a_text_is_written_out_and_a_result_is_worked_out(
    workspace: Path, home: Path, goal: str, begins: str
) -> None:
    (workspace / "a.csv").write_text("a\n1\n")
    first, *_ = asked(workspace, home, goal, "```finish\nno\n```")
    assert first.prefix.startswith(begins)


@pytest.mark.parametrize(
    ("goal", "begins"),
    [
        ("Write the capital of France into capital.txt", "```file capital.txt\n"),
        ("Write hello.md with the words: Hello, World!", "```file hello.md\n"),
        ("Write the opposite of night into word.txt", "```file word.txt\n"),
        ("Write the factorial of twelve into product.txt", "```python\n"),
        ("Write which weekday it is into day.txt", "```python\n"),
        ("Schreibe das heutige Datum in die Datei datum.txt", "```python\n"),
        ("Write the first 20 primes into primes.txt", "```python\n"),
        ("Write the version of this Python into version.txt", "```python\n"),
        ("Write today's date into day.txt", "```python\n"),
        ("Write the capitals of Europe into capitals.csv", "```python\n"),
    ],
)
def test_without_a_file_to_read_what_is_dictated_or_known_by_heart_is_written_out(
    workspace: Path, home: Path, goal: str, begins: str
) -> None:
    first, *_ = asked(workspace, home, goal, "```finish\nno\n```")
    assert first.prefix.startswith(begins)


def test_few_lines_that_hold_a_name_or_code_of_the_goal_are_shown(
    workspace: Path, home: Path
) -> None:
    (workspace / "logs").mkdir()
    for day in range(30):
        lines = [f"order=4821{day} ok", "order=482130 failed", "started"]
        (workspace / "logs" / f"{day:02}.log").write_text("\n".join(lines))
    (workspace / "logs" / "17.log").write_text("x\norder=48213 failed E-4\n")
    goal = "Why did order 48213 of Ann Lee fail? Look into logs."
    first, *_ = asked(workspace, home, goal, "```finish\nno\n```")
    words = "\n".join(message.text for message in first.messages)
    assert "Lines with 48213:\nlogs/17.log: order=48213 failed E-4\nlogs/03.log" not in words
    assert (
        "Lines with 48213:\nlogs/03.log: order=48213 ok\nlogs/17.log: order=48213 failed" in words
    )
    assert "Lines with Ann Lee" not in words


def test_the_values_of_a_column_are_named_only_where_the_goal_speaks_of_one(
    workspace: Path, home: Path
) -> None:
    """A small model that reads `city: Oslo, Lima` adds up one of them."""
    (workspace / "a.csv").write_text("city,state,n\nOslo,open,1\nLima,paid,2\nOslo,open,\n")
    goal = "Add up the open ones of a.csv and write the total to total.txt"
    first, *_ = asked(workspace, home, goal, "```finish\nno\n```")
    assert (
        "# state: its values are 'open', 'paid' (the goal names 'open' only)\n# n: 1 blank\n"
        in first.prefix
    )
    assert "Lima" not in first.prefix


@needs_sandbox
def test_the_line_of_an_error_that_came_before_is_not_shown_again(
    workspace: Path, home: Path
) -> None:
    (workspace / "a.csv").write_text("city,n\nOslo,1\nLima,2\n")
    goal = "Write the sum of a.csv to sum.txt"
    tries = [python(f"int('x')  # {n}") for n in range(5)]
    first, second, third, begun_again, fifth, *_ = asked(workspace, home, goal, *tries)
    line = "in the line"
    assert line not in first.prefix and line in second.prefix
    for request in (third, begun_again, fifth):
        assert line not in request.prefix
        assert "ValueError: invalid literal" in request.prefix
    columns = "# a has the columns city (like 'Oslo'), n (like '1')\n"
    assert columns not in second.prefix and columns in third.prefix and columns in fifth.prefix


@needs_sandbox
def test_an_error_of_several_lines_is_called_by_its_name(workspace: Path, home: Path) -> None:
    code = "raise ValueError('not a date\\n- try this\\n- or that')"
    _, second = asked(workspace, home, "Write the sum to sum.txt", python(code), python(code))[:2]
    assert "# An earlier program failed: ValueError: not a date in the line" in second.prefix


@needs_sandbox
def test_after_a_key_error_the_columns_are_told(workspace: Path, home: Path) -> None:
    (workspace / "a.csv").write_text("city,n\nOslo,1\nLima,2\n")
    goal = "Write the sum of a.csv to sum.txt"
    _, second = asked(workspace, home, goal, python("{}['m']"), "```finish\nno\n```")[:2]
    assert "# a has the columns city (like 'Oslo'), n (like '1')\n" in second.prefix


def test_where_a_row_is_wanted_for_each_of_a_kind_the_program_begins_to_make_them(
    workspace: Path, home: Path
) -> None:
    (workspace / "rain.csv").write_text(
        "day,station,mm\nd1,Ulm,2\nd2,Ulm,trace\nd3,Aal,4\nd4,Aal,5\n"
    )
    goal = "Add up rain.csv per station in x.csv with the columns station and mm, the most first."
    first, *_ = asked(workspace, home, goal, "```finish\nno\n```")
    assert "# mm of rain: numbers; 'trace' (1 row) became empty\n" in first.prefix
    assert first.prefix.endswith(
        "rain = pd.read_csv('rain.csv', na_values={'mm': ['trace']})\n"
        "\n# one row for each station: groupby('station', as_index=False)"
        ".agg(mm=('mm', 'sum')).sort_values('mm', ascending=False)\n"
    )


@pytest.mark.parametrize(
    ("asked_for", "begins"),
    [
        (
            "mean gas use",
            "\n# only the kind 'gas' is asked for\nm = m[m['kind'] == 'gas']\n# one row",
        ),
        ("mean use", "\n# one row"),
        ("mean gas and water use", "\n# one row"),
    ],
)
def test_of_a_column_the_one_value_that_the_goal_names_picks_the_rows(
    workspace: Path, home: Path, asked_for: str, begins: str
) -> None:
    (workspace / "m.csv").write_text(
        "house,kind,n\nA,gas,2\nA,water,3\nB,gas,4\nB,water,5\nA,oil,1\nB,oil,1\n"
    )
    goal = f"Write the {asked_for} of each house in m.csv to x.csv with the columns house and mean."
    first, *_ = asked(workspace, home, goal, "```finish\nno\n```")
    program = first.prefix.partition("pd.read_csv('m.csv')")[2]
    assert program.startswith(f"\n{begins}"), first.prefix


@pytest.mark.parametrize(
    ("goal", "read"),
    [
        ("Who has not paid the fee yet? Write unpaid.csv.", "pd.read_csv('a/club.csv', sep=';')"),
        ("How many members are there in the club?", "pd.read_csv('a/club.csv', sep=';')"),
        ("How many rows has club.csv?", "pd.read_csv('a/club.csv', sep=';')"),
        ("What is the best song of all?", ""),
        ("Write the sum of the fee in nowhere/other.csv to unpaid.csv.", "a/club.csv"),
    ],
)
def test_a_table_that_the_goal_speaks_of_is_read_without_being_named(
    workspace: Path, home: Path, goal: str, read: str
) -> None:
    (workspace / "a").mkdir()
    (workspace / "a/club.csv").write_text("name;fee\nAna;12\nBo;9\n")
    (workspace / "trees.csv").write_text("kind,height\noak,12\n")
    prefix = asked(workspace, home, goal, "```finish\nno\n```")[0].prefix
    assert read in prefix
    assert "trees" not in prefix
    assert bool(read) == ("read_csv" in prefix)
