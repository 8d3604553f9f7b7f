"""What an operator sees beside a run: the tables as read, the findings, and where everything lies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from prefect.artifacts import create_markdown_artifact

from expectations.evidence import Cell
from expectations.forms import FORMS, TABLES, Form
from expectations.messages import SEVERITY_NAMES
from expectations.places import TABLE_NAMES, place_label
from tasks.names import receipt_name
from tasks.settings import buckets_from_env
from tasks.shown import shown, shown_code
from tasks.storage import s3_client
from tasks.values import Receipt, Report

_HOURS = 8 * 3600
_UNFIT = re.compile(r'[\\/:*?"<>|%]')
_LONGEST_NAME = 100


def publish_artifacts(receipt: Receipt, report: Report | None) -> None:
    """Create the artifacts of this run."""
    if report:
        create_markdown_artifact(_tables(report), key="tables", description="读出的表格")
    if receipt.findings:
        create_markdown_artifact(_findings(receipt), key="findings", description="发现的问题")
    create_markdown_artifact(_links(receipt), key="links", description="来源、回执与数据")


def _tables(report: Report) -> str:
    cells = {cell.address: cell for cell in report.cells}
    parts = [f"# {_escaped(report.title) or '（无标题）'}"]
    for table in TABLES:
        if table in report.forms:
            form = FORMS[report.forms[table]]
            parts += [f"## {TABLE_NAMES[table]}（{form.code} 年式）", *_MAKERS[table](form, cells)]
    return "\n\n".join(parts)


def _table2(form: Form, cells: dict[str, Cell]) -> Iterator[str]:
    for item in form.items:
        heads = [item.label, *(measure.label for measure in item.measures)]
        yield _markdown(heads, [["", *(_shown(cells, f"table2.{item.code}.{m.code}") for m in item.measures)]])


def _table3(form: Form, cells: dict[str, Cell]) -> Iterator[str]:
    heads = ["", *(column.label for column in form.applicants)]
    yield _markdown(
        heads,
        [[r.label, *(_shown(cells, f"table3.{r.code}.{c.code}") for c in form.applicants)] for r in form.rows],
    )


def _table4(form: Form, cells: dict[str, Cell]) -> Iterator[str]:
    heads = ["", *(column.label for column in form.results)]
    yield _markdown(
        heads,
        [[g.full_label, *(_shown(cells, f"table4.{g.code}.{c.code}") for c in form.results)] for g in form.groups],
    )


_MAKERS = dict(zip(TABLES, (_table2, _table3, _table4), strict=True))


def _shown(cells: dict[str, Cell], address: str) -> str:
    cell = cells.get(address)
    if cell is None:
        return "**缺**"
    return str(cell.value) if cell.value is not None else cell.raw


def _markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(_escaped(text) for text in line) + " |" for line in lines)


def _escaped(text: str) -> str:
    flat = shown(text.replace("\n", " "))
    for mark in "\\|<>&`*_[]~":
        flat = flat.replace(mark, f"\\{mark}") if text not in ("**缺**", "---") else flat
    return flat


def _findings(receipt: Receipt) -> str:
    rows = [
        [
            SEVERITY_NAMES[f.severity],
            f.rule,
            place_label(f.where, receipt.form or max(FORMS)),
            f.message,
            "" if f.left is None else str(f.left),
            "" if f.right is None else str(f.right),
        ]
        for f in receipt.findings
    ]
    return _markdown(["程度", "规则", "位置", "说明", "左边", "右边"], rows)


def _links(receipt: Receipt) -> str:
    receipts = buckets_from_env().receipts
    places = {
        "来源": (receipt.bucket, receipt.key),
        "回执（网页）": (receipts.bucket, receipts.key(f"{receipt_name(receipt.key)}.html")),
        "回执（JSON）": (receipts.bucket, receipts.key(f"{receipt_name(receipt.key)}.json")),
    }
    lines = [_link(name, *place, is_ours=name != "来源") for name, place in places.items()]
    if receipt.version:
        lines.append(_link("数据", *receipt.version.removeprefix("s3://").split("/", 1)))
    return "\n".join(lines)


def _link(name: str, bucket: str, key: str, *, is_ours: bool = True) -> str:
    """A link that opens in a browser for some hours, and the address that is valid for ever.

    What others have written is never shown by the browser, but saved.
    """
    wanted = {"Bucket": bucket, "Key": key}
    if not is_ours:
        wanted |= {"ResponseContentDisposition": _saved_as(key), "ResponseContentType": "application/octet-stream"}
    url = s3_client().generate_presigned_url("get_object", Params=wanted, ExpiresIn=_HOURS)
    return f"- [{name}]({url}) {shown_code(f's3://{bucket}/{key}')}"


def _saved_as(key: str) -> str:
    """The header that has a browser save a file under the key's last part (RFC 6266, RFC 5987)."""
    name = _UNFIT.sub("_", shown(key.rsplit("/", 1)[-1]))[-_LONGEST_NAME:].strip(" .") or "source"
    plain = re.sub(r"[^ !#$&+\-.0-9A-Z^_`a-z~]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
