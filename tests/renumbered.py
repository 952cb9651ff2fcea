"""The tidy account, and the same environment in another account: every id that AWS made up is another one."""

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
ACCOUNT, ELSEWHERE = "444455556666", "999988887777"


@cache
def tidy() -> Account:
    return Account.tidy()


def renumbered(account: Account) -> Account:
    """The same environment in another account: every id that AWS made up is another one."""

    def other(found: re.Match[str]) -> str:
        token = found.group()
        return token if GLOBAL.match(token) or "EXAMPLE" in token else re.sub(r"[0-9a-f]{8,}", _turned, token)

    def told(text: str) -> str:
        return MADE_UP.sub(other, text).replace(ACCOUNT, ELSEWHERE)

    records = tuple(Record.read(told(one.line()), told(one.path)) for one in account.snapshot.records)
    entries = tuple(entry.model_copy(update={"id": ELSEWHERE}) for entry in account.snapshot.manifest.accounts)
    manifest = account.snapshot.manifest.model_copy(update={"accounts": entries})
    contract = BoundaryContract.from_json(json.loads(told(account.contract.text())), "")
    return Account(replace(account.snapshot, records=records, manifest=manifest), contract)


def _turned(found: re.Match[str]) -> str:
    return found.group().translate(TURNED)
