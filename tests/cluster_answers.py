"""What AWS answers of a cluster beyond the emulator: entries and associations as the program declares them.

Requests and answers are checked against botocore's shapes, so that a name that EKS does not know fails the test.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import boto3
from botocore.stub import Stubber

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Rehearsed

_ABOUT = (
    "ListAccessEntries",
    "ListAssociatedAccessPolicies",
    "ListPodIdentityAssociations",
    "DescribePodIdentityAssociation",
)
_METHODS = {
    "ListAccessEntries": "list_access_entries",
    "ListAssociatedAccessPolicies": "list_associated_access_policies",
    "ListPodIdentityAssociations": "list_pod_identity_associations",
    "DescribePodIdentityAssociation": "describe_pod_identity_association",
}
Entry = tuple[str, str, dict[str, Any]]
Pod = tuple[str, str, str]


def answered(seen: Rehearsed, entries: list[Entry], pods: list[Pod]) -> Rehearsed:
    """The same account where EKS tells its entries (ARN, access policy, scope) and pods (namespace, account, role)."""
    manifest = seen.snapshot.manifest
    emulated = {what: why for what, why in manifest.emulated.items() if not what.startswith("eks:")}
    kept = [record for record in seen.snapshot.records if record.operation not in _ABOUT]
    (listed,) = [record for record in kept if record.operation == "ListClusters"]
    (cluster,) = dict(listed.response or {})["clusters"]
    more = [
        dataclasses.replace(listed, operation=operation, params=params, response=_checked(operation, params, response))
        for operation, params, response in _answers(cluster, entries, pods)
    ]
    snapshot = dataclasses.replace(
        seen.snapshot, manifest=manifest.model_copy(update={"emulated": emulated}), records=(*kept, *more)
    )
    return dataclasses.replace(seen, snapshot=snapshot)


def _answers(
    cluster: str, entries: list[Entry], pods: list[Pod]
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    of = {"clusterName": cluster}
    principals = list(dict.fromkeys(principal for principal, _, _ in entries))
    yield "ListAccessEntries", of, {"accessEntries": principals}
    for principal in principals:
        held = [
            {"policyArn": f"arn:aws:eks::aws:cluster-access-policy/{policy}", "accessScope": scope}
            for who, policy, scope in entries
            if who == principal
        ]
        asked = {**of, "principalArn": principal}
        yield "ListAssociatedAccessPolicies", asked, {**asked, "associatedAccessPolicies": held}
    found = []
    for number, (namespace, account, role) in enumerate(pods):
        name = f"a-{number}"
        arn = f"arn:aws:eks:us-east-1:555566667777:podidentityassociation/{cluster}/{name}"
        place = {**of, "namespace": namespace, "serviceAccount": account, "associationArn": arn, "associationId": name}
        found.append(place)
        yield (
            "DescribePodIdentityAssociation",
            {**of, "associationId": name},
            {"association": {**place, "roleArn": role}},
        )
    yield "ListPodIdentityAssociations", of, {"associations": found}


def _checked(operation: str, params: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    client = boto3.client("eks", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stubber:
        stubber.add_response(_METHODS[operation], response, params)
        answer = getattr(client, _METHODS[operation])(**params)
    return {key: value for key, value in answer.items() if key != "ResponseMetadata"}
