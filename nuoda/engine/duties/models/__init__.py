"""Duties of a period, what proves them, audits with their samples, and ladders of what is missed."""

from .audits import Audit, AuditCase, AuditMark
from .escalations import Escalation
from .obligations import Attestation, Evidence, Obligation, Watch

__all__ = ["Attestation", "Audit", "AuditCase", "AuditMark", "Escalation", "Evidence", "Obligation", "Watch"]
