"""What is signed: in-toto statements over digests (in-toto Attestation Framework, Statement v1)."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from audit.model.errors import DamagedError, EvidenceError

if TYPE_CHECKING:
    from typing import TypeVar

    Signed = TypeVar("Signed", bound="_Statement")

FORMAT = "byoc-bundle/1"
APPROVAL_FORMAT = "byoc-approval/1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
_DIGEST = r"^[0-9a-f]{64}$"
_VERSION = re.compile(r"byoc-(?:bundle|approval)/\d{1,9}")


class _Part(BaseModel):
    """Frozen; unknown fields of newer minor versions are kept."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)


class Digest(_Part):
    """A sha256 in hexadecimal."""

    sha256: str = Field(pattern=_DIGEST)


class Subject(_Part):
    """What a statement is about, by name and digest."""

    name: str
    digest: Digest


class Redaction(_Part):
    """That names were replaced: of which bundle this is the shareable form, and what it is judged otherwise in."""

    of: Digest = Field(description="the digest of the bundle that it was made from")
    judged_otherwise: tuple[str, ...] = Field(
        default=(), description="questions and policies that come to another verdict than in that bundle"
    )


class Predicate(_Part):
    """About a bundle: of what, of when, made with what, after which other bundle."""

    format: str = FORMAT
    environment: str
    account: str
    region: str
    taken_at: str = Field(description="when the snapshot was taken, ISO-8601 UTC")
    as_of: str = Field(description="the moment that the judging took for now, ISO-8601 UTC")
    versions: dict[str, str] = Field(description="of the kit, of Python and of the libraries that the kit asks for")
    previous: Digest | None = Field(default=None, description="the digest of the bundle before this one")
    redacted: Redaction | None = None


class Approval(_Part):
    """A reviewer's word on a bundle; ``after`` are the digests of the approvals that were there already."""

    format: str = APPROVAL_FORMAT
    by: str = Field(alias="as", description="who says it: a team or an office")
    question: str
    verdict: str
    note: str = ""
    date: str = Field(description="ISO-8601 UTC")
    after: tuple[Digest, ...] = ()


class _Statement(_Part):
    type: Literal["https://in-toto.io/Statement/v1"] = Field(default="https://in-toto.io/Statement/v1", alias="_type")
    subject: tuple[Subject, ...]

    def payload(self) -> bytes:
        """The bytes that are signed: JSON with sorted keys."""
        body = self.model_dump(mode="json", by_alias=True)
        return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    @property
    def digest(self) -> str:
        """The sha256 of what is signed: what others cite a bundle or an approval by, whoever signs it as well."""
        return hashlib.sha256(self.payload()).hexdigest()


class BundleStatement(_Statement):
    """The statement over every member of a bundle."""

    predicate_type: Literal["urn:automq-byoc-kit:bundle:1"] = Field(
        default="urn:automq-byoc-kit:bundle:1", alias="predicateType"
    )
    predicate: Predicate


class ApprovalStatement(_Statement):
    """A reviewer's statement: its only subject is the bundle, by the digest of the bundle's own statement."""

    predicate_type: Literal["urn:automq-byoc-kit:approval:1"] = Field(
        default="urn:automq-byoc-kit:approval:1", alias="predicateType"
    )
    predicate: Approval


def parse(model: type[Signed], payload: bytes, where: str) -> Signed:
    """The statement of a payload that stood at ``where``.

    Raises EvidenceError for one of a newer format, DamagedError for one that is otherwise than the kit writes it.
    """
    try:
        body = json.loads(payload)
        predicate = body.get("predicate") or {}
        version = predicate.get("format")
    except (ValueError, AttributeError, RecursionError) as error:
        raise DamagedError(where, "holds no statement") from error
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise DamagedError(where, "holds a statement of nothing that the kit knows")
    if version not in (FORMAT, APPROVAL_FORMAT):
        raise EvidenceError(f"{where} has format {version}, this kit reads {FORMAT}: use the kit that wrote it")
    try:
        found = model.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise DamagedError(where, f"holds a statement whose {place} is wrong ({first['msg']})") from error
    if found.payload() != payload:
        raise DamagedError(where, "holds a statement that is written otherwise than the kit writes it")
    return found
