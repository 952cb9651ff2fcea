"""The signals of both sides, as data beside this file."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, model_validator


class Signal(BaseModel):
    """A signal, its names on both sides, and how near they are; ``alert`` says what an alert on it watches."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    watches: str
    confluent: str = ""
    automq: str = ""
    cloudwatch: str = ""
    match: Literal["same", "near", "none"]
    differs: str = ""
    alert: str = ""

    @model_validator(mode="after")
    def _says_what_differs(self) -> Self:
        if self.match != "same" and not self.differs:
            raise ValueError(f"{self.id} is {self.match}, and does not say in what it differs")
        return self


@cache
def signals() -> tuple[Signal, ...]:
    """All of them, in the order of the file."""
    text = resources.files(__package__).joinpath("signals.yaml").read_text("utf-8")
    return tuple(Signal.model_validate(one) for one in yaml.safe_load(text)["signals"])
