"""Everybody who can be measured, by name."""

from collections.abc import Mapping

from selfstarter.evals.agent import OURS, Agent, ours
from selfstarter.evals.baselines.bare import bare

AGENTS: Mapping[str, Agent] = {OURS: ours, "bare": bare}
