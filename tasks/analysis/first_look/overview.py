"""The figures at the top of the page."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.analysis.first_look.data import Data, percent, rate

_REVIEW = "review"


def tiles(data: Data) -> Iterator[tuple[str, str, str]]:
    """What there is, and the rates of the year: name, value, note."""
    chosen, every = data.chosen, data.every
    reviews = [one for one in data.corrections if (one.year, one.group) == (data.year, _REVIEW)]
    corrected, decided = sum(one.corrected for one in reviews), sum(one.decided for one in reviews)
    disclosure = percent(rate(chosen.disclosed, chosen.results))
    yield "年度", str(data.year), f"数据湖中有 {'、'.join(str(one.year) for one in every)}"
    yield "报告数", f"{chosen.reports:,}", f"全部年度 {sum(one.reports for one in every):,} 份"
    yield "机关数", f"{data.agencies:,}", "全部年度，按名称"
    yield "新收申请", f"{chosen.received:,}", "件"
    yield "公开率", disclosure, f"公开 {chosen.disclosed:,} ÷ 办理 {chosen.results:,}"
    yield "复议纠错率", percent(rate(corrected, decided)), f"纠正 {corrected:,} ÷ 审结 {decided:,}"
    yield "隔离区报告数", f"{data.waiting.get(data.year, 0):,}", f"全部年度 {sum(data.waiting.values()):,} 份"
