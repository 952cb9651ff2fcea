"""A Kubernetes provider for Pulumi's own engine that has no cluster: it takes what it is given, and applies nothing.

What a stack gives to Helm stands in the engine's state then, as `byoc rehearse` writes it into its folder. The provider
itself, its charts and its cluster are not tried: no chart is fetched, and no pod runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2

from stacks.rehearsal.provider_plugin import AttachedProvider
from stacks.rehearsal.provider_values import Properties
from stacks.rehearsal.row import differing

if TYPE_CHECKING:
    from grpc import ServicerContext

_IDENTITY = frozenset({"name", "namespace"})


class KubernetesProvider(AttachedProvider):
    """Releases and the like as the engine's state keeps them; one without a name is refused."""

    package = "kubernetes"

    def DiffConfig(self, request: Any, context: ServicerContext) -> Any:  # noqa: ARG002, N802  # gRPC's signature
        """Compare two configurations; another cluster makes everything another resource."""
        old = Properties.read(request.old_inputs if request.HasField("old_inputs") else request.olds)
        return _difference(old, Properties.read(request.news), {"clusterIdentifier"})

    def Configure(self, request: Any, context: ServicerContext) -> Any:  # noqa: ARG002, N802  # gRPC's signature
        """Say what this provider does."""
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=True, acceptOutputs=True
        )

    def Check(self, request: Any, context: ServicerContext) -> Any:  # noqa: ARG002, N802  # gRPC's signature
        """Take the inputs as they are; one without a name would get another each time it is made."""
        unnamed = [] if "name" in request.news.fields else ["name"]
        reason = "the rehearsal takes only what the program names: set name"
        failures = [provider_pb2.CheckFailure(property=name, reason=reason) for name in unnamed]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def Diff(self, request: Any, context: ServicerContext) -> Any:  # noqa: ARG002, N802  # gRPC's signature
        """Compare the inputs as they were with those that are to be."""
        return _difference(Properties.read(request.old_inputs), Properties.read(request.news), _IDENTITY)

    def Create(self, request: Any, context: ServicerContext) -> Any:  # noqa: ARG002, N802  # gRPC's signature
        """Take what is given."""
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        given = Properties.read(request.properties).values
        return provider_pb2.CreateResponse(
            id=f"{given.get('namespace', 'default')}/{given['name']}", properties=request.properties
        )

    def Update(self, request: Any, context: ServicerContext) -> Any:  # noqa: ARG002, N802  # gRPC's signature
        """Take what is given now."""
        return provider_pb2.UpdateResponse(properties=request.news)

    def Delete(self, request: Any, context: ServicerContext) -> Any:  # noqa: ARG002, N802  # gRPC's signature
        """There is nothing to delete."""
        return empty_pb2.Empty()

    def Read(self, request: Any, context: ServicerContext) -> Any:  # noqa: ARG002, N802  # gRPC's signature
        """All that is known of it is the state's."""
        return provider_pb2.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)


def _difference(old: Properties, new: Properties, replacing: set[str] | frozenset[str]) -> provider_pb2.DiffResponse:
    changed = [name for name in differing(old.values, new.values) if name != "version" or "chart" in new.values]
    if not changed:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME, diffs=changed, replaces=sorted(replacing & set(changed))
    )
