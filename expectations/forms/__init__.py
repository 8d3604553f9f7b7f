"""The statutory forms as data: labels, codes and identities exist here once. Standard library only."""

from expectations.forms.form_2019 import FORM_2019
from expectations.forms.form_2021 import FORM_2021
from expectations.forms.identities import identities
from expectations.forms.model import TABLES, Figure, Form, Identity, TableName

FORMS: dict[str, Form] = {form.code: form for form in (FORM_2019, FORM_2021)}
FIRST_YEAR = min(form.first_year for form in FORMS.values())


def form_for(year: int) -> Form | None:
    """The form that a report on `year` must use; None before 2019, when the statutory tables did not exist."""
    return next((form for form in FORMS.values() if form.serves(year)), None)


__all__ = ["FIRST_YEAR", "FORMS", "TABLES", "Figure", "Form", "Identity", "TableName", "form_for", "identities"]
