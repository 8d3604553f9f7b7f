"""From what breaks a rule to a finding: operands, both sides, the difference, and the suspect if there is one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from expectations import messages
from expectations.evidence import Cell, Finding, Suspect
from expectations.forms import FORMS, Identity, identities
from expectations.locate import candidates, locate
from expectations.rules import RULES
from expectations.tables_read import TablesRead

Broken = Mapping[str, Any]
"""What breaks a rule: its `place`, the `addresses` to show, and what else the rule's query selects."""

_IDENTITIES = {form.code: {(i.rule, i.where): i for i in identities(form)} for form in FORMS.values()}


class Findings:
    """Makes the findings of one report; `counts` is what sums count for each address, None where they must not."""

    def __init__(self, tables: TablesRead, counts: Mapping[str, int | None]) -> None:
        self._tables = tables
        self._counts = counts

    def of(self, rule: str, broken: Broken) -> Finding:
        """The finding that `rule` is broken at `broken`."""
        where = str(broken["place"])
        identity = _IDENTITIES[self._tables.form_at(where).code].get((rule, where))
        if identity:
            return self._unequal(identity, broken["left_side"], broken["right_side"])
        if rule.startswith("TEXT."):
            return self._text(rule, where, broken)
        cells = self._cells(*_split(broken.get("addresses")))
        message = self._message(rule.split(".")[1], where, broken, cells)
        return Finding(rule, RULES[rule].severity, "fail", where, message, cells)

    def _message(self, fault: str, where: str, broken: Broken, cells: tuple[Cell, ...]) -> str:
        form = self._tables.form_at(where).code
        match fault:
            case "MISSING_TABLE":
                return messages.missing_table(where, form)
            case "MISSING_ROW" | "MISSING_GROUP":
                return messages.missing_line(where, form, broken["figures"], _split(broken["missing"]), cells)
            case "MISSING_COLUMN":
                return messages.missing_column(where, form)
            case "NOT_A_COUNT":
                return messages.not_a_count(where, form, cells[0].raw, broken["kind"] == "amount")
            case "NEGATIVE":
                return messages.negative(where, form, cells[0].raw)
            case "TOTAL_BLANK":
                return messages.total_blank(where, form)
            case "BLANK":
                return messages.blank(where, form, len(cells))
            case "YEAR_MISMATCH":
                return messages.wrong_form(where, form, self._tables.year)
        raise LookupError(fault)

    def _unequal(self, identity: Identity, left: int, right: int) -> Finding:
        form = self._tables.form_at(identity.where).code
        operands = self._cells(*identity.left, *identity.right)
        derived = any(cell.is_blank for cell in self._cells(identity.right[0]))
        message = messages.unequal(identity, form, left, right, derived)
        suspect, others = self._suspects if identity.rule.startswith("T3.") else (None, ())
        if suspect:
            message += messages.suspected(suspect, form, self._cells(suspect.address)[0].raw)
        here = tuple(a for a in others if a in (*identity.left, *identity.right))
        if identity.rule.startswith("T3.") and not suspect and self._table3:
            message += messages.candidates(here, form)
        rule = identity.rule
        severity = RULES[rule].severity
        return Finding(rule, severity, "fail", identity.where, message, operands, left, right, suspect, here)

    def _text(self, rule: str, where: str, broken: Broken) -> Finding:
        """A claim; one that counts what was carried over among what was received is only noted."""
        claim = self._tables.claims[broken["claim"]]
        left, right = broken["left_side"], broken["right_side"]
        cells = self._cells(*_split(broken.get("addresses")))
        with_old = rule == "TEXT.RECEIVED" and left == right + (self._counts.get("table3.carried_over.total") or 0)
        message = messages.claimed(claim, self._tables.form_at("table3").code, right, with_old)
        severity = "info" if with_old else RULES[rule].severity
        return Finding(rule, severity, "fail", where, message, cells, left, right)

    @cached_property
    def _table3(self) -> dict[str, int]:
        """The counts of table 3; empty unless every figure is known: only then one wrong cell is told from another."""
        figures = self._tables.form_at("table3").figures("table3")
        known = {f.address: count for f in figures if (count := self._counts[f.address]) is not None}
        return known if len(known) == len(figures) else {}

    @cached_property
    def _suspects(self) -> tuple[Suspect | None, tuple[str, ...]]:
        """The cell that explains all that fails in table 3, else those that may be wrong."""
        if not self._table3:
            return None, ()
        form = self._tables.form_at("table3")
        suspect = locate(form, self._table3)
        return suspect, () if suspect else candidates(form, self._table3)

    def _cells(self, *addresses: str) -> tuple[Cell, ...]:
        return tuple(cell for address in addresses for cell in self._tables.by_address.get(address, ()))


def rule_error(rule: str, why: str) -> Finding:
    """A rule that could not be evaluated: our fault, never a pass, and never the report's failure."""
    return Finding(rule, "critical", "error", "rules", messages.rule_error(rule, why))


def _split(addresses: str | None) -> tuple[str, ...]:
    return tuple(addresses.split(",")) if addresses else ()
