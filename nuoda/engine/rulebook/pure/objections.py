# ruff: noqa: E501 - one line for each sentence in three languages
"""What is wrong with a policy, in the reader's language.

Loading, checking and linting say their objections in English, where files are written and programs read them. Here stands
what each means for people; of a parser's own message that is in no row, that something is not understood, and the message.
"""

from __future__ import annotations

import re
from functools import lru_cache

_ROWS: tuple[tuple[str, str, str], ...] = (
    # Conditions
    (r"undeclared reference to '(?P<name>[^']*)'", "没有名为 {name} 的事实或数值", "沒有名為 {name} 的事實或數值"),
    (r"(?P<name>\w+) is never (?P<value>.+); it is one of (?P<allowed>.+)", "{name} 不会是 {value}，只能是：{allowed}", "{name} 不會是 {value}，只能是：{allowed}"),
    (r"found no matching overload for '(?P<mark>[^']*)' applied to '(?P<types>[^']*)'", "两边类型不同，不能这样比较或计算：{types}", "兩邊型別不同，不能這樣比較或計算：{types}"),
    (r"Syntax error: (?P<said>.*)", "写法不完整或有多余符号（{said}）", "寫法不完整或有多餘符號（{said}）"),
    (r"there is no '/': write divide\(a, b\)", "不能用“/”，请写 divide(a, b)", "不能用「/」，請寫 divide(a, b)"),
    (r"empty condition", "条件是空的", "條件是空的"),
    (r"answers (?P<type>\w+), not true or false", "这个式子得不出“是”或“否”（结果类型：{type}）", "這個式子得不出「是」或「否」（結果型別：{type}）"),
    (r"(?P<name>\w+) is both a fact and a defined value", "{name} 既是事实又是数值名称，请给数值换个名称", "{name} 既是事實又是數值名稱，請給數值換個名稱"),
    (r"(?P<subject>\w+) has no fact (?P<name>.+) any more", "{subject} 已不再提供事实 {name}", "{subject} 已不再提供事實 {name}"),
    # Durations, numbers and dates
    (r"not a duration: '(?P<text>.*)' \(a calendar month cannot be 'working'\)", "“{text}”不是时长：自然月不分工作时间", "「{text}」不是時長：自然月不分工作時間"),
    (r"not a duration: '(?P<text>.*)' \(zero\)", "“{text}”不是时长：不能为零", "「{text}」不是時長：不能為零"),
    (r"not a duration: '(?P<text>.*)' \(too long.*", "“{text}”太长，日历算不到那么远", "「{text}」太長，日曆算不到那麼遠"),
    (r"not a duration: '(?P<text>.*)' \(write.*", "“{text}”不是时长，请写“10 分钟”“4 小时”“2 个工作日”“1 个月”", "「{text}」不是時長，請寫「10 分鐘」「4 小時」「2 個工作日」「1 個月」"),
    (r"not a number from 1 on: (?P<value>.+)", "{value} 不是从 1 起的整数，也不是数值名称", "{value} 不是從 1 起的整數，也不是數值名稱"),
    (r"no number of this policy has this name", "本制度没有这个名称的数值", "本制度沒有這個名稱的數值"),
    (r"(?:Invalid isoformat string|day is out of range|month must be).*", "不是有效的日期，请写成 2026-11-22 的形式", "不是有效的日期，請寫成 2026-11-22 的形式"),
    # Names
    (r"the clause (?P<name>.+) stands twice", "条款 {name} 重复", "條款 {name} 重複"),
    (r"the parameter (?P<name>.+) stands twice", "数值 {name} 重复", "數值 {name} 重複"),
    (r"the \w+ (?P<name>.+) stands twice", "规则 {name} 重复", "規則 {name} 重複"),
    (r"there is no template '(?P<name>.+)'", "没有消息模板 {name}", "沒有訊息範本 {name}"),
    (r"there is no (?P<name>.+)", "没有 {name}", "沒有 {name}"),
    (r"does not begin with (?P<code>.+)-", "编号须以 {code}- 开头", "編號須以 {code}- 開頭"),
    (r"no role '(?P<role>.+)' is declared", "没有代码为 {role} 的岗位", "沒有代碼為 {role} 的職務"),
    (r"the program has no role '(?P<role>.+)'", "系统中没有岗位 {role}", "系統中沒有職務 {role}"),
    (r"no app declares the subject '(?P<name>.+)'", "系统中没有业务对象 {name}", "系統中沒有業務對象 {name}"),
    (r"(?P<subject>\w+) has no verb '(?P<verb>.+)'", "{subject} 没有操作 {verb}", "{subject} 沒有操作 {verb}"),
    (r"(?P<subject>\w+) has no fact '(?P<name>.+)'", "{subject} 没有事实 {name}", "{subject} 沒有事實 {name}"),
    (r"(?P<set>\w+) has no number '(?P<name>.+)'", "{set} 没有数值列 {name}", "{set} 沒有數值欄 {name}"),
    (r"(?P<set>\w+) has no moment '(?P<name>.+)'", "{set} 没有时间列 {name}", "{set} 沒有時間欄 {name}"),
    (r"(?P<set>\w+) has no \w+ '(?P<name>.+)'", "{set} 没有 {name}", "{set} 沒有 {name}"),
    (r"(?P<set>\w+) cannot be told apart by (?P<unit>.+)", "{set} 不能按 {unit} 细分", "{set} 不能依 {unit} 細分"),
    (r"the clause has no (?P<kind>.+) '(?P<name>.+)'", "本条没有名为 {name} 的规则", "本條沒有名為 {name} 的規則"),
    (r"(?P<name>\w+) is (?P<value>.+), not one of (?P<allowed>.+)", "{name} 写成了 {value}，只能是：{allowed}", "{name} 寫成了 {value}，只能是：{allowed}"),
    (r"(?P<name>\w+) is (?P<value>.+), not (?:of type|a moment).*", "{name} 的值 {value} 类型不对", "{name} 的值 {value} 型別不對"),
    # How rules fit together
    (r"the \w+ (?P<ref>.+) is still there: give it a transition", "{ref} 还在，请在该处写明未结的时限或义务如何处理", "{ref} 還在，請在該處寫明未結的時限或義務如何處理"),
    (r"a clock says either 'within' or 'due'", "时限要么写时长，要么写取承诺时间的字段，二者选一", "時限要嘛寫時長，要嘛寫取承諾時間的欄位，二者擇一"),
    (r"'ahead' counts back from the moment that 'due' names, and there is none", "“提前”要从约定的时间倒推，这里没有写从哪个时间倒推", "「提前」要從約定的時間回推，這裡沒有寫從哪個時間回推"),
    (r"a warning says either 'share' or 'before'", "预警点写用时比例或到期前时长，二者选一", "預警點寫用時比例或到期前時長，二者擇一"),
    (r"the condition speaks of (?P<subject>\w+), but (?P<event>\S+) carries other facts", "条件说的是 {subject}，而事件 {event} 不带这些事实", "條件說的是 {subject}，而事件 {event} 不帶這些事實"),
    (r"the event (?P<event>\S+) announces no moment '(?P<name>.+)'", "事件 {event} 没有约定时间 {name}", "事件 {event} 沒有約定時間 {name}"),
    (r"the ending events carry facts of different subjects", "各完成事件所属业务对象不同，不能用同一个条件", "各完成事件所屬業務對象不同，不能用同一個條件"),
    (r"an indicator says either 'numerator' or 'aggregate'", "指标写分子或汇总方式，二者选一", "指標寫分子或彙總方式，二者擇一"),
    (r"'of' names the column of an 'aggregate', and only of one", "只有汇总类指标才写数值列", "只有彙總類指標才寫數值欄"),
    (r"the target of a rate is a share between 0 and 1", "比率的目标须在 0 与 1 之间", "比率的目標須在 0 與 1 之間"),
    (r"a condition needs events of one subject in 'met_by'", "写条件时，完成事件须属于同一业务对象", "寫條件時，完成事件須屬於同一業務對象"),
    (r"'times' counts the events of 'met_by'", "写次数时须同时写完成事件", "寫次數時須同時寫完成事件"),
    (r"an audit goes through the checklist of its clause, which has none", "抽查要按检查表核对，本条没有检查表", "抽查要依檢查表核對，本條沒有檢查表"),
    (r"an audit is drawn after the period: .*", "抽查在周期结束后进行：须写时长，且不另写完成方式", "抽查在週期結束後進行：須寫時長，且不另寫完成方式"),
    (r"a consequence tells somebody or does something", "后果须告知某人或触发一项动作", "後果須告知某人或觸發一項動作"),
    (r"who is told needs the name of a template", "告知须写明所用的消息模板", "告知須寫明所用的訊息範本"),
    (r"a ladder begins with what is missed", "逐级告知只能从超时开始", "逐級告知只能從逾期開始"),
    (r"'of' names the clock or cadence of 'missed' or 'warned', and only of those", "只有“超时”“临期”的后果才写对应的时限或义务", "只有「逾期」「臨期」的後果才寫對應的時限或義務"),
    (r"a duty has no facts that a condition could ask about", "周期义务没有可供条件判断的事实", "週期義務沒有可供條件判斷的事實"),
    # The file
    (r"not YAML: (?P<said>.*)", "不是正确的 YAML（{said}）", "不是正確的 YAML（{said}）"),
    (r"a policy is a mapping of names to values", "文件须由“名称: 值”组成", "檔案須由「名稱: 值」組成"),
    (r"(?P<key>.+) stands twice or is no name", "{key} 重复，或不是名称", "{key} 重複，或不是名稱"),
    (r"the tag (?P<tag>.+) has no place in a policy", "不能使用标签 {tag}", "不能使用標籤 {tag}"),
    (r"is nested too deeply, or refers to itself", "嵌套过深，或自己引用自己", "巢狀過深，或自己引用自己"),
    (r"has too many values", "内容过多，一份制度不会有这么多项", "內容過多，一份制度不會有這麼多項"),
    (r"cannot be kept: .*", "无法保存：含有文本中不能有的字符，或嵌套过深", "無法儲存：含有文本中不能有的字元，或巢狀過深"),
    (r"(?:(?P<place>\S+): )?Additional properties are not allowed \((?P<names>.+) (?:was|were) unexpected\)", "{place} 不认识的名称：{names}", "{place} 不認得的名稱：{names}"),
    (r"(?:(?P<place>\S+): )?(?P<name>'.+') is a required property", "{place} 缺少 {name}", "{place} 缺少 {name}"),
    (r"(?:(?P<place>\S+): )?(?P<value>.+) is not of type (?P<types>.+)", "{place} 的值 {value} 类型不对，应为 {types}", "{place} 的值 {value} 型別不對，應為 {types}"),
    (r"(?:(?P<place>\S+): )?(?P<value>.+) is not one of \[(?P<allowed>.+)\]", "{place} 的值 {value} 不对，只能是：{allowed}", "{place} 的值 {value} 不對，只能是：{allowed}"),
    (r"(?:(?P<place>\S+): )?(?P<value>.+) does not match (?P<pattern>.+)", "{place} 的值 {value} 写法不对", "{place} 的值 {value} 寫法不對"),
    (r"(?:(?P<place>\S+): )?(?P<value>.*) (?:is too short|should be non-empty)", "{place} 不能为空", "{place} 不能為空"),
    (r"(?:(?P<place>\S+): )?(?P<value>.+) is not valid under any of the given schemas", "{place} 的写法不对", "{place} 的寫法不對"),
    (r"(?:(?P<place>\S+): )?is none of (?P<kinds>.+)", "{place} 不是可用的规则种类，只能是：{kinds}", "{place} 不是可用的規則種類，只能是：{kinds}"),
    # Lint
    (r"nobody has defined “(?P<word>.+)”", "没有人定义过“{word}”", "沒有人定義過「{word}」"),
    (r"the text says “(?P<number>.+)”, and no rule or number of the clause does", "条文写的是“{number}”，而本条的规则和数值里没有它", "條文寫的是「{number}」，而本條的規則和數值裡沒有它"),
    (r"the duty is bound to no role", "没有约束任何岗位", "沒有約束任何職務"),
    (r"the clause runs and carries no situation", "条款已自动执行，却没有示例", "條款已自動執行，卻沒有範例"),
    (r"situation “(?P<name>.+)” expects \[(?P<expected>.*)\] and finds \[(?P<found>.*)\]", "示例“{name}”：预期 {expected}，实际 {found}", "範例「{name}」：預期 {expected}，實際 {found}"),
    (r"a pause moves a limit before an event, and the event does not wait", "停表会推迟事前的时限，而那件事不会等", "停錶會延後事前的時限，而那件事不會等"),
    (r"(?P<limit>.+) ahead: what is promised will mostly become known too late for that", "提前 {limit} 太长：约定的时间多半得知时已来不及", "提前 {limit} 太長：約定的時間多半得知時已來不及"),
    (r"waits for: (?P<what>.+)", "尚待：{what}", "尚待：{what}"),
    (r"all that it waits for is there: take the mark away", "等待的都已具备，请去掉等待标记", "等待的都已具備，請去掉等待標記"),
    (r"the indicator waits: no app publishes the fact set '(?P<name>.+)'", "还没有数据集 {name}", "還沒有資料集 {name}"),
    (r"figures were closed over the fact set '(?P<name>.+)', and no app publishes it any more", "曾按数据集 {name} 结算，该数据集已不再提供", "曾依資料集 {name} 結算，該資料集已不再提供"),
    (r"nothing emits (?P<event>.+)", "没有任何环节会产生事件 {event}", "沒有任何環節會產生事件 {event}"),
    (r"nobody defines the form '(?P<form>.+)'", "没有单据 {form}", "沒有單據 {form}"),
    (r"(?P<name>\S+) is also defined in (?P<clause>.+)", "{name} 在 {clause} 已有定义", "{name} 在 {clause} 已有定義"),
    (r"(?P<one>\S+) and (?P<other>\S+) set two limits for one thing: (?P<first>.+) and (?P<second>.+) from (?P<start>.*) to (?P<end>.+)", "{one} 与 {other} 对同一件事规定了两个时限：{first} 与 {second}（{start} → {end}）", "{one} 與 {other} 對同一件事規定了兩個時限：{first} 與 {second}（{start} → {end}）"),
    (r"two versions are in force between version (?P<one>\S+) and (?P<other>\S+)", "{one} 版与 {other} 版的生效时间重叠", "{one} 版與 {other} 版的生效時間重疊"),
    (r"nothing is in force between version (?P<one>\S+) and (?P<other>[^:]+): (?P<since>\S+) to (?P<until>\S+)", "{one} 版与 {other} 版之间有空档：{since} 至 {until}", "{one} 版與 {other} 版之間有空檔：{since} 至 {until}"),
    (r"version (?P<one>\S+) ends on (?P<day>\S+) and none follows", "{one} 版于 {day} 终止，其后没有新版本", "{one} 版於 {day} 終止，其後沒有新版本"),
)  # fmt: skip
_LANGUAGES = ("zh-hans", "zh-hant")
_UNKNOWN = ("无法识别（{said}）", "無法識別（{said}）")


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], tuple[str, str]], ...]:
    return tuple((re.compile(pattern, re.DOTALL), (hans, hant)) for pattern, hans, hant in _ROWS)


def known(reason: str) -> bool:
    """Whether an objection has words of its own here."""
    return any(pattern.fullmatch(reason) for pattern, _ in _patterns())


def said(reason: str, language: str) -> str:
    """The objection in the language; English is what it was said in."""
    if language not in _LANGUAGES:
        return reason
    index = _LANGUAGES.index(language)
    for pattern, words in _patterns():
        if found := pattern.fullmatch(reason):
            values = {name: value or "" for name, value in found.groupdict().items()}
            return words[index].format(**values).strip()
    return _UNKNOWN[index].format(said=reason)
