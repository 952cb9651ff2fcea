"""A declared stack as Terraform's plan: every resource stands in it or is told as unmapped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from stacks.declared.plan import plan
from stacks.declared.resource import Declared, Resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacks.declared.plan import Planned

PROGRAMS = ("static_site", "vpc_instances", "queue_function")


def values(planned: Planned, address: str) -> dict[str, Any]:
    resources = planned.plan["planned_values"]["root_module"]["resources"]
    return next(one["values"] for one in resources if one["address"] == address)


def expressions(planned: Planned, address: str) -> dict[str, Any]:
    resources = planned.plan["configuration"]["root_module"]["resources"]
    return next(one["expressions"] for one in resources if one["address"] == address)


def resource(kind: str, name: str, **more: Any) -> Resource:
    return Resource(f"urn:pulumi:dev::p::{kind}::{name}", kind, **more)


def stack(*resources: Resource) -> Declared:
    return Declared("dev", {one.urn: one for one in resources})


@pytest.mark.parametrize("form", ["export", "preview"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_every_resource_of_a_program_is_in_its_plan(declared: Callable[..., Declared], program: str, form: str) -> None:
    found = declared(program, form)
    planned = plan(found)
    custom = {one.urn for one in found.resources.values() if one.custom}
    assert {one.urn for one in planned.resources.values()} == custom
    assert planned.unmapped == ()
    assert [one.unmapped for one in planned.arguments.values() if one.unmapped] == []


def test_a_static_site_converts(declared: Callable[..., Declared]) -> None:
    planned = plan(declared("static_site"))
    site = values(planned, "aws_cloudfront_distribution.site")
    assert site["origin"][0]["custom_origin_config"][0]["http_port"] == 80
    assert site["default_cache_behavior"][0]["forwarded_values"] == [
        {"query_string": False, "cookies": [{"forward": "none"}]}
    ]
    assert site["custom_error_response"][0]["error_code"] == 404
    assert site["aliases"] == ["www.example.com"]
    assert values(planned, "aws_s3_bucket_website_configuration.site")["index_document"] == [{"suffix": "index.html"}]
    assert values(planned, "aws_route53_record.site")["alias"][0]["evaluate_target_health"] is False
    assert "hello" not in str(planned.plan)


def test_a_vpc_with_instances_converts(declared: Callable[..., Declared]) -> None:
    planned = plan(declared("vpc_instances", "preview"))
    assert values(planned, "aws_security_group.web")["ingress"][0]["cidr_blocks"] == ["0.0.0.0/0"]
    assert values(planned, "aws_instance.web-0")["root_block_device"] == [{"volume_size": 10, "encrypted": False}]
    assert expressions(planned, "aws_instance.web-1") == {
        "subnet_id": {"references": ["aws_subnet.web-1.id", "aws_subnet.web-1"]},
        "vpc_security_group_ids": {"references": ["aws_security_group.web.id", "aws_security_group.web"]},
    }
    assert expressions(planned, "aws_route_table.web")["route"] == [
        {"gateway_id": {"references": ["aws_internet_gateway.web.id", "aws_internet_gateway.web"]}}
    ]


def test_a_queue_with_a_function_converts(declared: Callable[..., Declared]) -> None:
    planned = plan(declared("queue_function"))
    function = values(planned, "aws_lambda_function.worker")
    assert (function["handler"], function["filename"]) == ("worker.handle", "./worker")
    assert expressions(planned, "aws_lambda_event_source_mapping.worker")["event_source_arn"]["references"] == [
        "aws_sqs_queue.jobs.arn",
        "aws_sqs_queue.jobs",
    ]
    assert values(planned, "aws_lambda_permission.worker")["function_name"] == "worker-1a2b3c4"


def test_names_that_collide_or_are_no_identifiers_have_addresses_of_their_own() -> None:
    bucket = "aws:s3/bucket:Bucket"
    planned = plan(stack(*(resource(bucket, name) for name in ("a.b", "a_b", "a b", "1st", "a_b_1"))))
    assert list(planned.resources) == [
        "aws_s3_bucket.a_b",
        "aws_s3_bucket.a_b_2",
        "aws_s3_bucket.a_b_3",
        "aws_s3_bucket._1st",
        "aws_s3_bucket.a_b_1",
    ]
    assert len({one.urn for one in planned.resources.values()}) == 5


def test_what_is_no_type_of_aws_is_told_as_unmapped() -> None:
    other = resource("random:index/randomPassword:RandomPassword", "password")
    planned = plan(stack(other, resource("aws:s3/bucket:Bucket", "data"), resource("pulumi:providers:aws", "aws")))
    assert [one.name for one in planned.unmapped] == ["password"]
    assert list(planned.resources) == ["aws_s3_bucket.data"]


def test_the_plan_has_what_terraform_prints() -> None:
    planned = plan(stack(resource("aws:s3/bucket:Bucket", "data", inputs={"bucket": "b"})))
    (change,) = planned.plan["resource_changes"]
    assert planned.plan["format_version"] == "1.2"
    assert change["change"] == {"actions": ["create"], "before": None, "after": {"bucket": "b"}, "after_unknown": {}}
