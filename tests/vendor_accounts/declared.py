"""What the platform teams of all three deployments declare alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.contract import (
    BoundaryContract,
    Bucket,
    Console,
    Duty,
    Listener,
    LogSink,
    Network,
    Owner,
    Principal,
    Privilege,
    Source,
)
from vendor_accounts.making import ACCOUNT, OFFICE, REGION, ROOT

if TYPE_CHECKING:
    from vendor_accounts.network import Vpc

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


def contract(environment: str, where: Vpc, ids: dict[str, str], ops: str, **said: Any) -> BoundaryContract:
    """The contract of one deployment: its network and console, and what ``said`` says of the rest."""
    by_zone = said.pop("egress_by_zone", True)
    network = Network(
        vpc=where.vpc,
        subnets=tuple(where.private),
        security_groups=said.pop("groups"),
        endpoints=where.endpoints,
        internet_egress="nat",
        egress_by_zone=by_zone,
        hosted_zone=ids["zone"],
    )
    return BoundaryContract(
        environment_id=environment,
        account=ACCOUNT,
        region=REGION,
        network=network,
        console=Console(instance=ids["instance"]),
        log_sinks=sinks(ops),
        owners=OWNERS,
        **said,
    )
