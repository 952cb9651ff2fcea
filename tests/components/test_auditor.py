import json
from pathlib import Path
from typing import Any

import pytest

from audit.access.simulate import decide_case
from components import limits
from components.auditor import Auditor
from components.documents import buckets, keys, logs
from components.documents.statement import allow, document
from components.footprint import Footprint
from components.layout import Names, Purpose, Wal
from components.plan import AuditorPlan
from stacks import program

NAMES = Names.of("e", "eu-west-1", "111122223333", "ops-issued")
ROLE = "automq-auditor-e"
READ = document(allow("ReadS3", ["s3:GetBucketPolicy", "s3:ListAllMyBuckets"], "*"))
PRINTED = json.loads(Path(program.__file__).with_name("audit-policy.json").read_text("utf-8"))


def auditor(policy: dict[str, Any]) -> AuditorPlan:
    return AuditorPlan("777788889999", "agreed-1", policy)


@pytest.fixture
def declared(declare: Any) -> Any:
    return declare(lambda: Auditor("auditor", NAMES, auditor(READ)))


def test_the_security_account_alone_takes_the_role_with_the_external_id(declared: Any) -> None:
    (role,) = declared.of("Role")
    (statement,) = json.loads(role["assumeRolePolicy"])["Statement"]
    assert role["name"] == ROLE
    assert statement["Principal"] == {"AWS": "arn:aws:iam::777788889999:root"}
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": "agreed-1"}}


def test_the_role_may_what_the_policy_says_and_no_more(declared: Any) -> None:
    (policy,) = declared.of("Policy")
    (attached,) = declared.of("RolePolicyAttachment")
    assert (policy["name"], json.loads(policy["policy"])) == ("automq-auditor-1-e", READ)
    assert (attached["role"], attached["policyArn"]) == (ROLE, "arn:Policy/automq-auditor-1-e")
    assert declared.kinds() == {"Role", "Policy", "RolePolicyAttachment"}
    assert not {"inlinePolicies", "managedPolicyArns"} & declared.one("Role", "auditor").keys()


def test_a_policy_that_is_too_large_for_one_is_cut_between_statements(declare: Any) -> None:
    wide = document(*(allow(f"Read{n}", [f"s3:Get{n}{'x' * 90}{m}" for m in range(40)], "*") for n in range(3)))
    declared = declare(lambda: Auditor("auditor", NAMES, auditor(wide)))
    parts = [json.loads(policy["policy"]) for policy in declared.of("Policy")]

    assert [policy["name"] for policy in declared.of("Policy")] == [f"automq-auditor-{n}-e" for n in (1, 2, 3)]
    assert [statement for part in parts for statement in part["Statement"]] == wide["Statement"]
    assert len(declared.of("RolePolicyAttachment")) == 3


def test_the_audits_own_policy_fits_what_a_role_can_carry(declare: Any) -> None:
    declared = declare(lambda: Auditor("auditor", NAMES, auditor(PRINTED)))
    parts = [json.loads(policy["policy"]) for policy in declared.of("Policy")]

    assert [statement for part in parts for statement in part["Statement"]] == PRINTED["Statement"]
    assert len(parts) <= limits.POLICIES_PER_ROLE.maximum
    assert all(limits.size(part) <= limits.MANAGED_POLICY.maximum for part in parts)


def test_a_footprint_has_the_role_only_where_it_is_asked_for(declare: Any, plan: Any) -> None:
    def roles(**change: Any) -> set[str]:
        return {role["name"] for role in declare(lambda: Footprint("e", plan(**change))).of("Role")}

    assert roles(auditor=auditor(READ)) - roles() == {ROLE}


DEPLOYER = "arn:aws:iam::111122223333:role/deployer"
KEYS = keys.key_policies(NAMES, Wal.EBS, DEPLOYER)
KEY = NAMES.regional("kms", "key/1")
GUARDED: dict[str, tuple[str, dict[str, Any]]] = {
    **{f"{purpose}-key": (KEY, KEYS[purpose]) for purpose in Purpose},
    "data-bucket": (NAMES.data_bucket_arn, buckets.data_bucket(NAMES, "vpce-1", KEY)),
    "ops-bucket": (NAMES.ops_bucket_arn, buckets.ops_bucket(NAMES, "vpce-1", KEY)),
    "audit-bucket": (NAMES.audit_bucket_arn, buckets.audit_bucket(NAMES)),
    "access-logs-bucket": (NAMES.access_logs_bucket_arn, buckets.access_logs_bucket(NAMES, load_balancer=True)),
    "secret": (NAMES.regional("secretsmanager", "secret:automq/e/config-AbCdEf"), logs.secret(NAMES, DEPLOYER)),
    "topic": (NAMES.topic_arn, logs.topic(NAMES)),
}
OF_THE_ACCOUNT = {"kms:ListKeys", "kms:ListAliases"}  # listings that no key's policy is asked of
CONTENTS = {
    "kms": ("kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant", "kms:PutKeyPolicy"),
    "s3": ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject", "s3:PutBucketPolicy"),
    "secretsmanager": ("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"),
    "sns": ("sns:Publish", "sns:Subscribe"),
}


def decided(action: str, name: str) -> str:
    """What the auditor, over TLS and from outside the VPC, is told by its policy and the resource's own."""
    resource, guard = GUARDED[name]
    whole = f"{resource}/k" if "Object" in action and "Lock" not in action else resource
    case = {
        "id": "", "principal": NAMES.auditor_role_arn, "action": action, "resource": whole,
        "resource_account": "111122223333", "context": {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"},
        "identity": [PRINTED], "resource_policy": guard,
    }  # fmt: skip
    return decide_case(case).effect.value


@pytest.mark.parametrize("name", sorted(GUARDED))
def test_what_guards_a_resource_lets_the_auditor_read_its_settings_and_not_what_it_holds(name: str) -> None:
    service = GUARDED[name][0].split(":")[2]
    printed = {action for statement in PRINTED["Statement"] for action in statement["Action"]}
    settings = {action for action in printed if action.startswith(f"{service}:")} - OF_THE_ACCOUNT

    assert settings
    assert {action: decided(action, name) for action in settings} == dict.fromkeys(settings, "allowed")
    assert "allowed" not in {decided(action, name) for action in CONTENTS[service]}
