"""What the documents around a resource mention of callers: names, conditions, variables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from audit.access.conditions.evaluate import evaluate
from audit.access.policy import Document
from audit.access.principals import Principal
from audit.access.variables import name_of, parts_of
from audit.model.errors import UsageError
from audit.model.graph import Node, NodeKind

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from audit.access.context import Context
    from audit.access.expression import Leaf
    from audit.access.holdings import Holdings
    from audit.access.kms import Grants
    from audit.access.policy import Statement

TAGS = "aws:principaltag/"
"""The prefix, in lower case, of the keys that hold a principal's tags."""
_GRANTEES = ("GranteePrincipal", "RetiringPrincipal")


@dataclass(frozen=True)
class Mentions:
    """Principals by name, conditions each with whether variables count in it, and the keys of variables."""

    principals: frozenset[str]
    leaves: tuple[tuple[Leaf, bool], ...]
    variables: tuple[str, ...]

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.principals, self.leaves, self.variables))

    def names(self, principal: Principal) -> bool:
        """Whether some document names the caller, its unique id, its role or a session of it."""
        ids = {principal.text, principal.unique_id} - {""}
        return bool(ids & self.principals) or (principal.account, principal.name) in self._named

    @cached_property
    def _named(self) -> frozenset[tuple[str | None, str]]:
        return frozenset(_identities(self.principals))

    def asks(self, keys: frozenset[str]) -> bool:
        """Whether some condition is on callers' keys, which are ``keys`` and their tags."""
        return any(_is_of(leaf.key.lower(), keys) for leaf, _ in self.leaves)

    def outcomes(self, context: Context, keys: frozenset[str]) -> Iterator[Hashable]:
        """How the conditions on callers' keys come out; where a variable is compared, the key's value tells too."""
        for leaf, variables in self.leaves:
            key = leaf.key.lower()
            if _is_of(key, keys):
                yield evaluate(leaf, context, variables=variables)
                if any("${" in value for value in leaf.values):
                    yield context.held(key)


def _is_of(key: str, keys: frozenset[str]) -> bool:
    """Whether a key, in lower case, is one of callers."""
    return key in keys or key.startswith(TAGS)


def _identities(names: Iterable[str]) -> Iterator[tuple[str | None, str]]:
    for name in names:
        try:
            found = Principal.read(name)
        except UsageError:
            continue
        yield found.account, found.name


def mentions(held: Holdings, node: Node, more: Iterable[Document | None] = ()) -> Mentions:
    """What all that is asked about a resource mentions: its documents, its key's, ``more``, endpoints', SCPs, RCPs."""
    key = held.key(node) if node.kind is NodeKind.BUCKET else None
    resources = [node, key] if isinstance(key, Node) else [node]
    grants = [grant for one in resources for grant in _grants(held.grants(one))]
    return mentioned_in((*_documents(held, resources), *more), grants)


def mentioned_in(documents: Iterable[Document | None], grants: Iterable[str] = ()) -> Mentions:
    """What these documents mention, and these grantees."""
    statements = [s for found in documents if found is not None and found.body for s in found.body.statements]
    leaves = dict.fromkeys((leaf, s.variables) for s in statements for leaf in s.conditions)
    return Mentions(
        frozenset(name for s in statements for _, name in s.principals or ()) | frozenset(grants),
        tuple(leaves),
        tuple(sorted({name for s in statements for name in _variables(s)})),
    )


def _documents(held: Holdings, resources: list[Node]) -> Iterator[Document | None]:
    for node in resources:
        yield held.policy(node)
        yield from (document for level in held.levels(node.account, "rcp") for document in level)
    for account in sorted(held.walked()):
        yield from (document for level in held.levels(account, "scp") for document in level)
    yield from held.endpoints()


def _grants(grants: Grants) -> Iterator[str]:
    if not isinstance(grants, Document):
        yield from (str(grant[name]) for grant in grants for name in _GRANTEES if grant.get(name))


def keys_in(statement: Statement) -> Iterator[str]:
    """The keys of a statement's conditions and variables."""
    yield from (leaf.key for leaf in statement.conditions)
    if statement.variables:
        yield from _variables(statement)


def _variables(statement: Statement) -> Iterator[str]:
    texts = (*statement.resources, *(value for leaf in statement.conditions for value in leaf.values))
    for text in texts:
        if "${" in text:
            yield from (name_of(inside) for inside in parts_of(text)[1::2])
