"""What the platform teams of all three deployments declare alike."""

from __future__ import annotations

from audit.model.contract import Bucket, Duty, Listener, LogSink, Owner, Principal, Privilege, Source
from vendor_accounts.making import OFFICE, ROOT

OWNERS = {duty: Owner(team="platform", contact="platform@corp.example") for duty in Duty}


def deployer(*stores: str) -> dict[str, Principal]:
    """The account itself, which deploys and may do everything."""
    return {"deployer": Principal(arn=ROOT, does="owns the account", may={name: tuple(Privilege) for name in stores})}


def sinks(ops: str) -> tuple[LogSink, ...]:
    """The brokers' logs, which the vendor keeps in the ops bucket; no module makes a place for anything else."""
    return (LogSink(signal="brokers", kind="bucket", name=ops, retention_days=30, reviewed_by=Duty.SUPPORT),)


USE = (Privilege.READ, Privilege.WRITE, Privilege.DESTROY)


def two_roles(console: str, brokers: str) -> dict[str, Principal]:
    """A console that keeps telemetry and starts brokers, who keep the records."""
    starts = Principal(arn=console, does="the console", may={"ops-bucket": USE}, acts_as=("data-plane",))
    keep = Principal(arn=brokers, does="brokers", may={"data-bucket": USE, "ops-bucket": USE})
    return {"console": starts, "data-plane": keep, **deployer("data-bucket", "ops-bucket")}


def buckets(data: str, ops: str, *, ops_through_endpoint: bool = False) -> dict[str, Bucket]:
    """Both buckets with S3's own encryption; records are taken to pass the endpoint alone."""
    return {
        "data-bucket": Bucket(name=data, holds="Kafka records", reached_only_through_endpoint=True),
        "ops-bucket": Bucket(
            name=ops, holds="logs, metrics and licences", reached_only_through_endpoint=ops_through_endpoint
        ),
    }


def listeners(cidr: str) -> tuple[Listener, ...]:
    """Clients in the VPC speak plain Kafka, people in the office plain HTTP."""
    people, clients = (Source(cidr=OFFICE),), (Source(cidr=cidr),)
    return (
        Listener(name="kafka", on="broker-group", protocol="PLAINTEXT", port=9092, sources=clients),
        Listener(name="console", on="console-group", protocol="HTTP", port=8080, sources=people),
    )
