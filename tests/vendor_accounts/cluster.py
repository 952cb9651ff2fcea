"""The EKS example: brokers are pods on a node group with rights on every bucket; the Console is the first generation's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.contract import BoundaryContract, Listener, Source
from audit.model.snapshot import Record
from vendor_accounts import declared, first, statements
from vendor_accounts.making import ACCOUNT, EC2_TRUST, EVERYWHERE, REGION, ROOT, Making, disk, permission
from vendor_accounts.network import Vpc, ec2_endpoint, nat, network, without_the_default

if TYPE_CHECKING:
    from stacks.rehearsal.cloud import Cloud

ENVIRONMENT, CIDR, CLUSTER = "env-eks", "10.0.0.0/16", "automq"
PUBLIC = ["10.0.0.0/20", "10.0.16.0/20", "10.0.32.0/20"]
PRIVATE = ["10.0.128.0/20", "10.0.144.0/20", "10.0.160.0/20"]
DATA, OPS = f"automq-data-{ENVIRONMENT}", f"automq-ops-{ENVIRONMENT}"
CONSOLE, NODES, SYSTEM = f"automq-byoc-service-role-{ENVIRONMENT}", "automq-node-group", "automq-system-node-group"
ISSUER = f"oidc.eks.{REGION}.amazonaws.com/id/AUTOMQ"
IMAGE_OF_NODES = "ami-eks-node"
_WORKER = ("AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly")


def build(cloud: Cloud) -> tuple[Making, BoundaryContract]:
    making = Making(cloud, ENVIRONMENT)
    without_the_default(making)
    where = network(making, CIDR, PUBLIC, PRIVATE, tables_by_zone=False, emptied=True)
    nat(making, where)
    endpoint = ec2_endpoint(making, where)
    for bucket in (DATA, OPS):
        making.bucket(bucket)
    zone = making.zone(f"{ENVIRONMENT}.automq.private", where.vpc)
    console = making.role(CONSOLE, EC2_TRUST, policy=statements.console_on_kubernetes(DATA, OPS))
    making.profile(CONSOLE)
    nodes = _roles(making)
    guard = making.group("console", where.vpc, [permission((8080, 8080), EVERYWHERE)])
    instance = first.console_instance(making, where, guard, zone, CONSOLE)
    pods = _cluster(making, where, guard)
    groups = {"console-group": guard, "broker-group": pods, "endpoint-group": endpoint}
    return making, contract(where, groups, {"console": console, "nodes": nodes, "zone": zone, "instance": instance})


def _roles(making: Making) -> str:
    """The roles of the cluster, of both pools of nodes and of the add-ons; that of the brokers' nodes."""
    making.role("automq-cluster", _trust("eks.amazonaws.com"), "AmazonEKSClusterPolicy")
    making.role(SYSTEM, EC2_TRUST, *_WORKER)
    making.profile(SYSTEM)
    url = f"https://{ISSUER}"
    making.call("iam", "CreateOpenIDConnectProvider", Url=url, ClientIDList=["sts.amazonaws.com"], ThumbprintList=[])
    names = statements.allow("Records", "route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/*")
    lists = statements.allow("Zones", "route53:ListHostedZones route53:ListResourceRecordSets")
    making.role("automq-external-dns", _service_account("external-dns"), policy=statements.document(names, lists))
    driver = "service-role/AmazonEBSCSIDriverPolicy"
    making.role("automq-ebs-csi", _service_account("ebs-csi-controller-sa"), driver)
    made = making.role(NODES, EC2_TRUST, *_WORKER, policy=statements.nodes())
    making.profile(NODES)
    return made


def _trust(service: str) -> dict[str, Any]:
    (statement,) = EC2_TRUST["Statement"]
    return {**EC2_TRUST, "Statement": [{**statement, "Principal": {"Service": service}}]}


def _service_account(name: str) -> dict[str, Any]:
    who = {f"{ISSUER}:sub": f"system:serviceaccount:kube-system:{name}", f"{ISSUER}:aud": "sts.amazonaws.com"}
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": who},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def _cluster(making: Making, where: Vpc, console: str) -> str:
    """The cluster with one node of each pool; the group that EKS makes for it, which guards its pods."""
    group = making.group("eks-cluster", where.vpc)
    making.admit(group, permission(None, group=group))
    making.admit(group, permission((9092, 9103), EVERYWHERE), permission((0, 65535), group=console))
    network_of = {"subnetIds": where.private}
    role = f"arn:aws:iam::{ACCOUNT}:role/automq-cluster"
    making.call("eks", "CreateCluster", name=CLUSTER, roleArn=role, resourcesVpcConfig=network_of)
    log_group = f"/aws/eks/{CLUSTER}/cluster"
    making.call("logs", "CreateLogGroup", logGroupName=log_group)
    making.call("logs", "PutRetentionPolicy", logGroupName=log_group, retentionInDays=90)
    for pool, profile, kind in (("automq", NODES, "c6g.2xlarge"), ("system", SYSTEM, "t3.medium")):
        ask = {"clusterName": CLUSTER, "nodegroupName": pool, "subnets": where.private[:1]}
        made = making.call("eks", "CreateNodegroup", nodeRole=f"arn:aws:iam::{ACCOUNT}:role/{profile}", **ask)
        for scaling in made["nodegroup"]["resources"]["autoScalingGroups"]:
            making.names[scaling["name"]] = f"eks-{pool}"
        _node(making, where, group, pool, {"IamInstanceProfile": {"Name": profile}, "InstanceType": kind})
    return group


def _node(making: Making, where: Vpc, group: str, pool: str, data: dict[str, Any]) -> None:
    # Without a template of one's own EKS asks for no IMDSv2, and lets metadata through to pods.
    options = {"HttpTokens": "optional", "HttpPutResponseHopLimit": 2}
    data = {**data, "ImageId": IMAGE_OF_NODES, "MetadataOptions": options, "BlockDeviceMappings": [disk(20)]}
    told = {"eks:cluster-name": CLUSTER, "eks:nodegroup-name": pool}
    making.instance(f"node-{pool}", where.private[0], group, data, **told)


def _described(record: Record) -> dict[str, Any]:
    """The cluster as AWS describes it: public endpoint without a list of sources, private one too, logs of three."""
    arn = f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/{CLUSTER}"
    logs = [
        {"types": ["audit", "api", "authenticator"], "enabled": True},
        {"types": ["controllerManager", "scheduler"], "enabled": False},
    ]
    return {
        "cluster": {
            "name": record.params["name"],
            "arn": arn,
            "version": "1.36",
            "roleArn": f"arn:aws:iam::{ACCOUNT}:role/automq-cluster",
            "resourcesVpcConfig": {
                "vpcId": "vpc-automq",
                "subnetIds": [f"subnet-private-{letter}" for letter in "abc"],
                "securityGroupIds": [],
                "clusterSecurityGroupId": "sg-eks-cluster",
                "endpointPublicAccess": True,
                "endpointPrivateAccess": True,
                "publicAccessCidrs": [EVERYWHERE],
            },
            "logging": {"clusterLogging": logs},
            "encryptionConfig": [{"resources": ["secrets"], "provider": {"keyArn": SECRETS_KEY}}],
            "accessConfig": {"authenticationMode": "API_AND_CONFIG_MAP"},
            "identity": {"oidc": {"issuer": f"https://{ISSUER}"}},
            "tags": {},
        }
    }


SECRETS_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/eks-secrets"


def _pool(record: Record) -> dict[str, Any]:
    """The brokers' pool and the system's, which is bought on the spot market."""
    brokers = record.params["nodegroupName"] == "automq"
    own, system = ("AL2_ARM_64", "ON_DEMAND", NODES, "a"), ("AL2023_x86_64_STANDARD", "SPOT", SYSTEM, "abc")
    image, capacity, role, zones = own if brokers else system
    name = record.params["nodegroupName"]
    return {
        "nodegroup": {
            "nodegroupName": name,
            "nodegroupArn": f"arn:aws:eks:{REGION}:{ACCOUNT}:nodegroup/{CLUSTER}/{name}/1",
            "clusterName": CLUSTER,
            "version": "1.36",
            "amiType": image,
            "capacityType": capacity,
            "nodeRole": f"arn:aws:iam::{ACCOUNT}:role/{role}",
            "subnets": [f"subnet-private-{letter}" for letter in zones],
            "taints": [{"key": "dedicated", "value": "automq", "effect": "NO_SCHEDULE"}] if brokers else [],
            "tags": {},
        }
    }


ENTRIES = {
    ROOT: "AmazonEKSClusterAdminPolicy",
    f"arn:aws:iam::{ACCOUNT}:role/{CONSOLE}": "AmazonEKSClusterAdminPolicy",
    f"arn:aws:iam::{ACCOUNT}:role/{NODES}": None,
    f"arn:aws:iam::{ACCOUNT}:role/{SYSTEM}": None,
}
"""Who enters the cluster: its creator and the Console as administrators, and nodes, as EKS itself adds them."""


def _policies(principal: str, policy: str | None) -> Record:
    arn, asked = f"arn:aws:eks::aws:cluster-access-policy/{policy}", {"clusterName": CLUSTER, "principalArn": principal}
    found = [{"policyArn": arn, "accessScope": {"type": "cluster", "namespaces": []}}] if policy else []
    answer = {**asked, "associatedAccessPolicies": found}
    return Record(ACCOUNT, REGION, "eks", "ListAssociatedAccessPolicies", asked, answer)


MORE = [_policies(principal, policy) for principal, policy in ENTRIES.items()]
"""What the walk asks of each entry, had the emulator any."""


def _images(record: Record) -> dict[str, Any]:
    nodes = {
        "ImageId": IMAGE_OF_NODES,
        "ImageOwnerAlias": "amazon",
        "Name": "amazon-eks-node-1.36",
        "OwnerId": "602401143452",
        "Public": True,
    }
    found = first.images(record)["Images"]
    return {"Images": [*found[:1], nodes] if found else []}


ANSWERS = {
    "ec2:DescribeImages": _images,
    "eks:DescribeCluster": _described,
    "eks:DescribeNodegroup": _pool,
    "eks:ListAccessEntries": lambda _: {"accessEntries": list(ENTRIES)},
    "eks:ListPodIdentityAssociations": lambda _: {"associations": []},
}


def contract(where: Vpc, groups: dict[str, str], ids: dict[str, str]) -> BoundaryContract:
    """What a platform team would say of it: the Console keeps telemetry, pods on the brokers' nodes keep the records."""
    # The vendor's TLS port, which its own rule does not open.
    tls = Listener(name="kafka-tls", on="broker-group", protocol="SASL_SSL", port=9112, sources=(Source(cidr=CIDR),))
    return declared.contract(
        ENVIRONMENT, where, ids, OPS,
        groups=groups,
        buckets=declared.buckets(DATA, OPS),
        principals=declared.two_roles(ids["console"], ids["nodes"]),
        listeners=(*declared.listeners(CIDR), tls),
    )  # fmt: skip
