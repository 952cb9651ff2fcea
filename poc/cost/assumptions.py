"""What the model assumes: values with a range and a source, as data."""

from __future__ import annotations

from decimal import Decimal  # noqa: TC003  # pydantic reads the annotation when it builds the model
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from audit.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    Values = Mapping[str, Decimal]
    """A value for each assumption."""


class Assumption(BaseModel):
    """A value that nobody gave: its range, and where it is from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: str
    low: Decimal = Field(ge=0)
    likely: Decimal = Field(ge=0)
    high: Decimal = Field(ge=0)
    source: str = Field(min_length=1)
    share: bool = False
    divides: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.likely <= self.high:
            raise ValueError("low, likely and high are not in this order: mend them")
        if self.share and self.high > 1:
            raise ValueError(f"a share is {self.high}: write it between 0 and 1")
        if self.divides and not self.low:
            raise ValueError("0 is too low, the model divides by it: write a number above it")
        return self


@cache
def defaults() -> dict[str, Assumption]:
    """The assumptions of the distribution, by name."""
    text = resources.files(__package__).joinpath("assumptions.yaml").read_text("utf-8")
    return {name: Assumption.model_validate(given) for name, given in yaml.safe_load(text).items()}


def with_given(given: Mapping[str, Mapping[str, object]]) -> dict[str, Assumption]:
    """The assumptions with poc.yaml's own in their place: low, likely, high, source by name; raises UsageError."""
    found = dict(defaults())
    for name, values in given.items():
        place = f"prices.assumptions.{name}"
        if name not in found:
            raise UsageError(f"{place} is no assumption of the model: name one of {', '.join(sorted(found))}")
        try:
            found[name] = Assumption.model_validate({**found[name].model_dump(), **values})
        except ValidationError as error:
            raise UsageError(f"{place}: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from error
    return found


def likely(assumptions: Mapping[str, Assumption]) -> dict[str, Decimal]:
    """The likely values."""
    return {name: one.likely for name, one in assumptions.items()}
