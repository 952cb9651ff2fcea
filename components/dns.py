"""The private zone that AutoMQ writes its brokers into, and a log of every name that the VPC asks for."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True)
class DnsArgs:
    """The zone's name, the VPC that sees it, and the log group (ARN) for its queries.

    ``existing`` is the id of a zone that is there already; none is made then.
    Zone query logging serves public zones only, so the VPC's Resolver logs instead; to a ``shared`` VPC its owner alone
    associates that.
    """

    name: str
    zone: str
    region: str
    vpc_id: pulumi.Input[str]
    log_group_arn: pulumi.Input[str]
    protect: bool = False
    existing: str | None = None
    shared: bool = False


class Dns(pulumi.ComponentResource):
    """A private hosted zone and Resolver query logging."""

    zone_id: pulumi.Output[str]

    def __init__(self, name: str, args: DnsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:Dns", name, None, opts)
        self._name, self._args = name, args
        self.zone_id = self._make_zone()
        self._log_queries()
        self.register_outputs({"zone_id": self.zone_id})

    def _make_zone(self) -> pulumi.Output[str]:
        if self._args.existing is not None:
            return pulumi.Output.from_input(self._args.existing)
        zone = aws.route53.Zone(
            self._name,
            name=self._args.zone,
            comment="Addresses of the environment's brokers",
            vpcs=[{"vpc_id": self._args.vpc_id, "vpc_region": self._args.region}],
            # The console writes records at run time; without this the zone of a proof of concept could not be removed.
            force_destroy=not self._args.protect,
            opts=pulumi.ResourceOptions(parent=self, protect=self._args.protect),
        )
        return zone.zone_id

    def _log_queries(self) -> None:
        config = aws.route53.ResolverQueryLogConfig(
            self._name,
            name=f"{self._args.name}-dns",
            destination_arn=self._args.log_group_arn,
            opts=pulumi.ResourceOptions(parent=self),
        )
        if self._args.shared:
            return
        aws.route53.ResolverQueryLogConfigAssociation(
            self._name,
            resolver_query_log_config_id=config.id,
            resource_id=self._args.vpc_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
