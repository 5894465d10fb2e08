"""Sentences → gates (what must not be done, or only when something holds) and consequences (what follows for people and dealers)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import vocabulary as v
from .circumstances import given, said
from .outline import Sentence, general
from .proposals import Proposal, made

_MUST_NOT = re.compile(
    r"不得(?!低于|少于|高于|超过|超出|大于|小于|多于|晚于|早于|迟于)|禁止|严禁|不准|不予|不允许|一律不|概不|(?:有权|可以?)拒绝"
)
_ONLY_THEN = re.compile(r"(?<![一双对甲乙两])方可|才能|才可|方能|(?:[须需应]|必须)经[^,;。]{1,18}(?:合格|验收)(?!率)")
_NO_BLAME = re.compile(r"不予(?:奖|晋升|评优|报销|续签|追究|处罚)")
_AMOUNT = r"[\d.一二三四五六七八九十百千万两]+\s*(?:%|万?元|分|倍|个?百分点|/)"
_FOLLOWS = re.compile(
    rf"处罚|处以|罚款|罚(?:扣|没)|(?:每\w{{1,4}})?罚\s*{_AMOUNT}|(?<!累计)扣(?:减|除|发|罚|分|款|回|留|绩效|工资|奖金|\w{{0,4}}?\s*{_AMOUNT})|倒扣|减付|赔偿|赔付|违约金|滞纳金"
    r"|取消[^,;。]{0,10}(?:资格|授权|评优|评先|奖金|代理|权限)|吊销|降级|降职|降薪|撤职|免职|晋升|奖惩|奖励|奖金|嘉奖|表彰|记(?:大)?过|警告|诫勉|约谈|问责"
    r"|暂停|停职|停止(?:合作|供货|授权|服务|上门)|终止合[作约同]|解除(?:劳动)?合同|解聘|辞退|开除|除名|清退|待岗|调离"
    r"|通报批评|(?:给予|全(?:公司|厂|网|员))通报|对[^,;。]{0,14}(?:人|单位|部门|班组|网点|商|者)(?:予以|进行)通报|追究|移交(?:司法|公安|有关部门|纪检)|承担(?:[^,;。]{0,8}(?:违约|赔偿|法律|经济|连带)[^,;。]{0,4})?责任人?(?=[,;。]|$)"
    r"|(?<!当场)(?<!立即)责令|启动[^,;。]{0,4}整改|列入[^,;。]{0,4}黑名单|黑名单|公开曝光|限制(?:其|合作|业务|承接)|减少[^,;。]{0,4}配额|(?:未|逾期|不符|超|违)[^。;]{0,20}不予(?:晋升|评优|报销|续签)|重新培训"
    rf"|(?:十|双|[二三五\d])倍返还|奖\s*{_AMOUNT}|视为(?:旷工|缺勤|自动|放弃|违约|不合格)|按[^,;。]{{1,6}}(?:论处|旷工处理|违纪处理|旷工论)|加\s*{_AMOUNT}"
)
_MANY = re.compile(r"奖惩|奖励|处罚|晋升|暂停|责令|警告|追究")
"""Words that alone may only name the matter: `考核与奖惩`."""
_ONLY_NAMED = re.compile(
    r"^(?:有下列|具有下列|下列|以下)|(?:奖惩|处罚|奖励|晋升)(?:制度|办法|机制|措施|标准|规定|条例|依据|管理)|(?:考核|绩效)[^,;。]{0,6}与[^,;。]{0,4}(?:奖金|晋升)挂钩$"
)
_LABEL = re.compile(r"[^,;。:]{2,12}:(?=.{4})")
_DUTIES = re.compile(r"负责[^,;。]{0,16}(?:奖惩|处罚|奖励)|^(?:\W|\d)*(?:暂停|责令)[^,;。]{0,4}$")


def gates(sentence: Sentence) -> Iterator[Proposal]:
    """What must not be done, and what may be done only when something holds."""
    text = sentence.text
    if general(sentence) or _NO_BLAME.search(text):
        return
    if found := _MUST_NOT.search(text) or _ONLY_THEN.search(text):
        place = given(sentence, sentence.start + found.start())
        yield made(
            "gate",
            sentence,
            0,
            len(text),
            roles=v.bound(text),
            word=found[0],
            given=place,
            circumstance=said(sentence, place),
        )


def consequence(text: str) -> re.Match[str] | None:
    """The word by which a text says that something follows for somebody."""
    label = _LABEL.match(text)
    found = _FOLLOWS.search(text, label.end() if label else 0) or _FOLLOWS.search(text)
    if found is None or _DUTIES.search(text):
        return None
    if _MANY.fullmatch(found[0]) and _ONLY_NAMED.search(text):
        return None
    return found


def consequences(sentence: Sentence) -> Iterator[Proposal]:
    """What follows for people and dealers: rewards, penalties, suspensions. A head of a list that only announces them is none."""
    text = sentence.text
    found = consequence(text)
    if found and not general(sentence):
        place = given(sentence, sentence.start + found.start())
        yield made(
            "consequence",
            sentence,
            0,
            len(text),
            roles=v.bound(text),
            word=found[0],
            given=place,
            circumstance=said(sentence, place),
        )
