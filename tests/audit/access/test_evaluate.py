"""The evaluator against a slow, obvious one, on random policies; and what must hold of any evaluator."""

from __future__ import annotations

import json
import re
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from audit.access.simulate import decide_case, simulate

ACCOUNT, OTHER = "111111111111", "222222222222"
OBJECTS = ["arn:aws:s3:::b/k", "arn:aws:s3:::b/other", "arn:aws:s3:::c/k"]
PRINCIPALS = [
    f"arn:aws:iam::{ACCOUNT}:role/r",
    f"arn:aws:iam::{ACCOUNT}:user/u",
    f"arn:aws:iam::{ACCOUNT}:root",
    f"arn:aws:iam::{OTHER}:role/r",
    "logs.amazonaws.com",
    None,
]
CONTEXTS: dict[str, list[list[str]]] = {"aws:SourceVpce": [[], ["v1"], ["v2"]], "aws:TagKeys": [[], ["a"], ["a", "b"]]}

conditions = st.one_of(
    st.none(),
    st.dictionaries(
        st.sampled_from(
            ["StringEquals", "StringNotEquals", "StringLike", "StringEqualsIfExists", "StringNotLikeIfExists"]
        ),
        st.dictionaries(
            st.just("aws:SourceVpce"), st.lists(st.sampled_from(["v1", "v2", "v*"]), min_size=1, max_size=2), min_size=1
        ),
        min_size=1,
        max_size=2,
    ),
    st.sampled_from(
        [
            {"Null": {"aws:SourceVpce": "true"}},
            {"Null": {"aws:SourceVpce": "false"}},
            {"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}},
            {"ForAnyValue:StringEquals": {"aws:TagKeys": ["b"]}},
            {"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["a"]}},
        ]
    ),
)


@st.composite
def statements(draw: st.DrawFn, *, principals: bool = False) -> dict[str, Any]:
    made: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"]))}
    made[draw(st.sampled_from(["Action", "Action", "NotAction"]))] = draw(
        st.sampled_from(["*", "s3:*", "S3:get*", ["s3:PutObject", "s3:GetObject"], "s3:PutObject"])
    )
    made[draw(st.sampled_from(["Resource", "Resource", "NotResource"]))] = draw(
        st.sampled_from(["*", "arn:aws:s3:::b/*", "arn:aws:s3:::?/k", ["arn:aws:s3:::b/k", "arn:aws:s3:::c*"]])
    )
    condition = draw(conditions)
    if condition is not None:
        made["Condition"] = condition
    if principals:
        made["Principal"] = draw(
            st.sampled_from(
                [
                    "*",
                    {"AWS": "*"},
                    {"AWS": ACCOUNT},
                    {"AWS": [f"arn:aws:iam::{ACCOUNT}:role/r", f"arn:aws:iam::{ACCOUNT}:user/u"]},
                    {"AWS": f"arn:aws:iam::{OTHER}:root"},
                    {"Service": "logs.amazonaws.com"},
                ]
            )
        )
    return made


def policies(*, principals: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    several = st.lists(statements(principals=principals), min_size=1, max_size=3)
    return several.map(lambda found: {"Version": "2012-10-17", "Statement": found})


cases = st.fixed_dictionaries(
    {
        "id": st.just("x"),
        "principal": st.sampled_from(PRINCIPALS),
        "action": st.sampled_from(["s3:GetObject", "s3:PutObject"]),
        "resource": st.sampled_from(OBJECTS),
        "resource_account": st.just(ACCOUNT),
        "identity": st.lists(policies(), max_size=2),
    },
    optional={
        "boundary": st.lists(policies(), min_size=1, max_size=1),
        "session": policies(),
        "scp": st.lists(st.lists(policies(), min_size=1, max_size=2), min_size=1, max_size=2),
        "resource_policy": policies(principals=True),
        "endpoint": st.lists(policies(principals=True), min_size=1, max_size=1),
    },
)
contexts = st.fixed_dictionaries({key: st.sampled_from(values) for key, values in CONTEXTS.items()})


# -- the obvious evaluator: one request, every statement, no shortcuts


def like(pattern: str, text: str) -> bool:
    body = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch(body, text, re.DOTALL) is not None


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def condition_holds(operator: str, key: str, wanted: Any, context: dict[str, list[str]]) -> bool:
    held, values = context.get(key) or [], listed(wanted)
    if operator == "Null":
        return (not held) == (values == ["true"])
    quantifier, _, name = operator.rpartition(":")
    name, if_exists = name.removesuffix("IfExists"), name.endswith("IfExists")
    negative = "Not" in name
    if not held:
        return if_exists or quantifier == "ForAllValues" or (negative and not quantifier)

    def one(value: str) -> bool:
        same = any(like(w, value) if "Like" in name else w == value for w in values)
        return same != negative

    return any(map(one, held)) if quantifier == "ForAnyValue" else all(map(one, held))


def applies(statement: dict[str, Any], case: dict[str, Any], context: dict[str, list[str]]) -> bool:
    action, resource = case["action"].lower(), case["resource"]
    for name, text, fold in (("Action", action, True), ("Resource", resource, False)):
        negative = f"Not{name}" in statement
        patterns = listed(statement.get(f"Not{name}" if negative else name))
        if any(like(p.lower() if fold else p, text) for p in patterns) == negative:
            return False
    return all(
        condition_holds(operator, key, wanted, context)
        for operator, block in statement.get("Condition", {}).items()
        for key, wanted in block.items()
    )


def grade(element: Any, principal: str | None) -> str:
    """How a Principal element means the caller: direct, role, account, or not at all."""
    if element in ("*", {"AWS": "*"}):
        return "direct"
    for kind, names in element.items():
        for name in listed(names):
            if kind == "Service":
                if name == principal:
                    return "direct"
            elif principal is not None and principal.startswith("arn:"):
                account = principal.split(":")[4]
                if name == principal and not name.endswith(":root"):
                    return "role" if ":role/" in principal else "direct"
                if name in (account, f"arn:aws:iam::{account}:root"):
                    return "direct" if principal.endswith(":root") else "account"
    return ""


def obvious(case: dict[str, Any], context: dict[str, list[str]]) -> str:
    def all_statements(documents: Any) -> list[dict[str, Any]]:
        return [s for d in documents or [] for s in d["Statement"] if applies(s, case, context)]

    principal = case["principal"]
    is_iam = principal is not None and principal.startswith("arn:")
    own = is_iam and principal.split(":")[4] == ACCOUNT
    layers = {name: all_statements(case.get(name)) for name in ("identity", "boundary", "endpoint")}
    layers["session"] = all_statements([case["session"]] if "session" in case else [])
    layers["resource"] = all_statements([case["resource_policy"]] if "resource_policy" in case else [])
    levels = [all_statements(level) for level in case.get("scp", [])] if is_iam else []
    for name in ("resource", "endpoint"):
        layers[name] = [{**s, "grade": grade(s["Principal"], principal)} for s in layers[name]]
        layers[name] = [s for s in layers[name] if s["grade"]]
    if is_iam and principal.endswith(":root"):
        layers["identity"] = [{"Effect": "Allow"}]
    if not is_iam:
        layers |= {"identity": [], "boundary": [], "session": []}
    everything = [s for found in (*layers.values(), *levels) for s in found]
    if any(s["Effect"] == "Deny" for s in everything):
        return "explicitly_denied"

    def allows(name: str) -> bool:
        return any(s["Effect"] == "Allow" for s in layers[name])

    grades = {s["grade"] for s in layers["resource"] if s["Effect"] == "Allow"}
    limits = ("boundary" not in case or allows("boundary")) and ("session" not in case or allows("session"))
    if not is_iam:
        granted = "direct" in grades
    elif own:
        granted = "direct" in grades or (limits and ("role" in grades or allows("identity")))
    else:
        granted = bool(grades) and allows("identity") and limits
    passes = all(any(s["Effect"] == "Allow" for s in level) for level in levels)
    passes = passes and ("endpoint" not in case or allows("endpoint"))
    return "allowed" if granted and passes else "implicitly_denied"


def every_context() -> list[dict[str, list[str]]]:
    return [dict(zip(CONTEXTS, values, strict=True)) for values in product(*CONTEXTS.values())]


@settings(max_examples=100, deadline=None)
@given(cases)
def test_it_decides_as_the_obvious_evaluator_does(case: dict[str, Any]) -> None:
    for context, action, resource in product(every_context(), ("s3:GetObject", "s3:PutObject"), OBJECTS):
        asked = {**case, "action": action, "resource": resource}
        assert decide_case({**asked, "context": context}).effect.value == obvious(asked, context)


def tree_holds(tree: Any, context: dict[str, list[str]]) -> bool:
    match tree:
        case None:
            return True
        case {"and": parts}:
            return all(tree_holds(part, context) for part in parts)
        case {"or": parts}:
            return any(tree_holds(part, context) for part in parts)
        case {"not": part}:
            return not tree_holds(part, context)
        case {"operator": operator, "key": key, "values": values}:
            return condition_holds(operator, key, values, context)
    raise AssertionError(tree)


@settings(max_examples=120, deadline=None)
@given(cases)
def test_only_if_is_true_exactly_where_the_strict_decision_is_allowed(case: dict[str, Any]) -> None:
    free = decide_case({**case, "unlisted_context": "free"}).to_json()
    for context in every_context():
        strict = decide_case({**case, "context": context}).effect.value
        said = free["decision"] == "allowed" and tree_holds(free["only_if"], context)
        assert (strict == "allowed") == said, (free, context)


LAYERS = ("identity", "boundary", "session", "scp", "resource_policy", "endpoint")


@settings(max_examples=80, deadline=None)
@given(cases, contexts, statements(principals=True), st.sampled_from(LAYERS))
def test_a_further_deny_never_allows(
    case: dict[str, Any], context: dict[str, list[str]], statement: dict[str, Any], layer: str
) -> None:
    if layer not in case or not case[layer]:
        return
    before = decide_case({**case, "context": context}).effect.value
    deny = {**statement, "Effect": "Deny"}
    if layer not in {"resource_policy", "endpoint"}:
        deny.pop("Principal")
    more = json.loads(json.dumps(case))
    first = more[layer]
    while isinstance(first, list):
        first = first[0]
    first["Statement"].append(deny)
    after = decide_case({**more, "context": context}).effect.value
    assert before == "allowed" or after != "allowed"


@settings(max_examples=80, deadline=None)
@given(cases, contexts, policies())
def test_a_boundary_or_a_level_of_scps_never_widens(
    case: dict[str, Any], context: dict[str, list[str]], policy: dict[str, Any]
) -> None:
    before = decide_case({**case, "context": context}).effect.value
    narrower = [{**case, "scp": [*case.get("scp", []), [policy]]}]
    narrower += [] if "boundary" in case else [{**case, "boundary": [policy]}]
    for one in narrower:
        assert before == "allowed" or decide_case({**one, "context": context}).effect.value != "allowed"


@settings(max_examples=60, deadline=None)
@given(cases, contexts)
def test_splitting_statements_changes_nothing(case: dict[str, Any], context: dict[str, list[str]]) -> None:
    def split(policy: dict[str, Any]) -> dict[str, Any]:
        parts = [
            {**statement, "Action": action}
            for statement in policy["Statement"]
            for action in (listed(statement["Action"]) if "Action" in statement else [None])
        ]
        kept = [{k: v for k, v in part.items() if v is not None} for part in parts]
        return {**policy, "Statement": kept}

    more = {**case, "identity": [split(policy) for policy in case["identity"]]}
    if "resource_policy" in case:
        more["resource_policy"] = split(case["resource_policy"])
    strict = [decide_case({**one, "context": context}).effect for one in (case, more)]
    free = [decide_case({**one, "unlisted_context": "free"}) for one in (case, more)]
    assert strict[0] == strict[1]
    assert (free[0].effect, free[0].only_if) == (free[1].effect, free[1].only_if)


@settings(max_examples=40, deadline=None)
@given(cases, contexts)
def test_renaming_accounts_changes_nothing(case: dict[str, Any], context: dict[str, list[str]]) -> None:
    text = json.dumps({**case, "context": context})
    renamed = text.replace(ACCOUNT, "333333333333").replace(OTHER, "444444444444")
    one, two = (json.loads(answer) for answer in simulate([text, renamed]))
    assert one == two


@settings(max_examples=80, deadline=None)
@given(cases, contexts, st.sampled_from(["identity", "boundary", "scp", "resource_policy"]))
def test_an_unread_layer_never_turns_into_a_wrong_certainty(
    case: dict[str, Any], context: dict[str, list[str]], layer: str
) -> None:
    """What the layer really says must be one of the outcomes that the decision without it leaves open."""
    truth = decide_case({**case, "context": context})
    blind = decide_case({**case, "context": context, layer: {"unreadable": "x:Read"}})
    if truth.effect.value == "allowed":
        assert blind.effect.value in {"allowed", "undetermined"}
    elif blind.effect.value == "allowed":
        assert [one.permission for one in blind.unless] == ["x:Read"]
