"""Policies and their versions, and the rules that could not be judged."""

from .errors import ClauseError
from .policies import Policy, PolicyVersion

__all__ = ["ClauseError", "Policy", "PolicyVersion"]
