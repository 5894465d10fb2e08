"""Verbs of the clocks."""
