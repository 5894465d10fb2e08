"""What the forms that change a draft have in common."""

from __future__ import annotations

from typing import Any

from django import forms

from nuoda.engine.rulebook.pure.documents import Content
from nuoda.foundation.base.pure.refusals import NotYours

from ..actions import drafts
from ..models import Draft
from ..pure import editing
from .drafts import Deed


class EditionForm(forms.Form):
    edition = forms.IntegerField(widget=forms.HiddenInput)


class Edit(Deed):
    """A form that changes the text of a draft, as it was in the edition that is looked at."""

    wide = True

    def initial(self) -> dict[str, Any]:
        return {"edition": self.row.edition}

    @property
    def content(self) -> Content:
        version = self.row.draft_of
        if version is None:
            raise NotYours
        return version.content  # type: ignore[no-any-return]

    def keep(self, content: Content, edition: int) -> Draft:
        return drafts.edit(draft=self.row, content=content, edition=edition, actor=self.actor, at=self.at)


class OfClause(Edit):
    """A form about one clause of a draft."""

    clause: Content

    def load(self, **kwargs: Any) -> Draft:
        row = super().load(**kwargs)
        if row.draft_of is None:
            raise NotYours
        try:
            self.clause = row.draft_of.content["clauses"][editing.place(row.draft_of.content, kwargs["clause"])]
        except KeyError as error:
            raise NotYours from error
        return row


def lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
