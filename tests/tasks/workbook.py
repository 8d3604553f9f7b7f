"""An XLSX file as a program reads it that knows nothing of how it was written."""

import zipfile
from datetime import datetime, timedelta
from decimal import Decimal

from lxml import etree

NS = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
DAY_0 = datetime(1899, 12, 30)


def sheets(path):
    """Each sheet of a workbook as rows of cells: text, number as printed in the XML, True, date, or nothing."""
    with zipfile.ZipFile(path) as book:
        names = [s.get("name") for s in etree.fromstring(book.read("xl/workbook.xml")).iterfind(".//x:sheet", NS)]
        styles = etree.fromstring(book.read("xl/styles.xml"))
        formats = [int(xf.get("numFmtId")) for xf in styles.iterfind("x:cellXfs/x:xf", NS)]
        trees = [etree.fromstring(book.read(f"xl/worksheets/sheet{i + 1}.xml")) for i in range(len(names))]
    return {
        name: [
            {c.get("r").rstrip("0123456789"): value(c, formats) for c in row} for row in tree.iterfind(".//x:row", NS)
        ]
        for name, tree in zip(names, trees, strict=True)
    }


def value(cell, formats):
    """What a cell holds; a formula would be no value at all."""
    assert cell.find("x:f", NS) is None
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(cell.itertext())
    text = cell.findtext("x:v", namespaces=NS)
    if kind == "b":
        return text == "1"
    if formats[int(cell.get("s", 0))] >= 164:
        return DAY_0 + timedelta(days=float(text))
    return Decimal(text)
