"""`python -m tasks.dictionary > docs/data-dictionary.md`."""

from tasks.dictionary import dictionary_markdown

print(dictionary_markdown(), end="")
