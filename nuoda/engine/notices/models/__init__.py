"""Notices to people, channels to the outside, and what was delivered."""

from .channels import Channel, Delivery
from .notices import Notice
from .preferences import Habit, Preference

__all__ = ["Channel", "Delivery", "Habit", "Notice", "Preference"]
