"""What the pipeline would decide on a file from disk, without Prefect or S3: `read-output` of the command line."""

from __future__ import annotations

import hashlib
import logging
import time
from dataclasses import dataclass
from pathlib import Path

from tasks.errors import ProcessingFailed, Rejected
from tasks.judge.second_look import judged
from tasks.read import read
from tasks.read.examine import recognised
from tasks.read.guard import guarded
from tasks.values import Document, Report, Verdict

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Judgement:
    """One file's way as far as it went: without a report it was rejected, and `rejected` says why."""

    file: str
    sha256: str
    document: Document | None
    report: Report | None
    verdict: Verdict | None
    rejected: Rejected | None
    seconds: float


def judge(path: Path, name: str | None = None) -> Judgement:
    """Recognise, read and validate the file at `path`. Raises OSError if it cannot be opened."""
    start = time.perf_counter()
    body = path.read_bytes()
    document: Document | None = None
    report: Report | None = None
    verdict: Verdict | None = None
    rejected: Rejected | None = None
    try:
        document = recognised(path.name, body)
        report, verdict = judged(document, guarded(read, document))
    except Rejected as error:
        rejected = error
    except Exception as error:
        logger.exception("%s: processing failed", path)
        rejected = ProcessingFailed(type(error).__name__)
    digest = hashlib.sha256(body).hexdigest()
    return Judgement(name or str(path), digest, document, report, verdict, rejected, time.perf_counter() - start)
