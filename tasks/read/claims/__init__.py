"""What section one says in words of the numbers in the tables: each claim plain enough to be held against them.

A claim that might mean something else (one channel, half a year, another agency, a hotline) is left out: a false
finding costs more trust than a missed one.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from expectations.evidence import Claim
from tasks.read.claims.clauses import Sentence, sentences
from tasks.read.claims.counts import counts
from tasks.read.claims.parts import parts
from tasks.read.claims.zero import zeros

_LONGEST, _MOST = 100_000, 500
"""Characters of a section that is searched, and claims: many times what any report has."""


def find_claims(text: str, year: int | None) -> tuple[Claim, ...]:
    """The claims in `text`, section one of the report on `year`, in the order in which they are made."""
    claims = (claim for sentence in sentences(text[:_LONGEST]) for claim in _of_sentence(sentence, year))
    return tuple(islice(claims, _MOST))


def _of_sentence(sentence: Sentence, year: int | None) -> Iterator[Claim]:
    yield from counts(sentence, year)
    yield from zeros(sentence)
    yield from parts(sentence, year)


__all__ = ["find_claims"]
