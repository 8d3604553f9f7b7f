"""A receipt as a page for people: one self-contained file, without scripts and with nothing from other hosts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from html import escape
from string import Template

from expectations.evidence import Finding
from expectations.forms import FORMS
from expectations.messages import SEVERITY_NAMES
from expectations.places import place_label
from tasks.receipt_tables import report_tables
from tasks.values import Outcome, Receipt, Report

_BEIJING = timezone(timedelta(hours=8), "北京时间")
_OUTCOMES: dict[Outcome, tuple[str, str]] = {
    "validated": ("通过校验", "数据已进入数据湖。"),
    "quarantined": ("未通过校验，已隔离", "数据没有进入数据湖，请按下列问题核对原文后重新上传。"),
    "rejected": ("无法作为年度报告读取", "没有写入任何数据。"),
    "failed": ("处理程序出错", "这不是文件的问题，运维人员可以重新处理。"),
    "duplicate": ("重复文件", "内容相同的文件已经处理过，以第一次的结果为准。"),
}

_PAGE = Template("""<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>$title</title><style>
:root { color-scheme: light dark; --line: light-dark(#d9dce1, #3a3f47); --soft: light-dark(#f5f6f8, #20242a);
  --dim: light-dark(#5b626d, #a4abb6); --good: light-dark(#17703c, #6fd598); --bad: light-dark(#b3261e, #ff9a92);
  --warn: light-dark(#8a5a00, #f0bf62); --badbg: light-dark(#fde8e6, #4a2320); }
* { box-sizing: border-box; }
body { font: 15px/1.65 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; max-width: 1080px;
  margin: 0 auto; padding: 2rem 1.25rem 4rem; background: light-dark(#fff, #16191d);
  color: light-dark(#1d2127, #e8eaed); }
h1 { font-size: 1.5rem; line-height: 1.35; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2.25rem 0 .6rem; }
.outcome { border-left: .3rem solid var(--dim); background: var(--soft); padding: .8rem 1rem; margin: 1.25rem 0; }
.outcome strong { display: block; font-size: 1.15rem; } .validated { border-color: var(--good); }
.validated strong { color: var(--good); } .quarantined, .rejected, .failed { border-color: var(--bad); }
.quarantined strong, .rejected strong, .failed strong, .critical .severity { color: var(--bad); }
.warning .severity { color: var(--warn); } .severity { font-weight: 600; } .dim, dt { color: var(--dim); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0; } dd { margin: 0; }
dd, code { overflow-wrap: anywhere; } code { font: .86em ui-monospace, Consolas, monospace; }
ol { list-style: none; padding: 0; margin: 0; } ol li { border-top: 1px solid var(--line); padding: .7rem 0; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { border: 1px solid var(--line); padding: .3rem .5rem; text-align: left; vertical-align: top; }
thead th { background: var(--soft); font-weight: 600; } tbody th { font-weight: 400; }
td, th.figure { text-align: right; }
td { font-variant-numeric: tabular-nums; white-space: nowrap; } td.blank { color: var(--dim); }
td.accused { background: var(--badbg); color: var(--bad); font-weight: 600; }
@media print { body { padding: 0; } .scroll { overflow: visible; } }
</style></head><body><header><h1>$title</h1><div class="dim">$subtitle</div></header>
<section class="outcome $outcome"><strong>$verdict</strong>$explained</section>
$findings
$tables
<h2>处理记录</h2><dl>$record</dl></body></html>
""")


def receipt_html(receipt: Receipt, report: Report | None = None) -> str:
    """The page of a receipt, with the tables as read where `report` is given."""
    verdict, meaning = _OUTCOMES[receipt.outcome]
    title = f"{receipt.agency or '未知机关'} {receipt.year or '未知年度'}" if receipt.report_id else receipt.key
    message = receipt.message if receipt.message not in ("", verdict) else ""
    return _PAGE.substitute(
        title=escape(title),
        subtitle=escape(report.title if report else receipt.key),
        outcome=receipt.outcome,
        verdict=escape(verdict),
        explained="".join(f"<div>{escape(line)}</div>" for line in (message, meaning, _superseded(receipt)) if line),
        findings=_findings(receipt.findings, receipt.form or max(FORMS)),
        tables=report_tables(report, _accused(receipt.findings)) if report else "",
        record="".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in _record(receipt)),
    )


def _superseded(receipt: Receipt) -> str:
    return "同一报告有更新的版本未通过校验，数据湖中保留的是较早的版本。" if receipt.superseded_by_quarantined else ""


def _accused(findings: Iterable[Finding]) -> frozenset[str]:
    """The cells to highlight: the operands of critical findings, or the one cell that explains a finding."""
    critical = [finding for finding in findings if finding.severity == "critical"]
    return frozenset(
        address
        for finding in critical
        for address in ([finding.suspect.address] if finding.suspect else [cell.address for cell in finding.cells])
    )


def _findings(findings: tuple[Finding, ...], form: str) -> str:
    if not findings:
        return ""
    return f"<h2>问题（{len(findings)}）</h2><ol>{''.join(_finding(finding, form) for finding in findings)}</ol>"


def _finding(finding: Finding, form: str) -> str:
    pages = sorted({cell.page for cell in finding.cells if cell.page})
    page = f"第 {'、'.join(map(str, pages))} 页" if pages else ""
    where = "，".join(filter(None, [place_label(finding.where, form), page]))
    return (
        f'<li class="{finding.severity}"><span class="severity">{SEVERITY_NAMES[finding.severity]}</span> '
        f"{escape(finding.message)}"
        f'<div class="dim">{escape(where)} · <code>{escape(finding.rule)}</code> <code>{escape(finding.where)}</code>'
        "</div></li>"
    )


def _record(receipt: Receipt) -> Iterator[tuple[str, str]]:
    yield "原文件", f"s3://{receipt.bucket}/{receipt.key}"
    yield "大小", f"{receipt.size:,} 字节"
    yield "上传时间", _local(receipt.landed_at) if receipt.landed_at else "未知"
    yield "处理时间", _local(receipt.processed_at)
    if receipt.reason:
        yield "原因代码", receipt.reason
    if receipt.duplicate_of:
        yield "首次出现", receipt.duplicate_of
    if receipt.report_id:
        yield "报告标识", receipt.report_id
    for uri in receipt.written:
        yield "已写入", uri
    if receipt.flow_run_url:
        yield "运行记录", receipt.flow_run_url
    if receipt.seconds:
        yield "用时", "，".join(f"{stage} {seconds:.2f} 秒" for stage, seconds in receipt.seconds.items())
    yield "SHA-256", receipt.sha256
    yield "版本", f"读取程序 {receipt.reader_version}，规则 {receipt.rules_version}"


def _local(at: datetime) -> str:
    return f"{at.astimezone(_BEIJING):%Y-%m-%d %H:%M:%S}（北京时间）"
