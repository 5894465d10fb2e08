"""Made-up things for the styleguide: no row of the database, no company's data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.refusals import Invalid, Refused

from ..models import SavedView
from ..pure.tones import Chip, ClockBadge
from .pages import (
    BoardPage,
    Bulk,
    Card,
    Choice,
    Column,
    Crumb,
    Days,
    Do,
    Empty,
    Event,
    Fact,
    Filter,
    Flag,
    FormPage,
    Header,
    HomePage,
    Lane,
    Link,
    ListPage,
    Page,
    PhoneForm,
    PhonePage,
    PhoneRecord,
    RecordPage,
    Section,
    Step,
    Tab,
)
from .pages.base import Block
from .pages.keysets import Slice
from .pages.states import ListState

TONE_WORDS = ("新建", "处理中", "已履行", "即将到期", "超时", "已暂停")
REFUSAL = "还不能完工：客户尚未签字，测试也没有记录。请先在现场完成测试并请客户签字。"
STATES = [("new", "待受理"), ("working", "处理中"), ("waiting", "等待客户"), ("done", "已完成")]
STATE_TONES = {"new": "info", "working": "neutral", "waiting": "paused", "done": "kept"}
TITLES = (
    "注塑机 3 号锁模压力不足，停机",
    "空压机异响，排气温度 108 ℃",
    "激光切割机 X 轴报警 E-217",
    "咨询：年度保养合同包含哪些配件",
    "投诉：工程师未按约定时间到场",
    "冷水机组制冷量下降",
    "机器人示教器触摸无反应",
    "建议：报修时希望能直接选设备",
)
CUSTOMERS = (
    "苏州恒力精密",
    "宁波东海注塑",
    "合肥中科光电",
    "无锡长风机械",
    "常州天合包装",
    "杭州西溪食品",
    "龘龙𠮷祥科技",
    "绍兴越城纺织",
)
PEOPLE = ("林晓", "王强", "赵磊", "孙涛")


def clocks(at: datetime) -> list[ClockBadge]:
    """One badge of each state."""
    hour = timedelta(hours=1)
    return [
        ClockBadge("到场 4 小时", "open", at - 35.5 * hour / 60, clause="MN-3.2.1b", url="/styleguide/form"),
        ClockBadge("响应 2 小时", "near", at + 0.35 * hour, clause="MN-3.2.1b", url="/styleguide/form"),
        ClockBadge("解决 48 小时", "open", at + 26.34 * hour, clause="DL-3.1", url="/styleguide/form"),
        ClockBadge("应答 10 分钟", "kept", at - 4 * hour, clause="MN-3.2.1a", met=at - 4.1 * hour),
        ClockBadge("解决 48 小时", "paused", at + 9 * hour, clause="DL-3.1", paused_reason="等待客户确认停机时间"),
        ClockBadge("回访 24 小时", "kept_late", at - 5 * hour, clause="LC-6.2a", met=at - 2.75 * hour),
        ClockBadge("到场 4 小时", "withdrawn", at - hour, clause="MN-3.2.1b"),
    ]


def steps(at: datetime) -> list[Step]:
    day = timedelta(days=1)
    return [
        Step(label="受理", state="done", at=at - 1.2 * day),
        Step(label="应答", state="done", at=at - 1.19 * day),
        Step(label="派工", state="done", at=at - day),
        Step(label="到场", state="now", at=at - day / 12),
        Step(label="完工", state="next"),
        Step(label="回访", state="next"),
        Step(label="关闭", state="next"),
    ]


def timeline(at: datetime) -> list[Event]:
    hour = timedelta(hours=1)
    return [
        Event(happened_at=at - 0.6 * hour, what="到场超时", who="系统", icon="alert-triangle", tone="missed",
              clauses=["MN-3.2.1b"], text="应于到期前到场；已通知服务经理王强。"),
        Event(happened_at=at - 2 * hour, what="出发", who="赵磊", icon="route", tone="info", recorded_at=at - 1.5 * hour),
        Event(happened_at=at - 5 * hour, what="改派", who="王强", icon="transfer",
              changes=[("工程师", "孙涛", "赵磊"), ("预约", None, "11-21 14:00")]),
        Event(happened_at=at - 6 * hour, what="已应答", who="林晓", icon="phone", tone="kept", clauses=["MN-3.2.1a"],
              text="已与刘工通话，设备停机，影响一条产线。\n答应四小时内到场。"),
        Event(happened_at=at - 6.1 * hour, what="受理", who="林晓", icon="headset", url="/styleguide/record"),
    ]  # fmt: skip


def facts_of_matter(at: datetime) -> list[Fact]:
    return [
        Fact(label="客户", value=CUSTOMERS[0], url="/styleguide/record"),
        Fact(label="报修电话", value="138 0512 3344", copy=True),
        Fact(label="设备", value="HT-480 注塑机", url="/styleguide/record", hint="序列号 HT480-2021-00317"),
        Fact(label="质保", value=Chip("保内，至 2027-03-01", "kept")),
        Fact(label="受理时间", value=at - timedelta(hours=6), cell="moment"),
        Fact(label="预计费用", value=128050, cell="money"),
        Fact(label="故障现象", value="合模时压力升到 60 bar 后不再上升，伴随尖啸声；重启无效。", wide=True),
    ]


@dataclass(frozen=True)
class Row:
    """A line of the sample list."""

    pk: Any
    number: str
    title: str
    customer: str
    state: str
    owner: str
    opened: datetime
    clock: ClockBadge
    cost: int

    @property
    def chip(self) -> Chip:
        return Chip(dict(STATES)[self.state], STATE_TONES[self.state])


class SampleList(ListPage):
    title = "服务请求"
    search_hint = "单号、客户、序列号"
    columns = (
        Column(key="number", label="单号", sort="pk"),
        Column(key="title", label="标题", wide=True),
        Column(key="customer", label="客户"),
        Column(key="state", label="状态", value="chip", cell="chip", sort="page", grouped=True),
        Column(key="due", label="时限", value="clock", cell="clock"),
        Column(key="owner", label="负责人"),
        Column(key="opened", label="受理时间", cell="moment", sort="name"),
        Column(key="cost", label="费用", cell="money", sort="address"),
    )
    filters: ClassVar[Sequence[Filter]] = (
        Choice(name="state", label="状态", options=STATES, field="page"),
        Choice(name="owner", label="负责人", options=[(name, name) for name in PEOPLE], field="page"),
        Days(name="opened", label="受理时间", field="name"),
        Flag(name="mine", label="我负责的", where=Q(shared=True)),
    )
    tabs = (
        Tab(key="all", label="全部"),
        Tab(key="open", label="未完成", address="state=new&state=working"),
        Tab(key="late", label="超时", address="sort=-opened"),
    )
    bulk: ClassVar[Sequence[Bulk]] = (
        Bulk(
            key="assign", label="改派", icon="transfer", run=lambda id, actor, at: None, question="改派所选服务请求？"
        ),
        Bulk(key="cancel", label="取消", icon="x", danger=True, run=lambda id, actor, at: None, question="取消所选？"),
    )
    links = (Link(label="登记报修", url="/styleguide/form", primary=True),)

    def rows(self, actor: Actor) -> Any:
        return SavedView.objects.none()

    def narrowed(self, state: ListState) -> Any:
        return self.rows(self.actor)

    def row_url(self, row: Row) -> str:
        return "/styleguide/record"

    def row_tone(self, row: Row) -> str:
        tone = row.clock.tone(self.at)
        return tone if tone in ("missed", "near") else ""

    def part(self, rows: Any, state: ListState) -> Slice:
        badges = clocks(self.at)
        found = [
            Row(new_id(), f"TK-2026-{123 - index:06d}", title, CUSTOMERS[index], STATES[index // 2][0],
                PEOPLE[index % 4], self.at - timedelta(hours=3 * index + 1), badges[index % 7], 12800 * index * index)
            for index, title in enumerate(TITLES)
        ]  # fmt: skip
        return Slice(found, "", "x")


class EmptyList(SampleList):
    bulk = ()
    filters = ()
    empty = Empty(text="还没有服务请求。客户来电后，从这里登记第一件。",
                  link=Link(label="登记报修", url="/styleguide/form"))  # fmt: skip

    def part(self, rows: Any, state: ListState) -> Slice:
        return Slice([], "", "")


class SampleRecord(RecordPage):
    title = "服务请求"
    sections = (
        Section(key="matter", label="事项", facts="matter", icon="file-text"),
        Section(key="visits", label="上门", template="ui/_sample_visits.html", load="visits", icon="tools"),
    )
    rail = (
        Section(key="people", label="相关人员", facts="people", icon="users"),
        Section(key="papers", label="单据", template="ui/_sample_papers.html", load="visits", icon="file-certificate"),
    )

    def crumbs(self) -> list[Crumb]:
        return [Crumb("服务请求", "/styleguide/list")]

    def load(self, **kwargs: Any) -> Any:
        return SimpleNamespace(number="TK-2026-000123")

    def header(self) -> Header:
        chips = [Chip("紧急", "missed", icon="flame"), Chip("处理中", "info")]
        return Header(
            number="TK-2026-000123", title=TITLES[0], chips=chips, subtitle="苏州恒力精密 · 吴江二厂 3 号车间"
        )

    def steps(self) -> Sequence[Step]:
        return steps(self.at)

    def moves(self) -> Sequence[Do]:
        return [
            Do(label="完工", url="/styleguide/form", icon="check", primary=True),
            Do(label="改派", url="/styleguide/form", icon="transfer"),
            Do(label="暂停", url="/styleguide/form", icon="player-pause"),
            Do(label="关闭", reason="客户尚未签字，回访也还没有做。", clauses=["MN-3.2.4"]),
            Do(label="合并", reason="没有同一台设备的其他未完成请求。"),
        ]

    def clocks(self) -> Sequence[ClockBadge]:
        return clocks(self.at)[:4]

    def matter(self) -> list[Fact]:
        return facts_of_matter(self.at)

    def people(self) -> list[Fact]:
        return [
            Fact(label="联系人", value="刘工（设备科）"),
            Fact(label="客服", value="林晓"),
            Fact(label="工程师", value="赵磊"),
        ]

    def visits(self) -> dict[str, Any]:
        return {}

    def timeline(self) -> list[Event]:
        return timeline(self.at)


class TicketForm(forms.Form):
    """One field of each kind."""

    kind = forms.ChoiceField(label="类别", choices=[("fault", "故障"), ("consultation", "咨询"), ("complaint", "投诉")])
    phone = forms.CharField(label="来电号码", help_text="按号码查找客户和未完成事项", min_length=5)
    title = forms.CharField(label="标题", widget=forms.TextInput(attrs={"data_wide": "1"}))
    severity = forms.ChoiceField(
        label="紧急程度",
        widget=forms.RadioSelect,
        choices=[("urgent", "紧急：设备停机"), ("general", "一般")],
        initial="urgent",
    )
    fault = forms.CharField(label="故障现象", required=False, widget=forms.Textarea(attrs={"rows": "3"}))
    day = forms.DateField(label="希望上门日期", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    photo = forms.FileField(
        label="照片", required=False, widget=forms.ClearableFileInput(attrs={"data-photo": "1", "accept": "image/*"})
    )
    score = forms.ChoiceField(
        label="服务评价", required=False, widget=forms.RadioSelect(attrs={"data-stars": "1"}),
        choices=[(str(number), f"{number} 星") for number in range(1, 6)],
    )  # fmt: skip
    tested = forms.BooleanField(label="已告知客户预计到场时间")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["severity"].clause = "MN-3.2.1a"  # type: ignore[attr-defined]


class SampleForm(FormPage):
    title = "登记报修"
    form_class = TicketForm
    submit = "登记"
    clauses = ("MN-3.2.1a",)
    intro = "记下客户说的话；紧急程度按条款建议，改动要写理由。"

    def act(self, cleaned: dict[str, Any]) -> Any:
        if cleaned["kind"] == "complaint":
            raise Refused(REFUSAL, clauses=["MN-3.2.4"])
        raise Invalid("这个号码不是电话号码。", fields={"phone": "只能是数字"})

    def done(self, result: Any) -> str:
        return "/styleguide/record"

    def back(self) -> str:
        return "/styleguide/list"


class SampleBoard(BoardPage):
    title = "派工看板"
    refresh = 0

    def lanes(self) -> list[Lane]:
        badges = clocks(self.at)
        cards = [
            Card(id=f"c{index}", title=title, number=f"TK-2026-{123 - index:06d}", url="/styleguide/record",
                 text=CUSTOMERS[index], clock=badges[index % 4], chips=[Chip("紧急", "missed", icon="flame")][: index % 2],
                 lanes=["new", "working", "done"])
            for index, title in enumerate(TITLES)
        ]  # fmt: skip
        return [
            Lane(key="new", label="待派工", cards=cards[:3], tone="info", url="/styleguide/list", total=12),
            Lane(key="working", label="上门中", cards=cards[3:5], tone="near"),
            Lane(key="waiting", label="等待客户", cards=cards[5:6], tone="paused"),
            Lane(key="done", label="已完工", cards=[], tone="kept"),
        ]


class SampleHome(HomePage):
    title = "工作台"

    def greeting(self) -> str:
        return "今日应办 7 项，其中 1 项已超时。"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        drawn = [
            ("figures", "本月", "ui/_sample_tiles.html", "chart-bar", True),
            ("due", "今日应办", "ui/_sample_due.html", "alarm", False),
            ("waiting", "等待别人", "ui/_sample_papers.html", "hourglass", False),
        ]
        blocks = []
        for key, label, template, icon, wide in drawn:
            body: SafeString = self.draw(template)
            blocks.append(Block(key, label, body, icon, extra={"wide": wide}))
        return self.answer(context={"blocks": blocks, "greeting": self.greeting()})

    def draw(self, template: str) -> SafeString:
        from django.template.loader import render_to_string

        return render_to_string(template, {"at": self.at, "badges": clocks(self.at)}, self.request)


class SamplePhone(PhonePage):
    title = "今日工单"
    template = "ui/_sample_phone.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.answer(context={"badges": clocks(self.at)})


class SamplePhoneRecord(PhoneRecord, SampleRecord):
    template = "ui/phone_record.html"

    def moves(self) -> Sequence[Do]:
        return [Do(label="到场签到", url="/styleguide/phone-form", icon="map-pin", primary=True, dialog=False),
                Do(label="完工", reason="还没有到场签到。", clauses=["MN-3.2.1b"])]  # fmt: skip


class SamplePhoneForm(PhoneForm, SampleForm):
    template = "ui/phone_form.html"

    def more(self) -> dict[str, Any]:
        return {"form_template": "ui/_sample_phone_form.html"}


class SampleBare(Page):
    title = "登录"
    template = "ui/_sample_bare.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.answer()
