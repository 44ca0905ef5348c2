"""A model that is out of reach for now: worth asking again."""

from selfstarter.core.errors import ModelDown


class Transient(ModelDown):
    """Rate limits, overload, timeouts, broken connections and replies that make no sense."""

    def __init__(
        self, message: str, retry_after_s: float | None = None, *, billed: bool = False
    ) -> None:
        """`retry_after_s`: what the server asked for, None when it said nothing. `billed`: may the
        provider have worked, and charge for it?"""
        super().__init__(message, billed=int(billed))
        self.retry_after_s = retry_after_s
