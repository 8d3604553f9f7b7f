"""The page's charts: title, how each is computed, how many reports it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import plotly.graph_objects as go

from expectations.forms import FORMS
from expectations.messages import SEVERITY_NAMES
from tasks.analysis.first_look.charts import Bar, Series, columns, histogram, shares, stacked
from tasks.analysis.first_look.data import Data, percent, rate
from tasks.analysis.first_look.figures import BINS, RESULT_ROWS, Correction, Sums
from tasks.analysis.first_look.problems import MOST, SEVERITIES

_ROWS = {row.code: row.label for form in FORMS.values() for row in form.rows}
_APPLICANTS = {column.code: column for form in FORMS.values() for column in form.applicants}
_GROUPS = {group.code: group.full_label for form in FORMS.values() for group in form.groups}
_FLOWS = {
    "received": _ROWS["new"],
    "results": RESULT_ROWS["granted"].group,
    "carried_forward": _ROWS["carried_forward"],
}
"""What is counted each year, by the name of its sum."""


@dataclass(frozen=True, slots=True)
class Matched:
    """Two years over the agencies of both."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: charts side by side, and what stands below them."""

    title: str
    how: str
    reports: int
    charts: tuple[go.Figure, ...]
    below: tuple[str, ...] = ()
    matched: Matched | None = None


def sections(data: Data) -> tuple[Section, ...]:
    """All parts, in the page's order."""
    return (_results(data), _applicants(data), _disclosure(data), _corrections(data), _years(data), _problems(data))


def _results(data: Data) -> Section:
    rows = [(RESULT_ROWS[code], value) for code, value in data.results.items()]
    bars = [Bar(row.group if row.group != _FLOWS["results"] else "", row.label, value) for row, value in rows]
    how = "表三各项办理结果的“总计”列，对全部报告求和；括号内为占全部办理结果的比例。"
    return Section(f"{data.year} 年申请办理结果", how, data.chosen.read, (shares(bars),))


def _applicants(data: Data) -> Section:
    found = [(_APPLICANTS[code], value) for code, value in data.applicants.items()]
    bars = [Bar(column.group, column.label, value) for column, value in found]
    how = f"表三“{_FLOWS['received']}”行，按申请人类别求和。"
    return Section(f"{data.year} 年申请人", how, data.chosen.read, (shares(bars),))


def _disclosure(data: Data) -> Section:
    how = (
        "公开率 =（予以公开 + 部分公开）÷ 全部办理结果。第一图为各年度合计，报告数写在年度之下；"
        f"第二图为 {data.year} 年各机关公开率的分布，没有办理结果的 {data.spread.without:,} 个机关不计。"
    )
    overall = columns(_named(data.every), [_rates(data.every)], percent=True, title="各年度公开率")
    return Section("公开率", how, data.chosen.read, (overall, _spread(data)))


def _spread(data: Data) -> go.Figure:
    bins = data.spread.bins
    edges = [f"{100 * number // BINS}%" for number in range(BINS + 1)]
    hovers = (f"{low} 至 {high}<br>{value:,} 个机关" for (low, high), value in zip(pairwise(edges), bins, strict=True))
    series = Series("机关数", bins, tuple(f"{value:,}" if value else "" for value in bins), tuple(hovers))
    return histogram(edges, series, f"{data.year} 年各机关公开率的分布（机关数）")


def _rates(every: Sequence[Sums]) -> Series:
    values = tuple(rate(one.disclosed, one.results) for one in every)
    hovers = tuple(f"{one.year} 年<br>公开 {one.disclosed:,} ÷ 办理 {one.results:,}" for one in every)
    return Series("公开率", values, tuple(map(percent, values)), hovers)


def _corrections(data: Data) -> Section:
    found = {(one.group, one.year): one for one in data.corrections}
    years = sorted({one.year for one in data.corrections})
    series = [_corrected(label, [found.get((code, year)) for year in years]) for code, label in _GROUPS.items()]
    reports = {year: max(one.reports for one in data.corrections if one.year == year) for year in years}
    how = "纠错率 = 结果纠正 ÷（结果维持 + 结果纠正 + 其他结果），表四各组分别计算，尚未审结的不计。"
    names = [f"{year}<br>{reports[year]:,} 份" for year in years]
    return Section("纠错率", how, sum(reports.values()), (columns(names, series, percent=True),))


def _corrected(label: str, found: Sequence[Correction | None]) -> Series:
    values = tuple(rate(one.corrected, one.decided) if one else None for one in found)
    hovers = tuple(
        f"{label}，{one.year} 年<br>纠正 {one.corrected:,} ÷ 审结 {one.decided:,}" if one else "" for one in found
    )
    return Series(label, values, tuple(map(percent, values)), hovers)


def _years(data: Data) -> Section:
    series = [_flow(label, [int(getattr(one, name)) for one in data.every]) for name, label in _FLOWS.items()]
    how = "各年度全部报告求和。每年的报告数不同（写在年度之下），合计不能直接相比；两年都有报告的机关另列于下。"
    chart = columns(_named(data.every), series)
    matched = _matched(data.matched)
    below = () if matched else ("没有在本年度与前一个有报告的年度都有报告的机关，无法作同口径比较。",)
    return Section("逐年变化", how, sum(one.read for one in data.every), (chart,), below, matched)


def _flow(label: str, values: Sequence[int]) -> Series:
    texts = tuple(f"{value:,}" for value in values)
    return Series(label, tuple(values), texts, tuple(f"{label}<br>{text} 件" for text in texts))


def _matched(pair: Sequence[Sums]) -> Matched | None:
    if len(pair) != 2:
        return None
    before, after = pair
    caption = f"同口径比较：{before.year} 年与 {after.year} 年都有报告的 {after.read:,} 个机关"
    rows = tuple(_line(label, getattr(before, name), getattr(after, name)) for name, label in _FLOWS.items())
    return Matched(caption, (f"{before.year} 年", f"{after.year} 年", "变化"), rows)


def _line(label: str, before: int, after: int) -> tuple[str, str, str, str]:
    change = f"{after / before - 1:+.1%}" if before else "—"
    return label, f"{before:,}", f"{after:,}", change


def _problems(data: Data) -> Section:
    found = data.problems
    how = (
        f"{data.year} 年数据湖与隔离区的报告中“不符”的问题最多的 {MOST} 个机关；"
        f"读取存疑的 {found.doubts:,} 个问题是读取程序的，不计在机关名下。"
    )
    series = [
        _severity(SEVERITY_NAMES[severity], [problem.counts[number] for problem in found.most])
        for number, severity in enumerate(SEVERITIES)
    ]
    chart = stacked([problem.agency for problem in found.most], series)
    below = () if found.most else ("没有发现问题。",)
    return Section("问题最多的机关", how, found.reports, (chart,) if found.most else (), below)


def _severity(name: str, values: Sequence[int]) -> Series:
    return Series(name, tuple(values), (), tuple(f"{name} {value:,} 个" for value in values))


def _named(every: Sequence[Sums]) -> list[str]:
    return [f"{one.year}<br>{one.read:,} 份" for one in every]
