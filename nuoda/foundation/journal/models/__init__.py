"""The spine: dossiers, entries, and what guards them."""

from .dossiers import CaseShare, Dossier
from .entries import Anchor, AnchoredHead, DayChain, Entry, Remark, Source

__all__ = ["Anchor", "AnchoredHead", "CaseShare", "DayChain", "Dossier", "Entry", "Remark", "Source"]
