"""``byoc poc inventory`` as a user types it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from poc.inventory.model import Inventory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Byoc = Callable[..., Any]


def test_repositories_alone_are_scanned_without_a_broker(byoc: Byoc, here: Path) -> None:
    (here / "shop").mkdir()
    (here / "shop" / "go.mod").write_text("require github.com/segmentio/kafka-go v0.4.50\n")
    ran = byoc("poc", "inventory", "--repository", "shop")
    assert (ran.code, ran.err) == (0, "")
    assert "needs a look: go-client (1)" in ran.out
    assert "not seen: the source's brokers and services (no source is named: add it to poc.yaml)" in ran.out
    written = Inventory.model_validate_json((here / "out/poc-inventory/inventory.json").read_text("utf-8"))
    assert [one.file for one in written.usages] == ["shop/go.mod"]
    assert "github.com/segmentio/kafka-go" in (here / "out/poc-inventory/inventory.md").read_text("utf-8")
    shown = byoc("poc", "inventory", "--repository", "shop", "--format", "json").out
    assert json.loads(shown)["product"] is None


def test_what_it_cannot_take(byoc: Byoc, here: Path) -> None:
    for options, says in (
        ([], "poc.yaml cannot be read"),
        (["--source", "127.0.0.1:1"], "127.0.0.1:1: "),
        (["--source", "broker"], "--source 'broker' is no broker"),
        (["--repository", "nowhere"], "nowhere is no folder"),
    ):
        assert says in byoc("poc", "inventory", *options).sentence
    assert not (here / "out").exists()
