"""Drafts of regulations, and who has read what changed."""

from .drafts import Draft
from .readings import Reading

__all__ = ["Draft", "Reading"]
