"""A row: one Pulumi resource type as calls of botocore, as data. It knows nothing of Pulumi's own objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from audit.model.errors import RehearsalError
from stacks.rehearsal.call import Call, inputs_of
from stacks.rehearsal.scene import Scene
from stacks.rehearsal.shapes import UnknownInputError, parameters
from stacks.rehearsal.tagging import RETAGS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from stacks.rehearsal.call import Expression
    from stacks.rehearsal.cloud import Cloud
    from stacks.rehearsal.tagging import Retag

__all__ = ["Call", "Created", "HalfMadeError", "Invoke", "Row"]

# Every resource of the provider takes its region, and its tags come merged with the provider's default tags.
_TAGS = frozenset({"tags", "tagsAll"})
_COMMON = _TAGS | {"region"}
_STEERS = "steers only"


class Created(NamedTuple):
    """What creating a resource gave: its physical id and every output by Pulumi's name."""

    id: str
    outputs: dict[str, Any]


class HalfMadeError(RehearsalError):
    """A resource that was made, and then a call that completes it was refused; ``id`` is the resource's."""

    def __init__(self, message: str, identity: str) -> None:
        super().__init__(message)
        self.id = identity


def differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The names whose values differ, deeply compared; absent and None are one."""
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


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
        update: calls that change in place the inputs that they read, beside ``create`` and those of ``then`` that only
            put; a change of any other input needs a new resource.
        outputs: Pulumi's output to an expression, beside the inputs, which are outputs too.
        delete: the calls that delete, in order.
        stays: why nothing deletes it, where nothing does.
        read: the call that shows whether the resource is there.
        adopts: for a type that a program may import: the inputs and outputs of one that is there, from what ``read``
            answers.
        tagged: whether the type has tags, so that the provider's default tags are merged in.
        spread: whether inputs become parameters by name.
        cannot_show: ``service:Operation`` of the audit to why the emulator's answer proves nothing.
        terraform: Terraform's type, where the rule of stacks/declared/naming.py does not give it.
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
    update: tuple[Call, ...] = ()
    outputs: Mapping[str, Expression] = field(default_factory=dict)
    delete: tuple[Call, ...] = ()
    stays: str = ""
    read: Call | None = None
    adopts: Mapping[str, Expression] = field(default_factory=dict)
    tagged: bool = False
    spread: bool = True
    cannot_show: Mapping[str, str] = field(default_factory=dict)
    terraform: str = ""

    def make(
        self, cloud: Cloud, inputs: Mapping[str, Any], *, name: str = "", default_tags: Mapping[str, str] | None = None
    ) -> Created:
        """Create the resource; raises RehearsalError when an input is unknown or AWS refuses a call."""
        tags = self.all_tags(inputs, default_tags or {})
        scene = Scene(cloud, name, self.with_name(inputs, name), inputs.get("region", cloud.region), tags)
        for call in self.first:
            self._run(scene, call)
        self._put(scene)
        scene.id = self._id(scene)
        try:
            for call in self.then:
                self._run(scene, call)
        except RehearsalError as error:
            raise HalfMadeError(str(error), scene.id) from error
        return Created(scene.id, self._outputs(scene))

    def change(
        self,
        cloud: Cloud,
        identity: str,
        inputs: Mapping[str, Any],
        state: Mapping[str, Any],
        *,
        name: str = "",
        default_tags: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Change the resource in place; its outputs. Raises RehearsalError when AWS refuses a call.

        Args:
            cloud: where it is.
            identity: its physical id.
            inputs: as they are to be; none that ``replacing`` names differs.
            state: the outputs as they were.
            name: what the program calls it.
            default_tags: the provider's.
        """
        tags = self.all_tags(inputs, default_tags or {})
        region = inputs.get("region", cloud.region)
        scene = Scene(cloud, name, inputs, region, tags, identity, state=state)
        for call in self._changing(differing(state, inputs)):
            if call is self.create:
                self._put(scene)
            else:
                self._run(scene, call)
        self._retag(scene)
        kept = {name: state[name] for name in self.outputs if name in state}
        return {"region": region, **kept, **inputs, **({"tagsAll": tags} if self.tagged else {})}

    def replacing(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> frozenset[str]:
        """The inputs that differ and that no call changes in place."""
        return frozenset(name for name in differing(old, new) if not self._can_change(name, gone=name not in new))

    def collides(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
        """Whether a new resource would be in the old one's place: the same name, or the same id made of inputs."""
        if self.named is not None:
            return old.get(self.named) == new.get(self.named)
        return not self._issued_id() and all(old.get(name) == new.get(name) for name in self._identity())

    def all_tags(self, inputs: Mapping[str, Any], default_tags: Mapping[str, str]) -> dict[str, str]:
        """The resource's tags: its own over the provider's default ones; none when the type has no tags."""
        return {**default_tags, **inputs.get("tags", {})} if self.tagged else {}

    def with_name(self, inputs: Mapping[str, Any], name: str) -> dict[str, Any]:
        """The inputs with the name that Pulumi makes when the program gives none."""
        return dict(inputs) if self.named is None or self.named in inputs else {**inputs, self.named: name}

    def _can_change(self, name: str, *, gone: bool) -> bool:
        if self.elsewhere.get(name, "").startswith(_STEERS) or (name in _TAGS and self._retags() is not None):
            return True
        if self.create is None or self._overwrites():
            return name != "region" and name not in self._identity()
        return not gone and any(name in call.inputs() for call in self._changing((name,)))

    def _changing(self, names: Collection[str]) -> Iterator[Call]:
        """The calls that change these inputs; those that read none of them would undo what other resources say."""
        if self.create is not None and self._overwrites():
            yield self.create
        yield from (call for call in self.then if call.puts and not call.inputs().isdisjoint(names))
        if any(not call.inputs().isdisjoint(names) for call in self.update):
            yield from self.update

    def _overwrites(self) -> bool:
        """Whether ``create`` only puts, so that made again it changes everything but what it is put on."""
        return self.create is not None and self.create.puts and not self._issued_id()

    def _issued_id(self) -> bool:
        return not isinstance(self.id, str) or "answers." in self.id

    def _identity(self) -> frozenset[str]:
        """The inputs that say which thing it is: those in the id, and those by which it is deleted."""
        return inputs_of(self.id, *(expression for call in self.delete for expression in call.expressions()))

    def _retags(self) -> Retag | None:
        return (RETAGS.get(self.type) or RETAGS.get(self.service)) if self.tagged else None

    def _retag(self, scene: Scene) -> None:
        retag, old = self._retags(), scene.state.get("tagsAll", {})
        if retag is None or old == scene.tags:
            return
        self._run(scene, retag.set)
        scene.item = sorted(old.keys() - scene.tags.keys())
        if retag.unset is not None and scene.item:
            self._call(scene, retag.unset, {})
        scene.item = None

    def _put(self, scene: Scene) -> None:
        if self.create is not None:
            scene.answers[self.create.operation] = self._call(scene, self.create, self._spread(scene, self.create))

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

    def adopt(self, cloud: Cloud, identity: str) -> Created:
        """What is there under an id, for a program that imports it; raises RehearsalError when nothing is."""
        if self.read is None or not self.adopts:
            raise RehearsalError(f"the rehearsal cannot import {self.type}: give its row an entry adopts")
        scene = Scene(cloud, identity, {}, cloud.region, id=identity)
        self._run(scene, self.read)
        if self.read.operation not in scene.answers:
            raise RehearsalError(f"there is no {self.type} {identity} to import")
        return Created(identity, {name: scene.evaluate(expression) for name, expression in self.adopts.items()})

    def calls(self) -> Iterator[Call]:
        """Every call of the row."""
        yield from (*self._making(), *self.update, *self.delete)
        if self.read is not None:
            yield self.read

    def _making(self) -> tuple[Call, ...]:
        return (*self.first, *((self.create,) if self.create else ()), *self.then)

    def _read_by_calls(self) -> set[str]:
        """The inputs that an expression of a call reads by name."""
        return {name for call in self._making() for name in call.inputs()}

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
