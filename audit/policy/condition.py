"""A condition as data: what must hold of a node, in the words of docs/schemas/policy.schema.json.

A condition is told by the key that it alone has: ``property``, ``past``, ``says``, ``and``, ``or``, ``not``,
``related``, ``follow``, ``edge``, ``count``, ``can``, ``reached_over`` or ``sends_over``.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from audit.model.contract import Privilege  # noqa: TC001  # pydantic reads the annotations when it runs
from audit.model.graph import EdgeKind, NodeKind  # noqa: TC001  # the same

ROOT = re.compile(r"[A-Za-z_]\w*")
"""The property's name, with which a path into a node's properties begins."""


class Data(BaseModel):
    """A part of a policy: what it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Operator(StrEnum):
    """How a property's value is compared with ``value``."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    EXISTS = "exists"
    ABSENT = "absent"
    EMPTY = "empty"
    NOT_EMPTY = "not_empty"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    MATCHES = "matches"
    SUBSET_OF = "subset_of"


_WITHOUT_VALUE = {Operator.EXISTS, Operator.ABSENT, Operator.EMPTY, Operator.NOT_EMPTY}


def _compiles(path: str) -> str:
    try:
        jmespath.compile(path)
    except JMESPathError as error:
        raise ValueError(f"{path!r} is no JMESPath: {error}") from error
    return path


class Declared(Data):
    """A value of the contract: a JMESPath over ``self`` (the subject's own part), ``contract``, ``customer_keys``."""

    contract: Annotated[str, BeforeValidator(_compiles)]


Named = tuple[str, ...] | Declared


def _begins_with_a_name(path: str) -> str:
    if not ROOT.match(path):
        raise ValueError(f"{path!r} must begin with a property's name")
    return _compiles(path)


_Path = Annotated[str, AfterValidator(_begins_with_a_name)]
_CALLED = Field(default=None, description="what the path finds, in words, for the finding's sentence")


class Compare(Data):
    """One property compared: ``property`` is a JMESPath that begins with a property's name of that kind of node."""

    property: _Path
    called: str | None = _CALLED
    operator: Operator
    value: Declared | str | int | float | bool | list[Any] | None = None

    @model_validator(mode="after")
    def _has_value(self) -> Self:
        if (self.operator in _WITHOUT_VALUE) != (self.value is None):
            raise ValueError(f"operator {self.operator} {'takes no' if self.value is not None else 'needs a'} value")
        return self


class Past(Data):
    """The moment that the property ``past`` says has come; one that is still to come is unknown, for it may be undone.

    The moment of judging is the snapshot's own, or ``--as-of``.
    """

    past: _Path
    called: str | None = _CALLED


class Says(Data):
    """What the contract says, compared: ``says`` is a JMESPath over the same names as in ``{contract: …}``."""

    says: Annotated[str, BeforeValidator(_compiles)]
    operator: Operator
    value: str | int | float | bool | list[Any] | None = None


class AllOf(Data):
    """Every one of the conditions."""

    all: tuple[Condition, ...] = Field(alias="and", min_length=1)


class AnyOf(Data):
    """At least one of the conditions."""

    any: tuple[Condition, ...] = Field(alias="or", min_length=1)


class Not(Data):
    """The contrary of the condition."""

    negated: Condition = Field(alias="not")


class Related(Data):
    """Some node of kind ``related`` names the subject in ``through``, a JMESPath, and meets ``require``."""

    related: NodeKind
    through: str
    require: Condition | None = None


class Follow(Data):
    """Every node of ``kind`` that the subject's property ``follow`` names meets ``require``; it names one at least."""

    follow: str
    kind: NodeKind
    require: Condition | None = None


class Connected(Data):
    """Some edge of ``edge`` leads from the subject (or to it, when ``into``)."""

    edge: EdgeKind
    into: bool = False


class Count(Data):
    """How many nodes of kind ``count``, of those that meet ``where`` and name the subject in ``through``."""

    count: NodeKind
    through: str | None = Field(default=None, description="a JMESPath; without it, every one of the subject's account")
    where: Condition | None = None
    operator: Literal[Operator.AT_LEAST, Operator.AT_MOST, Operator.EQUALS]
    value: Declared | Annotated[int, Field(ge=0)]


class Principals(Data):
    """Effective access: only these can ``can`` the subject, by themselves or through others, the root user included.

    ``only`` are roles of the contract, ARNs, account ids or service names; ``*`` stands for any characters.
    """

    can: Privilege
    only: Named


_PORTS = Field(default=None, description="the lowest and the highest; without it, every port")
Ports = tuple[Annotated[int, Field(ge=0, le=65535)], Annotated[int, Field(ge=0, le=65535)]]


class Reached(Data):
    """Paths: packets of only these arrive at the subject, a security group, an interface or an instance.

    ``only`` are CIDRs, security groups (a role of the contract or an id) and ``internet``; none: nothing arrives.
    """

    reached_over: Literal["tcp", "udp"]
    ports: Ports | None = _PORTS
    only: Named


class Sends(Data):
    """Paths: packets of the subject arrive outside its VPC at only these: CIDRs, ``internet``, endpoints by id."""

    sends_over: Literal["tcp", "udp"]
    ports: Ports | None = _PORTS
    only: Named


CONDITIONS: dict[str, type[Data]] = {
    "property": Compare, "past": Past, "says": Says, "and": AllOf, "or": AnyOf, "not": Not, "related": Related,
    "follow": Follow, "edge": Connected, "count": Count, "can": Principals, "reached_over": Reached,
    "sends_over": Sends,
}  # fmt: skip
"""Each condition by the key that it alone has."""


_TAGS: dict[type, str] = {model: key for key, model in CONDITIONS.items()}


def _key(data: Any) -> str | None:
    """The key that tells which condition it is."""
    if isinstance(data, dict):
        return next((key for key in CONDITIONS if key in data), None)
    return _TAGS.get(type(data))


Condition = Annotated[
    Annotated[Compare, Tag("property")]
    | Annotated[Past, Tag("past")]
    | Annotated[Says, Tag("says")]
    | Annotated[AllOf, Tag("and")]
    | Annotated[AnyOf, Tag("or")]
    | Annotated[Not, Tag("not")]
    | Annotated[Related, Tag("related")]
    | Annotated[Follow, Tag("follow")]
    | Annotated[Connected, Tag("edge")]
    | Annotated[Count, Tag("count")]
    | Annotated[Principals, Tag("can")]
    | Annotated[Reached, Tag("reached_over")]
    | Annotated[Sends, Tag("sends_over")],
    Discriminator(
        _key,
        custom_error_type="no_condition",
        custom_error_message=f"this is no condition: one has one of the keys {', '.join(CONDITIONS)}",
    ),
]

for _model in (AllOf, AnyOf, Not, Related, Follow, Count):
    _model.model_rebuild()
