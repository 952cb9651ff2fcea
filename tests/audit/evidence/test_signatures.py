"""Who signed, and what that is worth: envelopes, statements, approvals."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from evidence_bundles import MEMBERS, OURS, SECURITY, STRANGER, about, faults
from securesystemslib.dsse import Envelope

from audit.evidence import envelope
from audit.evidence.bundle import STATEMENT, Bundle
from audit.evidence.layout import Entry, tail
from audit.evidence.statement import PAYLOAD_TYPE, BundleStatement, parse
from audit.evidence.writing import measure
from audit.model.errors import DamagedError, EvidenceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from evidence_bundles import Bundles
    from securesystemslib.signer import Signer


def rewritten(path: Path, name: str, content: bytes | None) -> Path:
    """The archive with one member exchanged or taken out, headers and directory as they ought to be then."""
    with Bundle(path) as bundle:
        members = {entry.name: bundle.archive.read(entry) for entry in bundle.archive.entries}
    members = {key: value for key, value in (members | {name: content}).items() if value is not None}
    whole, entries = b"", []
    for member, text in members.items():
        found = measure(iter([text]))
        entries.append(entry := Entry(member, found.size, found.crc, len(whole)))
        whole += entry.header() + text
    path.write_bytes(whole + tail(entries))
    return path


def resealed(path: Path, change: Callable[[dict[str, Any]], Any], *signers: Signer) -> Path:
    """A bundle whose statement says otherwise, signed by these."""
    with Bundle(path) as bundle:
        body = json.loads(bundle.envelope.payload)
    change(body)
    made = Envelope(json.dumps(body, sort_keys=True, separators=(",", ":")).encode(), PAYLOAD_TYPE, {})
    for signer in signers:
        made.sign(signer)
    return rewritten(path, STATEMENT, envelope._text(made))


def test_the_envelope_and_the_statement_are_the_fields_own(bundles: Bundles) -> None:
    with Bundle(bundles.write()) as bundle:
        content = bundle.archive.read(bundle.entries[STATEMENT])
    found = json.loads(content)
    assert found["payloadType"] == "application/vnd.in-toto+json"
    statement = json.loads(base64.b64decode(found["payload"]))
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "urn:automq-byoc-kit:bundle:1"
    assert [subject["name"] for subject in statement["subject"]] == sorted(MEMBERS)
    assert all(len(subject["digest"]["sha256"]) == 64 for subject in statement["subject"])


def test_a_bundle_that_another_key_signed_is_not_the_givens(bundles: Bundles) -> None:
    ((where, what),) = faults(bundles.write(signer=STRANGER), OURS.public_key)
    assert where == STATEMENT
    assert f"not signed by the key that was given, but by {STRANGER.public_key.keyid}" in what


def test_a_second_signature_by_an_unknown_key_is_told_and_does_no_harm(bundles: Bundles) -> None:
    path = resealed(bundles.write(), lambda _: None, OURS, STRANGER)
    assert faults(path, OURS.public_key) == []
    with Bundle(path) as bundle:
        found = envelope.signers(bundle.envelope, [OURS.public_key])
    assert found == {OURS.public_key.keyid: True, STRANGER.public_key.keyid: None}


def test_a_forged_signature_is_found(bundles: Bundles) -> None:
    path = bundles.write()
    with Bundle(path) as bundle:
        body = json.loads(bundle.archive.read(bundle.entries[STATEMENT]))
    body["signatures"][0]["sig"] = base64.b64encode(bytes(64)).decode()
    rewritten(path, STATEMENT, (json.dumps(body, sort_keys=True, separators=(",", ":")) + "\n").encode())
    assert (STATEMENT, f"has a wrong signature of {OURS.public_key.keyid}") in faults(path)


def test_a_statement_of_other_digests_under_the_old_signature_is_found(bundles: Bundles) -> None:
    path = bundles.write()
    with Bundle(path) as bundle:
        old = json.loads(bundle.archive.read(bundle.entries[STATEMENT]))
    rewritten(path, "policies/B001.yaml", b"id: B002\n")

    def exchange(body: dict[str, Any]) -> None:
        body["subject"][2]["digest"]["sha256"] = measure(iter([b"id: B002\n"])).sha256

    resealed(path, exchange, OURS)
    with Bundle(path) as bundle:
        new = json.loads(bundle.archive.read(bundle.entries[STATEMENT]))
    new["signatures"] = old["signatures"]
    rewritten(path, STATEMENT, (json.dumps(new, sort_keys=True, separators=(",", ":")) + "\n").encode())
    assert [where for where, _ in faults(path)] == [STATEMENT]


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"null", b'{"payload": 1}', b"[" * 100_000, b"\xff\xfe",
     b'{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[]}\n'],
)  # fmt: skip
def test_what_is_no_statement_is_damage(bundles: Bundles, content: bytes) -> None:
    with pytest.raises(DamagedError) as raised:
        Bundle(rewritten(bundles.write(), STATEMENT, content))
    assert raised.value.where == STATEMENT


def test_an_envelope_written_otherwise_is_damage_though_it_means_the_same(bundles: Bundles) -> None:
    path = bundles.write()
    with Bundle(path) as bundle:
        content = bundle.archive.read(bundle.entries[STATEMENT])
    assert faults(rewritten(path, STATEMENT, content.replace(b'","', b'", "'))) == [
        (STATEMENT, "is written otherwise than the kit writes it")
    ]


def test_a_bundle_of_a_newer_format_is_no_damage(bundles: Bundles) -> None:
    path = resealed(bundles.write(), lambda body: body["predicate"].update(format="byoc-bundle/9"), OURS)
    with pytest.raises(
        EvidenceError, match=r"has format byoc-bundle/9, this kit reads byoc-bundle/1: use the kit"
    ) as raised:
        Bundle(path)
    assert not isinstance(raised.value, DamagedError)


def test_unknown_fields_of_a_newer_minor_version_are_kept(bundles: Bundles) -> None:
    path = resealed(bundles.write(), lambda body: body["predicate"].update(weather="fine"), OURS)
    assert faults(path) == []
    with Bundle(path) as bundle:
        assert bundle.statement.model_dump(by_alias=True)["predicate"]["weather"] == "fine"


@pytest.mark.parametrize("change", [{"subject": 1}, {"predicateType": "urn:x"}, {"_type": "x"}])
def test_a_statement_that_lacks_its_form_is_damage(change: dict[str, Any]) -> None:
    body = json.loads(BundleStatement(subject=(), predicate=about()).payload()) | change
    with pytest.raises(DamagedError, match=f"whose {next(iter(change))}"):
        parse(BundleStatement, json.dumps(body).encode(), "s")


def test_the_digest_of_a_bundle_is_the_same_whoever_signs(bundles: Bundles) -> None:
    bundles.write("a.zip")
    bundles.write("b.zip", signer=STRANGER)
    assert len(set(bundles.made.values())) == 1


def test_an_approval_leaves_what_was_signed_before_as_it_was(bundles: Bundles) -> None:
    path = bundles.write()
    before = path.read_bytes()
    with Bundle(path) as bundle:
        digest, end = bundle.digest, bundle.archive.entries[-1].end
    bundles.approve(bundles.approve(path), STRANGER)
    assert path.read_bytes()[:end] == before[:end]
    assert faults(path, OURS.public_key, SECURITY.public_key) == []
    with Bundle(path) as bundle:
        assert bundle.digest == digest
        one, two = bundle.approvals()
    assert one.statement.subject[0].digest.sha256 == digest
    assert one.signers([SECURITY.public_key]) == {SECURITY.public_key.keyid: True}
    assert two.signers([SECURITY.public_key]) == {STRANGER.public_key.keyid: None}


def test_an_approval_taken_from_another_bundle_is_found(bundles: Bundles) -> None:
    other = bundles.approve(bundles.write("other.zip", environment="env-other"))
    with Bundle(other) as bundle:
        stolen = bundle.archive.read(bundle.entries["approvals/0001.dsse.json"])
        digest = bundle.digest
    path = rewritten(bundles.write(), "approvals/0001.dsse.json", stolen)
    assert faults(path) == [("approvals/0001.dsse.json", f"approves another bundle ({digest})")]


def test_an_approval_that_was_taken_out_is_missed_by_the_next(bundles: Bundles) -> None:
    path = bundles.approve(bundles.approve(bundles.write()), question="bucket_owner", verdict="unknown")
    rewritten(path, "approvals/0001.dsse.json", None)
    ((where, what),) = faults(path)
    assert (where, "was given after other approvals" in what) == ("approvals/0002.dsse.json", True)


def test_an_approval_signed_wrongly_by_a_known_key_is_found(bundles: Bundles) -> None:
    path = bundles.approve(bundles.write())
    with Bundle(path) as bundle:
        body = json.loads(bundle.archive.read(bundle.entries["approvals/0001.dsse.json"]))
    body["signatures"][0]["sig"] = base64.b64encode(bytes(64)).decode()
    text = json.dumps(body, sort_keys=True, separators=(",", ":")) + "\n"
    rewritten(path, "approvals/0001.dsse.json", text.encode())
    known = (OURS.public_key, SECURITY.public_key)
    assert faults(path, *known) == [
        ("approvals/0001.dsse.json", f"has a wrong signature of {SECURITY.public_key.keyid}")
    ]


def test_a_reviewer_does_not_sign_what_was_changed(bundles: Bundles) -> None:
    path = rewritten(bundles.write(), "policies/B001.yaml", b"id: B002\n")
    before = path.read_bytes()
    with pytest.raises(DamagedError, match=r"policies/B001\.yaml was changed"):
        bundles.approve(path)
    assert path.read_bytes() == before


def test_a_question_that_the_bundle_does_not_answer(bundles: Bundles) -> None:
    with pytest.raises(EvidenceError, match=r"answers no question weather: approve one of owners, bucket_owner"):
        bundles.approve(bundles.write(), question="weather")


def test_a_note_has_a_limit_and_no_secrets(bundles: Bundles) -> None:
    path = bundles.write()
    with pytest.raises(EvidenceError, match=r"the note has 10,001 characters, it can have 10,000: shorten it"):
        bundles.approve(path, note="x" * 10_001)
    with pytest.raises(EvidenceError, match=r"looks like a secret \(token\)"):
        bundles.approve(path, note="ghp_" + "a" * 36)
    assert faults(path) == []


def test_an_approval_that_nobody_signed_is_worth_nothing(bundles: Bundles) -> None:
    path = bundles.approve(bundles.write())
    with Bundle(path) as bundle:
        body = json.loads(bundle.archive.read(bundle.entries["approvals/0001.dsse.json"]))
    body["signatures"] = []
    text = json.dumps(body, sort_keys=True, separators=(",", ":")) + "\n"
    assert faults(rewritten(path, "approvals/0001.dsse.json", text.encode())) == [
        ("approvals/0001.dsse.json", "is signed by nobody")
    ]
