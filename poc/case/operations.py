"""Who runs it: an owner, a deputy and a runbook for each duty, and a receiver for each alert."""

from __future__ import annotations

import datetime as dt  # pydantic reads the annotation when it builds the model
from typing import TYPE_CHECKING

from pydantic import Field

from audit.model.contract import Duty  # the same
from poc.case.part import Part

if TYPE_CHECKING:
    from collections.abc import Iterator


class Holder(Part):
    """Who holds a duty; names are those under people."""

    owner: str = Field(description="who owns it, a name under people", examples=["platform"])
    deputy: str | None = Field(default=None, description="who stands in, another name under people")
    runbook: str | None = Field(
        default=None, description="where its runbook is", examples=["https://wiki.example.com/kafka/upgrades"]
    )


class Alert(Part):
    """An alert of the target, by the id of its signal in the operating model."""

    threshold: str = Field(min_length=1, description="when it fires", examples=["above 10,000 records for 5 min"])
    receiver: str = Field(description="who is told, a name under people", examples=["oncall"])
    calibrated: dt.date | None = Field(
        default=None, description="the day the threshold was tried with production-like traffic"
    )


class Operations(Part):
    """Duties and alerts."""

    duties: dict[Duty, Holder] = Field(
        default={},
        description="who holds which duty",
        examples=[{"upgrades": {"owner": "platform"}}],
    )
    alerts: dict[str, Alert] = Field(
        default={},
        description="alerts of the target, by the ids that byoc poc operate prints",
        examples=[{"consumer_lag": {"threshold": "above 10,000 records for 5 min", "receiver": "platform"}}],
    )

    def named(self) -> Iterator[tuple[str, str]]:
        """Every name of people, and where it stands."""
        for duty, holder in self.duties.items():
            yield f"operations.duties.{duty}.owner", holder.owner
            if holder.deputy is not None:
                yield f"operations.duties.{duty}.deputy", holder.deputy
        for signal, alert in self.alerts.items():
            yield f"operations.alerts.{signal}.receiver", alert.receiver
