"""What a container holds that several kinds of files come in: a ZIP, or the file system of old Office files (OLE)."""

from __future__ import annotations

import io
import zipfile

import olefile

from tasks.errors import CorruptFile, EncryptedFile, TooLarge

MAX_UNPACKED = 200_000_000
MAX_ENTRIES = 5_000
"""Files in a DOCX or XLSX."""

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOC = "application/msword"

ZIP_MAGIC, OLE_MAGIC = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_IN_ZIP = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
_OTHER_ZIPS = {
    "OFD.xml": "OFD 版式文件（GB/T 33190），请用 OFD 阅读器或文字处理软件另存为 PDF",
    "xl/workbook.bin": "二进制工作簿（.xlsb），请另存为 .xlsx",
    "ppt/presentation.xml": "演示文稿",
    "content.xml": "OpenDocument 文件",
}
_ENCRYPTED_PACKAGES = (("EncryptedPackage",), ("DataSpaces",), ("\x06DataSpaces",))
_OTHER_OLES = {
    "Workbook": "旧版工作簿（.xls、.et），请另存为 .xlsx",
    "Book": "旧版工作簿（.xls、.et），请另存为 .xlsx",
    "PowerPoint Document": "演示文稿（.ppt、.dps）",
    "__properties_version1.0": "邮件（.msg）",
    "MatOST": "Microsoft Works 文件",
    "VisioDocument": "Visio 图形",
}
_OLD_OFFICE = "旧版 Office 文件"
_IS_ENCRYPTED = 1
_FLAGS, _HAS_PASSWORD = 10, 0x0100
"""In the head of a Word document: where its flags stand, and that of a password."""


def in_zip(body: bytes) -> str | None:
    """The media type of what a ZIP holds, among those that are read. Raises CorruptFile, EncryptedFile or TooLarge."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            entries = archive.infolist()
    except MemoryError:
        raise
    except Exception as error:  # what the library has no error for: a version, a name, an offset that cannot be
        raise CorruptFile("压缩结构不完整") from error
    found = next((_IN_ZIP[entry.filename] for entry in entries if entry.filename in _IN_ZIP), None)
    if found is None:
        return None
    if any(entry.flag_bits & _IS_ENCRYPTED for entry in entries):
        raise EncryptedFile
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED or len(entries) > MAX_ENTRIES:
        raise TooLarge(f"解压后 {unpacked / 1e6:.0f} MB，{len(entries)} 个文件")
    return found


def zip_name(body: bytes) -> str:
    """What a ZIP is that is not read, for people."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = set(archive.namelist())
    except Exception:  # a broken one, or one of which only the first bytes are
        names = set()
    return next((what for name, what in _OTHER_ZIPS.items() if name in names), "压缩包")


def in_ole(body: bytes) -> str | None:
    """DOC if an OLE file holds a Word document; None if another. Raises CorruptFile or EncryptedFile."""
    names = _streams(body)
    if any(name in names for name in _ENCRYPTED_PACKAGES):  # a DOCX or XLSX with a password
        raise EncryptedFile
    if ("WordDocument",) not in names:
        return None
    with olefile.OleFileIO(io.BytesIO(body)) as ole:
        try:
            head = ole.openstream("WordDocument").read(32)
        except OSError as error:
            raise CorruptFile("不是完整的 Word 文档") from error
    if int.from_bytes(head[_FLAGS : _FLAGS + 2], "little") & _HAS_PASSWORD:
        raise EncryptedFile
    return DOC


def ole_name(body: bytes) -> str:
    """What an OLE file is that is not read, for people."""
    try:
        names = _streams(body)
    except CorruptFile:
        return _OLD_OFFICE
    return next((what for name, what in _OTHER_OLES.items() if (name,) in names), _OLD_OFFICE)


def _streams(body: bytes) -> set[tuple[str, ...]]:
    """The streams and storages of the first level."""
    try:
        with olefile.OleFileIO(io.BytesIO(body)) as ole:
            return {tuple(path[:1]) for path in ole.listdir(storages=True)}
    except MemoryError:
        raise
    except Exception as error:  # what the library has no error for
        raise CorruptFile("旧版 Office 文件的结构不完整") from error
