"""A row: one Pulumi resource type as calls of botocore, as data. It knows nothing of Pulumi's own objects."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from audit.model.errors import RehearsalError
from stacks.rehearsal.scene import Scene
from stacks.rehearsal.shapes import UnknownInputError, parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from stacks.rehearsal.cloud import Cloud

    Expression = str | Callable[[Scene], Any]

_INPUT = re.compile(r"\binputs\.(\w+)")
# Every resource of the provider takes its region, and its tags come merged with the provider's default tags.
_COMMON = frozenset({"region", "tags", "tagsAll"})


class Created(NamedTuple):
    """What creating a resource gave: its physical id and every output by Pulumi's name."""

    id: str
    outputs: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a row.

    Attributes:
        operation: botocore's name.
        params: botocore's parameter to an expression; a parameter whose value is None is left out.
        service: botocore's service, the row's own unless set.
        when: the call is made only if this is true.
        each: the call is made for every item of this list, which the other expressions see as ``item``.
        absent: error codes that mean the thing is not there.
        shows: of a reading call: what it found; None, an empty list or an empty map means nothing.
        completes: of a call that adds what the emulator lacks: what that is, for docs/rehearsal.md.
    """

    operation: str
    params: Mapping[str, Expression] = field(default_factory=dict)
    service: str | None = None
    when: Expression | None = None
    each: Expression | None = None
    absent: frozenset[str] = frozenset()
    shows: Expression | None = None
    completes: str = ""

    def expressions(self) -> Iterator[Expression]:
        """Every expression of the call."""
        yield from self.params.values()
        yield from (expression for expression in (self.when, self.each) if expression is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One Pulumi resource type.

    Attributes:
        type: Pulumi's token, ``aws:ec2/vpc:Vpc``.
        service: botocore's.
        create: the call that creates; inputs become its parameters by name unless ``spread`` is off. None where
            the emulator has no such operation: nothing is made, and ``cannot_show`` says what that leaves open.
        id: the physical id, an expression.
        rename: an input's dotted path to the parameter's name where they differ by more than case.
        elsewhere: inputs that no parameter of ``create`` takes, to where they go instead; inputs that an
            expression reads by name need no entry.
        named: the input that Pulumi makes a name for when the program gives none.
        first: calls before ``create``.
        then: calls after it.
        outputs: Pulumi's output to an expression, beside the inputs, which are outputs too.
        delete: the calls that delete, in order.
        stays: why nothing deletes it, where nothing does.
        read: the call that shows whether the resource is there.
        tagged: whether the type has tags, so that the provider's default tags are merged in.
        spread: whether inputs become parameters by name.
        cannot_show: ``service:Operation`` of the audit to why the emulator's answer proves nothing.
    """

    type: str
    service: str
    create: Call | None
    id: Expression
    rename: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    named: str | None = None
    first: tuple[Call, ...] = ()
    then: tuple[Call, ...] = ()
    outputs: Mapping[str, Expression] = field(default_factory=dict)
    delete: tuple[Call, ...] = ()
    stays: str = ""
    read: Call | None = None
    tagged: bool = False
    spread: bool = True
    cannot_show: Mapping[str, str] = field(default_factory=dict)

    def make(
        self, cloud: Cloud, inputs: Mapping[str, Any], *, name: str = "", default_tags: Mapping[str, str] | None = None
    ) -> Created:
        """Create the resource; raises RehearsalError when an input is unknown or AWS refuses a call."""
        tags = {**(default_tags or {}), **inputs.get("tags", {})} if self.tagged else {}
        scene = Scene(cloud, name, self._with_name(inputs, name), inputs.get("region", cloud.region), tags)
        for call in self.first:
            self._run(scene, call)
        if self.create is not None:
            scene.answers[self.create.operation] = self._call(scene, self.create, self._spread(scene, self.create))
        scene.id = self._id(scene)
        for call in self.then:
            self._run(scene, call)
        return Created(scene.id, self._outputs(scene))

    def _id(self, scene: Scene) -> str:
        """The id; a batch call may answer with success and refuse its only item (CreateFlowLogs does)."""
        identity = scene.evaluate(self.id)
        if not identity:
            answer = scene.answers.get(self.create.operation) if self.create else None
            raise RehearsalError(f"{self.type} was answered without an id: {answer}")
        return str(identity)

    def remove(self, cloud: Cloud, identity: str, inputs: Mapping[str, Any]) -> None:
        """Delete the resource; one that is gone already is fine."""
        scene = Scene(cloud, identity, inputs, inputs.get("region", cloud.region), id=identity)
        for call in self.delete:
            self._run(scene, call)

    def find(self, cloud: Cloud, identity: str, inputs: Mapping[str, Any]) -> Any:
        """What AWS shows of the resource; None when there is no such thing."""
        if self.read is None:
            return None
        scene = Scene(cloud, identity, inputs, inputs.get("region", cloud.region), id=identity)
        self._run(scene, self.read)
        if self.read.operation not in scene.answers:
            return None
        return scene.evaluate(self.read.shows or f"answers.{self.read.operation}") or None

    def calls(self) -> Iterator[Call]:
        """Every call of the row."""
        yield from (*self._making(), *self.delete)
        if self.read is not None:
            yield self.read

    def _with_name(self, inputs: Mapping[str, Any], name: str) -> dict[str, Any]:
        return dict(inputs) if self.named is None or self.named in inputs else {**inputs, self.named: name}

    def _making(self) -> tuple[Call, ...]:
        return (*self.first, *((self.create,) if self.create else ()), *self.then)

    def _read_by_calls(self) -> set[str]:
        """The inputs that an expression of a call reads by name."""
        texts = [text for call in self._making() for text in call.expressions() if isinstance(text, str)]
        return {name for text in texts for name in _INPUT.findall(text)}

    def _spread(self, scene: Scene, create: Call) -> dict[str, Any]:
        skipped = _COMMON | self.elsewhere.keys()
        rest = {key: value for key, value in scene.inputs.items() if key not in skipped}
        shape = scene.cloud.shape(self.service, create.operation) if self.spread else None
        try:
            return parameters(shape, rest, self.rename, self._read_by_calls())
        except UnknownInputError as error:
            raise RehearsalError(
                f"the rehearsal does not know the input {error} of {self.type}: "
                "add it to the type's row under stacks/rehearsal/types"
            ) from error

    def _run(self, scene: Scene, call: Call) -> None:
        if call.when is not None and not scene.evaluate(call.when):
            return
        items = [None] if call.each is None else scene.evaluate(call.each) or []
        for item in items:
            scene.item = item
            answer = self._call(scene, call, {})
            if answer is not None:
                scene.answers[call.operation] = answer
        scene.item = None

    def _call(self, scene: Scene, call: Call, params: dict[str, Any]) -> Any:
        for member, expression in call.params.items():
            value = scene.evaluate(expression)
            if value is not None:
                params[member] = value
        service = call.service or self.service
        try:
            return scene.cloud.call(service, call.operation, params, scene.region)
        except ClientError as error:
            if error.response["Error"]["Code"] in call.absent:
                return None
            raise RehearsalError(f"{service}:{call.operation} was refused: {error}") from error
        except BotoCoreError as error:
            raise RehearsalError(f"{service}:{call.operation} could not be made: {error}") from error

    def _outputs(self, scene: Scene) -> dict[str, Any]:
        tags = {"tagsAll": dict(scene.tags)} if self.tagged else {}
        computed = {output: scene.evaluate(expression) for output, expression in self.outputs.items()}
        return {"region": scene.region, **scene.inputs, **tags, **computed}


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoke:
    """One Pulumi data source: its type token, the call that answers it, and its outputs as expressions."""

    type: str
    service: str
    call: Call
    outputs: Mapping[str, Expression]
    ignores: frozenset[str] = frozenset()

    def answer(self, cloud: Cloud, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The data source's outputs; raises RehearsalError when AWS refuses the call."""
        scene = Scene(cloud, self.type, inputs, inputs.get("region", cloud.region))
        params = {key: scene.evaluate(value) for key, value in self.call.params.items()}
        service = self.call.service or self.service
        try:
            answer = cloud.call(service, self.call.operation, {k: v for k, v in params.items() if v is not None})
        except (ClientError, BotoCoreError) as error:
            raise RehearsalError(f"{self.type}: {service}:{self.call.operation} failed: {error}") from error
        scene.answers[self.call.operation] = answer
        return {**inputs, **{key: scene.evaluate(value) for key, value in self.outputs.items()}}
