"""An analyst's first look at the lake: the charts that matter, as one self-contained page.

plotly's script is in the page, and the page's own policy forbids it to load anything. Names are escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import count
from string import Template

from tasks.analysis.first_look.charts import html
from tasks.analysis.first_look.data import Data, Nothing, load
from tasks.analysis.first_look.overview import overview_html
from tasks.analysis.first_look.sections import Section, sections
from tasks.analysis.first_look.style import STYLE
from tasks.lake.query import connect
from tasks.settings import Buckets

_PAGE = Template("""<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<title>$title</title><style>$style</style></head><body><main>
<header><h1>$title</h1><div class="dim">依据数据湖中通过校验的报告；空白计为 0。</div></header>
<noscript><section>图表需要浏览器启用 JavaScript；本页不访问网络。</section></noscript>
$body
</main></body></html>
""")


def first_look(buckets: Buckets | None = None, year: int | None = None) -> str:
    """The page of `year`, or of the latest one in the lake."""
    with connect(buckets) as lake, connect(buckets, quarantine=True) as quarantine:
        data = load(lake, quarantine, year)
    if isinstance(data, Nothing):
        return _page("政府信息公开工作年度报告", _nothing(data))
    return _page(f"{data.year} 年政府信息公开工作年度报告", _body(data))


def _body(data: Data) -> str:
    return overview_html(data) + "".join(_sections(sections(data)))


def _sections(shown: Iterable[Section]) -> Iterator[str]:
    numbers = count()
    for section in shown:
        charts = "".join(f"<div>{html(chart, next(numbers))}</div>" for chart in section.charts)
        yield (
            f"<section><h2>{escape(section.title)}</h2>"
            f'<p class="how dim small">{escape(section.how)}依据 {section.reports:,} 份报告。</p>'
            f'<div class="charts charts-{len(section.charts)}">{charts}</div>{section.below}</section>'
        )


def _nothing(found: Nothing) -> str:
    if found.years:
        text = f"数据湖中没有 {found.year} 年的报告。有报告的年度：{'、'.join(map(str, found.years))}。"
    else:
        text = "数据湖是空的：还没有通过校验的报告。"
    return f"<section><p>{text}隔离区报告数：{found.waiting:,}。</p></section>"


def _page(title: str, body: str) -> str:
    return _PAGE.substitute(title=title, style=STYLE, body=body)


__all__ = ["first_look"]
