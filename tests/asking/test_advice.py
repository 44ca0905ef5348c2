"""What is said about an error, beside the error."""

import pytest

from selfstarter.asking.advice import advice


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("ValueError: could not convert string to float: '249.3°C'", "first .strip('°C')"),
        (
            "ValueError: could not convert string to float: 'EUR 1,200.50'",
            "first .strip('EUR ').replace(',', '')",
        ),
        ("ValueError: invalid literal for int() with base 10: '12.5'", "use float"),
        (
            "ValueError: invalid literal for int() with base 10: 'n/a'",
            "that is no number: take another part, or skip what has none",
        ),
        (
            "FileNotFoundError: [Errno 2] No such file or directory: 'logs/*.log'",
            "that takes no pattern: go through glob.glob(pattern)",
        ),
        (
            "TypeError: sort() got an unexpected keyword argument 'inplace'",
            "leave that argument out, or the whole line",
        ),
        ("ZeroDivisionError: division by zero", ""),
    ],
)
def test_an_error_is_told_with_its_mend(error: str, said: str) -> None:
    assert advice(error) == said


@pytest.mark.parametrize("value", ["249.3°C", "EUR 1,200.50", "$5", "7 %", "-3 degrees"])
def test_the_mend_makes_a_number(value: str) -> None:
    with pytest.raises(ValueError, match="to float") as failed:
        float(value)
    mend = advice(f"ValueError: {failed.value}").removeprefix("first ")
    assert isinstance(float(eval(f"{value!r}{mend}")), float)
