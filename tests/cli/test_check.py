"""``byoc check`` for other tools and with waivers, as a pipeline runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from audit.report.findings import formats

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Byoc = Callable[..., Any]

TOY = ["--from", "toy", "--contract", "contract.json"]
OWNER = "format: byoc-waivers/1\nwaivers:\n"
NOW = "2026-11-27T00:00:00Z"


@pytest.fixture(autouse=True)
def toy(here: Path, snapshot: Path, contract: Callable[..., Path]) -> None:
    """A small account whose contract names no owners and no sinks: D001 is broken."""
    snapshot.rename(here / "toy")
    contract().rename(here / "contract.json")


def entry(policy: str, subject: str, until: str = "2027-05-31") -> str:
    return f"  - {{policy: {policy}, subject: '{subject}', reason: agreed, owner: platform, until: {until}}}\n"


def findings(byoc: Byoc, *arguments: object) -> list[dict[str, Any]]:
    return list(json.loads(byoc("check", *TOY, "--format", "json", *arguments).out)["findings"])


def all_waived(byoc: Byoc, until: str = "2027-05-31") -> str:
    pairs = sorted({(f["policy"], f["claim"]["subject"]) for f in findings(byoc)})
    return OWNER + "".join(entry(*pair, until) for pair in pairs)


@pytest.mark.parametrize("form", formats())
def test_every_format_prints_one_document_and_keeps_the_exit_code(byoc: Byoc, form: str) -> None:
    ran = byoc("check", *TOY, "--format", form)
    assert (ran.code, ran.err) == (1, "")
    assert ran.out == byoc("check", *TOY, "--format", form).out
    assert "D001" in ran.out


def test_no_document_names_this_machine_or_its_folders(byoc: Byoc, here: Path) -> None:
    for form in formats():
        assert str(here.parent) not in byoc("check", *TOY, "--format", form).out


def test_an_unknown_format_lists_those_that_there_are(byoc: Byoc) -> None:
    assert "'xml' is not one of 'text', 'csv', 'json', 'junit'" in byoc("check", *TOY, "--format", "xml").sentence


def test_fingerprints_are_the_same_in_every_format_and_run(byoc: Byoc) -> None:
    found = {finding["fingerprint"] for finding in findings(byoc) if finding["verdict"] != "holds"}
    log = json.loads(byoc("check", *TOY, "--format", "sarif").out)
    events = json.loads(byoc("check", *TOY, "--format", "ocsf").out)
    results = log["runs"][0]["results"]
    assert {result["partialFingerprints"]["policyAndSubject/v1"] for result in results} == found
    assert {event["unmapped"]["fingerprint"] for event in events if event["status_detail"] != "holds"} == found


def test_what_is_waived_whole_passes_and_is_shown(byoc: Byoc, here: Path) -> None:
    (here / "accepted.yaml").write_text(all_waived(byoc), "utf-8")
    ran = byoc("check", *TOY, "--waivers", "accepted.yaml", "--as-of", NOW)
    assert (ran.code, ran.err) == (0, "")
    assert "waived until 2027-05-31 by platform: agreed" in " ".join(ran.out.split())
    assert "D001" in ran.out
    assert all(f["waiver"]["owner"] == "platform" for f in findings(byoc, "--waivers", "accepted.yaml", "--as-of", NOW))


def test_the_file_beside_one_is_taken_without_being_named(byoc: Byoc, here: Path) -> None:
    (here / "waivers.yaml").write_text(all_waived(byoc), "utf-8")
    assert byoc("check", *TOY, "--as-of", NOW).code == 0
    (here / "waivers.yaml").write_text("no waivers", "utf-8")
    assert byoc("check", *TOY).sentence.startswith("waivers.yaml has format None")


def test_after_its_day_a_waiver_counts_no_more_and_is_a_finding(byoc: Byoc, here: Path) -> None:
    (here / "waivers.yaml").write_text(all_waived(byoc), "utf-8")
    ran = byoc("check", *TOY, "--as-of", "2027-06-01T00:00:00Z")
    assert ran.code == 1
    assert "WAIVER medium No waiver is past its day" in ran.out
    found = findings(byoc, "--as-of", "2027-06-01T00:00:00Z")
    assert {f["claim"]["reason"] for f in found if f["policy"] == "WAIVER"} == {"waiver_expired"}
    assert all(f["waiver"] is None for f in found)
    assert len({f["fingerprint"] for f in found if f["policy"] == "WAIVER"}) == len(
        [f for f in found if f["policy"] == "WAIVER"]
    )


def test_a_waiver_of_nothing_is_told_beside_the_document(byoc: Byoc, here: Path) -> None:
    (here / "waivers.yaml").write_text(OWNER + entry("B003", "data-bucket"), "utf-8")
    ran = byoc("check", *TOY, "--format", "sarif", "--as-of", NOW)
    assert ran.err == "waivers.yaml: B003 found nothing of data-bucket: remove the waiver, or mend its subject\n"
    json.loads(ran.out)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (OWNER + entry("X999", "b"), "line 3: waivers.0: X999 is no policy"),
        (OWNER + entry("B003", "b").replace(", until: 2027-05-31", ""), "waivers.0.until: Field required"),
        (OWNER + entry("B003", "b").replace("agreed", "&a agreed"), "anchors and aliases hide"),
        ("#" * 10_000_000, "is larger than 1 MB"),
        ("a: [", "is no YAML"),
    ],
)
def test_waivers_that_cannot_be_used_stop_the_check(byoc: Byoc, here: Path, text: str, says: str) -> None:
    (here / "accepted.yaml").write_text(text, "utf-8")
    ran = byoc("check", *TOY, "--waivers", "accepted.yaml")
    assert says in ran.sentence
    assert ran.out == ""


def test_waivers_that_are_not_there_stop_the_check(byoc: Byoc) -> None:
    assert "gone.yaml cannot be read" in byoc("check", *TOY, "--waivers", "gone.yaml").sentence


def test_a_policy_file_is_refused_for_the_same_faults(byoc: Byoc, here: Path) -> None:
    (here / "own").mkdir()
    for text, says in (("a: &x 1", "anchors"), ("#" * 10_000_000, "larger than 1 MB"), ("[" * 99, "nested more than")):
        (here / "own" / "mine.yaml").write_text(text, "utf-8")
        assert says in byoc("check", *TOY, "--policies", "own").sentence


def test_the_formats_libraries_are_read_only_when_their_format_is_asked_for() -> None:
    code = "import sys, cli.app; sys.exit('py_ocsf_models' in sys.modules or 'jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
