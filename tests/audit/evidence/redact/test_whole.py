"""A redacted account is judged as the original is, and nothing in it tells whose it is."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from audit.evidence import keys
from audit.evidence.bundle import Bundle
from audit.evidence.redact.key import Pseudonyms
from audit.evidence.redact.whole import Inputs, Redactor
from audit.model.contract import BoundaryContract
from audit.model.errors import EvidenceError
from audit.model.snapshot import Snapshot
from audit.policy import load
from audit.policy.rule import Policy
from cli import bundling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Run

ACCOUNTS = Path(__file__).parents[3] / "accounts"
TOYS = sorted(place.parent for place in ACCOUNTS.glob("*/manifest.json"))
TOY = ACCOUNTS / "vendor-ec2-first"
SIGNED = re.compile(r"statement\.dsse\.json")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("redacted")
    keys.generate(made / "key")
    (made / "redact-key").write_bytes(b"k" * 32)
    return made


def write(place: Path, name: str, source: Path, **options: Any) -> Path:
    order = bundling.Order(redact=True, **{"redact_key": place / "redact-key", **options})
    bundling.write(place / name, source, bundling.Options(), keys.read_signer(place / "key"), order)
    return place / name


@pytest.mark.parametrize("toy", TOYS, ids=lambda toy: toy.name)
def test_every_toy_account_is_judged_the_same(place: Path, toy: Path) -> None:
    with Bundle(write(place, f"{toy.name}.zip", toy)) as bundle:
        redacted = bundle.statement.predicate.redacted
    assert redacted is not None
    assert redacted.judged_otherwise == ()


@pytest.fixture(scope="module")
def rehearsed(place: Path, poc_run: Run) -> Path:
    """The rehearsed poc stack's bundle without names."""
    return write(place, "poc.zip", poc_run.folder)


def test_a_rehearsed_account_is_judged_the_same(rehearsed: Path) -> None:
    with Bundle(rehearsed) as bundle:
        redacted = bundle.statement.predicate.redacted
        assert bundling.again(bundle) == []
    assert redacted is not None
    assert redacted.judged_otherwise == ()


def originals(folder: Path) -> Iterator[str]:
    """Account, names and addresses, found without the redactor's rules: by the answers' own fields and by shape."""
    text = "".join(file.read_text("utf-8") for file in sorted((folder / "snapshot").rglob("*.jsonl")))
    text += (folder / "contract.json").read_text("utf-8")
    fields = (
        "RoleName|UserName|PolicyName|InstanceProfileName|AlarmName|logGroupName|LaunchTemplateName|TopicArn|AliasArn"
    )
    fields += "|environment_id|BackupVaultName|AutoScalingGroupName|contact|team|Bucket|HostedZoneId|TrailARN|RoleArn"
    yield from re.findall(rf'"(?:{fields})": "([^"]+)"', text)
    yield from re.findall(r"\b\d{12}\b", text)
    yield from re.findall(r"\b(?:vpc|subnet|sg|i|eni|vpce|rtb|acl|igw|nat|vol|lt)-[0-9a-f]{8,17}\b", text)
    yield from re.findall(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", text)
    yield from re.findall(r"\b\d+\.\d+\.\d+\.\d+\b(?!/)", text)
    yield from re.findall(r"[\w.]+@[\w.]+", text)
    yield from ("env-poc", "env-poc.automq.private", "streaming-poc")


NOBODYS = re.compile(r"AWSServiceRoleFor.*|\*?|(0|127|169\.254)\..*|.*\$\{.*|default|[a-z]+")
"""Names of AWS's own, and names that are one word of everybody's."""


def test_no_name_and_no_address_is_left_in_any_byte(rehearsed: Path, poc_run: Run) -> None:
    found = {name for name in originals(poc_run.folder) if not NOBODYS.fullmatch(name)}
    assert len(found) > 200
    public = {f"policies/{policy.id}.yaml" for policy in load()}
    with zipfile.ZipFile(rehearsed) as read:
        texts = {name: name.encode() + read.read(name) for name in read.namelist() if name not in public}
    left = {name: member for name in found for member, text in texts.items() if _bounded(name.encode(), text)}
    # A private range mirrored within its block may be another's.
    assert {name: member for name, member in left.items() if not re.fullmatch(r"10\..*", name)} == {}
    assert len(left) <= 2


def _bounded(name: bytes, text: bytes) -> bool:
    return name in text and bool(re.search(rb"(?<![A-Za-z0-9])" + re.escape(name) + rb"(?![A-Za-z0-9])", text))


def test_the_same_key_gives_the_same_bundle_and_another_another(place: Path) -> None:
    one, same = write(place, "1.zip", TOY), write(place, "2.zip", TOY)
    (place / "other-key").write_bytes(b"o" * 32)
    other, thrown = (
        write(place, "3.zip", TOY, redact_key=place / "other-key"),
        write(place, "4.zip", TOY, redact_key=None),
    )
    assert one.read_bytes() == same.read_bytes()
    with Bundle(one) as first, Bundle(other) as second, Bundle(thrown) as third:
        accounts = {bundle.statement.predicate.account for bundle in (first, second, third)}
    assert len(accounts) == 3


def test_a_redacted_bundle_says_of_which_bundle_it_is(place: Path) -> None:
    bundling.write(
        place / "full.zip", TOY, bundling.Options(), keys.read_signer(place / "key"), bundling.Order()
    )  # fmt: skip
    of_folder, of_bundle = write(place, "f.zip", TOY), write(place, "b.zip", place / "full.zip")
    assert of_folder.read_bytes() == of_bundle.read_bytes()
    with Bundle(place / "full.zip") as full, Bundle(of_bundle) as bundle:
        redacted = bundle.statement.predicate.redacted
        assert redacted is not None
        assert redacted.of.sha256 == full.digest


def test_a_series_of_redacted_bundles_cites_redacted_ones(place: Path) -> None:
    first = write(place, "s1.zip", TOY)
    with Bundle(write(place, "s2.zip", TOY, previous=first)) as second, Bundle(first) as bundle:
        assert second.statement.predicate.previous is not None
        assert second.statement.predicate.previous.sha256 == bundle.digest
    with pytest.raises(EvidenceError, match="redact all of a series with one --redact-key"):
        write(place, "s3.zip", TOY, previous=first, redact_key=None)


def _inputs(*policies: Policy) -> Inputs:
    contract = BoundaryContract.read(TOY / "contract.json")
    return Inputs(Snapshot.read(TOY), contract, policies, ())


def test_a_policy_of_the_users_own_names_nobody_and_still_judges() -> None:
    (ours,) = (policy for policy in load() if policy.id == "C001")
    tags = {"environment": _inputs().contract.environment_id}
    body = ours.model_dump(mode="json", by_alias=True, exclude_unset=True) | {"id": "ACME001", "why": "env env-first"}
    body["applies_to"] = body["applies_to"] | {"tags": tags}
    own = Policy.model_validate(body)
    redactor = Redactor(_inputs(ours, own), Pseudonyms(b"k" * 32))
    kept, changed = redactor.inputs().policies
    assert kept == ours
    assert _inputs().contract.environment_id not in json.dumps(changed.model_dump(mode="json"))
    assert changed.applies_to is not None
    assert changed.applies_to.tags["environment"] == redactor.inputs().contract.environment_id


def test_a_name_that_would_still_show_stops_the_bundle() -> None:
    redactor = Redactor(_inputs(), Pseudonyms(b"k" * 32))
    name = next(name for name in redactor.originals if "automq" in name)
    with pytest.raises(EvidenceError, match=r"would still stand in report\.md \(character"):
        redactor.require_gone({"report.md": f"of {name}, it is said".encode()})
    redactor.require_gone({"report.md": b"nothing of the kind"})


def test_an_account_that_could_not_be_read_stays_unread() -> None:
    given = _inputs()
    refused = replace(given.snapshot.records[0], response=None, absent="NoSuchEntity")
    inputs = replace(given, snapshot=replace(given.snapshot, records=(refused,)))
    (record,) = Redactor(inputs, Pseudonyms(b"k" * 32)).inputs().snapshot.records
    assert (record.response, record.absent, record.operation) == (None, "NoSuchEntity", refused.operation)
