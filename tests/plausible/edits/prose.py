"""Sections and sentences: numbered otherwise, compared with last year, in other words."""

from __future__ import annotations

import random

from tests.plausible.document import Draft, Line, Run
from tests.plausible.edits.kinds import ALL, kind


@kind(*ALL)
def sections_numbered_otherwise(draft: Draft, rng: random.Random) -> None:
    """1., 第一部分, （一）, or no numbers."""
    style = rng.choice(("{n}.", "{n}、", "第{c}部分 ", "（{c}）", "", "{c}．", "{c} "))
    for number, (chinese, heading) in enumerate(zip("一二三四五六", draft.lines("heading"), strict=True), 1):
        heading.text = style.format(n=number, c=chinese) + heading.text[2:]


@kind(*ALL)
def sections_named_otherwise(draft: Draft, rng: random.Random) -> None:
    """总体情况 as 概述, 政府信息公开 left out, a colon after."""
    names = {
        "总体情况": ("概述", "基本情况", "总体工作情况"),
        "主动公开政府信息情况": ("主动公开情况", "行政机关主动公开政府信息情况"),
        "收到和处理政府信息公开申请情况": ("依申请公开情况", "行政机关收到和处理政府信息公开申请情况"),
        "存在的主要问题及改进情况": ("存在问题和改进措施", "存在的主要问题和改进情况"),
    }
    for heading in draft.lines("heading"):
        for name, others in names.items():
            if heading.text.endswith(name) and rng.random() < 0.7:
                heading.text = heading.text.replace(name, rng.choice(others))
        heading.text += rng.choice(("", "", "："))
    draft.also |= {"DOC.SECTIONS"}


def _say(draft: Draft, rng: random.Random, *texts: str) -> None:
    """A sentence in section one with figures that are true."""
    figures = draft.figures
    names = {
        "year": draft.year, "last": draft.year - 1,
        "new": figures["table3.new.total"], "total": figures["table3.total.total"],
        "over": figures["table3.carried_over.total"], "forward": figures["table3.carried_forward.total"],
        "granted": figures["table3.granted.total"], "review": figures["table4.review.total"],
        "lit": figures["table4.litigation_direct.total"] + figures["table4.litigation_after_review.total"],
        "n": rng.randrange(2, 90), "m": rng.randrange(2, 40),
    }  # fmt: skip
    names["both"] = names["new"] + names["over"]
    draft.blocks = [b for b in draft.blocks if not (isinstance(b, Line) and b.kind == "claims")]
    draft.blocks.insert(draft.heading("二"), Line([Run(rng.choice(texts).format(**names))], "text"))


@kind(*ALL)
def compared_with_last_year(draft: Draft, rng: random.Random) -> None:
    _say(
        draft, rng,
        "（二）依申请公开情况。{year}年收到政府信息公开申请{new}件，比{last}年的{n}件有所变化。",
        "（二）依申请公开情况。与{last}年收到申请{n}件相比，{year}年收到政府信息公开申请{new}件。",
        "（二）依申请公开情况。{last}年收到政府信息公开申请{n}件，本年收到政府信息公开申请{new}件，变动{m}%。",
        "（二）依申请公开情况。共收到政府信息公开申请{new}件（上年同期{n}件），办结{total}件（上年同期{m}件）。",
    )  # fmt: skip


@kind(*ALL)
def said_in_other_words(draft: Draft, rng: random.Random) -> None:
    _say(
        draft, rng,
        "（二）依申请公开情况。全年受理依申请公开{both}件（含上年结转{over}件），答复{total}件，其中予以公开{granted}件。",
        "（二）依申请公开情况。近三年累计收到政府信息公开申请{n}00件，其中{year}年{new}件。",
        "（二）依申请公开情况。各镇（街道）共收到政府信息公开申请{n}件，局机关收到{new}件。",
        "（二）依申请公开情况。收到政府信息公开申请{new}件，较上年增加{n}件；因政府信息公开引发行政复议{review}件、行政诉讼{lit}件。",
        "（二）依申请公开情况。全年接待群众现场咨询{n}人次，收到网上申请{m}件次，电话咨询{n}件。",
    )  # fmt: skip


@kind(*ALL)
def lines_broken_anywhere(draft: Draft, rng: random.Random) -> None:
    """Paragraphs broken every twenty-odd characters, as text out of a PDF is."""
    width = rng.randrange(18, 32)
    for line in [b for b in draft.blocks if isinstance(b, Line) and b.kind in ("text", "claims", "intro")]:
        text, runs = line.text, []
        for at in range(0, len(text), width):
            runs += [Run("", "break"), Run(text[at : at + width])]
        line.runs = runs[1:]
