"""The provider door: a Pulumi resource provider that serves the rehearsal's rows to Pulumi's own engine.

The engine attaches to it through ``PULUMI_DEBUG_PROVIDERS=aws:PORT``. What happens to a resource is its row's business:
here is the protocol.
"""

from __future__ import annotations

import functools
import json
import threading
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import any_pb2, empty_pb2, struct_pb2
from pulumi.runtime.proto import provider_pb2, status_pb2

from audit.model.errors import RehearsalError
from stacks.rehearsal import types
from stacks.rehearsal.monitor import Provider
from stacks.rehearsal.provider_diff import ALL_TAGS, config_diff, resource_diff
from stacks.rehearsal.provider_plugin import AttachedProvider
from stacks.rehearsal.provider_values import UNKNOWN, Properties, to_wire
from stacks.rehearsal.row import HalfMadeError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from grpc import ServicerContext

    from stacks.rehearsal.cloud import Cloud
    from stacks.rehearsal.row import Created, Row

# The engine takes this code to mean that nothing was made, unlike UNKNOWN or INTERNAL.
_REFUSED = grpc.StatusCode.FAILED_PRECONDITION


def _answered(method: Callable[[AwsProvider, Any, ServicerContext], Any]) -> Callable[..., Any]:
    """A refusal as the engine's own kind of error."""

    @functools.wraps(method)
    def answer(provider: AwsProvider, request: Any, context: ServicerContext) -> Any:
        try:
            return method(provider, request, context)
        except RehearsalError as error:
            context.abort(_REFUSED, str(error))

    return answer


class AwsProvider(AttachedProvider):
    """The AWS provider over one embedded AWS; the engine opens a connection for every provider of its program."""

    package = "aws"

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._providers: dict[str, Provider] = {}
        self._lock = threading.Lock()

    def DiffConfig(self, request: Any, context: ServicerContext) -> Any:  # noqa: ARG002, N802  # gRPC's signature
        """Compare two configurations."""
        old = Properties.read(request.old_inputs if request.HasField("old_inputs") else request.olds)
        return config_diff(old.values, Properties.read(request.news).values)

    @_answered
    def Configure(self, request: Any, context: ServicerContext) -> Any:  # noqa: N802  # gRPC's name
        """Take the region and the default tags, for this connection alone; refuse an account that is not ours."""
        values = Properties.read(request.args).values
        self._require_account(values.get("allowedAccountIds"))
        with self._lock:
            self._providers[context.peer()] = Provider.read(values)
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=True, acceptOutputs=True
        )

    @_answered
    def Invoke(self, request: Any, context: ServicerContext) -> Any:  # noqa: N802  # gRPC's name
        """Answer a data source."""
        args = Properties.read(request.args)
        answer = types.invoke(request.tok).answer(self._cloud, self._placed(args.values, context))
        response = provider_pb2.InvokeResponse()
        # The field's name is a word of Python's.
        getattr(response, "return").CopyFrom(args.wire(answer))
        return response

    @_answered
    def Check(self, request: Any, context: ServicerContext) -> Any:  # noqa: ARG002, N802  # gRPC's signature
        """Name what the program leaves unnamed; a type without a row is refused here, before anything is made."""
        row = types.row(request.type)
        inputs = struct_pb2.Struct()
        inputs.CopyFrom(request.news)
        if row.named is not None and row.named not in inputs.fields:
            inputs.fields[row.named].string_value = request.name
        return provider_pb2.CheckResponse(inputs=inputs)

    @_answered
    def Diff(self, request: Any, context: ServicerContext) -> Any:  # noqa: N802  # gRPC's name
        """Compare the inputs as they were with those that are to be."""
        old, new = Properties.read(request.old_inputs), Properties.read(request.news)
        state = Properties.read(request.olds)
        return resource_diff(
            types.row(request.type),
            old.values,
            new.values,
            state.values,
            None if ALL_TAGS in request.ignoreChanges else self._provider(context).default_tags,
        )

    @_answered
    def Create(self, request: Any, context: ServicerContext) -> Any:  # noqa: N802  # gRPC's name
        """Make a resource; in a preview, say what it will be as far as that can be known."""
        row, inputs = types.row(request.type), Properties.read(request.properties)
        default_tags = self._provider(context).default_tags
        if request.preview:
            return provider_pb2.CreateResponse(properties=_expected(row, request.properties, inputs, default_tags))
        try:
            made = row.make(
                self._cloud, self._placed(inputs.values, context), name=request.name, default_tags=default_tags
            )
        except HalfMadeError as error:
            self._take_back(row, error, inputs, context)
        except RehearsalError as error:
            raise RehearsalError(inputs.masked(str(error))) from error
        return provider_pb2.CreateResponse(id=made.id, properties=inputs.wire(made.outputs))

    @_answered
    def Update(self, request: Any, context: ServicerContext) -> Any:  # noqa: N802  # gRPC's name
        """Change a resource in place."""
        row, inputs = types.row(request.type), Properties.read(request.news)
        state, provider = Properties.read(request.olds).values, self._provider(context)
        if request.preview:
            kept = {name: state[name] for name in row.outputs if name in state}
            return provider_pb2.UpdateResponse(properties=inputs.wire({**kept, **inputs.values}))
        try:
            outputs = row.change(
                self._cloud,
                request.id,
                self._placed(inputs.values, context),
                state,
                name=request.name,
                default_tags=provider.default_tags,
            )
        except RehearsalError as error:
            raise RehearsalError(inputs.masked(str(error))) from error
        return provider_pb2.UpdateResponse(properties=inputs.wire(outputs))

    @_answered
    def Delete(self, request: Any, context: ServicerContext) -> Any:  # noqa: N802  # gRPC's name
        """Delete a resource; the state knows more of it than its inputs do."""
        state = Properties.read(request.properties)
        types.row(request.type).remove(self._cloud, request.id, self._placed(state.values, context))
        return empty_pb2.Empty()

    @_answered
    def Read(self, request: Any, context: ServicerContext) -> Any:  # noqa: N802  # gRPC's name
        """Whether a resource is still there; what has changed of it the audit shows, not this."""
        row, state = types.row(request.type), Properties.read(request.properties).values
        if not state:
            return _adopted(row, row.adopt(self._cloud, request.id))
        if row.read is not None and not row.find(self._cloud, request.id, self._placed(state, context)):
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)

    def _take_back(self, row: Row, error: HalfMadeError, inputs: Properties, context: ServicerContext) -> NoReturn:
        """Delete what was made half; where that fails too, leave it to the state, so that it stays known."""
        message, placed = inputs.masked(str(error)), self._placed(inputs.values, context)
        try:
            row.remove(self._cloud, error.id, placed)
        except RehearsalError as second:
            _leave(context, error.id, inputs.wire(placed), f"{message}; nor could it be deleted: {second}")
        raise RehearsalError(f"{message}; {error.id} was deleted again")

    def _provider(self, context: ServicerContext) -> Provider:
        with self._lock:
            return self._providers.get(context.peer(), Provider())

    def _placed(self, values: dict[str, Any], context: ServicerContext) -> dict[str, Any]:
        region = self._provider(context).region
        return values if region is None or "region" in values else {**values, "region": region}

    def _require_account(self, allowed: Any) -> None:
        accounts = json.loads(allowed) if isinstance(allowed, str) else allowed
        if accounts and self._cloud.account not in accounts:
            raise RehearsalError(
                f"the credentials are of the account {self._cloud.account}, and the stack allows only "
                f"{', '.join(accounts)}: set aws_account_id, or take that account's credentials"
            )


def _expected(row: Row, wire: struct_pb2.Struct, inputs: Properties, default_tags: Any) -> struct_pb2.Struct:
    """The outputs of a resource that is not there yet: its inputs as they came, the rest unknown."""
    known = inputs.wire({"tagsAll": row.all_tags(inputs.values, default_tags)} if row.tagged else {})
    expected = to_wire(dict.fromkeys(row.outputs, UNKNOWN))
    for part in (known, wire):
        for name, value in part.fields.items():
            expected.fields[name].CopyFrom(value)
    return expected


def _adopted(row: Row, there: Created) -> provider_pb2.ReadResponse:
    inputs = {name: value for name, value in there.outputs.items() if name not in row.outputs}
    return provider_pb2.ReadResponse(id=there.id, properties=to_wire(there.outputs), inputs=to_wire(inputs))


def _leave(context: ServicerContext, identity: str, properties: struct_pb2.Struct, message: str) -> NoReturn:
    """Answer that the resource is there and unfinished, in the way that puts it into the state."""
    detail = any_pb2.Any()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(id=identity, properties=properties, inputs=properties, reasons=[message])
    )
    status = status_pb2.Status(code=_REFUSED.value[0], message=message, details=[detail])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(_REFUSED, message)
