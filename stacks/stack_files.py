"""The files stacks/Pulumi.<stack>.yaml, read without Pulumi: what the rehearsal and `byoc init` work from."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from audit.model.errors import SettingsError
from stacks.automq_config import sample_automq_config
from stacks.settings import PROJECT, Settings

FOLDER = Path(__file__).parent
STACK_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def stack_names(folder: Path = FOLDER) -> tuple[str, ...]:
    """The stacks that have a file, sorted."""
    names = (path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in folder.glob("Pulumi.*.yaml"))
    return tuple(sorted(names))


def stack_file(stack: str, folder: Path = FOLDER) -> Path:
    """A stack's file; raises SettingsError for an unknown stack, listing those that exist."""
    if stack not in stack_names(folder):
        known = ", ".join(stack_names(folder)) or "none yet"
        raise SettingsError(f"there is no stack {stack} (the stacks are: {known}): name one, or make it with byoc init")
    return folder / f"Pulumi.{stack}.yaml"


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
    """A stack's settings for a rehearsal, and whether automq_config is a sample.

    The sample stands in for an encrypted or absent automq_config, which a rehearsal never decrypts.
    """
    values, _ = load_stack_file(path)
    values.update(overrides or {})
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
