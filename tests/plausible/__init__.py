"""Plausible documents: reports as offices, Word, content systems and converters really produce them, and the truth.

    uv run python -m tests.plausible [--examples 2000] [--kind K] [--medium M] [--seed S] [--keep DIR]

makes that many documents, each a consistent report in one medium changed by one plausible edit, reads them as the
pipeline would, and prints a table of kinds by media:

    exact     validated, every figure, agency and year as a person reads them; or, where the source itself is wrong,
              quarantined with just the rules that it breaks
    doubt     not validated, and nobody blamed: only our own doubts or limits
    accused   an agency is blamed for what it did not do: a critical finding that the document does not deserve
    SILENT    validated with a wrong or missing figure, agency or year, or in spite of a broken rule
    crash     reading raised

`--keep DIR` writes every accused, SILENT or crashed file there, with its truth and what was read beside it. The
documents follow publishing practice, not the reader: an edit belongs here because somebody publishes so.

document.py is the model and the plain report, render/ the media, edits/ the kinds by class, judge.py the verdict.
"""
