"""Reads what is there: botocore's calls by name, in which absent is an answer and a refusal is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from audit.model.errors import SettingsError

if TYPE_CHECKING:
    from botocore.client import BaseClient


class Reader:
    """Calls of one region with the credentials that the provider takes too: the environment's and the profile's."""

    def __init__(self, region: str) -> None:
        self._session = boto3.session.Session(region_name=region)
        self._clients: dict[str, BaseClient] = {}

    def require_account(self, account: str) -> None:
        """Raise SettingsError when the credentials are of another account, where nothing could be found."""
        caller = self.answer("sts", "GetCallerIdentity", {})["Account"]
        if caller != account:
            raise SettingsError(
                f"the credentials are of the account {caller}, aws_account_id is {account}: take that account's"
            )

    def answer(self, service: str, operation: str, params: dict[str, Any], absent: tuple[str, ...] = ()) -> Any:
        """AWS's answer, all pages of it; None when its error is one of ``absent``. Raises SettingsError otherwise."""
        found, code = self.asked(service, operation, params)
        if found is None and code not in absent:
            raise SettingsError(
                f"what the settings name could not be read ({service}:{operation} was refused with {code}): let the "
                "deploying role do that"
            )
        return found

    def asked(self, service: str, operation: str, params: dict[str, Any]) -> tuple[Any, str]:
        """AWS's answer, all pages of it, or None and its error's code; raises SettingsError when nobody answers."""
        client, method = self._client(service), xform_name(operation)
        try:
            if client.can_paginate(method):
                return client.get_paginator(method).paginate(**params).build_full_result(), ""
            return getattr(client, method)(**params), ""
        except ClientError as error:
            return None, error.response.get("Error", {}).get("Code", "")
        except BotoCoreError as error:
            raise SettingsError(
                f"what the settings name could not be read ({service}:{operation}: {error}): set the credentials and "
                "the region of the account"
            ) from error

    def _client(self, service: str) -> BaseClient:
        if service not in self._clients:
            self._clients[service] = self._session.client(service)  # type: ignore[call-overload]  # data here
        return self._clients[service]
