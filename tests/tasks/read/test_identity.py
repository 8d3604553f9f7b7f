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
from tasks.read.html import read_html
from tasks.read.identity import identify
from tasks.read.pdf_medium import read_pdf
from tasks.read.plain_text import read_plain_text

A, B, C = "青岚市财政局", "青岚市水利局", "青岚市教育局"
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
    "contact, a section within": case(RIGHT, T, "请与青岚市财政局法规税政科联系。"),
    "nickname of the file alone": case((None, 2023), TU, name="石桥镇2023年年报.txt"),
    "cut where both are names": case((WHO, 2023), f"青岚市委\n机构编制委员会办公室{TU}"),
    "cut before its place": case((WHO, 2023), f"国家\n税务总局青岚市税务局{TU}"),
    "office of a zone": case(("青岚高新区管委会", 2023), f"青岚高新区管委会{TU}", "请与青岚高新区管委会办公室联系。"),
    "a name with 编制": case(("青岚市委机构编制委员会", 2023), TU, "本报告由青岚市委机构编制委员会编制。"),
    "letterhead alone": case(RIGHT, f"{A}文件\n青财〔2024〕3号\n{TU}"),
    "letterhead of an office alone": case((WHO, 2023), f"{OFFICE}文件\n青政办〔2024〕3号\n{TU}"),
    "cut in the place": case(RIGHT, f"青岚\n市财政局{TU}", name=f"{T}.txt"),
    "cut in the kind": case(("青岚市市场监督管理局", 2023), f"青岚市市场\n监督管理局{TU}"),
    "numerals before a break": case(RIGHT, f"{A}二〇二三年政府信息\n公开工作年度报告"),
    "office to ask alone": case((WHO, 2023), TU, f"如有疑问，请与{A}办公室联系。"),
    "office to ask, signed": case(RIGHT, TU, f"如有疑问，请与{A}办公室联系。", signed=BY),
    "site name joined, two others": case(RIGHT, f"{GOV}\n{TU}", f"现公布{A}2023年{R}。", signed=BY),
    "year of the file against the date": case((A, WHEN), f"{A}{R}", signed=BY, name=f"{A}2021年年报.txt"),
    "year of another's file": case((A, WHEN), f"{A}{R}", signed=A, name=f"{B}2021年年报.txt"),
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
    # what offices really write
    "中共": case(("青岚市委编办", 2023), f"青岚市委编办2023年{R}", signed="中共青岚市委机构编制委员会办公室"),
    "税务": case(
        ("国家税务总局青岚市税务局", 2023),
        f"国家税务总局青岚市税务局2023年{R}",
        "本报告由国家税务总局青岚市税务局编制。",
        signed="国家税务总局青岚市税务局",
    ),
    "学校": case(("青岚市第一中学", 2023), f"青岚市第一中学2023年{R}"),
    "镇": case(("石桥镇", 2023), f"石桥镇2023年{R}", signed="石桥镇人民政府\n2024年1月5日"),
    "乡府": case(("澜山县云台乡人民政府", 2023), f"澜山县云台乡人民政府2023年{R}", signed="云台乡人民政府"),
    "省厅": case(
        ("江海省财政厅", 2023),
        f"江海省财政厅2023年{R}",
        "本年度报告由江海省财政厅办公室编制。",
        signed="江海省财政厅\n2024年1月25日",
    ),
    "省政府办公厅": case(
        ("江海省人民政府办公厅", 2023), f"江海省人民政府办公厅2023年{R}", signed="江海省人民政府办公厅\n2024年1月25日"
    ),
    "开发区": case(
        ("青岚经济技术开发区管理委员会", 2023),
        f"青岚经济技术开发区管理委员会2023年{R}",
        signed="青岚经济技术开发区管委会\n2024年1月25日",
    ),
    "大数据": case(
        ("青岚市政务服务和大数据管理局", 2023),
        f"青岚市政务服务和大数据管理局2023年{R}",
        signed="青岚市政务服务和大数据管理局\n2024年1月25日",
    ),
    "信访": case(("青岚市信访局", 2023), f"青岚市信访局2023年{R}", signed="市信访局"),
    "公安分局": case(
        ("青岚市公安局澜山分局", 2023),
        f"青岚市公安局澜山分局2023年{R}",
        "本报告由青岚市公安局澜山分局编制。",
        signed="青岚市公安局澜山分局",
    ),
    "机关事务": case(("青岚市机关事务管理局", 2023), f"青岚市机关事务管理局2023年{R}", signed="青岚市机关事务管理局"),
    "单位称": case(RIGHT, T, "本报告由我局编制。"),
    "条例": case(
        RIGHT,
        T,
        "根据《中华人民共和国政府信息公开条例》（以下简称《条例》）和市政府要求，现将我局2023年政府信息公开工作年度报告公布如下。"
        + PERIOD,
    ),
    "真实引言": case(
        RIGHT,
        T,
        f"根据《中华人民共和国政府信息公开条例》（国务院令第711号，以下简称《条例》）、《国务院办公厅政府信息与政务公开办公室关于印发〈中华人民共和国政府信息公开工作年度报告格式〉的通知》（国办公开办函〔2021〕30号）要求，由{A}编制本年度报告。本报告由总体情况、主动公开政府信息情况、收到和处理政府信息公开申请情况、政府信息公开行政复议、行政诉讼情况、存在的主要问题及改进情况、其他需要报告的事项六个部分组成。本报告中所列数据的统计期限从2023年1月1日起到2023年12月31日止。本报告的电子版可在青岚市人民政府门户网站（www.x.gov.cn）下载。如对本报告有疑问，请与青岚市财政局办公室联系（地址：青岚市人民路1号；邮编：223001；电话：0517-83605210）。",
    ),
    "区级对上级": case(
        ("番禺区城市管理和综合执法局", 2023),
        f"番禺区城市管理和综合执法局2023年{R}",
        f"广州市番禺区城市管理和综合执法局根据《条例》规定，编制2023年度{R}。",
        signed="广州市番禺区城市管理和综合执法局\n2024年1月20日",
    ),
    "县政府办 编制 县政府": case(
        ("澜山县人民政府", 2023),
        f"澜山县人民政府2023年{R}",
        "本年度报告由澜山县人民政府办公室汇总编制。" + PERIOD,
        signed="澜山县人民政府\n2024年1月20日",
    ),
    "市本级": case(("青岚市本级", 2023), f"青岚市本级2023年{R}", signed="青岚市人民政府\n2024年1月20日"),
    "政府 2023 政府信息": case(("青岚市政府", 2023), f"青岚市政府2023年{R}", signed="青岚市人民政府"),
    "年度前": case(("青岚市财政局", 2023), f"2023年度{A}{R}"),
    "发文字号在题目后": case(RIGHT, f"{T}\n青财〔2024〕3号"),
    "发布时间2025": case(RIGHT, f"{T}\n发布时间：2025-03-02", signed="青岚市财政局\n2024年1月20日"),
    "第一部分无年": case(RIGHT, T, begun="一年来，我局认真落实《条例》。"),
    "第一部分 十四五": case(RIGHT, T, begun="2021年以来是“十四五”开局，2023年我局公开信息5条。"),
    "第一部分 对比": case(RIGHT, T, begun="（一）主动公开。2022年公开信息10条，2023年公开信息12条。"),
    "第一部分 去年": case((A, WHEN), T, begun="（一）主动公开。2022年，我局公开信息10条。"),
    "期限 阿拉伯与汉字": case(RIGHT, f"{A}{R}", "统计期限自二〇二三年一月一日至十二月三十一日。"),
    "期限 - ": case(RIGHT, f"{A}{R}", "统计期限为2023年1月1日-2023年12月31日。"),
    "期限 年度": case(RIGHT, f"{A}{R}", "统计期限为2023年1月1日至12月31日，2022年度数据不再列入。"),
    "两个期限": case((A, WHEN), f"{A}{R}", "统计期限为2023年1月1日至12月31日。数据截至2024年1月1日至2024年12月31日。"),
    "抄送": case(RIGHT, T, signed=BY, tail="抄送：青岚市人民政府办公室\n青岚市财政局办公室 2024年1月20日印发"),
    "联系单位": case(RIGHT, T, signed=BY, tail="联系单位：青岚市财政局办公室\n联系电话：0000"),
    "落款 单位：": case(RIGHT, TU, signed="单位：青岚市财政局\n日期：2024年1月20日"),
    "落款空格": case(RIGHT, TU, signed="青 岚 市 财 政 局\n2024 年 1 月 20 日"),
    "落款中文日期": case(RIGHT, TU, signed="青岚市财政局\n二〇二四年一月二十日"),
    "落款同行短线": case(RIGHT, TU, signed="青岚市财政局 2024-01-20"),
    "链接混在前": case(RIGHT, f"青岚市财政局2021年{R}\n青岚市财政局2022年{R}\n{T}", signed=BY),
    "链接混在前 无落款": case((A, WHEN), f"青岚市财政局2021年{R}\n青岚市财政局2022年{R}\n{T}"),
    "目录页": case(RIGHT, f"目录\n{B}2023年{R}\n{T}", signed=BY),
    "汇编 后面还有另一份": case(
        (WHO, 2023),
        T,
        signed=f"{BY}\n{B}2023年{R}\n一、总体情况\n好。\n六、其他需要报告的事项\n无。\n{B}\n2024年1月20日",
    ),
    "只有单位无年": case((A, None), f"{A}{R}"),
    "都没有": case((None, None), R),
    "标题只有年报两字": case((None, None), "年度报告", signed=""),
    "引言点名下级": case(RIGHT, T, f"本报告由{A}编制，数据包括青岚市财政局会计中心。", signed=BY),
    "引言 汇总下属": case((A, 2023), T, f"2023年，{A}（含所属单位）编制了本报告。"),
    "单位更名": case((WHO, 2023), f"青岚市卫生和计划生育委员会2023年{R}", signed="青岚市卫生健康委员会\n2024年1月20日"),
    "换行在引言": case(RIGHT, TU, "本报告由青岚市财\n政局按照《条例》要求编制。"),
    "题目在表后": case(
        RIGHT,
        T + f"\n索引号：001\n主题分类：财政\n发布机构：{OFFICE}\n成文日期：2024-01-20\n名 称：{T}",
        signed=BY,
    ),
    "站名行 部门": case(RIGHT, f"青岚市财政局网站\n首页\n信息公开年报\n{T}"),
    "站名行 年报无机关 部门站": case(RIGHT, f"青岚市财政局\n首页 政务公开\n{TU}", signed=BY),
    "文件名年 与 期限 不同": case(RIGHT, f"{A}{R}", PERIOD, name=f"{A}2024年年报.txt"),
    "文件名机关 与 引言 不同": case((WHO, 2023), TU, f"本报告由{A}编制。", name=f"{B}2023年{R}.txt"),
    "题目跨行 词中断": case(
        ("青岚市退役军人事务局", 2023), f"青岚市退役军人\n事务局2023年{R}", signed="青岚市退役军人事务局\n2024年1月20日"
    ),
    "题目跨行 词中断 无落款": case(("青岚市退役军人事务局", 2023), f"青岚市退役军人\n事务局2023年{R}"),
    "题目三行": case(("江屿市白鹭洲区住房和城乡建设局", 2023), f"江屿市白鹭洲区\n住房和城乡建设局\n2023年{R}"),
    "题目四行": case(
        ("江屿市白鹭洲区住房和城乡建设局", 2023),
        "江屿市白鹭洲区\n住房和城乡建设局\n2023年\n政府信息公开工作年度报告",
        signed="江屿市白鹭洲区住房和城乡建设局\n2024年1月20日",
    ),
    "上面是人民政府站名 题目两行": case(RIGHT, f"{GOV}\n{A}\n{TU}", signed=BY),
    "上面是人民政府站名 题目两行 无落款": case(RIGHT, f"{GOV}\n{A}\n{TU}"),
    "年在前 机关在后": case(RIGHT, f"2023年{A}\n{R}"),
    "人民政府信息": case(
        ("澜山县人民政府", 2023), "澜山县人民政府\n信息公开工作年度报告\n（2023年度）", signed="澜山县人民政府"
    ),
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
}


@pytest.mark.parametrize("trap", TEXTS)
def test_text(trap):
    wanted, body, name = TEXTS[trap]
    assert found(name, read_plain_text(body)) == wanted


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
        RIGHT,
        page(links(f"{B}2023年{R}", f"{A}2022年{R}") + f"<div>{T}</div>", signed=""),
    ),
    "links to other reports below": (RIGHT, page(f"<h1>{T}</h1>", after=links(f"{B}2023年{R}", B))),
    "own title linked too": (RIGHT, page(f"<p><a>{T}</a></p><div>{T}</div>")),
    "heading broken by <br>": (RIGHT, page(f"<h1>{A}<br>{TU}</h1>")),
    "site name, then a heading": (RIGHT, page(f"<div>{GOV}</div><h1>{T}</h1>", signed="")),
    "site name, heading without a body": (
        (WHO, 2023),
        page(f"<div>首页</div><div>{GOV}</div><h1>{TU}</h1>", signed=""),
    ),
    "older heading hidden": (RIGHT, page(f'<h1 style="display:none">{A}2022年{R}</h1><h1>{T}</h1>')),
    "h1 beats small print": (RIGHT, page(f"<p>{B}2023年{R}</p><h1>{T}</h1>")),
    "only <title> has the year": (RIGHT, page(f"<h1>{A}{R}</h1>", T)),
}


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
        ("青岚市城市管理综合执法局", 2023),
        paper((22, "青岚市城市管理综"), (22, f"合执法局{TU}"), signed=""),
    ),
    "broken after the place": (RIGHT, paper((22, "青岚市"), (22, f"财政局{TU}"), signed="")),
    "site in other print": ((WHO, 2023), paper((12, GOV), (22, TU), signed="")),
    "site in other print, signed": (RIGHT, paper((12, GOV), (22, TU))),
    "letterhead": (RIGHT, paper((36, f"{A}文件"), (14, "青财〔2024〕3号"), (22, T))),
    "large beats small": (RIGHT, paper((12, f"{B}2023年{R}"), (22, T))),
    "city in the same print": (RIGHT, paper((22, GOV), (22, T))),
    "running head": (RIGHT, paper((22, T), running=f"{A}年度报告")),
    "running head alone": (RIGHT, paper((22, R), running=T, signed="\n".join([PLAIN] * 3))),
    "running head of another": ((WHO, 2023), paper((22, T), running=f"{B}2023年{R}", signed="\n".join([PLAIN] * 3))),
    "month as subtitle": (RIGHT, paper((22, T), (16, "（2024年1月）"))),
    "signed by another": ((WHO, 2023), paper((22, T), signed=f"{B}\n{DATED}")),
}


@pytest.mark.parametrize("trap", PAPERS)
def test_pdf(trap):
    wanted, body = PAPERS[trap]
    assert found("a.pdf", read_pdf(body)) == wanted
