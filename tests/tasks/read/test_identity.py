"""Who reports on which year: traps of every medium. A wrong name or year is never taken; it is right, or our doubt."""

import io

import docx
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from expectations.forms import FORMS
from tasks.read.docx import read_docx
from tasks.read.dump import read_dump
from tasks.read.html import read_html
from tasks.read.identity import identify
from tasks.read.pdf_medium import read_pdf

A, B = "青岚市财政局", "青岚市水利局"
GOV, OFFICE = "青岚市人民政府", "青岚市人民政府办公室"
R = "政府信息公开工作年度报告"
T = f"{A}2023年{R}"
TU = f"2023年{R}"
PERIOD = "本报告所列数据的统计期限自2023年1月1日起至2023年12月31日止。"
LAW = "根据《中华人民共和国政府信息公开条例》（2019年4月3日修订）要求，"
NAV = ("青岚市人民政府", "首页 | 新闻中心 | 政务公开 | 政务服务", "当前位置：首页 > 政务公开 > 政府信息公开年报")
PLAIN = "认真落实《条例》，公开平台运行平稳。"
BY, DATED = f"{A}\n2024年1月20日", "2024年1月20日"
HEADS = [f"{s.number}、{s.heading}" for s in FORMS["2021"].sections]
RIGHT = (A, 2023)
WHO, WHEN = "agency", "year"


def text(head, intro="", begun=PLAIN, signed="", tail=""):
    """The running text of a report, a part a line."""
    body = [HEADS[0], begun, *HEADS[1:5], "公开不够及时，下一年改进。", HEADS[5], "无。"]
    return "\n".join(part for part in (head, intro, *body, signed, tail) if part)


def found(name, medium):
    """Agency and year, or what is in doubt instead of them."""
    who = identify(name, medium.lines, medium.names)
    doubts = {note.where for note in who.notes if note.severity == "critical"}
    return tuple(what if what in doubts else value for what, value in ((WHO, who.agency), (WHEN, who.year)))


def case(wanted, head, intro="", begun=PLAIN, signed="", tail="", name="a.txt"):
    return wanted, text(head, intro, begun, signed, tail), name


TEXTS = {
    # titles
    "plain": case(RIGHT, T),
    "spaces": case(RIGHT, "青 岚 市 财 政 局  2 0 2 3 年 政府信息 公开工作年度报告"),
    "full width": case(RIGHT, f"{A}２０２３年{R}"),
    "chinese numerals": case(RIGHT, f"{A}二〇二三年{R}"),
    "chinese numerals, 零": case(RIGHT, f"{A}二零二三年度{R}"),
    "年度": case(RIGHT, f"{A}2023年度政府信息公开年度报告"),
    "year last": case(RIGHT, f"{A}政府信息公开工作2023年度报告"),
    "year first": case(RIGHT, f"2023年{A}{R}"),
    "关于": case(RIGHT, f"{A}关于2023年{R}"),
    "关于 … 的报告": case(RIGHT, f"{A}关于2023年政府信息公开工作情况的报告"),
    "年报": case(RIGHT, f"{A}2023年政府信息公开年报"),
    "no 工作": case(RIGHT, f"{A}2023年政府信息公开年度报告"),
    "year in brackets": case(RIGHT, f"{A}{R}（2023年度）"),
    "year in brackets below": case(RIGHT, f"{A}{R}\n（2023年度）"),
    "two lines": case(RIGHT, f"{A}\n{TU}"),
    "three lines": case(RIGHT, f"{A}\n2023年\n{R}"),
    "three lines, signed": case(RIGHT, f"{A}\n2023年政府信息\n公开工作年度报告", signed=BY),
    "broken in the year": case(RIGHT, f"{A}20\n23年{R}", signed=BY),
    "broken in the name": case(("江屿市城市管理和综合执法局", 2023), f"江屿市城市管理和综合执\n法局{TU}"),
    "broken in the name, a name of its own": case(
        ("江屿市城市管理和综合执法局", 2023), f"江屿市城市管理和\n综合执法局{TU}", signed="江屿市城市管理和综合执法局"
    ),
    "broken after the place": case(RIGHT, f"青岚市\n财政局{TU}", signed=BY),
    "government": case((GOV, 2023), f"{GOV}2023年{R}"),
    "government, 政府 shared": case((GOV, 2023), f"2023年{GOV}信息公开工作年度报告"),
    "government, shared, no year": case((GOV, 2023), f"{GOV}信息公开工作年度报告", PERIOD),
    "place alone": case(("青岚市", 2023), f"青岚市2023年{R}", signed=f"{GOV}\n{DATED}"),
    "本级": case((f"{GOV}（本级）", 2023), f"{GOV}（本级）2023年{R}", signed=f"{GOV}\n{DATED}"),
    "office": case((OFFICE, 2023), f"{OFFICE}2023年{R}", signed=f"{OFFICE}\n{DATED}"),
    "street": case(("沧溪区清和街道办事处", 2023), f"沧溪区清和街道办事处2023年{R}", signed="清和街道办事处"),
    "zone": case(("青岚高新区管委会", 2023), f"青岚高新区管委会2023年{R}", signed="青岚高新区管理委员会"),
    "two names of one body": case(
        ("青岚市文旅局（青岚市文物局）", 2023), f"青岚市文旅局（青岚市文物局）2023年{R}", signed="青岚市文化和旅游局"
    ),
    "和 in a name": case(
        ("青岚市发展和改革委员会", 2023), f"青岚市发展和改革委员会2023年{R}", signed="青岚市发展改革委"
    ),
    "本 in a place": case(("本溪市财政局", 2023), f"本溪市财政局2023年{R}", signed="本溪市财政局"),
    "market": case(("市场监督管理局", 2023), f"市场监督管理局2023年{R}", signed="青岚市市场监督管理局"),
    "markdown": case(RIGHT, f"# {T}"),
    "quoted": case(RIGHT, f"《{T}》"),
    "year below": case(RIGHT, f"{A}\n政府信息公开工作\n年度报告\n2023年"),
    "year above": case(RIGHT, f"2023年\n{A}\n{R}"),
    "year in brackets on a third line": case(RIGHT, f"{A}\n{R}\n（2023年）"),
    "chinese numerals, letter O": case(RIGHT, f"{A}二Ｏ二三年{R}"),
    "no 年": case(RIGHT, f"{A}2023{R}"),
    "labelled": case(RIGHT, f"标题：{T}"),
    "draft": case(RIGHT, f"{T}（征求意见稿）"),
    # what is no part of it
    "site on the same line": case(RIGHT, f"{GOV} {T}"),
    "place on the same line": case(RIGHT, f"青岚市 {T}"),
    "column on the same line": case((WHO, 2023), f"新闻动态 {T}", signed=BY),
    "government's name above, column on the same line": case((WHO, 2023), f"{GOV}\n政务公开 2023年{R}", signed=GOV),
    "month in brackets": case(RIGHT, f"{T}\n（2024年1月）"),
    "month in brackets, same line": case(RIGHT, f"{T}（2024年1月25日发布）"),
    "month in brackets, no year": case((A, 2023), f"{A}{R}（2024年1月）", PERIOD),
    "date above": case(RIGHT, f"2024年1月25日\n{T}"),
    "navigation": case(RIGHT, "\n".join((*NAV, T))),
    "site name above": case(RIGHT, f"{GOV}\n{T}"),
    "column above": case(RIGHT, f"政务公开\n部门年报\n{T}"),
    "letterhead": case(RIGHT, f"{A}文件\n青财〔2024〕3号\n{T}", signed=BY),
    "letterhead of the office, signed by the bureau": case(RIGHT, f"{OFFICE}文件\n青政办〔2024〕3号\n{T}", signed=BY),
    "document number": case(RIGHT, f"青财〔2024〕3号\n{T}"),
    "attachment": case(RIGHT, f"附件1\n{T}"),
    "attachment, same line": case(RIGHT, f"附件1：{T}"),
    "attachment, no colon": case(RIGHT, f"附件{T}"),
    "source": case(RIGHT, f"{T}\n来源：{GOV}网站 发布时间：2024-01-20"),
    "search box": case(RIGHT, f"请输入关键字 搜索\n{T}"),
    "contents": case(RIGHT, f"{T}\n目 录\n" + "\n".join(f"{head}……{n}" for n, head in enumerate(HEADS, 1))),
    "报送": case(RIGHT, f"关于报送2023年{R}", signed=BY),
    "B 关于报送": case(RIGHT, f"{A}关于报送2023年{R}", signed=BY),
    "公布 A": case(RIGHT, f"关于公布{T}", signed=BY),
    "印发 by the office": case(RIGHT, f"{OFFICE}关于印发2023年{R}\n{T}", signed=BY),
    "notice above": case(RIGHT, f"关于印发《{T}》的通知\n{T}"),
    "neighbours": case(RIGHT, T, signed=BY, tail=f"上一篇：{B}2022年{R}\n下一篇：{B}2023年{R}"),
    "neighbours on lines of their own": case(RIGHT, T, signed=BY, tail=f"相关链接\n{B}2022年{R}\n{B}"),
    "footer": case(RIGHT, T, signed=BY, tail=f"主办：{GOV}办公室\n版权所有：{GOV}"),
    "laws and comparisons": case(RIGHT, T, LAW + PERIOD, "2023年，我局新收申请5件，比2022年增加2件。"),
    # the second witness alone
    "only the introduction, 由": case(RIGHT, TU, f"本年度报告由{A}编制。"),
    "only the introduction, 按照": case(RIGHT, TU, f"本报告由{A}按照《条例》要求编制。"),
    "only the introduction, 公布": case(RIGHT, R, f"{LAW}现公布{A}2023年{R}。"),
    "only the introduction, 编制了": case(RIGHT, TU, f"{LAW}{A}编制了2023年度{R}。"),
    "only the introduction, 以下简称": case(RIGHT, TU, f"2023年，{A}（以下简称“本局”）认真贯彻落实《条例》。"),
    "only the signature": case(RIGHT, TU, signed=BY),
    "only the signature, one line": case(RIGHT, TU, signed=f"{A}  2024年1月20日"),
    "only the signature, sealed": case(RIGHT, TU, signed=f"{A}（盖章）\n{DATED}"),
    "only the signature, before furniture": case(
        RIGHT, TU, signed=BY, tail="【打印本页】【关闭窗口】\n主办单位：人民政府办公室"
    ),
    "signature broken": case(
        ("江屿市白鹭洲区城市管理和综合执法局", 2023),
        f"江屿市白鹭洲区城市管理和综合执法局{TU}",
        signed=f"江屿市白鹭洲区城市管理和\n综合执法局\n{DATED}",
    ),
    "cover": case(RIGHT, f"{TU}\n{A}\n二〇二四年一月"),
    "only the period, 自": case(RIGHT, f"{A}{R}", PERIOD),
    "only the period, without 自": case(RIGHT, f"{A}{R}", "统计期限为2023年1月1日至2023年12月31日。"),
    "only the period, short": case(RIGHT, f"{A}{R}", "统计期限为2023年1月1日至12月31日。"),
    "only the period, points": case(RIGHT, f"{A}{R}", "统计期限：2023.1.1—2023.12.31。"),
    "only the opening": case(RIGHT, f"{A}{R}", begun="2023年，我局认真落实《条例》。"),
    "only the file's name": case(RIGHT, R, name=f"{T}.txt"),
    "both from the text": case(RIGHT, R, f"{LAW}{A}编制了本报告。{PERIOD}", signed=BY),
    "government compiled by its office": case(
        (GOV, 2023), f"{GOV}2023年{R}", f"本报告由{OFFICE}编制。{PERIOD}如有疑问，请与{OFFICE}联系。"
    ),
    "contact within the bureau": case(RIGHT, T, f"如有疑问，请与{A}办公室联系（电话：0000-1234567）。"),
    "contact of the city": case(RIGHT, T, f"{PERIOD}如有疑问，请与青岚市政务公开办公室联系。", signed=BY),
    "short signature": case(RIGHT, T, signed=f"市财政局\n{DATED}"),
    "short title": case(("财政局", 2023), f"财政局2023年{R}", signed=BY),
    "office compiled and signed": case(
        (GOV, 2023), f"{GOV}2023年{R}", f"本报告由{OFFICE}编制。", signed=f"{OFFICE}\n{DATED}"
    ),
    "signed by an office within": case(RIGHT, T, signed=f"{A}办公室\n{DATED}"),
    "list of bodies after the date": case(RIGHT, T, signed=BY, tail=f"{B}\n青岚市教育局\n{GOV}"),
    "date before the signature": case(RIGHT, TU, signed=f"{DATED}\n{A}"),
    "asked for by others": case(
        RIGHT, TU, f"按照国务院办公厅和{OFFICE}要求，{A}编制了本报告。格式由国务院办公厅政府信息与政务公开办公室编制。"
    ),
    "other periods": case(RIGHT, T, begun="2023年，清理自2020年1月1日至2022年12月31日期间制发的文件5件。"),
    "since last year": case(RIGHT, T, begun="2022年以来，我局认真落实《条例》。"),
    "period in section one": case(RIGHT, f"{A}{R}", begun="本报告统计期限为2023年1月1日起，至2023年12月31日止。"),
    "notice of last year": case(
        RIGHT, T, f"按照《关于做好2022年{R}编制发布工作的通知》（青政办〔2022〕12号）要求编制。"
    ),
    "published by, under the title": case(RIGHT, f"{T}\n发布机构：{OFFICE}\n2024-01-20 09:30"),
    "compiled by, under the title": case(RIGHT, f"{TU}\n编制单位：{A}"),
    "county's own": case(("澜山县人民政府", 2023), f"澜山县人民政府2023年{R}", signed=f"县人民政府\n{DATED}"),
    "date in the file's name": case(RIGHT, T, name="2024年1月20日公布2023年年报.txt"),
    # the file's name
    "file's name of another year": case(RIGHT, T, PERIOD, name=f"{A}2022年{R}.txt"),
    "file's name, title alone": case(RIGHT, T, name=f"{A}2022年年报.txt"),
    "file's name of another body": case(RIGHT, T, signed=BY, name=f"{B}2023年年报.txt"),
    "file's name, as people say": case(
        ("青岚市教育体育局", 2023), f"青岚市教育体育局2023年{R}", name="教体局2023年年报.txt"
    ),
    "issued late in the same year": case(RIGHT, T, signed=f"{A}\n2023年12月27日"),
    # doubts
    "introduction of another body": case((WHO, 2023), T, f"本报告由{B}编制。", signed=BY),
    "introduction publishes another's": case((WHO, 2023), T, f"现公布{B}2023年{R}。"),
    "signed by another body": case((WHO, 2023), T, signed=f"{B}\n{DATED}"),
    "two signatures": case((WHO, 2023), T, signed=f"{A}\n{B}\n{DATED}"),
    "two signatures, no title": case((WHO, 2023), TU, signed=f"{A}\n{B}\n{DATED}"),
    "office in the title, government signs": case((WHO, 2023), f"{OFFICE}2023年{R}", signed=f"{GOV}\n{DATED}"),
    "government in the title, office signs": case((WHO, 2023), f"{GOV}2023年{R}", signed=f"{OFFICE}\n{DATED}"),
    "branch": case((WHO, 2023), f"青岚市生态环境局澜山分局2023年{R}", signed="青岚市生态环境局"),
    "same bureau of another place": case((WHO, 2023), T, signed=f"澜山县财政局\n{DATED}"),
    "letterhead against signature": case((WHO, 2023), f"{GOV}文件\n{TU}", signed=BY),
    "letterhead against title": case((WHO, 2023), f"{OFFICE}文件\n{T}"),
    "joint": case((WHO, 2023), f"{A}、{B}2023年{R}", signed=BY),
    "joint, 和": case((WHO, 2023), f"{A}和{B}2023年{R}"),
    "jointly compiled": case((WHO, 2023), TU, f"本报告由{A}、{B}编制。"),
    "contact of another body, nothing else": case((WHO, 2023), T, f"请与{B}联系。"),
    "file's name of another body, nothing else": case((WHO, 2023), T, name=f"{B}2023年{R}.txt"),
    "no whole name": case((WHO, 2023), f"法治建设2023年{R}"),
    "office compiled, nothing else": case((WHO, 2023), TU, f"本报告由{OFFICE}编制。"),
    "site name joined": case((WHO, 2023), "\n".join((*NAV[1:], GOV, TU))),
    "site name joined, signed": case((WHO, 2023), f"{GOV}\n{TU}", signed=BY),
    "two titles": case((WHO, 2023), f"{B}2023年{R}\n{T}"),
    "last year's period": case((A, WHEN), T, "统计期限自2022年1月1日起至2022年12月31日止。", signed=BY),
    "last year's period, no title year": case(
        (A, WHEN), f"{A}{R}", "统计期限自2022年1月1日至2023年12月31日。", signed=BY
    ),
    "last year's introduction": case((A, WHEN), T, f"现公布{A}2022年{R}。"),
    "last year's opening": case((A, WHEN), T, begun="2022年，我局认真落实《条例》。"),
    "two years": case((A, WHEN), f"{A}2022年{R}（2023年度）"),
    "title later than its date": case((A, WHEN), f"{A}2024年{R}", signed=f"{A}\n2024年1月20日"),
    "title years before its date": case((A, WHEN), f"{A}2019年{R}", signed=f"{A}\n2024年1月20日"),
    "date as the file's name says": case(
        (A, WHEN), f"{A}2022年{R}", signed=f"{A}\n2024年1月20日", name="2023年年报.txt"
    ),
    "title of last year": case((A, WHEN), f"{A}2022年{R}\n{T}"),
}  # fmt: skip


@pytest.mark.parametrize("trap", TEXTS)
def test_text(trap):
    wanted, body, name = TEXTS[trap]
    assert found(name, read_dump(body)) == wanted


def page(body, title="", signed=f"<p>{A}</p><p>2024年1月20日</p>", begun=PLAIN, after=""):
    paragraphs = "".join(f"<p>{line}</p>" for line in text("", begun=begun).split("\n"))
    return f"<html><head><title>{title}</title></head><body>{body}{paragraphs}{signed}{after}</body></html>"


def links(*texts):
    return "<ul>" + "".join(f'<li><a href="x">{t}</a></li>' for t in texts) + "</ul>"


PAGES = {
    "title, only in <title>": (RIGHT, page("", f"{T}-青岚市人民政府门户网站", signed="")),
    "site in <title>": (RIGHT, page(f"<h1>{T}</h1>", "年报_青岚市人民政府")),
    "bureau's site in <title>": (RIGHT, page(f"<h1>{TU}</h1>", f"{R}_{A}", signed="")),
    "government's site only": ((None, 2023), page(f"<h1>{TU}</h1>", f"{R}_{GOV}", signed="")),
    "older <title>": (RIGHT, page(f"<h1>{T}</h1>", f"{A}2022年{R}")),
    "older <title>, nothing else": ((A, WHEN), page(f"<h1>{T}</h1>", f"{A}2022年{R}", signed="")),
    "<title> of another body": (RIGHT, page(f"<h1>{T}</h1>", f"{B}2023年{R}")),
    "<title> of another body, nothing else": ((WHO, 2023), page(f"<h1>{T}</h1>", f"{B}2023年{R}", signed="")),
    "<title> against signature": ((WHO, 2023), page("", f"{B}2023年{R}")),
    "site in <title>, a space before it": (RIGHT, page("", f"{T} {GOV}", signed="")),
    "navigation": (RIGHT, page(f"<div>{GOV}</div><nav><a>首页</a><a>{B}2023年{R}</a></nav><h1>{T}</h1>")),
    "breadcrumbs": (RIGHT, page(f"<div><a>首页</a> &gt; <a>政务公开</a> &gt; <a>{T}</a></div><h1>{T}</h1>")),
    "links to other reports above": (
        RIGHT, page(links(f"{B}2023年{R}", f"{A}2022年{R}") + f"<div>{T}</div>", signed="")
    ),
    "links to other reports below": (RIGHT, page(f"<h1>{T}</h1>", after=links(f"{B}2023年{R}", B))),
    "own title linked too": (RIGHT, page(f"<p><a>{T}</a></p><div>{T}</div>")),
    "heading broken by <br>": (RIGHT, page(f"<h1>{A}<br>{TU}</h1>")),
    "site name, then a heading": (RIGHT, page(f"<div>{GOV}</div><h1>{T}</h1>", signed="")),
    "site name, heading without a body": (
        (WHO, 2023), page(f"<div>首页</div><div>{GOV}</div><h1>{TU}</h1>", signed="")
    ),
    "older heading hidden": (RIGHT, page(f'<h1 style="display:none">{A}2022年{R}</h1><h1>{T}</h1>')),
    "h1 beats small print": (RIGHT, page(f"<p>{B}2023年{R}</p><h1>{T}</h1>")),
    "only <title> has the year": (RIGHT, page(f"<h1>{A}{R}</h1>", T)),
}  # fmt: skip


@pytest.mark.parametrize("trap", PAGES)
def test_web_page(trap):
    wanted, body = PAGES[trap]
    assert found("a.html", read_html(body)) == wanted


def word(*paragraphs, head="", signed=BY):
    document = docx.Document()
    for style, line in paragraphs:
        document.add_paragraph(line, style=style)
    for line in text("", signed=signed).split("\n"):
        document.add_paragraph(line)
    if head:
        document.sections[0].header.paragraphs[0].text = head
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


WORDS = {
    "style": (RIGHT, word(("Title", T))),
    "style on two lines": (RIGHT, word(("Title", f"{A}\n{TU}"))),
    "style on two paragraphs": (RIGHT, word(("Title", A), ("Title", TU), signed="")),
    "styled title beats another line": (RIGHT, word((None, f"{B}2023年{R}"), ("Title", T))),
    "only in the header": (RIGHT, word((None, R), head=T, signed="")),
    "header of the city": (RIGHT, word((None, T), head=GOV, signed="")),
    "header of another body": ((WHO, 2023), word((None, T), head=f"{B}2023年{R}", signed="")),
    "header of last year": ((A, WHEN), word((None, T), head=f"{A}2022年{R}", signed="")),
    "header of last year, dated": (RIGHT, word((None, T), head=f"{A}2022年{R}")),
}


@pytest.mark.parametrize("trap", WORDS)
def test_word(trap):
    wanted, body = WORDS[trap]
    assert found("a.docx", read_docx(body)) == wanted


def paper(*head, signed=BY, running=""):
    """A PDF of two pages; `head` are lines with their size, centred."""
    if "STSong-Light" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    file = io.BytesIO()
    canvas, top = Canvas(file, invariant=1), 760
    for size, line in head:
        canvas.setFont("STSong-Light", size)
        canvas.drawCentredString(A4[0] / 2, top, line)
        top -= 1.6 * size
    for part in (text("", signed=""), signed):
        canvas.setFont("STSong-Light", 12)
        for line in part.split("\n"):
            canvas.drawString(70, top, line)
            top -= 18
        canvas.drawCentredString(A4[0] / 2, 815, running)
        canvas.showPage()
        top = 760
    canvas.save()
    return file.getvalue()


PAPERS = {
    "one line": (RIGHT, paper((18, T))),
    "two lines": (RIGHT, paper((22, A), (22, TU), signed="")),
    "broken in the name": (
        ("青岚市城市管理综合执法局", 2023), paper((22, "青岚市城市管理综"), (22, f"合执法局{TU}"), signed="")
    ),
    "broken after the place": (RIGHT, paper((22, "青岚市"), (22, f"财政局{TU}"), signed="")),
    "site in other print": ((None, 2023), paper((12, GOV), (22, TU), signed="")),
    "site in other print, signed": (RIGHT, paper((12, GOV), (22, TU))),
    "letterhead": (RIGHT, paper((36, f"{A}文件"), (14, "青财〔2024〕3号"), (22, T))),
    "large beats small": (RIGHT, paper((12, f"{B}2023年{R}"), (22, T))),
    "city in the same print": (RIGHT, paper((22, GOV), (22, T))),
    "running head": (RIGHT, paper((22, T), running=f"{A}年度报告")),
    "running head alone": (RIGHT, paper((22, R), running=T, signed="\n".join([PLAIN] * 3))),
    "running head of another": ((WHO, 2023), paper((22, T), running=f"{B}2023年{R}", signed="\n".join([PLAIN] * 3))),
    "month as subtitle": (RIGHT, paper((22, T), (16, "（2024年1月）"))),
    "signed by another": ((WHO, 2023), paper((22, T), signed=f"{B}\n{DATED}")),
}  # fmt: skip


@pytest.mark.parametrize("trap", PAPERS)
def test_pdf(trap):
    wanted, body = PAPERS[trap]
    assert found("a.pdf", read_pdf(body)) == wanted
