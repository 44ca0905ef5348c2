"""What a goal says of the table it wants, and whether a file holds that table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfstarter.core.contract import FileMatches, Sketch
from selfstarter.goals.files import outputs
from selfstarter.goals.names import clauses
from selfstarter.goals.wanted_tables import (
    best_of_each,
    columns_named,
    group_of,
    of_table,
    one_row_each,
    order_wanted,
    source_of_records,
)
from selfstarter.proofs.content import wrong_in_table
from selfstarter.texts.tables import Table, given_table, table_of, unordered

HERE = ("a.csv", "b.csv")


@pytest.mark.parametrize(
    ("path", "text", "head", "rows"),
    [
        ("x.csv", 'n,v\na,"1,2"\n\n', ("n", "v"), [("a", "1,2")]),
        ("x.csv", "n,v\n", ("n", "v"), []),
        ("x.tsv", "n\tv\na\t1\n", ("n", "v"), [("a", "1")]),
        ("x.json", '[{"n": "a"}, {"n": "b", "v": 1}]', ("n", "v"), [("a", ""), ("b", "1")]),
        ("x.json", "[1, 2]", (), [("1",), ("2",)]),
        ("x.json", "[]", (), []),
        ("x.md", "# T\n\n| n | v |\n|---|:-:|\n| **a** | 1 |\n\nend", ("n", "v"), [("a", "1")]),
        ("x.txt", "b\n\na\n", (), [("b",), ("a",)]),
    ],
)
def test_many_forms_hold_a_table(
    path: str, text: str, head: tuple[str, ...], rows: list[tuple[str, ...]]
) -> None:
    assert table_of(path, text) == Table(head, tuple(rows))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("x.csv", ""),
        ("x.json", "{"),
        ("x.json", '[{"order": 1, "items": [{"n": 1}, {"n": 2}]}]'),
        ("x.md", "no table"),
        ("x.py", "a = 1"),
    ],
)
def test_what_holds_no_table_is_none(path: str, text: str) -> None:
    assert table_of(path, text) is None


@pytest.mark.parametrize(
    ("asked", "text", "wrong"),
    [
        ({"columns": ("n", "v")}, "N,V\na,1\n", "wanted are n, v"),
        ({"columns": ("n", "v")}, "v\n1\n", "wanted are n, v"),
        ({"records": 2}, "n\na\nb\n", ""),
        ({"records": 2}, "n\na\n", "has 1 records; wanted are 2"),
        ({"records": 0}, "n\n", ""),
        ({"min_records": 1}, "n,v\n", "has no records"),
        ({"min_records": 1}, "n,v\na,12.5013.00\n", "texts were added"),
        ({"min_records": 1}, "n,v\na,10.0.0.1\n", ""),
        ({"order": "falling"}, 'n,v\na,"1,313"\nb,40\n', ""),
        ({"order": "falling"}, "n,v\nb,40\na,1313\n", "largest first"),
        ({"order": "falling"}, "n,v\na,3\nTotal,9\n", ""),
        ({"order": "rising", "order_by": "n"}, "n,v\nB,1\na,2\n", "sorted by n"),
        ({"order": "rising", "order_by": "n"}, "n,v\na,2\nB,1\n", ""),
        ({"order": "rising", "order_by": "nowhere"}, "n,v\na,2\nB,1\n", ""),
        ({"order": "some"}, "n,v\na,3\nb,1\n", ""),
        ({"order": "some"}, "n,v\na,1\nb,3\n", ""),
        ({"order": "some"}, "n,v\na,1\nb,3\nc,2\n", "sorted by any"),
        ({"order": "some"}, "n,v\na,x\nb,z\nc,y\n", ""),
        ({"order": "some"}, "n,v\nP-1,1\nP-2,3\nP-3,2\n", "sorted by any"),
        ({"order": "some"}, "n,v\n1,1\n2,3\n3,2\n", "sorted by any"),
        ({"columns": ("a",)}, "", "holds no table"),
        ({"columns": ("n", "v")}, "n;v\na;3,69\nb;12,5\n", ""),
        ({"columns": ("n", "w")}, "n;v\na;3,69\n", "wanted are n, w"),
        ({"order": "rising", "order_by": "v"}, "n;v\na;3,69\nb;12,5\n", ""),
        ({"order": "falling", "order_by": "v"}, "n;v\na;3,69\nb;12,5\n", "largest first"),
        ({"numeric": ("v",)}, "n;v\na;3,69\n", "holds '3,69' as v"),
    ],
)
def test_a_table_is_looked_at_for_what_was_asked_of_it(
    asked: dict[str, object], text: str, wrong: str
) -> None:
    said = wrong_in_table(FileMatches.model_validate({"path": "x.csv", **asked}), text)
    assert wrong in said and bool(wrong) == bool(said)


@given(st.lists(st.integers(-1000, 1000), min_size=2, unique=True))
def test_only_one_order_of_different_numbers_is_falling(numbers: list[int]) -> None:
    def rows(column: list[int]) -> Table:
        return Table(("v",), tuple((str(number),) for number in column))

    right = sorted(numbers, reverse=True)
    assert not unordered(rows(right), falling=True, by="")
    assert bool(unordered(rows(numbers), falling=True, by="")) == (numbers != right)
    assert unordered(rows(right), falling=False, by="v")


@pytest.mark.parametrize(
    ("goal", "wanted"),
    [
        ("Put the totals in b.csv, the biggest first.", ("falling", "")),
        ("List them newest first.", ("falling", "")),
        ("Write the names, sorted by surname, to b.csv", ("rising", "surname")),
        ("Sort a.csv by the price, highest first", ("falling", "price")),
        ("One per line, sorted, in x.txt", ("rising", "")),
        ("in alphabetical order", ("rising", "")),
        ("Put the totals in b.csv, the wettest station first", ("some", "")),
        ("The rest of the rows first", ("", "")),
        ("Sort the photos into folders", ("", "")),
        ("The first order of the biggest customer", ("", "")),
    ],
)
def test_the_order_that_a_goal_names(goal: str, wanted: tuple[str, str]) -> None:
    assert order_wanted(goal) == wanted


@pytest.mark.parametrize(
    ("goal", "source"),
    [
        ("Convert a.csv to x.json, one object per row.", "a.csv"),
        ("Write x.csv: every order from a.csv with the name from b.csv.", "a.csv"),
        ("Convert a.csv to x.json; where the price is empty write null.", "a.csv"),
        ("Write every row of a.csv whose price is above 10 to x.csv", ""),
        ("Add up a.csv per category, each in a row of x.csv", ""),
        ("Every address once: take a.csv and write x.csv", ""),
        ("Put every row of a.csv and b.csv into x.csv", ""),
        ("Convert c.csv to x.json", ""),
    ],
)
def test_every_record_is_kept_only_where_the_goal_says_so(goal: str, source: str) -> None:
    assert source_of_records(goal, HERE) == source


def test_the_same_columns_are_those_of_the_table_that_is_there() -> None:
    tables = {"a.csv": Table(("id", "name"), (("1", "x"), ("1", "x")))}
    goal = "Write x.csv with the same columns as a.csv, each row."
    found = [check for _, check in of_table(goal, "x.csv", {"a.csv": ""}, tables)]
    assert [check.columns for check in found] == [("id", "name"), ()]
    assert [check.min_records for check in found] == [0, 1], "a.csv has a row twice: no exact count"


def test_the_head_of_a_markdown_table_is_asked_for_by_name() -> None:
    goal = "Write x.md, a table with the columns host, port and owner"
    assert columns_named(goal) == ("host", "port", "owner")
    (_, check), *_ = of_table(goal, "x.md", {}, {})
    assert not wrong_in_table(check, "| Host | Port | Owner |\n|---|---|---|\n| a | 1 | b |\n")
    assert wrong_in_table(check, "| Name | Port | Owner |\n|---|---|---|\n| a | 1 | b |\n")


def test_capitals_and_units_of_a_head_are_meant() -> None:
    goal = "Write x.md, a table with the columns Name, Weight (kg) and Owner."
    (_, check), *_ = of_table(goal, "x.md", {}, {})
    assert check.columns == ("Name", "Weight (kg)", "Owner")
    assert not wrong_in_table(
        check, "| Name | Weight (kg) | Owner |\n|---|---|---|\n| a | 1 | b |\n"
    )
    assert wrong_in_table(check, "| name | weight (kg) | Owner |\n|---|---|---|\n| a | 1 | b |\n")


def test_the_clauses_of_a_goal_are_its_own_words() -> None:
    assert clauses("Add up March. Rejected ones don't count,\npending ones do.") == (
        "Add up March.",
        "Rejected ones don't count,",
        "pending ones do.",
    )


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('[{"n": "a", "v": 286.0}, {"n": "b", "v": null}]', ""),
        ('[{"v": "", "n": "b"}, {"n": "a", "v": "286"}]', ""),
        ('[{"n": "a", "v": 286}, {"n": "b", "v": 0}]', "in the column v: '0' for ''"),
        ('[{"n": "a"}, {"n": "b"}]', ""),
        ('[{"n": "A", "v": 286}, {"n": "b", "v": null}]', "in the column n: 'A' for 'a'"),
    ],
)
def test_a_table_that_only_changes_its_form_keeps_its_values(text: str, wrong: str) -> None:
    check = FileMatches(path="x.json", values_of="a.csv")
    said = wrong_in_table(check, text, "n,v\na,286\nb,\n")
    assert wrong in said and bool(wrong) == bool(said)


@pytest.mark.parametrize(
    ("goal", "columns"),
    [
        ("with the columns a, b and c", ("a", "b", "c")),
        ("Two columns, city and total.", ("city", "total")),
        ("with columns named id, name", ("id", "name")),
        ("The header: a,b,c.", ("a", "b", "c")),
        ("whose fields are day and sum", ("day", "sum")),
        ("Keep the columns in order.", ()),
        ("the columns id, price per unit", ()),
        ("Sort the columns by name and date", ()),
        ("the columns id, name, joined, sorted by name", ("id", "name", "joined")),
        ("with the columns id and name sorted by name", ("id", "name")),
        ("with the columns id, sorted by name", ()),
        ("one row for each action item: owner, task, due.", ("owner", "task", "due")),
        ("a.csv: one row per person, with name, phone and email", ("name", "phone", "email")),
        ("one row per visit, with the date and the name", ()),
        ("the columns name, age in years", ()),
        ("Save it as best.csv with quarter, product, revenue.", ("quarter", "product", "revenue")),
        ("Write a.csv with totals and averages.", ()),
    ],
)
def test_columns_are_named_in_many_ways(goal: str, columns: tuple[str, ...]) -> None:
    assert columns_named(goal) == columns


RAIN_ROWS = (("1", "Ostby", "3"), ("2", "Ostby", "4"), ("2", "Ulm", "1"))
RAIN = Table(("day", "station", "mm"), RAIN_ROWS)


@pytest.mark.parametrize(
    ("goal", "found"),
    [
        ("Add it up per station in x.csv with the columns station and mm", ("station", "r.csv")),
        ("Write the total mm for each station to x.csv, columns station, mm", ("station", "r.csv")),
        ("Write the mean mm of each station to x.csv, columns station, mm", ("station", "r.csv")),
        ("Count the days per station and day in x.csv, columns station, day, n", None),
        ("Write the mm per station to x.csv with the columns station and mm", None),
        ("Add it up per station in capitals: x.csv, columns station, mm, in percent", None),
        ("Add it up per region in x.csv with the columns region and mm", None),
    ],
)
def test_the_column_whose_values_are_to_be_there_once(
    goal: str, found: tuple[str, str] | None
) -> None:
    assert group_of(goal, columns_named(goal), {"r.csv": RAIN}) == found


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("station,mm\nOstby,7\nUlm,1\n", ""),
        ("station,mm\n ostby ,7\nTotal,7\n", ""),
        ("mm\n7\n", ""),
        ("station,mm\nOstby,3\nOstby,4\nUlm,1\n", "has 2 rows for station 'ostby'"),
        ("station,mm\nOslo,7\n", "has the station 'oslo', which is not in r.csv"),
    ],
)
def test_a_sum_per_group_has_each_group_of_the_source_once(text: str, wrong: str) -> None:
    source = "day,station,mm\n1,Ostby,3\n2,Ostby,4\n2,Ulm,1\n"
    check = FileMatches(path="x.csv", one_per="station", keys_of="r.csv")
    said = wrong_in_table(check, text, source)
    assert wrong in said and bool(wrong) == bool(said)


@pytest.mark.parametrize(
    ("text", "head", "last"),
    [
        ("n;v\na;1,5\n", ("n", "v"), ("a", "1,5")),
        ("n\tv\na\t1,5\n", ("n", "v"), ("a", "1,5")),
        ("n|v\na|1;5\n", ("n", "v"), ("a", "1;5")),
        ('"a, b, c";v\nd;1\n', ("a, b, c", "v"), ("d", "1")),
        ("id,size; colour; age\n1,2\n", ("id", "size; colour; age"), ("1", "2")),
        ("a;b;c\n1;2\n", ("a", "b", "c"), ("1", "2")),
        ('note\n"one, two; three"\n', ("note",), ("one, two; three",)),
    ],
)
def test_a_table_is_read_by_the_mark_that_stands_in_it(
    text: str, head: tuple[str, ...], last: tuple[str, ...]
) -> None:
    for read in (table_of, given_table):
        assert read("a.csv", text) == Table(head, (last,))


def test_a_persons_table_without_a_head_is_none() -> None:
    assert given_table("a.csv", "1;2\n3;4\n") is None
    assert given_table("a.tsv", "1\t2\n3\t4\n") == Table(("1", "2"), (("3", "4"),))


def test_what_is_said_in_brackets_of_the_last_column_is_no_part_of_its_name() -> None:
    assert columns_named("with the columns day and mm (one decimal)") == ("day", "mm")
    goal = "with the columns Name, Place (the city, and its land) and Load (kg), sorted by name"
    assert columns_named(goal) == ("Name", "Place", "Load (kg)")


def test_an_order_of_unknown_direction_is_named_in_the_goals_words() -> None:
    goal = "Write x.csv with the columns day and mm, the wettest day first."
    texts = [text for text, check in of_table(goal, "x.csv", {}, {}) if check.order == "some"]
    assert texts == ["x.csv is sorted, the wettest day first"]


def test_names_that_one_of_two_tables_has_once_are_there_once_in_a_count_for_each() -> None:
    tables = {
        "visits.csv": Table(("day", "badge"), (("1", "a"), ("2", "a"), ("3", "b"))),
        "staff.csv": Table(("badge", "name"), (("a", "Rosa"), ("b", "Tim"))),
    }
    goal = "Count the visits of each person. Write x.csv with the columns name and visits."
    assert group_of(goal, columns_named(goal), tables) == ("name", "staff.csv")
    rows = Table(("badge", "name"), (("a", "Rosa"), ("b", "Rosa")))
    assert group_of(goal, columns_named(goal), {**tables, "staff.csv": rows}) is None, "namesakes"
    goal = "Write every visit to x.csv with the columns name and day."
    assert group_of(goal, columns_named(goal), tables) is None


def test_a_code_is_no_negative_number() -> None:
    rising = Table((), (("TCK-101",), ("TCK-205",), ("TCK-300",)))
    assert unordered(rising, falling=False, by="") == ""
    assert unordered(Table((), rising.rows[::-1]), falling=False, by="")
    money = Table(("due",), (("EUR -9",), ("EUR 1",), ("EUR 20",)))
    assert unordered(money, falling=False, by="due") == ""


@pytest.mark.parametrize(
    ("goal", "made"),
    [
        ("Write count.py. I call it like `python count.py text.txt 5`.", ("count.py",)),
        ("Write sum.py; python3 sum.py --by day in.csv prints the sums.", ("sum.py",)),
        ("Write a.py and run python a.py in.csv > out.csv.", ("a.py", "out.csv")),
        ("Write a.py so that python a.py -o out.csv works.", ("a.py", "out.csv")),
        ("Write a.py for python and b.csv with its results.", ("a.py", "b.csv")),
    ],
)
def test_what_a_program_is_given_in_an_example_is_no_file_to_make(
    goal: str, made: tuple[str, ...]
) -> None:
    sketch = Sketch(outcome="o", files=(), assumptions=(), document=False)
    assert outputs(goal, sketch, {}) == made


@pytest.mark.parametrize(
    ("text", "wrong"),
    [("a,v\nx,1.5\ny,2\n", ""), ("a,v\nx,1.52\ny,2.125\n", "2.125, not rounded to 2 decimals")],
)
def test_the_numbers_of_a_table_are_rounded(text: str, wrong: str) -> None:
    goal = "Write x.csv with the columns a and v (two decimals)."
    checks = [check for _, check in of_table(goal, "x.csv", {}, {}) if check.decimals is not None]
    (check,) = checks
    assert wrong in wrong_in_table(check, text)
    assert bool(wrong) == bool(wrong_in_table(check, text))


def test_numbers_that_were_longer_before_may_be_so_still() -> None:
    tables = {"a.csv": Table(("a", "v"), (("x", "1.2345"),))}
    goal = "Write x.csv with the columns a and v (two decimals) from a.csv."
    found = of_table(goal, "x.csv", {"a.csv": ""}, tables)
    assert all(check.decimals is None for _, check in found)


@pytest.mark.parametrize(
    ("goal", "wrong"),
    [
        ("Write x.csv with the columns who and v (a plain number like 1.5).", "holds '1,5' as v"),
        ("Write x.csv with the columns who and v, v as a number.", "holds '1,5' as v"),
        ("Write x.csv with the columns who and v (number of visits).", ""),
        ("Write x.csv with the columns who and v.", ""),
    ],
)
def test_a_column_of_numbers_holds_numbers(goal: str, wrong: str) -> None:
    checks = [check for _, check in of_table(goal, "x.csv", {}, {}) if check.numeric]
    assert bool(checks) == bool(wrong)
    for check in checks:
        assert wrong in wrong_in_table(check, 'who,v\nx,1\ny,"1,5"\n')
        assert not wrong_in_table(check, "who,v\nx,1\ny,1.5\nz,\n")


def test_the_best_of_each_is_one_row_for_each() -> None:
    goal = "Which product sold the most in each quarter? best.csv with quarter, product, sum."
    (_, check), *_ = (one for one in of_table(goal, "best.csv", {}, {}) if one[1].one_per)
    head = "quarter,product,sum\n"
    assert not wrong_in_table(check, f"{head}Q1,a,1\nQ2,a,2\n")
    assert "2 rows for quarter 'q1'" in wrong_in_table(check, f"{head}Q1,a,1\nQ1,b,2\n")
    assert best_of_each("The best product of each shop", ("shop", "product")) == "shop"
    assert not best_of_each("The best product of each shop", ("store", "product"))
    assert not best_of_each("Add it up for each shop. Which is best?", ("shop",))


def test_one_row_per_person_is_one_for_each_name() -> None:
    goal = "Merge a.csv and b.csv into c.csv: one row per person, with name, phone and email."
    (_, check), *_ = (one for one in of_table(goal, "c.csv", {}, {}) if one[1].one_per)
    head = "name,phone,email\n"
    assert not wrong_in_table(check, f"{head}Jon Berg,1,x\nAmy Tan,2,y\n")
    assert "2 rows for name 'jon berg'" in wrong_in_table(
        check, f"{head}Jon Berg,1,\njon berg,,x\n"
    )
    assert one_row_each("one line for each city", ("city", "count")) == "city"
    assert not one_row_each("one line for each city", ("town", "count"))
