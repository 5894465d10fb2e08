"""A work order's pages: the same for the technician's phone and the manager's desk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms as django_forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nuoda.domain.parts.models import Part
from nuoda.engine.papers import queries as papers
from nuoda.engine.papers.actions import attachments
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.states.actions import moves
from nuoda.foundation.ui.pure.tones import ClockBadge
from nuoda.foundation.ui.web.pages import Do, Event, Fact, Header, PhoneRecord, Section, Step

from .. import access as rights
from .. import facts, queries
from ..actions import records, work
from ..models import WorkOrder
from ..models.work_orders import WORK_KINDS
from ..states import ACTIVE, WORK_ORDER
from . import forms
from .acts import WorkAct, work_page
from .board import reason_text, skill_names
from .words import case_clocks, case_timeline, severity_chip, state_chip

PHONE = "ui/phone_form.html"


class WorkOrderPage(PhoneRecord):
    """工单: one visit or session, made for one thumb and just as readable on a desk."""

    access = rights.READERS - {"customer_contact"}
    menu = "jobs"
    place = "work_order"
    sections = (
        Section(
            key="where",
            label=_("Customer and place"),
            template="service/_where.html",
            facts="where",
            load="ways",
            icon="map-pin",
        ),
        Section(key="job", label=_("The job"), facts="job", icon="clipboard-list"),
        Section(
            key="prepare", label=_("To prepare"), template="service/_prepare.html", load="to_prepare", icon="package"
        ),
        Section(key="record", label=_("Repair record"), facts="record", icon="file-text"),
        Section(key="parts", label=_("Parts replaced"), template="service/_parts.html", load="parts", icon="tools"),
        Section(key="photos", label=_("Photos"), template="service/_photos.html", load="photos", icon="camera"),
    )
    rail = (
        Section(key="why", label=_("Why this technician"), template="service/_why.html", load="why", icon="user-check"),
    )
    row: WorkOrder

    def load(self, number: str, **kwargs: Any) -> WorkOrder:
        if not self.actor.has("technician"):
            self.template, self.beside = "ui/record.html", 5  # type: ignore[misc]  # at a desk
        return queries.work_order(self.actor, number=number)

    def header(self) -> Header:
        row = self.row
        chips = [state_chip(WORK_ORDER, row.state)]
        if row.ticket.severity != "none":
            chips.insert(0, severity_chip(row.ticket.severity))
        return Header(number=row.number, title=row.task, chips=chips, subtitle=row.technician.name)

    def steps(self) -> Sequence[Step]:
        return ()

    def moves(self) -> Sequence[Do]:
        verbs = [
            verb
            for verb in _BUTTONS
            if rights.may_work(self.actor, verb, self.row) and self.row.state in WORK_ORDER.moves[verb].sources
        ]
        now = facts.of_work_order(self.row, parts=self.row.parts.count())
        found = []
        for possible in moves.possible(
            WORK_ORDER,
            self.row.state,
            verbs,
            facts=lambda verb: {**now, **_FILLED.get(verb, {})},
            actor=self.actor,
            at=self.at,
            dossier=self.row.dossier,
        ):
            label, icon, main, danger = _BUTTONS[possible.verb]
            if possible.verb == "arrive" and self.row.kind != "onsite":
                label, icon = _("Begin the session"), "device-desktop"
            found.append(
                Do(
                    key=possible.verb,
                    label=label,
                    icon=icon,
                    url=reverse(f"service:work_{possible.verb}", args=[self.row.number]),
                    primary=self.row.state in main
                    and (possible.verb != "sign" or bool(self.row.measure)),  # record first
                    danger=danger,
                    dialog=False,
                    reason=possible.reason,
                    clauses=possible.clauses if possible.reason else (),
                )
            )
        return _one_main(found)

    def clocks(self) -> Sequence[ClockBadge]:
        return [
            badge for badge in case_clocks(self.actor, self.row.case_id, self.row.ticket.number) if badge.met is None
        ]

    def job(self) -> Iterable[Fact]:
        row = self.row
        start, end = timezone.localtime(row.planned.lower), timezone.localtime(row.planned.upper)
        yield Fact(label=_("Ticket"), value=row.ticket.number, url=reverse("service:ticket", args=[row.ticket.number]))
        yield Fact(
            label=_("Planned"),
            value=row.planned.lower,
            cell="moment",
            hint=f"– {end:%H:%M}" if start.date() == end.date() else "",
        )
        yield Fact(label=_("Agreed with the customer"), value=row.appointed, cell="yes")
        yield Fact(label=_("Kind of work"), value=WORK_KINDS[row.kind])
        yield Fact(label=_("Problem"), value=row.ticket.problem or row.ticket.subject, wide=True)
        if row.arrived_at:
            yield Fact(label=_("Arrived"), value=row.arrived_at, cell="moment")

    def where(self) -> Iterable[Fact]:
        ticket = self.row.ticket
        yield Fact(label=_("Customer"), value=ticket.customer.name if ticket.customer else ticket.caller_name)
        if ticket.caller_name:
            yield Fact(label=_("Caller"), value=ticket.caller_name)
        if ticket.caller_phone:
            yield Fact(label=_("Phone"), value=ticket.caller_phone_shown, url=f"tel:{ticket.caller_phone}")
        if self.row.place:
            yield Fact(label=_("Place"), value=self.row.place, url=self.map_url())
        if ticket.product:
            yield Fact(label=_("Machine"), value=f"{ticket.product.model} · {ticket.product.serial}", wide=True)

    def ways(self) -> dict[str, Any]:
        """How to reach the customer: by phone, by road."""
        ticket = self.row.ticket
        onsite = self.row.kind == "onsite" and self.row.state in ACTIVE
        return {"phone": ticket.caller_phone, "caller": ticket.caller_name, "map": self.map_url() if onsite else None}

    def map_url(self) -> str | None:
        """Opens the phone's own map application."""
        if self.row.latitude is None or self.row.longitude is None:
            return None
        return f"geo:{self.row.latitude},{self.row.longitude}"

    def to_prepare(self) -> dict[str, Any] | None:
        if self.row.state not in ("assigned", "contacted", "appointed") or self.row.kind != "onsite":
            return None
        return {"items": preparation(self), "ready": self.row.prepared_at}

    def record(self) -> Iterable[Fact]:
        row = self.row
        for label, value in ((_("Symptom"), row.symptom), (_("Cause"), row.cause), (_("Repair action"), row.measure)):
            if value:
                yield Fact(label=label, value=value, wide=True)
        if row.resolution:
            yield Fact(label=_("Resolution"), value=forms.RESOLUTION_WORDS.get(row.resolution, row.resolution))
        if row.score:
            yield Fact(label=_("Rating"), value="★" * row.score + "☆" * (5 - row.score))
        if row.signed_at:
            yield Fact(label=_("Signed"), value=row.signed_at, cell="moment")
        if row.end_reason:
            yield Fact(label=_("Reason"), value=forms.REASON_WORDS.get(row.end_reason, row.end_reason))

    def parts(self) -> dict[str, Any] | None:
        lines = list(self.row.parts.select_related("part").order_by("id"))
        return {"lines": lines} if lines else None

    def photos(self) -> dict[str, Any] | None:
        found = [
            row for row in papers.attachments_of(self.actor, dossier_id=self.row.dossier_id) if row.kind == "photo"
        ]
        may = self.row.state == "on_site" and self.actor.person_id == self.row.technician_id
        take = reverse("service:work_photo", args=[self.row.number]) if may else ""
        return {"photos": found, "take": take} if found or take else None

    def why(self) -> dict[str, Any] | None:
        kept = self.row.suggestion
        if not kept:
            return None
        skills = skill_names(self.actor)
        return {"place": kept["place"], "reasons": [(r["good"], reason_text(r, skills)) for r in kept["reasons"]]}

    def timeline(self) -> Iterable[Event]:
        return case_timeline(self.actor, self.row.ticket.dossier, limit=30)


def preparation(page: Any) -> list[str]:
    """What has to be packed for a visit (DL-3.3b), in the page's language, as the book lists it."""
    listed = rulebook.book(page.actor).definition("preparation_list", page.at)
    language = get_language() or "zh-hans"
    return [str(text.get(language) or text.get("zh-hans", "")) for text in listed]


def _one_main(found: list[Do]) -> list[Do]:
    """Only the furthest of the main actions is the big one."""
    main = [do for do in found if do.primary and not do.reason]
    last = main[-1].key if main else ""
    return [
        Do(**{**{name: getattr(do, name) for name in do.__dataclass_fields__}, "primary": do.key == last})
        for do in found
    ]


_BUTTONS: dict[str, tuple[Any, str, tuple[str, ...], bool]] = {
    # verb: label, icon, states in which it is the main thing to do, danger; in the order of the work
    "contact": (_("Spoke with the customer"), "phone", ("assigned",), False),
    "appoint": (_("Agree on a time"), "calendar", (), False),
    "prepare": (_("Tools and parts are ready"), "package", ("contacted", "appointed"), False),
    "arrive": (_("Check in"), "map-pin", ("contacted", "appointed"), False),
    "note": (_("Write the record"), "file-text", ("on_site",), False),
    "sign": (_("Rating and signature"), "signature", ("on_site",), False),
    "complete": (_("Complete"), "circle-check", ("on_site",), False),
    "nobody_home": (_("Nobody there"), "home", (), False),
    "leave_unfinished": (_("Leave unfinished"), "alert-triangle", (), False),
    "decline": (_("Decline"), "circle-x", (), True),
    "cancel": (_("Take the job back"), "circle-x", (), True),
}
_FILLED: dict[str, dict[str, Any]] = {
    "arrive": {"arrived": True},
    "sign": {"signed": True, "rated": True},
}


class OnPhone(WorkAct):
    """A form of the technician's phone; whoever works at a desk gets it in the desk's dress."""

    kind = "phone"
    template = PHONE

    def load(self, number: str, **kwargs: Any) -> WorkOrder:
        if not self.actor.has("technician"):
            self.template = "ui/form.html"
        return super().load(number, **kwargs)


def _phone(page: type[WorkAct]) -> type[WorkAct]:
    return type(page.__name__, (OnPhone, page), {"__module__": __name__, "verb": page.verb, "access": page.access})


class Arrive(OnPhone):
    kind = "phone"
    verb = "arrive"
    title = _("Check in")
    form_class = forms.ArriveForm
    clauses = ("MN-3.2.1b",)
    submit = _("I am here")
    done_text = _("The arrival is recorded.")
    intro = _("Your place is used once, to note the distance to the customer; it is not kept.")

    def do(self, cleaned: dict[str, Any]) -> None:
        here = None
        if cleaned["latitude"] is not None and cleaned["longitude"] is not None:
            here = (cleaned["latitude"], cleaned["longitude"])
        work.arrive(self.row, position=here, remark=cleaned["remark"], actor=self.actor, at=self.at)


class Record(OnPhone):
    """维修记录: fault, cause, measure, checks and parts."""

    kind = "phone"
    verb = "note"
    title = _("Write the record")
    form_class = forms.RecordForm
    clauses = ("DL-3.3d", "DL-3.3e", "DL-3.5a")
    submit = _("Save the record")
    done_text = _("The record is saved.")
    LINES = 6

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.row, name) for name in forms.RecordForm.base_fields}

    def more(self) -> dict[str, Any]:
        if self.request.method == "POST":
            lines = self.posted()
        else:
            lines = [
                {"code": line.part.code if line.part else "", "name": line.name, "quantity": line.quantity,
                 "old_serial": line.old_serial, "new_serial": line.new_serial}
                for line in self.row.parts.select_related("part").order_by("id")
            ]  # fmt: skip
        blank = {"code": "", "name": "", "quantity": "", "old_serial": "", "new_serial": ""}
        lines += [blank] * max(1, self.LINES - len(lines))
        known = Part.visible_to(self.actor).filter(active=True).order_by("code")[:300]
        return {"form_template": "service/_record_fields.html", "lines": lines, "known": known}

    def posted(self) -> list[dict[str, str]]:
        """The lines of parts as they were sent; empty ones are left out."""
        data = self.request.POST
        names = ("code", "name", "quantity", "old_serial", "new_serial")
        columns = [data.getlist(f"part_{name}") for name in names]
        rows = [dict(zip(names, (cell.strip() for cell in row), strict=True)) for row in zip(*columns, strict=False)]
        return [row for row in rows if row["code"] or row["name"]]

    def do(self, cleaned: dict[str, Any]) -> None:
        codes = [row["code"] for row in self.posted() if row["code"]]
        parts = {part.code: part for part in Part.visible_to(self.actor).filter(code__in=codes)}
        lines = [
            records.Line(
                quantity=int(row["quantity"]) if row["quantity"].isdigit() else 0,
                part=parts.get(row["code"]),
                name=row["name"] or (row["code"] if row["code"] not in parts else ""),
                old_serial=row["old_serial"],
                new_serial=row["new_serial"],
            )
            for row in self.posted()
        ]
        records.note(self.row, parts=lines, actor=self.actor, at=self.at, **cleaned)

    def done(self, result: Any) -> str:
        """At the customer's place he rates and signs next; from afar nobody can."""
        name = "service:work_sign" if self.row.kind == "onsite" else "service:work_order"
        return reverse(name, args=[self.row.number])


class PhotoForm(django_forms.Form):
    photo = django_forms.FileField(
        label=_("Photo"),
        widget=django_forms.FileInput(attrs={"data-photo": "1", "accept": "image/*", "capture": "environment"}),
    )


class Photo(OnPhone):
    kind = "phone"
    verb = "note"
    title = _("Take a photo")
    form_class = PhotoForm
    submit = _("Attach")
    done_text = _("The photo is attached.")

    def do(self, cleaned: dict[str, Any]) -> None:
        file = cleaned["photo"]
        attachments.attach(file, name=file.name, dossier=self.row.dossier, actor=self.actor, at=self.at, purpose="site")


class Sign(OnPhone):
    """评价与签字: the customer rates and signs on the phone."""

    kind = "phone"
    verb = "sign"
    title = _("Rating and signature")
    form_class = forms.SignForm
    clauses = ("DL-3.3f", "MN-3.2.2c")
    submit = _("Sign")
    done_text = _("The customer has signed.")

    def initial(self) -> dict[str, Any]:
        return {"name": self.row.ticket.caller_name}

    def more(self) -> dict[str, Any]:
        return {"form_template": "service/_sign_fields.html", "lines": list(self.row.parts.all())}

    def do(self, cleaned: dict[str, Any]) -> None:
        records.sign(
            self.row,
            score=cleaned["score"],
            name=cleaned["name"],
            strokes=cleaned["signature"],
            comment=cleaned["remark"],
            device=self.request.headers.get("User-Agent", "")[:200],
            actor=self.actor,
            at=self.at,
        )

    def done(self, result: Any) -> str:
        """Nothing is left but to complete."""
        return reverse("service:work_complete", args=[self.row.number])


Contact = _phone(work_page("contact", _("Spoke with the customer"), forms.NoteForm, work.contact, clauses=("DL-3.3a",)))
Appoint = _phone(work_page("appoint", _("Agree on a time"), forms.AppointForm, work.appoint, clauses=("DL-3.3a",)))
Prepare = _phone(
    work_page("prepare", _("Tools and parts are ready"), forms.NoteForm, work.prepare, clauses=("DL-3.3b",))
)
Complete = _phone(
    work_page("complete", _("Complete"), forms.NoteForm, work.complete, done_text=_("The job is completed."))
)
NobodyHome = _phone(work_page("nobody_home", _("Nobody there"), forms.NoteForm, work.nobody_home))
LeaveUnfinished = _phone(
    work_page("leave_unfinished", _("Leave unfinished"), forms.UnfinishedForm, work.leave_unfinished)
)
Decline = _phone(work_page("decline", _("Decline"), forms.DeclineForm, work.decline, danger=True))
Cancel = _phone(work_page("cancel", _("Take the job back"), forms.ReasonForm, work.cancel, danger=True))
