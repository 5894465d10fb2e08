"""Papers, the hands that signed them, and files attached to dossiers."""

from .attachments import Attachment
from .papers import Hand, Paper, Signature, VerifyToken

__all__ = ["Attachment", "Hand", "Paper", "Signature", "VerifyToken"]
