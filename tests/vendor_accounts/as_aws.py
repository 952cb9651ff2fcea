"""Answers that the emulator lacks or gets wrong, as AWS gives them in an account where nobody changed them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from audit.model.snapshot import Record

    Answer = Mapping[str, Any] | str
    """A response, or the code of an error that means absence."""

DEFAULTS: dict[str, Any] = {
    "account:GetAlternateContact": "ResourceNotFoundException",
    "account:GetContactInformation": {"ContactInformation": {"FullName": "Example", "CountryCode": "US"}},
    "cloudfront:ListVpcOrigins": {"VpcOriginList": {"Items": []}},
    "cloudtrail:ListEventDataStores": {"EventDataStores": []},
    "ec2:DescribeClientVpnEndpoints": {"ClientVpnEndpoints": []},
    "ec2:DescribeInstanceConnectEndpoints": {"InstanceConnectEndpoints": []},
    "ec2:DescribeVerifiedAccessEndpoints": {"VerifiedAccessEndpoints": []},
    "ec2:DescribeVpcBlockPublicAccessOptions": {"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "off"}},
    "ec2:GetImageBlockPublicAccessState": {"ImageBlockPublicAccessState": "block-new-sharing"},
    "ec2:GetInstanceMetadataDefaults": {"AccountLevel": {}},
    "ec2:GetSerialConsoleAccessStatus": {"SerialConsoleAccessEnabled": False},
    "ec2:GetSnapshotBlockPublicAccessState": {"State": "unblocked"},
    "globalaccelerator:ListAccelerators": {"Accelerators": []},
    "iam:GetAccountSummary": {
        "SummaryMap": {"AccountAccessKeysPresent": 0, "AccountMFAEnabled": 1, "AccountPasswordPresent": 1}
    },
    "logs:DescribeAccountPolicies": {"accountPolicies": []},
    "logs:GetDataProtectionPolicy": {},
    "oam:ListLinks": {"Items": []},
    "organizations:DescribeEffectivePolicy": "AWSOrganizationsNotInUseException",
    "organizations:DescribeOrganization": "AWSOrganizationsNotInUseException",
    "route53resolver:ListFirewallConfigs": {"FirewallConfigs": []},
    "route53resolver:ListFirewallRuleGroupAssociations": {"FirewallRuleGroupAssociations": []},
    "s3:GetBucketAbac": {"AbacStatus": {"Status": "Disabled"}},
    "s3:GetBucketMetadataConfiguration": "MetadataConfigurationNotFound",
    "s3:ListBucketAnalyticsConfigurations": {"IsTruncated": False},
    "s3control:ListAccessGrants": {"AccessGrantsList": []},
    "s3control:ListAccessGrantsInstances": {"AccessGrantsInstancesList": []},
    "ssm:DescribeInstanceInformation": {"InstanceInformationList": []},
    "ssm:GetServiceSetting": {"ServiceSetting": {"SettingValue": "$None", "Status": "Default"}},
    "vpc-lattice:ListResourceGateways": {"items": []},
}


def corrected(records: Iterable[Record], own: Mapping[str, Callable[[Record], Answer]]) -> Iterator[Record]:
    """The records with those answers; ``own`` are a deployment's, by operation, from what was asked."""
    for record in records:
        name = f"{record.service}:{record.operation}"
        answer = own[name](record) if name in own else DEFAULTS.get(name)
        if answer is None:
            yield record
        elif isinstance(answer, str):
            yield replace(record, response=None, absent=answer, unreadable=None)
        else:
            yield replace(record, response=dict(answer), absent=None, unreadable=None)
