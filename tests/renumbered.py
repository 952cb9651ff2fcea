"""The tidy account, and the same environment in another account, region and partition: every id that AWS made up is another one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache

from audit.difference.names import MADE_UP
from audit.model.contract import BoundaryContract
from audit.model.snapshot import Record
from audit.policy.examples import Account

GLOBAL = re.compile(r"(ami|pl|snap)-|12345678-1234")
"""What stands outside the environment: public images, lists of AWS, the certificate that the settings name."""
TURNED = str.maketrans("0123456789abcdef", "123456789abcdef0")
MOVED = {
    "444455556666": "999988887777",
    "us-east-1": "us-gov-west-1",
    "arn:aws:": "arn:aws-us-gov:",
    '"partition": "aws"': '"partition": "aws-us-gov"',
    '"partition":"aws"': '"partition":"aws-us-gov"',
}


@cache
def tidy() -> Account:
    return Account.tidy()


def renumbered(account: Account) -> Account:
    """The same environment elsewhere: every id that AWS made up is another one."""

    def other(found: re.Match[str]) -> str:
        token = found.group()
        return token if GLOBAL.match(token) or "EXAMPLE" in token else re.sub(r"[0-9a-f]{8,}", _turned, token)

    def told(text: str) -> str:
        text = MADE_UP.sub(other, text)
        for here, there in MOVED.items():
            text = text.replace(here, there)
        return text

    records = tuple(Record.read(told(one.line()), told(one.path)) for one in account.snapshot.records)
    manifest = type(account.snapshot.manifest).model_validate_json(told(account.snapshot.manifest.model_dump_json()))
    contract = BoundaryContract.from_json(json.loads(told(account.contract.text())), "")
    return Account(replace(account.snapshot, records=records, manifest=manifest), contract)


def _turned(found: re.Match[str]) -> str:
    return found.group().translate(TURNED)
