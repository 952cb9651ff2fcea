"""The actions that both choices of the console's identity policy share, after the vendor's contract."""

from __future__ import annotations

IAM_READS = (
    "iam:GetInstanceProfile",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListInstanceProfilesForRole",
    "iam:ListRolePolicies",
)
PRICING = ("pricing:DescribeServices", "pricing:GetAttributeValues", "pricing:GetProducts")
# Creation of what takes tags in the same request.
COMPUTE_CREATES = (
    "autoscaling:CreateAutoScalingGroup",
    "ec2:CreateKeyPair",
    "ec2:CreateLaunchTemplate",
    "ec2:CreateNetworkInterface",
    "ec2:CreateSecurityGroup",
    "ec2:CreateVolume",
)
# EC2's listings take no resource; ec2:DescribeInstanceAttribute does, and reads user data: it is granted apart.
COMPUTE_READS = (
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeImages",
    "ec2:DescribeInstanceTypeOfferings",
    "ec2:DescribeInstances",
    "ec2:DescribeKeyPairs",
    "ec2:DescribeLaunchTemplateVersions",
    "ec2:DescribeLaunchTemplates",
    "ec2:DescribeNetworkInterfaceAttribute",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroupRules",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeTags",
    "ec2:DescribeVolumes",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
)
TEMPLATE_WRITES = ("ec2:CreateLaunchTemplateVersion", "ec2:DeleteLaunchTemplate", "ec2:ModifyLaunchTemplate")
COMPUTE_MANAGES = (
    "autoscaling:AttachInstances",
    "autoscaling:CreateOrUpdateTags",
    "autoscaling:DeleteAutoScalingGroup",
    "autoscaling:DeleteTags",
    "autoscaling:DetachInstances",
    "autoscaling:ResumeProcesses",
    "autoscaling:SuspendProcesses",
    "autoscaling:UpdateAutoScalingGroup",
    "ec2:AttachVolume",
    "ec2:AuthorizeSecurityGroupEgress",
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:DeleteKeyPair",
    "ec2:DeleteSecurityGroup",
    "ec2:DeleteVolume",
    "ec2:DetachVolume",
    "ec2:RebootInstances",
    "ec2:StopInstances",
    "ec2:TerminateInstances",
)
# The tags of what is created are written by the same request; EC2 names that request in ec2:CreateAction.
CREATE_ACTIONS = (
    "RunInstances",
    "CreateVolume",
    "CreateLaunchTemplate",
    "CreateSecurityGroup",
    "CreateNetworkInterface",
    "CreateKeyPair",
)
OBJECTS = ("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject", "s3:PutObjectTagging")
RECORD_READS = ("route53:GetHostedZone", "route53:ListResourceRecordSets")
ZONE_LISTS = ("route53:ListHostedZones", "route53:ListHostedZonesByName", "route53:ListHostedZonesByVPC")
PULL_IMAGES = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
