"""A model that is out of reach for now: worth asking again."""

from typing import Any

from selfstarter.core.errors import ModelDown


class Transient(ModelDown):
    """Rate limits, overload, timeouts, broken connections and replies that make no sense."""

    def __init__(
        self,
        sentence: str,
        /,
        *,
        retry_after_s: float | None = None,
        billed: bool = False,
        **holes: Any,
    ) -> None:
        """`retry_after_s`: what the server asked for, None when it said nothing. `billed`: may the
        provider have worked, and charge for it?"""
        super().__init__(sentence, billed=int(billed), **holes)
        self.retry_after_s = retry_after_s
