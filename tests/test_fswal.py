"""The log on EFS: encrypted at rest and in transit, mounted by brokers alone, and what is found when that is not so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from answers import edit, statements, without

from audit.model.contract import Privilege
from audit.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from answers import Mend
    from conftest import Rehearsed

    from audit.model.graph import Node
    from cli.judging import Judged

LOG = "log-file-system-1"


@pytest.fixture(scope="module")
def fswal(rehearsed: Callable[..., Rehearsed]) -> Rehearsed:
    return rehearsed("fswal")


@pytest.fixture(scope="module")
def before(fswal: Rehearsed) -> Judged:
    return fswal.judged()


def broken(judged: Judged) -> set[str]:
    return {finding.policy for finding in judged.findings if finding.verdict is Verdict.BROKEN}


def undeclared(judged: Judged) -> set[str]:
    """What an undeclared principal may get at: an upper bound, for no emulator shows an organisation's policies."""
    return {judged.boundary.roles[f.claim.subject] for f in judged.findings if f.claim.reason == "upper_bound"}


def test_nothing_is_broken_and_only_what_no_emulator_shows_is_unknown(before: Judged) -> None:
    claims = [claim for answer in before.answers for claim in answer.claims] + [f.claim for f in before.findings]

    assert broken(before) == set()
    assert {claim.reason for claim in claims if claim.verdict is Verdict.UNKNOWN} == {"emulator_cannot_show"}


def test_brokers_alone_hold_the_log_and_reach_it(before: Judged) -> None:
    (log,) = before.boundary.resolve(LOG)
    holders = {
        before.boundary.roles.get(edge.source, edge.source)
        for privilege in (Privilege.READ, Privilege.WRITE)
        for edge in before.boundary.who_can(log, privilege)
        if not edge.properties.get("through")
    }
    said = {
        claim.text
        for answer in before.answers
        if answer.question == "traffic_paths"
        for claim in answer.claims
        if claim.verdict is Verdict.HOLDS
    }

    assert holders == {"data-plane"}
    assert any("reaches log-file-systems (tcp 2049) as declared" in text for text in said)


def test_the_log_has_a_mount_target_in_each_zone(fswal: Rehearsed, before: Judged) -> None:
    (log,) = before.boundary.resolve(LOG)
    assert _zones(log) == ["us-east-1a", "us-east-1b", "us-east-1c"]
    assert fswal.contract.console is not None
    assert "file_system" in (fswal.contract.console.creates or ())


def _zones(log: Node) -> list[str]:
    targets = log.properties["mount_targets"]
    assert isinstance(targets, list)
    return sorted(target["zone"] for target in targets)


def plain(answer: dict[str, Any]) -> None:
    answer["FileSystems"][0].update(Encrypted=False, KmsKeyId=None)


def to_everyone(found: list[dict[str, Any]]) -> None:
    found[:] = [statement for statement in found if statement["Sid"] != "OnlyBrokers"]
    found[-1]["Principal"] = "*"


def mounted_by_all(answer: dict[str, Any]) -> None:
    group = next(one for one in answer["SecurityGroups"] if one["GroupName"].endswith("-file-systems"))
    group["IpPermissions"][0]["IpRanges"] = [{"CidrIp": "10.47.0.0/16"}]


CHANGES: list[tuple[str, str, Mend, set[str]]] = [
    ("it is not encrypted at rest", "DescribeFileSystems", plain, {"F001"}),
    ("it is mounted without TLS", "DescribeFileSystemPolicy", without("TlsOnly"), {"F002"}),
    ("it is mounted in another subnet", "DescribeMountTargets",
     lambda a: a["MountTargets"][0].update(SubnetId="subnet-0000000000000000f"), {"F003"}),
    ("it is backed up by itself", "DescribeBackupPolicy",
     lambda a: a.update(BackupPolicy={"Status": "ENABLED"}), {"F004"}),
    ("it is gone", "DescribeFileSystems", lambda a: a.update(FileSystems=[]), {"O009"}),
    ("the whole VPC reaches it", "DescribeSecurityGroups", mounted_by_all, {"P001"}),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "mend", "policies"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_a_protection_taken_away_gives_exactly_what_follows(
    fswal: Rehearsed, operation: str, mend: Mend, policies: set[str]
) -> None:
    assert broken(fswal.judged(edit(operation, mend))) == policies


def test_a_policy_that_lets_everybody_mount_is_found(fswal: Rehearsed) -> None:
    assert LOG in undeclared(fswal.judged(edit("DescribeFileSystemPolicy", statements(to_everyone))))
