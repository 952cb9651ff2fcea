"""A small bundle of a few members, without a snapshot to judge: what integrity, signatures and series are tried on."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner

from audit.evidence import approval, compose, integrity
from audit.evidence.bundle import Bundle
from audit.evidence.statement import Approval, Digest, Predicate
from audit.model.errors import DamagedError, EvidenceError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from securesystemslib.signer import Key, Signer

ANSWERS = {"answers": [{"question": "owners", "verdict": "holds"}, {"question": "bucket_owner", "verdict": "unknown"}]}
MEMBERS = {
    "answers.json": json.dumps(ANSWERS).encode(),
    "policies/B001.yaml": b"id: B001\n",
    "snapshot/manifest.json": b"{}\n",
    "empty.txt": b"",
}


def signer_of(seed: str) -> Signer:
    """A key that is the same in every run."""
    return CryptoSigner(Ed25519PrivateKey.from_private_bytes(seed.encode().ljust(32, b"-")))


OURS, SECURITY, STRANGER = map(signer_of, ("ours", "security", "stranger"))


def about(**changes: Any) -> Predicate:
    body = {
        "environment": "env-toy",
        "account": "111111111111",
        "region": "us-east-1",
        "taken_at": "2026-01-01T00:00:00Z",
        "as_of": "2026-01-01T00:00:00Z",
        "versions": {"automq-byoc-kit": "0.1.0"},
    }
    return Predicate.model_validate({**body, **changes})


@dataclass
class Bundles:
    """Writes small bundles."""

    folder: Path
    made: dict[str, str] = field(default_factory=dict)

    def write(
        self, name: str = "b.zip", members: Mapping[str, bytes] = MEMBERS, *, signer: Signer = OURS,
        after: str | None = None, **changes: Any,
    ) -> Path:  # fmt: skip
        """A bundle; ``after`` is the name of the one before."""
        target = self.folder / name
        said = about(**changes)
        if after is not None:
            said = said.model_copy(update={"previous": Digest(sha256=self.made[after])})
        self.made[name] = compose.sealed(target, members, compose.measured(members), said, signer).digest
        return target

    def approve(self, bundle: Path, signer: Signer = SECURITY, **changes: str) -> Path:
        """The same file with one approval more."""
        body = {"as": "Security", "question": "owners", "verdict": "holds", "date": "2026-02-01T00:00:00Z", **changes}
        with Bundle(bundle) as opened:
            approval.approve(opened, Approval.model_validate(body), signer, bundle)
        return bundle


def faults(path: Path, *keys: Key) -> list[tuple[str, str]]:
    """What is wrong with a bundle: where and what; one that is refused outright is wrong as a whole."""
    try:
        with Bundle(path) as bundle:
            found = [*integrity.faults(bundle), *integrity.unsigned(bundle, keys or (OURS.public_key,))]
    except DamagedError as error:
        return [(error.where, error.what)]
    except EvidenceError as error:
        return [("refused", str(error))]
    return [(fault.where, fault.what) for fault in found]
