"""`byoc rehearse poc` on a machine without an account: six answers, nothing broken, the audit folder whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from audit.model.snapshot import Snapshot
from audit.model.verdict import Verdict
from audit.questions import questions
from audit.report.diagrams import VIEWS

if TYPE_CHECKING:
    from conftest import Rehearsed, Run

FILES = {
    "contract.json",
    "snapshot",
    "graph.json",
    "graph.graphml",
    "answers.json",
    "findings.json",
    "run.json",
    "report.html",
    "report.md",
    "diagrams",
    "report.pdf",
}


def test_it_ends_with_0_and_prints_six_answers_the_cost_and_the_folder(poc_run: Run) -> None:
    assert poc_run.code == 0, poc_run.err
    for said in (*questions(), "Fixed, a month", "out/poc", "automq_config is a sample"):
        assert said in poc_run.out


def test_the_audit_folder_is_whole(poc_run: Run) -> None:
    folder = poc_run.folder
    assert {path.name for path in folder.iterdir()} == FILES
    Snapshot.read(folder / "snapshot")
    assert [path.name for path in folder.parent.iterdir()] == ["poc"]


def test_nothing_is_broken(poc_run: Run) -> None:
    folder = poc_run.folder
    answers = json.loads((folder / "answers.json").read_text())["answers"]
    assert {answer["question"] for answer in answers} == set(questions())
    broken = [claim["text"] for answer in answers for claim in answer["claims"] if claim["verdict"] == "broken"]
    assert broken == []


def test_no_secret_is_in_any_file_or_on_the_screen(poc_run: Run) -> None:
    texts = [path.read_text("utf-8", "replace") for path in poc_run.folder.rglob("*") if path.is_file()]
    assert not any("sample-not-a-secret" in text for text in [*texts, poc_run.out, poc_run.err])


def test_five_diagrams_name_the_boundary_and_its_flows(poc_run: Run) -> None:
    drawn = {path.name: path.read_text("utf-8") for path in (poc_run.folder / "diagrams").iterdir()}
    assert set(drawn) == {f"{view}.svg" for view in VIEWS}
    for word in ("data-bucket", "ops-bucket", "AutoMQ brokers", "S3 gateway endpoint", "SASL_SSL 9112"):
        assert word in drawn["data-flow.svg"]
    assert "deployer" in drawn["identity.svg"]
    assert "broker-group" in drawn["network.svg"]
    assert "kept 365 days" in drawn["logs-and-keys.svg"]


def test_what_the_emulator_could_not_answer_is_listed_as_such(poc: Rehearsed) -> None:
    refused = {f"{r.service}:{r.operation}" for r in poc.snapshot.records if r.unreadable is not None}
    assert refused <= set(poc.snapshot.manifest.emulated)


def test_what_rests_on_the_emulators_silence_never_holds(poc: Rehearsed) -> None:
    claims = [claim for answer in poc.judged().answers for claim in answer.claims]
    silent = [claim for claim in claims if claim.reason == "emulator_cannot_show"]
    assert silent
    assert {claim.verdict for claim in silent} == {Verdict.UNKNOWN}


def test_every_claim_that_holds_of_a_resource_cites_its_records(poc: Rehearsed) -> None:
    ids = {record.id for record in poc.snapshot.records}
    claims = [claim for answer in poc.judged().answers for claim in answer.claims]
    for claim in claims:
        assert set(claim.evidence) <= ids, claim.text
