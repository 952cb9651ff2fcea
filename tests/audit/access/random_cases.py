"""Random cases of ``simulate`` that reach every layer and operator, from a seed."""

from __future__ import annotations

import copy
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

A, B = "111111111111", "222222222222"
APP, LINKED = f"arn:aws:iam::{A}:role/app", f"arn:aws:iam::{A}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
SESSION, USER, ROOT = (
    f"arn:aws:sts::{A}:assumed-role/app/s1",
    f"arn:aws:iam::{A}:user/team/alice",
    f"arn:aws:iam::{A}:root",
)
FEDERATED = f"arn:aws:sts::{A}:federated-user/fed"
ABROAD = [
    f"arn:aws:iam::{B}:role/x",
    f"arn:aws:sts::{B}:assumed-role/x/s1",
    f"arn:aws:iam::{B}:user/bob",
    f"arn:aws:iam::{B}:root",
]
SERVICES = ["logs.amazonaws.com", "ec2.amazonaws.com"]
SAML, OIDC = f"arn:aws:iam::{A}:saml-provider/corp", f"arn:aws:iam::{A}:oidc-provider/idp.example.com"
PRINCIPALS = [APP, APP, APP, SESSION, SESSION, USER, USER, ROOT, FEDERATED, LINKED, *ABROAD, *SERVICES, None]
KEY, ROLE = f"arn:aws:kms:us-east-1:{A}:key/k1", f"arn:aws:iam::{A}:role/target"

REQUESTS: list[tuple[str, list[str]]] = [
    ("s3:GetObject", ["arn:aws:s3:::data/a", "arn:aws:s3:::data/alice/x:y", "arn:aws:s3:::other/a"]),
    ("s3:GetObject", ["arn:aws:s3:::data/team-1/x", "arn:aws:s3:::data/*"]),
    ("s3:ListBucket", ["arn:aws:s3:::data"]),
    ("s3:PutBucketPolicy", ["arn:aws:s3:::data"]),
    ("kms:Decrypt", [KEY]),
    ("kms:Decrypt", [KEY]),
    ("kms:DescribeKey", [KEY]),
    ("kms:ScheduleKeyDeletion", [KEY]),
    ("kms:RetireGrant", [KEY]),
    ("kms:CreateGrant", [KEY]),
    ("kms:ListKeys", ["*"]),
    ("sts:AssumeRole", [ROLE]),
    ("sts:TagSession", [ROLE]),
    ("sts:AssumeRoleWithSAML", [ROLE]),
    ("sts:AssumeRoleWithWebIdentity", [ROLE]),
    ("secretsmanager:GetSecretValue", [f"arn:aws:secretsmanager:us-east-1:{A}:secret:s-AbCdEf"]),
    ("sqs:SendMessage", [f"arn:aws:sqs:us-east-1:{A}:q"]),
    ("sqs:DeleteQueue", [f"arn:aws:sqs:us-east-1:{A}:q"]),
    ("sns:Publish", [f"arn:aws:sns:eu-west-1:{A}:t"]),
    ("ec2:DescribeInstances", ["*"]),
]
IDENTITIES = {
    "sts:AssumeRoleWithSAML": [SAML],
    "sts:AssumeRoleWithWebIdentity": [OIDC, "cognito-identity.amazonaws.com"],
}

# Values of the request by key; each is also what policies compare with.
VALUES: dict[str, list[Any]] = {
    "aws:SourceVpce": ["vpce-1", "vpce-2", "VPCE-1", "vpce-*"],
    "aws:PrincipalTag/team": ["team-1", "team-2", "", ["team-1", "team-2"]],
    "aws:PrincipalOrgID": ["o-1", "o-2"],
    "aws:TagKeys": [["a"], ["a", "b"], ["b", "c"], [], ""],
    "aws:RequestTag/a": ["1", "2"],
    "aws:ResourceTag/team": ["team-1", "team-2"],
    "aws:SourceIp": ["10.1.2.3", "203.0.113.7", "2001:db8::7", "no-address"],
    "aws:MultiFactorAuthAge": [5, "300", "3e2", "12.5", "old"],
    "aws:CurrentTime": ["2026-01-01T00:00:00Z", "2026-06-01T12:00:00+02:00", "1767225600", "2026-06-01"],
    "aws:SecureTransport": [True, False, "true", "TRUE"],
    "aws:SourceArn": [
        f"arn:aws:sns:eu-west-1:{A}:t",
        f"arn:aws:s3:::{B}",
        "no arn",
        f"arn:aws:logs:us-east-1:{A}:log-group:g:x",
    ],
    "aws:SourceAccount": [A, B],
    "sts:ExternalId": ["secret-1", "secret-2"],
    "saml:aud": ["https://signin.aws.amazon.com/saml", "else"],
    "idp.example.com:sub": ["repo:o/r:ref", "repo:o/x:ref"],
    "kms:EncryptionContext:bucket": ["data", "other"],
    "kms:EncryptionContext:Zone": ["1"],
    "x:Blob": ["YWJj", "YWJk"],
}
VARIABLES = [
    "${aws:username}",
    "${aws:PrincipalTag/team}",
    "${aws:PrincipalTag/team, 'team-1'}",
    "${aws:PrincipalTag/none, 'vpce-1'}",
]
ODDITIES = ["${*}", "${?}", "${$}{aws:username}", "vpce-${*}", "${aws:PrincipalAccount}", "${aws:nothing}"]
STRINGS = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
]
ARNS = ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"]
ORDER = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"]


def seeded(seed: int) -> Random:
    """Where the cases come from."""
    return Random(seed)  # noqa: S311 not for secrets


def case(random: Random, conditions: float = 0.35) -> dict[str, Any]:
    """One case; every document of it was read. ``conditions``: how many cases are rich in conditions."""
    action, resources = random.choice(REQUESTS)
    principal = random.choice(PRINCIPALS)
    if action in IDENTITIES and random.random() < 0.7:
        principal = random.choice(IDENTITIES[action])
    if random.random() < 0.05:
        action = action.swapcase()[:1] + action[1:]
    made: dict[str, Any] = {"id": "x", "principal": principal, "action": action, "resource": random.choice(resources)}
    made |= {"resource_account": A if random.random() < 0.95 else B}
    maker = _Maker(random, made, conditions)
    made["context"] = maker.context()
    made |= {name: content for name, content in maker.layers() if content is not None}
    return made


def statement(random: Random, made: dict[str, Any], kind: str = "") -> dict[str, Any]:
    """A statement for a case; kind is resource, endpoint, rcp, or none for a policy without principals."""
    return _Maker(random, made).statement(kind)


def policy(random: Random, made: dict[str, Any], kind: str = "") -> dict[str, Any]:
    """A policy for a case."""
    return _Maker(random, made).policy(kind)


class _Maker:
    """The parts of one case."""

    def __init__(self, random: Random, made: dict[str, Any], conditions: float = 0.35) -> None:
        self.random, self.made = random, made
        self.service = made["action"].partition(":")[0].lower()
        # What S3 makes of conditional denials under Block Public Access no page says: there are none then.
        self.blocks = random.random() < 0.15
        self.tense = random.random() < conditions  # how many statements hold conditions

    def layers(self) -> Iterator[tuple[str, Any]]:
        some = self.random.random
        yield "identity", self.policies(2) if some() < 0.85 else None
        yield "boundary", self.policies(1) if some() < 0.25 else None
        yield "session", self.policy() if some() < 0.25 else None
        yield "resource_policy", self.policy("resource") if some() < 0.65 else None
        yield "scp", [self.policies(2) for _ in range(self.random.randint(1, 2))] if some() < 0.2 else None
        yield "rcp", [[self.policy("rcp")]] if some() < 0.15 else None
        yield "endpoint", [self.policy("endpoint")] if some() < 0.15 else None
        yield (
            "grants",
            [self.grant() for _ in range(self.random.randint(1, 2))]
            if self.service == "kms" and some() < 0.4
            else None,
        )
        yield "block_public_access", {"RestrictPublicBuckets": some() < 0.7} if self.blocks else None

    def context(self) -> dict[str, Any]:
        keys = [key for key in VALUES if self.random.random() < 0.45]
        found = {self.cased(key): self.random.choice(VALUES[key]) for key in keys}
        if self.random.random() < 0.05:
            found["aws:PrincipalArn"] = USER
        return found

    def cased(self, key: str) -> str:
        return key if self.random.random() < 0.9 else key.upper()

    def policies(self, most: int) -> list[dict[str, Any]]:
        return [self.policy() for _ in range(self.random.randint(1, most))]

    def policy(self, kind: str = "") -> dict[str, Any]:
        statements: Any = [self.statement(kind) for _ in range(self.random.choice([1, 1, 2, 3]))]
        if len(statements) == 1 and self.random.random() < 0.3:
            statements = statements[0]
        version = self.random.choice(["2012-10-17"] * 8 + ["2008-10-17", None])
        return {"Statement": statements} if version is None else {"Version": version, "Statement": statements}

    def statement(self, kind: str) -> dict[str, Any]:
        chance = self.random.random
        denies = kind == "rcp" or chance() < 0.18
        made: dict[str, Any] = {"Effect": "Deny" if denies else "Allow"}
        self.actions(made)
        if not (kind == "resource" and self.service == "sts"):
            self.resources(made)
        if kind:
            self.principals(made, kind)
        plainly = kind == "resource" and self.blocks
        if chance() < (0.6 if denies or self.tense else 0.25) and not plainly:
            made["Condition"] = self.conditions()
        return made

    def actions(self, made: dict[str, Any]) -> None:
        action, name = self.made["action"], self.made["action"].partition(":")[2]
        good = [
            "*",
            f"{self.service}:*",
            action,
            f"{self.service}:{name[:3]}*",
            f"{self.service.upper()}:{name.lower()}",
            [action, "x:Y"],
        ]
        bad = ["x:*", f"{self.service}:Zap", f"{self.service}:?", [f"{self.service}:Zap", "x:Y"]]
        contrary = self.random.random() < 0.15
        made["NotAction" if contrary else "Action"] = self.random.choice(
            bad if contrary is (self.random.random() < 0.85) else good
        )

    def resources(self, made: dict[str, Any]) -> None:
        resource = self.made["resource"]
        head, _, tail = resource.rpartition("/") if "/" in resource else resource.rpartition(":")
        sign = "/" if "/" in resource else ":"
        good = ["*", resource, ["arn:aws:s3:::nothing", resource]]
        if resource != "*":
            good += [
                f"{head}{sign}*",
                f"{head}{sign}{'?' * len(tail)}",
                f"{head[:-1]}?{sign}{tail}",
                f"{head}{sign}{tail[:1]}*",
            ]
            good += [f"arn:aws:s3:::data/{one}/*" for one in VARIABLES] + [
                "arn:aws:s3:::data/${*}",
                "arn:aws:s3:::data/${?}",
            ]
        bad = [
            "arn:aws:s3:::nothing/*",
            f"{head.upper()}{sign}{tail}" if head else "arn:aws:s3:::no",
            f"arn:aws:s3:::data/{VARIABLES[0]}",
        ]
        bad = [one for one in bad if one.startswith(("arn:", "*"))]
        contrary = self.random.random() < 0.12
        made["NotResource" if contrary else "Resource"] = self.random.choice(
            bad if contrary is (self.random.random() < 0.85) else good
        )

    def principals(self, made: dict[str, Any], kind: str) -> None:
        caller = self.made["principal"]
        if kind == "rcp":
            made["Principal"] = "*"
        elif made["Effect"] == "Deny" and kind == "resource" and self.random.random() < 0.4:
            made["NotPrincipal"] = self.random.choice(
                [
                    {"AWS": [ROOT, APP]},
                    {"AWS": [ROOT, SESSION, APP]},
                    {"AWS": A},
                    {"Service": SERVICES[0]},
                    {"AWS": [f"arn:aws:iam::{B}:root", ABROAD[0]]},
                ]
            )
        elif kind == "resource" and self.random.random() < 0.03:
            made["NotPrincipal"] = {"AWS": [ROOT, USER]}
        else:
            made["Principal"] = self.principal(caller)

    def principal(self, caller: str | None) -> Any:
        everyone: list[Any] = ["*", {"AWS": "*"}]
        accounts: list[Any] = [{"AWS": A}, {"AWS": ROOT}, {"AWS": [B, A]}, {"AWS": f"arn:aws:iam::{B}:root"}]
        others: list[Any] = [
            {"AWS": APP},
            {"AWS": [SESSION, USER]},
            {"AWS": FEDERATED},
            {"Service": SERVICES},
            {"Federated": [SAML, OIDC]},
            {"AWS": LINKED},
        ]
        me: list[Any] = []
        if caller is not None and caller.startswith("arn:"):
            me = [{"Federated": caller}] if "-provider/" in caller else [{"AWS": caller}, {"AWS": [ABROAD[0], caller]}]
        elif caller is not None:
            me = [{"Service": caller}, {"Federated": caller}]
        return self.random.choice([*everyone, *accounts, *accounts, *others, *me, *me, *me])

    def conditions(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in range(self.random.choice([1, 1, 1, 2])):
            operator, keys, values = self.random.choice(_FAMILIES)(self.random)
            key = self.random.choice(keys)
            wanted = (
                values
                if values is not None
                else [one for one in VALUES[key] if not isinstance(one, list)] or ["a", "b"]
            )
            chosen = self.random.sample(wanted, self.random.randint(1, min(2, len(wanted))))
            found.setdefault(operator, {})[self.cased(key)] = (
                chosen[0] if len(chosen) == 1 and self.random.random() < 0.6 else chosen
            )
        return found

    def grant(self) -> dict[str, Any]:
        caller = self.made["principal"]
        grantee = (
            caller if caller and self.random.random() < 0.7 else self.random.choice([APP, USER, SERVICES[0], ABROAD[0]])
        )
        operation = self.made["action"].partition(":")[2]
        made: dict[str, Any] = {"GrantId": "g", "GranteePrincipal": grantee}
        made["Operations"] = self.random.choice(
            [[operation], [operation, "Encrypt"], ["Encrypt"], ["DescribeKey", "Decrypt"]]
        )
        if self.random.random() < 0.2:
            made["RetiringPrincipal"] = caller if caller and caller.startswith("arn:") else USER
        if self.random.random() < 0.5:
            name = self.random.choice(["EncryptionContextSubset", "EncryptionContextEquals"])
            made["Constraints"] = {
                name: self.random.choice([{"bucket": "data"}, {"Bucket": "data"}, {"bucket": "data", "zone": "1"}, {}])
            }
        return made


_Family = tuple[str, list[str], list[Any] | None]


def _quantified(random: Random, operator: str, keys: list[str]) -> tuple[str, list[str]]:
    """The operator with a suffix now and then, and with a quantifier where a key may have several values."""
    if random.random() < 0.2:
        operator += "IfExists"
    if random.random() < 0.25:
        operator = random.choice(["ForAllValues:", "ForAnyValue:"]) + operator
        keys = ["aws:TagKeys", "aws:PrincipalTag/team", *keys]
    return operator if random.random() < 0.9 else operator.lower(), keys


def _string(random: Random) -> _Family:
    keys = [
        "aws:SourceVpce",
        "aws:PrincipalTag/team",
        "aws:PrincipalOrgID",
        "aws:ResourceTag/team",
        "aws:RequestTag/a",
        "sts:ExternalId",
    ]
    keys += [
        "aws:PrincipalArn",
        "aws:PrincipalAccount",
        "aws:PrincipalType",
        "aws:ResourceAccount",
        "aws:userid",
        "kms:CallerAccount",
    ]
    keys += ["saml:aud", "idp.example.com:sub", "aws:SourceAccount", "aws:TagKeys", "kms:EncryptionContext:bucket"]
    operator, keys = _quantified(random, random.choice(STRINGS), keys)
    values = [
        "vpce-1",
        "vpce-*",
        "vpce-?",
        "team-1",
        "team-*",
        "o-1",
        A,
        B,
        APP,
        f"arn:aws:iam::{A}:*",
        "Account",
        "*",
        "",
        "a",
        "b",
    ]
    values += [
        "AssumedRole",
        "User",
        "secret-1",
        "1",
        "data",
        "repo:o/r:*",
        *VARIABLES,
        *ODDITIES,
        f"{A}:fed",
        "anonymous",
    ]
    return operator, keys, values


def _own(random: Random) -> _Family:
    keys = [
        "aws:SourceVpce",
        "aws:PrincipalTag/team",
        "aws:PrincipalOrgID",
        "aws:ResourceTag/team",
        "aws:RequestTag/a",
        "sts:ExternalId",
    ]
    operator, _ = _quantified(random, random.choice(STRINGS), keys)
    return operator, [random.choice([*keys, "aws:TagKeys", "saml:aud", "idp.example.com:sub"])], None


def _varied(random: Random) -> _Family:
    keys = ["aws:SourceVpce", "aws:ResourceTag/team", "aws:RequestTag/a", "aws:PrincipalArn"]
    operator, keys = _quantified(random, random.choice([*STRINGS, "ArnLike"]), keys)
    return operator, keys, [*VARIABLES, *ODDITIES, f"arn:aws:iam::{A}:user/team/${{aws:username}}"]


def _arn(random: Random) -> _Family:
    operator, keys = _quantified(random, random.choice(ARNS), ["aws:PrincipalArn", "aws:SourceArn"])
    values = [
        APP,
        USER,
        f"arn:aws:iam::{A}:*",
        f"arn:aws:iam::{A}:role/*",
        f"arn:aws:sns:*:{A}:t",
        "arn:aws:s3:::*",
        "*",
        f"arn:*:*:*:{A}:*",
        f"arn:aws:iam::{A}:user/*/alice",
    ]
    return (
        operator,
        keys,
        [*values, f"arn:aws:iam::{A}:user/team/${{aws:username}}", "arn:aws:logs:*:*:log-group:*", "arn:aws:iam"],
    )


def _numeric(random: Random) -> _Family:
    operator, keys = _quantified(random, f"Numeric{random.choice(ORDER)}", ["aws:MultiFactorAuthAge"])
    return operator, keys, [5, "300", "12.50", "-1", 1e2]


def _date(random: Random) -> _Family:
    operator, keys = _quantified(random, f"Date{random.choice(ORDER)}", ["aws:CurrentTime"])
    return operator, keys, ["2026-01-01T00:00:00Z", "2026-06-01T10:00:00Z", "2026-03-01", "1767225600"]


def _boolean(random: Random) -> _Family:
    operator, keys = _quantified(random, "Bool", ["aws:SecureTransport", "aws:PrincipalIsAWSService"])
    return operator, keys, [True, False, "true", "false"]


def _address(random: Random) -> _Family:
    operator, keys = _quantified(random, random.choice(["IpAddress", "NotIpAddress"]), ["aws:SourceIp"])
    return (
        operator,
        keys,
        ["10.0.0.0/8", "10.9.9.9/8", "10.1.2.3", "203.0.113.0/24", "2001:db8::/32", "::/0", "0.0.0.0/0"],
    )


def _binary(random: Random) -> _Family:
    operator, _ = _quantified(random, "BinaryEquals", [])
    return operator, ["x:Blob"], ["YWJj", "YWJk"]


def _null(random: Random) -> _Family:
    keys = [
        "aws:SourceVpce",
        "aws:TagKeys",
        "aws:username",
        "aws:PrincipalArn",
        "kms:CallerAccount",
        "aws:PrincipalTag/team",
    ]
    return random.choice(["Null", "null"]), keys, [True, False, "true", "false"]


_FAMILIES: list[Callable[[Random], _Family]] = [
    _string,
    _string,
    _varied,
    _own,
    _own,
    _arn,
    _numeric,
    _date,
    _boolean,
    _address,
    _binary,
    _null,
]


def shrunk(made: dict[str, Any], fails: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """A smaller case that still fails: parts are taken away one at a time for as long as that works."""
    smaller = True
    while smaller:
        smaller = False
        for path in sorted(paths(made), key=len):
            less = _without(made, path)
            if fails(less):
                made, smaller = less, True
                break
    return made


def paths(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield from paths(node[key], (*path, key))


def _without(made: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    less: dict[str, Any] = copy.deepcopy(made)
    node: Any = less
    for key in path[:-1]:
        node = node[key]
    del node[path[-1]]
    return less
