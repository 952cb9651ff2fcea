"""``byoc policy``: what a reviewer reads, and copies into a policy of his own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml

from audit.policy import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Byoc = Callable[..., Any]


def test_the_list_has_a_line_for_each(byoc: Byoc) -> None:
    ran = byoc("policy", "list")
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[0] for line in ran.out.splitlines()] == [policy.id for policy in load()]
    assert "K001   medium   Customer-managed keys rotate  [key (all of the contract)]" in ran.out.splitlines()
    assert [row["id"] for row in json.loads(byoc("policy", "list", "--format", "json").out)] == [p.id for p in load()]


def test_what_is_shown_is_a_policy_file_that_can_be_loaded_again(byoc: Byoc, here: Path) -> None:
    (here / "own").mkdir()
    ours = load()[::6]
    for number, policy in enumerate(ours):
        shown = byoc("policy", "show", policy.id).out
        (here / "own" / f"{policy.id}.yaml").write_text(
            shown.replace(f"id: {policy.id}", f"id: ZZ{number:03}"), "utf-8"
        )
    copied = [policy for policy in load(here / "own") if policy.id.startswith("ZZ")]
    assert [copy.model_copy(update={"id": policy.id}) for copy, policy in zip(copied, ours, strict=True)] == list(ours)


def test_as_json_it_says_the_same(byoc: Byoc) -> None:
    shown = yaml.safe_load(byoc("policy", "show", "B001").out)
    assert json.loads(byoc("policy", "show", "B001", "--format", "json").out) == shown


def test_policies_of_ones_own_are_listed_too(byoc: Byoc, here: Path) -> None:
    (here / "own").mkdir()
    shown = byoc("policy", "show", "K001").out.replace("K001", "X001")
    (here / "own" / "mine.yaml").write_text(shown, "utf-8")
    assert "X001   medium" in byoc("policy", "list", "--policies", "own").out


def test_an_unknown_policy_names_those_like_it(byoc: Byoc) -> None:
    assert byoc("policy", "show", "B030").sentence.startswith("B030 is no policy: did you mean B0")


def test_a_new_policy_is_tried_on_its_own_examples(byoc: Byoc, here: Path) -> None:
    made = byoc("policy", "new", "ACME001", "own")
    assert (made.code, made.out) == (
        0,
        "own/ACME001.yaml: change it, then try it with byoc policy test --policies own\n",
    )
    ran = byoc("policy", "test", "--policies", "own")
    assert (ran.code, ran.out) == (0, "3 examples of 1 policies: 0 wrong\n")


def test_a_policy_that_comes_to_something_else_than_its_example_says_exits_with_1(byoc: Byoc, here: Path) -> None:
    byoc("policy", "new", "ACME001", "own")
    file = here / "own" / "ACME001.yaml"
    file.write_text(file.read_text("utf-8").replace("value: Enabled", "value: Suspended"), "utf-8")
    ran = byoc("policy", "test", "--policies", "own")
    assert ran.code == 1
    wrong = "✗ ACME001: it could not be read whether versions are kept: expected unknown, it comes to broken"
    assert wrong in ran.out.splitlines()
    told = json.loads(byoc("policy", "test", "--policies", "own", "--format", "json").out)
    assert [one["result"] for one in told["examples"]] == ["broken", "broken", "broken"]


def test_a_policy_without_examples_exits_with_2(byoc: Byoc, here: Path) -> None:
    byoc("policy", "new", "ACME001", "own")
    file = here / "own" / "ACME001.yaml"
    file.write_text(file.read_text("utf-8").partition("examples:")[0], "utf-8")
    ran = byoc("policy", "test", "--policies", "own")
    assert ran.code == 2
    assert "? ACME001 has no example that is broken and none that is holds" in ran.out.splitlines()


def test_a_new_policy_takes_nobodys_place(byoc: Byoc, here: Path) -> None:
    assert byoc("policy", "new", "B001", "own").sentence.startswith("there is a policy B001 already")
    byoc("policy", "new", "ACME001", "own")
    assert byoc("policy", "new", "ACME001", "own").sentence.startswith("there is a policy ACME001 already")
    assert byoc("policy", "new", "acme", "own").sentence.startswith("acme is no id for a policy")
    assert not (here / "own" / "acme.yaml").exists()
