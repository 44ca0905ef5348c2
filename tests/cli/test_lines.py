"""One event as one line."""

from selfstarter.cli.lines import lines
from selfstarter.core.contract import Task
from selfstarter.core.events import PlanRevised


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
