"""Route 53 Resolver DNS Firewall, which the emulator lacks: nothing is made, and what rests on it is unknown."""

from __future__ import annotations

from stacks.rehearsal.row import Row

_NONE = {
    "route53resolver:ListFirewallRuleGroupAssociations": "the emulator has no DNS Firewall",
    "route53resolver:ListFirewallConfigs": "the emulator has no DNS Firewall",
}


def _row(kind: str, made: str) -> Row:
    return Row(
        type=f"aws:route53/{kind[0].lower()}{kind[1:]}:{kind}",
        service="route53resolver",
        create=None,
        id=f"join('-', ['{made}', name])",
        outputs={"arn": f"arn('route53resolver', join('/', ['{kind}', id]))"},
        cannot_show=_NONE,
    )


ROWS = (
    _row("ResolverFirewallDomainList", "rslvr-fdl"),
    _row("ResolverFirewallRuleGroup", "rslvr-frg"),
    _row("ResolverFirewallRule", "rslvr-fr"),
    _row("ResolverFirewallRuleGroupAssociation", "rslvr-frgassoc"),
    _row("ResolverFirewallConfig", "rslvr-fc"),
)
