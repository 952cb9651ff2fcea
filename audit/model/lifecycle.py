"""How long S3 keeps what is stored in it, by a bucket's lifecycle rules (Lifecycle configuration elements)."""

from __future__ import annotations

from typing import Any


def expiry_days(rules: Any, prefix: str = "") -> int | None:
    """The fewest days after which a lifecycle rule expires current objects below a prefix; None when none does.

    A rule with a date expires everything once the date has come: no days.
    """
    days = [
        rule["Expiration"].get("Days", 0)
        for rule in rules or ()
        if rule.get("Status") == "Enabled"
        and {"Days", "Date"} & {*rule.get("Expiration", {})}
        and _covers(rule, prefix)
    ]
    return min(days, default=None)


def _covers(rule: dict[str, Any], prefix: str) -> bool:
    """Whether a rule may concern objects below the prefix; tag and size filters may."""
    scope = rule.get("Filter") or {}
    of = str((scope.get("And") or scope).get("Prefix", rule.get("Prefix", "")) or "")
    return of.startswith(prefix) or prefix.startswith(of.rstrip("/"))
