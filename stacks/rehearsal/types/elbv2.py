"""Load balancers and their certificates."""

from __future__ import annotations

from stacks.rehearsal.row import Call, Row

_BALANCER = "answers.CreateLoadBalancer.LoadBalancers[0]"
_GROUP = "answers.CreateTargetGroup.TargetGroups[0]"
_ATTRIBUTES = {
    "enableDeletionProtection": "deletion_protection.enabled",
    "dropInvalidHeaderFields": "routing.http.drop_invalid_header_fields.enabled",
    "idleTimeout": "idle_timeout.timeout_seconds",
    "enableCrossZoneLoadBalancing": "load_balancing.cross_zone.enabled",
}
_ENFORCED = "enforceSecurityGroupInboundRulesOnPrivateLinkTraffic"

DIFFERS = {
    "aws:acm/certificate:Certificate": "the emulator never validates a certificate",
}

ROWS = (
    Row(
        type="aws:lb/loadBalancer:LoadBalancer",
        terraform="aws_lb",
        service="elbv2",
        create=Call(
            operation="CreateLoadBalancer",
            params={
                "Tags": "tags",
                "Type": "inputs.loadBalancerType",
                "Scheme": "inputs.internal && 'internal' || 'internet-facing'",
            },
        ),
        named="name",
        elsewhere={
            **dict.fromkeys((*_ATTRIBUTES, "accessLogs"), "ModifyLoadBalancerAttributes"),
            _ENFORCED: "SetSecurityGroups",
        },
        id=f"{_BALANCER}.LoadBalancerArn",
        then=(
            Call(
                operation="ModifyLoadBalancerAttributes",
                params={
                    "LoadBalancerArn": "id",
                    "Attributes": lambda scene: [
                        {"Key": attribute, "Value": str(scene.inputs[key]).lower()}
                        for key, attribute in _ATTRIBUTES.items()
                        if key in scene.inputs
                    ],
                },
                when=" || ".join(f"inputs.{name} != null" for name in _ATTRIBUTES),
            ),
            Call(
                operation="ModifyLoadBalancerAttributes",
                params={
                    "LoadBalancerArn": "id",
                    "Attributes": "[{Key: 'access_logs.s3.enabled', Value: to_string(inputs.accessLogs.enabled)}, "
                    "{Key: 'access_logs.s3.bucket', Value: inputs.accessLogs.bucket}, "
                    "{Key: 'access_logs.s3.prefix', Value: inputs.accessLogs.prefix || ''}]",
                },
                when="inputs.accessLogs",
            ),
            Call(
                operation="SetSecurityGroups",
                params={
                    "LoadBalancerArn": "id",
                    "SecurityGroups": "inputs.securityGroups",
                    "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic": f"inputs.{_ENFORCED}",
                },
                when=f"inputs.{_ENFORCED}",
            ),
        ),
        outputs={
            "arn": "id",
            "arnSuffix": lambda scene: scene.id.partition(":loadbalancer/")[2],
            "dnsName": f"{_BALANCER}.DNSName",
            "zoneId": f"{_BALANCER}.CanonicalHostedZoneId",
            "vpcId": f"{_BALANCER}.VpcId",
        },
        delete=(Call(operation="DeleteLoadBalancer", params={"LoadBalancerArn": "id"}),),
        read=Call(
            operation="DescribeLoadBalancers",
            params={"LoadBalancerArns": "[id]"},
            absent=frozenset({"LoadBalancerNotFound"}),
        ),
        tagged=True,
    ),
    Row(
        type="aws:lb/targetGroup:TargetGroup",
        service="elbv2",
        create=Call(
            operation="CreateTargetGroup",
            params={
                "Tags": "tags",
                "HealthCheckProtocol": "inputs.healthCheck.protocol",
                "HealthCheckPath": "inputs.healthCheck.path",
                "HealthCheckPort": "inputs.healthCheck.port",
                "HealthyThresholdCount": "to_whole(inputs.healthCheck.healthyThreshold)",
                "UnhealthyThresholdCount": "to_whole(inputs.healthCheck.unhealthyThreshold)",
                "HealthCheckIntervalSeconds": "to_whole(inputs.healthCheck.interval)",
                "HealthCheckTimeoutSeconds": "to_whole(inputs.healthCheck.timeout)",
                "Matcher": "inputs.healthCheck.matcher && {HttpCode: inputs.healthCheck.matcher}",
            },
        ),
        named="name",
        elsewhere={
            "deregistrationDelay": "no property of the boundary",
            "preserveClientIp": "ModifyTargetGroupAttributes",
        },
        id=f"{_GROUP}.TargetGroupArn",
        then=(
            Call(
                operation="ModifyTargetGroupAttributes",
                params={
                    "TargetGroupArn": "id",
                    "Attributes": "[{Key: 'preserve_client_ip.enabled', Value: inputs.preserveClientIp}]",
                },
                when="inputs.preserveClientIp",
            ),
        ),
        outputs={"arn": "id", "arnSuffix": lambda scene: scene.id.rpartition(":")[2]},
        delete=(Call(operation="DeleteTargetGroup", params={"TargetGroupArn": "id"}),),
        read=Call(
            operation="DescribeTargetGroups",
            params={"TargetGroupArns": "[id]"},
            absent=frozenset({"TargetGroupNotFound"}),
        ),
        tagged=True,
    ),
    Row(
        type="aws:lb/listener:Listener",
        service="elbv2",
        create=Call(
            operation="CreateListener",
            params={
                "Tags": "tags",
                "Certificates": "inputs.certificateArn && [{CertificateArn: inputs.certificateArn}]",
                "DefaultActions": "inputs.defaultActions[].prune({Type: type, TargetGroupArn: targetGroupArn})",
            },
        ),
        id="answers.CreateListener.Listeners[0].ListenerArn",
        outputs={"arn": "id"},
        delete=(Call(operation="DeleteListener", params={"ListenerArn": "id"}),),
        read=Call(
            operation="DescribeListeners",
            params={"ListenerArns": "[id]"},
            absent=frozenset({"ListenerNotFound"}),
        ),
        tagged=True,
    ),
    Row(
        type="aws:lb/targetGroupAttachment:TargetGroupAttachment",
        service="elbv2",
        create=Call(
            operation="RegisterTargets",
            params={
                "TargetGroupArn": "inputs.targetGroupArn",
                "Targets": "prune([{Id: inputs.targetId, Port: inputs.port}])",
            },
        ),
        spread=False,
        id="join('-', [inputs.targetGroupArn, inputs.targetId])",
        delete=(
            Call(
                operation="DeregisterTargets",
                params={"TargetGroupArn": "inputs.targetGroupArn", "Targets": "[{Id: inputs.targetId}]"},
            ),
        ),
        read=Call(
            operation="DescribeTargetHealth",
            absent=frozenset({"TargetGroupNotFound"}),
            params={"TargetGroupArn": "inputs.targetGroupArn"},
            shows="answers.DescribeTargetHealth.TargetHealthDescriptions[?TargetHealth.State != 'draining']",
        ),
    ),
    Row(
        type="aws:acm/certificate:Certificate",
        service="acm",
        create=Call(operation="RequestCertificate", params={"Tags": "tags && tags || null"}),
        id="answers.RequestCertificate.CertificateArn",
        outputs={"arn": "id", "status": "'PENDING_VALIDATION'"},
        delete=(Call(operation="DeleteCertificate", params={"CertificateArn": "id"}),),
        read=Call(
            operation="DescribeCertificate",
            params={"CertificateArn": "id"},
            absent=frozenset({"ResourceNotFoundException"}),
        ),
        tagged=True,
    ),
)
