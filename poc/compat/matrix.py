"""The compatibility matrix: what each probe saw at the target, and at the source where one was probed too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from poc.compat.known import Difference, Restriction, known_of
from poc.compat.probe import Area, Probe, State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True)


class Result(_Data):
    """What a probe saw: a state, the answer in a few words, when, and how long it took."""

    state: State
    answer: str
    at: str = Field(description="when the probe ended, ISO-8601 UTC")
    milliseconds: int


class Side(_Data):
    """A cluster that was probed, as it told itself to be."""

    product: str = Field(description="what the brokers' own answers show: vendors' API keys and features")
    stated: str = Field(description="what poc.yaml says that it is")
    bootstrap: str
    cluster_id: str
    brokers: int
    features: dict[str, int]
    api_keys: dict[str, tuple[int, int]] = Field(description="API key to its lowest and highest version")
    prefix: str
    left_behind: tuple[str, ...] = Field(description="what the run made and could not take away")


class Row(_Data):
    """One probe."""

    id: str
    area: Area
    title: str
    request: str
    kip: str
    target: Result
    source: Result | None = None
    known: Difference | None = Field(default=None, description="what is known of this probe at the target's product")

    @property
    def differs(self) -> bool:
        """Whether source and target were both seen, and in different states."""
        if self.source is None or State.NOT_TESTED in {self.source.state, self.target.state}:
            return False
        return self.source.state is not self.target.state


class Compatibility(_Data):
    """compatibility.json."""

    format: Literal["byoc-compatibility/1"] = "byoc-compatibility/1"
    case: str
    target: Side
    source: Side | None
    known_at: str | None = Field(description="the commit and date of what is known of the target's product")
    restrictions: tuple[Restriction, ...]
    rows: tuple[Row, ...]

    @classmethod
    def of(
        cls,
        case: str,
        probes: Sequence[Probe],
        target: tuple[Side, Mapping[str, Result]],
        source: tuple[Side, Mapping[str, Result]] | None,
    ) -> Self:
        """The matrix of what was seen."""
        known = known_of(target[0].product)
        rows = [
            Row(
                id=one.id,
                area=one.area,
                title=one.title,
                request=one.request,
                kip=one.kip,
                target=target[1][one.id],
                source=source[1][one.id] if source else None,
                known=known.of(one.id) if known else None,
            )
            for one in probes
        ]
        return cls(
            case=case,
            target=target[0],
            source=source[0] if source else None,
            known_at=f"{known.commit}, {known.date}" if known else None,
            restrictions=known.restrictions if known else (),
            rows=tuple(rows),
        )

    def counts(self) -> dict[State, int]:
        """How many probes of the target are in each state."""
        states = [row.target.state for row in self.rows]
        return {state: states.count(state) for state in State}
