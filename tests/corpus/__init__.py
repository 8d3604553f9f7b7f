"""Documents with what is printed in them, and what `nianbao read` makes of them.

`docs/` are of the synthetic part of our development corpus (fictional agencies, drawn by LibreOffice, WeasyPrint and
typst, or written); `truth/` has a record of each: agency, year, form, verdict, the rules that it breaks, and every cell
as printed.

    uv run python -m tests.corpus [--corpus DIR] [--verbose]
"""
