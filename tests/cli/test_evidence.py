"""byoc evidence, as a user types it: bundles of an account, checked, approved, in series, and what cannot be worked with."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml

from audit.evidence import compose, keys, members, versions
from audit.evidence.bundle import STATEMENT, Bundle
from audit.evidence.verification import Verification
from audit.model.snapshot import Record, Snapshot
from audit.policy import load
from cli import bundling, docs, walking

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conftest import Run

    Byoc = Callable[..., Any]

ACCOUNTS = Path(__file__).parents[1] / "accounts"
TOY = ACCOUNTS / "vendor-ec2-first"
TOKEN = "ghp_" + "a" * 36
BYOC = Path(sys.executable).with_name("byoc")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a pair of keys, a second one, and the bundle of a small account."""
    place = tmp_path_factory.mktemp("made")
    keys.generate(place / "key")
    keys.generate(place / "security")
    bundling.write(place / "b.zip", TOY, bundling.Options(), keys.read_signer(place / "key"), bundling.Order())
    return place


@pytest.fixture
def there(made: Path, here: Path) -> Path:
    """The same, to spoil, where one stands."""
    shutil.copytree(made, here, dirs_exist_ok=True)
    return here


def resigned(path: Path, change: Mapping[str, bytes] = {}, **about: Any) -> None:
    """The bundle with some members and words of the predicate otherwise, signed by its own key again."""
    with Bundle(path) as bundle:
        contents = {name: bundle.read(name) for name in bundle.digests} | dict(change)
        said = bundle.statement.predicate.model_copy(update=about)
    signer = keys.read_signer(path.parent / "key")
    compose.sealed(path, contents, compose.measured(contents), said, signer)


def valid(page: str, text: str) -> Any:
    found = json.loads(text)
    jsonschema.validate(found, json.loads(docs.PAGES[f"docs/schemas/{page}.schema.json"]()))
    return found


def test_from_a_pair_of_keys_to_a_checked_bundle(byoc: Byoc, here: Path) -> None:
    assert byoc("evidence", "keygen", "--out", "key").out.startswith("wrote key (keep it to yourself) and key.pub")
    written = byoc("evidence", "bundle", "--from", TOY, "--key", "key", "--out", "b.zip")
    assert (written.code, written.err) == (0, "")
    assert written.out.startswith("wrote b.zip: bundle ")
    ran = byoc("evidence", "verify", "b.zip", "--key", "key.pub")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0].startswith("ec2-first · account 111111111111 · ") or "account" in lines[0]
    assert "✓ integrity: every byte is as it was signed" in lines
    assert lines[-1] == "✓ judgement: the snapshot judged again gives the same graph, answers and findings"
    assert sorted(file.name for file in here.iterdir()) == ["b.zip", "key", "key.pub"]


def test_a_bundle_holds_all_that_was_judged_and_by_what(made: Path) -> None:
    with zipfile.ZipFile(made / "b.zip") as read:
        names = set(read.namelist())
        run = json.loads(read.read("run.json"))
        snapshot = {name: read.read(name) for name in names if name.startswith("snapshot/")}
    assert names >= {STATEMENT, *(row.name for row in members.ROWS), "policies/B001.yaml", "snapshot/manifest.json"}
    assert run["versions"]["networkx"]
    assert snapshot["snapshot/manifest.json"] == (TOY / "manifest.json").read_bytes()
    assert {name.removeprefix("snapshot/") for name in snapshot if name.endswith("jsonl")} == {
        file.relative_to(TOY).as_posix() for file in TOY.rglob("*.jsonl")
    }


def test_the_same_account_gives_the_same_bytes_in_another_process(byoc_process: Byoc, there: Path) -> None:
    for number in (1, 2):
        ran = byoc_process(
            *("evidence", "bundle", "--from", TOY, "--key", "key", "--out", f"{number}.zip"),
            cwd=there, env={"PYTHONHASHSEED": str(number)},
        )  # fmt: skip
        assert ran.code == 0, ran.err
    assert (there / "1.zip").read_bytes() == (there / "2.zip").read_bytes() == (there / "b.zip").read_bytes()


def test_a_changed_member_is_named_and_the_rest_is_not_judged(byoc: Byoc, there: Path) -> None:
    whole = (there / "b.zip").read_bytes()
    (there / "b.zip").write_bytes(whole.replace(b'"verdict": "broken"', b'"verdict": "holds!"', 1))
    ran = byoc("evidence", "verify", "b.zip", "--key", "key.pub", "--format", "json")
    found = valid("verification", ran.out)
    assert (ran.code, found["verdict"], found["judgement"]) == (1, "broken", "not_judged")
    assert [fault["where"] for fault in found["faults"]] == ["answers.json"]


def test_a_damaged_archive_is_broken_too(byoc: Byoc, there: Path) -> None:
    (there / "b.zip").write_bytes((there / "b.zip").read_bytes() + b"more")
    ran = byoc("evidence", "verify", "b.zip", "--key", "key.pub")
    assert (ran.code, ran.out.splitlines()[0]) == (1, "✗ integrity broken")
    assert "4 bytes after the archive's end" in ran.out


def test_other_words_under_the_same_versions_are_broken(byoc: Byoc, there: Path) -> None:
    with Bundle(there / "b.zip") as bundle:
        answers = json.loads(bundle.read("answers.json"))
    answers["answers"][0]["verdict"] = "holds" if answers["answers"][0]["verdict"] != "holds" else "broken"
    resigned(there / "b.zip", {"answers.json": json.dumps(answers).encode()})
    ran = byoc("evidence", "verify", "b.zip", "--key", "key.pub")
    assert ran.code == 1
    assert "✓ integrity" in ran.out
    assert "✗ judgement: the same versions judge the snapshot otherwise" in ran.out
    assert f"answers.json: {answers['answers'][0]['question']}: then " in ran.out


def test_other_words_of_another_version_are_unknown_and_never_called_tampered(byoc: Byoc, there: Path) -> None:
    with Bundle(there / "b.zip") as bundle:
        findings = json.loads(bundle.read("findings.json"))
    findings["policies"]["B001"] = "nothing_to_judge"
    then = {**versions.versions(), versions.KIT: "0.0.9", "networkx": "2.0"}
    resigned(there / "b.zip", {"findings.json": json.dumps(findings).encode()}, versions=then)
    ran = byoc("evidence", "verify", "b.zip", "--key", "key.pub")
    assert ran.code == 2
    assert f"? judgement: judged by 0.0.9, now {versions.versions()[versions.KIT]} (and 1 libraries" in ran.out
    assert "findings.json: B001: then nothing_to_judge, now " in ran.out
    assert "✗" not in ran.out


def test_another_version_that_judges_the_same_is_all_good(byoc: Byoc, there: Path) -> None:
    resigned(there / "b.zip", versions={**versions.versions(), versions.KIT: "0.0.9"})
    assert byoc("evidence", "verify", "b.zip", "--key", "key.pub").code == 0


def test_a_library_of_another_version_is_named(byoc: Byoc, there: Path) -> None:
    resigned(there / "b.zip", {"answers.json": b"{}"}, versions={**versions.versions(), "networkx": "2.0"})
    ran = byoc("evidence", "verify", "b.zip", "--key", "key.pub")
    assert (ran.code, "judged by networkx 2.0, now " in ran.out) == (2, True)


def test_a_statement_that_says_another_environment_than_the_members_is_broken(byoc: Byoc, there: Path) -> None:
    resigned(there / "b.zip", account="999999999999")
    ran = byoc("evidence", "verify", "b.zip", "--key", "key.pub")
    assert (ran.code, "the statement: says account 999999999999, the members say " in ran.out) == (1, True)


def test_integrity_alone_judges_nothing(byoc: Byoc, there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundling, "again", None)
    ran = byoc("evidence", "verify", "b.zip", "--key", "key.pub", "--integrity-only")
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "- judgement: not judged again")


def test_a_policy_in_a_bundle_is_data_and_runs_nothing(byoc: Byoc, there: Path) -> None:
    evil = f"!!python/object/apply:os.system ['touch {there}/ran']\n".encode()
    resigned(there / "b.zip", {"policies/EVIL001.yaml": evil})
    ran = byoc("evidence", "verify", "b.zip", "--key", "key.pub")
    assert (ran.code, "cannot be judged again: policies/EVIL001.yaml is no YAML" in ran.out) == (1, True)
    assert not (there / "ran").exists()


def test_own_policies_waivers_and_moment_travel_in_the_bundle(byoc: Byoc, there: Path) -> None:
    byoc("policy", "new", "ACME001", "own")
    byoc("check", "--from", TOY, "--format", "json")
    waived = [{"policy": "B001", "subject": "nothing", "reason": "agreed", "owner": "team", "until": "2030-01-01"}]
    (there / "waivers.yaml").write_text(yaml.safe_dump({"format": "byoc-waivers/1", "waivers": waived}))
    ran = byoc(
        *("evidence", "bundle", "--from", TOY, "--policies", "own", "--as-of", "2029-01-01T00:00:00Z"),
        *("--key", "key", "--out", "own.zip"),
    )
    assert ran.code == 0, ran.err
    shutil.rmtree(there / "own")
    (there / "waivers.yaml").unlink()
    assert byoc("evidence", "verify", "own.zip", "--key", "key.pub").code == 0
    with Bundle(there / "own.zip") as bundle:
        assert bundle.statement.predicate.as_of == "2029-01-01T00:00:00Z"
        assert {"policies/ACME001.yaml", "waivers.yaml"} <= bundle.digests.keys()
        assert members.read_waivers(bundle, members.read_policies(bundle))[0].reason == "agreed"


def test_the_policies_of_a_bundle_are_those_that_judged(made: Path) -> None:
    with Bundle(made / "b.zip") as bundle:
        assert members.read_policies(bundle) == load()


def test_an_audit_folder_is_bundled_as_of_the_moment_it_was_judged_for(byoc: Byoc, there: Path) -> None:
    byoc("audit", "--from", TOY, "--as-of", "2028-01-01T00:00:00Z", "--out", "out/later")
    ran = byoc("evidence", "bundle", "--key", "key", "--out", "later.zip")
    assert (ran.code, ran.err) == (0, "")
    with Bundle(there / "later.zip") as bundle:
        assert bundle.statement.predicate.as_of == "2028-01-01T00:00:00Z"
        assert bundle.read("answers.json") == (there / "out" / "later" / "answers.json").read_bytes()


def test_a_folder_that_was_judged_otherwise_is_said(byoc: Byoc, there: Path) -> None:
    byoc("audit", "--from", TOY, "--out", "out/old")
    (there / "out" / "old" / "answers.json").write_text("{}")
    ran = byoc("evidence", "bundle", "--key", "key", "--out", "old.zip")
    assert ran.code == 0
    assert "out/old/answers.json was judged otherwise" in ran.err


def test_every_judging_command_reads_a_bundle(byoc: Byoc, there: Path) -> None:
    for command in (["check"], ["ask", "owners"], ["contract", "show"], ["reach", "path", "internet", "broker-group"]):
        one, other = (byoc(*command, "--from", place, "--format", "json") for place in ("b.zip", TOY))
        if command[0] == "contract":
            one, other = (byoc(*command, "--from", place) for place in ("b.zip", TOY))
        assert (one.code, one.out) == (other.code, other.out), command
    ran = byoc("diff", "b.zip", TOY)
    assert (ran.code, "Nobody gained or lost anything." in ran.out) == (0, True)


def test_a_changed_bundle_is_judged_by_no_command(byoc: Byoc, there: Path) -> None:
    whole = (there / "b.zip").read_bytes()
    (there / "b.zip").write_bytes(
        whole.replace(b'"Statement', b'"Ztatement', 1).replace(b"DescribeVpcs", b"DescribeXpcs")
    )
    assert (
        "is not what was signed: take the bundle from where it was written" in byoc("check", "--from", "b.zip").sentence
    )


def test_approvals_are_listed_with_whether_their_key_is_known(byoc: Byoc, there: Path) -> None:
    given = ("--as", "Security", "--question", "owners", "--verdict", "broken", "--note", "ask the network team")
    ran = byoc("evidence", "approve", "b.zip", *given, "--key", "security", "--date", "2026-03-01T12:00:00+01:00")
    assert (ran.code, ran.out.startswith("Security on owners: broken, in b.zip, approval ")) == (0, True)
    unknown = byoc("evidence", "verify", "b.zip", "--key", "key.pub")
    assert (unknown.code, "not proven: the key was not given" in unknown.out) == (0, True)
    known = byoc("evidence", "verify", "b.zip", "--key", "key.pub", "--key", "security.pub", "--format", "json")
    (approved,) = valid("verification", known.out)["approvals"]
    assert (known.code, approved["signers"][0]["right"], approved["says"]["as"]) == (0, True, "Security")
    assert (approved["says"]["date"], approved["says"]["note"]) == ("2026-03-01T11:00:00Z", "ask the network team")


def test_without_a_date_an_approval_has_the_clocks(byoc: Byoc, there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "now", lambda: "2031-01-01T00:00:00Z")
    given = ("--as", "Security", "--question", "owners", "--verdict", "holds", "--key", "security", "--out", "c.zip")
    assert byoc("evidence", "approve", "b.zip", *given).code == 0
    with Bundle(there / "c.zip") as bundle:
        (approved,) = bundle.approvals()
    assert approved.statement.predicate.date == "2031-01-01T00:00:00Z"
    with Bundle(there / "b.zip") as bundle:
        assert list(bundle.approvals()) == []


def test_a_key_of_a_reviewer_does_not_stand_in_for_the_bundles(byoc: Byoc, there: Path) -> None:
    ran = byoc("evidence", "verify", "b.zip", "--key", "security.pub", "--key", "key.pub")
    assert (ran.code, "is not signed by the key that was given" in ran.out) == (1, True)


def test_a_series_is_told_and_misses_what_was_taken_out(byoc: Byoc, there: Path) -> None:
    for number, before in ((2, "b.zip"), (3, "2.zip")):
        args = ("--from", TOY, "--key", "key", "--previous", before, "--out", f"{number}.zip")
        assert byoc("evidence", "bundle", *args).code == 0
    ran = byoc("evidence", "history", ".", "--key", "key.pub", "--format", "json")
    found = valid("history", ran.out)
    assert (ran.code, [link["file"] for link in found["bundles"]]) == (0, ["b.zip", "2.zip", "3.zip"])
    unknown = byoc("evidence", "history", ".")
    assert (unknown.code, "give the public key with --key" in unknown.out) == (2, True)
    (there / "2.zip").unlink()
    broken = byoc("evidence", "history", ".", "--key", "key.pub")
    assert (broken.code, "3.zip: comes after bundle " in broken.out, "is missing" in broken.out) == (1, True, True)


@pytest.mark.parametrize("where", ["description", "tag"])
def test_a_secret_that_reached_a_snapshot_stops_the_bundle_and_is_not_told(
    byoc: Byoc, there: Path, snapshot: Path, contract: Callable[..., Path], where: str
) -> None:
    read = Snapshot.read(snapshot)
    odd = Record("111111111111", "us-east-1", "ec2", "DescribeVpcs", {where: 1}, {"Vpcs": [], where: f"x {TOKEN}"})
    shutil.rmtree(snapshot)
    snapshot.mkdir()
    Snapshot(read.manifest, (*read.records, odd)).write(snapshot)
    ran = byoc("evidence", "bundle", "--from", snapshot, "--contract", contract(), "--key", "key", "--out", "s.zip")
    assert "snapshot/111111111111/us-east-1/ec2.jsonl, line " in ran.sentence
    assert "looks like a secret (token)" in ran.sentence
    assert TOKEN not in ran.out + ran.err
    assert not (there / "s.zip").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("bundle", "--from", TOY, "--key", "key.pub", "--out", "n.zip"), r"key\.pub is a public key"),
        (("bundle", "--from", TOY, "--key", "nokey", "--out", "n.zip"), r"nokey cannot be read"),
        (("bundle", "--from", TOY, "--key", "key", "--out", "b.zip"), r"b\.zip exists and would be lost"),
        (("bundle", "--from", TOY, "--key", "key", "--out", "no/n.zip"), r"no/n\.zip cannot be written"),
        (("bundle", "--from", TOY, "--key", "key", "--out", "n.zip", "--previous", "key"), r"key is no bundle"),
        (("bundle", "--from", TOY, "--key", "key", "--out", "n.zip", "--redact-key", "key"), r"goes with --redact"),
        (("bundle", "--from", "b.zip", "--key", "key", "--out", "n.zip", "--policies", "."), r"drop --policies"),
        (("bundle", "--from", TOY, "--key", "key", "--out", "n.zip", "--redact", "--redact-key", "short"), r"has 5 bytes"),
        (("verify", "b.zip", "--key", "key"), r"key is a private key, and checking takes the public one: name key\.pub"),
        (("verify", "nowhere.zip", "--key", "key.pub"), r"nowhere\.zip cannot be read"),
        (("verify", "key", "--key", "key.pub"), r"key is no bundle"),
        (("verify", ".", "--key", "key.pub"), r"cannot be read \(Is a directory\)"),
        (("verify", "b.zip"), r"Missing option '--key'"),
        (("history", "empty"), r"empty holds no bundle"),
        (("history", "other"), r"x\.zip is no bundle"),
        (("keygen", "--out", "key"), r"key exists, and a key is never overwritten"),
        (
            ("approve", "b.zip", "--as", "S", "--question", "x", "--verdict", "holds", "--key", "key"),
            r"answers no question x: approve one of ",
        ),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence_and_changes_nothing(
    byoc: Byoc, there: Path, arguments: tuple[object, ...], says: str
) -> None:
    (there / "empty").mkdir()
    (there / "other").mkdir()
    (there / "other" / "x.zip").write_text("x")
    (there / "short").write_text("short")
    before = {file: file.read_bytes() for file in there.rglob("*") if file.is_file()}
    assert re.search(says, byoc("evidence", *arguments).sentence)
    assert {file: file.read_bytes() for file in there.rglob("*") if file.is_file()} == before


def test_an_audit_folder_that_lacks_a_file_is_not_bundled(byoc: Byoc, there: Path, snapshot: Path) -> None:
    next(snapshot.rglob("*.jsonl")).unlink()
    ran = byoc("evidence", "bundle", "--from", snapshot, "--key", "key", "--out", "n.zip")
    assert "lacks 111111111111/" in ran.sentence
    assert not (there / "n.zip").exists()


def test_a_clock_in_the_past_is_said(byoc: Byoc, there: Path) -> None:
    resigned(there / "b.zip", taken_at="2099-01-01T00:00:00Z")
    args = ("--from", TOY, "--key", "key", "--previous", "b.zip", "--out", "n.zip")
    assert "before it: set the clock of the machine that walks" in byoc("evidence", "bundle", *args).sentence
    assert not (there / "n.zip").exists()


def test_a_disk_that_is_full_leaves_the_bundle_that_was_there(there: Path) -> None:
    before = (there / "b.zip").read_bytes()
    approve = f"{BYOC} evidence approve b.zip --as S --question owners --verdict holds --key security"
    done = subprocess.run(
        ["/bin/sh", "-c", f"ulimit -f 64; exec {approve}"], cwd=there, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "b.zip cannot be written (File too large): make room" in done.stderr) == (3, True)
    assert (there / "b.zip").read_bytes() == before
    assert sorted(file.name for file in there.iterdir()) == ["b.zip", "key", "key.pub", "security", "security.pub"]


def test_a_snapshot_that_is_a_bomb_is_refused(byoc: Byoc, there: Path) -> None:
    with zipfile.ZipFile(there / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("manifest.json", bytes(100 << 20))
    assert "unpacks from " in byoc("check", "--from", "bomb.zip").sentence


def test_a_snapshot_whose_zip_is_damaged_is_one_sentence(byoc: Byoc, there: Path) -> None:
    with zipfile.ZipFile(there / "s.zip", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("manifest.json", (TOY / "manifest.json").read_bytes())
    whole = bytearray((there / "s.zip").read_bytes())
    whole[60] ^= 0xFF
    (there / "s.zip").write_bytes(whole)
    assert "manifest.json cannot be unpacked" in byoc("check", "--from", "s.zip").sentence


def test_a_verification_without_faults_says_so() -> None:
    assert Verification().verdict == "holds"


def test_a_rehearsal_is_bundled_and_checked(byoc: Byoc, there: Path, poc_run: Run) -> None:
    assert byoc("evidence", "bundle", "--from", poc_run.folder, "--key", "key", "--out", "poc.zip").code == 0
    assert byoc("evidence", "verify", "poc.zip", "--key", "key.pub").code == 0
