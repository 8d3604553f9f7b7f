"""An analyst's first look at the lake: the charts that matter, as one self-contained page (`page.html`)."""

from __future__ import annotations

from itertools import count

import plotly.graph_objects as go

from tasks.analysis.first_look.charts import FONT, html
from tasks.analysis.first_look.data import Data, Nothing, load
from tasks.analysis.first_look.overview import tiles
from tasks.analysis.first_look.sections import sections
from tasks.html import render
from tasks.lake.query import connect
from tasks.settings import Buckets


def first_look(buckets: Buckets | None = None, year: int | None = None) -> str:
    """The page of `year`, or of the latest one in the lake."""
    with connect(buckets) as lake, connect(buckets, quarantine=True) as quarantine:
        data = load(lake, quarantine, year)
    if isinstance(data, Nothing):
        return _page("政府信息公开工作年度报告", nothing=_nothing(data))
    return _page(f"{data.year} 年政府信息公开工作年度报告", data)


def _page(title: str, data: Data | None = None, nothing: str = "") -> str:
    numbers = count()

    def drawn(chart: go.Figure) -> str:
        return html(chart, next(numbers))

    return render(
        "analysis/first_look/page.html",
        title=title,
        font=FONT,
        nothing=nothing,
        tiles=tiles(data) if data else (),
        sections=sections(data) if data else (),
        drawn=drawn,
    )


def _nothing(found: Nothing) -> str:
    if found.years:
        text = f"数据湖中没有 {found.year} 年的报告。有报告的年度：{'、'.join(map(str, found.years))}。"
    else:
        text = "数据湖是空的：还没有通过校验的报告。"
    return f"{text}隔离区报告数：{found.waiting:,}。"


__all__ = ["first_look"]
