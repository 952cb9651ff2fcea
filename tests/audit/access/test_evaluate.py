"""The evaluator against the slow, obvious one on random cases; and what must hold of any evaluator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import random_cases
import reference
from hypothesis import given, settings
from hypothesis import strategies as st
from random_cases import seeded

from audit.access.simulate import decide_case, simulate
from audit.model.errors import UsageError

if TYPE_CHECKING:
    from random import Random

A, B = random_cases.A, random_cases.B
ROUNDS, CASES = 21, 1000
cases = st.integers(0, 2**48).map(lambda seed: random_cases.case(seeded(seed)))
statements = st.integers(0, 2**48)


def effect(case: dict[str, Any]) -> str:
    return decide_case(case).effect.value


def differs(case: dict[str, Any]) -> bool:
    try:
        return effect(case) != reference.decide(case)
    except (UsageError, LookupError, TypeError, AttributeError):
        return False


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_it_decides_as_the_reference_does(seed: int) -> None:
    random = seeded(seed)
    found = next((case for case in (random_cases.case(random) for _ in range(CASES)) if differs(case)), None)
    if found is not None:
        least = random_cases.shrunk(found, differs)
        pytest.fail(f"seed {seed}: {effect(least)}, the reference says {reference.decide(least)}: {json.dumps(least)}")


def test_the_random_cases_reach_every_layer_and_outcome() -> None:
    random = seeded(0)
    drawn = [random_cases.case(random) for _ in range(CASES)]
    outcomes = [reference.decide(case) for case in drawn]
    assert min(outcomes.count(one) for one in set(outcomes)) > CASES // 10
    assert {name for case in drawn for name in case} >= {"session", "boundary", "scp", "rcp", "endpoint", "grants"}


# -- only_if

TYPED = {
    key: [one for one in values if one != "old" and (key == "aws:TagKeys" or not isinstance(one, list))]
    for key, values in random_cases.VALUES.items()
} | {"aws:PrincipalTag/none": ["vpce-1"], "aws:nothing": ["a"], "aws:userid": ["AROAX:s1", "vpce-1"]}
PAIRS = "kms:EncryptionContext:"


def some_context(random: Random, principal: str | None, given: dict[str, Any], share: float) -> dict[str, Any]:
    """Values for some of the keys that such a caller's request can carry, each of its key's type."""
    found = dict(given)
    known = {key.lower() for key in given}
    for key, values in TYPED.items():
        needs_iam = key == "aws:PrincipalOrgID" and (
            principal is None or "-provider/" in principal or "arn:" not in principal
        )
        follows = key == "aws:userid" and ":role/" not in str(principal)
        if key.lower() not in known and not needs_iam and not follows and random.random() < share:
            found[key] = random.choice(values)
    pairs = [key.removeprefix(PAIRS) for key in found if key.startswith(PAIRS)]
    return found | ({"kms:EncryptionContextKeys": pairs} if pairs else {})


def tree_holds(tree: Any, context: reference.Context) -> bool:
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
            return reference.condition_holds(operator, key, values, context, variables=True)
    raise AssertionError(tree)


@pytest.mark.parametrize("seed", range(10))
def test_only_if_is_true_exactly_where_the_strict_decision_is_allowed(seed: int) -> None:
    random = seeded(seed)
    for _ in range(120):
        case = random_cases.case(random, conditions=0.8)
        case["context"] = known = some_context(random, case["principal"], {}, 0.1)
        free = decide_case({**case, "unlisted_context": "free"}).to_json()
        for _ in range(12):
            filled = {**case, "context": some_context(random, case["principal"], known, 0.6)}
            said = free["decision"] == "allowed" and tree_holds(free["only_if"], reference.request_context(filled))
            assert (effect(filled) == "allowed") == said, (free, json.dumps(filled))


# -- what must hold of any evaluator

RESTRICTING = ("boundary", "session", "scp", "rcp", "endpoint")
LAYERS = ("identity", "resource_policy", "grants", *RESTRICTING)
OF_RESOURCES = {"resource_policy": "resource", "endpoint": "endpoint", "rcp": "rcp"}


def first_policy(content: Any) -> dict[str, Any]:
    while isinstance(content, list):
        content = content[0]
    found: dict[str, Any] = content
    return found


@settings(max_examples=400, deadline=None)
@given(cases, statements, st.sampled_from([name for name in LAYERS if name != "grants"]))
def test_a_further_deny_never_allows(case: dict[str, Any], seed: int, layer: str) -> None:
    if not case.get(layer):
        return
    more = json.loads(json.dumps(case))
    policy = first_policy(more[layer])
    deny = random_cases.statement(seeded(seed), case, OF_RESOURCES.get(layer, ""))
    policy["Statement"] = [*reference.listed(policy["Statement"]), {**deny, "Effect": "Deny"}]
    assert effect(case) == "allowed" or effect(more) != "allowed"


@settings(max_examples=400, deadline=None)
@given(cases, statements, st.sampled_from(RESTRICTING))
def test_a_layer_that_restricts_never_widens(case: dict[str, Any], seed: int, layer: str) -> None:
    policy = random_cases.policy(seeded(seed), case, OF_RESOURCES.get(layer, ""))
    levels = [*case.get(layer, []), [policy]] if layer in {"scp", "rcp"} else None
    if levels is None and case.get(layer):
        return
    # A session policy is what a federated user lives on: for that one alone it widens.
    if layer == "session" and case["principal"] == random_cases.FEDERATED:
        return
    narrower = {**case, layer: levels or ([policy] if layer != "session" else policy)}
    assert effect(case) == "allowed" or effect(narrower) != "allowed"


@settings(max_examples=200, deadline=None)
@given(cases)
def test_splitting_statements_changes_nothing(case: dict[str, Any]) -> None:
    def parts(statement: dict[str, Any]) -> list[dict[str, Any]]:
        split = [statement]
        for name in ("Action", "Resource"):
            split = [{**one, name: text} for one in split for text in reference.listed(one.get(name))]
        return [{key: value for key, value in one.items() if value is not None} for one in split]

    def splitted(policy: dict[str, Any]) -> dict[str, Any]:
        found = [part for statement in reference.listed(policy["Statement"]) for part in parts(statement)]
        return {**policy, "Statement": found}

    more = {**case, "identity": [splitted(policy) for policy in case.get("identity", [])]}
    if "resource_policy" in case:
        more["resource_policy"] = splitted(case["resource_policy"])
    strict = [effect(one) for one in (case, more)]
    free = [decide_case({**one, "unlisted_context": "free"}) for one in (case, more)]
    assert strict[0] == strict[1]
    assert (free[0].effect, free[0].only_if) == (free[1].effect, free[1].only_if)


@settings(max_examples=200, deadline=None)
@given(cases)
def test_renaming_accounts_changes_nothing(case: dict[str, Any]) -> None:
    text = json.dumps(case)
    renamed = text.replace(A, "111111111119").replace(B, "222222222229")
    one, two = (json.loads(answer) for answer in simulate([text, renamed]))
    assert one == two


@settings(max_examples=600, deadline=None)
@given(cases, st.sampled_from(LAYERS))
def test_an_unread_layer_never_turns_into_a_wrong_certainty(case: dict[str, Any], layer: str) -> None:
    """What the layer really says must be one of the outcomes that the decision without it leaves open."""
    truth, blind = decide_case(case), decide_case({**case, layer: {"unreadable": "x:Read"}})
    if truth.effect.value == "allowed":
        assert blind.effect.value in {"allowed", "undetermined"}
    elif blind.effect.value == "allowed":
        assert "x:Read" in [one.permission for one in blind.unless]


@settings(max_examples=600, deadline=None)
@given(cases, st.sampled_from(RESTRICTING))
def test_an_unread_layer_that_only_restricts_leaves_a_denial_and_an_upper_bound(
    case: dict[str, Any], layer: str
) -> None:
    federated = case["principal"] == random_cases.FEDERATED and layer == "session"
    without = decide_case({key: value for key, value in case.items() if key != layer})
    blind = decide_case({**case, layer: {"unreadable": "x:Read"}})
    if not federated:
        assert blind.effect == without.effect
    else:
        assert blind.effect.value != "undetermined"


@settings(max_examples=300, deadline=None)
@given(cases, st.sampled_from(["identity", "resource_policy"]))
def test_an_unread_layer_that_can_give_never_leaves_a_mere_denial_certain(case: dict[str, Any], layer: str) -> None:
    """Where an answer of that layer would let the request in, a denial for want of an allow is undetermined."""
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"} | (
        {} if layer == "identity" else {"Principal": "*"}
    )
    open_ = {"Version": "2012-10-17", "Statement": [everything]}
    case.pop("block_public_access", None)
    given_all = decide_case({**case, layer: [open_] if layer == "identity" else open_})
    blind = decide_case({**case, layer: {"unreadable": "x:Read"}})
    if given_all.effect.value == "allowed":
        assert blind.effect.value in {"allowed", "undetermined"}
    if given_all.effect.value == "implicitly_denied":
        assert blind.effect.value in {"implicitly_denied", "explicitly_denied"}
