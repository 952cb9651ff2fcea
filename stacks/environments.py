"""Several environments from one set of settings: what they share, and what each has of its own.

``Pulumi.NAME.yaml`` with a mapping ``environments`` stands for one stack each, ``NAME.ENVIRONMENT``: every environment
has a state, credentials and a secret of its own, and goes without the others. docs/environments.md tells how.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from audit.model.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacks.settings import Settings

KEY = "environments"


def split(stack: str) -> tuple[str, str]:
    """A stack's name as the set of settings and the environment in it; none where the name has no dot."""
    name, _, environment = stack.rpartition(".")
    return (name, environment) if name else (environment, "")


def stacks_of(name: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    """The stacks of a set with these values, in the file's order, none where it has no environments.

    Raises SettingsError for environments that are no mapping of settings.
    """
    return tuple(f"{name}.{environment}" for environment in _environments(name, values)) if KEY in values else ()


def chosen(name: str, environment: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of one environment: its own over the shared ones; raises SettingsError for an unknown one."""
    environments = _environments(name, values)
    if environment not in environments:
        known = ", ".join(f"{name}.{one}" for one in environments)
        raise SettingsError(f"there is no environment {environment} in {name} (its stacks are: {known}): name one")
    shared = {key: value for key, value in values.items() if key != KEY}
    return laid_over(shared, environments[environment])


def laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Settings over others: mappings are joined part by part, everything else is replaced whole."""
    made = dict(below)
    for key, value in above.items():
        there = made.get(key)
        made[key] = laid_over(there, value) if isinstance(there, dict) and isinstance(value, dict) else value
    return made


def apart(environments: Mapping[str, Settings]) -> None:
    """Raise SettingsError for two environments that share what must be one's own: an id, a bucket, a key or a zone.

    Of whatever accounts they are: an id is issued to one environment, and a bucket's name is taken once in a partition.
    """
    for (first, one), (second, other) in combinations(environments.items(), 2):
        theirs = _of_its_own(other)
        for thing, (called, why) in _of_its_own(one).items():
            if thing in theirs:
                raise SettingsError(f"environments {first} and {second} share {called}: give each its own, {why}")


def _of_its_own(settings: Settings) -> dict[str, tuple[str, str]]:
    """What no other environment may have, by what identifies it: how it is called, and why."""
    names, zone = settings.names, settings.hosted_zone
    meet = "or their roles meet in it"
    # IAM tells names apart without regard to case (page "IAM and AWS STS quotas").
    issued = settings.environment_id.lower()
    return {
        issued: (f"environment_id {issued}", "as AutoMQ Cloud issues it: names, tags and evidence go by it"),
        **{names.bucket_arn(one): (f"bucket {one}", meet) for one in (names.data_bucket, names.ops_bucket)},
        **{arn: (f"key {arn}", meet) for arn in settings.keys.existing.values()},
        **({zone.existing: (f"hosted_zone {zone.existing}", meet)} if zone is not None else {}),
    }


def _environments(name: str, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    environments = values.get(KEY)
    if not isinstance(environments, dict) or not environments:
        raise SettingsError(f"{name}: {KEY} is no mapping of environments: write each one's settings below its name")
    for environment, own in environments.items():
        where = f"{name}: {KEY}.{environment}"
        if not isinstance(own, dict) or not str(environment).replace("-", "").isalnum():
            raise SettingsError(f"{where} is no mapping below a name of letters, digits and hyphens: write it so")
        if "automq_config" in own:
            raise SettingsError(
                f"{where} holds automq_config, a secret of its stack: "
                f"pulumi config set --stack {name}.{environment} --secret automq_config"
            )
    return environments
