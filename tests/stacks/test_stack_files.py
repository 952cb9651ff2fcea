from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from audit.model.contract import Duty
from audit.model.errors import SettingsError
from stacks import environments
from stacks.stack_files import (
    FOLDER,
    load_stack_file,
    over_its_set,
    rehearsed_settings,
    sisters,
    stack_file,
    stack_names,
    stack_settings,
    stack_values,
)

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


SEVERAL = """config:
  automq-byoc:region: us-east-1
  automq-byoc:aws_account_id: "111122223333"
  automq-byoc:network: {public_subnets: true, nat: single}
  automq-byoc:tags: {Team: streaming}
  automq-byoc:environments:
    live: {environment_id: env-live, network: {cidr: 10.1.0.0/16}, tags: {Stage: live}}
    away: {environment_id: env-away, region: eu-west-1, aws_account_id: "444455556666"}
"""


def test_a_set_of_environments_is_a_stack_for_each(tmp_path: Path) -> None:
    path = written(tmp_path, SEVERAL, "shop")
    written(tmp_path, HEAD, "poc")

    assert stack_names(tmp_path) == ("poc", "shop.away", "shop.live")
    assert stack_file("shop.live", tmp_path) == path
    with pytest.raises(SettingsError, match=r"shop is a set of several environments: name one of shop.live, shop.away"):
        stack_file("shop", tmp_path)
    with pytest.raises(SettingsError, match=r"no stack shop.test \(the stacks are: poc, shop.away, shop.live\)"):
        stack_settings("shop.test", folder=tmp_path)


def test_what_an_environment_says_stands_over_what_all_share(tmp_path: Path) -> None:
    written(tmp_path, SEVERAL, "shop")
    live, away = (stack_settings(f"shop.{one}", folder=tmp_path)[0] for one in ("live", "away"))

    assert (live.region, away.region, away.aws_account_id) == ("us-east-1", "eu-west-1", "444455556666")
    assert (live.network.cidr, live.network.nat, away.network.nat) == ("10.1.0.0/16", "single", "single")
    assert live.tags == {"Team": "streaming", "Stage": "live"}
    assert list(sisters("shop.live", tmp_path)) == ["shop.away"]


def test_the_file_of_an_environments_own_stands_over_the_set(tmp_path: Path) -> None:
    written(tmp_path, SEVERAL, "shop")
    own = "config:\n  automq-byoc:automq_config: {secure: v1:abc}\n  automq-byoc:tags: {Stage: first}\n"
    written(tmp_path, own, "shop.live")
    values, secure = stack_values("shop.live", tmp_path)

    assert stack_names(tmp_path) == ("shop.away", "shop.live")
    assert (values["tags"], values["environment_id"]) == ({"Team": "streaming", "Stage": "first"}, "env-live")
    assert secure == {"automq_config"}


def test_pulumis_own_configuration_stands_over_the_set(tmp_path: Path) -> None:
    written(tmp_path, SEVERAL, "shop")
    given = {"automq_config": "issued"}

    assert over_its_set("poc", given, tmp_path) == given
    assert over_its_set("shop.live", given, tmp_path)["environment_id"] == "env-live"
    assert over_its_set("shop.live", given, tmp_path)["automq_config"] == "issued"
    with pytest.raises(SettingsError, match=r"name one of shop\.live, shop\.away"):
        over_its_set("shop", given, tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("env-away", "env-live", "shop.live and shop.away share environment_id env-live"),
        ("env-away", "ENV-LIVE", "share environment_id env-live"),
        (
            "  automq-byoc:tags",
            "  automq-byoc:data_bucket: our-records\n  automq-byoc:tags",
            "share bucket our-records: give each its own, or their roles meet in it",
        ),
        ("env-away,", "env-away, automq_config: clear,", "set --stack shop.away --secret automq_config"),
        ("    live: {", "    live: x\n    more: {", "environments.live is no mapping"),
    ],
)
def test_environments_that_would_meet_are_told(tmp_path: Path, old: str, new: str, words: str) -> None:
    written(tmp_path, SEVERAL.replace(old, new), "shop")
    with pytest.raises(SettingsError, match=words):
        stack_settings("shop.live", folder=tmp_path)


def test_a_zone_that_two_environments_name_is_told() -> None:
    path = stack_file("bring-your-own")
    one, _ = rehearsed_settings(path)
    other, _ = rehearsed_settings(path, {"environment_id": "env-other", "buckets": {}, "keys": {}, "roles": {}})

    with pytest.raises(SettingsError, match="one and other share hosted_zone Z0B1C2D3E4F506172839A: give each its own"):
        environments.apart({"one": one, "other": other})


def test_environments_that_are_none_are_told(tmp_path: Path) -> None:
    written(tmp_path, HEAD + "  automq-byoc:environments: {}\n", "shop")
    with pytest.raises(SettingsError, match="environments is no mapping of environments"):
        stack_names(tmp_path)
