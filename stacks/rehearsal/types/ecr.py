"""ECR: repositories of images."""

from __future__ import annotations

from stacks.rehearsal.row import Call, Row

_MADE = "answers.CreateRepository.repository"

ROWS = (
    Row(
        type="aws:ecr/repository:Repository",
        service="ecr",
        create=Call(operation="CreateRepository", params={"tags": "tags"}),
        named="name",
        rename={"name": "repositoryName"},
        elsewhere={"forceDelete": "steers only deletion"},
        id=f"{_MADE}.repositoryName",
        outputs={
            "arn": f"{_MADE}.repositoryArn",
            "registryId": f"{_MADE}.registryId",
            "repositoryUrl": f"{_MADE}.repositoryUri",
        },
        delete=(Call(operation="DeleteRepository", params={"repositoryName": "id", "force": "`true`"}),),
        read=Call(
            operation="DescribeRepositories",
            params={"repositoryNames": "[id]"},
            absent=frozenset({"RepositoryNotFoundException"}),
        ),
        tagged=True,
    ),
)
