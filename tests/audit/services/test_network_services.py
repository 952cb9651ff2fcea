"""The network services together: one account in which every row was answered, then each row refused in turn."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from audit.graph.build import build
from audit.model.facts import Unknown
from audit.model.graph import BoundaryGraph, EdgeKind, NodeKind
from audit.model.snapshot import GLOBAL, AccountEntry, Manifest, Record, Snapshot, Unreadable
from audit.services import (
    apigateway_vpc_links,
    autoscaling,
    cloudfront_vpc_origins,
    directconnect,
    ec2_account,
    ec2_compute,
    ec2_endpoints,
    ec2_entrances,
    ec2_filters,
    ec2_flow_logs,
    ec2_gateways,
    ec2_interfaces,
    ec2_storage,
    ec2_transit,
    ec2_transit_attachments,
    ec2_vpc,
    ec2_vpn,
    eks,
    elbv2,
    globalaccelerator,
    network_firewall,
    route53,
    route53resolver,
    rows,
    vpc_lattice,
)
from audit.services.row import Row, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT, REGION = "111111111111", "us-east-1"
MODULES = (
    apigateway_vpc_links, autoscaling, cloudfront_vpc_origins, directconnect, ec2_account, ec2_compute, ec2_endpoints, ec2_entrances,
    ec2_filters, ec2_flow_logs, ec2_gateways, ec2_interfaces, ec2_storage, ec2_transit,
    ec2_transit_attachments, ec2_vpc, ec2_vpn, eks, elbv2, globalaccelerator,
    network_firewall, route53, route53resolver, vpc_lattice,
)  # fmt: skip
ROWS = [row for module in MODULES for row in module.ROWS]
BALANCER = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/net/nlb/1"
PLAIN = {
    "Port": 80,
    "Protocol": "HTTP",
    "ListenerArn": f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:listener/a/1/2",
}
TARGETS = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/tg/1"
BUCKET = "arn:aws:s3:::audit"
QUERY_LOG = f"arn:aws:route53resolver:{REGION}:{ACCOUNT}:resolver-query-log-config/rqlc-1"
GROUP = f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:autoScalingGroup:x:autoScalingGroupName/brokers"
POOL = f"arn:aws:eks:{REGION}:{ACCOUNT}:nodegroup/c/p/1"
POD = f"arn:aws:eks:{REGION}:{ACCOUNT}:podidentityassociation/c/a-1"
TAG = [{"Key": "automqVendor", "Value": "automq"}]

ANSWERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "ec2:DescribeVpcs": ({}, {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "OwnerId": ACCOUNT, "Tags": TAG}]}),
    "ec2:DescribeSubnets": ({}, {"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24", "AvailabilityZone": "us-east-1a"}]}),
    "ec2:DescribeRouteTables": (
        {},
        {
            "RouteTables": [
                {
                    "RouteTableId": "rtb-1",
                    "VpcId": "vpc-1",
                    "Associations": [{"Main": True}],
                    "Routes": [
                        {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
                        {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"},
                    ],
                }
            ]
        },
    ),
    "ec2:GetManagedPrefixListEntries": ({"PrefixListId": "pl-1"}, {"Entries": [{"Cidr": "52.0.0.0/8"}]}),
    "ec2:DescribeManagedPrefixLists": ({}, {"PrefixLists": [{"PrefixListId": "pl-1", "PrefixListName": "x", "OwnerId": "AWS"}]}),
    "ec2:DescribeInstances": (
        {},
        {
            "Reservations": [
                {
                    "Instances": [
                        {
                            "InstanceId": "i-1",
                            "ImageId": "ami-1",
                            "VpcId": "vpc-1",
                            "SubnetId": "subnet-1",
                            "State": {"Name": "running"},
                            "Tags": [*TAG, {"Key": "aws:autoscaling:groupName", "Value": "brokers"}],
                        },
                        {"InstanceId": "i-0", "State": {"Name": "terminated"}},
                    ]
                }
            ]
        },
    ),
    "ec2:DescribeInstanceAttribute": (
        {"InstanceId": "i-1", "Attribute": "userData"},
        {"UserData": {"Value": {"$secret": "hmac-sha256:1", "looks_like": []}}},
    ),
    "ec2:DescribeLaunchTemplates": (
        {},
        {"LaunchTemplates": [{"LaunchTemplateId": "lt-1", "LaunchTemplateName": "b", "DefaultVersionNumber": 1}]},
    ),
    "ec2:DescribeLaunchTemplateVersions": (
        {"LaunchTemplateId": "lt-1"},
        {
            "LaunchTemplateVersions": [
                {"VersionNumber": 1, "DefaultVersion": True, "LaunchTemplateData": {"ImageId": "ami-1"}},
                {"VersionNumber": 3, "DefaultVersion": False, "LaunchTemplateData": {"ImageId": "ami-3"}},
            ]
        },
    ),
    "ec2:DescribeFlowLogs": (
        {},
        {
            "FlowLogs": [
                {
                    "FlowLogId": "fl-1",
                    "ResourceId": "vpc-1",
                    "LogDestination": f"{BUCKET}/flow",
                    "LogDestinationType": "s3",
                    "TrafficType": "ALL",
                    "FlowLogStatus": "ACTIVE",
                }
            ]
        },
    ),
    "ec2:DescribeTransitGatewayRouteTables": (
        {},
        {"TransitGatewayRouteTables": [{"TransitGatewayRouteTableId": "tgw-rtb-1", "TransitGatewayId": "tgw-1"}]},
    ),
    "ec2:SearchTransitGatewayRoutes": ({"TransitGatewayRouteTableId": "tgw-rtb-1"}, {"Routes": []}),
    "ec2:GetTransitGatewayRouteTableAssociations": ({"TransitGatewayRouteTableId": "tgw-rtb-1"}, {"Associations": []}),
    "ec2:GetTransitGatewayRouteTablePropagations": ({"TransitGatewayRouteTableId": "tgw-rtb-1"}, {}),
    "route53:ListHostedZones": ({}, {"HostedZones": [{"Id": "/hostedzone/Z1", "Name": "k.", "Config": {"PrivateZone": True}}]}),
    "route53:GetHostedZone": ({"Id": "/hostedzone/Z1"}, {"VPCs": [{"VPCRegion": REGION, "VPCId": "vpc-1"}]}),
    "route53resolver:ListResolverQueryLogConfigs": (
        {},
        {"ResolverQueryLogConfigs": [{"Id": "rqlc-1", "Arn": QUERY_LOG, "Name": "q", "DestinationArn": f"{BUCKET}/dns"}]},
    ),
    "route53resolver:ListResolverQueryLogConfigAssociations": (
        {},
        {
            "ResolverQueryLogConfigAssociations": [
                {"ResolverQueryLogConfigId": "rqlc-1", "ResourceId": "vpc-1", "Status": "ACTIVE"},
                {"ResolverQueryLogConfigId": "rqlc-1", "ResourceId": "vpc-2", "Status": "FAILED"},
            ]
        },
    ),
    "route53resolver:ListFirewallRuleGroupAssociations": (
        {},
        {"FirewallRuleGroupAssociations": [{"FirewallRuleGroupId": "rslvr-1", "VpcId": "vpc-1", "Priority": 1}]},
    ),
    "route53resolver:ListFirewallRules": ({"FirewallRuleGroupId": "rslvr-1"}, {"FirewallRules": [{"Action": "BLOCK"}]}),
    "route53:ListResourceRecordSets": (
        {"HostedZoneId": "/hostedzone/Z1"},
        {
            "ResourceRecordSets": [
                {"Name": "b0.k.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.0.0.5"}]},
                {"Name": "k.", "Type": "A", "AliasTarget": {"HostedZoneId": "Z2", "DNSName": "nlb.elb.amazonaws.com."}},
            ]
        },
    ),
    "route53resolver:ListResolverRuleAssociations": (
        {},
        {
            "ResolverRuleAssociations": [
                {"ResolverRuleId": "rslvr-rr-1", "VPCId": "vpc-1", "Status": "COMPLETE"},
                {"ResolverRuleId": "rslvr-autodefined-rr-internet-resolver", "VPCId": "vpc-1", "Status": "COMPLETE"},
            ]
        },
    ),
    "route53resolver:ListResolverRules": (
        {},
        {"ResolverRules": [{"Id": "rslvr-rr-1", "DomainName": "corp.example.", "RuleType": "FORWARD"}]},
    ),
    "ec2:DescribeVpcEndpointServiceConfigurations": (
        {},
        {
            "ServiceConfigurations": [
                {
                    "ServiceId": "vpce-svc-1",
                    "ServiceName": f"com.amazonaws.vpce.{REGION}.vpce-svc-1",
                    "NetworkLoadBalancerArns": [BALANCER],
                    "AcceptanceRequired": True,
                    "PrivateDnsName": "kafka.example.com",
                    "PrivateDnsNameConfiguration": {"State": "verified"},
                }
            ]
        },
    ),
    "ec2:DescribeVpcEndpointServicePermissions": (
        {"ServiceId": "vpce-svc-1"},
        {"AllowedPrincipals": [{"PrincipalType": "Account", "Principal": "arn:aws:iam::222222222222:root"}]},
    ),
    "ec2:DescribeVpcEndpointConnections": (
        {},
        {
            "VpcEndpointConnections": [
                {
                    "ServiceId": "vpce-svc-1",
                    "VpcEndpointId": "vpce-9",
                    "VpcEndpointOwner": "222222222222",
                    "VpcEndpointState": "available",
                },
                {"ServiceId": "vpce-svc-2", "VpcEndpointId": "vpce-8"},
            ]
        },
    ),
    "autoscaling:DescribeAutoScalingGroups": (
        {},
        {
            "AutoScalingGroups": [
                {
                    "AutoScalingGroupARN": GROUP,
                    "AutoScalingGroupName": "brokers",
                    "Instances": [{"InstanceId": "i-1"}],
                    "LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "$Latest"},
                    "VPCZoneIdentifier": "subnet-1,subnet-2",
                }
            ]
        },
    ),
    "elbv2:DescribeLoadBalancers": (
        {},
        {"LoadBalancers": [{"LoadBalancerArn": BALANCER, "LoadBalancerName": "nlb", "VpcId": "vpc-1", "Scheme": "internal"}]},
    ),
    "elbv2:DescribeListeners": ({"LoadBalancerArn": BALANCER}, {"Listeners": [{"Port": 9112}, PLAIN]}),
    "elbv2:DescribeRules": ({"ListenerArn": PLAIN["ListenerArn"]}, {"Rules": [{"Priority": "1"}]}),
    "elbv2:DescribeLoadBalancerAttributes": ({"LoadBalancerArn": BALANCER}, {"Attributes": [{"Key": "k", "Value": "v"}]}),
    "elbv2:DescribeTargetGroups": (
        {},
        {
            "TargetGroups": [
                {
                    "TargetGroupArn": TARGETS,
                    "TargetGroupName": "tg",
                    "Port": 9112,
                    "LoadBalancerArns": [BALANCER],
                    "VpcId": "vpc-1",
                }
            ]
        },
    ),
    "elbv2:DescribeTargetHealth": ({"TargetGroupArn": TARGETS}, {"TargetHealthDescriptions": [{"Target": {"Id": "i-1"}}]}),
    "elbv2:DescribeTargetGroupAttributes": ({"TargetGroupArn": TARGETS}, {"Attributes": []}),
    "eks:ListClusters": ({}, {"clusters": ["c"]}),
    "eks:DescribeCluster": ({"name": "c"}, {"cluster": {"resourcesVpcConfig": {"vpcId": "vpc-1", "endpointPublicAccess": True}, "accessConfig": {"authenticationMode": "API"}}}),
    "eks:ListAccessEntries": ({"clusterName": "c"}, {"accessEntries": ["arn:aws:iam::1:role/r"]}),
    "eks:ListPodIdentityAssociations": (
        {"clusterName": "c"},
        {"associations": [{"clusterName": "c", "namespace": "n", "serviceAccount": "s", "associationId": "a-1", "associationArn": POD}]},
    ),
    "eks:DescribePodIdentityAssociation": (
        {"clusterName": "c", "associationId": "a-1"},
        {"association": {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/pod"}},
    ),
    "eks:ListAssociatedAccessPolicies": (
        {"clusterName": "c", "principalArn": "arn:aws:iam::1:role/r"},
        {
            "associatedAccessPolicies": [
                {
                    "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAdminPolicy",
                    "accessScope": {"type": "namespace", "namespaces": ["n"]},
                }
            ]
        },
    ),
    "eks:ListNodegroups": ({"clusterName": "c"}, {"nodegroups": ["p"]}),
    "eks:DescribeNodegroup": (
        {"clusterName": "c", "nodegroupName": "p"},
        {"nodegroup": {"nodegroupArn": POOL, "amiType": "AL2_ARM_64", "capacityType": "SPOT", "version": "1.36", "subnets": ["subnet-1"]}},
    ),
    "ec2:DescribeImages": (
        {"Owners": ["self"]},
        {"Images": [{"ImageId": "ami-1", "OwnerId": "999999999999", "Name": "console", "Public": True}]},
    ),
    "ec2:GetEbsEncryptionByDefault": ({}, {"EbsEncryptionByDefault": True}),
}  # fmt: skip


def records() -> Iterator[Record]:
    for row in ROWS:
        region = GLOBAL if row.scope is Scope.GLOBAL else REGION
        if row.name == "ec2:DescribeVpcAttribute":
            for name in ("DnsSupport", "DnsHostnames"):
                params = {"VpcId": "vpc-1", "Attribute": f"enable{name}"}
                yield Record(ACCOUNT, region, "ec2", row.operation, params, {f"Enable{name}": {"Value": True}})
            continue
        params, response = ANSWERS.get(row.name, ({}, {}))
        yield Record(ACCOUNT, region, row.service, row.operation, {**row.params, **params}, response)


def graph_of(*changed: Record) -> BoundaryGraph:
    manifest = Manifest(
        taken_at="2026-11-23T00:00:00Z", caller={}, accounts=(AccountEntry(id=ACCOUNT),), regions=(REGION,)
    )
    return build(Snapshot(manifest, changed), MODULES)


@pytest.fixture(scope="module")
def graph() -> BoundaryGraph:
    return graph_of(*records())


def missing(graph: BoundaryGraph) -> set[str]:
    facts = (fact for node in graph.nodes() for fact in node.properties.values() if isinstance(fact, Unknown))
    return {fact.permission for fact in facts} | {gap.unknown.permission for gap in graph.gaps}


def ec2(resource: str) -> str:
    return f"arn:aws:ec2:{REGION}:{ACCOUNT}:{resource}"


def test_nothing_is_unknown_where_every_row_was_answered(graph: BoundaryGraph) -> None:
    assert missing(graph) == set()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_that_was_refused_is_unknown_with_its_permission(row: Row) -> None:
    refused = Unreadable("AccessDenied", row.permission)
    changed = [
        replace(record, response=None, unreadable=refused)
        if (record.service, record.operation) == (row.service, row.operation)
        else record
        for record in records()
    ]

    assert row.permission in missing(graph_of(*changed))


@pytest.mark.parametrize("row", [row for row in ROWS if not row.implied], ids=lambda row: row.name)
def test_a_row_that_was_never_called_is_unknown(row: Row) -> None:
    kept = [r for r in records() if (r.service, r.operation) != (row.service, row.operation)]

    assert row.permission in missing(graph_of(*kept))


@pytest.mark.parametrize("row", [row for row in ROWS if row.implied], ids=lambda row: row.name)
def test_a_row_that_had_nothing_to_ask_is_none_and_unknown_where_the_parent_was_not_read(row: Row) -> None:
    kept = [r for r in records() if (r.service, r.operation) != (row.service, row.operation)]
    refused = Unreadable("AccessDenied", "the:Parent")

    def answering(**outcome: Any) -> BoundaryGraph:
        return graph_of(*(replace(r, **outcome) if f"{r.service}:{r.operation}" in row.parents else r for r in kept))

    off = {"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "off"}}

    assert row.permission not in missing(answering(response=off))
    assert "the:Parent" in missing(answering(response=None, unreadable=refused))


def test_one_region_with_three_vpcs_takes_fewer_than_sixty_calls() -> None:
    once = [row for row in ROWS if row.parent is None]

    attributes_and_the_s3_list = 3 * 2 + 1
    assert len(once) + attributes_and_the_s3_list < 60


def test_vpc_and_its_parts(graph: BoundaryGraph) -> None:
    vpc = graph.node(ec2("vpc/vpc-1"))

    assert vpc.properties["cidrs"] == ["10.0.0.0/16"]
    assert (vpc.properties["dns_support"], vpc.properties["dns_hostnames"]) == (True, True)
    assert vpc.properties["dns_firewall"] == [{"group": "rslvr-1", "Action": "BLOCK"}]
    assert vpc.properties["tags"] == {"automqVendor": "automq"}
    assert list(graph.edges(EdgeKind.CONTAINS, source=ACCOUNT, target=vpc.id))
    (route,) = graph.edges(EdgeKind.ROUTES_TO)
    assert (route.target, route.properties["destination"]) == (ec2("internet-gateway/igw-1"), "0.0.0.0/0")
    assert route.because[0].pointer == "/Routes/1"


def test_the_pods_of_a_service_account_run_as_the_role_of_its_association(graph: BoundaryGraph) -> None:
    cluster = f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/c"

    assert graph.node(POD).name == "n/s"
    assert list(graph.edges(EdgeKind.CONTAINS, source=cluster, target=POD))
    assert [edge.target for edge in graph.edges(EdgeKind.RUNS_AS, source=POD)] == [f"arn:aws:iam::{ACCOUNT}:role/pod"]


def test_a_template_launches_a_group_at_the_version_that_the_group_names(graph: BoundaryGraph) -> None:
    (edge,) = graph.edges(EdgeKind.LAUNCHES, target=GROUP)

    assert (edge.source, edge.properties) == (ec2("launch-template/lt-1"), {"version": "$Latest"})


def test_instances_templates_and_groups(graph: BoundaryGraph) -> None:
    instance = graph.node(ec2("instance/i-1"))

    assert [node.name for node in graph.nodes(NodeKind.INSTANCE)] == ["i-1"]
    assert instance.properties["auto_scaling_group"] == "brokers"
    assert "$secret" in instance.properties["user_data_secret"]
    template = graph.node(ec2("launch-template/lt-1")).properties["versions"]
    assert template == {"$Default": {"ImageId": "ami-1"}, "$Latest": {"ImageId": "ami-3"}}
    assert list(graph.edges(EdgeKind.LAUNCHES, source=GROUP, target=instance.id))
    assert list(graph.edges(EdgeKind.LAUNCHES, source=ec2("launch-template/lt-1"), target=GROUP))


def test_logs_end_at_the_bucket_and_not_at_its_prefix(graph: BoundaryGraph) -> None:
    assert {edge.source for edge in graph.edges(EdgeKind.LOGS_TO, target=BUCKET)} == {
        ec2("vpc-flow-log/fl-1"),
        QUERY_LOG,
    }
    assert graph.node(QUERY_LOG).properties["vpcs"] == ["vpc-1"]


def test_load_balancers_zones_and_clusters(graph: BoundaryGraph) -> None:
    assert [edge.target for edge in graph.edges(EdgeKind.TARGETS, source=TARGETS)] == [ec2("instance/i-1")]
    assert graph.node(BALANCER).properties["listeners"] == [{"Port": 9112}, PLAIN]
    assert graph.node(BALANCER).properties["plain_rules"] == [{"Priority": "1", "Port": 80}]
    assert graph.node("arn:aws:route53:::hostedzone/Z1").properties["vpcs"] == ["vpc-1"]
    cluster = graph.node(f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/c").properties
    assert cluster["public_endpoint"] is True
    assert cluster["access_entries"] == ["arn:aws:iam::1:role/r"]


def test_a_cluster_tells_as_what_principals_enter_and_what_its_nodes_are(graph: BoundaryGraph) -> None:
    access = graph.node(f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/c").properties["access"]
    pool = graph.node(POOL).properties

    assert access == [
        {
            "principal": "arn:aws:iam::1:role/r",
            "policy": "AmazonEKSAdminPolicy",
            "scope": "namespace",
            "namespaces": ["n"],
        }
    ]
    assert (pool["ami_type"], pool["capacity_type"], pool["version"]) == ("AL2_ARM_64", "SPOT", "1.36")
    assert (pool["vpc"], pool["zones"]) == ("vpc-1", ["us-east-1a"])


@pytest.mark.parametrize("mode", ["API_AND_CONFIG_MAP", "CONFIG_MAP", None])
def test_whom_a_cluster_lets_in_by_its_own_map_is_not_known(mode: str | None) -> None:
    def entered(record: Record) -> Record:
        about = {"cluster": {"accessConfig": {"authenticationMode": mode}}}
        return replace(record, response=about) if record.operation == "DescribeCluster" else record

    cluster = graph_of(*map(entered, records())).node(f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/c")
    assert isinstance(cluster.properties["config_map_access"], Unknown)


def test_the_zones_of_a_subnet_that_no_listing_describes_are_not_known() -> None:
    changed = [replace(r, response={"Subnets": []}) if r.operation == "DescribeSubnets" else r for r in records()]

    zones = graph_of(*changed).node(POOL).properties["zones"]
    assert isinstance(zones, Unknown)
    assert zones.permission == "ec2:DescribeSubnets"


@pytest.mark.parametrize(("taint", "zones"), [("automq", ["us-east-1a", "us-east-1b"]), ("other", ["us-east-1a"])])
def test_groups_for_the_same_pods_stand_in_the_zones_of_all_of_them(taint: str, zones: list[str]) -> None:
    def with_taint(group: Any, value: str, **more: Any) -> dict[str, Any]:
        return {"nodegroup": {**group, **more, "taints": [{"key": "dedicated", "value": value}]}}

    found: list[Record] = []
    for record in records():
        match record.operation:
            case "ListNodegroups":
                found.append(replace(record, response={"nodegroups": ["p", "q"]}))
            case "DescribeNodegroup":
                group = dict(record.response or {})["nodegroup"]
                other = {"nodegroupArn": f"{POOL}2", "subnets": ["subnet-b"]}
                found.append(replace(record, response=with_taint(group, "automq")))
                asked = {**record.params, "nodegroupName": "q"}
                found.append(replace(record, params=asked, response=with_taint(group, taint, **other)))
            case "DescribeSubnets":
                subnets = dict(record.response or {})["Subnets"]
                more = {**subnets[0], "SubnetId": "subnet-b", "AvailabilityZone": "us-east-1b"}
                found.append(replace(record, response={"Subnets": [*subnets, more]}))
            case _:
                found.append(record)

    assert graph_of(*found).node(POOL).properties["pool_zones"] == zones


def test_what_a_group_admits_of_its_own_members_is_told_apart() -> None:
    pairs = [{"GroupId": "sg-9"}, {"GroupId": "sg-8"}]
    rules = [
        {"IpProtocol": "-1", "UserIdGroupPairs": pairs[:1]},
        {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "UserIdGroupPairs": pairs},
    ]
    group = {"GroupId": "sg-9", "VpcId": "vpc-1", "IpPermissions": rules}
    told = Record(ACCOUNT, REGION, "ec2", "DescribeSecurityGroups", {}, {"SecurityGroups": [group]})

    found = graph_of(told).node(ec2("security-group/sg-9")).properties
    assert found["ingress"] == rules
    assert found["ingress_from_others"] == [{**rules[1], "UserIdGroupPairs": pairs[1:]}]


def test_an_instance_tells_who_made_its_image(graph: BoundaryGraph) -> None:
    instance = graph.node(ec2("instance/i-1")).properties

    assert (instance["image_owner"], instance["image_owner_alias"], instance["image_name"]) == (
        "999999999999",
        None,
        "console",
    )
    assert not list(graph.nodes(NodeKind.IMAGE)), "the image is another account's"


def test_nothing_is_known_of_who_made_an_image_that_is_gone() -> None:
    changed = [replace(r, response={"Images": []}) if r.operation == "DescribeImages" else r for r in records()]

    owner = graph_of(*changed).node(ec2("instance/i-1")).properties["image_owner"]
    assert isinstance(owner, Unknown)
    assert (owner.code, owner.permission) == ("InvalidAMIID.Unavailable", "")


def test_a_private_zone_tells_what_its_names_stand_for(graph: BoundaryGraph) -> None:
    assert graph.node("arn:aws:route53:::hostedzone/Z1").properties["records"] == [
        {"name": "b0.k.", "type": "A", "values": ["10.0.0.5"], "alias": None},
        {"name": "k.", "type": "A", "values": [], "alias": "nlb.elb.amazonaws.com."},
    ]


def test_a_vpc_tells_which_names_its_resolver_was_told_to_forward(graph: BoundaryGraph) -> None:
    assert graph.node(ec2("vpc/vpc-1")).properties["dns_forwarding"] == [
        {"rule": "rslvr-rr-1", "domain": "corp.example.", "type": "FORWARD"}
    ]


def test_a_rule_that_no_listing_describes_leaves_the_forwarding_unknown() -> None:
    changed = [
        replace(r, response={"ResolverRules": []}) if r.operation == "ListResolverRules" else r for r in records()
    ]

    assert isinstance(graph_of(*changed).node(ec2("vpc/vpc-1")).properties["dns_forwarding"], Unknown)


def test_an_endpoint_service_tells_who_may_connect_and_who_did(graph: BoundaryGraph) -> None:
    service = graph.node(ec2("vpc-endpoint-service/vpce-svc-1")).properties

    assert service["allowed"] == ["arn:aws:iam::222222222222:root"]
    assert service["connections"] == [{"endpoint": "vpce-9", "owner": "222222222222", "state": "available"}]
    assert (service["private_dns_name"], service["private_dns_state"]) == ("kafka.example.com", "verified")


def test_settings_of_the_account_are_told_per_region(graph: BoundaryGraph) -> None:
    assert graph.node(ACCOUNT).properties[f"ebs_encryption_default/{REGION}"] is True


def test_a_participant_of_a_shared_vpc_names_the_owners_vpc() -> None:
    owner = "222222222222"
    shared = [
        Record(ACCOUNT, REGION, "ec2", "DescribeVpcs", {}, {"Vpcs": [{"VpcId": "vpc-1", "OwnerId": owner}]}),
        Record(ACCOUNT, REGION, "ec2", "DescribeSecurityGroups", {}, {"SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1"}]}),
    ]  # fmt: skip

    (edge,) = graph_of(*shared).edges(EdgeKind.CONTAINS, target=ec2("security-group/sg-1"))
    assert edge.source == f"arn:aws:ec2:{REGION}:{owner}:vpc/vpc-1"


def test_every_module_here_is_found_by_the_walk() -> None:
    assert {row.name for row in ROWS} <= set(rows())
