"""Adding a rule or a number to a clause of a draft, and taking one out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from nuoda.engine.papers.pure import forms as papers
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.documents import Content
from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.engine.rulebook.pure.telling import text
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.refusals import Invalid

from .. import queries
from ..models import Draft
from ..pure import editing, ruleforms
from ..pure.places import Fields
from ..pure.ruleforms import Part
from . import rulewords
from .clauses import sentences
from .edits import EditionForm, OfClause
from .ruleform import RuleForm, at_fields
from .words import plain


class OfRule(OfClause):
    """A form about one clause, at which it is left."""

    wide = False

    def back(self) -> str:
        return reverse("revisions:clause", args=[self.row.dossier.number, self.clause["id"]])

    def done(self, result: Draft) -> str:
        return self.back()

    def sound(self, content: Content, fields: Fields, form: RuleForm, wrong: dict[str, str]) -> None:
        """Refuse what cannot be kept, each mistake at its field."""
        at, others = at_fields(editing.checked(content, SUBJECTS, fields.marks).problems, fields, form)
        if at or others or wrong:
            raise Invalid("\n".join([_t("Nothing was added: it has mistakes."), *others]), fields=at | wrong)


class AddRule(OfRule):
    """Add a rule: what it cannot be without; the rest is set in the form of its clause."""

    form_class = RuleForm
    template = "revisions/rule.html"

    def load(self, **kwargs: Any) -> Draft:
        if kwargs["kind"] not in ruleforms.KINDS:
            raise Http404
        return super().load(**kwargs)

    @property
    def part(self) -> Part:
        return ruleforms.fresh(self.kwargs["kind"])

    def get_title(self) -> Any:
        return rulewords.ADDS[self.kwargs["kind"]]

    def get_submit(self) -> Any:
        return rulewords.ADDS[self.kwargs["kind"]]

    def form_kwargs(self) -> dict[str, Any]:
        check = reverse("revisions:condition", args=[self.row.dossier.number])
        return {"content": self.content, "clause": self.clause, "parts": [self.part], "check": check}

    def initial(self) -> dict[str, Any]:
        binds = self.clause["binds"]
        return {**super().initial(), **({"owner": binds[0]} if binds else {})}

    def show(self, form: Any, **kwargs: Any) -> Any:
        self.blocks = form.blocks({})
        return super().show(form, **kwargs)

    def more(self) -> dict[str, Any]:
        means = rulewords.MEANS[self.kwargs["kind"]]
        return {"blocks": self.blocks, "means": means, "form_template": "revisions/_rule_fields.html"}

    def act(self, cleaned: dict[str, Any]) -> Draft:
        form = RuleForm(self.request.POST, **self.form_kwargs())
        [(part, read)], wrong = form.read(cleaned)
        rules = self.clause.get("rules", [])
        rule = ruleforms.begun(
            part,
            read,
            taken=[str(known.get(part.kind)) for known in rules],
            alike=[r for clause in self.content["clauses"] for r in clause.get("rules", ()) if "clock" in r],
            paper=_fields(cleaned.get("paper", "")),
        )
        clause = {name: value for name, value in self.clause.items() if name != "informative"}
        clause["rules"] = [*rules, rule]
        place = editing.place(self.content, self.clause["id"])
        content, _places = editing.put(self.content, self.clause["id"], clause)
        fields = Fields()
        fields.add("", ("clauses", place, "rules", len(rules)), read.paths)
        self.sound(content, fields, form, wrong)
        self.added = f"{part.kind}-{rule[part.kind]}"
        return self.keep(content, cleaned["edition"])

    def done(self, result: Draft) -> str:
        return f"{self.back()}#{self.added}"


def _fields(paper: str) -> list[str]:
    """What a document of this form has to have: everything that it asks for, but the signatures."""
    known = {form.code: form for form in papers.known()}
    return [field.key for field in known[paper].fields if field.type != "signature"] if paper in known else []


class NumberForm(RuleForm):
    name = forms.RegexField(
        r"^[a-z][a-z0-9_]{1,39}$",
        label=rulewords.LABELS["name"],
        help_text=_("Small letters, digits and underscores, such as visit_fee"),
    )
    kind = forms.ChoiceField(
        label=rulewords.LABELS["kind"], choices=[(kind, rulewords.NUMBERS[kind]) for kind in ruleforms.BEGUN]
    )
    field_order = ("name", "kind")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"].help_text = _("As its kind asks: 3 working days; 30; 0.5; an amount in yuan such as 500")


class AddNumber(OfRule):
    """Add a number that conditions and time limits can name."""

    title = rulewords.ADDS["number"]
    intro = rulewords.MEANS["number"]
    submit = title
    form_class = NumberForm

    def form_kwargs(self) -> dict[str, Any]:
        posted = self.request.POST.get("kind", "")
        kind = posted if posted in ruleforms.BEGUN else ruleforms.BEGUN[0]
        part = ruleforms.fresh_number(kind)
        return {"content": self.content, "clause": self.clause, "parts": [part], "check": ""}

    def act(self, cleaned: dict[str, Any]) -> Draft:
        for other in self.content["clauses"]:
            if any(item["name"] == cleaned["name"] for item in other.get("parameters", ())):
                taken = _t("Clause %(id)s has a number of this name already. Choose another name.") % {
                    "id": other["id"]
                }
                raise Invalid(_t("Nothing was added: it has mistakes."), fields={"name": taken})
        form = NumberForm(self.request.POST, **self.form_kwargs())
        [(_part, read)], wrong = form.read(cleaned)
        numbers = self.clause.get("parameters", [])
        clause = {**self.clause, "parameters": [*numbers, {**read.rule, "name": cleaned["name"]}]}
        place = editing.place(self.content, self.clause["id"])
        content, _places = editing.put(self.content, self.clause["id"], clause)
        fields = Fields()
        fields.add("", ("clauses", place, "parameters", len(numbers)), read.paths | {"name": ("name",)})
        self.sound(content, fields, form, wrong)
        self.added = f"number-{cleaned['name']}"
        return self.keep(content, cleaned["edition"])

    def done(self, result: Draft) -> str:
        return f"{self.back()}#{self.added}"


class RemoveForm(EditionForm):
    withdraw = forms.BooleanField(
        label=_("Withdraw what it has open when the new version takes effect"), required=False
    )

    def __init__(self, *args: Any, timed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not timed:
            del self.fields["withdraw"]


class RemoveRule(OfRule):
    """Take a rule or a number out of a clause."""

    submit = _("Remove")
    form_class = RemoveForm
    template = "revisions/rule.html"
    danger = True
    part: Part

    def load(self, **kwargs: Any) -> Draft:
        row = super().load(**kwargs)
        known = {(part.kind, part.key): part for part in ruleforms.parts(self.clause)}
        if (kwargs["kind"], kwargs["key"]) not in known:
            raise Http404
        self.part = known[kwargs["kind"], kwargs["key"]]
        return row

    def get_title(self) -> Any:
        return _t("Remove from clause %(id)s: %(kind)s") % {
            "id": self.clause["id"],
            "kind": rulewords.KINDS[self.part.kind],
        }

    def form_kwargs(self) -> dict[str, Any]:
        return {"timed": self.part.kind in ruleforms.TIMED}

    def more(self) -> dict[str, Any]:
        version = self.row.draft_of
        if version is None:
            return {}
        policy = rulebook.policy_of(version)
        clause = policy.clause(self.clause["id"])
        teller = queries.teller(policy, language())
        every = sentences(ruleforms.parts(self.clause), clause, teller) if clause else {}
        rules, examples = editing.hanging(self.clause, self.part.kind, self.part.key)
        return {
            "said": every.get(self.part.prefix, []),
            "hanging": [every[f"r{index}_"] for index in rules if f"r{index}_" in every],
            "examples": [text(self.clause["examples"][index]["name"], language()) for index in examples],
            "form_template": "revisions/_remove_fields.html",
        }

    def act(self, cleaned: dict[str, Any]) -> Draft:
        content = editing.without(
            self.content, self.clause["id"], self.part.kind, self.part.key, withdraw=cleaned.get("withdraw", False)
        )
        found = editing.checked(content, SUBJECTS)
        if found.problems:
            named = (
                f"{problem.clause}: {plain(problem)}" if problem.clause else plain(problem)
                for problem in found.problems
            )
            raise Invalid("\n".join([_t("Nothing was removed, because something else needs it:"), *named]))  # fmt: skip
        return self.keep(content, cleaned["edition"])
