"""One event as one line."""

from selfstarter.cli.lines import lines
from selfstarter.core.contract import Task
from selfstarter.core.events import CallReturned, PlanRevised


def test_of_a_change_of_the_plan_it_is_said_what_it_is() -> None:
    assert lines(PlanRevised(reason="", done=("1", "2"))) == ["plan      done: 1, 2"]
    more = PlanRevised(
        reason="there is more", drop=("3",), failed=("4",), add=(Task(id="5", title="Look"),)
    )
    assert lines(more) == [
        "plan      revised: there is more",
        "plan      failed: 4",
        "plan      dropped: 3",
        "plan      5. Look",
    ]


def test_of_a_result_in_json_the_first_values_are_shown_and_not_its_bracket() -> None:
    laid_out = '{\n "id": "T-2041",\n "customer": "Ines"\n}'
    for output, said in ((laid_out, '{ "id": "T-2041", "customer": "Ines" }'), ("a\nb", "a")):
        (line,) = lines(CallReturned(call_id="1", status="ok", output=output))
        assert line == f"  ok      {said}"
