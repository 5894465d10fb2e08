"""Page kinds: how a page is declared. `docs/pages.md` shows each with an example."""

from .base import EVERYONE, PUBLIC, Crumb, Page, PageRow, every_page
from .boards import BoardPage, Card, Lane
from .columns import Column
from .filters import Choice, Days, Filter, Flag, Number
from .forms import FormPage
from .homes import HomePage
from .lists import Bulk, Empty, Link, ListPage, Tab
from .phones import PhoneForm, PhonePage, PhoneRecord
from .records import Do, Event, Fact, Header, RecordPage, Section, Step, facts

__all__ = [
    "EVERYONE",
    "PUBLIC",
    "BoardPage",
    "Bulk",
    "Card",
    "Choice",
    "Column",
    "Crumb",
    "Days",
    "Do",
    "Empty",
    "Event",
    "Fact",
    "Filter",
    "Flag",
    "FormPage",
    "Header",
    "HomePage",
    "Lane",
    "Link",
    "ListPage",
    "Number",
    "Page",
    "PageRow",
    "PhoneForm",
    "PhonePage",
    "PhoneRecord",
    "RecordPage",
    "Section",
    "Step",
    "Tab",
    "every_page",
    "facts",
]
