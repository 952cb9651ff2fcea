"""A policy as data, format ``byoc-policy/1``: whom it is about, what must hold of them, why, and what to do.

``expect`` is a condition on nodes of the graph, or what a boundary question must not have found. The names of this
format stand in docs/schemas/policy.schema.json.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from audit.model.graph import NodeKind  # noqa: TC001  # pydantic reads the annotations when it runs
from audit.model.snapshot import GLOBAL
from audit.model.verdict import Requirement, Result, Severity
from audit.policy.condition import Condition, Data

ID = r"^[A-Z]{1,8}[0-9]{3}$"
FORMAT: Literal["byoc-policy/1"] = "byoc-policy/1"


class AppliesTo(Data):
    """Whom a policy is about: nodes of these kinds, by role in the contract, tags or scope, that meet ``where``.

    Scope ``contract``: named by it. ``environment``: that, in its VPC, attached to such a node, or tagged with its id.
    ``account``: all of the graph.
    """

    kinds: tuple[NodeKind, ...] = Field(min_length=1)
    roles: tuple[str, ...] = ()
    tags: dict[str, str] = Field(default={}, description="all of these; a node whose tags are unread may have them")
    scope: Literal["contract", "environment", "account"] = "contract"
    where: Condition | None = None

    @property
    def described(self) -> str:
        """In words: the roles, or every node of the kinds and the scope."""
        kinds = ", ".join(kind.replace("_", " ") for kind in self.kinds)
        tagged = "".join(f", tagged {key}={value}" for key, value in self.tags.items())
        return f"{kinds} ({', '.join(self.roles) or f'all of the {self.scope}'}{tagged})"


class Answers(Data):
    """What the answer to a boundary question must be ``without``: claims of these reasons that do not hold.

    ``shows``: claims that hold, told as information: weaknesses that something else makes harmless.
    """

    question: str
    without: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.without) == bool(self.shows):
            raise ValueError("a question needs the reasons that it is to be without, or those that it shows")
        return self

    @property
    def reasons(self) -> tuple[str, ...]:
        """The claims' reasons that it is about."""
        return self.without or self.shows


class Controls(Data):
    """What the policy is evidence for, in the numbers of each catalogue."""

    nist_800_53_r5: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}-\d{1,2}(\(\d{1,2}\))?$")], ...] = Field(
        default=(), title="NIST SP 800-53 Rev. 5"
    )
    iso_27001_2022: tuple[Annotated[str, Field(pattern=r"^A\.[5-8]\.\d{1,2}$")], ...] = Field(
        default=(), title="ISO/IEC 27001:2022, Annex A"
    )
    soc_2: tuple[Annotated[str, Field(pattern=r"^(CC\d|A1|C1|PI1|P\d)\.\d{1,2}$")], ...] = Field(
        default=(), title="SOC 2, Trust Services Criteria 2017"
    )
    pci_dss_4_0: tuple[Annotated[str, Field(pattern=r"^\d{1,2}(\.\d{1,2}){1,4}$")], ...] = Field(
        default=(), title="PCI DSS 4.0"
    )
    cis_aws_3_0: tuple[Annotated[str, Field(pattern=r"^\d(\.\d{1,2}){1,3}$")], ...] = Field(
        default=(), title="CIS AWS Foundations Benchmark 3.0.0"
    )
    aws_fsbp: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9]+\.\d{1,3}$")], ...] = Field(
        default=(), title="AWS Foundational Security Best Practices, in Security Hub"
    )

    @property
    def named(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Each catalogue's title and the numbers in it, those that the policy is evidence for."""
        fields = type(self).model_fields.items()
        return tuple((str(field.title), numbers) for name, field in fields if (numbers := getattr(self, name)))


class Call(Data):
    """Where a call is made that the tidy account's snapshot does not have."""

    service: str = Field(description="botocore's name of the service")
    account: str = "${account}"
    region: str = Field(default=GLOBAL, description="global for services without regions")


class Change(Data):
    """Answers of AWS that an example has otherwise: those of ``operation`` whose parameters hold ``params``.

    Within an answer, ``find`` names the objects that hold these members (the answer itself, when it is empty); ``set``
    is merged into them (null removes a member), ``add`` appends to their lists, ``remove`` takes out the items that
    hold these members. Or the whole call was ``absent``, an error code of AWS, or ``unreadable``, the permission that
    was missing. With ``call`` it is a call more, whose answer is what ``set`` says. ``${data-bucket}`` is the physical
    name that the contract gives to a role.
    """

    operation: str
    params: dict[str, Any] = Field(default={})
    call: Call | None = None
    find: dict[str, Any] = Field(default={})
    set: dict[str, Any] = Field(default={})
    add: dict[str, list[Any]] = Field(default={})
    remove: dict[str, list[Any]] = Field(default={})
    absent: str | None = None
    unreadable: str | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        said = [bool(self.set or self.add or self.remove), self.absent is not None, self.unreadable is not None]
        if sum(said) != 1:
            raise ValueError("a change says one of: set, add or remove; absent; unreadable")
        return self


class Example(Data):
    """An account in which the policy comes to ``verdict``: the tidy one of the kit, with some answers otherwise."""

    verdict: Result
    what: str = Field(description="how the account differs from the tidy one, in a few words")
    change: tuple[Change, ...] = ()
    contract: dict[str, Any] = Field(default={}, description="merged into the tidy account's contract; null removes")


def _asks(data: Any) -> str:
    asked = "question" in data if isinstance(data, dict) else isinstance(data, Answers)
    return "question" if asked else "condition"


class Policy(Data):
    """One policy, a file. ``says`` is what is wrong with a subject, a sentence in which ``{name}`` stands for it."""

    format: Literal["byoc-policy/1"] = FORMAT
    id: str = Field(pattern=ID)
    title: str = Field(description="what must hold, in one sentence")
    severity: Severity
    why: str = Field(description="the risk: what goes wrong without it")
    remedy: str = Field(description="what to change about a finding, with the setting of this kit that does it")
    source: str = Field(description="title of the page behind the rule")
    controls: Controls = Controls()
    applies_to: AppliesTo | None = None
    expect: Annotated[
        Annotated[Answers, Tag("question")] | Annotated[Condition, Tag("condition")], Discriminator(_asks)
    ]
    says: str | None = None
    reason: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]*$", description="a machine's word for it")
    when_missing: Literal["broken", "unknown", "ignore"] = Field(
        default="ignore", description="the verdict when the contract names no such node or the account lacks it"
    )
    examples: tuple[Example, ...] = Field(default=(), description="what `byoc policy test` judges it on")

    @property
    def told(self) -> Requirement:
        """The policy as reports tell it."""
        question = self.expect.question if isinstance(self.expect, Answers) else ""
        return Requirement(
            self.id, self.title, self.severity, self.why, self.remedy, self.source, question, self.controls.named
        )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if isinstance(self.expect, Answers):
            if self.says is not None or self.reason is not None:
                raise ValueError(
                    f"{self.id} asks a question, whose claims have words of their own: leave out says and reason"
                )
        elif self.applies_to is None or self.says is None or self.reason is None:
            raise ValueError(f"{self.id} states a condition: say applies_to, says and reason too")
        return self
