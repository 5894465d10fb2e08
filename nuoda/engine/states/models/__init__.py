"""What the gates held back."""

from .refusals import Refusal

__all__ = ["Refusal"]
