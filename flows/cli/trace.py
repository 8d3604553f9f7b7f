"""`nianbao trace`: from a number in the lake to its place in the report, with a picture of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.failure import failed
from tasks.receipt.as_json import cell_dict, number
from tasks.shown import shown, shown_json
from tasks.storage import S3Client

if TYPE_CHECKING:
    from expectations.evidence import Number
    from tasks.analysis.trace import Trace

_UNFIT = re.compile(r'[\\/:*?"<>|\s\x00-\x1f]+')
_LONGEST = 60


def trace(
    address: Annotated[str, typer.Argument(help="单元格地址，如 table3.new.total", metavar="ADDRESS")],
    agency: Annotated[str, typer.Option("--agency", help="机关名称（也可用它的其他名称）")],
    year: Annotated[int, typer.Option("--year", help="报告年度")],
    out: Annotated[Path | None, typer.Option("--out", help="图片文件，默认在当前目录", metavar="FILE.png")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """追溯一个数的出处：报告、页码、位置、原文件，并截取原文图片。"""
    from tasks.analysis.trace import trace as find
    from tasks.analysis.trace_unknown import UnknownError
    from tasks.ledger import open_ledger
    from tasks.settings import buckets_from_env
    from tasks.storage import s3_client

    s3 = s3_client()
    try:
        found = find(open_ledger(), buckets_from_env(), agency.strip(), year, address.strip())
    except (UnknownError, ValueError) as error:
        raise failed(str(error)) from error
    except OSError as error:
        raise failed(f"无法读取对象存储：{error}") from error
    picture, why = _picture(s3, found, out or Path(picture_name(found)))
    typer.echo(_json(found, picture, why) if as_json else "\n".join(map(shown, _lines(found, picture, why))))


def picture_name(found: Trace) -> str:
    """A file name that every system takes."""
    name = _UNFIT.sub("_", f"{found.agency[:_LONGEST]}-{found.year}-{found.cell.address}").strip("._")
    return f"{name}.png"


def _picture(s3: S3Client, found: Trace, path: Path) -> tuple[Path | None, str]:
    """Where the picture of the place has been saved, or why there is none."""
    from tasks.analysis.trace_picture import NoPictureError, place_picture

    try:
        png = place_picture(s3, found)
    except NoPictureError as none:
        return None, str(none)
    try:
        path.write_bytes(png)
    except OSError as error:
        raise failed(f"无法保存图片 {path}：{error.strerror}") from error
    return path.absolute(), ""


def _lines(found: Trace, picture: Path | None, why: str) -> Iterator[str]:
    yield f"{found.agency} {found.year}　{found.label}"
    yield from _place(found)
    yield f"  报告　　{found.title}"
    yield f"  原文件　s3://{found.bucket}/{found.key}"
    yield f"  ETag　　{found.etag}"
    yield f"  SHA-256　{found.sha256}"
    yield from _record(found)
    yield f"  图片　　{picture or why}"


def _place(found: Trace) -> Iterator[str]:
    cell = found.cell
    yield f"  地址　　{cell.address}"
    yield f"  数值　　{_value(cell.value)}{'' if cell.value is None else f' {found.unit}'}"
    if cell.is_corrected:
        yield f"  更正　　原文数值为 {_value(cell.printed)}{_by(found)}"
    yield f"  原文　　“{cell.raw.strip()}”"
    yield f"  页码　　{f'第 {cell.page} 页' if cell.page else '无（原文件不分页）'}"
    if cell.bbox:
        sides = zip("左上右下", cell.bbox, strict=True)
        yield f"  位置　　{'，'.join(f'{side} {at:.1f}' for side, at in sides)}（点，自页面左上角）"
    yield f"  读法　　{cell.engine}"


def _record(found: Trace) -> Iterator[str]:
    from tasks.receipt.page.record import local

    yield f"  上传　　{local(found.landed_at) if found.landed_at else '未知'}"
    yield f"  处理　　{local(found.processed_at)}，读取程序 {found.reader_version}，规则 {found.rules_version}"
    yield f"  回执　　{found.receipt}"


def _by(found: Trace) -> str:
    from tasks.receipt.page.record import local

    decision = found.correction
    return f"，由 {decision.by} 于 {local(decision.at)}更正：{decision.note}" if decision else ""


def _value(value: Number | None) -> str:
    return "空（未填）" if value is None else str(number(value))


def _json(found: Trace, picture: Path | None, why: str) -> str:
    cell = found.cell
    read = cell_dict(cell) | {"engine": cell.engine, "is_corrected": cell.is_corrected, "printed": number(cell.printed)}
    picture_or_not = {"picture": str(picture) if picture else None, "no_picture": why or None}
    return shown_json(asdict(found) | {"cell": read} | picture_or_not, indent=2, default=_instant)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
