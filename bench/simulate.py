"""How many decisions a second ``byoc access simulate`` makes, on one core: CPU time of the whole, JSON in and out.

A line is a request of a role to a bucket or a key, with an identity policy of three to six statements, the resource's
policy, two levels of SCPs and a context. Lines share their policies, or every line brings new ones.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from audit.access.simulate import simulate
from bench.alone import alone

if TYPE_CHECKING:
    from collections.abc import Sequence

SHARED, NEW = 10_000, 3_000
"""Lines a second that are wanted: when they share policies, when every line brings new ones."""
_LINES = 20_000
_SETS = 40
_ACCOUNT, _OTHER = "111111111111", "222222222222"
_PARTITION = "aws"
_VERSION = "2012-10-17"


@dataclass(frozen=True, slots=True)
class Rates:
    """Lines a second of both kinds."""

    shared: float
    new: float


def measure(count: int = _LINES) -> Rates:
    """Measure both kinds in a process of its own; the first lines of either pay for what is compiled once."""
    return Rates(**alone("bench.simulate", {"count": count}))


def rates(count: int) -> Rates:
    """Measure both kinds here."""
    return Rates(rate(lines(count, sets=_SETS)), rate(lines(count, sets=count)))


def rate(made: Sequence[str]) -> float:
    """Lines a second."""
    began = time.process_time()
    answered = sum(1 for _ in simulate(made))
    return answered / (time.process_time() - began)


def lines(count: int, sets: int) -> list[str]:
    """Lines of JSON over so many different sets of policies, from a seed."""
    random = Random(count)  # noqa: S311 the same lines each time
    policies = [_policies(random, number) for number in range(sets)]
    return [json.dumps({"id": str(n), **_request(random, n), **policies[n % sets]}) for n in range(count)]


def _request(random: Random, number: int) -> dict[str, Any]:
    action = random.choice(("s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:DeleteObject"))
    account = random.choice((_ACCOUNT, _ACCOUNT, _ACCOUNT, _OTHER))
    context: dict[str, Any] = {"aws:SecureTransport": True, "aws:SourceVpce": random.choice(("vpce-1", "vpce-2"))}
    context |= {"aws:PrincipalOrgID": "o-1", "aws:PrincipalTag/team": random.choice(("data", "web"))}
    made = {
        "principal": f"arn:{_PARTITION}:iam::{account}:role/team/role-{number % 500}",
        "action": action,
        "resource": f"arn:{_PARTITION}:s3:::records-{number % 7}" + ("" if "List" in action else f"/{number}/part"),
        "resource_account": _ACCOUNT,
        "context": context,
    }
    return made if number % 10 else {**made, "context": {}, "unlisted_context": "free"}


def _policies(random: Random, number: int) -> dict[str, Any]:
    guards = [_statement("Deny", ["organizations:*", "account:*"], ["*"])]
    guards.append(
        _statement("Deny", ["s3:PutBucketPolicy"], ["*"], {"StringNotEquals": {"aws:PrincipalOrgID": f"o-{number}"}})
    )
    full = [_statement("Allow", ["*"], ["*"])]
    return {
        "identity": [_policy([_own(random, number, place) for place in range(random.randint(3, 6))])],
        "resource_policy": _policy(_of_bucket(number)),
        "scp": [[_policy(full)], [_policy(full), _policy(guards)]],
    }


def _own(random: Random, number: int, place: int) -> dict[str, Any]:
    bucket = f"arn:{_PARTITION}:s3:::records-{random.randint(0, 6)}"
    actions = random.choice(
        (["s3:GetObject", "s3:PutObject"], ["s3:Get*", "s3:List*"], ["kms:Decrypt"], ["ec2:Describe*"])
    )
    conditions: tuple[dict[str, Any], ...] = (
        {},
        {"StringEquals": {"aws:PrincipalTag/team": "data"}},
        {"Bool": {"aws:SecureTransport": "true"}},
    )
    resources = random.choice(([bucket, f"{bucket}/*"], ["*"], [f"{bucket}/set-{number}-{place}/*"]))
    return _statement("Allow", actions, resources, random.choice(conditions))


def _of_bucket(number: int) -> list[dict[str, Any]]:
    bucket = [f"arn:{_PARTITION}:s3:::records-*", f"arn:{_PARTITION}:s3:::records-*/*"]
    found = [_statement("Deny", ["s3:*"], bucket, {"Bool": {"aws:SecureTransport": "false"}})]
    found.append(
        _statement(
            "Deny",
            ["s3:GetObject", "s3:PutObject"],
            bucket,
            {"StringNotEquals": {"aws:SourceVpce": ["vpce-1", f"vpce-{number}"]}},
        )
    )
    found.append(_statement("Allow", ["s3:GetObject"], bucket))
    return [
        {**found[0], "Principal": "*"},
        {**found[1], "Principal": "*"},
        {**found[2], "Principal": {"AWS": f"arn:{_PARTITION}:iam::{_OTHER}:root"}},
    ]


def _statement(
    effect: str, actions: list[str], resources: list[str], condition: dict[str, Any] | None = None
) -> dict[str, Any]:
    made: dict[str, Any] = {"Effect": effect, "Action": actions, "Resource": resources}
    return {**made, "Condition": condition} if condition else made


def _policy(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": _VERSION, "Statement": statements}


def main() -> None:
    """Measure so many lines of each kind as standard input says."""
    json.dump(asdict(rates(**json.load(sys.stdin))), sys.stdout)


if __name__ == "__main__":
    main()
