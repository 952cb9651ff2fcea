"""The slow, obvious evaluator: one request in one known context, every statement looked at, written from AWS's pages.

It shares no code with audit.access. Pages: "IAM JSON policy elements" (Principal, NotPrincipal, Action, Resource,
Condition operators), "Single-valued vs. multivalued context keys", "IAM policy elements: Variables and tags", "AWS
global condition context keys", "How AWS enforcement code logic evaluates requests to allow or deny access",
"Cross-account policy evaluation logic", "Permissions boundaries for IAM entities", "Service control policies (SCPs)",
"Resource control policies (RCPs)", "Control access to VPC endpoints using endpoint policies", "Grants in AWS KMS",
"Allowing users in other accounts to use a KMS key", "Blocking public access to your Amazon S3 storage".
"""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from ipaddress import ip_address, ip_network
from typing import Any

Context = dict[str, list[str]]
ALLOWED, IMPLICIT, EXPLICIT = "allowed", "implicitly_denied", "explicitly_denied"


def decide(case: dict[str, Any]) -> str:
    """The decision of a case of ``simulate`` whose documents were all read."""
    caller, context = Caller(case["principal"], case["action"]), request_context(case)
    layers = Layers(case, caller, context)
    if layers.denied():
        return EXPLICIT
    return ALLOWED if layers.granted() and layers.passed() else IMPLICIT


# -- who asks


class Caller:
    """The requester: kind is root, user, role, session, federated, service, identity (of a provider) or anonymous."""

    def __init__(self, text: str | None, action: str) -> None:
        self.text = text
        self.account = text.split(":")[4] if text and text.startswith("arn:") else None
        self.kind = self._kind(text, action)
        self.iam = self.kind in {"root", "user", "role", "session", "federated"}
        self.role = ""
        if self.kind == "role":
            self.role = str(text).rpartition("/")[2]
        if self.kind == "session":
            self.role = str(text).split("/")[1]
        self.linked = "/aws-service-role/" in str(text) or (self.kind == "session" and "AWSServiceRoleFor" in self.role)

    def _kind(self, text: str | None, action: str) -> str:
        if text is None:
            return "anonymous"
        if not text.startswith("arn:"):
            return "identity" if action.lower() == "sts:assumerolewithwebidentity" else "service"
        resource = text.split(":", 5)[5]
        kinds = {"root": "root", "user": "user", "role": "role", "assumed-role": "session"}
        kinds |= {"federated-user": "federated", "saml-provider": "identity", "oidc-provider": "identity"}
        return kinds[resource.partition("/")[0]]

    @property
    def arn(self) -> str:
        """aws:PrincipalArn: of a session the role's."""
        return f"arn:aws:iam::{self.account}:role/{self.role}" if self.kind == "session" else str(self.text)


def request_context(case: dict[str, Any]) -> Context:
    """What the line gives, and what follows from principal and resource."""
    caller, service = Caller(case["principal"], case["action"]), case["action"].lower().partition(":")[0]
    found: dict[str, Any] = {"aws:ResourceAccount": case["resource_account"]}
    found["aws:PrincipalIsAWSService"] = "true" if caller.kind == "service" else "false"
    if caller.kind == "service":
        found |= {"aws:PrincipalServiceName": caller.text, "aws:PrincipalServiceNamesList": [caller.text]}
    if caller.iam:
        types = {"root": "Account", "user": "User", "federated": "FederatedUser"}
        found |= {"aws:PrincipalArn": caller.arn, "aws:PrincipalAccount": caller.account}
        found["aws:PrincipalType"] = types.get(caller.kind, "AssumedRole")
    if caller.kind == "anonymous":
        found |= {"aws:PrincipalType": "Anonymous", "aws:userid": "anonymous"}
    if caller.kind == "user":
        found["aws:username"] = str(caller.text).rpartition("/")[2]
    if caller.kind == "root":
        found["aws:userid"] = caller.account
    if caller.kind == "federated":
        found["aws:userid"] = f"{caller.account}:{str(caller.text).rpartition('/')[2]}"
    if service == "s3":
        found["s3:ResourceAccount"] = case["resource_account"]
    if service == "kms" and caller.account:
        found["kms:CallerAccount"] = caller.account
    filled = {key.lower(): listed(value) for key, value in found.items()}
    given = {key.lower(): listed(value) for key, value in (case.get("context") or {}).items()}
    return {key: [written(one) for one in value] for key, value in {**filled, **given}.items() if value != [None]}


def written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


# -- wildcards: a pattern is a list of characters and of the two wildcards, so that values of variables stay literal

STAR, ONE = object(), object()


def pattern(text: str) -> list[Any]:
    return [STAR if char == "*" else ONE if char == "?" else char for char in text]


def globs(wanted: list[Any], text: str) -> bool:
    """Dynamic programming over both lengths."""
    row = [True] + [False] * len(text)
    for part in wanted:
        if part is STAR:
            for place in range(1, len(row)):
                row[place] = row[place] or row[place - 1]
        else:
            row = [False] + [row[place] and (part is ONE or part == char) for place, char in enumerate(text)]
    return row[-1]


def fields(parts: list[Any], most: int = 6) -> list[list[Any]]:
    found: list[list[Any]] = [[]]
    for part in parts:
        if part == ":" and len(found) < most:
            found.append([])
        else:
            found[-1].append(part)
    return found


def resource_matches(wanted: list[Any], resource: str) -> bool:
    if wanted == [STAR]:
        return True
    patterns, given = fields(wanted), ["".join(one) for one in fields(list(resource))]
    return len(patterns) == len(given) and all(map(globs, patterns, given))


# -- variables


def filled(text: str, context: Context, *, variables: bool) -> list[Any] | None:
    """The pattern of a text, or None when one of its variables has no value."""
    if not variables:
        return pattern(text)
    found: list[Any] = []
    while "${" in text:
        before, _, rest = text.partition("${")
        name, end, rest = rest.partition("}")
        if not end:
            return found + pattern(text)
        value = variable(name, context)
        if value is None:
            return None
        found += pattern(before) + list(value)
        text = rest
    return found + pattern(text)


def variable(name: str, context: Context) -> str | None:
    if name in {"*", "?", "$"}:
        return name
    key, comma, default = name.partition(",")
    values = context.get(key.strip().lower(), [])
    if len(values) == 1:
        return values[0]
    return default.strip().strip("'") if comma and not values else None


# -- conditions


def condition_holds(operator: str, key: str, wanted: Any, context: Context, *, variables: bool) -> bool:
    held, values = context.get(key.lower(), []), [written(one) for one in listed(wanted)]
    if operator.lower() == "null":
        return ("true" if not held else "false") in [value.lower() for value in values]
    quantifier, _, name = operator.lower().rpartition(":")
    if_exists = name.endswith("ifexists")
    name = name.removesuffix("ifexists")
    negative = "not" in name
    if quantifier and all(value == "" for value in held):
        held = []
    if not held:
        return if_exists or quantifier == "forallvalues" or (negative and quantifier == "")

    def matches(value: str) -> bool:
        return any(compare(name.replace("not", ""), one, value, context, variables=variables) for one in values)

    if quantifier == "foranyvalue":
        return any(matches(value) != negative for value in held)
    if quantifier == "forallvalues":
        return all(matches(value) != negative for value in held)
    return any(map(matches, held)) != negative


def compare(name: str, wanted: str, value: str, context: Context, *, variables: bool) -> bool:
    if name.startswith(("string", "arn", "bool")):
        return compare_text(name, filled(wanted, context, variables=variables), value)
    if name == "binaryequals":
        return base64.b64decode(wanted) == base64.b64decode(value)
    if name == "ipaddress":
        return within(wanted, value)
    read = moment if name.startswith("date") else number
    limit, given = read(wanted), read(value)
    if limit is None or given is None:
        return False
    order = name.removeprefix("date").removeprefix("numeric")
    return {
        "equals": given == limit,
        "lessthan": given < limit,
        "lessthanequals": given <= limit,
        "greaterthan": given > limit,
        "greaterthanequals": given >= limit,
    }[order]


def compare_text(name: str, wanted: list[Any] | None, value: str) -> bool:
    if wanted is None:
        return False
    if name == "stringlike":
        return globs(wanted, value)
    if name in {"arnequals", "arnlike"}:
        given = ["".join(one) for one in fields(list(value))]
        wholly = len(given) == 6 and given[0] == "arn"
        return wholly and (wanted == [STAR] or (len(fields(wanted)) == 6 and all(map(globs, fields(wanted), given))))
    text = "".join("*" if one is STAR else "?" if one is ONE else one for one in wanted)
    if name == "stringequals":
        return text == value
    return text.lower() == value.lower()


def within(wanted: str, value: str) -> bool:
    try:
        return ip_address(value) in ip_network(wanted, strict=False)
    except ValueError:
        return False


def moment(text: str) -> Any:
    if re.fullmatch(r"[0-9]{9,}", text):
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(text))
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def number(text: str) -> Any:
    try:
        return Fraction(text)
    except ValueError:
        return None


# -- statements


class Layers:
    """Every document of a case, asked for its denials and for what it gives."""

    def __init__(self, case: dict[str, Any], caller: Caller, context: Context) -> None:
        self.case, self.caller, self.context = case, caller, context
        self.service, _, self.operation = case["action"].lower().partition(":")
        self.own = caller.account == case["resource_account"]
        self.open = public(case.get("resource_policy"))

    def speaking(self, documents: list[Any], effect: str) -> list[dict[str, Any]]:
        found = []
        for document in documents:
            variables = document.get("Version") == "2012-10-17"
            statements = [one for one in listed(document["Statement"]) if one["Effect"] == effect]
            found += [one for one in statements if self.applies(one, variables=variables)]
        return found

    def applies(self, statement: dict[str, Any], *, variables: bool) -> bool:
        actions = listed(statement.get("Action", statement.get("NotAction")))
        named = any(globs(pattern(one.lower()), self.case["action"].lower()) for one in actions)
        if named != ("Action" in statement):
            return False
        if "Resource" in statement or "NotResource" in statement:
            texts = listed(statement.get("Resource", statement.get("NotResource")))
            patterns = [filled(one, self.context, variables=variables) for one in texts]
            named = any(one is not None and resource_matches(one, self.case["resource"]) for one in patterns)
            if named != ("Resource" in statement):
                return False
        return all(
            condition_holds(operator, key, wanted, self.context, variables=variables)
            for operator, block in statement.get("Condition", {}).items()
            for key, wanted in block.items()
        )

    # -- denials

    def denied(self) -> bool:
        own = self.case.get("identity", []) if self.caller.kind != "root" else []
        boundary, session = self.case.get("boundary", []), self.case.get("session")
        mine = [*own, *boundary, *([session] if session else [])] if self.caller.iam else []
        if self.scp_binds():
            mine += [policy for level in self.case.get("scp", []) for policy in level]
        if self.speaking(mine, "Deny"):
            return True
        others = list(self.case.get("endpoint", []))
        if self.rcp_binds():
            others += [policy for level in self.case.get("rcp", []) for policy in level]
        if self.case.get("resource_policy") and not self.owners_last_word():
            others.append(self.case["resource_policy"])
        return any(self.denies(statement) for statement in self.speaking(others, "Deny"))

    def denies(self, statement: dict[str, Any]) -> bool:
        if "Principal" in statement:
            return self.grade(statement["Principal"]) != ""
        listed_ = self.grade(statement["NotPrincipal"])
        if not self.caller.iam:
            return listed_ == ""
        if self.case.get("boundary"):
            return True
        return listed_ in {"", "account"}

    def scp_binds(self) -> bool:
        return bool(self.case.get("scp")) and self.caller.iam and not self.caller.linked

    def rcp_binds(self) -> bool:
        supported = {"s3", "sts", "kms", "sqs", "secretsmanager", "ecr", "aoss", "cognito-idp", "logs"}
        retires = self.case["action"].lower() == "kms:retiregrant"
        return self.service in supported and not self.caller.linked and not retires

    def owners_last_word(self) -> bool:
        """The owning account's root user keeps its bucket-policy operations whatever the policy says."""
        kept = {"getbucketpolicy", "putbucketpolicy", "deletebucketpolicy"}
        return self.service == "s3" and self.operation in kept and self.caller.kind == "root" and self.own

    # -- whom a principal element means: "direct", "role", "account", or "" for somebody else

    def grade(self, element: Any) -> str:
        if element == "*":
            return "direct"
        found = [self.one(kind, name) for kind, names in element.items() for name in listed(names)]
        return next((one for one in ("direct", "role", "account") if one in found), "")

    def one(self, kind: str, name: str) -> str:  # noqa: PLR0911 one line a rule
        caller = self.caller
        if kind == "Service":
            return "direct" if caller.kind == "service" and caller.text == name else ""
        if kind == "Federated":
            return "direct" if caller.kind == "identity" and caller.text == name else ""
        if name == "*":
            return "direct"
        if not caller.iam:
            return ""
        if name == caller.account or name.endswith(f"::{caller.account}:root"):
            return "direct" if caller.kind == "root" else "account"
        if name == caller.text:
            return "role" if caller.kind == "role" else "direct"
        its_role = f":{caller.account}:role/" in name and name.rpartition("/")[2] == caller.role
        return "role" if caller.kind == "session" and its_role else ""

    # -- what gives access

    def granted(self) -> bool:
        caller, grades = self.caller, self.grades()
        identity = caller.kind == "root" or bool(self.speaking(self.case.get("identity", []), "Allow"))
        limits = self.limit("boundary") and self.limit("session")
        grant = self.service == "kms" and any(self.grant_gives(one) for one in self.case.get("grants", []))
        if not caller.iam:
            unsigned = self.service in {"kms", "sts", "iam", "secretsmanager", "logs"}
            refused = caller.kind == "anonymous" and (unsigned or "bucketpolicy" in self.operation)
            return ("direct" in grades or grant) and not refused
        never = {"root": self.case["action"].lower() == "sts:assumerole", "federated": self.service in {"sts", "iam"}}
        if never.get(caller.kind):
            return False
        if not self.own:
            return self.abroad() and limits and (grant or (bool(grades) and identity))
        if "direct" in grades or grant or ("role" in grades and limits):
            return True
        if self.policy_must_name_caller():
            return "account" in grades and identity and limits
        return identity and limits

    def grades(self) -> set[str]:
        policy = self.case.get("resource_policy")
        if policy is None or (not self.own and self.blocked()):
            return set()
        found = set()
        for statement in self.speaking([policy], "Allow"):
            if "NotPrincipal" in statement:
                found.add("" if self.grade(statement["NotPrincipal"]) else "direct")
            else:
                found.add(self.grade(statement["Principal"]))
        return found - {""}

    def limit(self, layer: str) -> bool:
        content = self.case.get(layer)
        if layer == "session" and self.caller.kind == "federated" and content is None:
            return False
        return not content or bool(self.speaking(listed(content), "Allow"))

    def policy_must_name_caller(self) -> bool:
        """Keys and roles: without their policy's say an identity policy gives nothing."""
        if self.service == "kms":
            return ":key/" in self.case["resource"]
        return self.service == "sts" and ":role/" in self.case["resource"]

    def abroad(self) -> bool:
        """Whether other accounts can have the operation at all."""
        if self.service == "s3":
            return "bucketpolicy" not in self.operation
        if self.service == "sqs":
            return self.operation in {"sendmessage", "receivemessage", "getqueueattributes"}
        crypto = {"decrypt", "encrypt", "describekey", "creategrant", "generatedatakey", "retiregrant", "sign"}
        return self.service != "kms" or self.operation in crypto

    def blocked(self) -> bool:
        """RestrictPublicBuckets: a public bucket policy serves services and the owner's account alone."""
        setting = (self.case.get("block_public_access") or {}).get("RestrictPublicBuckets")
        return bool(setting) and self.service == "s3" and self.caller.kind != "service" and self.open

    def grant_gives(self, grant: dict[str, Any]) -> bool:
        if self.operation == "retiregrant" and self.is_named(grant.get("RetiringPrincipal")):
            return True
        if self.operation not in [one.lower() for one in grant["Operations"]] or not self.is_named(
            grant["GranteePrincipal"]
        ):
            return False
        if self.operation in {"describekey", "retiregrant", "creategrant", "sign"}:
            return True
        prefix = "kms:encryptioncontext:"
        held = {key.removeprefix(prefix): value for key, value in self.context.items() if key.startswith(prefix)}
        for name, pairs in grant.get("Constraints", {}).items():
            wanted = {key.lower(): [value] for key, value in pairs.items()}
            if any(held.get(key) != value for key, value in wanted.items()):
                return False
            if name == "EncryptionContextEquals" and set(held) != set(wanted):
                return False
        return True

    def is_named(self, name: str | None) -> bool:
        return name is not None and self.one("AWS" if name.startswith("arn:") else "Service", name) != ""

    # -- what must let it pass

    def passed(self) -> bool:
        levels = self.case.get("scp", []) if self.scp_binds() else []
        if not all(self.speaking(level, "Allow") for level in levels):
            return False
        endpoint = self.case.get("endpoint")
        return not endpoint or any(self.grade(one["Principal"]) for one in self.speaking(endpoint, "Allow"))


def public(policy: dict[str, Any] | None) -> bool:
    """Whether S3 calls the policy public: an Allow for everyone that no fixed value narrows."""
    narrowing = {"aws:sourcevpce", "aws:sourcevpc", "aws:sourceaccount", "aws:principalorgid", "aws:principalarn"}
    for statement in listed(policy["Statement"]) if policy else []:
        everyone = "NotPrincipal" in statement or statement["Principal"] in ("*", {"AWS": "*"})
        narrowed = any(
            operator in {"StringEquals", "ArnLike"}
            and key.lower() in narrowing
            and "*" not in str(wanted)
            and "$" not in str(wanted)
            for operator, block in statement.get("Condition", {}).items()
            for key, wanted in block.items()
        )
        if statement["Effect"] == "Allow" and everyone and not narrowed:
            return True
    return False
