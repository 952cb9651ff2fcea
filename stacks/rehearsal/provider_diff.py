"""What an update would do to one resource, from its row: which inputs differ, and which of them need a new resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.runtime.proto import provider_pb2

from stacks.rehearsal.row import differing

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from stacks.rehearsal.row import Row

_KIND = provider_pb2.PropertyDiff
ALL_TAGS = "tagsAll"


def resource_diff(
    row: Row, old: Mapping[str, Any], new: Mapping[str, Any], state: Mapping[str, Any], tags: Mapping[str, str] | None
) -> provider_pb2.DiffResponse:
    """The difference of a resource.

    Args:
        row: the resource's row.
        old: the inputs as they were.
        new: the inputs as they are to be.
        state: the outputs as they were.
        tags: the provider's default tags as they are to be; None to pass over all tags.
    """
    changed = differing(old, new)
    replaces = row.replacing(old, new)
    if row.tagged and tags is not None and state.get(ALL_TAGS, {}) != row.all_tags(new, tags):
        changed.append(ALL_TAGS)
    return _response(changed, replaces, old, new, first=row.collides(old, new))


def config_diff(old: Mapping[str, Any], new: Mapping[str, Any]) -> provider_pb2.DiffResponse:
    """The difference of a provider; in another region everything is another resource."""
    changed = [name for name in differing(old, new) if name != "version"]
    return _response(changed, {"region"} & set(changed), old, new, first=False)


def _response(
    changed: list[str], replaces: Collection[str], old: Mapping[str, Any], new: Mapping[str, Any], *, first: bool
) -> provider_pb2.DiffResponse:
    if not changed:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME,
        diffs=changed,
        replaces=sorted(replaces),
        deleteBeforeReplace=bool(replaces) and first,
        detailedDiff={
            name: provider_pb2.PropertyDiff(kind=_kind(name, replaces, old, new), inputDiff=name != ALL_TAGS)
            for name in changed
        },
        hasDetailedDiff=True,
    )


def _kind(
    name: str, replaces: Collection[str], old: Mapping[str, Any], new: Mapping[str, Any]
) -> provider_pb2.PropertyDiff.Kind.ValueType:
    if name == ALL_TAGS:
        return _KIND.UPDATE
    if name not in old:
        return _KIND.ADD_REPLACE if name in replaces else _KIND.ADD
    if name not in new:
        return _KIND.DELETE_REPLACE if name in replaces else _KIND.DELETE
    return _KIND.UPDATE_REPLACE if name in replaces else _KIND.UPDATE
