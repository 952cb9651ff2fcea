"""A policy as data, format ``byoc-policy/1``: whom it is about, what must hold of them, why, and what to do.

Two kinds of rule: ``claim`` turns broken claims of a boundary question into findings; ``require`` states a condition on
nodes of the graph. The names of this format stand in docs/schemas/policy.schema.json.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any, Literal, Self

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from audit.model.graph import EdgeKind, NodeKind  # noqa: TC001  # pydantic reads the annotations when it runs
from audit.model.verdict import Severity  # noqa: TC001  # the same

FORMAT = "byoc-policy/1"
ROOT = re.compile(r"[A-Za-z_]\w*")
"""The property's name, with which a path into a node's properties begins."""


class _Data(BaseModel):
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


class Declared(_Data):
    """A value of the contract: a JMESPath over ``self`` (the subject's own part), ``contract``, ``customer_keys``."""

    contract: str


class Compare(_Data):
    """One property compared: ``property`` is a JMESPath that begins with a property's name of that kind of node."""

    property: str
    called: str | None = Field(default=None, description="what the path finds, in words, for the finding's sentence")
    operator: Operator
    value: Declared | str | int | float | bool | list[Any] | None = None

    @field_validator("property")
    @classmethod
    def _compiles(cls, path: str) -> str:
        if not ROOT.match(path):
            raise ValueError(f"{path!r} must begin with a property's name")
        try:
            jmespath.compile(path)
        except JMESPathError as error:
            raise ValueError(f"{path!r} is no JMESPath: {error}") from error
        return path

    @model_validator(mode="after")
    def _has_value(self) -> Self:
        if (self.operator in _WITHOUT_VALUE) != (self.value is None):
            raise ValueError(f"operator {self.operator} {'takes no' if self.value is not None else 'needs a'} value")
        return self


class Says(_Data):
    """What the contract says, compared: ``says`` is a JMESPath over the same names as in ``{contract: …}``."""

    says: str
    operator: Operator
    value: str | int | float | bool | list[Any] | None = None


class AllOf(_Data):
    """Every one of the conditions."""

    all: tuple[Condition, ...] = Field(min_length=1)


class AnyOf(_Data):
    """At least one of the conditions."""

    any: tuple[Condition, ...] = Field(min_length=1)


class Not(_Data):
    """The contrary of the condition."""

    negated: Condition = Field(alias="not")


class Related(_Data):
    """Some node of kind ``related`` names the subject in ``through``, a JMESPath, and meets ``require``."""

    related: NodeKind
    through: str
    require: Condition | None = None


class Follow(_Data):
    """Every node of ``kind`` that the subject's property ``follow`` names meets ``require``; it names one at least."""

    follow: str
    kind: NodeKind
    require: Condition | None = None


class Connected(_Data):
    """Some edge of ``edge`` leads from the subject (or to it, when ``into``)."""

    edge: EdgeKind
    into: bool = False


Condition = Compare | Says | AllOf | AnyOf | Not | Related | Follow | Connected


class About(_Data):
    """Whom a policy is about: nodes of a kind, by role in the contract or by scope, that meet ``where``.

    Scope ``environment``: named by the contract, in its VPC, attached to such a node, or tagged with its id.
    Scope ``account``: all of the graph.
    """

    kind: NodeKind
    roles: tuple[str, ...] = ()
    scope: Literal["contract", "environment", "account"] = "contract"
    where: Condition | None = None


class FromClaims(_Data):
    """The claims of a question that make findings: those with one of the reasons, that do not hold."""

    question: str
    reasons: tuple[str, ...] = Field(min_length=1)
    verdict: Literal["not_holds", "holds"] = Field(
        default="not_holds", description="holds: for weaknesses that something else makes harmless, as information"
    )


class Policy(_Data):
    """One policy. ``says`` is what is wrong with a subject, a sentence in which ``{name}`` stands for it."""

    id: str = Field(pattern=r"^[A-Z]{1,3}[0-9]{3}$")
    title: str = Field(description="what must hold, in one sentence")
    severity: Severity
    why: str = Field(description="what goes wrong without it")
    remedy: str = Field(description="what to do about a finding")
    source: str = Field(description="title of the AWS page behind the rule")
    claim: FromClaims | None = None
    about: About | None = None
    require: Condition | None = None
    says: str | None = None
    reason: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]*$", description="a machine's word for it")
    when_missing: Literal["broken", "unknown", "ignore"] = Field(
        default="ignore", description="the verdict when the contract names no such node or the account lacks it"
    )

    @model_validator(mode="after")
    def _one_kind_of_rule(self) -> Self:
        parts = (self.about, self.require, self.says, self.reason)
        if self.claim is not None and any(part is not None for part in parts):
            raise ValueError(f"{self.id} has both claim and require: split it in two policies")
        if self.claim is None and any(part is None for part in parts):
            raise ValueError(f"{self.id} needs claim, or about, require, says and reason")
        return self


class PolicyFile(_Data):
    """A file of policies/: ``format`` and a list of policies."""

    format: Literal["byoc-policy/1"] = "byoc-policy/1"
    policies: tuple[Policy, ...] = Field(min_length=1)


for _model in (AllOf, AnyOf, Not, Related, Follow, About, Policy, PolicyFile):
    _model.model_rebuild()
