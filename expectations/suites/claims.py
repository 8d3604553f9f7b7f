"""What the texts of reports state, as rows of the tables that the rules on text join."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from expectations.evidence import Claim
from expectations.forms import Form

CLAIM_COLUMNS = ("report", "claim", "rule", "place", "stated", "against")
OPERAND_COLUMNS = ("report", "claim", "address")
TEXT = "section.一"
"""The place of a claim that is not about a cell."""

ClaimRow = tuple[int, int, str, str, int, int | None]
OperandRow = tuple[int, int, str]


def claim_rows(report: int, claims: Sequence[Claim]) -> Iterator[ClaimRow]:
    """One row a claim, numbered as they come."""
    for number, claim in enumerate(claims):
        yield report, number, claim.rule, place_of(claim), claim.stated, claim.against


def operand_rows(report: int, claims: Sequence[Claim], form: Form) -> Iterator[OperandRow]:
    """One row for every cell of `form` that a claim is about."""
    addresses = [figure.address for figure in form.figures()]
    for number, claim in enumerate(claims):
        for address in addresses:
            if any(fnmatchcase(address, operand) for operand in claim.operands):
                yield report, number, address


def place_of(claim: Claim) -> str:
    """Where its finding stands: at the cell if there is just one, else at its table or in the text."""
    if not claim.operands:
        return TEXT
    first = claim.operands[0]
    return first if len(claim.operands) == 1 and "*" not in first else first.split(".")[0]
