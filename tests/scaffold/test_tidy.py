"""The lines that read a person's tables: they run, lose nothing, and mend only what is certain."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from selfstarter.scaffold.tidy import program, told, variable
from selfstarter.texts.columns import column_of
from selfstarter.texts.sheets import sheet_of

pd = pytest.importorskip("pandas")
GOAL = "How many days are between the dates? Give the entries and the count."
slow = settings(max_examples=150)


def tables(folder: Path, goal: str = GOAL, **files: str) -> dict[str, Any]:
    """What the program for these files leaves: `a_csv="..."` is the file a.csv."""
    named = {name.replace("_", "."): text for name, text in files.items()}
    for path, text in named.items():
        (folder / path).write_text(text, "utf-8", newline="")
    sheets = [s for path, text in named.items() if (s := sheet_of(path, text.encode(), goal))]
    left: dict[str, Any] = {}
    with chdir(folder):
        exec(compile(program(sheets, goal), "program", "exec"), left)
    for sheet in sheets:
        assert len(left[variable(sheet)]) == sheet.rows
    return left


cells = st.one_of(
    st.sampled_from(
        ["", " ", "n/a", "NA", "trace", "on request", "tbd", "yes", "0123", "7", "-3", "1,200",
         "1,5", "2.5", "1.240,50 €", "€ 3", "$4.50", "5 kg", "300 g", "12 %", "2024-03-01",
         "19.03.2024", "31.02.2024", "04/05/2024", "25/12/2024", "12/25/2024", "3 March 2024",
         "May 4, 2024", "2024-03-01T10:00", " padded ", "it's", 'a "b"', "a\nb", "x;y"]
    ),
    st.text(max_size=6),
    st.integers(-9999, 9999).map(str),
)  # fmt: skip


@st.composite
def grids(draw: st.DrawFn) -> str:
    width = draw(st.integers(1, 4))
    row = st.lists(cells, min_size=width, max_size=width)
    rows = draw(st.lists(row, min_size=1, max_size=8))
    text = io.StringIO()
    mark = draw(st.sampled_from(",;\t"))
    csv.writer(text, delimiter=mark, lineterminator="\n").writerows(rows)
    return text.getvalue()


@slow
@given(text=grids(), ending=st.sampled_from(["csv", "tsv"]))
def test_the_program_for_any_table_runs(
    tmp_path_factory: pytest.TempPathFactory, text: str, ending: str
) -> None:
    tables(tmp_path_factory.mktemp("t"), **{f"a_{ending}": text})


scalars = st.none() | st.booleans() | st.integers(-99, 99) | st.floats(-9, 9) | cells
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(cells, inner, max_size=3),
    max_leaves=6,
)
records = st.lists(st.dictionaries(st.sampled_from(["id", "entries", "at"]), values), max_size=5)


@slow
@given(found=records | st.dictionaries(cells, values, max_size=3) | values)
@example(found={"": [{"id": 1}, {"id": 2}]})
def test_the_program_for_any_json_runs(
    tmp_path_factory: pytest.TempPathFactory, found: object
) -> None:
    tables(tmp_path_factory.mktemp("t"), a_json=json.dumps(found))


@slow
@given(found=records)
def test_the_program_for_any_json_lines_runs(
    tmp_path_factory: pytest.TempPathFactory, found: list[object]
) -> None:
    lines = "\n".join(map(json.dumps, found))
    tables(tmp_path_factory.mktemp("t"), a_jsonl=lines)


def written(amount: int, style: str) -> str:
    """1234567 hundredths as a person writes them."""
    whole, cents = divmod(amount, 100)
    point = f"{whole:,}.{cents:02}"
    swapped = point.translate(str.maketrans(",.", ".,"))
    return {"point": point, "comma": swapped, "euro": f"{swapped} €", "dollar": f"${point}"}[style]


@slow
@given(
    amounts=st.lists(st.integers(0, 10**9), min_size=4, max_size=12),
    style=st.sampled_from(["point", "comma", "euro", "dollar"]),
    odd=st.sampled_from(["", "n/a", "on request", "-"]),
)
def test_numbers_in_any_style_come_out_as_numbers_and_words_as_blanks(
    tmp_path_factory: pytest.TempPathFactory, amounts: list[int], style: str, odd: str
) -> None:
    rows = [["name", "price"], *([f"n{n}", written(a, style)] for n, a in enumerate(amounts))]
    text = "".join(";".join(row) + "\n" for row in [*rows, ["last", odd]])
    prices = tables(tmp_path_factory.mktemp("t"), a_csv=text)["a"]["price"]
    assert [round(100 * price) for price in prices.dropna()] == amounts
    assert prices.isna().sum() == 1


@slow
@given(
    days=st.lists(st.dates(min_value=pd.Timestamp("1990-01-01").date()), min_size=4, max_size=12),
    forms=st.sampled_from([["%Y-%m-%d", "%d.%m.%Y"], ["%d.%m.%Y"], ["%B %d, %Y", "%Y-%m-%d"]]),
)
def test_dates_in_two_forms_are_the_days_they_name(
    tmp_path_factory: pytest.TempPathFactory, days: Sequence[Any], forms: Sequence[str]
) -> None:
    days = [day for day in days if day.year < 2262]
    text = "id,day\n" + "".join(
        f'{n},"{day.strftime(forms[n % len(forms)])}"\n' for n, day in enumerate(days)
    )
    found = tables(tmp_path_factory.mktemp("t"), a_csv=text)
    if len(days) > 1:
        assert list(pd.to_datetime(found["a"]["day"]).dt.date) == days


@pytest.mark.parametrize(
    ("column", "why"),
    [
        (["1.5", "2,5", "3"], "decimal points and with decimal commas"),
        (["5 kg", "300 g", "2 kg"], "different units"),
        (["12", "13", "14", "15a"], "also '15a'"),
        (["04/05/2024", "01/02/2024"], "day or month first is not clear"),
        (["25/12/2024", "12/25/2024"], ""),
        (["0123", "4567"], ""),
        (["101a", "102b"], ""),
    ],
)
def test_what_is_not_certain_stays_text(column: list[str], why: str) -> None:
    found = column_of("c", column)
    assert found.kind == "text" and why in found.doubt


def test_a_mended_table_says_so_and_the_raw_one_is_there_if_need_be(tmp_path: Path) -> None:
    text = "name,mm\na,1\nb,trace\nc,3\nd,4\n"
    sheet = sheet_of("rain.csv", text.encode())
    assert sheet
    goal = "Add up"
    reading = "rain = pd.read_csv('rain.csv', na_values={'mm': ['trace']})"
    assert program([sheet], goal).splitlines()[2:] == [reading]
    assert list(told(sheet, goal)) == ["mm of rain: numbers; 'trace' (1 row) became empty"]
    assert tables(tmp_path, rain_csv=text)["rain"]["mm"].sum() == 8
    text = text.replace("3", '"€ 3"')
    assert tables(tmp_path, rain_csv=text)["rain"]["mm"].sum() == 8
    odd = sheet_of("rain.csv", text.encode())
    assert odd and "raw" not in program([odd], goal)
    lines = program([odd], goal, raw=True).splitlines()
    assert lines[3:5] == ["rain_raw = rain.copy()", lines[4]] and "rain['mm'] =" in lines[4]


def test_lists_are_unrolled_only_where_the_goal_speaks_of_what_is_in_them(tmp_path: Path) -> None:
    text = json.dumps(
        [
            {"who": "Ada", "loans": [{"title": "Emma", "days": 3}, {"title": "Kim", "days": 9}]},
            {"who": "Bo", "loans": []},
            {"who": "Cy"},
        ]
    )
    (by_loan,) = frames(tables(tmp_path, "Each loan, its title and days", x_json=text))
    assert list(by_loan["title"]) == ["Emma", "Kim"] and list(by_loan["who"]) == ["Ada", "Ada"]
    (by_person,) = frames(tables(tmp_path, "Who is a member?", x_json=text))
    assert list(by_person["who"]) == ["Ada", "Bo", "Cy"]


def test_objects_in_records_become_columns_and_missing_keys_blanks(tmp_path: Path) -> None:
    text = '{"items": [{"id": 1, "at": {"city": "Oslo"}}, {"id": 2}]}'
    (frame,) = frames(tables(tmp_path, x_json=text))
    assert list(frame["at.city"].fillna("")) == ["Oslo", ""]


def test_keys_are_spelled_as_in_the_table_they_refer_to(tmp_path: Path) -> None:
    found = tables(
        tmp_path,
        visits_csv="day,badge\n1,AB-1\n2, ab-1\n3,AC-2 \n",
        staff_csv="badge,name\nAB-1,Rosa\nAC-2,Tim\n",
    )
    assert list(found["visits"]["badge"]) == ["AB-1", "AB-1", "AC-2"]


def test_a_file_without_a_head_gets_one(tmp_path: Path) -> None:
    found = tables(tmp_path, a_csv="2024-03-01,Oslo,3\n2024-03-02,Lima,4\n")
    assert list(found["a"]["column3"]) == [3, 4]


def frames(found: dict[str, Any]) -> Iterator[Any]:
    return (value for value in found.values() if isinstance(value, pd.DataFrame))


MAILS = "Name,mail\njon berg,j@x.no\nMaria Lopez,m@x.es\nRAJ PATEL,r@x.in\n,none@x.in\n"


def test_names_that_differ_in_capitals_alone_are_spelled_as_in_the_other_table(
    tmp_path: Path,
) -> None:
    phones = "name,phone\nMaria Lopez,1\nJon Berg,2\nRaj Patel,3\nAmy Tan,4\n"
    left = tables(tmp_path, phones_csv=phones, mails_csv=MAILS)
    assert [*left["mails"]["Name"][:3]] == ["Jon Berg", "Maria Lopez", "Raj Patel"]
    assert [*left["phones"]["name"]] == ["Maria Lopez", "Jon Berg", "Raj Patel", "Amy Tan"]
