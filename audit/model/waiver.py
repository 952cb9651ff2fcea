"""Findings that are accepted: by a waiver until a day that is named, or by a skip that stands beside the code."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field, field_validator

_TEXT = r"\S"


class Acceptance(BaseModel):
    """A finding that is accepted, for a reason and by an owner; without ``until``, for good."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    policy: str = Field(pattern=_TEXT, description="the policy's id, such as B011")
    subject: str = Field(
        pattern=_TEXT, description="the finding's subject: an ARN, a physical name, or a contract role"
    )
    reason: str = Field(pattern=_TEXT, description="why it is accepted, for who reads the finding")
    owner: str = Field(pattern=_TEXT, description="who answers for it")
    until: str | None = None

    @property
    def said(self) -> str:
        """By whom, why, and for how long, after "waived"."""
        return f"{'' if self.until is None else f'until {self.until} '}by {self.owner}: {self.reason}"


class Waiver(Acceptance):
    """What ``policy`` finds of ``subject`` is accepted until the end of ``until``, for a reason and by an owner."""

    until: str = Field(
        pattern=_TEXT, description="the last day, such as 2027-01-31, or a moment with its zone, 2027-01-31T18:00:00Z"
    )

    @field_validator("until")
    @classmethod
    def _is_a_moment(cls, text: str) -> str:
        _end(text)
        return text

    def over(self, now: str) -> bool:
        """Whether it has ended at a moment (ISO-8601 UTC)."""
        return datetime.fromisoformat(now) >= _end(self.until)


def _end(text: str) -> datetime:
    """The moment from which on a waiver counts no more; a day counts to its end, in UTC."""
    try:
        if len(text) == len("2027-01-31"):
            return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC) + timedelta(days=1)
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text} is no day and no moment: write it like 2027-01-31") from error
    raise ValueError(f"{text} lacks its time zone: write it like {text}Z")
