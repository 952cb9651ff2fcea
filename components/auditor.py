"""The role by which a security account audits the environment: the read-only policy of the audit, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from components.documents import trust
from components.documents.statement import packed
from components.rendered import text
from components.roles import Grants, GrantsArgs, Role, RoleArgs

if TYPE_CHECKING:
    from components.layout import Names
    from components.plan import AuditorPlan


class Auditor(pulumi.ComponentResource):
    """The role, and its policy in as many managed policies as hold it."""

    arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        names: Names,
        plan: AuditorPlan,
        boundary: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("byoc:aws:Auditor", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        trusted = text(trust.auditor(names, plan.account, plan.external_id))
        does = f"The audit from account {plan.account}: reads settings and policies, no records"
        role = Role(name, RoleArgs(names.auditor_role, does, trusted, existing_boundary=boundary), child)
        policies = {
            names.policy_name(f"auditor-{number}"): text(document)
            for number, document in enumerate(packed(plan.policy["Statement"]), start=1)
        }
        Grants(name, GrantsArgs(role.name, policies), child)
        self.arn = role.arn
        self.register_outputs({"arn": self.arn})
