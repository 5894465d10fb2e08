from .saved_views import SavedView
from .sent_forms import SentForm

__all__ = ["SavedView", "SentForm"]
