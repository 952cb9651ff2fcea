"""The weaknesses of the vendor's public modules, and the policies that find each in an account or a declared stack.

What only a source file shows is said with its reason: no answer of AWS and no settings of a stack hold it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weakness:
    """One weakness: the fact, the ids of the policies that find it, and what of it only a source file shows."""

    fact: str
    policies: tuple[str, ...] = ()
    source_only: str = ""


WEAKNESSES = {
    "A01": Weakness("the console may take any role (sts:AssumeRole on *)", ("V006",)),
    "A02": Weakness("the console may give an instance any role (iam:PassRole and RunInstances on *)", ("V006", "V009")),
    "A03": Weakness("unconditioned tag writes open every statement that asks for the vendor's tag", ("V006",)),
    "A04": Weakness("the nodes of EKS may read, write and delete objects of every bucket", ("V006", "A001")),
    "A05": Weakness(
        "one role for console and brokers, which may end or delete anybody's instances, volumes, groups and zones",
        ("V006", "A001", "O008", "V003"),
    ),
    "A06": Weakness("the console's image is looked up by name, whoever publishes it", ("C008",)),
    "A07": Weakness(
        "the console's first password is its instance's id",
        source_only="the password is the console's own; AWS does not know it, nor whether it was changed",
    ),
    "A08": Weakness(
        "the console's port is open to the world, in plain HTTP, on a public address",
        ("P002", "P006", "P007", "N002", "N007"),
    ),
    "A09": Weakness("the console speaks plain HTTP on a public address", ("P005", "P006", "C003")),
    "A10": Weakness("the group of EKS opens Kafka's ports to the world", ("P001", "P002", "N007")),
    "A11": Weakness("the console reaches the cluster on every port", ("N008",)),
    "A12": Weakness("the console administers the whole cluster", ("EKS002",)),
    "A13": Weakness("the console may rewrite the ops bucket's policy", ("V004", "V006", "A001")),
    "A14": Weakness("the ops bucket is granted to the vendor's whole account", ("V001", "V005", "O004", "A001")),
    "A15": Weakness(
        "secrets in user data, which the console may read of every instance",
        ("C005", "V006"),
        "the copies in the state, in the file on the disk and in the container's environment",
    ),
    "A16": Weakness(
        "clients are anonymous, without TLS, and records without a key of one's own",
        ("P006", "B001"),
        "what a cluster was ordered with stands in the console",
    ),
    "A17": Weakness(
        "buckets and zone may be destroyed with what they hold (force_destroy)",
        source_only="an argument of Terraform's, which AWS does not keep; who may destroy records is O008's",
    ),
    "A18": Weakness("a condition on the vendor's tag without the environment's", ("V006",)),
    "A19": Weakness("brokers and console may expire everything by a lifecycle rule", ("V006", "O008")),
    "A20": Weakness("IMDSv1, and volumes that are not encrypted", ("C001", "C002", "C004")),
    "A21": Weakness(
        "SSH and the console's port are open to the world, with a key pair",
        ("N002", "N007", "C009", "P002"),
        "that the private key lies in a file and in the outputs",
    ),
    "A22": Weakness("the API of EKS faces every address", ("EKS001",)),
    "A23": Weakness(
        "dashboards behind a load balancer of the internet's, in plain HTTP",
        ("E001", "E005"),
        "the fixed password and the remote write without authentication stand in Kubernetes manifests",
    ),
    "A24": Weakness("the interface endpoint's group is open to every address", ("N002",)),
    "A25": Weakness("the S3 endpoint has the default policy", ("N005",)),
    "A26": Weakness(
        "no bucket policy, no access log, no versions, no key of one's own",
        ("B001", "B007", "B008", "B009", "B011", "A005", "K002"),
    ),
    "A27": Weakness("no flow logs, no DNS logs, no data events", ("N003", "N004", "L001", "T001")),
    "A28": Weakness(
        "the console's volume without backup, one NAT gateway, nodes in one zone", ("C006", "L007", "P010", "EKS005")
    ),
    "A29": Weakness(
        "images by tag, a floating AMI, a container as root with the host's network",
        source_only="the command stands in user data, which never gets into a snapshot, or on the machine",
    ),
    "A30": Weakness("modules and charts without a version", source_only="versions of sources leave no trace in AWS"),
    "A31": Weakness("no permissions boundary on any role", ("R001",)),
    "A32": Weakness("lists every bucket, reads every role's policies", ("V006",)),
    "A33": Weakness("may rewrite the records of every hosted zone", ("V006",)),
    "A34": Weakness(
        "brokers delete their logs in the ops bucket after two minutes",
        ("T008", "T003"),
        "the interval itself is a setting of the brokers",
    ),
    "A35": Weakness(
        "requests without credentials at the end of the brokers' chain",
        ("A002", "B004", "B005"),
        "the chain stands in the brokers' code; these policies say that no bucket answers such requests",
    ),
    "A36": Weakness(
        "static S3 keys in Helm values",
        ("A001",),
        "the keys stand in Kubernetes; the user whom they belong to is a principal that nobody declared",
    ),
    "A37": Weakness("the ports of the TLS listeners are not the ones that the rule opens", ("P003",)),
    "A38": Weakness("nodes from Amazon Linux 2, system nodes from the spot market", ("EKS003", "EKS004")),
    "A39": Weakness(
        "0.0.0.0/0 passes the check of the console's sources",
        source_only="a check of an input; what came of it is P002's and N007's, and the kit's settings refuse it",
    ),
    "A40": Weakness(
        "security changes recreate the cluster, ACLs cannot be imported",
        source_only="how the vendor's provider behaves, not what is there",
    ),
    "A41": Weakness(
        "the control plane does not check the names in pods' certificates",
        source_only="a setting of the vendor's client inside the cluster",
    ),
    "A42": Weakness(
        "the TLS private key is no secret to the provider",
        source_only="it stands in plans and state files, which AWS does not keep",
    ),
}
"""By id, as the catalogue of the vendor's modules numbers them."""
