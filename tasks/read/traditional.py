"""The form's words in traditional characters: some offices and many converters print them so.

Only the characters of the form's own labels, for finding them; what a report prints is kept as it is.
"""

from __future__ import annotations

_PAIRS = (
    "內内動动務务區区問问單单國国執执報报審审對对屬属廢废強强後后復复採采據据數数於于會会條条業业構构機机權权決决沒没況况減减為为"
    "無无爲为獲获現现當当發发確确祕秘穩稳範范糾纠納纳組组結结經经維维編编總总織织繳缴繼继續续罰罚舉举萬万處处補补規规計计訟讼訪访"
    "許许訴诉詢询認认請请議议護护費费購购轉转辦办這这進进過过開开關关項项題题額额類类體体製制複复覆复"
)
"""Pairs of a traditional character and the form's own."""
SIMPLIFIED = {ord(traditional): own for traditional, own in zip(_PAIRS[::2], _PAIRS[1::2], strict=True)}
"""For `str.translate`."""
