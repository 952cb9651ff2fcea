"""AWS STS: who is asking. Its one row is also the root of rows whose parameters are known beforehand."""

from audit.services.row import Row, Scope

ROWS = (
    Row(
        "sts",
        "GetCallerIdentity",
        "sts:GetCallerIdentity",
        "Shows whose eyes the audit saw with, and gives other rows the account id.",
        scope=Scope.GLOBAL,
    ),
)
