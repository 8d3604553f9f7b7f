"""What a reader sees of plain text and Markdown, once it is shown as it is meant."""

from __future__ import annotations

import html
import re

from tasks.read.visible.marks import OBJECT, lost, seen

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_GONE = re.compile(
    r"<(del|s|strike|sup|sub|rt|rp)\b[^<>]{0,200}>(?P<a>[^\n]{0,200}?)</\1\s*>|~~(?P<b>[^~\n]{1,200})~~|\{--(?P<c>[^\n]{0,200}?)--\}"
    r"|\[\^(?P<d>[^\]\s]{1,40})\]|(?<![\^\\])\^(?P<e>[^\^\s|]{1,8})\^|\$\s*\^\s*\{?(?P<f>[^{}$|]{0,12}?)\}?\s*\$",
    re.IGNORECASE,
)
"""Struck text, note marks and reading aids, as tags and as Markdown and its kin write them."""
_PICTURE = re.compile(r"!\[[^\]\n]*\](?:\([^)\n]*\)|\[[^\]\n]*\])|<img\b[^>]*>", re.IGNORECASE)
_LINK = re.compile(r"\[([^\[\]\n]*)\](?:\([^()\n]*\)|\[[^\[\]\n]*\])")
_EMPHASIS = re.compile(r"(\*{1,3}|(?<!\w)_{1,3}|`{1,2}|==)(?=[^\s*_`=|])([^|\n]{0,200}?[^\s*_`=|])\1(?!\w*_)")
_FORMULA = re.compile(r"\$\s*(?:\\(?:mathrm|text|underline)\s*)?\{?\s*([\d,.\s]+?)\s*\}?\s*\$")
_TAG = re.compile(
    r"</?(?:u|b|i|ins|strong|em|span|font|small|big|mark|code|a|label|kbd|nobr|sup|sub|del|s|strike)\b[^<>]{0,500}>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|<>~^$-])")
_DRAWN_RULE = re.compile(r"^[ \t]*[\u2500-\u257f][\u2500-\u257f \t]*$", re.MULTILINE)
_DRAWN_BAR = re.compile(r"[\u2502\u2503\u2551]")
_TIGHT = re.compile(r"(?<=[0-9])\|(?=[0-9\s]|\Z)|(?<![^\s|])\|(?=[0-9])")
"""A bar right beside a digit."""
_FEW = 2
"""Bars that are set otherwise than all the others part no fields: they are meant for a 1."""
_KEPT = frozenset("|\t\n\r<>")
"""Characters that would part fields or lines, or open tags, if an entity became one."""


def visible_text(text: str) -> str:
    """`text` as it is shown: without what is struck, note marks and markup."""
    text = _DRAWN_BAR.sub("|", _DRAWN_RULE.sub(_rule, _COMMENT.sub("", text)))
    if any(sign in text for sign in "<~^{"):
        text = _GONE.sub(lambda found: lost("".join(part or "" for part in found.groups()[1:])), text)
    if "[" in text or "<" in text:
        text = _LINK.sub(r"\1", _PICTURE.sub(OBJECT, text))
    text = _EMPHASIS.sub(r"\2", _FORMULA.sub(r"\1", text))
    text = _ENTITY.sub(_character, _BREAK.sub(" ", _TAG.sub("", text)))
    return seen(_ESCAPE.sub(r"\1", _without_typed_ones(text)))


def _without_typed_ones(text: str) -> str:
    """`text` with a letter for the few bars that stand right beside digits, where others do not, or there are none."""
    tight = list(_TIGHT.finditer(text))
    others = text.count("|") - len(tight)
    if not 0 < len(tight) <= _FEW or 0 < others < 10 * len(tight):
        return text
    return _TIGHT.sub("l", text)


def _rule(drawn: re.Match[str]) -> str:
    """A drawn line between rows as one of dashes, if it is long enough to be no dash for a blank."""
    return "+--+" if len(drawn[0].strip()) > 2 else drawn[0]


def _character(entity: re.Match[str]) -> str:
    shown = html.unescape(entity[0])
    return entity[0] if shown in _KEPT else shown
