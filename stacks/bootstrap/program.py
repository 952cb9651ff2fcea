"""The bucket for Pulumi's state, versioned and encrypted, and the key of its ``awskms://`` secrets provider."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.buckets import Bucket, BucketArgs, Lifecycle
from components.keys import LONGEST_DELETION_DAYS, Key, KeyArgs
from components.rendered import text
from stacks.bootstrap.documents import bucket_policy, key_policy

ALIAS = "alias/automq-byoc/state"
# A state is small, and an old one is what a mistake is undone with.
OLD_STATES_DAYS = 365


def bootstrap() -> None:
    """Declare bucket and key, and export what `pulumi login` and `pulumi stack init` are given."""
    account, region = aws.get_caller_identity().account_id, aws.get_region().region
    partition = aws.get_partition().partition
    name = pulumi.Config().get("bucket") or f"automq-byoc-state-{account}-{region}"
    # Without the key no state can be read again: both are protected.
    policy = text(key_policy(partition, account))
    key = Key(
        "state", KeyArgs(ALIAS, "Pulumi's state and the secrets in it", policy, LONGEST_DELETION_DAYS, protect=True)
    )
    Bucket(
        "state",
        BucketArgs(
            name,
            text(bucket_policy(f"arn:{partition}:s3:::{name}")),
            key.arn,
            log_bucket=None,
            versioning=True,
            lifecycle=Lifecycle(noncurrent_days=OLD_STATES_DAYS),
            protect=True,
        ),
    )
    pulumi.export("backend_url", f"s3://{name}?region={region}")
    pulumi.export("secrets_provider", f"awskms://{ALIAS}?region={region}")
