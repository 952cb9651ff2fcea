"""The console report: what a reader sees first, and that no name can steer the terminal."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.console import Console

from audit.model.verdict import Answer, Claim, Finding, Result, Severity, Verdict
from audit.model.waiver import Waiver
from audit.report import text
from audit.report.material import Material

if TYPE_CHECKING:
    from conftest import Sample


def material(sample: Sample) -> Material:
    return Material(sample.contract, sample.graph, sample.answers, sample.findings, "2026-11-23T00:00:00Z")


def shown(what: Material, width: int = 100, **more: bool) -> str:
    out = io.StringIO()
    text.show(what, Console(file=out, width=width, **more), ["out/poc/"])
    return out.getvalue()


def test_the_whole_report(sample: Sample) -> None:
    assert shown(material(sample), width=120).splitlines() == [
        "AutoMQ BYOC boundary poc · account 111111111111 · us-east-1 · rehearsed in an embedded AWS",
        "",
        "✓ holds    Who owns the buckets?  bucket_owner: 4 holds",
        "  ✓ automq-data-poc-us-east-1-111111111111 belongs to 111111111111 (likewise ops-bucket, audit-bucket,",
        "    access-logs-bucket)",
        "",
        "✗ broken   Which paths carry traffic?  traffic_paths: 1 broken, 1 holds",
        "  ✗ every address may reach tcp 9112",
        "    → internet may send to tcp 9112  [ingress/0 record aaaaaaaaaaaa]",
        "    → broker-group (sg-broker) guards the brokers",
        "  ✓ automq-data-poc-us-east-1-111111111111 belongs to 111111111111",
        "",
        "? unknown  Who can read the data plane?  data_plane_access: 1 unknown, 2 holds",
        "  ? the policy of automq-data could not be read (AccessDenied): grant s3:GetBucketPolicy",
        "  ✓ automq-data-poc-us-east-1-111111111111 belongs to 111111111111 (likewise ops-bucket)",
        "",
        "Findings: 1 broken, 1 unknown",
        "  ✗ N001 critical Listeners are not open to the internet",
        "    broker-group (sg-broker): every address may reach tcp 9112",
        "      path: as in the answer above",
        "    remedy: remove the /0 source",
        "  ? B002 Data buckets are not public: not known",
        "",
        "Files",
        "  out/poc/",
    ]


def test_a_waived_finding_is_listed_last_with_who_accepts_it_until_when(sample: Sample) -> None:
    waiver = Waiver(policy="N001", subject="s", reason="closed\x1b in May", owner="platform", until="2027-05-31")
    found = (replace(sample.findings[0], waiver=waiver), sample.findings[1])
    lines = shown(replace(material(sample), answers=(), findings=found)).splitlines()
    assert lines[lines.index("Findings: 1 unknown, 1 waived") :][:5] == [
        "Findings: 1 unknown, 1 waived",
        "  ? B002 Data buckets are not public: not known",
        "  ∙ N001 critical broken, waived Listeners are not open to the internet",
        "    broker-group (sg-broker): every address may reach tcp 9112",
        "    waived until 2027-05-31 by platform: closed  in May",
    ]


def test_a_check_tells_what_had_nothing_to_judge(sample: Sample) -> None:
    out = io.StringIO()
    text.findings(
        replace(
            material(sample),
            results={"B001": Result.HOLDS, "E001": Result.NOTHING_TO_JUDGE, "E002": Result.NOTHING_TO_JUDGE},
        ),
        Console(file=out, width=100),
    )
    assert out.getvalue().endswith("\n\nPolicies: 1 holds, 2 nothing to judge\nNothing to judge: E001, E002\n")


def test_without_a_terminal_there_is_no_escape_code(sample: Sample) -> None:
    assert "\x1b" not in shown(material(sample))
    assert "\x1b" in shown(material(sample), force_terminal=True)


def test_lines_keep_to_the_width(sample: Sample) -> None:
    assert max(len(line) for line in shown(material(sample), width=60).splitlines()) <= 60


def test_names_are_neither_markup_nor_control_codes(sample: Sample) -> None:
    nasty = Claim(Verdict.BROKEN, "r", "[bold]x[/bold]", "see [link=evil]here[/link] \x1b]0;title\x07\r")
    out = shown(replace(material(sample), answers=(Answer("q", "Q?", (nasty,)),)), force_terminal=True)
    assert "[link=evil]here[/link]" in out
    assert "\x1b]0" not in out
    assert "\r" not in out


def test_many_claims_are_summarised(sample: Sample) -> None:
    claims = tuple(Claim(Verdict.HOLDS, f"reason_{n % 9}", f"s{n}", f"sentence {n % 9} of s{n}") for n in range(90))
    lines = shown(replace(material(sample), answers=(Answer("q", "Q?", claims),))).splitlines()
    assert sum("sentence" in line for line in lines) == 8
    assert any("and 10 more: see report.html" in line for line in lines)
    assert "  ✓ sentence 0 of s0 (likewise s9, s18, s27 and 6 more)" in lines


def test_claims_that_say_different_things_are_never_put_together(sample: Sample) -> None:
    claims = (Claim(Verdict.HOLDS, "key", "a", "a has key k1"), Claim(Verdict.HOLDS, "key", "b", "b has key k2"))
    out = shown(replace(material(sample), answers=(Answer("q", "Q?", claims),)))
    assert "a has key k1" in out
    assert "b has key k2" in out


def test_a_finding_of_its_own_shows_its_path(sample: Sample) -> None:
    claim = sample.answers[1].claims[0]
    own = Finding("X001", "T", Severity.HIGH, replace(claim, text="another"), "mend it", "page")
    out = shown(replace(material(sample), findings=(own,)))
    assert out.count("→ internet may send to tcp 9112") == 2


def test_no_findings_are_said_to_be_none(sample: Sample) -> None:
    assert "Findings: none" in shown(replace(material(sample), findings=()))


def test_one_answer_lists_every_claim_with_broken_first(sample: Sample) -> None:
    out = io.StringIO()
    text.one_answer(material(sample), sample.answers[1], Console(file=out, width=120))
    lines = out.getvalue().splitlines()
    assert [line[2] for line in lines if line.startswith("  ") and line[2] in "✗?✓"] == ["✗", "✓"]
