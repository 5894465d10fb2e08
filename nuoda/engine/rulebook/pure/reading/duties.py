"""Sentences → approvals and forms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from . import vocabulary as v
from .circumstances import given, said
from .outline import Sentence, aims
from .proposals import Proposal, made

_APPROVE = "审核|审批|批准|同意|核准|许可|会签|签批|审定|复核|评审|审查|[初复终]审|签字确认|签字认可|核定|审签|审议|裁决|核(?=后)"
_SIGN = re.compile(r"(?:[须需应]|必须)?经(?!营|济|验|理|销)(?P<who>[^,;。]{1,18}?)签字(?=后|[,;。]|方|$)")
_CHAIN = re.compile(
    r"(?:(?:[须需应]|必须)?(?:经过|经(?!理|营|济|验|历|常|销商|审|批|评|核)|由|报(?!销|价|告|修|警|备)至?|呈请?|提交给?|提请|送|得到|征得)|[须需](?![经由报]))"
    rf"(?P<who>[^,;。]{{1,18}}?)(?:{_APPROVE})(?!无误)"
)
_MORE = re.compile(rf"[、,后和并再]+(?:由|报|经|送)?至?(?P<who>[^,;。、]{{2,12}}?)(?:{_APPROVE})(?!无误)")
_REVIEW = re.compile(rf"(?:对|组织)[^,;。]{{0,24}}?进行(?:{_APPROVE})")
_BARE = re.compile(
    r"经(?:过|书面)?(?:审批|审核|批准|评审|核准)(?:同意|通过)?(?=后|方)|(?:[、,]|须|需)审批后|(?:逐级|层层|分级)(?:上报)?(?:审批|审核|报批|批准)"
)
_CUSTOMERS = re.compile(
    r"(?:客户|用户|使用单位|甲方|业主)(?!\w{0,4}(?:主管|经理|部门|负责人|领导|管理员))|顾客|住户|消费者|报修人|报告人|申请人|本人|对方|双方"
)
_OWN = re.compile(r"本(?:办法|制度|规定|规范|细则|标准|手册|规程)[^,;。]{0,14}(?:批准|核准|审议|审定|通过|发布|施行)")
"""How the regulation itself came about."""
_NOISE = re.compile(
    r"^(?:至|给|请|各|其|该|相关|有关|所在|本|分管的?|上级)+|(?:进行|统一|共同|书面|组织|逐级|负责|依次|签字|及时)+$"
)
_TITLE = re.compile(r"《([^》]{2,30})》")
_REFERENCE = re.compile(
    r"(?:手册|制度|办法|规定|法|条例|标准|规范|细则|规程|指南|流程|程序|预案|指引|守则|说明书|通知|意见)(?:\([^)]*\))?$"
)
_CITED = re.compile(
    r"(?:按照?|依照?|依据|根据|参照|遵照|遵守|违反|符合|详见|参见|接到|收到|持有?|取得|具有|具备)[^,;。《》]{0,8}$"
)
_CHAINED = re.compile(r"[、,]?(?:以及|及|和|与|或)?")
_CHECKED = re.compile(r"[^,;。]{0,4}(?:核对|的?要求|的?规定|执行|条款)")
_PAPER = "表|单|书|卡|函|台账|申请|登记簿|记录簿|报告单|确认单|(?<!填写)记录(?=[,;。)]|$)"
_CLEAN = "[^《》“”\"',;。、的:]"
_FILL = re.compile(
    rf"(?:填写|填报|填具|填制|填好|记入|登记于|登记在|登记入|颁发|出具|出示|签署|发放|张贴)(?:了|一份|好)?(?:统一的|相应的|书面的?)?[“\"']?(?P<name>{_CLEAN}{{2,14}}?(?:{_PAPER})(?:单|表|书|卡)?)(?![格面])"
    rf"|(?:在|于)(?P<book>{_CLEAN}{{1,12}}?(?:登记[表簿册]|记录[表簿册]|台账|登记本))(?:中|上|内|里)?(?:进行|予以)?(?:登记|记录|签字|签名|填写)"
    rf"|(?:提出|提交|交付|提供|形成|编制|编写|撰写|递交|报送|出具|上报)(?:书面|一份)?[“\"']?(?P<report>{_CLEAN}{{2,14}}?(?:报告书?|总结|[周月季年]报|清单|告知书|记录表|通知单))(?![会人期])"
)


def approvals(sentence: Sentence) -> Iterator[Proposal]:
    """One chain per sentence: its roles in the order in which they are named, and who is named but no known role. The
    customer's consent is no approval, nor is how the regulation itself was adopted."""
    text = sentence.text
    if aims(sentence) or _OWN.search(text):
        return
    place: tuple[int, int] | None = None
    who: list[str] = []
    if steps := list(_CHAIN.finditer(text)):
        who = [found["who"] for found in steps]
        end = steps[-1].end()
        while more := _MORE.match(text, end):
            who.append(more["who"])
            end = more.end()
        place = (steps[0].start(), end)
        if not any(_person(words) for words in who):
            place = None
    elif (signed := _SIGN.search(text)) and _person(signed["who"]):
        who, place = [signed["who"]], signed.span()
    if place is None and not who and (found := _BARE.search(text) or _REVIEW.search(text)):
        place = found.span()
        who = [] if _BARE.match(found[0]) else [text[: found.start()]]
    if place is None:
        return
    roles = v.bound(" ".join(who))
    around = given(sentence, sentence.start + place[0])
    yield made(
        "approval",
        sentence,
        *place,
        roles=roles,
        people=() if _REVIEW.match(text, place[0]) else tuple(_unknown(who)),
        word=text[slice(*place)],
        given=around,
        circumstance=said(sentence, around),
    )


def _person(words: str) -> bool:
    """Whether somebody of the house is named: a known role, or words for somebody who is not the customer."""
    return bool(v.bound(words)) or (len(_NOISE.sub("", words)) > 1 and not _CUSTOMERS.search(words))


def _unknown(who: Iterable[str]) -> Iterator[str]:
    for words in who:
        for part in re.split("[、和及或]", words):
            name = _NOISE.sub("", part.strip())
            if len(name) > 1 and not v.roles_in(name) and not _CUSTOMERS.search(name):
                yield name


def forms(sentence: Sentence) -> Iterator[Proposal]:
    """Documents with a title in 《》, and those that somebody fills in, issues or signs; what is only referred to is none."""
    text = sentence.text
    roles = v.bound(text)
    cited = -1
    for found in _TITLE.finditer(text):
        chained = cited >= 0 and _CHAINED.fullmatch(text, cited, found.start())
        if chained or _CITED.search(text[: found.start()]) or _CHECKED.match(text, found.end()):
            cited = found.end()
        elif not _REFERENCE.search(found[1]):
            yield made("form", sentence, found.start(), found.end(), name=found[1], roles=roles)
    tasks = any("职责" in title for title in sentence.item.titles)
    for found in _FILL.finditer(text):
        part = found.lastgroup or "name"
        if part == "report" and tasks:
            continue
        yield made("form", sentence, found.start(part), found.end(part), name=found[part], roles=roles)
