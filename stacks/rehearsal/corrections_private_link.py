"""Faults of the emulator around VPC endpoints and PrivateLink; each docstring says what is wrong without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.responses import EC2Response
from moto.elbv2.responses import ELBV2Response

if TYPE_CHECKING:
    from collections.abc import Callable


def groups_of_private_link() -> None:
    """A network load balancer forgets whether its groups count for what comes by PrivateLink."""
    original: Callable[..., Any] = ELBV2Response.set_security_groups

    def set_security_groups(self: Any) -> Any:
        answer = original(self)
        balancer = self.elbv2_backend.load_balancers[self._get_param("LoadBalancerArn")]
        said = self._get_param("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic")
        balancer.enforce_security_group_inbound_rules_on_private_link_traffic = said or "on"
        return answer

    ELBV2Response.set_security_groups = set_security_groups


def endpoint_acceptance() -> None:
    """An endpoint to an account's service is connected at once, and the service's owner never learns of it."""
    create: Callable[..., Any] = EC2Backend.create_vpc_endpoint

    def create_vpc_endpoint(self: Any, *args: Any, **kwargs: Any) -> Any:
        endpoint = create(self, *args, **kwargs)
        _, service = _served(endpoint)
        if service is not None and service.acceptance_required:
            endpoint.state = "pendingAcceptance"
        return endpoint

    def describe(self: Any) -> Any:
        ours = [(one, *_served(one)) for one in _endpoints(self.region)]
        mine = [(one, service) for one, owner, service in ours if owner == self.ec2_backend.account_id]
        return ActionResult({"VpcEndpointConnections": [_connection(one, service) for one, service in mine]})

    def accept(self: Any) -> Any:
        for one in _endpoints(self.region):
            owner, _ = _served(one)
            if owner == self.ec2_backend.account_id and one.id in self._get_param("VpcEndpointIds", []):
                one.state = "available"
        return ActionResult({"Unsuccessful": []})

    EC2Backend.create_vpc_endpoint = create_vpc_endpoint
    EC2Response.describe_vpc_endpoint_connections = describe
    EC2Response.accept_vpc_endpoint_connections = accept


def endpoint_services_by_name() -> None:
    """DescribeVpcEndpointServices ends in HTTP 500 for a filter by name."""
    original: Callable[..., Any] = EC2Backend._filter_endpoint_services  # noqa: SLF001 the fault is there

    def filtered(names: Any, filters: Any, services: Any) -> Any:
        return original(names, [{"Value": one.get("Values", []), **one} for one in filters], services)

    EC2Backend._filter_endpoint_services = staticmethod(filtered)  # noqa: SLF001 the same


def _backends(region: str) -> list[Any]:
    return [backends[region] for backends in list(ec2_backends.values()) if region in backends]


def _endpoints(region: str) -> list[Any]:
    return [one for backend in _backends(region) for one in backend.vpc_end_points.values()]


def _served(endpoint: Any) -> tuple[str, Any]:
    """The account of an endpoint's service and the service; none for a service of AWS."""
    for backend in _backends(endpoint.ec2_backend.region_name):
        for service in backend.configurations.values():
            if service.service_name == endpoint.service_name:
                return backend.account_id, service
    return "", None


def _connection(endpoint: Any, service: Any) -> dict[str, Any]:
    return {
        "ServiceId": service.id,
        "VpcEndpointId": endpoint.id,
        "VpcEndpointOwner": endpoint.ec2_backend.account_id,
        "VpcEndpointState": endpoint.state,
        "CreationTimestamp": endpoint.creation_timestamp,
    }
