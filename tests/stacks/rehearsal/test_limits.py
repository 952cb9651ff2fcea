from __future__ import annotations

import botocore.session

from stacks.rehearsal.limits import completions, differing, limits, mended
from stacks.rehearsal.types import rows


def test_each_limit_names_an_operation_of_botocore() -> None:
    session = botocore.session.get_session()
    for limit in limits():
        service, _, operation = limit.subject.partition(":")
        assert operation in session.get_service_model(service).operation_names


def test_the_defaults_of_new_buckets_are_listed_as_completed() -> None:
    completed = [limit.text for limit in completions() if limit.subject == "aws:s3/bucket:Bucket"]
    assert len(completed) == 3


def test_differences_name_types_that_have_rows() -> None:
    assert {limit.subject for limit in differing()} <= rows().keys()


def test_each_mended_fault_says_what_is_wrong() -> None:
    assert all(limit.text.endswith(".") for limit in mended())
