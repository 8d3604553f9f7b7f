"""The charts, as plotly figures. Whatever comes from the data is escaped: plotly reads HTML in labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any

import plotly.graph_objects as go

FONT = '"Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif'
COLOURS = ("#3f7fd0", "#2f9e72", "#d9822b", "#8f6bc9", "#c8506a", "#6b8794")
_LINE, _LINES, _HOVER_LINES = 15, 2, 12
"""Characters in a line of a label, and lines: what a narrow window has room for, and what is shown when hovering."""

_CLOSING = "、，。；：）》”"
"""Characters that no line may begin with."""

_BAR, _FRAME, _HEIGHT = 34, 60, 340
_SLACK = 0.3
_FEWEST = 4
"""Places on an axis of years or names: fewer would make fat bars."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A horizontal bar under the heading `group`."""

    group: str
    label: str
    value: int


@dataclass(frozen=True, slots=True)
class Series:
    """Bars of one colour; a value may be missing. `texts` stand at them, `hovers` tell more."""

    name: str
    values: tuple[float | None, ...]
    texts: tuple[str, ...]
    hovers: tuple[str, ...]


def shares(bars: Sequence[Bar]) -> go.Figure:
    """Horizontal bars, each with its share of all; a heading tells the sum of its group."""
    whole = sum(bar.value for bar in bars)
    figure, ticks = go.Figure(), list[str]()
    for number, (group, found) in enumerate(groupby(bars, key=lambda bar: bar.group)):
        members = list(found)
        if group:
            ticks.append(f"<b>{_wrapped(group)}　{sum(bar.value for bar in members):,}</b>")
        places = range(len(ticks), len(ticks) + len(members))
        ticks += [_wrapped(bar.label) for bar in members]
        figure.add_trace(_horizontal(members, list(places), whole, COLOURS[number % len(COLOURS)]))
    return _names(figure, ticks)


def stacked(names: Sequence[str], series: Sequence[Series]) -> go.Figure:
    """Horizontal bars of parts, one for each name, the first at the top, with the sum at its end."""
    figure, places = go.Figure(), list(range(len(names)))
    for part, colour in zip(series, (COLOURS[4], COLOURS[2], COLOURS[0]), strict=True):
        hover = [f"{_wrapped(name, _HOVER_LINES)}<br>{text}" for name, text in zip(names, part.hovers, strict=True)]
        figure.add_bar(
            x=part.values,
            y=places,
            orientation="h",
            name=part.name,
            marker_color=colour,
            hovertext=hover,
            hoverinfo="text",
        )
    totals = [sum(value or 0 for value in values) for values in zip(*(part.values for part in series), strict=True)]
    figure.add_scatter(
        x=totals,
        y=places,
        mode="text",
        text=[f" {total:,.0f}" for total in totals],
        textposition="middle right",
        hoverinfo="skip",
        showlegend=False,
        cliponaxis=False,
    )
    return _names(figure, [_wrapped(name) for name in names]).update_layout(barmode="stack", showlegend=True)


def columns(names: Sequence[str], series: Sequence[Series], *, percent: bool = False, title: str = "") -> go.Figure:
    """Vertical bars side by side, one of each series at every name."""
    figure = go.Figure([_vertical(part, colour) for part, colour in zip(series, COLOURS, strict=False)])
    slack = max(0, _FEWEST - len(names)) / 2
    edges = [-0.5 - slack, len(names) - 0.5 + slack]
    figure.update_xaxes(tickvals=list(range(len(names))), ticktext=list(names), range=edges)
    figure.update_yaxes(tickformat=".0%" if percent else ",d")
    if all(value is None for part in series for value in part.values):
        figure.update_yaxes(range=[0, 1])
    return _upright(figure, title).update_layout(bargap=0.3, showlegend=len(series) > 1)


def histogram(edges: Sequence[str], series: Series, title: str) -> go.Figure:
    """Vertical bars between edges, of which there is one more than bars."""
    figure = go.Figure(_vertical(series, COLOURS[0]))
    places = [number - 0.5 for number in range(len(edges))]
    figure.update_xaxes(tickvals=places, ticktext=list(edges), range=[places[0] - _SLACK, places[-1] + _SLACK])
    figure.update_yaxes(tickformat=",d")
    return _upright(figure, title).update_layout(bargap=0.05, showlegend=False)


def _vertical(part: Series, colour: str) -> go.Bar:
    return go.Bar(
        x=list(range(len(part.values))),
        y=part.values,
        name=escape(part.name, quote=False),
        marker_color=colour,
        text=part.texts,
        textposition="outside",
        textangle=0,
        cliponaxis=False,
        hovertext=part.hovers,
        hoverinfo="text",
    )


def _upright(figure: go.Figure, title: str) -> go.Figure:
    """Vertical bars from 0; a number for which there is no room is told by hovering only."""
    figure.update_xaxes(fixedrange=True, showgrid=False)
    figure.update_yaxes(fixedrange=True, rangemode="tozero", nticks=6)
    return _dressed(figure, _HEIGHT, title).update_layout(uniformtext={"minsize": 10, "mode": "hide"})


def _horizontal(bars: Sequence[Bar], places: list[int], whole: int, colour: str) -> go.Bar:
    values = [bar.value for bar in bars]
    texts = [f"{value:,}（{value / whole:.1%}）" if value else "0" for value in values]
    hovers = [f"{_wrapped(bar.label, _HOVER_LINES)}<br>{text}" for bar, text in zip(bars, texts, strict=True)]
    return go.Bar(
        x=values,
        y=places,
        orientation="h",
        marker_color=colour,
        hovertext=hovers,
        text=texts,
        textposition="outside",
        cliponaxis=False,
        hoverinfo="text",
    )


def _names(figure: go.Figure, ticks: list[str]) -> go.Figure:
    """The vertical axis of horizontal bars, read from the top; room at the right for what stands at a bar's end."""
    longest = max((value for trace in figure.data for value in trace.x), default=0)
    figure.update_yaxes(
        tickvals=list(range(len(ticks))),
        ticktext=ticks,
        range=[len(ticks) - 0.5, -0.5],
        ticks="outside",
        ticklen=6,
        tickcolor="rgba(0,0,0,0)",
        automargin=True,
        fixedrange=True,
        showgrid=False,
    )
    figure.update_xaxes(range=[0, (longest or 1) * 1.35], fixedrange=True, tickformat=",d", nticks=6)
    return _dressed(figure, _FRAME + _BAR * max(len(ticks), _FEWEST)).update_layout(bargap=0.25, showlegend=False)


def _dressed(figure: go.Figure, height: int, title: str = "") -> go.Figure:
    return figure.update_layout(
        title={"text": title, "font": {"size": 13}, "x": 0, "xanchor": "left", "y": 0.97, "yanchor": "top"},
        template="none",
        height=height,
        font={"family": FONT, "size": 12},
        margin={"l": 8, "r": 8, "t": 40 if title else 24, "b": 8},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
        hoverlabel={"align": "left", "font": {"family": FONT}},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        xaxis={"automargin": True},
        yaxis={"automargin": True},
    )


def _wrapped(text: str, lines: int = _LINES) -> str:
    """The text in as many lines as may be, escaped; what is cut off is told by dots."""
    return "<br>".join(escape(line, quote=False) for line in _lines(text, lines))


def _lines(text: str, lines: int) -> Iterator[str]:
    for number in range(lines):
        end = _LINE + (text[_LINE : _LINE + 1] in _CLOSING)
        if number == lines - 1 and len(text) > end:
            yield f"{text[: _LINE - 1]}…"
        elif text:
            yield text[:end]
        text = text[end:]


def html(figure: go.Figure, number: int) -> str:
    """The figure as a part of a page; the first one brings plotly's script with it."""
    options: dict[str, Any] = {"full_html": False, "include_plotlyjs": number == 0, "div_id": f"chart-{number}"}
    return str(figure.to_html(config={"displayModeBar": False, "responsive": True}, **options))
