"""What the reports keep: findings about clocks, and bundles that were made to be handed on."""

from .bundles import Bundle
from .findings import Finding

__all__ = ["Bundle", "Finding"]
