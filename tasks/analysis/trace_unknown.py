"""What to tell who traces a figure that is not there: what there is instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
from rapidfuzz import fuzz, process

from expectations.places import place_label
from tasks.errors import Mistaken
from tasks.lake.agencies import names_of, normal_name

_MOST = 5
_NEAR = 50.0
"""Of 100: less alike are no suggestions."""


class UnknownError(Mistaken):
    """No such report or cell in the lake; the message says what there is instead, in Chinese."""

    code = "TRACE.UNKNOWN"


def unknown_report(lake: duckdb.DuckDBPyConnection, agency: str, year: int) -> UnknownError:
    """The agency's other years, or else agencies of that year with similar names, or else the years that there are."""
    found = lake.execute("SELECT DISTINCT agency, year FROM reports").fetchall()
    if not found:
        return UnknownError("数据湖是空的：还没有通过校验的报告。")
    head = f"数据湖中没有{agency} {year} 年度的报告。"
    years = sorted({year for name, year in found if normal_name(name) in names_of(agency)})
    if years:
        return UnknownError(f"{head}该机关有的年度：{_joined(years)}。")
    there = sorted({name for name, of in found if of == year})
    if not there:
        return UnknownError(f"{head}有报告的年度：{_joined(sorted({of for _, of in found}))}。")
    near = _near(normal_name(agency), there)
    return UnknownError(f"{head}{f'名称相近的有：{_joined(near)}。' if near else f'该年度共有 {len(there)} 个机关。'}")


def unknown_address(lake: duckdb.DuckDBPyConnection, report: dict[str, Any], address: str) -> UnknownError:
    """Addresses of the report that are written alike."""
    sql = "SELECT DISTINCT address FROM cells WHERE year = $year AND report_id = $id ORDER BY address"
    there = lake.execute(sql, {"year": report["year"], "id": report["report_id"]}).fetchall()
    near = [f"{near}（{place_label(near, report['form'])}）" for near in _near(address, [found for (found,) in there])]
    example = f"相近的有：{_joined(near)}。" if near else "地址的写法如 table3.new.total。"
    return UnknownError(f"{report['agency']} {report['year']} 年度报告中没有单元格 {address}。{example}")


def _near(wanted: str, there: Sequence[str]) -> list[str]:
    found = process.extract(wanted, there, scorer=fuzz.WRatio, limit=_MOST, score_cutoff=_NEAR)
    return [text for text, _, _ in found]


def _joined(items: Iterable[object]) -> str:
    return "、".join(map(str, items)) or "无"
