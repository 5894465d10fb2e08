"""Policies and their versions."""

from .policies import Policy, PolicyVersion

__all__ = ["Policy", "PolicyVersion"]
