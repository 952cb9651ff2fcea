"""Single requests of Kafka's protocol, as kafka-python encodes them: what no client's API asks by itself."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Self

from kafka import errors
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector
from kafka.protocol.metadata import (
    ApiVersionsRequest,
    CoordinatorType,
    FindCoordinatorRequest,
    MetadataRequest,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

SECONDS = 10
for _name in ("kafka", "aiokafka"):
    logging.getLogger(_name).addHandler(logging.NullHandler())
    logging.getLogger(_name).propagate = False


class Wire:
    """A connection to a cluster that sends requests one by one; several threads may share it.

    ``settings`` are kafka-python's. Methods raise kafka.errors.KafkaError, also for an error code in an answer.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        times = {"request_timeout_ms": SECONDS * 1000, "receive_message_max_bytes": 100_000_000}
        self._net = NetworkSelector(**settings)
        self._manager = KafkaConnectionManager(self._net, **{**settings, **times})
        self._net.start()
        # Brokers that did not answer when they were asked by their number: asked once, not before each topic.
        self._silent: set[int] = set()

    def __enter__(self) -> Self:
        try:
            self._manager.bootstrap(SECONDS * 1000)
        except errors.KafkaError:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._manager.close()
        self._net.close()

    def send(self, request: Any, node: int | None = None) -> Any:
        """The answer to a request, of any broker where no node is named; the caller looks at its error codes."""
        return self._manager.run(self._sending, request, node)

    async def _sending(self, request: Any, node: int | None) -> Any:
        return await self._manager.send(request, node_id=node)

    def ask(self, request: Any, node: int | None = None) -> Any:
        """The answer to a request; raises its first error, wherever in the answer it stands."""
        answer = self.send(request, node)
        require(answer)
        return answer

    def api_versions(self) -> Any:
        """What the broker offers: API keys with their versions, and features."""
        return self.ask(ApiVersionsRequest(client_software_name="byoc", client_software_version="1"))

    def topic(self, name: str) -> Any:
        """The metadata of a topic."""
        one = MetadataRequest.MetadataRequestTopic(name=name, topic_id=None)
        return self.ask(MetadataRequest(topics=[one], allow_auto_topic_creation=False)).topics[0]

    def told_everywhere(self, name: str, partitions: int) -> bool:
        """Whether every broker that answers knows leaders of all partitions of a topic."""
        one = MetadataRequest.MetadataRequestTopic(name=name, topic_id=None)
        request = MetadataRequest(topics=[one], allow_auto_topic_creation=False)
        for node in {int(broker.node_id) for broker in self.send(request).brokers} - self._silent:
            try:
                told = self.send(request, node).topics[0].partitions
            except errors.KafkaError:
                self._silent.add(node)
                continue
            if sum(part.leader_id >= 0 for part in told) < partitions:
                return False
        return True

    def leader(self, name: str, partition: int = 0) -> int:
        """The node that leads a partition."""
        return next(int(p.leader_id) for p in self.topic(name).partitions if p.partition_index == partition)

    def controller(self) -> int:
        """The node that the cluster names as its controller."""
        return int(self.ask(MetadataRequest(topics=[])).controller_id)

    def cluster_id(self) -> str:
        """The cluster's id; empty where it tells none."""
        return str(self.ask(MetadataRequest(topics=[])).cluster_id or "")

    def coordinator(self, key: str, kind: CoordinatorType = CoordinatorType.GROUP) -> int:
        """The node that coordinates a group, or the transactions of an id."""
        answer = self.ask(FindCoordinatorRequest(key_type=kind.value, coordinator_keys=[key], min_version=4))
        return int(answer.coordinators[0].node_id)


def require(answer: Any) -> None:
    """Raise the first error that an answer holds, with its message."""
    for part in _parts(answer.to_dict(json=False) if hasattr(answer, "to_dict") else answer):
        code = part.get("error_code", 0)
        if code:
            raise errors.for_code(code)(part.get("error_message") or "")


def _parts(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(inner for each in value.values() for inner in _parts(each))]
    if isinstance(value, list | tuple):
        return [inner for each in value for inner in _parts(each)]
    return []
