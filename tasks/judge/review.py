"""Reports that wait for a person, and what a person can decide on one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from expectations.evidence import Decision, DecisionKind
from expectations.forms import FIRST_YEAR
from expectations.messages import NAMES
from expectations.rules.documents import IDENTITY_DOUBTS
from tasks.judge.decisions import RETRACTED, Correction, Review, add_review, value_of
from tasks.lake.entry import Entry, Version
from tasks.receipt.as_json import Json, ending_of
from tasks.receipt.write import list_receipts, read_receipt
from tasks.settings import Buckets
from tasks.storage import S3Client, head_object


class CannotDecideError(ValueError):
    """A decision that makes no sense on this object; the message says why, in Chinese."""


def waiting(s3: S3Client, buckets: Buckets) -> Iterator[Json]:
    """The receipts of quarantined objects on which nobody has decided that they stay there."""
    for receipt in list_receipts(s3, buckets):
        if ending_of(receipt) == "quarantined" and not receipt["duplicate_of"]:
            yield receipt


def decide(
    s3: S3Client,
    buckets: Buckets,
    key: str,
    kind: DecisionKind,
    note: str,
    by: str,
    corrections: Mapping[str, str] | None = None,
) -> Json:
    """Keep a person's decision on the object that landed as `key`; it counts from the next run. Returns the receipt.

    Raises CannotDecideError for an object that is not in quarantine (not in the lake, to retract it), a finding that is
    ours alone to mend, a decision without a note, or a correction of what is not there.
    """
    receipt = _receipt(s3, buckets, key)
    (_check_in_lake if kind == "retract" else _check_quarantined)(s3, buckets, receipt)
    if not note.strip():
        raise CannotDecideError("请写明理由（note）：别人要靠它明白这个决定。")
    if kind == "correct" and not corrections:
        raise CannotDecideError("请写明要更正的单元格，例如 table3.new.total=5。")
    decision = Decision(kind, by, datetime.now(UTC), note.strip())
    accepted = _lets_pass(receipt, kind, corrections or {})
    corrected = _corrections(s3, buckets, receipt, corrections or {}) if kind == "correct" else ()
    add_review(s3, buckets, receipt["object"]["sha256"], Review(decision, accepted, corrected))
    return receipt


def _receipt(s3: S3Client, buckets: Buckets, key: str) -> Json:
    receipt = read_receipt(s3, buckets, key)
    if receipt is None:
        raise CannotDecideError(f"没有 {key} 的回执。")
    if receipt["duplicate_of"]:
        raise CannotDecideError(f"{key} 与 {receipt['duplicate_of']} 内容相同，请对后者作决定。")
    return receipt


def _check_quarantined(_s3: S3Client, _buckets: Buckets, receipt: Json) -> None:
    if receipt["outcome"] != "quarantined":
        key = receipt["object"]["key"]
        raise CannotDecideError(f"{key} 不在隔离区（结果是 {receipt['outcome']}），不需要决定。")


def _check_in_lake(s3: S3Client, buckets: Buckets, receipt: Json) -> None:
    """Raises CannotDecideError unless the object stands in the lake, and landed as it was: it is to be judged again."""
    landed, identity = receipt["object"], receipt["report_id"]
    key, etag = landed["key"], landed["etag"]
    stands = Entry(buckets.lake, identity, receipt["year"] or 0).version(s3) if identity else None
    if stands is None:
        raise CannotDecideError(f"{key} 不在数据湖（结果是 {receipt['outcome']}），不需要撤回。")
    if (stands.key, stands.etag) != (key, etag):
        raise CannotDecideError(f"{key}（结果是 {receipt['outcome']}）不在数据湖，{_standing_instead(key, stands)}")
    if _etag(s3, landed["bucket"], key) != etag:
        raise CannotDecideError(f"landing 中的 {key} 已被删除或取代，无法重新判定；请重新上传原来的文件，然后再撤回。")


def _standing_instead(key: str, stands: Version) -> str:
    if stands.key == key:
        return f"那里的是它较早的版本（ETag {stands.etag}）；要撤回，请把那个版本另存一名上传，replay 后再撤回。"
    return f"那里同一报告的数据来自 {stands.key}；要撤回，请撤回后者。"


def _etag(s3: S3Client, bucket: str, key: str) -> str | None:
    """The version of the object that is there now."""
    head = head_object(s3, bucket, key)
    return head["ETag"].strip('"') if head else None


def _lets_pass(receipt: Json, kind: DecisionKind, corrections: Mapping[str, str]) -> tuple[str, ...]:
    """The ids of the findings that the decision lets pass.

    A correction lets a retraction pass, for it mends it, and a doubt about the agency or the year that it states.
    """
    if kind == "accept":
        return _acceptable(receipt)
    settled = {RETRACTED, *(rule for name, rule in IDENTITY_DOUBTS.items() if name in corrections)}
    return tuple(f["id"] for f in receipt["findings"] if kind == "correct" and f["rule"] in settled)


def _acceptable(receipt: Json) -> tuple[str, ...]:
    """The ids of all that keeps the report out."""
    keeps_out = [f for f in receipt["findings"] if f["severity"] == "critical" and not f["decision"]]
    unnamed = [f["rule"] for f in keeps_out if f["rule"].startswith("DOC.NO_") or f["rule"] in IDENTITY_DOUBTS.values()]
    if unnamed:
        raise CannotDecideError(
            f"{'、'.join(unnamed)} 不能接受，只能更正：correct {receipt['object']['key']} agency=… year=…"
        )
    broken = [f["rule"] for f in keeps_out if f["outcome"] == "error"]
    if broken:
        raise CannotDecideError(f"规则 {'、'.join(broken)} 没能执行，是本系统的故障，请修复后 replay。")
    return tuple(finding["id"] for finding in keeps_out)


def _corrections(s3: S3Client, buckets: Buckets, receipt: Json, wanted: Mapping[str, str]) -> tuple[Correction, ...]:
    raw: dict[str, str | None] = {**_raw_texts(s3, buckets, receipt), **_names_as_read(receipt)}
    found = []
    for address, value in wanted.items():
        if address not in raw:
            raise CannotDecideError(f"报告中没有读出 {address} 这个单元格。")
        _check(address, value)
        found.append(Correction(address, value.strip(), raw[address]))
    return tuple(found)


def _names_as_read(receipt: Json) -> dict[str, str | None]:
    """Agency and year as the reader read them, whatever a person has made of them before."""
    read_as = receipt.get("read_as") or {}
    return {name: read_as.get(name, None if receipt[name] is None else str(receipt[name])) for name in NAMES}


def _check(address: str, value: str) -> None:
    if address == "agency":
        if not value.strip():
            raise CannotDecideError("请写明机关的名称，例如 agency=青岚市财政局。")
    elif address == "year":
        latest = datetime.now(UTC).year
        if not (value.strip().isdecimal() and FIRST_YEAR <= int(value) <= latest):
            raise CannotDecideError(f"年度“{value}”不是 {FIRST_YEAR} 至 {latest} 的年份。")
    else:
        _check_number(address, value)


def _check_number(address: str, value: str) -> None:
    try:
        value_of(value)
    except ValueError as error:
        raise CannotDecideError(f"{address} 的更正值“{value}”不是数。") from error


def _raw_texts(s3: S3Client, buckets: Buckets, receipt: Json) -> dict[str, str]:
    """What was read in each cell of a quarantined report, by address."""
    entry = Entry(buckets.quarantine, receipt["report_id"], receipt["year"] or 0)
    table = entry.read(s3, "cells", ["address", "raw"])
    if table is None:
        raise LookupError(f"{receipt['object']['key']}: its receipt says quarantined, but its cells are not there")
    return dict(zip(table["address"].to_pylist(), table["raw"].to_pylist(), strict=True))
