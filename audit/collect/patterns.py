"""What secrets look like: named patterns, matched against text that must not enter a snapshot in clear."""

from __future__ import annotations

import re

_ASSIGNED = (
    # A reference is no secret: shell, jq and template variables, ARNs, paths, and the words of a setting.
    r"""["']?\s*[=:]\s*["']?"""
    r"""(?![\s"'$`<{%(/\\]|arn:|(?:true|false|null|none|required|optional|enabled|disabled)\b)"""
)

ANYWHERE = {
    "private_key": re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"),
    "token": re.compile(
        r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{40,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}|[sr]k_live_\w{20,}"
        r"|npm_[A-Za-z0-9]{36}|AIza[\w-]{35}|SG\.[\w-]{20,}\.[\w-]{20,}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,})"
    ),
    "connection_string": re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s:/@$]*:[^\s:/@$]+@[^\s/]", re.IGNORECASE),
    "webhook": re.compile(r"https://hooks\.slack\.com/services/\w+/\w+/\w+"),
}
"""Patterns specific enough for any text of an answer."""

FREE_TEXT = {
    **ANYWHERE,
    "aws_access_key": re.compile(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    "aws_secret_key": re.compile(rf"(?i)secret_?(?:access_?)?key{_ASSIGNED}[A-Za-z0-9/+]{{40}}"),
    "password": re.compile(
        r"(?i)(?<![a-z])(?:password|passwd|pwd|passphrase|secret|client_?secret|secret_?key|api_?key|access_?token"
        rf"|auth_?token|token|private_?key){_ASSIGNED}\S{{4,}}"
    ),
}
"""Patterns for what people write: user data, tags, descriptions."""

WRITTEN = {**ANYWHERE, "aws_secret_key": FREE_TEXT["aws_secret_key"]}
"""Patterns specific enough for all that is written about an account; the id of an access key is no secret."""

HINTS = {
    "private_key": ("private key",),
    "token": (
        *("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox"),
        *("k_live_", "npm_", "aiza", "sg.", "eyj"),
    ),
    "connection_string": ("://",),
    "webhook": ("hooks.slack.com",),
    "aws_secret_key": ("secret",),
}
"""What stands in every text that such a pattern matches, in lower case: quick to look for in much text."""


def looks_like(text: str, patterns: dict[str, re.Pattern[str]] = FREE_TEXT) -> list[str]:
    """The names of the patterns that a text shows, sorted; empty when it shows none."""
    return sorted(name for name, pattern in patterns.items() if pattern.search(text))
