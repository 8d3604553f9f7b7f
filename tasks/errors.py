"""Why a file is rejected. Each class is one stable reason code with what the uploader reads and can do.

Rejected
 ├─ EmptyFile             DOC.EMPTY
 ├─ UnsupportedType       DOC.UNSUPPORTED_TYPE
 ├─ TypeMismatch          DOC.TYPE_MISMATCH
 ├─ CorruptFile           DOC.CORRUPT
 ├─ EncryptedFile         DOC.ENCRYPTED
 ├─ TooManyPages          DOC.TOO_MANY_PAGES
 ├─ TooLarge              DOC.TOO_LARGE
 ├─ TooSlow               DOC.TOO_SLOW
 ├─ NoTextLayer           DOC.NO_TEXT_LAYER
 ├─ NotAnnualReport       DOC.NOT_ANNUAL_REPORT
 ├─ UnsupportedYear       FORMAT.UNSUPPORTED_YEAR
 └─ ProcessingFailed      PROCESSING.FAILED (our fault; only where there is no run that could fail)

Broken machinery is not here: it raises whatever it raises, fails the run, and is retried.
"""

from expectations.rules import RULES


class Rejected(Exception):  # noqa: N818 - an outcome, not an error of ours
    """A file that cannot be read as a report: bad input, not a bug. `detail` adds what was seen, in Chinese."""

    code: str
    message: str

    def __init__(self, detail: str = "") -> None:
        self.detail = detail
        super().__init__(str(self))

    def __str__(self) -> str:
        detail = f"（{self.detail}）" if self.detail else ""
        return f"{self.message}{detail}。{self.advice}"

    @property
    def advice(self) -> str:
        """What the uploader can do."""
        return RULES[self.code].advice

    def __reduce__(self) -> tuple[type["Rejected"], tuple[str]]:
        return type(self), (self.detail,)


class EmptyFile(Rejected):
    code = "DOC.EMPTY"
    message = "文件是空的，没有任何内容"


class UnsupportedType(Rejected):
    code = "DOC.UNSUPPORTED_TYPE"
    message = "不支持这种文件类型"


class TypeMismatch(Rejected):
    code = "DOC.TYPE_MISMATCH"
    message = "文件内容与扩展名不符"


class CorruptFile(Rejected):
    code = "DOC.CORRUPT"
    message = "文件已损坏或不完整，无法打开"


class EncryptedFile(Rejected):
    code = "DOC.ENCRYPTED"
    message = "文件设有打开密码"


class TooManyPages(Rejected):
    code = "DOC.TOO_MANY_PAGES"
    message = "文件页数超过上限"


class TooLarge(Rejected):
    code = "DOC.TOO_LARGE"
    message = "文件超过大小上限，或读取时占用内存过多"


class TooSlow(Rejected):
    code = "DOC.TOO_SLOW"
    message = "读取文件超过时间上限"


class NoTextLayer(Rejected):
    code = "DOC.NO_TEXT_LAYER"
    message = "文件是扫描图片，没有可读取的文字"


class NotAnnualReport(Rejected):
    code = "DOC.NOT_ANNUAL_REPORT"
    message = "这不是政府信息公开工作年度报告，或只是空白模板"


class UnsupportedYear(Rejected):
    code = "FORMAT.UNSUPPORTED_YEAR"
    message = "2018 年及以前的年度报告没有统一的法定表格，不在处理范围内"


class ProcessingFailed(Rejected):
    code = "PROCESSING.FAILED"
    message = "读取程序出错，不是文件的问题"

    @property
    def advice(self) -> str:
        """The uploader can do nothing about it."""
        return "请把文件和这条信息交给维护者。"


def rejected_of(code: str, detail: str) -> Rejected | None:
    """The rejection with this code; None if there is none."""
    return next((kind(detail) for kind in Rejected.__subclasses__() if kind.code == code), None)
