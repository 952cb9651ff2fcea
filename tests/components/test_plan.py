import pytest

from components.plan import NetworkPlan

ZONES = ("eu-west-1a", "eu-west-1b", "eu-west-1c")


@pytest.mark.parametrize(("nat", "public", "blocks"), [("none", False, 0), ("none", True, 3), ("single", False, 3)])
def test_public_subnets_are_made_where_asked_for_or_needed(nat: str, *, public: bool, blocks: int) -> None:
    plan = NetworkPlan("10.42.0.0/16", ZONES, nat, public)  # type: ignore[arg-type]
    assert len(plan.blocks.public) == blocks
    assert len(plan.blocks.private) == 3
