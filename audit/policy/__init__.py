"""Loads the policy pack and judges it: what must hold is data, in policies/ and in a folder of the user's own."""

from audit.policy.judge import Judgement, judge
from audit.policy.load import load
from audit.policy.rule import Policy

__all__ = ["Judgement", "Policy", "judge", "load"]
