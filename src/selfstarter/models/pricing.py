"""What a model by API costs at the most, known before the call. From genai-prices."""

from typing import TYPE_CHECKING

from selfstarter.core.ports import FREE, Price
from selfstarter.models.naming import ApiName

if TYPE_CHECKING:
    from pydantic_ai.models import Model as Provider

SMALL_PROMPT, LONGEST_PROMPT = 1_000, 1_000_000
"""Tokens. Some providers take more a token from a certain length on."""


def price_of(name: ApiName, provider: "Provider", free: bool) -> Price | None:
    """None: nobody knows it. As stated in the name, if it is."""
    if name.price is not None or free:
        return name.price or FREE
    from genai_prices import Usage, calc_price

    inputs: list[float] = []
    outputs: list[float] = []
    try:
        for length in (SMALL_PROMPT, provider.context_window or LONGEST_PROMPT):
            for written in (0, length):  # to fill a provider's cache may cost more than to read
                usage = Usage(input_tokens=length, cache_write_tokens=written, output_tokens=length)
                found = calc_price(usage, provider.model_name, provider_id=provider.system)
                inputs.append(float(found.input_price) / length)
                outputs.append(float(found.output_price) / length)
    except (LookupError, ValueError):
        return None
    return Price(max(inputs), max(outputs))
