"""What the emulator does not answer, or answers with an empty success: services in which no row makes anything."""

from __future__ import annotations

_NO_SUCH_CALL = "the emulator does not know the call"
_EMPTY = "the emulator answers an empty success to a call that it does not know"

CANNOT_SHOW = {
    "account:GetContactInformation": "the emulated account has no contacts; yours only your account shows",
    "backup:ListRecoveryPointsByBackupVault": "no backup has run in a rehearsal",
    "cloudfront:ListVpcOrigins": _NO_SUCH_CALL,
    "cloudtrail:ListEventDataStores": _NO_SUCH_CALL,
    "ec2:DescribeClientVpnEndpoints": _NO_SUCH_CALL,
    "ec2:DescribeImages": "the emulated region has none of Amazon's images",
    "ec2:DescribeInstanceConnectEndpoints": _NO_SUCH_CALL,
    "ec2:DescribeVerifiedAccessEndpoints": _NO_SUCH_CALL,
    "ec2:DescribeVpcBlockPublicAccessExclusions": _NO_SUCH_CALL,
    "ec2:DescribeVpcBlockPublicAccessOptions": _NO_SUCH_CALL,
    "ec2:GetEbsDefaultKmsKeyId": _NO_SUCH_CALL,
    "ec2:GetImageBlockPublicAccessState": _NO_SUCH_CALL,
    "ec2:GetSerialConsoleAccessStatus": _NO_SUCH_CALL,
    "ec2:GetSnapshotBlockPublicAccessState": _NO_SUCH_CALL,
    "globalaccelerator:ListAccelerators": _NO_SUCH_CALL,
    "logs:DescribeAccountPolicies": _NO_SUCH_CALL,
    "logs:GetDataProtectionPolicy": _NO_SUCH_CALL,
    "oam:ListLinks": _NO_SUCH_CALL,
    "organizations:DescribeEffectivePolicy": _NO_SUCH_CALL,
    "s3:GetBucketMetadataConfiguration": _EMPTY,
    "s3:ListBucketAnalyticsConfigurations": _EMPTY,
    "s3control:ListAccessGrants": _NO_SUCH_CALL,
    "s3control:ListAccessGrantsInstances": _NO_SUCH_CALL,
    "ssm:DescribeInstanceInformation": _NO_SUCH_CALL,
    "ssm:GetServiceSetting": _NO_SUCH_CALL,
    "vpc-lattice:ListResourceGateways": _NO_SUCH_CALL,
}
