"""A queue with a function, as the public examples have it: a role, its rights, the function and what feeds it."""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws


def main() -> None:
    letters = aws.sqs.Queue("letters")
    queue = aws.sqs.Queue(
        "jobs",
        visibility_timeout_seconds=180,
        redrive_policy=letters.arn.apply(lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 4})),
    )
    role = aws.iam.Role(
        "worker",
        assume_role_policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            }
        ),
    )
    aws.iam.RolePolicy(
        "worker",
        role=role.id,
        policy=queue.arn.apply(
            lambda arn: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {"Effect": "Allow", "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage"], "Resource": arn},
                        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"},
                    ],
                }
            )
        ),
    )
    function = aws.lambda_.Function(
        "worker",
        role=role.arn,
        runtime="python3.13",
        handler="worker.handle",
        code=pulumi.FileArchive("./worker"),
        environment={"variables": {"QUEUE": queue.url, "API_TOKEN": pulumi.Output.secret("never-shown")}},
    )
    aws.lambda_.EventSourceMapping("worker", event_source_arn=queue.arn, function_name=function.name, batch_size=10)
    aws.lambda_.Permission(
        "worker", function=function.name, action="lambda:InvokeFunction", principal="sqs.amazonaws.com"
    )
