"""What a person can decide on a report, and how that is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import uuid4

from expectations.evidence import GIVEN, BBox, Decision, DecisionKind
from expectations.forms import FIRST_YEAR, FORMS
from expectations.messages import NAMES
from expectations.rules.documents import IDENTITY_DOUBTS
from tasks.errors import Mistaken
from tasks.judge.decisions import BLANK, RETRACTED, Correction, Review, in_force, review_text, reviews_of, value_of
from tasks.lake.versions import read_version
from tasks.ledger import Ledger, ObjectRow, VersionRow
from tasks.names import decision_name
from tasks.receipt.as_json import Json
from tasks.receipt.shape import receipt_in
from tasks.settings import Buckets
from tasks.storage import S3Client, head_object, plain_etag, read_object

_CHINESE = re.compile("[\u3400-\u9fff]")
_FARTHEST = 14_400.0
"""Points: no page of a PDF is larger."""


class CannotDecideError(Mistaken):
    """A decision that makes no sense on this object; the message says why, in Chinese."""

    code = "DECISION.IMPOSSIBLE"


def decide(
    s3: S3Client,
    buckets: Buckets,
    ledger: Ledger,
    key: str,
    kind: DecisionKind,
    note: str,
    by: str,
    corrections: Mapping[str, str] | None = None,
) -> ObjectRow:
    """Keep a person's decision on the object that landed as `key`, and have it judged again under it; returns its row.

    Raises CannotDecideError for an object that is not in quarantine (not in the lake, to retract it), a finding that is
    ours alone to mend, a decision without a note, a correction of what is not there, or nothing that could be undone.
    """
    row = _object(ledger, buckets, key)
    receipt = _receipt(s3, buckets, row)
    sha256 = receipt["object"]["sha256"]
    _check(s3, ledger, row, kind, sha256)
    if not note.strip():
        raise CannotDecideError("请写明理由（note）：别人要靠它明白这个决定。")
    if kind == "correct" and not corrections:
        raise CannotDecideError("请写明要更正的单元格，例如 table3.new.total=5。")
    decision = Decision(kind, by, datetime.now(UTC), note.strip())
    accepted = _lets_pass(receipt, kind, corrections or {})
    corrected = _corrections(s3, buckets, ledger, row, receipt, corrections or {}) if kind == "correct" else ()
    keep(s3, buckets, ledger, sha256, Review(decision, accepted, corrected))
    return row


def keep(s3: S3Client, buckets: Buckets, ledger: Ledger, sha256: str, review: Review) -> None:
    """One more decision on these bytes: in S3, then in the ledger; what has them is judged again."""
    name = decision_name(sha256, review.decision.at, uuid4().hex[:8])
    place, body = buckets.receipts, review_text(review).encode()
    s3.put_object(Bucket=place.bucket, Key=place.key(name), Body=body, ContentType="application/json")
    index(ledger, name, sha256, review)
    same = [row.id for row in ledger.find_by_sha256(sha256) if row.duplicate_of is None]
    ledger.reopen(same)


def index(ledger: Ledger, name: str, sha256: str, review: Review) -> None:
    """Tell the ledger of a decision that is in S3 as `name`."""
    d = review.decision
    content = review_text(review)
    ledger.add_decision(name=name, sha256=sha256, kind=d.kind, by=d.by, at=d.at, note=d.note, content=content)


def _object(ledger: Ledger, buckets: Buckets, key: str) -> ObjectRow:
    found = [row for row in ledger.find(buckets.landing.bucket, key) if row.receipt_name]
    if not found:
        raise CannotDecideError(f"没有 {key} 的回执。")
    row = found[0]
    if row.duplicate_of is not None:
        first = ledger.get([row.duplicate_of])[row.duplicate_of].object.key
        raise CannotDecideError(f"{key} 与 {first} 内容相同，请对后者作决定。")
    return row


def _receipt(s3: S3Client, buckets: Buckets, row: ObjectRow) -> Json:
    body = read_object(s3, buckets.receipts, f"{row.receipt_name}.json")
    receipt = receipt_in(body, row.object.key)
    if receipt is None:
        raise CannotDecideError(f"{row.object.key} 的回执不在了，请先 nianbao replay。")
    return receipt


def _check(s3: S3Client, ledger: Ledger, row: ObjectRow, kind: DecisionKind, sha256: str) -> None:
    if kind == "undo":
        if not in_force(reviews_of(row.content for row in ledger.decisions_on(sha256))):
            raise CannotDecideError(f"{row.object.key} 没有可以撤销的决定。")
    elif kind == "retract":
        _check_in_lake(s3, ledger, row)
    elif row.outcome != "quarantined":
        raise CannotDecideError(f"{row.object.key} 不在隔离区（结果是 {row.outcome}），不需要决定。")


def _check_in_lake(s3: S3Client, ledger: Ledger, row: ObjectRow) -> None:
    """Raises CannotDecideError unless the object stands in the lake, and landed as it was: it is to be judged again."""
    key = row.object.key
    stands = ledger.current([row.report_id], "lake").get(row.report_id) if row.report_id else None
    if stands is None:
        raise CannotDecideError(f"{key} 不在数据湖（结果是 {row.outcome}），不需要撤回。")
    if stands.object_id != row.id:
        raise CannotDecideError(f"{key}（结果是 {row.outcome}）不在数据湖，{_standing_instead(key, stands)}")
    head = head_object(s3, row.object.bucket, key)
    if head is None or plain_etag(head["ETag"]) != row.object.etag:
        raise CannotDecideError(f"landing 中的 {key} 已被删除或取代，无法重新判定；请重新上传原来的文件，然后再撤回。")


def _standing_instead(key: str, stands: VersionRow) -> str:
    if stands.key == key:
        return f"那里的是它较早的版本（ETag {stands.etag}）；要撤回，请把那个版本另存一名上传，replay 后再撤回。"
    return f"那里同一报告的数据来自 {stands.key}；要撤回，请撤回后者。"


def _lets_pass(receipt: Json, kind: DecisionKind, corrections: Mapping[str, str]) -> tuple[str, ...]:
    """The ids of the findings that the decision lets pass.

    A correction lets a retraction pass, for it mends it, and a doubt about the agency or the year that it states.
    """
    if kind == "accept":
        return acceptable(receipt["object"]["key"], receipt["findings"])
    settled = {RETRACTED, *(rule for name, rule in IDENTITY_DOUBTS.items() if name in corrections)}
    return tuple(f["id"] for f in receipt["findings"] if kind == "correct" and f["rule"] in settled)


def acceptable(key: str, findings: Sequence[Json]) -> tuple[str, ...]:
    """The ids of all that keeps the report out. Raises CannotDecideError for what nobody can let pass."""
    keeps_out = [f for f in findings if f["severity"] == "critical" and not f["decision"]]
    unnamed = [f["rule"] for f in keeps_out if f["rule"].startswith("DOC.NO_") or f["rule"] in IDENTITY_DOUBTS.values()]
    if unnamed:
        raise CannotDecideError(f"{'、'.join(unnamed)} 不能接受，只能更正：correct {key} agency=… year=…")
    broken = [f["rule"] for f in keeps_out if f["outcome"] == "error"]
    if broken:
        raise CannotDecideError(f"规则 {'、'.join(broken)} 没能执行，是本系统的故障，请修复后 replay。")
    return tuple(finding["id"] for finding in keeps_out)


def _corrections(
    s3: S3Client, buckets: Buckets, ledger: Ledger, row: ObjectRow, receipt: Json, wanted: Mapping[str, str]
) -> tuple[Correction, ...]:
    raw: dict[str, str | None] = {**_raw_texts(s3, buckets, ledger, row), **_names_as_read(receipt)}
    return corrections_of(wanted, raw, receipt["form"])


def corrections_of(
    wanted: Mapping[str, str], raw: Mapping[str, str | None], form: str | None
) -> tuple[Correction, ...]:
    """What a person wrote, as corrections; `raw` is what was read, by address, `form` that of the report.

    A cell of the form that was not read can be given too, with its place: `5@4:100,200,130,212` is page and box.
    Raises CannotDecideError.
    """
    return tuple(_correction(address, text, raw, form) for address, text in wanted.items())


def _correction(address: str, text: str, raw: Mapping[str, str | None], form: str | None) -> Correction:
    value, at, place = text.strip().partition("@")
    if address in raw and raw[address] is not None:
        if at and address not in NAMES:
            raise CannotDecideError(f"{address} 已有位置，不需要再写“@{place}”。")
        _check_value(address, text)
        return Correction(address, text.strip(), raw[address])
    if address in NAMES:
        _check_value(address, text)
        return Correction(address, text.strip(), None)
    if address not in _addresses(form):
        raise CannotDecideError(f"报告中没有读出 {address} 这个单元格，{form or ''} 年格式中也没有。")
    _check_value(address, value)
    page, bbox = _place(address, place) if at else (None, None)
    return Correction(address, value.strip(), None, page, bbox)


def _addresses(form: str | None) -> frozenset[str]:
    return frozenset(figure.address for figure in FORMS[form or max(FORMS)].figures())


def _place(address: str, text: str) -> tuple[int, BBox]:
    """Page and box, as `4:100,200,130,212`."""
    page, _, numbers = text.partition(":")
    try:
        x0, top, x1, bottom = (float(number) for number in numbers.split(","))
        if not (0 < int(page) <= 10_000 and 0 <= x0 < x1 <= _FARTHEST and 0 <= top < bottom <= _FARTHEST):
            raise ValueError(text)
    except ValueError:
        raise CannotDecideError(f"{address} 的位置“{text}”应为 页码:左,上,右,下，如 4:100,200,130,212。") from None
    return int(page), (x0, top, x1, bottom)


def _names_as_read(receipt: Json) -> dict[str, str | None]:
    """Agency and year as the reader read them, whatever a person has made of them before."""
    read_as = receipt.get("read_as") or {}
    return {name: read_as.get(name, None if receipt[name] is None else str(receipt[name])) for name in NAMES}


def _check_value(address: str, value: str) -> None:
    if address == "agency":
        if not _CHINESE.search(value):
            raise CannotDecideError("请写明机关的名称，例如 agency=青岚市财政局。")
    elif address == "year":
        latest = datetime.now(UTC).year
        if not (value.strip().isdecimal() and FIRST_YEAR <= int(value) <= latest):
            raise CannotDecideError(f"年度“{value}”不是 {FIRST_YEAR} 至 {latest} 的年份。")
    else:
        _check_number(address, value)


def _check_number(address: str, value: str) -> None:
    try:
        value_of(value.strip())
    except ValueError as error:
        raise CannotDecideError(f"{address} 的更正值“{value}”不是数；原文空白的请写“{BLANK}”。") from error


def _raw_texts(s3: S3Client, buckets: Buckets, ledger: Ledger, row: ObjectRow) -> dict[str, str | None]:
    """What was read in each cell of a quarantined report, by address; None in one that a person gave."""
    stands = ledger.current([row.report_id], "quarantine").get(row.report_id) if row.report_id else None
    if stands is None or stands.object_id != row.id:
        raise CannotDecideError(f"{row.object.key} 已有较新的版本，这一版不再等待决定。")
    cells = read_version(s3, buckets.quarantine, stands.name, stands.stored_etag)["cells"]
    columns = (cells[name].to_pylist() for name in ("address", "raw", "engine"))
    return {address: None if engine == GIVEN else raw for address, raw, engine in zip(*columns, strict=True)}
