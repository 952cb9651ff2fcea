from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.model.graph import Citation
from audit.model.snapshot import GLOBAL, AccountEntry
from audit.services import s3, s3control

if TYPE_CHECKING:
    from audit.services.row import Row


@pytest.mark.parametrize("row", s3control.ROWS, ids=lambda row: row.name)
def test_a_row_is_a_call_that_botocore_knows(row: Row, shapes: Any) -> None:
    shapes.check(row)


@pytest.mark.parametrize("row", s3control.ROWS, ids=lambda row: row.name)
def test_what_a_row_would_have_shown_is_unknown_when_it_was_denied(row: Row, whole_account: Any) -> None:
    assert whole_account.everything().unknowns() == []
    assert row.permission in {unknown.permission for unknown in whole_account.denied(row).everything().unknowns()}


@pytest.mark.parametrize("row", s3control.ROWS, ids=lambda row: row.name)
def test_what_a_row_would_have_shown_is_unknown_when_it_was_never_asked(row: Row, whole_account: Any) -> None:
    unknowns = whole_account.without(row).everything().unknowns()
    assert (row.permission, "NotCollected") in {(unknown.permission, unknown.code) for unknown in unknowns}


ACCOUNT, OTHER, REGION = "111122223333", "444455556666", "eu-central-1"
BUCKET = "arn:aws:s3:::b"
POINT = {"Name": "p", "Bucket": "b", "NetworkOrigin": "VPC", "BucketAccountId": ACCOUNT}


def _points(world: Any, *points: dict[str, Any], account: str = ACCOUNT) -> None:
    params = {"AccountId": account}
    world.says("s3control:ListAccessPoints", {"AccessPointList": list(points)}, params, account=account)


def _bucket(world: Any) -> Any:
    world.says("s3:ListBuckets", {"Buckets": [{"Name": "b"}]})
    world.says("s3:GetBucketLocation", {"LocationConstraint": REGION}, {"Bucket": "b"})
    return world.described(s3, GLOBAL).nodes[BUCKET]


def test_the_account_has_its_block_of_public_access(world: Any) -> None:
    block = {"BlockPublicAcls": True, "RestrictPublicBuckets": True}
    world.says("s3control:GetPublicAccessBlock", {"PublicAccessBlockConfiguration": block}, {"AccountId": ACCOUNT})
    assert world.described(s3control, GLOBAL).nodes[ACCOUNT].properties == {"s3_public_access_block": block}
    assert world.described(s3control, REGION).elements == []


def test_an_account_without_a_block_has_none(world: Any) -> None:
    code = "NoSuchPublicAccessBlockConfiguration"
    world.lacks("s3control:GetPublicAccessBlock", code, {"AccountId": ACCOUNT})
    assert world.described(s3control, GLOBAL).nodes[ACCOUNT].properties["s3_public_access_block"] is None


def test_a_bucket_has_the_access_points_of_its_region_with_their_policies(world: Any) -> None:
    _points(world, POINT, {**POINT, "Name": "q", "Bucket": "another"})
    point = {"AccountId": ACCOUNT, "Name": "p"}
    said = world.says("s3control:GetAccessPointPolicy", {"Policy": '{"Statement": []}'}, point)
    world.says("s3control:GetAccessPoint", {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}, point)
    expected = {
        **POINT,
        "arn": f"arn:aws:s3:{REGION}:{ACCOUNT}:accesspoint/p",
        "policy": {"Statement": []},
        "policy_record": said.id,
        "public_access_block": {"BlockPublicAcls": True},
    }
    assert _bucket(world).properties["access_points"] == [expected]


def test_an_access_point_that_another_walked_account_made_counts(world: Any) -> None:
    world.accounts = (AccountEntry(id=ACCOUNT), AccountEntry(id=OTHER))
    _points(world)
    _points(world, POINT, account=OTHER)
    world.says("s3control:GetAccessPointPolicy", {"Policy": "{}"}, {"AccountId": OTHER, "Name": "p"}, account=OTHER)
    bucket = _bucket(world)
    [point] = bucket.properties["access_points"]
    assert (point["arn"], point["policy"]) == (f"arn:aws:s3:{REGION}:{OTHER}:accesspoint/p", {})
    assert bucket.properties["access_point_accounts"] == [ACCOUNT, OTHER]


def test_which_accounts_told_all_their_access_points_is_noted(world: Any) -> None:
    world.accounts = (AccountEntry(id=ACCOUNT), AccountEntry(id=OTHER))
    _points(world)
    assert _bucket(world).properties["access_point_accounts"] == [ACCOUNT]


def test_access_points_in_a_region_that_was_not_walked_are_unknown(world: Any) -> None:
    assert _bucket(world).properties["access_points"].permission == "s3:ListAccessPoints"


def test_without_an_instance_access_grants_lets_nobody_in(world: Any) -> None:
    world.says("s3control:ListAccessGrantsInstances", {"AccessGrantsInstancesList": []}, {"AccountId": ACCOUNT})
    assert _bucket(world).properties["access_grants"] is None


def test_access_grants_are_those_of_the_instance(world: Any) -> None:
    grant = {"GrantScope": "s3://b/*", "Permission": "READ"}
    world.says("s3control:ListAccessGrantsInstances", {"AccessGrantsInstancesList": [{}]}, {"AccountId": ACCOUNT})
    world.says("s3control:ListAccessGrants", {"AccessGrantsList": [grant]}, {"AccountId": ACCOUNT})
    assert _bucket(world).properties["access_grants"] == [grant]


def test_whom_an_access_point_lets_in_the_bucket_names(world: Any) -> None:
    _points(world, POINT)
    policy = f'{{"Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "{OTHER}"}}, "Action": "s3:GetObject"}}]}}'
    said = world.says("s3control:GetAccessPointPolicy", {"Policy": policy}, {"AccountId": ACCOUNT, "Name": "p"})
    _bucket(world)
    edge = world.described(s3, GLOBAL).edge("grants", f"arn:aws:iam::{OTHER}:root")
    assert edge.because == (Citation(said.id, "access_point/p", "/Statement/0"),)
