"""A DOCX as Word and WPS write it, straight in its XML: faster than python-docx, and with all that it cannot say."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from xml.sax.saxutils import escape

from tests.plausible.document import Cell, Draft, Line, Run, Table

_SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
_T = '<w:t xml:space="preserve">{}</w:t>'
_BY = 'w:id="7" w:author="办公室" w:date="2024-01-10T09:00:00Z"'
_LOOKS = {
    "break": "<w:r><w:br/></w:r>",
    "super": f'<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr>{_T}</w:r>',
    "raised": f'<w:r><w:rPr><w:position w:val="10"/><w:sz w:val="12"/></w:rPr>{_T}</w:r>',
    "sub": f'<w:r><w:rPr><w:vertAlign w:val="subscript"/></w:rPr>{_T}</w:r>',
    "note": '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteReference w:id="2"/></w:r>',
    "struck": f"<w:r><w:rPr><w:strike/></w:rPr>{_T}</w:r>",
    "struck_twice": f"<w:r><w:rPr><w:dstrike/></w:rPr>{_T}</w:r>",
    "hidden": f"<w:r><w:rPr><w:vanish/></w:rPr>{_T}</w:r>",
    "white": f'<w:r><w:rPr><w:color w:val="FFFFFF"/></w:rPr>{_T}</w:r>',
    "zero_size": f'<w:r><w:rPr><w:sz w:val="2"/></w:rPr>{_T}</w:r>',
    "deleted": f'<w:del {_BY}><w:r><w:delText xml:space="preserve">{{}}</w:delText></w:r></w:del>',
    "inserted": f"<w:ins {_BY}><w:r>{_T}</w:r></w:ins>",
    "moved_away": f"<w:moveFrom {_BY}><w:r>{_T}</w:r></w:moveFrom>",
    "moved_here": f"<w:moveTo {_BY}><w:r>{_T}</w:r></w:moveTo>",
    "field": (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> =SUM(LEFT) </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r>{_T}</w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    ),
    "simple_field": f'<w:fldSimple w:instr=" =SUM(LEFT) "><w:r>{_T}</w:r></w:fldSimple>',
    "control": f"<w:sdt><w:sdtPr><w:text/></w:sdtPr><w:sdtContent><w:r>{_T}</w:r></w:sdtContent></w:sdt>",
    "link": f'<w:hyperlink w:anchor="n"><w:r>{_T}</w:r></w:hyperlink>',
    "equation": "<m:oMath><m:r><m:t>{}</m:t></m:r></m:oMath>",
    "box": (
        '<w:r><w:pict><v:shape style="width:30pt;height:14pt"><v:textbox><w:txbxContent><w:p><w:r>'
        f"{_T}</w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    ),
    "symbol": '<w:r><w:sym w:font="宋体" w:char="00{:02X}"/></w:r>',
    "picture": (
        '<w:r><w:drawing><wp:inline><wp:extent cx="200000" cy="120000"/><a:graphic><a:graphicData '
        'uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:blipFill><a:blip r:embed="rId9"/>'
        "</pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    ),
    "ruby": (
        f"<w:r><w:ruby><w:rt><w:r>{_T.format('1')}</w:r></w:rt><w:rubyBase><w:r>{_T}</w:r></w:rubyBase></w:ruby></w:r>"
    ),
    "bold": f"<w:r><w:rPr><w:b/></w:rPr>{_T}</w:r>",
    "smart": f'<w:smartTag w:element="number"><w:r>{_T}</w:r></w:smartTag>',
    "style_hidden": f'<w:r><w:rPr><w:rStyle w:val="Hid"/></w:rPr>{_T}</w:r>',
}
_ROW_LOOKS = {"deleted": f"<w:trPr><w:del {_BY}/></w:trPr>", "hidden": "<w:trPr><w:hidden/></w:trPr>"}
_STYLES = (
    f'<w:styles {_SPACES}><w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="T"><w:name w:val="Title"/></w:style>'
    '<w:style w:type="character" w:styleId="Hid"><w:name w:val="Hid"/><w:rPr><w:vanish/></w:rPr></w:style></w:styles>'
)
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.'
    'openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/word/footnotes.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"/>'
    '<Override PartName="/word/header1.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.header+xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
_REL = f'<Relationship Id="{{}}" Type="{_OFFICE}/{{}}" Target="{{}}"/>'
_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def _runs(runs: Iterable[Run]) -> str:
    parts = []
    for run in runs:
        look = _LOOKS.get(run.look, f"<w:r>{_T}</w:r>")
        if run.look == "symbol":
            parts += [look.format(ord(char)) for char in run.text]
        else:
            parts.append(look.format(escape(run.text)))
    return "".join(parts)


def _paragraph(runs: Iterable[Run], style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}{_runs(runs)}</w:p>"


def _table(table: Table) -> str:
    grid = "".join(f'<w:gridCol w:w="{int(width * 900)}"/>' for width in table.widths)
    rows = []
    for r, row in enumerate(table.grid()):
        cells, column = [], 0
        while column < len(row):
            cell, starts = row[column]
            cells.append(_cell(cell, starts))
            column += max(1, cell.cols)
        look = _ROW_LOOKS[table.row_looks[r]] if r in table.row_looks else ""
        rows.append(f"<w:tr>{look}{''.join(cells)}</w:tr>")
    borders = '<w:tblPr><w:tblBorders><w:insideV w:val="single"/></w:tblBorders></w:tblPr>'
    return f"<w:tbl>{borders}<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def _cell(cell: Cell, starts: bool) -> str:
    merge = "" if cell.rows == 1 else '<w:vMerge w:val="restart"/>' if starts else "<w:vMerge/>"
    span = f'<w:gridSpan w:val="{cell.cols}"/>' if cell.cols > 1 else ""
    return f"<w:tc><w:tcPr>{span}{merge}</w:tcPr>{_paragraph(cell.runs if starts else ())}</w:tc>"


def docx(draft: Draft) -> bytes:
    """The whole package."""
    styles = {"title": "T", "heading": "1"}
    blocks = [
        _paragraph(b.runs, styles.get(b.kind, "")) if isinstance(b, Line) else f"{_table(b)}<w:p/>"
        for b in draft.blocks
        if not (isinstance(b, Line) and b.kind == "running_head")
    ]
    heads = [b for b in draft.blocks if isinstance(b, Line) and b.kind == "running_head"]
    section = '<w:sectPr><w:headerReference w:type="default" r:id="rId3"/></w:sectPr>' if heads else "<w:sectPr/>"
    body = f"{draft.before}{''.join(blocks)}{draft.after}{section}"
    note = f'<w:footnote w:id="2"><w:p><w:r>{_T.format("含转办件")}</w:r></w:p></w:footnote>'
    notes = f"<w:footnotes {_SPACES}>{note}</w:footnotes>"
    links = (("rId1", "styles", "styles.xml"), ("rId2", "footnotes", "footnotes.xml"))
    links += (("rId3", "header", "header1.xml"), ("rId9", "image", "media/n.png"))
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELS.format(_REL.format("rId1", "officeDocument", "word/document.xml")),
        "word/document.xml": f"<w:document {_SPACES}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": _RELS.format("".join(_REL.format(*link) for link in links)),
        "word/styles.xml": _STYLES,
        "word/footnotes.xml": notes,
        "word/header1.xml": f"<w:hdr {_SPACES}>{''.join(_paragraph(h.runs) for h in heads) or '<w:p/>'}</w:hdr>",
        "word/media/n.png": _PIXEL,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' if isinstance(content, str) else ""
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 10, 9, 0, 0)), head + content if head else content)
    return buffer.getvalue()
