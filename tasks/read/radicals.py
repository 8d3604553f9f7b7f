"""Radicals that stand for the ideographs they look like.

Fonts draw both with one glyph, and many programs that make PDFs then name the glyph after the radical: 人民 becomes
⼈⺠, and no label or agency is found. Unicode normalisation (NFKC) mends the Kangxi radicals but not their supplement.
"""

from __future__ import annotations

import unicodedata

_SUPPLEMENT = (
    "⺁厂⺄乙⺊卜⺌小⺍小⺎兀⺒巳⺓幺⺝月⺟母⺠民⺧牛⺩王⺬示⺮竹⺶羊⺼肉⻁虎⻄西⻅见⻆角⻉贝⻋车⻐钅⻑長⻓长⻔门⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食"
    "⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"
)
"""Pairs of a radical of the CJK Radicals Supplement and its ideograph (Unicode: EquivalentUnifiedIdeograph.txt)."""
_KANGXI = range(0x2F00, 0x2FD6)

IDEOGRAPHS = {code: unicodedata.normalize("NFKC", chr(code)) for code in _KANGXI} | {
    ord(radical): ideograph for radical, ideograph in zip(_SUPPLEMENT[::2], _SUPPLEMENT[1::2], strict=True)
}
"""For `str.translate`: each radical with its ideograph."""
