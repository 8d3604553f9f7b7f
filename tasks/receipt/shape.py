"""What a stored receipt must have to count as one: whatever stands in its place counts as absent."""

from __future__ import annotations

import json

from pydantic import AwareDatetime, BaseModel, ValidationError

from expectations.evidence import DecisionKind, Severity
from tasks.receipt.as_json import Json
from tasks.values import Outcome


class _Object(BaseModel):
    bucket: str
    key: str
    etag: str
    sha256: str
    size: int
    landed_at: AwareDatetime | None


class _Decision(BaseModel):
    kind: DecisionKind
    by: str
    note: str


class _Suspect(BaseModel):
    address: str
    balancing_value: int | str | None


class _Finding(BaseModel):
    id: str
    rule: str
    severity: Severity
    outcome: str
    message: str
    suspect: _Suspect | None
    decision: _Decision | None


class _Run(BaseModel):
    id: str | None
    url: str | None


class _Versions(BaseModel):
    reader: str


class _Receipt(BaseModel):
    object: _Object
    outcome: Outcome
    reason: str | None
    message: str
    agency: str | None
    year: int | None
    form: str | None
    report_id: str | None
    findings: list[_Finding]
    review: _Decision | None
    written: list[str]
    duplicate_of: str | None
    superseded_by_quarantined: bool
    flow_run: _Run
    versions: _Versions


def receipt_in(body: bytes | None, key: str | None = None) -> Json | None:
    """The receipt that these bytes are, if they are one (of the object `key`)."""
    found = _json(body, _Receipt)
    return found if found is None or key in (None, found["object"]["key"]) else None


def _json(body: bytes | None, shape: type[BaseModel]) -> Json | None:
    if not body:
        return None
    try:
        shape.model_validate_json(body)
        found: Json = json.loads(body)
    except (ValidationError, ValueError, RecursionError):
        return None
    return found
