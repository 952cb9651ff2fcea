"""The stack's program: settings to footprint to outputs. Pulumi runs it, and a rehearsal runs the same function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws

from components.broker_group import ClientPort
from components.cluster_groups import SYSTEM
from components.cluster_names import NODES
from components.documents.bucket_requests import BucketRole
from components.footprint import Footprint, FootprintOutputs
from components.plan import (
    SYSTEM_NODES,
    AuditorPlan,
    ClusterPlan,
    ConsolePlan,
    FileSystemsPlan,
    IsolationPlan,
    NetworkPlan,
    NodesPlan,
    Plan,
    RetentionPlan,
)
from stacks import clients
from stacks.audit_policy import audit_policy
from stacks.cluster_settings import Eks
from stacks.contract import Ids, contract
from stacks.existing import Found, look_up
from stacks.settings import read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.private_link import PrivateLink
    from stacks.settings import Settings

# Public parameters below /aws/service are Amazon's own: nobody can squat the image's name.
_AMAZON_LINUX = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
_AUTO_SCALING = "AWSServiceRoleForAutoScaling"


def deploy() -> None:
    """Deploy the stack that Pulumi runs and export its outputs; raises SettingsError before anything is made."""
    settings = read()
    found = look_up(settings)
    provider = _provider(settings)
    invoke = pulumi.InvokeOptions(provider=provider)
    footprint = Footprint(
        settings.environment_id,
        plan(settings, ami=_ami(settings, invoke), auto_scaling_role=_auto_scaling_role(invoke), found=found),
        pulumi.ResourceOptions(provider=provider),
    )
    for name, value in outputs(settings, footprint.outputs).items():
        pulumi.export(name, value)


def plan(
    settings: Settings, *, ami: pulumi.Input[str], auto_scaling_role: str | None = None, found: Found | None = None
) -> Plan:
    """The settings in the components' words, with what was looked up in the account."""
    return Plan(
        names=settings.names,
        network=_network(settings, found or Found()),
        console=_console(settings, ami),
        retention=_retention(settings),
        automq_config=settings.automq_config.text,
        clients=_clients(settings),
        private_link=clients.private_link_plan(settings),
        isolation=_isolation(settings),
        peers=settings.peers,
        transit=settings.transit,
        wal=settings.wal,
        file_systems=_file_systems(settings),
        cluster=_cluster(settings, found or Found()),
        window=settings.vendor_access.window,
        auditor=_auditor(settings),
        alarm_addresses=settings.alarm_emails,
        existing_keys=settings.keys.existing,
        existing_buckets=_existing_buckets(settings),
        log_account_key=None if settings.log_account is None else settings.log_account.key,
        existing_zone=None if settings.hosted_zone is None else settings.hosted_zone.existing,
        existing_roles=frozenset(settings.roles.existing),
        permissions_boundary=settings.permissions_boundary,
        deletion_window_days=settings.keys.deletion_window_days,
        deployer=settings.deployer,
        break_glass=settings.break_glass,
        auto_scaling_role=auto_scaling_role,
        protect=settings.protect,
    )


def outputs(settings: Settings, made: FootprintOutputs) -> dict[str, Any]:
    """The stack's outputs: the boundary contract, and what people and a rehearsal go on with; none is a secret."""
    return {
        "boundary": _ids(made).apply(lambda ids: contract(settings, ids).model_dump(mode="json")),
        "environment_id": settings.environment_id,
        "vpc_id": made.vpc_id,
        "broker_subnets": made.subnet_ids,
        "broker_security_group": made.groups["broker-group"],
        "volumes_key": made.keys["volumes"],
        "hosted_zone": made.zone_id,
        "data_bucket": settings.names.data_bucket,
        "ops_bucket": settings.names.ops_bucket,
        **_file_system_outputs(made),
        **_broker_outputs(settings, made),
        "console_instance": made.console_instance,
        "console_credentials_secret": made.credentials_arn,
        **({} if made.console_address is None else {"console_address": made.console_address}),
        **({} if made.auditor_role is None else {"auditor_role": made.auditor_role}),
        **({} if made.private_link is None else {"private_link": _private_link(settings, made.private_link)}),
    }


def _private_link(settings: Settings, made: PrivateLink) -> pulumi.Output[dict[str, Any]]:
    service = made.service
    known = pulumi.Output.all(service.service_name, service.private_dns_name_configurations, *made.target_groups)
    return known.apply(lambda known: clients.told(settings, {"name": known[0], "proof": _proof(known[1])}, known[2:]))


def _proof(configurations: Sequence[Any]) -> list[dict[str, str]]:
    fields = ("name", "type", "value")
    return [{field: str(getattr(one, field)) for field in fields} for one in configurations or ()]


def _existing_buckets(settings: Settings) -> frozenset[BucketRole]:
    """The buckets that the stack does not make: those named, and what the log account's bucket stands for."""
    elsewhere = () if settings.log_account is None else (BucketRole.AUDIT,)
    return frozenset((*settings.buckets.existing, *elsewhere))


def _file_system_outputs(made: FootprintOutputs) -> dict[str, Any]:
    """With FSWAL: the file systems, and the group to name where the console makes file systems of its own."""
    group = made.groups.get("file-system-group")
    return {} if group is None else {"log_file_systems": made.file_systems, "file_system_security_group": group}


def _broker_outputs(settings: Settings, made: FootprintOutputs) -> dict[str, Any]:
    """What brokers run on: the instances' profile, or the cluster with the place of their pods."""
    cluster = settings.cluster
    if cluster is None:
        return {"data_plane_profile": made.data_plane_profile}
    place = {
        "namespace": cluster.namespace,
        "service_account": cluster.service_account,
        "node_role": cluster.role(NODES),
        **({} if cluster.existing else {"system_security_group": made.groups[SYSTEM]}),
    }
    return {"cluster": {"name": made.cluster, **place}}


def _provider(settings: Settings) -> aws.Provider:
    return aws.Provider(
        "aws",
        region=settings.region,
        allowed_account_ids=[settings.aws_account_id],
        default_tags={"tags": settings.default_tags},
    )


def _ami(settings: Settings, invoke: pulumi.InvokeOptions) -> str:
    return settings.console.ami or aws.ssm.get_parameter(name=_AMAZON_LINUX, opts=invoke).value


def _auto_scaling_role(invoke: pulumi.InvokeOptions) -> str | None:
    found = aws.iam.get_roles(name_regex=f"^{_AUTO_SCALING}$", path_prefix="/aws-service-role/", opts=invoke)
    return found.arns[0] if found.arns else None


def _network(settings: Settings, found: Found) -> NetworkPlan:
    network = settings.network
    nat = "none" if network.nat == "existing" else network.nat
    return NetworkPlan(network.cidr, settings.zones, nat, public=network.public_subnets, existing=found.network)


def _console(settings: Settings, ami: pulumi.Input[str]) -> ConsolePlan:
    console = settings.console
    return ConsolePlan(
        console.instance_type,
        ami,
        console.image,
        settings.console_permissions,
        console.broker_image_owners,
        console.certificate_arn,
        console.sources,
    )


def _retention(settings: Settings) -> RetentionPlan:
    days = settings.retention
    return RetentionPlan(
        days.trail,
        days.flow_logs,
        days.log_groups,
        days.access_logs,
        days.noncurrent_versions,
        days.backups,
        days.audit_lock_days,
        days.audit_lock_mode,
        None if days.backup_lock == "none" else days.backup_lock,
    )


def _clients(settings: Settings) -> tuple[ClientPort, ...]:
    return tuple(
        ClientPort(listener.protocol.lower().replace("_", "-"), listener.port, listener.cidrs, listener.security_groups)
        for listener in settings.listeners
    )


def _file_systems(settings: Settings) -> FileSystemsPlan:
    given = settings.file_systems
    return FileSystemsPlan() if given is None else FileSystemsPlan(given.count, given.throughput_mibps)


def _cluster(settings: Settings, found: Found) -> ClusterPlan | None:
    if settings.cluster is None:
        return None
    eks = settings.eks or Eks()
    return ClusterPlan(
        settings.cluster,
        eks.version,
        NodesPlan(eks.instance_type, eks.nodes_minimum, eks.nodes_desired, eks.nodes_maximum),
        NodesPlan(eks.system_instance_type, *SYSTEM_NODES),
        eks.administrator_sources,
        eks.charts and eks.existing is None,
        found.control_plane_group,
    )


def _auditor(settings: Settings) -> AuditorPlan | None:
    if settings.auditor is None:
        return None
    return AuditorPlan(settings.auditor.account, settings.auditor.external_id, audit_policy())


def _isolation(settings: Settings) -> IsolationPlan | None:
    isolated = settings.no_internet
    if isolated is None:
        return None
    proxy = isolated.proxy
    if proxy is None:
        return IsolationPlan(isolated.names)
    return IsolationPlan(isolated.names, proxy.service_name, proxy.address, proxy.port)


def _ids(made: FootprintOutputs) -> pulumi.Output[Ids]:
    link = made.private_link
    return pulumi.Output.all(
        vpc=made.vpc_id,
        subnets=made.subnet_ids,
        groups=made.groups,
        endpoints=made.endpoints,
        keys=made.keys,
        hosted_zone=made.zone_id,
        console_instance=made.console_instance,
        private_link={} if link is None else {"service": link.service.id, "load_balancer": link.balancer.arn},
        file_systems=made.file_systems,
    ).apply(lambda known: Ids(**known))
