"""An outcome is told wherever people and programs meet it: what a new one lacks is named here."""

from typing import get_args

import pytest

from flows import metrics
from flows.cli.replay import OUTCOMES as REPLAYED
from flows.cli.show import _ENDING_STYLES, COUNTED
from flows.desk.pages import inbox
from tasks.ledger.listing import ON_THE_WAY
from tasks.ledger.values import ObjectOutcome
from tasks.receipt import page
from tasks.values import ENDING_NAMES, Ending, Outcome

OUTCOMES = set(get_args(Outcome))
ENDINGS = {code for codes in get_args(Ending) for code in get_args(codes)}
OBJECTS = set(get_args(ObjectOutcome)) - {"duplicate"}
"""How objects end: a duplicate as that which it is a duplicate of."""

TOLD = {
    "tasks/ledger/values.py ObjectOutcome": (get_args(ObjectOutcome), OUTCOMES | {"gone"}),
    "tasks/values.py ENDING_NAMES": (ENDING_NAMES, ENDINGS),
    "tasks/receipt/page/__init__.py _ENDINGS": (page._ENDINGS, ENDINGS),
    "flows/cli/show.py _ENDING_STYLES": (_ENDING_STYLES, ENDINGS),
    "flows/cli/show.py COUNTED": (COUNTED, OBJECTS),
    "flows/cli/replay.py OUTCOMES": (REPLAYED, OBJECTS - {"gone"}),
    "flows/metrics.py _OUTCOMES": (metrics._OUTCOMES, OBJECTS - {"gone"}),
    "flows/desk/pages/inbox.py _OUTCOMES": (inbox._OUTCOMES.keys() - {"", ON_THE_WAY}, OBJECTS),
}


@pytest.mark.parametrize("place", TOLD)
def test_every_outcome_is_told(place):
    told, wanted = TOLD[place]
    assert set(told) == wanted, place
