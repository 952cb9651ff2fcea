"""The plan of an adoption, in the order that never interrupts traffic: each step, why clients go on, what it settles.

The order follows from one fact: what refuses the roles that run now (bucket policies, the default key) comes after the
last instance that runs as them, and nothing is taken away before that either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from stacks.adoption import Adoption

Found = tuple[str, str, str]
"""A finding: its policy's id, title, and what it is about."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step; ``settles`` are the beginnings of the ids of the policies whose findings it settles."""

    title: str
    does: str
    traffic: str
    commands: tuple[str, ...] = ()
    settles: tuple[str, ...] = ()


def steps(adoption: Adoption) -> tuple[Step, ...]:
    """The steps in their order; where brokers are pods of a cluster it ends before what would refuse them."""
    first = (_forget(adoption), _import(adoption), _beside(adoption), _console(adoption))
    if adoption.cluster is not None:
        return (*first, _stop(adoption))
    return (*first, _brokers(adoption), _tighten(adoption), _remove(adoption), _narrow(adoption))


def plan(adoption: Adoption, findings: Iterable[Found]) -> str:
    """The plan as Markdown; every finding stands in one step, or below them as left to decide."""
    made = steps(adoption)
    sorted_out: list[list[Found]] = [[] for _ in range(len(made) + 1)]
    for found in sorted(set(findings)):
        sorted_out[_place(found[0], made)].append(found)
    account, region = adoption.values["aws_account_id"], adoption.values["region"]
    lines = [
        f"# Adopting {adoption.environment_id}",
        f"Account {account}, {region}: described by Pulumi.{adoption.stack}.yaml, import.json says what is imported.",
        "Nothing of this has been done.",
    ]
    for number, (step, settled) in enumerate(zip(made, sorted_out[:-1], strict=True), 1):
        lines += [f"## {number}. {step.title}", step.does, f"Traffic: {step.traffic}"]
        lines += ["```\n" + "\n".join(step.commands) + "\n```"] if step.commands else []
        lines += _listed("Settles", settled)
    lines += _listed("## Left to decide", sorted_out[-1])
    return "\n\n".join(lines) + "\n"


def _place(policy: str, made: Sequence[Step]) -> int:
    """The step that settles a policy's finding: the one that says it most exactly, else the end."""
    best = max(
        ((len(start), -place) for place, step in enumerate(made) for start in step.settles if policy.startswith(start)),
        default=None,
    )
    return len(made) if best is None else -best[1]


def _listed(title: str, findings: Sequence[Found]) -> Iterator[str]:
    if findings:
        told = [f"- {policy} {what}: {about}" for policy, what, about in findings]
        yield f"{title}{':' if not title.startswith('#') else ''}\n\n" + "\n".join(told)


def _forget(adoption: Adoption) -> Step:
    names = " and ".join(adoption.buckets[role] for role in sorted(adoption.buckets))
    return Step(
        "Let Terraform forget the buckets and the network",
        f"Take {names}, everything that stands on them, the VPC, its subnets, gateways and routes out of Terraform's "
        "state. From here on `terraform destroy` deletes no record and no route.",
        "only a state file changes.",
        (
            "terraform state list | grep -E 'aws_s3_bucket|aws_vpc|aws_subnet|aws_route|gateway'",
            "terraform state rm ADDRESS …",
        ),
    )


def _import(adoption: Adoption) -> Step:
    stack = adoption.stack
    return Step(
        "Import the buckets",
        f"Set the secret that AutoMQ Cloud issued (its ops bucket is {adoption.buckets['ops']}), rehearse, make the "
        "provider, then import the two buckets under it.",
        "AWS is read, not changed.",
        (
            f"pulumi config set --stack {stack} --secret automq_config",
            f"byoc rehearse {stack}",
            f"pulumi up --stack {stack} --target '{adoption.provider}'",
            f"pulumi import --stack {stack} --file import.json --generate-code=false",
        ),
    )


def _beside(adoption: Adoption) -> Step:
    left_out = [f"  --exclude '{urn}'" for urn in adoption.tightening]
    commands = [f"pulumi up --stack {adoption.stack}", *left_out]
    return Step(
        "Make the rest beside what is there",
        "Keys, roles with boundaries, endpoints that are missing, security groups, log groups, the trail, alarms, "
        "backups and a console of the stack's own. The bucket policies and the default encryption are left out: they "
        f"would refuse {_words(adoption.old_roles)}.",
        "nothing that brokers use changes. Ask AutoMQ whether two consoles of an environment may run at once; if not, "
        "stop the old one first: brokers serve without it.",
        (*(f"{line} \\" for line in commands[:-1]), commands[-1]),
        ("K", "L", "T", "N003", "N004", "N009"),
    )


def _console(adoption: Adoption) -> Step:
    return Step(
        "Move to the stack's console",
        f"Stop {_words(adoption.consoles) or 'the old console'} and work with the stack's. Keep a snapshot of its data "
        "volume until the last step.",
        "clients speak to brokers, never to the console; only changes to clusters wait meanwhile.",
        settles=("C005", "C006", "C007", "P005", "P007", "E"),
    )


def _brokers(adoption: Adoption) -> Step:
    roles = _words(adoption.old_roles)
    return Step(
        "Move the brokers, one at a time",
        f"In the console, give the node groups the role and security group of the stack's outputs, and replace "
        f"{_words(adoption.brokers) or 'each broker'} one by one: the next only when the one before serves and no "
        f"partition is without a leader. Then audit: nothing may run as {roles} any more.",
        "partitions of a broker that leaves are opened by another from the data bucket; clients find the new leader by "
        "their own retries.",
        (
            "byoc audit --contract contract.json --out out/moved",
            *(f"byoc access can {role} --from out/moved" for role in adoption.old_roles),
        ),
        ("C",),
    )


def _tighten(adoption: Adoption) -> Step:
    return Step(
        "Close the buckets",
        "The whole program now: bucket policies and default encryption. Objects that were written before keep their "
        "encryption and stay readable; new ones are encrypted with the stack's keys.",
        f"only roles of the stack run, and they come through the endpoint. If {_words(adoption.old_roles)} still "
        "runs something, it is refused from here on: that is why step 5 ends with an audit.",
        (f"pulumi up --stack {adoption.stack}",),
        ("B", "O", "A", "V001", "V002", "V005", "P004"),
    )


def _remove(adoption: Adoption) -> Step:
    return Step(
        "Take away what nothing uses",
        f"Destroy what Terraform still knows: the old console, {_words(adoption.old_roles)}, their groups. Its plan "
        "must name no bucket, VPC, subnet, route or gateway.",
        "nothing that is destroyed runs or is used; the audit of step 5 says so.",
        ("terraform plan -destroy", "terraform destroy"),
        ("V", "R", "N002", "N007", "N008"),
    )


def _narrow(adoption: Adoption) -> Step:
    return Step(
        "Narrow what was taken over as it stood",
        "Name the clients' own networks in listeners in place of wide ones, move them to SASL_SSL where they speak in "
        "clear, name owners of the duties, set protect, and check.",
        "a new source or port is opened before the old one is closed, and that only when no client uses it.",
        (f"byoc rehearse {adoption.stack}", f"pulumi up --stack {adoption.stack}", "byoc check --from out/moved"),
        ("P001", "P002", "P006", "D"),
    )


def _stop(adoption: Adoption) -> Step:
    return Step(
        "Stop here: brokers are pods of a cluster",
        f"Brokers run in the EKS cluster {adoption.cluster}, and the settings describe brokers on instances. The "
        "bucket policies would refuse the cluster's nodes, so the excluded resources stay excluded. Decide first "
        "whether brokers move to instances.",
        "as before: nothing of the cluster was touched.",
    )


def _words(names: Iterable[str]) -> str:
    return ", ".join(name.rpartition("/")[2] for name in names)
