"""Which characters of a Word document are figures: what Word shows, and a doubt where that cannot be told."""

import io
import re
import zipfile
from functools import cache

import pytest

from tests.tasks.read.made import FIGURES, doubted, outcome, word

ADDRESS = "table2.licensing.decisions"
VALUE = str(FIGURES["2021"][ADDRESS])
HEAD, TAIL = VALUE[:1], VALUE[1:]
NAMESPACES = (
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
)
STYLES = (
    '<w:style w:type="character" w:styleId="Gone"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="GoneToo"><w:basedOn w:val="Gone"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Struck"><w:rPr><w:strike/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="StruckToo"><w:basedOn w:val="Struck"/></w:style>'
    '<w:style w:type="table" w:styleId="Dark"><w:tblStylePr w:type="firstRow">'
    '<w:tcPr><w:shd w:val="clear" w:fill="203864"/></w:tcPr></w:tblStylePr></w:style>'
)


def edited(paragraph, cell="", styles=STYLES, row="", table=""):
    """The made report with another paragraph where the figure stands, and more properties of its cell and row."""
    parts = parts_of(made())
    xml = parts["word/document.xml"].decode()
    at = xml.index(f"<w:t>{VALUE}</w:t>")
    begin, end = xml.rindex("<w:p>", 0, at), xml.index("</w:p>", at) + len("</w:p>")
    xml = xml[:begin] + paragraph + xml[end:]
    if cell:
        at = xml.rindex("</w:tcPr>", 0, begin)
        xml = xml[:at] + cell + xml[at:]
    if row:
        at = xml.index(">", xml.rindex("<w:tr>", 0, begin)) + 1
        xml = xml[:at] + f"<w:trPr>{row}</w:trPr>" + xml[at:]
    if table:
        at = xml.rindex("<w:tblPr>", 0, begin) + len("<w:tblPr>")
        xml = xml[:at] + table + re.sub(r"<w:tblStyle [^>]*>", "", xml[at:], count=1)
    xml = re.sub(r"<w:document ", lambda found: found[0] + _new_namespaces(xml), xml, count=1)
    parts["word/document.xml"] = xml.encode()
    parts["word/styles.xml"] = parts["word/styles.xml"].replace(b"</w:styles>", styles.encode() + b"</w:styles>")
    return packed(parts)


@cache
def made():
    return word("2021")


def parts_of(body):
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return file.getvalue()


def _new_namespaces(xml):
    root = xml[: xml.index(">", xml.index("<w:document"))]
    return " ".join(part for part in NAMESPACES.split() if part.split("=")[0] + "=" not in root) + " "


def run(text, properties=""):
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def field(instruction, result):
    char = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    return (
        char.format("begin") + f"<w:r><w:instrText>{instruction}</w:instrText></w:r>" + char.format("separate")
        + result + char.format("end")
    )  # fmt: skip


DROP_DOWN = (
    '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="77"/>'
    f'<w:listEntry w:val="{VALUE}"/></w:ddList></w:ffData></w:fldChar></w:r>'
    '<w:r><w:instrText> FORMDROPDOWN </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
)
BOX = f"<wps:txbx><w:txbxContent><w:p>{run(VALUE)}</w:p></w:txbxContent></wps:txbx>"
FALLBACK_BOX = f"<w:pict><v:textbox><w:txbxContent><w:p>{run(VALUE)}</w:p></w:txbxContent></v:textbox></w:pict>"

ALTERNATIVES = (
    '<mc:AlternateContent><mc:Choice Requires="wps">{}</mc:Choice><mc:Fallback>{}</mc:Fallback></mc:AlternateContent>'
)
STRUCK = '<w:pPr><w:pStyle w:val="StruckToo"/></w:pPr>'

UNSEEN = {
    "hidden": run("9", "<w:vanish/>"),
    "hidden on the web": run("9", "<w:webHidden/>"),
    "struck": run("9", "<w:strike/>"),
    "struck twice": run("9", "<w:dstrike/>"),
    "hidden by a style based on another": run("9", '<w:rStyle w:val="GoneToo"/>'),
    "white": run("9", '<w:color w:val="FFFFFF"/>'),
    "the colour of its shading": run("9", '<w:color w:val="DDEEFF"/><w:shd w:val="clear" w:fill="DDEEFF"/>'),
    "the colour of its highlight": run("9", '<w:color w:val="FFFF00"/><w:highlight w:val="yellow"/>'),
    "one half point high": run("9", '<w:sz w:val="1"/>'),
    "without any fill": run("9", "<w14:textFill><w14:noFill/></w14:textFill>"),
    "superscript": run("9", '<w:vertAlign w:val="superscript"/>'),
    "subscript": run("9", '<w:vertAlign w:val="subscript"/>'),
    "raised": run("9", '<w:position w:val="8"/>'),
    "deleted": f'<w:del w:id="9" w:author="x">{run("9").replace("w:t", "w:delText")}</w:del>',
    "deleted as plain text": f'<w:del w:id="9" w:author="x">{run("9")}</w:del>',
    "moved away": f'<w:moveFrom w:id="9" w:author="x">{run("9")}</w:moveFrom>',
    "an instruction": "<w:r><w:instrText>9</w:instrText></w:r>",
    "in the instruction of a field": field("IF " + "</w:instrText></w:r>" + run("9") + "<w:r><w:instrText>", ""),
    "a reading aid": f"<w:r><w:ruby><w:rt>{run('9')}</w:rt><w:rubyBase></w:rubyBase></w:ruby></w:r>",
    "a placeholder": f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run('9')}</w:sdtContent></w:sdt>",
    "a note mark of its own": '<w:r><w:footnoteReference w:customMarkFollows="1" w:id="1"/><w:t>9</w:t></w:r>',
    "a combining stroke": run("9\u0336"),
    "an exponent": "<m:oMath><m:sSup><m:e/><m:sup><m:r><m:t>9</m:t></m:r></m:sup></m:sSup></m:oMath>",
}  # fmt: skip


@pytest.mark.parametrize("unseen", UNSEEN.values(), ids=UNSEEN)
class TestUnseen:
    def test_beside_a_figure_it_is_nothing(self, unseen):
        assert outcome("a.docx", edited(f"<w:p>{run(VALUE)}{unseen}</w:p>"), "2021") == "exact"

    def test_before_a_figure_it_is_nothing(self, unseen):
        assert outcome("a.docx", edited(f"<w:p>{unseen}{run(VALUE)}</w:p>"), "2021") == "exact"

    def test_alone_in_a_cell_it_is_a_doubt(self, unseen):
        if "instrText" in unseen:
            pytest.skip("an instruction never was what a cell shows")
        body = edited(f"<w:p>{unseen}</w:p>")
        assert outcome("a.docx", body, "2021") != "exact"
        assert ADDRESS in doubted("a.docx", body)


SEEN = {
    "not struck after all": run(VALUE, '<w:strike w:val="0"/>'),
    "shown again in a struck paragraph": STRUCK + run(VALUE, '<w:strike w:val="0"/>'),
    "inserted": f'{run(HEAD)}<w:ins w:id="9" w:author="x">{run(TAIL)}</w:ins>',
    "moved here": f'{run(HEAD)}<w:moveTo w:id="9" w:author="x">{run(TAIL)}</w:moveTo>',
    "around a comment": f"<w:r><w:t>{HEAD}<!-- 7 -->{TAIL}</w:t></w:r>",
    "around an instruction to a program": f"<w:r><w:t>{HEAD}<?x 7?>{TAIL}</w:t></w:r>",
    "around a soft hyphen": f"<w:r><w:t>{HEAD}</w:t><w:softHyphen/><w:t>{TAIL}</w:t></w:r>",
    "a symbol in a common font": f'<w:r><w:sym w:font="宋体" w:char="{ord(HEAD):04X}"/></w:r>' + run(TAIL),
    "a symbol in the font Symbol": f'<w:r><w:sym w:font="Symbol" w:char="F0{ord(HEAD):02X}"/></w:r>' + run(TAIL),
    "an equation": f"<m:oMathPara><m:oMath><m:r><m:t>{VALUE}</m:t></m:r></m:oMath></m:oMathPara>",
    "a content control": f"<w:sdt><w:sdtPr/><w:sdtContent>{run(VALUE)}</w:sdtContent></w:sdt>",
    "a simple field": f'<w:fldSimple w:instr="= 7">{run(VALUE)}</w:fldSimple>',
    "the result of a field": field("=SUM(LEFT)", run(VALUE)),
    "the chosen entry of a form field": DROP_DOWN,
    "a smart tag": f"<w:smartTag>{run(HEAD)}<w:customXml>{run(TAIL)}</w:customXml></w:smartTag>",
    "a link": f"<w:hyperlink>{run(VALUE)}</w:hyperlink>",
    "a text box": f"<w:r>{ALTERNATIVES.format(BOX, FALLBACK_BOX)}</w:r>",
    "a text box of before": f"<w:r>{FALLBACK_BOX}</w:r>",
    "white on blue": run(VALUE, '<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="203864"/>'),
    "read with an aid": f"<w:r><w:ruby><w:rt>{run('9')}</w:rt><w:rubyBase>{run(VALUE)}</w:rubyBase></w:ruby></w:r>",
    "zero width characters": run("\u200b" + HEAD + "\ufeff" + TAIL + "\u200e"),
}  # fmt: skip


@pytest.mark.parametrize("seen", SEEN.values(), ids=SEEN)
def test_seen(seen):
    assert outcome("a.docx", edited(f"<w:p>{seen}</w:p>"), "2021") == "exact"


PICTURE = "<w:r><w:drawing><a:graphic><pic:pic/></a:graphic></w:drawing></w:r>"
UNCLEAR = {
    "a picture": PICTURE,
    "a picture beside a figure": run(HEAD) + PICTURE,
    "an embedded object": "<w:r><w:object/></w:r>",
    "ink": '<w:r><w:contentPart/></w:r>',
    "a shape": f"<w:r>{ALTERNATIVES.format('<w:drawing/>', '')}</w:r>",
    "a symbol that could be anything": run(HEAD) + '<w:r><w:sym w:font="Wingdings" w:char="F081"/></w:r>',
    "a picture font": run(VALUE, '<w:rFonts w:ascii="Wingdings 2"/>'),
    "a private character": run(HEAD + "\ue123"),
    "a number that Word counts": '<w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr>',
    "a number that Word counts, beside a figure": '<w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr>' + run(HEAD),
    "a field that computes what it shows": field(r"EQ \o\ac(○,5)", ""),
    "reversed": run("\u202e" + VALUE + "\u202c"),
    "reversed by an element": f'<w:bdo w:val="rtl">{run(VALUE)}</w:bdo>',
    "a fraction": "<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den/></m:f></m:oMath>",
    "a struck paragraph style": STRUCK + run(VALUE),
}  # fmt: skip


@pytest.mark.parametrize("unclear", UNCLEAR.values(), ids=UNCLEAR)
def test_unclear(unclear):
    body = edited(f"<w:p>{unclear}</w:p>")
    assert outcome("a.docx", body, "2021") != "exact"
    assert ADDRESS in doubted("a.docx", body)


class TestCellsAndRows:
    def test_a_deleted_cell(self):
        body = edited(f"<w:p>{run(VALUE)}</w:p>", cell='<w:cellDel w:id="9" w:author="x"/>')
        assert ADDRESS in doubted("a.docx", body)

    @pytest.mark.parametrize(
        "gone", ['<w:del w:id="9" w:author="x"/>', "<w:hidden/>", '<w:trHeight w:val="1" w:hRule="exact"/>']
    )
    def test_a_row_that_is_gone_is_not_read(self, gone):
        assert outcome("a.docx", edited(f"<w:p>{run(VALUE)}</w:p>", row=gone), "2021") != "exact"

    def test_white_on_the_shading_of_the_cell(self):
        shaded = '<w:shd w:val="clear" w:fill="203864"/>'
        white = run(VALUE, '<w:color w:val="FFFFFF"/>')
        assert outcome("a.docx", edited(f"<w:p>{white}</w:p>", cell=shaded), "2021") == "exact"

    def test_white_in_a_table_whose_style_has_shading_is_a_doubt(self):
        white = run(VALUE, '<w:color w:val="FFFFFF"/>')
        assert ADDRESS in doubted("a.docx", edited(f"<w:p>{white}</w:p>", table='<w:tblStyle w:val="Dark"/>'))

    @pytest.mark.parametrize("kind", ["w:tr", "w:tc"])
    def test_rows_and_cells_in_content_controls(self, kind):
        body = edited(f"<w:p>{run(VALUE)}</w:p>")
        parts = parts_of(body)
        xml = parts["word/document.xml"].decode()
        xml = re.sub(rf"<{kind}>.*?</{kind}>", r"<w:sdt><w:sdtPr/><w:sdtContent>\g<0></w:sdtContent></w:sdt>", xml)
        assert outcome("a.docx", packed(parts | {"word/document.xml": xml.encode()}), "2021") == "exact"

    def test_a_document_inside_the_document(self):
        body = edited(f"<w:p>{run(VALUE)}</w:p>")
        parts = parts_of(body)
        xml = parts["word/document.xml"].decode().replace("<w:body>", "<w:body><w:altChunk/>")
        assert "sections" in doubted("a.docx", packed(parts | {"word/document.xml": xml.encode()}))
