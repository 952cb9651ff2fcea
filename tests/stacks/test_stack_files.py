from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from audit.model.contract import Duty
from audit.model.errors import SettingsError
from stacks.stack_files import FOLDER, load_stack_file, rehearsed_settings, stack_file, stack_names

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """config:
  automq-byoc:environment_id: env-abc
  automq-byoc:aws_account_id: "111122223333"
  automq-byoc:region: us-east-1
"""


def written(folder: Path, text: str, stack: str = "poc") -> Path:
    path = folder / f"Pulumi.{stack}.yaml"
    path.write_text(text, "utf-8")
    return path


def test_an_unknown_stack_is_told_with_those_that_exist(tmp_path: Path) -> None:
    written(tmp_path, HEAD, "poc")
    written(tmp_path, HEAD, "production")
    assert stack_names(tmp_path) == ("poc", "production")
    with pytest.raises(SettingsError, match=r"no stack stage \(the stacks are: poc, production\)"):
        stack_file("stage", tmp_path)


def test_no_stack_at_all_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none yet.*byoc init"):
        stack_file("poc", tmp_path)


def test_encrypted_settings_are_named_and_never_read(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + "  automq-byoc:automq_config:\n    secure: v1:abc\n  aws:region: us-east-1\n")
    values, secure = load_stack_file(path)
    assert secure == {"automq_config"}
    assert set(values) == {"environment_id", "aws_account_id", "region"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("config:\n  a: [", "malformed YAML at line"),
        ("- a", "no mapping named config"),
        ("config: 3", "no mapping named config"),
        ("config:\n  region: us-east-1", "region stands without its project: write automq-byoc:region"),
        (HEAD + "  automq-byoc:network:\n    cidr:\n      secure: v1:x", "network is encrypted in part"),
    ],
)
def test_a_malformed_file_is_told(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        load_stack_file(written(tmp_path, text))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_stack_file(tmp_path / "Pulumi.none.yaml")


def test_an_unknown_setting_is_told_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="retentoin is no setting of this stack: did you mean retention"):
        rehearsed_settings(written(tmp_path, HEAD + "  automq-byoc:retentoin: 3\n"))


@pytest.mark.parametrize("secret", ["", "  automq-byoc:automq_config:\n    secure: v1:abc\n"])
def test_a_rehearsal_makes_a_sample_of_what_it_never_decrypts(tmp_path: Path, secret: str) -> None:
    settings, sampled = rehearsed_settings(written(tmp_path, HEAD + secret))
    assert sampled
    assert "sample" in settings.automq_config.ops_bucket


def test_a_rehearsal_without_account_tells_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="aws_account_id is not set"):
        rehearsed_settings(written(tmp_path, HEAD.replace("aws_account_id", "wal")))


def test_one_setting_can_be_changed_for_a_rehearsal(tmp_path: Path) -> None:
    settings, _ = rehearsed_settings(written(tmp_path, HEAD), {"wal": "FSWAL"})
    assert settings.wal == "FSWAL"


def test_the_poc_stack_is_complete() -> None:
    settings, sampled = rehearsed_settings(stack_file("poc"))
    assert sampled
    assert set(settings.owners) == set(Duty)
    assert settings.vendor_access.mode == "none"


def test_the_project_lets_pulumi_find_the_stacks() -> None:
    project = yaml.safe_load((FOLDER.parent / "Pulumi.yaml").read_text("utf-8"))
    assert project["name"] == "automq-byoc"
    assert project["main"] == project["stackConfigDir"] == "stacks"
    assert project["runtime"] == {"name": "python", "options": {"virtualenv": ".venv"}}


def test_the_production_stack_is_complete_and_stricter() -> None:
    settings, sampled = rehearsed_settings(stack_file("production"))
    assert sampled
    assert set(settings.owners) == set(Duty)
    assert settings.protect
    assert "@sha256:" in settings.console.image
    assert (settings.console_permissions, settings.console.access) == ("tight", "load_balancer")
    assert (settings.network.nat, settings.keys.deletion_window_days) == ("per_zone", 30)
    assert settings.retention.audit_lock_days is not None
