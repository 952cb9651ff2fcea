"""A static site, as the public examples have it: a bucket served by CloudFront, with its certificate and its name."""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws


def main() -> None:
    bucket = aws.s3.Bucket("site", force_destroy=True, tags={"Project": "site"})
    aws.s3.BucketWebsiteConfiguration(
        "site", bucket=bucket.id, index_document={"suffix": "index.html"}, error_document={"key": "404.html"}
    )
    block = aws.s3.BucketPublicAccessBlock(
        "site",
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=False,
        ignore_public_acls=True,
        restrict_public_buckets=False,
    )
    aws.s3.BucketPolicy(
        "site",
        bucket=bucket.id,
        policy=bucket.arn.apply(
            lambda arn: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"{arn}/*"}
                    ],
                }
            )
        ),
        opts=pulumi.ResourceOptions(depends_on=[block]),
    )
    aws.s3.BucketObject(
        "index.html", bucket=bucket.id, source=pulumi.StringAsset("<h1>hello</h1>"), content_type="text/html"
    )
    certificate = aws.acm.Certificate("site", domain_name="www.example.com", validation_method="DNS")
    distribution = aws.cloudfront.Distribution(
        "site",
        enabled=True,
        aliases=["www.example.com"],
        default_root_object="index.html",
        origins=[
            {
                "origin_id": bucket.arn,
                "domain_name": bucket.bucket_domain_name,
                "custom_origin_config": {
                    "origin_protocol_policy": "http-only",
                    "http_port": 80,
                    "https_port": 443,
                    "origin_ssl_protocols": ["TLSv1.2"],
                },
            }
        ],
        default_cache_behavior={
            "target_origin_id": bucket.arn,
            "viewer_protocol_policy": "allow-all",
            "allowed_methods": ["GET", "HEAD"],
            "cached_methods": ["GET", "HEAD"],
            "forwarded_values": {"query_string": False, "cookies": {"forward": "none"}},
        },
        custom_error_responses=[{"error_code": 404, "response_code": 404, "response_page_path": "/404.html"}],
        restrictions={"geo_restriction": {"restriction_type": "none"}},
        viewer_certificate={"acm_certificate_arn": certificate.arn, "ssl_support_method": "sni-only"},
    )
    zone = aws.route53.Zone("site", name="example.com")
    aws.route53.Record(
        "site",
        zone_id=zone.zone_id,
        name="www.example.com",
        type="A",
        aliases=[
            {
                "name": distribution.domain_name,
                "zone_id": distribution.hosted_zone_id,
                "evaluate_target_health": False,
            }
        ],
    )
