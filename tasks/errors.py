"""What goes wrong: with a file (`Rejected`), and with us (`Failure`). Each class is one stable code.

Rejected: why a file is refused, with what the uploader reads and can do. An outcome, not an error.
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

Failure: our own; it raises, fails the run, and is never a verdict on a file. Defined where it is raised.
 ├─ Mistaken              what a person asked for, or set, cannot be
 │   ├─ SettingError              SETTING.WRONG
 │   ├─ CannotDecideError         DECISION.IMPOSSIBLE
 │   ├─ RunnerError               RUNNER.UNUSABLE
 │   ├─ AlreadyRunningError       SERVICE.ALREADY_RUNNING
 │   ├─ SelectionError            EXPORT.SELECTION
 │   ├─ UserError                 USER.IMPOSSIBLE
 │   ├─ PasswordError             USER.PASSWORD
 │   ├─ UnknownError              TRACE.UNKNOWN
 │   └─ NoPictureError            TRACE.NO_PICTURE
 ├─ LedgerError                   LEDGER.UNUSABLE
 │   ├─ LeaseLostError            LEDGER.LEASE_LOST
 │   ├─ BusyError                 LEDGER.BUSY
 │   └─ LedgerAwayError           LEDGER.AWAY (an Outage too)
 ├─ Outage                goes by by itself: tried again, and counts as no attempt
 ├─ StaleVersionError             LAKE.STALE_VERSION
 ├─ ReplacedError                 LAKE.REPLACED
 ├─ ReadFailedError               LAKE.UNREADABLE
 │   └─ ReplacedMeanwhileError    LAKE.REPLACED_MEANWHILE
 ├─ ObjectGoneError               OBJECT.GONE
 ├─ GuardDiedError                GUARD.DIED
 ├─ GuardedCallError              GUARD.BUG
 ├─ ProgramFailedError            GUARD.PROGRAM
 ├─ OfficeFailedError             OFFICE.FAILED
 ├─ HelperDiedError               DESK.HELPER_DIED
 └─ StartError                    SERVICE.NOT_STARTED

Whatever others raise (S3, Prefect, the disk) is told by `tasks.storage.is_outage` and `flows.cli.failure.explain`.
"""

from typing import ClassVar

from expectations.rules import RULES


class Failure(Exception):  # noqa: N818 - the root of the tree above
    """Something of ours that did not work; what is raised with is for people, in Chinese."""

    code: ClassVar[str]
    meaning: ClassVar[str] = ""
    """What stands before the details, where these alone would not say it."""

    def __str__(self) -> str:
        details = super().__str__()
        return "：".join(filter(None, [self.meaning, details]))


class Mistaken(Failure):
    """It is a person's to mend, and no use to try again."""


class Outage(Failure):
    """It says nothing of the object at hand, and goes by: to be tried again."""


class SettingError(Mistaken):
    """Settings cannot be meant; the message names each, its value and what is expected, a line for one."""

    code = "SETTING.WRONG"


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
