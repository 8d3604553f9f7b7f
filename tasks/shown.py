"""Text from outside (keys, what files say) as it may be shown: it cannot break a line, move a cursor or turn a text."""

from __future__ import annotations

import json
import re
import unicodedata

_RUNS_OF_TICKS = re.compile("`+")


def shown(text: str) -> str:
    """`text` with everything that is not a printable character or a space written as Python writes it: `\\x1b`."""
    return text if text.isprintable() else "".join(map(_shown, text))


def shown_lines(text: str) -> str:
    """`shown`, but for the breaks between lines."""
    return "\n".join(map(shown, text.splitlines()))


def shown_code(text: str) -> str:
    """`text` as code in Markdown, whatever ticks it has."""
    ticks = "`" * (max(map(len, _RUNS_OF_TICKS.findall(text)), default=0) + 1)
    return f"{ticks} {shown(text)} {ticks}" if "`" in text else f"{ticks}{shown(text)}{ticks}"


def shown_json(value: object, *, indent: int | None = None, default: object = None) -> str:
    """`value` as JSON for programs that is harmless on a terminal too; nothing of it is lost."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=default)  # type: ignore[arg-type]
    return text if text.isprintable() else "".join(c if c == "\n" else _escaped(c) for c in text)


def _shown(character: str) -> str:
    return character if _is_harmless(character) else character.encode("unicode_escape").decode()


def _escaped(character: str) -> str:
    """As JSON writes it, which would leave DEL alone."""
    if _is_harmless(character):
        return character
    return "\\u007f" if character == "\x7f" else json.dumps(character)[1:-1]


def _is_harmless(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == "Zs"
