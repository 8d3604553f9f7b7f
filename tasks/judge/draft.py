"""What a report would come to under corrections that nobody has decided yet: judged as the pipeline judges it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from expectations.evidence import Cell, Decision, DecisionKind
from expectations.forms import FORMS, Identity, TableName, identities
from expectations.places import place_label
from tasks.errors import Rejected
from tasks.fetch import ObjectGoneError, fetch
from tasks.judge.decisions import Review, as_read, corrected, in_force, reviews_of
from tasks.judge.files import Examined, Judgement, judge_examined
from tasks.judge.review import CannotDecideError, acceptable, corrections_of, decide, keep
from tasks.ledger import Ledger, ObjectRow
from tasks.read.examine import examined
from tasks.receipt.as_json import Json, finding_dict, number
from tasks.settings import Buckets
from tasks.storage import S3Client
from tasks.values import Document, Report

_BY = "draft"
_READ = 8
"""Reports that are kept as they were read: a person works at one, and comes back to the one before."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the rules say: the findings, gravest first, and the sums that the asked cells stand in."""

    outcome: str
    findings: list[Json]
    sums: list[Json]


def hold(s3: S3Client, ledger: Ledger, object_id: int, wanted: Mapping[str, str], about: Sequence[str] = ()) -> Held:
    """What `wanted` would make of the report, by the rules and decisions that hold; `about` are cells of interest.

    Raises CannotDecideError as the decision would, and if the file has gone or is no report.
    """
    judged = _judged(s3, ledger, ledger.get([object_id])[object_id], wanted)
    assert judged.report
    assert judged.verdict
    findings = [finding_dict(finding) for finding in judged.verdict.findings]
    return Held(judged.verdict.outcome, findings, _sums(judged.report, findings, about))


def settle(
    s3: S3Client,
    buckets: Buckets,
    ledger: Ledger,
    object_id: int,
    kind: DecisionKind,
    note: str,
    by: str,
    wanted: Mapping[str, str],
    seen: int,
) -> ObjectRow:
    """Decide as `decide` does; an acceptance may come with corrections, and then is of what these leave.

    `seen` is the number of decisions that the person knew of: if another has decided meanwhile, nothing is done.
    """
    row = ledger.get([object_id])[object_id]
    known = ledger.decisions_on(row.sha256)
    if len(known) != seen:
        last = known[-1] if known else None
        raise CannotDecideError(f"{last.by if last else '别人'}刚刚已对这份报告作出决定，请刷新后再看。")
    if kind != "accept" or not wanted:
        return decide(s3, buckets, ledger, row.object.key, kind, note, by, wanted)
    judged = _judged(s3, ledger, row, wanted)
    assert judged.verdict
    findings = [finding_dict(finding) for finding in judged.verdict.findings]
    accepted = acceptable(row.object.key, findings)
    decide(s3, buckets, ledger, row.object.key, "correct", note, by, wanted)
    if accepted and row.sha256:
        decision = Decision("accept", by, datetime.now(UTC), note.strip())
        keep(s3, buckets, ledger, row.sha256, Review(decision, accepted))
    return row


def _judged(s3: S3Client, ledger: Ledger, row: ObjectRow, wanted: Mapping[str, str]) -> Judgement:
    document, report = _read(s3, row.object.bucket, row.object.key, row.object.etag)
    known = ledger.decisions_on(row.sha256)
    reviews = in_force(reviews_of(one.content for one in known))
    before = corrected(report, reviews)
    raw = {cell.address: cell.as_read for cell in before.cells}
    names = {name: as_read(report, name) for name in ("agency", "year")}
    draft = corrections_of(wanted, {**raw, **names}, report.form)
    reviews = (*reviews, Review(Decision("correct", _BY, datetime.now(UTC), ""), (), draft))
    judged = judge_examined([Examined(document, corrected(report, reviews), reviews, 0.0)])[0]
    if isinstance(judged, Exception):
        raise judged
    return judged


@lru_cache(_READ)
def _read(s3: S3Client, bucket: str, key: str, etag: str) -> tuple[Document, Report]:
    try:
        source = fetch(s3, bucket, key, etag)
        return examined(key, source.body)
    except (ObjectGoneError, Rejected) as error:
        raise CannotDecideError(f"不能按规则试算：{error}") from error


def _sums(report: Report, findings: Sequence[Json], about: Sequence[str]) -> list[Json]:
    """Of each sum in which one of the cells stands: its name, both sides, and whether it holds."""
    failed = {(f["rule"], f["where"]) for f in findings if f["outcome"] == "fail"}
    doubts = [f for f in findings if f["rule"].startswith("READ.") and f["severity"] == "critical"]
    doubted = {f["where"] for f in doubts} | {c["address"] for f in doubts for c in f["cells"]}
    cells = {cell.address: cell for cell in report.cells}
    found = []
    for form, one in _touching(report, about):
        every = (*one.left, *one.right)
        is_known = all(a in cells for a in every) and not doubted.intersection(
            {*every, one.where, one.where.split(".")[0]}
        )
        state = "fail" if (one.rule, one.where) in failed else "pass" if is_known else "insufficient_data"
        left, right = (_side(side, cells) for side in (one.left, one.right))
        label = place_label(one.where, form)
        found.append({"rule": one.rule, "label": label, "left": left, "right": right, "state": state})
    return found


def _touching(report: Report, about: Sequence[str]) -> list[tuple[str, Identity]]:
    forms: set[str] = {report.forms[table] for table in _tables(about) if table in report.forms}
    every = [(form, one) for form in sorted(forms) for one in identities(FORMS[form])]
    return [(form, one) for form, one in every if not {*one.left, *one.right}.isdisjoint(about)]


def _tables(about: Sequence[str]) -> set[TableName]:
    tables: tuple[TableName, ...] = ("table3", "table4")
    return {table for table in tables if any(address.startswith(f"{table}.") for address in about)}


def _side(addresses: Sequence[str], cells: Mapping[str, Cell]) -> int | str | None:
    return number(sum(cells[a].value or 0 for a in addresses if a in cells))
