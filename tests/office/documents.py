"""Old office files as LibreOffice writes them of Word documents with ruled tables; what authors did to a figure."""

import io
import subprocess

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from tasks.read.office import Converted
from tests.tasks.read.made import FIGURES, PLAIN, fill, parts

ADDRESS = "table2.licensing.decisions"
FORMATS = {"doc": "doc:MS Word 97", "rtf": "rtf"}
IMPORTS = {"doc": "MS Word 97", "rtf": "Rich Text Format"}
_SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_BY = 'w:id="7" w:author="办公室" w:date="2024-01-10T09:00:00Z"'


def run(text, look=""):
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


BOX = (
    '<w:r><w:pict xmlns:v="urn:schemas-microsoft-com:vml"><v:shape style="position:absolute;width:60pt;height:24pt">'
    f"<v:textbox><w:txbxContent><w:p>{run(88)}</w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
)
EXACT = {
    "as it is": "{value}",
    "deleted with changes tracked": (
        f"<w:del {_BY}><w:r><w:delText>77</w:delText></w:r></w:del><w:ins {_BY}>{{value}}</w:ins>"
    ),
    "hidden": run(77, "<w:vanish/>") + "{value}",
    "struck": run(77, "<w:strike/>") + " {value}",
    "a field": (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> =SUM(LEFT) </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>{value}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    ),
}
IN_DOUBT = {
    "white": run(77, '<w:color w:val="FFFFFF"/>'),
    "hidden alone": run(77, "<w:vanish/>"),
    "a box over it": f"{{value}}{BOX}",
}


def word(form, layout=PLAIN, figure="{value}"):
    """A DOCX with ruled tables; `figure` is what its author made of the figure at ADDRESS."""
    document = docx.Document()
    for part in parts(form, layout):
        if isinstance(part, str):
            document.add_paragraph(part)
            continue
        fill(document.add_table(part.rows, len(part.widths), style="Table Grid"), part)
    _set(document, form, figure)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _set(document, form, figure):
    value = str(FIGURES[form][ADDRESS])
    (paragraph,) = (p for p in document.element.body.iter(qn("w:p")) if p.text == value)
    xml = figure.format(value=run(value))
    for old in list(paragraph):
        paragraph.remove(old)
    for new in parse_xml(f"<w:p {_SPACE}>{xml}</w:p>"):
        paragraph.append(new)


def as_old_files(program, folder, documents):
    """Each of `documents`, a name with its extension and a DOCX, as a file of that kind."""
    for name, body in documents.items():
        (folder / name).with_suffix(".docx").write_bytes(body)
    for kind, filter_name in FORMATS.items():
        _convert(program, folder, filter_name, [n.replace(kind, "docx") for n in documents if n.endswith(f".{kind}")])
    return {name: (folder / name).read_bytes() for name in documents}


def as_converted(program, folder, names):
    """What `tasks.read.office` makes of each of the files in `folder`, all at once."""
    made = folder / "made"
    for kind, filter_name in IMPORTS.items():
        for result in ("docx", "pdf"):
            _convert(program, folder, result, [n for n in names if n.endswith(kind)], made, f"--infilter={filter_name}")
    stems = {name: made / name.rpartition(".")[0] for name in names}
    return {n: Converted(*(s.with_suffix(k).read_bytes() for k in (".docx", ".pdf"))) for n, s in stems.items()}


def _convert(program, folder, to, names, out=None, *options):
    command = [program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore", *options]
    command += ["--convert-to", to, "--outdir", out or folder, *names]
    subprocess.run(command, check=True, capture_output=True, timeout=200, cwd=folder)


__all__ = ["ADDRESS", "EXACT", "IN_DOUBT", "as_converted", "as_old_files", "word"]
