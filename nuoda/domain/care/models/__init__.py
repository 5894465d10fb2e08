"""Care after the work: follow-up calls."""

from .follow_ups import FollowUp

__all__ = ["FollowUp"]
