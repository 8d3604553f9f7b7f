"""An analyst's first look at the lake: the charts that matter, as one self-contained page (`page.html`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count

import plotly.graph_objects as go

from tasks.analysis.first_look.charts import FONT, html
from tasks.analysis.first_look.data import Data, Nothing, load
from tasks.analysis.first_look.overview import tiles
from tasks.analysis.first_look.sections import Section, sections
from tasks.html import render
from tasks.lake.query import connect
from tasks.settings import Buckets

_BOUNDED = {"memory_limit": "1GB"}


@dataclass(frozen=True, slots=True)
class Parts:
    """What the page is made of, for a page of another look; each section's charts are plotly's JSON."""

    year: int | None
    years: tuple[int, ...]
    nothing: str
    tiles: Sequence[tuple[str, str, str]]
    sections: Sequence[tuple[Section, Sequence[str]]]


def first_look_parts(buckets: Buckets | None = None, year: int | None = None) -> Parts:
    """The same of `year`, or of the latest one in the lake, in parts."""
    data = _loaded(buckets, year)
    if isinstance(data, Nothing):
        return Parts(data.year, data.years, _nothing(data), (), ())
    years = tuple(one.year for one in data.every)
    found = [(replace(one, charts=()), [str(chart.to_json()) for chart in one.charts]) for one in sections(data)]
    return Parts(data.year, years, "", tuple(tiles(data)), found)


def first_look(buckets: Buckets | None = None, year: int | None = None) -> str:
    """The page of `year`, or of the latest one in the lake."""
    data = _loaded(buckets, year)
    if isinstance(data, Nothing):
        return _page("政府信息公开工作年度报告", nothing=_nothing(data))
    return _page(f"{data.year} 年政府信息公开工作年度报告", data)


def _loaded(buckets: Buckets | None, year: int | None) -> Data | Nothing:
    with (
        connect(buckets, settings=_BOUNDED) as lake,
        connect(buckets, quarantine=True, settings=_BOUNDED) as quarantine,
    ):
        return load(lake, quarantine, year)


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


__all__ = ["Parts", "first_look", "first_look_parts"]
