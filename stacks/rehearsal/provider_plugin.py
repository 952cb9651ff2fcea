"""What Pulumi's engine asks of every provider that it attaches to, whatever the provider is of."""

from __future__ import annotations

import importlib.metadata
import json
from typing import TYPE_CHECKING, Any, ClassVar

from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

if TYPE_CHECKING:
    from grpc import ServicerContext


class AttachedProvider(provider_pb2_grpc.ResourceProviderServicer):
    """A provider of one of Pulumi's packages, in the version of the SDK that the program uses."""

    package: ClassVar[str]
    """The package's name, ``aws`` for pulumi-aws."""

    def Handshake(self, request: Any, context: ServicerContext) -> Any:  # noqa: ARG002, N802  # gRPC's signature
        """Say what the engine may send."""
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=True, accept_outputs=True)

    def Attach(self, request: Any, context: ServicerContext) -> Any:  # noqa: ARG002, N802  # gRPC's signature
        """The engine is there; there is nothing to tell it."""
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: ServicerContext) -> Any:  # noqa: ARG002, N802  # gRPC's signature
        """The version of the SDK that the program uses."""
        return plugin_pb2.PluginInfo(version=self._version())

    def GetSchema(self, request: Any, context: ServicerContext) -> Any:  # noqa: ARG002, N802  # gRPC's signature
        """The package's name alone: nothing is generated from this schema."""
        return provider_pb2.GetSchemaResponse(schema=json.dumps({"name": self.package, "version": self._version()}))

    def Cancel(self, request: Any, context: ServicerContext) -> Any:  # noqa: ARG002, N802  # gRPC's signature
        """What is under way takes milliseconds: it ends by itself."""
        return empty_pb2.Empty()

    def CheckConfig(self, request: Any, context: ServicerContext) -> Any:  # noqa: ARG002, N802  # gRPC's signature
        """Take every configuration; Configure judges it where something is to be judged."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def _version(self) -> str:
        return importlib.metadata.version(f"pulumi-{self.package}")
