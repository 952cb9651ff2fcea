"""The monitor door: Pulumi's in-process monitor, whose new resources are really made in the embedded AWS."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pulumi
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks

from audit.model.errors import RehearsalError
from stacks.rehearsal import types
from stacks.rehearsal.secrets import masked, opened, sealed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stacks.rehearsal.cloud import Cloud

_PROVIDER = "pulumi:providers:"
_STACK = "pulumi:pulumi:Stack"
_OUR_PROVIDER = "pulumi:providers:aws"
_KUBERNETES = "kubernetes:"


@dataclass(frozen=True, slots=True)
class Provider:
    """What a Pulumi provider resource says of the resources it makes: default tags, and a region of its own."""

    default_tags: Mapping[str, str] = field(default_factory=dict)
    region: str | None = None

    @classmethod
    def read(cls, inputs: Mapping[str, Any]) -> Provider:
        """Read a provider's inputs, in which Pulumi writes all that is not text as JSON."""
        tags = inputs.get("defaultTags", {})
        parsed = json.loads(tags) if isinstance(tags, str) else tags
        return cls(parsed.get("tags", {}), inputs.get("region"))


class Door(Mocks):
    """Makes each custom resource through its row, and answers data sources through theirs.

    ``failed`` is the first error, which says more than what follows from it; ``made`` counts the resources of AWS.
    """

    def __init__(self, cloud: Cloud, default: Provider, progress: Callable[[str], None]) -> None:
        self.made = 0
        self.failed: RehearsalError | None = None
        self._cloud = cloud
        self._progress = progress
        self._default = default
        self._providers: dict[str, Provider] = {}
        self._lock = threading.Lock()

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Make a resource; Pulumi calls this from several threads. Raises RehearsalError naming the resource."""
        inputs, secret = opened(args.inputs)
        if not args.custom:
            return None, args.inputs
        if args.typ.startswith(_PROVIDER):
            return self._provider(args, inputs), inputs
        if args.typ.startswith(_KUBERNETES):
            # There is no cluster to take it: what it would be given stands among what is declared.
            self._progress(f"{args.typ.rpartition(':')[2]} {args.name}")
            return f"{inputs.get('namespace', '')}/{inputs.get('name', args.name)}", args.inputs
        try:
            identity, outputs = self._make(args, inputs)
        except RehearsalError as error:
            raise self._fail(f"{args.typ} {args.name}: {error}") from error
        return identity, sealed(outputs, secret)

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Answer a data source."""
        inputs, _ = opened(args.args)
        try:
            return types.invoke(args.token).answer(self._cloud, self._in_region(args.provider, inputs)), []
        except RehearsalError as error:
            raise self._fail(str(error)) from error

    def _make(self, args: MockResourceArgs, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        row = types.row(args.typ)
        provider = self._of(args.provider)
        placed = self._in_region(args.provider, inputs)
        if args.resource_id:
            return row.adopt(self._cloud, args.resource_id)
        created = row.make(self._cloud, placed, name=args.name, default_tags=provider.default_tags)
        with self._lock:
            self.made += 1
        self._progress(f"{args.typ.rpartition(':')[2]} {args.name}")
        return created

    def _provider(self, args: MockResourceArgs, inputs: dict[str, Any]) -> str:
        if args.typ == _OUR_PROVIDER:
            with self._lock:
                self._providers[args.name] = Provider.read(inputs)
        return f"{args.name}-id"

    def _of(self, reference: str | None) -> Provider:
        """The provider behind a reference, ``urn::id``, where the urn ends in the provider's name."""
        if not reference:
            return self._default
        name = reference.split("::")[-2]
        return self._providers.get(name, self._default)

    def _in_region(self, reference: str | None, inputs: dict[str, Any]) -> dict[str, Any]:
        region = self._of(reference).region
        return inputs if region is None or "region" in inputs else {**inputs, "region": region}

    def _fail(self, message: str) -> RehearsalError:
        error = RehearsalError(message)
        with self._lock:
            self.failed = self.failed or error
        return error


class Monitor(MockMonitor):
    """Pulumi's mock monitor, to be given a Door; ``declared`` are the resources as an export would show them."""

    def __init__(self, door: Door) -> None:
        super().__init__(door)
        self.declared: list[dict[str, Any]] = []

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """The URN as the engine makes it, with the types of all that holds the resource; the mocks' own can collide."""
        chain = parent.split("::")[2] if parent else ""
        kind = type_ if chain in {"", _STACK} else f"{chain}${type_}"
        return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{kind}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  # the name of Pulumi's protocol
        """Make the resource, and keep what the program said of it."""
        answer = super().RegisterResource(request)  # type: ignore[no-untyped-call]  # Pulumi leaves it bare
        sources = {key: list(found.urns) for key, found in request.propertyDependencies.items()}
        outputs = self.resources[answer.urn].state if answer.urn in self.resources else {}
        self.declared.append(
            {
                "urn": answer.urn,
                "type": request.type,
                "custom": request.custom,
                "parent": request.parent,
                "id": answer.id,
                "inputs": masked(MessageToDict(request.object)),
                "outputs": {"arn": outputs["arn"]} if isinstance(outputs.get("arn"), str) else {},
                "propertyDependencies": sources,
            }
        )
        return answer


async def plain(value: Any) -> tuple[Any, bool]:
    """An output's value, and whether any part of it is secret."""
    output = pulumi.Output.from_input(value)
    return await output.future(), await output.is_secret()
