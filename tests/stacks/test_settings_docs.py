from __future__ import annotations

from stacks.settings import Settings
from stacks.settings_docs import rows


def test_every_setting_and_every_part_has_a_row() -> None:
    by_name = {row.name: row for row in rows()}
    assert set(Settings.model_fields) <= set(by_name)
    assert {"network.cidr", "listeners[].sources", "owners.<key>.team", "retention.trail"} <= set(by_name)
    assert all(row.meaning and row.takes and row.default for row in by_name.values())


def test_limits_and_defaults_are_told() -> None:
    by_name = {row.name: row for row in rows()}
    assert by_name["keys.deletion_window_days"].takes == "number, ge 7, le 30"
    assert by_name["wal"].takes == "S3WAL or EBSWAL or FSWAL"
    assert by_name["wal"].default == "S3WAL"
    assert by_name["environment_id"].default == "none: it must be set"
    assert by_name["automq_config"].takes == "Base64 JSON, secret"
    assert by_name["owners"].takes.startswith("mapping of quota or")
    assert by_name["network.cidr"].default == "10.42.0.0/16"
