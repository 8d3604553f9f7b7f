"""Which characters of a page are figures: what a browser shows, and a doubt where that cannot be told."""

import pytest

from tests.tasks.read.made import FIGURES, doubted, html, outcome

ADDRESS = "table2.licensing.decisions"
VALUE = str(FIGURES["2021"][ADDRESS])
HEAD, TAIL = VALUE[:1], VALUE[1:]


def page(cell, style="", attributes="", head=""):
    """The made report with something else in the cell of the figure, and a style sheet."""
    before = f'<td rowspan="1" colspan="3">{VALUE}</td>'
    made = html("2021")
    assert before in made
    made = made.replace(before, before.replace(">" + VALUE, f" {attributes}>" + cell))
    return made.replace("</head>", f"<style>{style}</style>{head}</head>")


UNSEEN = {
    "display none": '<span style="DISPLAY: none">9</span>',
    "visibility hidden": '<span style="visibility:hidden">9</span>',
    "visibility collapse": '<span style="visibility:collapse">9</span>',
    "no opacity": '<span style="opacity:0">9</span>',
    "nearly no opacity": '<span style="opacity:.01">9</span>',
    "no size": '<span style="font-size:0">9</span>',
    "no size in a shorthand": '<span style="font:0/0 a">9</span>',
    "white": '<span style="color:#FFF">9</span>',
    "nearly white": '<span style="color:rgb(250, 250, 252)">9</span>',
    "white by an old attribute": '<font color="white">9</font>',
    "clear": '<span style="color:transparent">9</span>',
    "black on black": '<span style="background:black">9</span>',
    "of the colour behind": '<b style="background-color:#eef"><i style="color:#eef">9</i></b>',
    "indented off the page": '<div style="text-indent:-9999px">9</div>',
    "placed off the page": '<span style="position:absolute;left:-99em">9</span>',
    "clipped": '<span style="position:absolute;clip:rect(0 0 0 0)">9</span>',
    "clipped along a path": '<span style="clip-path:inset(50%)">9</span>',
    "no box": '<span style="display:inline-block;width:0;overflow:hidden">9</span>',
    "a pixel of a box": '<span style="position:absolute;height:1px;width:1px;overflow:hidden">9</span>',
    "scaled to nothing": '<span style="transform:scale(0)">9</span>',
    "content not rendered": '<div style="content-visibility:hidden">9</div>',
    "hidden in Word": '<span style="mso-hide:all">9</span>',
    "struck by style": '<span style="text-decoration:line-through">9</span>',
    "s": "<s>9</s>",
    "strike": "<strike>9</strike>",
    "del": "<del>9</del>",
    "sup": "<sup>9</sup>",
    "sub": "<sub>9</sub>",
    "raised by style": '<span style="vertical-align:super">9</span>',
    "hidden": "<span hidden>9</span>",
    "a closed dialog": "<dialog>9</dialog>",
    "closed details": "<details>9</details>",
    "a reading aid": "<ruby><rt>9</rt></ruby>",
    "a class of the sheet": '<span class="gone">9</span>',
    "an urgent rule": '<span class="urgent" style="display:inline">9</span>',
    "a rule for the screen": '<span class="screen">9</span>',
    "an exponent": "<math><msup><mi></mi><mn>9</mn></msup></math>",
}
SHEET = ".gone{display:none} .urgent{display:none!important} @media screen{.screen{visibility:hidden}}"


@pytest.mark.parametrize("unseen", UNSEEN.values(), ids=UNSEEN)
class TestUnseen:
    def test_beside_a_figure_it_is_nothing(self, unseen):
        assert outcome("a.html", page(VALUE + unseen, SHEET), "2021") == "exact"
        assert outcome("a.html", page(unseen + VALUE, SHEET), "2021") == "exact"

    def test_alone_in_a_cell_it_is_a_doubt(self, unseen):
        assert outcome("a.html", page(unseen, SHEET), "2021") != "exact"
        assert ADDRESS in doubted("a.html", page(unseen, SHEET))


NOWHERE = {
    "a comment": "<!--9-->",
    "a script": "<script>9</script>",
    "a template": "<template>9</template>",
    "noscript": "<noscript>9</noscript>",
    "a hidden field": '<input type="hidden" value="9">',
    "a list of proposals": "<datalist><option>9</option></datalist>",
    "brackets of a reading aid": "<rp>9</rp>",
    "what an equation was written as": "<math><annotation>9</annotation></math>",
    "a picture of one pixel": '<img src="9.gif" width="1" height="1">',
    "a style": "<style>.x::after{content:'9'}</style>",
}


@pytest.mark.parametrize("nothing", NOWHERE.values(), ids=NOWHERE)
def test_what_is_no_text_is_nothing(nothing):
    assert outcome("a.html", page(HEAD + nothing + TAIL), "2021") == "exact"


SEEN = {
    "a field": f'<input value="{VALUE}">',
    "a text area": f"<textarea>{VALUE}</textarea>",
    "the chosen option": f"<select><option>7</option><option selected>{VALUE}</option></select>",
    "the first option": f"<select><option>{VALUE}</option><option>7</option></select>",
    "an output": f"<output>{VALUE}</output>",
    "mathematics": f"<math><mrow><mn>{VALUE}</mn></mrow></math>",
    "text of a drawing": f"<svg><title>7</title><text>{VALUE}</text></svg>",
    "shown in a hidden place": f'<div style="visibility:hidden">7<b style="visibility:visible">{VALUE}</b></div>',
    "open details": f"<details open>{VALUE}</details>",
    "white on blue": f'<span style="background:#036;color:#fff">{VALUE}</span>',
    "a tag of Word": f"{HEAD}<st1:chmetcnv>{TAIL}</st1:chmetcnv>",
    "zero width": f"{HEAD}&#8203;{TAIL}&#xfeff;",
    "a soft hyphen": f"{HEAD}&shy;{TAIL}",
    "an insertion": f"{HEAD}<ins>{TAIL}</ins>",
    "a rule for print is no rule": f'<span class="print">{VALUE}</span>',
    "a hidden attribute that a style undoes": f'<span hidden style="display:inline">{VALUE}</span>',
    "a rule that a stronger one undoes": f'<span class="gone" id="shown">{VALUE}</span>',
}


@pytest.mark.parametrize("seen", SEEN.values(), ids=SEEN)
def test_seen(seen):
    sheet = "@media print{.print{color:#000}} .gone{display:none} #shown{display:inline}"
    assert outcome("a.html", page(seen, sheet), "2021") == "exact"


UNCLEAR = {
    "a picture": '<img src="figure.png">',
    "a picture in the page": '<img src="data:image/png;base64,iVBORw0KGgo=">',
    "a picture beside a figure": HEAD + '<img src="1.png">',
    "a canvas": "<canvas></canvas>",
    "a frame": '<iframe src="x"></iframe>',
    "a drawing": '<svg><path d="M0 0"/></svg>',
    "reversed": f"&#x202e;{VALUE}&#x202c;",
    "reversed by an element": f'<bdo dir="rtl">{VALUE}</bdo>',
    "reversed by style": f'<span style="direction:rtl;unicode-bidi:bidi-override">{VALUE}</span>',
    "a font of pictures": f'<span style="font-family:Wingdings">{VALUE}</span>',
    "an old font of pictures": f'<font face="Webdings">{VALUE}</font>',
    "mirrored": f'<span style="display:inline-block;transform:scaleX(-1)">{VALUE}</span>',
    "a fraction": "<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>",
    "made by a style": '<span class="made"></span>',
    "a number before it by a style": f'<span class="made">{TAIL}</span>',
    "counted by a style": '<span class="counted"></span>',
    "hidden in print": f'<span class="print">{VALUE}</span>',
    "hidden on small screens": f'<span class="small">{VALUE}</span>',
}
UNCLEAR_SHEET = (
    ".made::before{content:'12'} .counted:after{content:counter(x)} @media print{.print{display:none}} "
    "@media (max-width:600px){.small{display:none}}"
)


@pytest.mark.parametrize("unclear", UNCLEAR.values(), ids=UNCLEAR)
def test_unclear(unclear):
    body = page(unclear, UNCLEAR_SHEET)
    assert outcome("a.html", body, "2021") != "exact"
    assert ADDRESS in doubted("a.html", body)


class TestCells:
    def test_a_hidden_cell_does_not_move_the_others(self):
        body = html("2021").replace("<td ", '<td style="visibility:hidden" ', 1)
        assert outcome("a.html", body, "2021") == "exact"

    @pytest.mark.parametrize("style", ["display:none", "visibility:collapse"])
    def test_a_row_that_is_not_shown_is_not_read(self, style):
        row = f"<tr style='{style}'><td>行政许可</td><td colspan=3>9</td></tr>"
        body = html("2021")
        at = body.rindex("<tr>", 0, body.index("行政许可"))
        assert outcome("a.html", body[:at] + row + body[at:], "2021") == "exact"

    def test_a_column_that_is_not_shown_is_not_read(self):
        body = html("2021").replace("<tr>", '<tr><td style="display:none">99</td>')
        assert outcome("a.html", body, "2021") == "exact"

    def test_white_print_may_stand_on_what_an_unknown_sheet_paints(self):
        body = page(f'<span style="color:#fff">{VALUE}</span>', head='<link rel="stylesheet" href="x.css">')
        assert ADDRESS in doubted("a.html", body)

    def test_a_white_head_on_blue(self):
        body = html("2021").replace(">自然人<", ' style="color:white" bgcolor="navy">自然人<')
        assert outcome("a.html", body, "2021") == "exact"
