"""The log account that settings name: its key and its bucket, set up as the environment asked its owner to."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from components.documents.bucket_requests import BucketRole
from components.documents.buckets import audit_bucket
from components.documents.keys import administration, log_account_key
from components.documents.statement import document
from stacks.rehearsal.surroundings import buckets
from stacks.rehearsal.surroundings.step import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks.settings import Settings


def steps(settings: Settings) -> Iterator[Step]:
    """The calls of the log account's team, made in its account."""
    given = settings.log_account
    if given is None:
        return
    names, identity = settings.names, given.key.rpartition("/")[2]
    theirs = administration(replace(names, account=given.account))
    policy = document(theirs, *log_account_key(names)["Statement"])
    asked = {"Policy": json.dumps(policy), "Description": "Key of the log account"}
    yield Step("kms", "CreateKey", asked, (identity,), given.account)
    yield Step("kms", "EnableKeyRotation", {"KeyId": identity}, account=given.account)
    for step in buckets.bucket(settings, BucketRole.AUDIT, given.bucket, given.key, audit_bucket(names)):
        yield replace(step, account=given.account)
