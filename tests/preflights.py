"""An embedded AWS as the account of a preflight, and its answers changed, refused, or given through botocore."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import boto3
from botocore.stub import Stubber

from audit import preflight
from audit.collect.accounts import Account
from audit.collect.ask import ask
from audit.collect.redact import Redactor
from audit.collect.request import Credentials, WalkRequest
from audit.collect.walk import collect
from audit.model.snapshot import Snapshot, Unreadable
from audit.model.verdict import Verdict
from audit.preflight.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from audit.model.intended import Intended
    from audit.model.snapshot import Record
    from audit.preflight.judged import Judged
    from stacks.rehearsal.emulator import Emulator

EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@dataclasses.dataclass
class Cloud:
    """An embedded AWS as the real account: made by hand, asked by a preflight."""

    running: Emulator
    intent: Intended
    made: int = 0

    def client(self, service: str, key: tuple[str, str] = ("root", "root"), token: str | None = None) -> Any:
        make: Any = boto3.client
        return make(
            service, endpoint_url=self.running.endpoint_url, region_name=self.running.region, aws_access_key_id=key[0],
            aws_secret_access_key=key[1], aws_session_token=token,
        )  # fmt: skip

    def user(self, policy: Mapping[str, Any]) -> Credentials:
        """A user of the account with a policy of its own."""
        iam, name = self.client("iam"), self._fresh("deployer")
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return Credentials(key["AccessKeyId"], key["SecretAccessKey"])

    def role(self, policy: Mapping[str, Any], boundary: Mapping[str, Any] | None = None) -> str:
        """The ARN of a role of the account with a policy of its own."""
        iam, name, limit = self.client("iam"), self._fresh("pulumi"), {}
        if boundary is not None:
            made = iam.create_policy(PolicyName=f"{name}-boundary", PolicyDocument=json.dumps(boundary))
            limit = {"PermissionsBoundary": made["Policy"]["Arn"]}
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": self.intent.account}}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document, **limit)["Role"]
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(policy))
        return str(role["Arn"])

    def _fresh(self, name: str) -> str:
        self.made += 1
        return f"{name}-{self.made}"

    def elsewhere(self, service: str) -> Any:
        """A client of another account."""
        role = "arn:aws:iam::999988887777:role/other"
        given = self.client("sts").assume_role(RoleArn=role, RoleSessionName="other")["Credentials"]
        return self.client(service, (given["AccessKeyId"], given["SecretAccessKey"]), given["SessionToken"])

    def asked(self, who: Credentials, intent: Intended | None = None) -> Seen:
        """What a preflight sees."""
        intent = intent or self.intent
        request = WalkRequest(
            taken_at="2026-11-28T00:00:00Z", regions=(intent.region,), credentials=who, attempts=3,
            endpoint_url=self.running.endpoint_url,
        )  # fmt: skip
        caller = collect(request, rows={preflight.WHO.name: preflight.WHO}).manifest.caller["Arn"]
        rows = preflight.rows(intent, caller)
        return Seen(intent, collect(request, rows=rows), rows)


def said(seen: Seen, check: str) -> dict[str, list[str]]:
    """What a check says, by verdict."""
    found: dict[str, list[str]] = {"broken": [], "unknown": [], "holds": []}
    for one in judged(seen, check):
        found[one.claim.verdict.value].append(one.claim.text)
    return found


def judged(seen: Seen, check: str) -> list[Judged]:
    """What one check says, broken first."""
    module = next(module for module in preflight.modules() if preflight.name_of(module) == check)
    return sorted(module.check(seen), key=lambda one: list(Verdict).index(one.claim.verdict))


def changed(seen: Seen, change: Callable[[Record], Record]) -> Seen:
    """The same with each record changed."""
    records = tuple(map(change, seen.snapshot.records))
    return dataclasses.replace(seen, snapshot=Snapshot(seen.snapshot.manifest, records))


def answering(seen: Seen, operation: str, response: Mapping[str, Any], **params: Any) -> Seen:
    """The same where an operation answers otherwise, of the calls with these parameters."""

    def change(record: Record) -> Record:
        other = f"{record.service}:{record.operation}" != operation or not params.items() <= record.params.items()
        return record if other else dataclasses.replace(record, response=response, absent=None, unreadable=None)

    return changed(seen, change)


def denied(seen: Seen, record: Record) -> Record:
    """The record of a call that was refused."""
    why = Unreadable("AccessDenied", seen.rows[f"{record.service}:{record.operation}"].permission)
    return dataclasses.replace(record, response=None, absent=None, unreadable=why)


def stubbed(seen: Seen, operation: str, answers: Mapping[str, Any]) -> Seen:
    """The same where an operation is answered through botocore: by a value of its parameters, or an error's code."""
    service, _, name = operation.partition(":")
    request = WalkRequest(taken_at=seen.now)
    session = boto3.Session("a", "b", region_name=seen.intended.region)
    make: Any = session.client

    def change(record: Record) -> Record:
        key = next((value for value in record.params.values() if isinstance(value, str) and value in answers), None)
        if (record.service, record.operation) != (service, name) or key is None:
            return record
        client = make(service, region_name=seen.intended.region)
        with Stubber(client) as stub:
            answer, method = answers[key], client.meta.method_to_api_mapping
            called = next(one for one, api in method.items() if api == name)
            if isinstance(answer, str):
                stub.add_client_error(called, answer, http_status_code=400, expected_params=dict(record.params))
            else:
                stub.add_response(called, answer, dict(record.params))
            account = Account(record.account, session, request, {(service, record.region): client})
            return ask(account, (record.region, record.region), seen.rows[operation], record.params, Redactor())

    return changed(seen, change)
