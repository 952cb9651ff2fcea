"""Start-up scripts: whoever may describe the instance reads what stands in them, and states and logs keep it (A15)."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from checkov.common.bridgecrew.severities import BcSeverities, Severities
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

_NAME = r"[A-Za-z0-9_]*(?:PASSWORD|PASSWD|SECRET|SECRET_KEY|API_KEY|TOKEN|PRIVATE_KEY)"
_GIVEN = re.compile(rf"\b{_NAME}\b[\"']?[ \t]*[=:][ \t]*[\"']?(?P<value>[^\s\"'$]{{6,}})", re.IGNORECASE)
"""A literal: a command's output, a variable and an empty value are none."""
_KEY = re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----")


class UserDataSecret(BaseResourceCheck):
    """Fails where a script holds a password, a token or a private key as such."""

    def __init__(self) -> None:
        super().__init__(
            name="Ensure that user data fetches its secrets and holds none",
            id="BYOC_6",
            categories=[CheckCategories.SECRETS],
            supported_resources=["aws_instance", "aws_launch_template", "aws_launch_configuration"],
        )
        self.severity = Severities[BcSeverities.HIGH]

    def scan_resource_conf(self, conf: dict[str, list[Any]]) -> CheckResult:
        """The verdict on one script."""
        self.evaluated_keys = ["user_data", "user_data_base64"]
        scripts = [_text(value) for key in self.evaluated_keys for value in conf.get(key, [])]
        found = any(_GIVEN.search(script) or _KEY.search(script) for script in scripts)
        return CheckResult.FAILED if found else CheckResult.PASSED


def _text(value: Any) -> str:
    """A script in clear: launch templates have theirs in Base64."""
    text = str(value)
    try:
        return base64.b64decode(text, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return text


user_data_secret = UserDataSecret()
