"""The calls of a rehearsal: botocore operations by name, on clients that are made once for each service and region."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import boto3
from botocore import xform_name
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.awsrequest import AWSRequest
    from botocore.client import BaseClient
    from botocore.model import StructureShape

# One attempt: a failing call is a fault of a row or of the program, and waiting does not mend it.
_CONFIG = Config(retries={"total_max_attempts": 1}, max_pool_connections=16, inject_host_prefix=False, read_timeout=30)


class Cloud:
    """One account of the embedded AWS, with the region that a resource takes when it names none.

    Args:
        environment: the variables of ``aws_environment``; the process's own are not read.
        account: the 12-digit account that the rehearsal deploys into.
        region: the default region.
    """

    def __init__(self, environment: Mapping[str, str], account: str, region: str) -> None:
        self.account = account
        self.region = region
        self._endpoint_url = environment["AWS_ENDPOINT_URL"]
        self._session = boto3.session.Session(
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            region_name=region,
        )
        self._clients: dict[tuple[str, str], BaseClient] = {}
        self._lock = threading.Lock()

    @property
    def partition(self) -> str:
        """The partition of the default region, such as ``aws`` or ``aws-cn``."""
        return str(self._session.get_partition_for_region(self.region))

    @property
    def dns_suffix(self) -> str:
        """The domain of AWS's endpoints in the partition."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    def client(self, service: str, region: str | None = None) -> BaseClient:
        """The boto3 client of a service in a region; clients are thread-safe, making them is not."""
        key = (service, region or self.region)
        with self._lock:
            if key not in self._clients:
                made = self._session.client(  # type: ignore[call-overload]  # the service is data here
                    service, region_name=key[1], endpoint_url=self._endpoint_url, config=_CONFIG
                )
                made.meta.events.register("before-sign.s3-control", self._without_account_label)
                self._clients[key] = made
            return self._clients[key]

    def call(self, service: str, operation: str, params: Mapping[str, Any], region: str | None = None) -> Any:
        """Make a call by botocore's names and return its parsed answer; botocore's errors pass through."""
        answer = getattr(self.client(service, region), xform_name(operation))(**params)
        return {key: value for key, value in answer.items() if key != "ResponseMetadata"}

    def _without_account_label(self, request: AWSRequest, **_: Any) -> None:
        # S3 Control puts the account before the host, and an address on loopback has no such names.
        request.url = str(request.url).replace(f"//{self.account}.", "//", 1)

    def shape(self, service: str, operation: str) -> StructureShape | None:
        """The input shape of an operation; None when it takes no input."""
        return self.client(service).meta.service_model.operation_model(operation).input_shape
