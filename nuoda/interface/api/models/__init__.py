"""Tables of the programming interface."""

from .requests import SentRequest

__all__ = ["SentRequest"]
