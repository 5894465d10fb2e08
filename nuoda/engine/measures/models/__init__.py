"""Closed periods of indicators: the figures, and the very cases that made them."""

from .figures import Closing, Figure, FigureCase

__all__ = ["Closing", "Figure", "FigureCase"]
