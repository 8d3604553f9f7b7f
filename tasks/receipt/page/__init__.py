"""The receipt page: what became of a file, as one self-contained page for the one who uploaded it (`page.html`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from expectations.forms import FORMS
from tasks.html import render
from tasks.names import receipt_name
from tasks.receipt.page.findings import marks, shown_findings
from tasks.receipt.page.pages import LEGEND, Pages
from tasks.receipt.page.record import record
from tasks.receipt.page.tables import shown_tables
from tasks.receipt.pictures import Picture
from tasks.receipt.standing import standing_html
from tasks.values import Ending, Receipt, Report

if TYPE_CHECKING:
    from tasks.ledger import Standing

_ENDINGS: dict[Ending, tuple[str, str]] = {
    "validated": ("通过校验", "数据已进入数据湖。"),
    "quarantined": (
        "未通过校验，已隔离",
        "数据没有进入数据湖。请核对下列问题，改正后重新上传；确属无误的，请运维人员作出决定。",
    ),
    "retracted": ("已撤回", "重新处理或上传同样的文件都不会恢复；改正后的报告请重新上传。"),
    "upheld": ("隔离，人工核对后维持", "数据没有进入数据湖。请核对下列问题，改正后重新上传。"),
    "rejected": ("无法作为年度报告读取", "没有写入任何数据。"),
    "failed": ("处理程序出错", "这不是文件的问题，运维人员可以重新处理。"),
    "duplicate": ("重复文件", "内容相同的文件已经处理过，以第一次的结果为准。"),
}


def receipt_page(
    receipt: Receipt, standing: Standing, report: Report | None = None, pictures: Sequence[Picture] = ()
) -> str:
    """The page of a receipt: with the tables as read where `report` is given, and with pictures of its pages."""
    form = receipt.form or max(FORMS)
    cells = report.cells if report else ()
    marked = marks(receipt.findings, cells)
    pages = Pages(pictures, cells, marked, form)
    verdict, meaning = _ENDINGS[receipt.ending]
    message = receipt.message if receipt.message != verdict else ""
    return render(
        "receipt/page/page.html",
        title=_title(receipt),
        subtitle=report.title if report else receipt.key,
        outcome=receipt.outcome,
        verdict=verdict,
        explained=[line for line in dict.fromkeys((message, meaning)) if line],
        first=_link(receipt, receipt.first_receipt) if receipt.first_receipt else None,
        standing=standing_html(standing),
        findings=shown_findings(receipt.findings, form, pages),
        tables=shown_tables(report, marked) if report else [],
        addressed=False,
        pictures=pages.pictures(),
        pages=pages.whole(),
        legend=LEGEND,
        record=record(receipt),
    )


def pages_with_cells(report: Report) -> tuple[int, ...]:
    """The pages that a receipt's page shows."""
    return tuple(sorted({cell.page for cell in report.cells if cell.page} | set(report.pictured)))


def _title(receipt: Receipt) -> str:
    if not receipt.report_id:
        return receipt.key
    year = f"{receipt.year} 年" if receipt.year else "未知年度"
    return f"{receipt.agency or '未知机关'} {year}"


def _link(receipt: Receipt, name: str) -> str:
    return "../" * receipt_name(receipt.key).count("/") + quote(name)


__all__ = ["Picture", "pages_with_cells", "receipt_page"]
