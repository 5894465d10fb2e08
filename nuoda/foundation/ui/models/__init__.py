from .sent_forms import SentForm
from .saved_views import SavedView

__all__ = ["SavedView", "SentForm"]
