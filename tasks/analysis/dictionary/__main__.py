"""`python -m tasks.analysis.dictionary > docs/data-dictionary.md`."""

from tasks.analysis.dictionary import dictionary_markdown

print(dictionary_markdown(), end="")
