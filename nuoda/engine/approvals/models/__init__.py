"""Approvals: what was asked, of whom, and what they said."""

from .approvals import Approval, Copy, Round
from .steps import Decision, Seat, Step

__all__ = ["Approval", "Copy", "Decision", "Round", "Seat", "Step"]
