"""The organisation's stack declares what the reviewed files say, attached to one account, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from audit.model.errors import SettingsError
from stacks.guardrails import program

if TYPE_CHECKING:
    from pathlib import Path

DENY = {"Version": "2012-10-17", "Statement": [{"Sid": "Leave", "Effect": "Deny", "Action": "a:B", "Resource": "*"}]}


def test_each_file_is_a_policy_of_its_kind_attached_to_the_account(declare: Any, tmp_path: Path) -> None:
    for name in ("scp-1", "scp-2", "rcp-1"):
        (tmp_path / f"{name}.json").write_text(json.dumps(DENY, indent=1), "utf-8")
    declared = declare(lambda: program.declare("111122223333", tmp_path))

    kinds = {policy["name"]: policy["type"] for policy in declared.of("Policy")}
    assert kinds == {
        "automq-111122223333-scp-1": "SERVICE_CONTROL_POLICY",
        "automq-111122223333-scp-2": "SERVICE_CONTROL_POLICY",
        "automq-111122223333-rcp-1": "RESOURCE_CONTROL_POLICY",
    }
    assert all(json.loads(policy["content"]) == DENY for policy in declared.of("Policy"))
    assert {one["targetId"] for one in declared.of("PolicyAttachment")} == {"111122223333"}
    assert declared.kinds() == {"Policy", "PolicyAttachment"}


def test_a_folder_without_policies_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="holds no guardrails"):
        program.declare("111122223333", tmp_path)
