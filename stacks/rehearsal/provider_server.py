"""Serves the provider door, so that Pulumi's engine deploys into an embedded AWS.

    python -m stacks.rehearsal.provider_server ACCOUNT REGION

It prints one line of JSON, the variables that `pulumi` needs (``PULUMI_DEBUG_PROVIDERS`` and those that send boto3 to
the embedded AWS), and serves until its standard input closes. With ``AWS_ENDPOINT_URL`` set it serves that emulator
instead of one of its own.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from audit.model.errors import KitError
from stacks.rehearsal.cloud import Cloud
from stacks.rehearsal.emulator import Emulator, emulator
from stacks.rehearsal.provider import AwsProvider
from stacks.rehearsal.provider_kubernetes import KubernetesProvider

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE = "PULUMI_DEBUG_PROVIDERS"
_WORKERS = 16
# The engine sends large states whole.
_LARGEST_MESSAGE = 400 * 1024 * 1024


@contextmanager
def serving(provider: AwsProvider) -> Iterator[dict[str, str]]:
    """Serve a provider to the engine, beside one of Kubernetes; the variable that makes the engine come here."""
    with ExitStack() as stack:
        aws, kubernetes = (stack.enter_context(_listening(one)) for one in (provider, KubernetesProvider()))
        yield {VARIABLE: f"aws:{aws},kubernetes:{kubernetes}"}


@contextmanager
def _listening(provider: provider_pb2_grpc.ResourceProviderServicer) -> Iterator[int]:
    server = grpc.server(
        ThreadPoolExecutor(_WORKERS, thread_name_prefix="provider"),
        options=[("grpc.max_receive_message_length", _LARGEST_MESSAGE), ("grpc.max_send_message_length", -1)],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(grace=None).wait()


def _provider(running: Emulator) -> AwsProvider:
    return AwsProvider(Cloud(running.environment, running.account, running.region))


def main(account: str, region: str) -> None:
    """Serve until standard input closes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    there = nullcontext(Emulator(endpoint, account, region)) if endpoint else emulator(account, region)
    with there as running, serving(_provider(running)) as variables:
        sys.stdout.write(json.dumps({**running.environment, **variables}) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    if len(sys.argv) != 3:  # noqa: PLR2004  # the module, the account and the region
        sys.exit(
            "say which account and which region: python -m stacks.rehearsal.provider_server 111122223333 us-east-1"
        )
    try:
        main(*sys.argv[1:])
    except KitError as error:
        sys.exit(str(error))
