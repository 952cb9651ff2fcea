"""What is recognised wherever it stands: ARNs, ids, account numbers, addresses of every kind, names of AWS's DNS."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from audit.evidence.redact.addresses import Addresses
from audit.evidence.redact.words import REGION
from audit.questions.vendor_access import VENDOR_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.evidence.redact.key import Pseudonyms
    from audit.evidence.redact.words import Words

_PREFIXES = (
    "acl|aclassoc|ami|apigw|bgw|capacity|cagw|cgw|cr|cvpn-[a-z-]+|dopt|eigw|eipalloc|eipassoc|eni|eni-attach|fl|fs|fsap"
    "|fsmt|gtw|host|i|ieni|igw|ipam[a-z-]*|isa|ipvpc[a-z-]*|lgw[a-z-]*|lt|nat|nis|pcx|pl|r|rnat|rslvr-[a-z-]+|rtb"
    "|rtbassoc|sg|sgr|sir|snap|spot|subnet|subnet-cidr-assoc|svc|sn|rcfg|tgw|tgw-[a-z-]+|vai|vgw|vol|vpc|vpc-cidr-assoc"
    "|vpce|vpce-svc|vpcpeer|vpn|lattice|ri|apa|sgassoc|ssmi|mi"
)
_PART = r"[A-Za-z0-9*?_-]*|\$\{[^}]*\}"
_STRUCTURED = re.compile(
    rf"""(?P<arn>arn:[a-z*-]+:[A-Za-z0-9*?-]*:(?:{_PART}):(?:{_PART}):[^\s"'<>\\,()]*)
    |(?P<uuid>(?<![0-9a-fA-F])[0-9a-f]{{8}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{12}}(?![0-9a-fA-F]))
    |(?P<canonical>(?<![0-9a-zA-Z:])[0-9a-f]{{64}}(?![0-9a-zA-Z]))
    |(?P<id>(?<![A-Za-z0-9-])(?:{_PREFIXES})-[0-9a-f]{{8,17}}(?:-[0-9a-z]{{8}})?(?![0-9a-zA-Z]))
    |(?P<organized>(?<![A-Za-z0-9-])(?:o-[a-z0-9]{{10,32}}|ou-[0-9a-z]{{4,32}}-[a-z0-9]{{8,32}}|p-[0-9a-z]{{8,32}}
        |r-[0-9a-z]{{4}})(?![A-Za-z0-9-]))
    |(?P<unique>(?<![A-Za-z0-9])(?:A[BCGIKNPRS][A-Z]{{2}}|ASIA)[A-Z0-9]{{12,17}}(?![A-Za-z0-9]))
    |(?P<issuer>(?<=/id/)[0-9A-F]{{32}})
    |(?P<email>[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)
    |(?P<host>(?<![A-Za-z0-9-])(?:ip|ec2)-\d{{1,3}}-\d{{1,3}}-\d{{1,3}}-\d{{1,3}}(?![0-9]))
    |(?P<mac>(?<![0-9a-fA-F:])(?:[0-9a-f]{{2}}:){{5}}[0-9a-f]{{2}}(?![0-9a-fA-F:]))
    |(?P<six>(?<![0-9A-Za-z:.])[0-9A-Fa-f]{{0,4}}:[0-9A-Fa-f:]+(?:/\d{{1,3}})?(?![0-9A-Za-z:]))
    |(?P<four>(?<![\d.])(?:\d{{1,3}}\.){{3}}\d{{1,3}}(?:/\d{{1,2}})?(?![\d.]))
    |(?P<account>(?<![0-9A-Za-z])\d{{12}}(?![0-9A-Za-z]))
    |(?P<region>(?<![0-9A-Za-z]){REGION}(?![0-9A-Za-z]))""",
    re.VERBOSE,
)
_OF_AWS = re.compile(
    r"[A-Za-z0-9*._-]+\.(?:amazonaws\.com(?:\.cn)?|on\.aws|compute\.internal|ec2\.internal)(?![A-Za-z0-9-])"
)
_LABELS = frozenset(
    {
        *("amazonaws", "com", "cn", "on", "aws", "compute", "internal", "ec2", "elb", "s3", "vpce", "dualstack", "ecr"),
        *(
            "api",
            "dkr",
            "website",
            "fips",
            "kms",
            "logs",
            "sts",
            "sqs",
            "sns",
            "ssm",
            "eks",
            "rds",
            "lambda",
            "monitoring",
        ),
        *(
            "autoscaling",
            "secretsmanager",
            "ssmmessages",
            "ec2messages",
            "execute-api",
            "bucket",
            "accesspoint",
            "control",
        ),
    }
)
_TYPES = frozenset(
    {"hostedzone", "app", "net", "gwy", "autoScalingGroupName", "launchConfigurationName", "log-stream", "policyName"}
)
"""Words in the middle of an ARN that say what the next one is."""
_WHOLE = {"s3", "sns", "sqs"}
"""Services whose resources have no type before their name."""


class Structured:
    """Replaces what is recognised; all between it is the caller's."""

    def __init__(self, pseudonyms: Pseudonyms, words: Words) -> None:
        self._pseudonyms, self._words = pseudonyms, words
        self.address = Addresses(pseudonyms).replaced
        self.account = cache(self._account)
        self.seen: dict[str, str] = {}

    def replaced(self, text: str, between: Callable[[str], str]) -> str:
        """A text with each of these replaced, and what stands between them as ``between`` gives it."""
        parts, place = [], 0
        for found in _STRUCTURED.finditer(text):
            parts += [between(text[place : found.start()]), self._one(found.lastgroup or "", found.group())]
            place = found.end()
        return "".join([*parts, between(text[place:])])

    def name(self, text: str) -> str:
        """A name, a path, a domain or a URL, word by word."""
        parts, place = [], 0
        for found in _OF_AWS.finditer(text):
            parts += [self.replaced(text[place : found.start()], self._words.replaced), self._domain(found.group())]
            place = found.end()
        return "".join([*parts, self.replaced(text[place:], self._words.replaced)])

    def _domain(self, domain: str) -> str:
        labels = domain.split(".")
        return ".".join(
            label if label in _LABELS or label == "*" else self.replaced(label, self._words.replaced)
            for label in labels
        )

    def _account(self, number: str) -> str:
        return number if number == VENDOR_ACCOUNT or not number.strip("0") else self._pseudonyms.digits(number)

    def _one(self, kind: str, text: str) -> str:
        found: str = getattr(self, f"_of_{kind}")(text)
        if found != text and kind != "arn":
            self.seen[text] = found
        return found

    def _of_arn(self, arn: str) -> str:
        start, partition, service, region, account, resource = arn.split(":", 5)
        if account in {"aws", "amazon"}:
            return arn
        number = self.account(account) if account.isdigit() else account
        return ":".join((start, partition, service, region, number, self._resource(service, resource)))

    def _resource(self, service: str, resource: str) -> str:
        if service in _WHOLE or not re.search(r"[:/]", resource):
            return self.name(resource)
        kind, separator, rest = re.split(r"([:/])", resource, maxsplit=1)
        pieces = re.split(r"([:/])", rest)
        return kind + separator + "".join(piece if piece in _TYPES else self.name(piece) for piece in pieces)

    def _of_uuid(self, text: str) -> str:
        found = self._pseudonyms.hexadecimal(text.replace("-", ""))
        return "-".join((found[:8], found[8:12], found[12:16], found[16:20], found[20:]))

    def _of_canonical(self, text: str) -> str:
        return self._pseudonyms.hexadecimal(text)

    def _of_id(self, text: str) -> str:
        found = re.fullmatch(r"([a-z-]+?)-([0-9a-f]{8,17})(?:-([0-9a-z]{8}))?", text)
        if found is None:
            return self._words.replaced(text)
        more = f"-{self._pseudonyms.hexadecimal(found[3])}" if found[3] else ""
        return f"{found[1]}-{self._pseudonyms.hexadecimal(found[2])}{more}"

    def _of_organized(self, text: str) -> str:
        return re.sub(r"(?<=-)[0-9a-z]+", lambda one: self._pseudonyms.hexadecimal(one.group()), text)

    def _of_unique(self, text: str) -> str:
        return text[:4] + self._pseudonyms.capitals(text[4:])

    def _of_issuer(self, text: str) -> str:
        return self._pseudonyms.hexadecimal(text).upper()

    def _of_email(self, text: str) -> str:
        return self._words.replaced(text)

    def _of_host(self, text: str) -> str:
        kind, _, address = text.partition("-")
        try:
            return f"{kind}-{self.address(address.replace('-', '.')).replace('.', '-')}"
        except ValueError:
            return self._words.replaced(text)

    def _of_mac(self, text: str) -> str:
        found = self._pseudonyms.hexadecimal(text.replace(":", ""))
        return ":".join(["02", *(found[place : place + 2] for place in range(2, 12, 2))])

    def _of_six(self, text: str) -> str:
        try:
            return self.address(text)
        except ValueError:
            return text

    _of_four = _of_six

    def _of_account(self, text: str) -> str:
        return self.account(text)

    def _of_region(self, text: str) -> str:
        return text
