"""Scans and photographs of reports as offices make them: printed documents, and what happens to paper.

paper.py prints documents as pictures of pages, damage.py spoils these, files.py puts them into PDF, DOCX and HTML,
variants.py names the ways to do all that. `benchmarks/scans.py` reads them all.
"""
