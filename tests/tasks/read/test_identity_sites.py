"""Who reports on which year, on whole web pages as public sites make them: menus, side bars, particulars, footers."""

import pytest
from test_identity import GOV, OFFICE, PERIOD, RIGHT, TU, WHEN, WHO, A, B, C, R, T, found, text

from tasks.read.html import read_html

SECTIONS = "".join(f"<p>{line}</p>" for line in text("").split("\n"))
SCRIPT = f"<script>var a='{B}2023年{R}'</script>"
MENU = (
    f"<div class='top'><a href='/'>{GOV}</a><ul><li><a>首页</a></li><li><a>政务公开</a></li></ul></div>"
    f"<div class='pos'>当前位置：<a>首页</a>&gt;<a>政府信息公开年报</a>&gt;<a>{B}</a></div>"
)
OTHERS = [f"{body}2023年{R}" for body in (B, C)]
SIDE = "<h3>部门年报</h3><ul>" + "".join(f"<li><a>{o}</a><span>2024-01-11</span></li>" for o in OTHERS) + "</ul>"
PLAIN_SIDE = "<h3>部门年报</h3>" + "".join(f"<div onclick='go()'>{other}</div>" for other in OTHERS)
DATED_SIDE = "".join(f"<p>{other} 2024-01-11</p>" for other in OTHERS)
FOOT = (
    f"<p>上一篇：<a>{B}2022年{R}</a></p><p>下一篇：<a>{C}2023年{R}</a></p>"
    f"<footer>主办：{OFFICE}<br>{GOV} 版权所有</footer>"
)
META = (
    f"<table><tr><td>索引号</td><td>0001</td><td>发布机构</td><td>{OFFICE}</td></tr>"
    f"<tr><td>名称</td><td>{T}</td><td>发布日期</td><td>2024-01-20</td></tr></table>"
)
SIGN = f"<p style='text-align:right'>{A}</p><p>2024年1月20日</p>"


def site(title, body):
    head = f"<head><meta charset='utf-8'><title>{title}</title>{SCRIPT}</head>"
    return f"<!DOCTYPE html><html>{head}<body>{body}</body></html>"


SITES = {
    "whole": (RIGHT, site(f"{T}_{GOV}", MENU + SIDE + f"<h1>{T}</h1>" + SECTIONS + SIGN + FOOT)),
    "whole, no h1": (RIGHT, site(f"{T}_{GOV}", MENU + SIDE + f"<div class='title'>{T}</div>" + SECTIONS + SIGN + FOOT)),
    "whole, no <title>": (RIGHT, site("", MENU + SIDE + f"<div class='title'>{T}</div>" + SECTIONS + SIGN + FOOT)),
    "side bar without links": (
        RIGHT,
        site(f"{T}_{GOV}", MENU + PLAIN_SIDE + f"<div class='title'>{T}</div>" + SECTIONS + SIGN + FOOT),
    ),
    "side bar without links, unsigned": (
        RIGHT,
        site(f"{T}_{GOV}", MENU + PLAIN_SIDE + f"<div class='title'>{T}</div>" + SECTIONS + FOOT),
    ),
    "side bar without links, nothing else": (
        (WHO, 2023),
        site("年报", MENU + PLAIN_SIDE + f"<div class='title'>{T}</div>" + SECTIONS + FOOT),
    ),
    "side bar after the title": (
        RIGHT,
        site(f"{T}", MENU + f"<div class='title'>{T}</div>" + PLAIN_SIDE + SECTIONS + SIGN + FOOT),
    ),
    "side bar after the title, nothing else": (
        (WHO, 2023),
        site("年报", MENU + f"<div class='title'>{T}</div>" + PLAIN_SIDE + SECTIONS + FOOT),
    ),
    "side bar with dates": (RIGHT, site("年报", MENU + DATED_SIDE + f"<div class='title'>{T}</div>" + SECTIONS + FOOT)),
    "breadcrumbs of another body": (RIGHT, site(f"{TU}_{GOV}", MENU + f"<h1>{TU}</h1>" + SECTIONS + SIGN + FOOT)),
    "no body anywhere": ((None, 2023), site(f"{TU}_{GOV}", MENU + f"<h1>{TU}</h1>" + SECTIONS + FOOT)),
    "table of particulars": (RIGHT, site(f"{T}-{GOV}", MENU + META + f"<h1>{T}</h1>" + SECTIONS + FOOT)),
    "table of particulars, no title": (RIGHT, site(f"{T}-{GOV}", MENU + META + SECTIONS + SIGN + FOOT)),
    "title in spans": (
        RIGHT,
        site(
            "年报", f"<h2><span>{A}</span><br/><span>2023年</span><span>政府信息公开工作年度报告</span></h2>" + SECTIONS
        ),
    ),
    "title in blocks": (RIGHT, site("年报", f"<div><div>{A}</div><div>{TU}</div></div>" + SECTIONS)),
    "h1 is the site": (RIGHT, site("年报", f"<h1>{GOV}</h1><h2>{T}</h2>" + SECTIONS)),
    "h1 is the site, title without a body": (
        RIGHT,
        site("年报", f"<h1>{GOV}</h1>{MENU}<h2>{TU}</h2>" + SECTIONS + SIGN),
    ),
    "no-break spaces": (
        RIGHT,
        site("年报", "<h1>青岚市财政局&nbsp;2023&nbsp;年政府信息公开工作年度报告</h1>" + SECTIONS),
    ),
    "stale <title>": ((A, WHEN), site(f"{A}2022年{R}", f"<h1>{T}</h1>" + SECTIONS)),
    "stale <title>, period": (RIGHT, site(f"{A}2022年{R}", f"<h1>{T}</h1><p>{PERIOD}</p>" + SECTIONS)),
    "host of the site": (RIGHT, site("", f"<h1>{T}</h1>{SECTIONS}<div>主办单位：{B}</div><div>{B}</div>")),
    "a body at the end": ((WHO, 2023), site("", f"<h1>{T}</h1>{SECTIONS}<div>{B}</div>")),
    "bodies after the date": (RIGHT, site("", f"<h1>{T}</h1>{SECTIONS}{SIGN}<div>{B}</div><div>{C}</div>")),
    "linked bodies at the end": (
        RIGHT,
        site("", f"<h1>{T}</h1>{SECTIONS}<ul><li><a>{B}</a></li><li><a>{C}</a></li></ul>"),
    ),
    "list box": (RIGHT, site("", f"<select><option>{B}2023年{R}</option></select><h1>{T}</h1>{SECTIONS}")),
    "hidden signature": (RIGHT, site("", f"<h1>{T}</h1>{SECTIONS}<p hidden>{B}</p>")),
    "body in <title> only": (RIGHT, site(f"2023年{R} - {A}", f"<h1>{TU}</h1>{SECTIONS}")),
    "government in <title> only": ((None, 2023), site(f"2023年{R} - {GOV}", f"<h1>{TU}</h1>{SECTIONS}")),
    "government's own": (
        (GOV, 2023),
        site(f"2023年{R}_{GOV}", f"<h1>{GOV}2023年{R}</h1>{SECTIONS}<p>{GOV}</p><p>2024年3月1日</p>"),
    ),
}


@pytest.mark.parametrize("trap", SITES)
def test_web_site(trap):
    wanted, body = SITES[trap]
    assert found("a.html", read_html(body)) == wanted
