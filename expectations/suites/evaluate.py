"""From broken rows to findings that say in Chinese what is wrong where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from expectations.evidence import Cell, Doubt, Finding, Number, Suspect
from expectations.forms import FORMS, Identity, TableName, identities
from expectations.locate import locate
from expectations.places import place_label
from expectations.rules import RULES
from expectations.suites.cells import SCALE, CellRow, cell_rows
from expectations.suites.suite import Broken, suite


def evaluate(
    cells: Sequence[Cell], forms: Mapping[TableName, str], year: int | None, doubts: Sequence[Doubt]
) -> tuple[Finding, ...]:
    """Every rule of the suite that does not pass on these cells.

    A rule that cannot be evaluated is a critical finding with outcome `error`: our fault, and never a pass.
    """
    rows = cell_rows(cells, forms, year, doubts)
    broken, errors = suite().broken(rows)
    findings = _Findings(cells, rows)
    return (
        *(finding for code, bad in broken.items() for row in bad for finding in findings.of(code, row)),
        *(_error(code, why) for code, why in errors.items()),
    )


def _error(code: str, why: str) -> Finding:
    return Finding(
        code, "critical", "error", "rules", f"规则 {code} 无法执行，是本系统的故障，不是报告的问题：{why[:200]}"
    )


class _Findings:
    """Turns broken rows of one report into findings with operands."""

    def __init__(self, cells: Sequence[Cell], rows: Sequence[CellRow]) -> None:
        self.cells = {cell.address: cell for cell in cells}
        self.form_of = {row.tbl: row.form for row in rows}
        self.identities = {(i.rule, i.where): i for f in set(self.form_of.values()) for i in identities(FORMS[f])}
        counted = {row.address: row.counted // SCALE for row in rows if row.tbl == "table3"}
        judged = all(row.judged for row in rows if row.tbl == "table3")
        suspects = locate(FORMS[self.form_of["table3"]], counted) if judged else ()
        self.suspect = suspects[0] if len(suspects) == 1 else None

    def of(self, code: str, row: Broken) -> Iterator[Finding]:
        where = str(row["place"])
        identity = self.identities.get((code, where))
        if identity:
            yield self._sum(identity, row)
            return
        addresses = [a for a in str(row.get("addresses") or "").split(",") if a]
        cells = tuple(self.cells[a] for a in addresses if a in self.cells)
        message = self._message(code, where, row, cells)
        yield Finding(code, RULES[code].severity, "fail", where, message, cells)

    def _sum(self, identity: Identity, row: Broken) -> Finding:
        left, right = _number(row["left_side"]), _number(row["right_side"])
        operands = tuple(self.cells[a] for a in (*identity.left, *identity.right))
        name = self._name(identity.where)
        sides = {"T3.BALANCE": ("第一项、第二项之和", "第三项总计、第四项之和")}
        first, second = sides.get(identity.rule, ("各项之和", "总计"))
        message = f"{name}：{first}为 {left}，{second}为 {right}，相差 {abs(left - right)}。"
        suspect = self.suspect if identity.rule.startswith("T3.") else None
        if suspect:
            message += self._suspicion(suspect)
        return Finding(identity.rule, "critical", "fail", identity.where, message, operands, left, right, suspect)

    def _suspicion(self, suspect: Suspect) -> str:
        printed = self.cells[suspect.address].raw
        name, value = self._name(suspect.address), suspect.balancing_value
        return f"只要{name}由 {printed} 改为 {value}，全部勾稽关系即告平衡，请先核对这一格。"

    def _name(self, where: str) -> str:
        return place_label(where, self.form_of.get(where.split(".")[0], "2021"))

    def _message(self, code: str, where: str, row: Broken, cells: tuple[Cell, ...]) -> str:
        name, kind = self._name(where), code.split(".", 1)[1]
        if kind == "MISSING_TABLE":
            return f"报告中没有{name}。"
        if kind in ("MISSING_ROW", "MISSING_GROUP"):
            if row["missing"] == row["figures"]:
                return f"缺少{name}一行。"
            return f"{name}一行不完整或重复：应有 {row['figures']} 个数，缺 {row['missing']} 个。"
        if kind == "MISSING_COLUMN":
            return f"缺少{name}。"
        if kind == "NOT_A_COUNT":
            return f"{name}印的是“{cells[0].raw}”，不是整数。" if cells else f"{name}不是整数。"
        if kind == "NEGATIVE":
            return f"{name}印的是“{cells[0].raw}”，不应为负数。"
        if kind == "TOTAL_BLANK":
            return f"{name}：各项已填，总计却空着；核对时按各项之和计算，数据中仍留空。"
        if kind == "BLANK":
            return f"{name}有 {row['figures']} 处空白或以斜线、横线代替；合计时按 0 计，数据中仍留空。"
        return f"{name}用的是 {self.form_of[where]} 年式，与报告年度应使用的格式不符。"


def _number(scaled: int) -> Number:
    value = Decimal(scaled) / SCALE
    return int(value) if value == value.to_integral_value() else value
