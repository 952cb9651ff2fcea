"""From Pulumi's token to Terraform's type, and the few arguments that pulumi-aws calls by another name.

A footprint's types say theirs in their rows where the rule does not give it (``Row.terraform``); these are the others.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from stacks.declared.schema import snake, types

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OTHERS = {
    "alb/loadBalancer": "aws_alb",
    "autoscaling/tag": "aws_autoscaling_group_tag",
    "ec2/dedicatedHost": "aws_ec2_host",
    "ec2/networkInterfaceSecurityGroupAttachment": "aws_network_interface_sg_attachment",
    "ec2/peeringConnectionOptions": "aws_vpc_peering_connection_options",
    "ec2/securityGroupAssociation": "aws_vpc_endpoint_security_group_association",
    "ec2/vpcEndpointServiceAllowedPrinciple": "aws_vpc_endpoint_service_allowed_principal",
    "elb/listenerPolicy": "aws_load_balancer_listener_policy",
    "elb/loadBalancer": "aws_elb",
    "elb/loadBalancerCookieStickinessPolicy": "aws_lb_cookie_stickiness_policy",
    "elb/sslNegotiationPolicy": "aws_lb_ssl_negotiation_policy",
    "iam/openIdConnectProvider": "aws_iam_openid_connect_provider",
    "iam/sshKey": "aws_iam_user_ssh_key",
    "cfg/recorder": "aws_config_configuration_recorder",
    "cfg/rule": "aws_config_config_rule",
    "codepipeline/pipeline": "aws_codepipeline",
    "rds/instance": "aws_db_instance",
    "rds/optionGroup": "aws_db_option_group",
    "rds/parameterGroup": "aws_db_parameter_group",
    "rds/proxy": "aws_db_proxy",
    "rds/snapshot": "aws_db_snapshot",
    "rds/subnetGroup": "aws_db_subnet_group",
    "route53/hostedZoneDnsSec": "aws_route53_hosted_zone_dnssec",
    "route53/resolverDnsSecConfig": "aws_route53_resolver_dnssec_config",
    "s3/analyticsConfiguration": "aws_s3_bucket_analytics_configuration",
    "s3/bucketObjectv2": "aws_s3_object",
    "s3/bucketReplicationConfig": "aws_s3_bucket_replication_configuration",
    "s3/inventory": "aws_s3_bucket_inventory",
    "sns/dataProtectionPolicy": "aws_sns_topic_data_protection_policy",
    "sqs/redriveAllowPolicy": "aws_sqs_queue_redrive_allow_policy",
    "sqs/redrivePolicy": "aws_sqs_queue_redrive_policy",
}
_MODULES = {
    "apigateway": ("api_gateway_",),
    "cfg": ("config_",),
    "directconnect": ("dx_",),
    "directoryservice": ("directory_service_",),
    "elasticbeanstalk": ("elastic_beanstalk_",),
    "servicediscovery": ("service_discovery_",),
    "ec2transitgateway": ("ec2_transit_gateway_", "ec2_"),
    "ec2clientvpn": ("ec2_client_vpn_",),
    "ec2": ("ec2_", ""),
    "elb": ("elb_", ""),
}
"""The middle of a type's name, where it is another than Pulumi's module."""
_ARGUMENTS = {
    "aws_cloudwatch_metric_alarm": {"name": "alarm_name"},
    "aws_lambda_function": {"name": "function_name", "code": "filename"},
    "aws_lambda_permission": {"function": "function_name"},
    "aws_lambda_event_source_mapping": {"functionName": "function_name"},
}


@cache
def _own() -> Mapping[str, str]:
    from stacks.rehearsal.types import rows  # noqa: PLC0415  # the rows load botocore, which not every command needs

    return {token: row.terraform for token, row in rows().items() if row.terraform}


@cache
def terraform_type(token: str) -> str | None:
    """Terraform's type of ``aws:s3/bucketV2:BucketV2``, by rule where no schema has it; None where it is not AWS's."""
    if token in _own():
        return _own()[token]
    names = list(_candidates(token))
    return next((name for name in names if name in types()), next(iter(names), None))


def argument(terraform_type: str, name: str) -> str | None:
    """Terraform's name of an argument that pulumi-aws calls otherwise; None where the rule holds."""
    return _ARGUMENTS.get(terraform_type, {}).get(name)


def _candidates(token: str) -> Iterator[str]:
    package, _, rest = token.partition(":")
    place, _, name = rest.partition(":")
    if package != "aws" or not name:
        return
    if place in _OTHERS:
        yield _OTHERS[place]
    module = place.partition("/")[0]
    own = snake(name)
    for middle in _MODULES.get(module, (f"{module}_",)):
        yield f"aws_{middle}{own}"
        yield f"aws_{middle}{own.removesuffix('_v2')}"
