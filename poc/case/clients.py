"""Further clients to try against the target: Java's, and whatever a command starts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from poc.case.part import Part


class ClientCommand(Part):
    """A client that a command starts: a program, or a container.

    It gets BYOC_BOOTSTRAP, BYOC_TOPIC, BYOC_GROUP, BYOC_RECORDS and BYOC_PROPERTIES (a file of Java's properties, which
    holds the credentials) in its environment. It writes BYOC_RECORDS records to the new topic, reads them by the group,
    commits, and exits with 0.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,40}$")] = Field(
        description="the client and its version", examples=["sarama-1.46"]
    )
    command: tuple[str, ...] = Field(
        min_length=1,
        description="program and arguments; no shell reads them",
        examples=[["docker", "run", "--rm", "--env-file", "client.env", "client:1"]],
    )


class Clients(Part):
    """Clients beside confluent-kafka, kafka-python and aiokafka, which the kit brings."""

    java_libs: str | None = Field(
        default=None,
        description="a folder with Java's kafka-clients jar and those that it needs, such as Kafka's own libs folder",
        examples=["kafka/libs"],
    )
    commands: tuple[ClientCommand, ...] = Field(
        default=(), description="further clients, each started by a command with BYOC_* in its environment"
    )
