"""What takes its content along when a program no longer declares it, which no live account shows (A17)."""

from __future__ import annotations

from typing import Any

from checkov.common.bridgecrew.severities import BcSeverities, Severities
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck


class ForceDestroy(BaseResourceCheck):
    """Fails where the content goes with the thing."""

    def __init__(self) -> None:
        super().__init__(
            name="Ensure that what holds records is not emptied to be deleted",
            id="BYOC_5",
            categories=[CheckCategories.BACKUP_AND_RECOVERY],
            supported_resources=["aws_s3_bucket", "aws_route53_zone", "aws_ecr_repository", "aws_backup_vault"],
        )
        self.severity = Severities[BcSeverities.HIGH]

    def scan_resource_conf(self, conf: dict[str, list[Any]]) -> CheckResult:
        """The verdict on one thing."""
        self.evaluated_keys = ["force_destroy"]
        given = [conf.get(name, [False])[0] for name in ("force_destroy", "force_delete")]
        return CheckResult.FAILED if True in given else CheckResult.PASSED


force_destroy = ForceDestroy()
