"""What the harness does first with the tables that it reads for a small model."""

import subprocess
import sys
from pathlib import Path

import pytest
from plays import laid
from small_plays import asked

JOBS = "job,opened,closed\na,03.02.2026,05.02.2026\nb,27.02.2026,02.03.2026\nc,05.03.2026,\n"


def begun(workspace: Path, home: Path, goal: str) -> str:
    prefix = asked(workspace, home, goal, "```finish\nno\n```")[0].prefix
    return prefix.removeprefix("```python\n")


def printed(program: str, workspace: Path) -> str:
    argv = [sys.executable, "-c", program]
    return subprocess.check_output(argv, cwd=workspace, text=True).strip()


def test_the_days_between_two_dates_are_counted(workspace: Path, home: Path) -> None:
    laid(workspace, {"jobs.csv": JOBS})
    program = begun(workspace, home, "How long does a job take on average? See jobs.csv.")
    assert program.endswith(".dt.days\n")
    assert printed(f"{program}print(jobs['days'].dropna().tolist())", workspace) == "[2.0, 3.0]"


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("id,closed,opened\na,2026-02-05,2026-02-03\nb,2026-03-02,2026-02-27\n", "['closed']) - "),
        ("id,sent,due\na,2026-02-05,2026-02-03\nb,2026-03-02,2026-02-27\n", "['sent']) - "),
        ("id,sent,due\na,2026-02-01,2026-02-03\nb,2026-02-02,2026-02-27\n", "['sent']) - "),
    ],
)
def test_days_count_from_the_earlier_date_or_from_what_is_due(
    workspace: Path, home: Path, head: str, line: str
) -> None:
    laid(workspace, {"jobs.csv": head})
    assert line in begun(workspace, home, "How many days did each of jobs.csv take?")


@pytest.mark.parametrize(
    ("table", "goal"),
    [
        (JOBS, "How many jobs are there in jobs.csv?"),
        ("id,sent\na,2026-02-01\nb,2026-02-02\n", "How many days are there in jobs.csv?"),
        ("id,a,b,days\nx,2026-02-01,2026-02-02,1\n", "How many days did jobs.csv take?"),
    ],
)
def test_where_no_days_are_asked_for_none_are_counted(
    workspace: Path, home: Path, table: str, goal: str
) -> None:
    laid(workspace, {"jobs.csv": table})
    assert ".dt.days" not in begun(workspace, home, goal)


def test_a_table_is_split_into_the_files_that_the_goal_names(workspace: Path, home: Path) -> None:
    laid(workspace, {"till.csv": "day,shop\n2,Oslo\n1,Oslo\n1,New York\n2,New York\n"})
    goal = "Split till.csv into out-oslo.csv and out-new-york.csv, sorted by day."
    printed(begun(workspace, home, goal), workspace)
    assert (workspace / "out-oslo.csv").read_text() == "day,shop\n1,Oslo\n2,Oslo\n"
    assert (workspace / "out-new-york.csv").read_text() == "day,shop\n1,New York\n2,New York\n"


def test_a_table_is_split_where_no_file_is_named(workspace: Path, home: Path) -> None:
    laid(workspace, {"till.csv": "day,shop\n2,Oslo\n1,Moss\n"})
    program = begun(workspace, home, "Split till.csv into one file per shop.")
    assert program.endswith("\nfor shop, rows in till.groupby('shop'):\n")


def test_the_dates_in_names_of_files_are_read(workspace: Path, home: Path) -> None:
    laid(workspace, dict.fromkeys(("in/a_20260203.pdf", "in/b-2026-03-04.pdf", "in/c.txt"), "x"))
    goal = "Move the files in the in folder into a folder for each month, like 2026-03/b.pdf."
    told = "print([(path.name, year, month, day) for path, year, month, day in dated])"
    assert printed(begun(workspace, home, goal) + told, workspace) == str(
        [("a_20260203.pdf", "2026", "02", "03"), ("b-2026-03-04.pdf", "2026", "03", "04")]
    )


def test_the_lines_with_what_the_goal_names_are_found(workspace: Path, home: Path) -> None:
    laid(workspace, {"src/a.js": "x FIXME\ny\n", "src/b.css": "FIXME\n", "src/c.js": "z\n"})
    program = begun(workspace, home, "How many FIXME comments are in the JavaScript files in src?")
    assert printed(f"{program}print(matching)", workspace) == "['src/a.js: x FIXME']"
    assert "print their number" in program


SALES = "day,shop,amount\n03.02.2025,a,1\n07.02.2026,a,2\n09.03.2026,b,4\n"


@pytest.mark.parametrize(
    ("goal", "left"),
    [
        ("How much did the shops of sales.csv take in 2026?", [2, 4]),
        ("How much did the shops of sales.csv take in February 2026?", [2]),
        ("How much did the shops of sales.csv take in March?", [1, 2, 4]),
        ("How much did the shops of sales.csv take since 2026?", [1, 2, 4]),
        ("How much more did the shops of sales.csv take in 2026 than in 2025?", [1, 2, 4]),
        ("How much did the shops of sales.csv take in 2024?", [1, 2, 4]),
    ],
)
def test_only_the_rows_of_the_time_that_is_named_are_left(
    workspace: Path, home: Path, goal: str, left: list[int]
) -> None:
    laid(workspace, {"sales.csv": SALES})
    program = begun(workspace, home, goal)
    assert printed(f"{program}print(sales['amount'].tolist())", workspace) == str(left)


@pytest.mark.parametrize(
    ("part", "held"),
    [
        ("month", ["2025-02", "2026-02", "2026-03"]),
        ("quarter", ["2025Q1", "2026Q1", "2026Q1"]),
        ("year", [2025, 2026, 2026]),
        ("weekday", ["Monday", "Saturday", "Monday"]),
    ],
)
def test_what_is_counted_by_is_a_column(
    workspace: Path, home: Path, part: str, held: list[str]
) -> None:
    laid(workspace, {"sales.csv": SALES})
    program = begun(workspace, home, f"In which {part} did the shops of sales.csv take most?")
    assert printed(f"{program}print(sales['{part}'].tolist())", workspace) == str(held)


REGIONS = "id,region,kg\n1,North,1.25\n2,north,2\n3,North,3\n4,Northwest,4\n"


def test_values_that_differ_in_capitals_become_one(workspace: Path, home: Path) -> None:
    laid(workspace, {"sent.csv": REGIONS})
    program = begun(workspace, home, "How many of sent.csv went to the region North?")
    told = printed(f"{program}print(sent['region'].tolist())", workspace)
    assert told == "['North', 'North', 'North', 'Northwest']"
    assert "# region: its values are 'North', 'Northwest' (the goal names 'North' only)" in program


def test_where_all_records_are_to_be_kept_they_stay_as_they_are(
    workspace: Path, home: Path
) -> None:
    laid(workspace, {"sent.csv": REGIONS})
    assert "replace(" not in begun(workspace, home, "Convert sent.csv to sent.json.")


def test_the_means_of_groups_are_rounded_as_the_goal_says(workspace: Path, home: Path) -> None:
    laid(workspace, {"sent.csv": REGIONS})
    goal = "Write means.csv (columns region and mean_kg, two decimals): the mean kg of each region"
    assert ".round(2)" in begun(workspace, home, f"{goal} of sent.csv.")


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("-1 means that the gauge was broken", "[4.0]"),
        ("4 stands for a day without reading, so not", "[-1.0]"),
        ("-1 means one below zero", "[-1, 4]"),
        ("9 means that it was broken", "[-1, 4]"),
    ],
)
def test_a_number_that_stands_for_none_is_emptied(
    workspace: Path, home: Path, said: str, left: str
) -> None:
    laid(workspace, {"tank.csv": "day,level\n1,-1\n2,4\n"})
    program = begun(workspace, home, f"What is the mean level in tank.csv? {said}.")
    assert printed(f"{program}print(tank['level'].dropna().tolist())", workspace) == left


def test_rounding_takes_no_group_away(workspace: Path, home: Path) -> None:
    laid(workspace, {"tank.csv": "site,level\na,1\na,2\nb,4\n"})
    goal = "Write m.csv with the columns site and level_mean: the mean of each site of tank.csv, "
    program = begun(workspace, home, goal + "rounded to two decimals.")
    assert "one row for each site: groupby('site', as_index=False)" in program


FEES = "member;fee;paid\nAna;2,50;yes\nBo;8;no\nDi;1,5;NO\nEd;8;\nHal;8;x\nIo;1;Yes\nJo;2;no\n"


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Only those with no in the column paid count, however it is written.", ["Bo", "Di", "Jo"]),
        ("Only rows whose paid is 'yes'.", ["Ana", "Io"]),
        ("How many have no in the column paid, and how many yes?", []),
        ("Only those that do not have no in the column paid.", []),
        ("Only those with no or yes in the column paid.", []),
    ],
)
def test_only_those_rows_are_left_that_the_goal_speaks_of(
    workspace: Path, home: Path, said: str, left: list[str]
) -> None:
    laid(workspace, {"fees.csv": FEES})
    program = begun(workspace, home, f"List the members in fees.csv. {said}")
    members = printed(f"{program}print(fees['member'].tolist())", workspace)
    assert members == str(left or ["Ana", "Bo", "Di", "Ed", "Hal", "Io", "Jo"])


@pytest.mark.parametrize("stamp", ["{} 2026-05-04", "2026-05-04 {}", "2026-05-04T{}Z"])
def test_what_is_counted_by_the_hour_is_counted(workspace: Path, home: Path, stamp: str) -> None:
    hours = [("08:01:00", "ERROR"), ("09:02:00", "ERROR"), ("09:59:59", "ERROR")]
    hours += [(f"08:00:0{n}", "INFO") for n in range(5)] + [("07:10:00", "ERROR")] * 3
    rows = [f"{stamp.format(time)} [{level}] job {n}\n" for n, (time, level) in enumerate(hours)]
    laid(workspace, {"server.log": "".join(rows)})
    program = begun(workspace, home, "In which hour does server.log have the most errors?")
    assert printed(program, workspace).splitlines()[1:4] == [
        "7    3",
        "9    2",
        "8    1",
    ]


def test_lists_are_compared_without_capitals_where_they_do_not_matter(
    workspace: Path, home: Path
) -> None:
    laid(workspace, {"a.txt": "Ana\nBo\n", "b.txt": "bo\nCy\n"})
    goal = "Who of a.txt is not in b.txt? Write c.txt. {} do not matter."
    both = "print(a, b)"
    program = begun(workspace, home, goal.format("Capitals")) + both
    assert printed(program, workspace) == "['ana', 'bo'] ['bo', 'cy']"
    program = begun(workspace, home, goal.format("Blanks")) + both
    assert printed(program, workspace) == "['Ana', 'Bo'] ['bo', 'Cy']"


def test_tables_with_the_same_columns_are_put_together(workspace: Path, home: Path) -> None:
    laid(workspace, {"jan.csv": "name,hours\nAna,12\n", "feb.csv": "Hours;Name\n6,5;Ana\n7;Cy\n"})
    goal = "Add up the hours of each person in jan.csv and feb.csv. Write hours.csv, two columns."
    program = begun(workspace, home, goal)
    told = printed(f"{program}print(rows.groupby('name')['hours'].sum().to_dict())", workspace)
    assert told == "{'Ana': 18.5, 'Cy': 7.0}"
    laid(workspace, {"feb.csv": "name;age\nAna;7\n"})
    assert "concat" not in begun(workspace, home, goal), "other columns"


@pytest.mark.parametrize(
    ("goal", "told"),
    [
        ("Which job in the logs folder took longest, and in which log file is it?", True),
        ("Which job in the logs folder took longest?", False),
    ],
)
def test_where_a_file_is_asked_for_whole_rows_are_to_be_printed(
    workspace: Path, home: Path, goal: str, told: bool
) -> None:
    rows = "".join(f"08:0{n}:00 job-{n} {n + 5}ms\n" for n in range(9))
    laid(workspace, {"logs/a.log": rows, "logs/b.log": rows.replace("ms", "0ms")})
    assert ("# print whole rows, with their file" in begun(workspace, home, goal)) == told


def test_columns_of_nested_records_are_called_as_the_goal_calls_them(
    workspace: Path, home: Path
) -> None:
    one = '{"id": 1, "name": {"first": "Ada", "last": "Quist"}, "contact": {"email": "a@b"}}'
    laid(workspace, {"members.json": f'{{"club": "R", "members": [{one}, {one}]}}'})
    goal = "Convert members.json into members.csv with the columns id, name, email, sorted by name."
    program = begun(workspace, home, goal)
    shown = "print(members[['name', 'email']].iloc[0].tolist())"
    assert printed(program + shown, workspace) == "['Ada Quist', 'a@b']"


def test_columns_that_two_parts_could_mean_are_left_alone(workspace: Path, home: Path) -> None:
    one = '{"id": 1, "home": {"city": "Ulm"}, "work": {"city": "Bonn"}}'
    laid(workspace, {"people.json": f"[{one}, {one}]"})
    goal = "Convert people.json into people.csv with the columns id, city."
    assert "rename" not in begun(workspace, home, goal)


def test_a_column_is_called_as_the_goal_spells_it(workspace: Path, home: Path) -> None:
    laid(workspace, {"mail.csv": "Name;E-Mail\nRaj;raj@p\nAda;a@b\n"})
    goal = "Convert mail.csv into contacts.csv with the columns name and email."
    program = begun(workspace, home, goal)
    assert printed(f"{program}print(list(mail.columns))", workspace) == "['name', 'email']"


def test_of_two_lists_that_are_merged_no_row_is_lost(workspace: Path, home: Path) -> None:
    laid(workspace, {
        "phones.csv": "name,phone\nJon Berg,1\nAmy Tan,2\nRaj Patel,3\n",
        "mails.csv": "Name;E-Mail\nRaj Patel;r@p\nAmy Tan;a@t\nJon Berg;j@b\n",
    })  # fmt: skip
    goal = "Merge phones.csv and mails.csv into all.csv with the columns name, phone and email."
    program = begun(workspace, home, goal)
    assert (
        program.count(".merge(") == 1 and "phones.merge(mails, how='outer', on='name')" in program
    )
    goal = "Who in phones.csv is not in mails.csv? Write all.csv with the columns name and phone."
    assert "how='outer'" not in begun(workspace, home, goal)


def test_of_each_the_best_is_picked_out(workspace: Path, home: Path) -> None:
    laid(workspace, {"sales.csv": "day,product,sum\n2025-01-02,Lamp,3\n2025-05-02,Desk,4\n"})
    goal = "Which product sold the most in each quarter? Save best.csv with quarter, product, sum."
    program = begun(workspace, home, goal)
    assert (
        "# one row for each quarter: sums.loc[sums.groupby('quarter')['sum'].idxmax()]" in program
    )
    assert "idxmin()" in begun(workspace, home, goal.replace("the most", "the least"))


def test_half_of_a_head_is_not_put_right(workspace: Path, home: Path) -> None:
    one = '{"name": "a", "ram_gb": 1, "site": {"city": "Ulm"}}'
    laid(workspace, {"inventory.json": f"[{one}, {one}]"})
    goal = "Convert inventory.json into servers.csv with the columns Name, Location and RAM (GB)."
    assert "rename" not in begun(workspace, home, goal)
