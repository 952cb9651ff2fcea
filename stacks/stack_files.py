"""The files stacks/Pulumi.<stack>.yaml, read without Pulumi: what the rehearsal and `byoc init` work from."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from audit.model.errors import SettingsError
from stacks import environments
from stacks.automq_config import sample_automq_config
from stacks.settings import PROJECT, Settings

FOLDER = Path(__file__).parent
STACK_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def stack_names(folder: Path = FOLDER) -> tuple[str, ...]:
    """The stacks that have a file, sorted; a set of several environments is a stack for each."""
    names = {stack for file in _files(folder) for stack in _set_of(file, folder) or (file,)}
    return tuple(sorted(names))


def stack_file(stack: str, folder: Path = FOLDER) -> Path:
    """A stack's file, which for one of several environments is that of the whole set.

    Raises SettingsError for an unknown stack, listing those that exist, and for a set without the environment.
    """
    name, _ = environments.split(stack)
    if stack in _set_of(name, folder):
        return _path(name, folder)
    several = _set_of(stack, folder)
    if several:
        raise SettingsError(f"stack {stack} is a set of several environments: name one of {', '.join(several)}")
    if stack in _files(folder):
        return _path(stack, folder)
    known = ", ".join(stack_names(folder)) or "none yet"
    raise SettingsError(f"there is no stack {stack} (the stacks are: {known}): name one, or make it with byoc init")


def own_file(stack: str, folder: Path | None = None) -> Path:
    """The file that is this stack's alone, to be written to; raises SettingsError where a set is all there is."""
    folder = folder or FOLDER
    path, own = stack_file(stack, folder), _path(stack, folder)
    if path != own and not own.is_file():
        raise SettingsError(
            f"{path.name} is of several environments, and {stack} has no file of its own yet: "
            f"pulumi config set --stack {stack} --secret automq_config makes it"
        )
    return own


def stack_values(stack: str, folder: Path | None = None) -> tuple[dict[str, Any], frozenset[str]]:
    """The settings in a stack's files, and the names of the encrypted ones; of several environments, this one's.

    What a file of the environment's own says stands over the set. Raises SettingsError as load_stack_file does.
    """
    folder = folder or FOLDER
    path, own = stack_file(stack, folder), _path(stack, folder)
    if path == own:
        return load_stack_file(path)
    values, secure = load_stack_file(own) if own.is_file() else ({}, frozenset())
    return over_its_set(stack, values, folder), secure


def over_its_set(stack: str, own: dict[str, Any], folder: Path | None = None) -> dict[str, Any]:
    """What a stack's own configuration says, over the set of environments that the stack is one of, if it is.

    Raises SettingsError for a stack that is a whole set, and as load_stack_file does.
    """
    folder = folder or FOLDER
    name, environment = environments.split(stack)
    several = (*_set_of(name, folder), *_set_of(stack, folder))
    if not several:
        return own
    path = stack_file(stack, folder)
    return environments.laid_over(environments.chosen(name, environment, load_stack_file(path)[0]), own)


def load_stack_file(path: Path) -> tuple[dict[str, Any], frozenset[str]]:
    """The settings in a stack's file without the encrypted ones, and the names of the encrypted ones.

    Raises SettingsError for a file that cannot be read, malformed YAML, or a value that is encrypted within a setting.
    """
    config = _config(path)
    values: dict[str, Any] = {}
    secure: set[str] = set()
    for key, value in config.items():
        namespace, _, name = str(key).partition(":")
        if not name:
            raise SettingsError(f"{path.name}: {key} stands without its project: write {PROJECT}:{key}")
        if namespace != PROJECT:
            continue
        if _is_secure(value):
            secure.add(name)
        elif _holds_secure(value):
            raise SettingsError(
                f"{path.name}: {name} is encrypted in part: write it in clear, or encrypt automq_config"
            )
        else:
            values[name] = value
    return values, frozenset(secure)


def rehearsed_settings(path: Path, overrides: dict[str, Any] | None = None) -> tuple[Settings, bool]:
    """The settings of a file for a rehearsal, and whether automq_config is a sample.

    The sample stands in for an encrypted or absent automq_config, which a rehearsal never decrypts.
    """
    return _rehearsed(load_stack_file(path)[0], overrides)


def stack_settings(
    stack: str, overrides: dict[str, Any] | None = None, folder: Path | None = None
) -> tuple[Settings, bool]:
    """A stack's settings for a rehearsal, as rehearsed_settings gives those of a file.

    Raises SettingsError also where environments of one set share what must be one's own.
    """
    made = _rehearsed(stack_values(stack, folder)[0], overrides)
    environments.apart({stack: made[0], **sisters(stack, folder)})
    return made


def sisters(stack: str, folder: Path | None = None) -> dict[str, Settings]:
    """The other environments of the stack's set, by the names of their stacks."""
    others = [one for one in _set_of(environments.split(stack)[0], folder or FOLDER) if one != stack]
    return {other: _rehearsed(stack_values(other, folder)[0], None)[0] for other in others}


def _rehearsed(stored: dict[str, Any], overrides: dict[str, Any] | None) -> tuple[Settings, bool]:
    values = {**stored, **(overrides or {})}
    sampled = "automq_config" not in values
    if sampled:
        environment, region, account = (
            str(values.get(name, "")) for name in ("environment_id", "region", "aws_account_id")
        )
        values["automq_config"] = sample_automq_config(environment, region, account, _ops_bucket(values))
    _require_own(values, sampled=sampled)
    return Settings.from_config(values), sampled


def _ops_bucket(values: dict[str, Any]) -> str | None:
    """The ops bucket's name where the settings name it as a bucket that is there."""
    buckets = values.get("buckets")
    named = buckets.get("existing") if isinstance(buckets, dict) else None
    name = named.get("ops") if isinstance(named, dict) else None
    return name if isinstance(name, str) else None


def _files(folder: Path) -> tuple[str, ...]:
    names = (path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in folder.glob("Pulumi.*.yaml"))
    return tuple(sorted(names))


def _path(stack: str, folder: Path) -> Path:
    return folder / f"Pulumi.{stack}.yaml"


def _set_of(name: str, folder: Path) -> tuple[str, ...]:
    """The stacks of the environments in a file; none for a file of one stack, or for no file."""
    path = _path(name, folder)
    # Most files are of one stack, and parsing each for a list of names would be slow.
    if not path.is_file() or f"{PROJECT}:{environments.KEY}:" not in path.read_text("utf-8", errors="replace"):
        return ()
    return environments.stacks_of(name, load_stack_file(path)[0])


def _require_own(values: dict[str, Any], *, sampled: bool) -> None:
    # A sample of nothing would make automq_config the culprit of what the file itself lacks.
    missing = [name for name in ("environment_id", "region", "aws_account_id") if not values.get(name)]
    if sampled and missing:
        raise SettingsError(f"{missing[0]} is not set: pulumi config set {missing[0]} VALUE")


def _config(path: Path) -> dict[str, Any]:
    try:
        data = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path.name} cannot be read ({error.strerror}): make it with byoc init") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        where = getattr(error, "problem_mark", None)
        place = f" at line {where.line + 1}" if where else ""
        raise SettingsError(
            f"{path.name} is malformed YAML{place}: mend the line, or make it with byoc init"
        ) from error
    config = data.get("config", {}) if isinstance(data, dict) else None
    if not isinstance(config, dict):
        raise SettingsError(f"{path.name} has no mapping named config: write the settings below config:")
    return config


def _is_secure(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"secure"}


def _holds_secure(value: Any) -> bool:
    if isinstance(value, dict):
        return _is_secure(value) or any(_holds_secure(part) for part in value.values())
    return isinstance(value, list) and any(_holds_secure(part) for part in value)
