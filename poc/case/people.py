"""Who takes part: teams or offices by a short name, which gates and duties refer to."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from poc.case.part import Part

Contact = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Person(Part):
    """A team, an office or a person."""

    team: str = Field(min_length=1, description="the team or office", examples=["streaming platform"])
    contact: Contact = Field(description="how it is reached", examples=["platform@example.com"])
    role: str | None = Field(default=None, description="what it does here", examples=["runs the brokers"])
