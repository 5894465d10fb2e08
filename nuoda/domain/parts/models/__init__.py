"""Spare parts."""

from .parts import Part, PartFit

__all__ = ["Part", "PartFit"]
