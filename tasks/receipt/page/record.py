"""The small print of a receipt page: the file, the run, what was written, and what was checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from expectations.evidence import RuleOutcome
from expectations.messages import NAMES
from tasks.values import Receipt

_BEIJING = timezone(timedelta(hours=8), "北京时间")
_RULE_OUTCOMES: dict[RuleOutcome, str] = {
    "pass": "通过",
    "fail": "不符",
    "not_applicable": "不适用",
    "insufficient_data": "缺数据",
    "error": "无法执行",
}


def record(receipt: Receipt) -> Iterator[tuple[str, str]]:
    """The record of a receipt's object and run: names and what they are."""
    yield "原文件", f"s3://{receipt.bucket}/{receipt.key}"
    yield "大小", f"{receipt.size:,} 字节"
    yield "上传时间", local(receipt.landed_at) if receipt.landed_at else "未知"
    yield "处理时间", local(receipt.processed_at)
    if receipt.reason:
        yield "原因代码", receipt.reason
    if receipt.rules:
        yield "规则", _rules(receipt)
    if receipt.review:
        review = receipt.review
        yield "人工决定", f"{review.kind}，{review.by}，{local(review.at)}：{review.note}"
    for name, printed in receipt.read_as.items():
        value = receipt.agency if name == "agency" else receipt.year
        yield f"{NAMES[name]}（人工写明）", f"{value}；读出的是：{printed or '没有'}"
    if receipt.duplicate_of:
        yield "首次出现", receipt.duplicate_of
    if receipt.report_id:
        yield "报告标识", receipt.report_id
    if receipt.version:
        yield "已写入", receipt.version
    if receipt.flow_run_url:
        yield "运行记录", receipt.flow_run_url
    if receipt.seconds:
        yield "用时", "，".join(f"{stage} {seconds:.2f} 秒" for stage, seconds in receipt.seconds.items())
    yield "SHA-256", receipt.sha256
    yield "版本", f"读取程序 {receipt.reader_version}，规则 {receipt.rules_version}"


def _rules(receipt: Receipt) -> str:
    counts = Counter(receipt.rules.values())
    parts = [f"{name} {counts[outcome]}" for outcome, name in _RULE_OUTCOMES.items() if counts[outcome]]
    return f"共 {len(receipt.rules)} 条：{'，'.join(parts)}"


def local(at: datetime) -> str:
    """The instant in Beijing, where its readers are."""
    return f"{at.astimezone(_BEIJING):%Y-%m-%d %H:%M:%S}（北京时间）"
