"""What every way of processing leaves in Prefect of each report, whoever called: an event, and lines for operators."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.events import emit_outcome
from tasks.names import receipt_name
from tasks.pipeline import Ended
from tasks.settings import buckets_from_env
from tasks.shown import shown

_WITHOUT_RECEIPT = {
    "gone": "对象已被删除或取代，没有要处理的内容",
    "lost": "已由别的运行接手",
    "deferred": "页面或表格是图片，转入 scans 队列识别",
}


def told(ended: Ended) -> State[None]:
    """Emit the event of an outcome; the state that says what became of the object."""
    if ended.error:
        return Failed(message=shown(f"处理程序出错：{ended.error}")[:500])
    if ended.receipt is None:
        return Completed(message=_WITHOUT_RECEIPT[ended.outcome])
    emit_outcome(ended.receipt)
    return Completed(message=shown(f"{ended.outcome}：{ended.receipt.message}")[:500])


def name_of(ended: Ended) -> str:
    """What a run of this report is called: after the report once that is known, else after its key."""
    receipt = ended.receipt
    if receipt and receipt.agency and receipt.year:
        return shown(f"{receipt.agency} {receipt.year}")
    return shown(ended.claimed.object.key)


def tags_of(ended: Ended) -> list[str]:
    """The tags of its run: outcome, form and year."""
    receipt = ended.receipt
    tags = [ended.outcome]
    if receipt and receipt.form:
        tags.append(f"form-{receipt.form}")
    if receipt and receipt.year:
        tags.append(f"year-{receipt.year}")
    return tags


def publish_results(ended: Sequence[Ended]) -> None:
    """The result artifact of a run that processed many reports."""
    rows = [
        {
            "报告": name_of(one),
            "结果": one.outcome,
            "说明": shown(one.receipt.message if one.receipt else str(one.error or "")),
            "对象": shown(one.claimed.object.key),
            "回执": _page(one),
        }
        for one in ended
    ]
    create_table_artifact(rows, key="results", description="每份报告的结果")


def _page(ended: Ended) -> str:
    receipts = buckets_from_env().receipts
    return f"s3://{receipts.bucket}/{quote(receipts.key(receipt_name(ended.claimed.object.key)))}.html"
