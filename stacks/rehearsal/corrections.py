"""Faults of the emulator that no call can mend, mended in its own process; each docstring says what is wrong without.

This, corrections_eks.py and corrections_private_link.py are the places that reach into moto.
"""

from __future__ import annotations

import json
import os
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from moto.cloudtrail import models as cloudtrail
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult
from moto.ec2.models import (
    EC2Backend,
    internet_gateways,
    nat_gateways,
    route_tables,
    security_groups,
    subnets,
    transit_gateway,
    vpcs,
)
from moto.ec2.responses.vpcs import VPCs
from moto.elbv2 import models as elbv2
from moto.iam import access_control
from moto.iam import models as iam
from moto.kms import models as kms
from moto.route53 import models as route53
from moto.s3.exceptions import ServerSideEncryptionConfigurationNotFoundError
from moto.s3.models import FakeBucket, s3_backends
from moto.s3.responses import S3Response

from stacks.rehearsal import corrections_eks as eks
from stacks.rehearsal import corrections_private_link as private_link

if TYPE_CHECKING:
    from collections.abc import Callable


_CHOSEN: list[str] = []


def account_of_a_caller() -> None:
    """MOTO_ACCOUNT_ID holds every caller in one account, also one who assumed a role of another account."""
    ours = os.environ.pop("MOTO_ACCOUNT_ID", str(DEFAULT_ACCOUNT_ID))

    def account_of(access_key: str) -> str:
        # moto's own search makes a backend of every partition, each with all managed policies.
        for account, partitions in list(iam.iam_backends.items()):
            if any(access_key in backend.access_keys for backend in list(partitions.values())):
                return str(account)
        return ours

    iam.get_account_id_from = account_of


def log_delivery_permission() -> None:
    """PutBucketLogging ends in HTTP 500 for a target policy with principal ``*``, and reads only exact resources."""

    def permitted(target_bucket: Any, target_prefix: str | None) -> bool:
        document = json.loads(target_bucket.policy.decode()) if target_bucket.policy else {"Statement": []}
        key = f"arn:{target_bucket.partition}:s3:::{target_bucket.name}/{target_prefix or ''}log"
        return any(_lets_logs_in(statement, key) for statement in document["Statement"])

    FakeBucket._log_permissions_enabled_policy = staticmethod(permitted)  # noqa: SLF001 the fault is there


def endpoint_interfaces() -> None:
    """A VPC endpoint's network interfaces have the VPC's default group and an address outside their subnet."""
    original: Callable[..., Any] = EC2Backend.create_vpc_endpoint

    def create(self: Any, *args: Any, **kwargs: Any) -> Any:
        endpoint = original(self, *args, **kwargs)
        for interface_id in endpoint.network_interface_ids or ():
            interface = self.enis[interface_id]
            _requested(interface, "vpc_endpoint", f"VPC Endpoint Interface {endpoint.id}")
            _readdress(interface)
            if endpoint.security_group_ids:
                interface._group_set = [  # noqa: SLF001 no other way to it
                    self.get_security_group_from_id(group) for group in endpoint.security_group_ids
                ]
        return endpoint

    EC2Backend.create_vpc_endpoint = create


def nat_interfaces() -> None:
    """A NAT gateway's network interface has the VPC's default group; AWS gives it none."""
    original: Callable[..., Any] = EC2Backend.create_nat_gateway

    def create(self: Any, *args: Any, **kwargs: Any) -> Any:
        gateway = original(self, *args, **kwargs)
        interface = gateway._eni  # noqa: SLF001 no other way to it
        _requested(interface, "nat_gateway", f"Interface for NAT Gateway {gateway.id}")
        interface._group_set = []  # noqa: SLF001 the same
        return gateway

    EC2Backend.create_nat_gateway = create


def blocked_encryption_types() -> None:
    """GetBucketEncryption leaves out the encryption types that the bucket blocks."""

    def answer(self: Any) -> Any:
        self.data["Action"] = "GetBucketEncryption"
        stored = self.backend.get_bucket_encryption(self.bucket_name)
        if not stored:
            raise ServerSideEncryptionConfigurationNotFoundError(bucket_name=self.bucket_name)
        rule = dict(stored["Rule"])
        rule["BucketKeyEnabled"] = str(rule.get("BucketKeyEnabled")).lower() == "true"
        blocked = (rule.pop("BlockedEncryptionTypes", None) or {}).get("EncryptionType", [])
        if blocked:
            rule["BlockedEncryptionTypes"] = {"EncryptionType": [blocked] if isinstance(blocked, str) else blocked}
        return self.serialized(ActionResult({"ServerSideEncryptionConfiguration": {"Rules": [rule]}}))

    S3Response.get_bucket_encryption = answer


def network_balancer_arns() -> None:
    """A network load balancer's ARN has the shape of an application load balancer's."""
    create: Callable[..., Any] = elbv2.ELBv2Backend.create_load_balancer
    name_it: Callable[..., str] = elbv2.make_arn_for_load_balancer
    kinds = {"network": "net", "gateway": "gwy"}

    def create_load_balancer(self: Any, *args: Any, **kwargs: Any) -> Any:
        kind = kinds.get(kwargs.get("loadbalancer_type") or "", "app")

        def named(**parts: str) -> str:
            return name_it(**parts).replace(":loadbalancer/app/", f":loadbalancer/{kind}/")

        # The server handles one call at a time, so that no other balancer is named meanwhile.
        elbv2.make_arn_for_load_balancer = named
        return create(self, *args, **kwargs)

    elbv2.ELBv2Backend.create_load_balancer = create_load_balancer


def balancer_interfaces() -> None:
    """A load balancer has no network interfaces; AWS gives it one in each of its subnets, with its groups."""
    create: Callable[..., Any] = elbv2.ELBv2Backend.create_load_balancer
    delete: Callable[..., None] = elbv2.ELBv2Backend.delete_load_balancer
    kinds = {"network": "network_load_balancer", "gateway": "gateway_load_balancer"}

    def create_load_balancer(self: Any, *args: Any, **kwargs: Any) -> Any:
        balancer = create(self, *args, **kwargs)
        for subnet in balancer.subnets:
            interface = self.ec2_backend.create_network_interface(subnet, [], group_ids=list(balancer.security_groups))
            about = f"ELB {balancer.arn.partition(':loadbalancer/')[2]}"
            _requested(interface, kinds.get(balancer.type, "interface"), about)
            _readdress(interface)
        return balancer

    def delete_load_balancer(self: Any, arn: str) -> None:
        delete(self, arn)
        about = f"ELB {arn.partition(':loadbalancer/')[2]}"
        for interface in [one for one in self.ec2_backend.enis.values() if one.description == about]:
            self.ec2_backend.delete_network_interface(interface.id)

    elbv2.ELBv2Backend.create_load_balancer = create_load_balancer
    elbv2.ELBv2Backend.delete_load_balancer = delete_load_balancer


def flow_logs_into_a_folder() -> None:
    """A flow log into a folder of a bucket is refused: the folder is taken for a part of the bucket's name."""
    original: Callable[..., Any] = EC2Backend.create_flow_logs

    def create(self: Any, **kwargs: Any) -> Any:
        destination = kwargs["log_destination"]
        made, refused = original(self, **{**kwargs, "log_destination": (destination or "").partition("/")[0] or None})
        for flow_log in made:
            flow_log.log_destination = destination
        return made, refused

    EC2Backend.create_flow_logs = create


def certificates_of_the_customer() -> None:
    """A listener's certificate is looked up, and the customer's own is not in the embedded account."""
    elbv2.ELBv2Backend._certificate_exists = lambda *_, **__: True  # noqa: SLF001 no other way to it
    elbv2.register_certificate = lambda **_: None


def attached_policies() -> None:
    """GetAccountAuthorizationDetails lists every policy that AWS manages, also those that nobody has."""
    original: Callable[..., dict[str, Any]] = iam.IAMBackend.get_account_authorization_details

    def details(self: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        found = original(self, *args, **kwargs)
        unused = {policy.arn for policy in self.aws_managed_policies if not policy.attachment_count}
        return {**found, "managed_policies": [p for p in found["managed_policies"] if p.arn not in unused]}

    iam.IAMBackend.get_account_authorization_details = details


def bucket_regions() -> None:
    """ListBuckets says of no bucket where it is."""

    def listed(self: Any) -> Any:
        self.data["Action"] = "ListAllMyBuckets"
        self._authenticate_and_authorize_s3_action()
        buckets = [
            {"Name": bucket.name, "CreationDate": bucket.creation_date_ISO8601, "BucketRegion": bucket.region_name}
            for bucket in self.backend.list_buckets(
                prefix=self._get_param("prefix"),
                bucket_region=self._get_param("bucket-region"),
                max_buckets=self._get_param("max-buckets"),
            )
        ]
        self.data["Action"] = "ListBuckets"
        return self.serialized(ActionResult({"Buckets": buckets}))

    S3Response.all_buckets = listed


def buckets_of_others() -> None:
    """HeadBucket tells everybody of every bucket; S3 refuses who has no right to it, as another account has none."""
    original: Callable[..., Any] = S3Response.head_bucket

    def head(self: Any) -> Any:
        owner = s3_backends.bucket_accounts.get(self.bucket_name, (None, self.current_account))[1]
        return original(self) if owner == self.current_account else (403, {}, "")

    S3Response.head_bucket = head


def choose(ids: str) -> None:
    """The ids, separated by commas, that things made from now on get, where their kind fits; none again with ``""``."""
    _CHOSEN[:] = filter(None, ids.split(","))


def chosen_ids() -> None:
    """An id is drawn, and what a stack's settings name would be there under another one."""
    for module, draw, kind in (
        (vpcs, "random_vpc_id", "vpc-"),
        (vpcs, "random_vpc_ep_id", "vpce-"),
        (subnets, "random_subnet_id", "subnet-"),
        (route_tables, "random_route_table_id", "rtb-"),
        (security_groups, "random_security_group_id", "sg-"),
        (internet_gateways, "random_internet_gateway_id", "igw-"),
        (nat_gateways, "random_nat_gateway_id", "nat-"),
        (transit_gateway, "random_transit_gateway_id", "tgw-"),
        (route53, "create_route53_zone_id", "Z"),
        (kms, "generate_key_id", ""),
    ):
        setattr(module, draw, _chosen(getattr(module, draw), kind))


def _chosen(draw: Callable[..., str], kind: str) -> Callable[..., str]:
    def drawn(*args: Any, **kwargs: Any) -> str:
        found = next((name for name in _CHOSEN if name.startswith(kind)), None)
        return draw(*args, **kwargs) if found is None else _CHOSEN.pop(_CHOSEN.index(found))

    return drawn


def trails_of_the_organization() -> None:
    """A trail is always the caller's own, with a bucket of the caller's: an organisation's is of another account."""
    original: Callable[..., None] = cloudtrail.Trail.__init__
    exists = cloudtrail.Trail.check_bucket_exists

    def made(self: Any, *args: Any, **kwargs: Any) -> None:
        self.given = next((one for one in _CHOSEN if ":cloudtrail:" in one), None)
        original(self, *args, **kwargs)

    def arn(self: Any) -> str:
        own = f"arn:{self.partition}:cloudtrail:{self.region_name}:{self.account_id}:trail/{self.trail_name}"
        return str(self.given or own)

    def checked(self: Any) -> None:
        if self.given is None or f":{self.account_id}:" in self.given:
            exists(self)

    cloudtrail.Trail.__init__ = made
    cloudtrail.Trail.arn = property(arn)
    cloudtrail.Trail.check_bucket_exists = checked


def signatures() -> None:
    """Where IAM is enforced, GET requests of several services fail for a signature that is calculated wrongly."""
    access_control.IAMRequestBase.check_signature = lambda _: None


def attachments_of_transit_routes() -> None:
    """A transit gateway's route says nothing of the attachment that it leads to."""
    original: Callable[..., Any] = EC2Backend.create_transit_gateway_route

    def create(self: Any, **kwargs: Any) -> Any:
        made = original(self, **kwargs)
        table = self.transit_gateways_route_tables[kwargs["transit_gateway_route_table_id"]]
        route = table.routes[kwargs["destination_cidr_block"]]
        attachment = self.transit_gateway_attachments.get(kwargs.get("transit_gateway_attachment_id"))
        if attachment is not None:
            route["transitGatewayAttachments"] = [
                {
                    "resourceId": attachment.resource_id,
                    "resourceType": attachment.resource_type,
                    "transitGatewayAttachmentId": attachment.id,
                }
            ]
        return made

    EC2Backend.create_transit_gateway_route = create


def dry_runs() -> None:
    """CreateVpc makes a VPC in a dry run too."""
    original: Callable[..., Any] = VPCs.create_vpc

    def create_vpc(self: Any) -> Any:
        self.error_on_dryrun()
        return original(self)

    VPCs.create_vpc = create_vpc


CORRECTIONS = (
    bucket_regions,
    chosen_ids,
    trails_of_the_organization,
    signatures,
    account_of_a_caller,
    log_delivery_permission,
    endpoint_interfaces,
    nat_interfaces,
    blocked_encryption_types,
    network_balancer_arns,
    balancer_interfaces,
    flow_logs_into_a_folder,
    certificates_of_the_customer,
    attached_policies,
    private_link.groups_of_private_link,
    private_link.endpoint_acceptance,
    attachments_of_transit_routes,
    dry_runs,
    private_link.endpoint_services_by_name,
    buckets_of_others,
    eks.access_of_clusters,
    eks.networks_of_clusters,
    eks.doors_of_nodes,
)


def apply() -> None:
    """Mend what is known to be wrong."""
    for correction in CORRECTIONS:
        correction()


def _lets_logs_in(statement: dict[str, Any], key: str) -> bool:
    principal = statement.get("Principal")
    services = _listed(principal.get("Service", [])) if isinstance(principal, dict) else []
    return (
        statement.get("Effect") == "Allow"
        and "logging.s3.amazonaws.com" in services
        and any(fnmatchcase("s3:PutObject", action) for action in _listed(statement.get("Action", [])))
        and any(fnmatchcase(key, resource) for resource in _listed(statement.get("Resource", [])))
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _requested(interface: Any, kind: str, description: str) -> None:
    interface.interface_type = kind
    interface.requester_managed = True
    interface.description = description
    interface.status = "in-use"


def _readdress(interface: Any) -> None:
    address = interface.subnet.get_available_subnet_ip(interface)
    interface.private_ip_address = address
    interface.private_ip_addresses = [{"Primary": True, "PrivateIpAddress": address}]
