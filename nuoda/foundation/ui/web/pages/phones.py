"""PhonePage: one-thumb pages of 360 px with a bottom bar; forms and records in phone dress."""

from __future__ import annotations

from typing import ClassVar

from .base import Page
from .forms import FormPage
from .records import RecordPage

__all__ = ["PhoneForm", "PhonePage", "PhoneRecord"]


class PhonePage(Page):
    """A page of one's own template that extends `ui/phone.html`. The bottom bar shows the menu entries of place
    'phone'."""

    kind = "phone"
    back_url: ClassVar[str] = ""
    template = "ui/phone.html"


class PhoneForm(FormPage):
    """A form page with one big button at the thumb."""

    kind = "phone"
    template = "ui/phone_form.html"


class PhoneRecord(RecordPage):
    """A record in one column: clocks, the next action at the thumb, sections, timeline."""

    kind = "phone"
    template = "ui/phone_record.html"
    beside: ClassVar[int] = 1
