"""Rules on the document as a whole: those on the file, whatever is read of it, and those on what was read."""

from __future__ import annotations

from expectations.forms import FORMS
from expectations.rules.model import ARTICLE_50, FORM, OURS, Rule

_FILE = "整个文件"
_FORMS = "，".join(f"{form.first_year} 年度起用 {form.code} 年格式" for form in FORMS.values())
_WHO = "题目、引言、落款、网页标题、页眉页脚、文件名"
_SETTLE = (
    "不是报告的错误：请人工核对原文，由运维人员用 nianbao review correct KEY agency=… year=… --note … 写明机关或年度。"
)

REJECTIONS = (
    Rule("DOC.EMPTY", "文件为空", OURS, "文件有内容", _FILE, "请检查导出或上传是否中断，然后重新上传。"),
    Rule("DOC.UNSUPPORTED_TYPE", "文件类型不支持", OURS,
         "内容是 PDF、DOCX、XLSX、HTML、纯文本或 Markdown；装有 LibreOffice 时，还有 DOC、WPS、RTF", _FILE,
         "请另存为 PDF 或 DOCX 后重新上传。"),
    Rule("DOC.TYPE_MISMATCH", "内容与扩展名不符", OURS, "内容的类型与扩展名一致", _FILE,
         "请用原来的程序打开并另存为正确的格式，不要只改扩展名。"),
    Rule("DOC.CORRUPT", "文件损坏或不完整", OURS, "文件可以完整打开", _FILE, "请重新导出并重新上传。"),
    Rule("DOC.ENCRYPTED", "文件有打开密码", OURS, "不用密码可以打开", _FILE, "请去掉打开密码后重新上传。"),
    Rule("DOC.TOO_MANY_PAGES", "页数过多", OURS, "不超过 200 页", _FILE,
         "请只上传年度报告本身，不要与其他材料合并。"),
    Rule("DOC.TOO_LARGE", "文件过大", OURS, "不超过 50 MB，读取内存不超过 1 GiB", _FILE,
         "请压缩图片或重新导出后上传。"),
    Rule("DOC.TOO_SLOW", "读取过慢", OURS, "读取不超过 15 秒 CPU 时间", _FILE, "请用办公软件重新导出 PDF 后上传。"),
    Rule("DOC.NO_TEXT_LAYER", "扫描件，没有可读取的文字", OURS, "页面上有文字，或装有图片辨认且看得清", _FILE,
         "请上传由文字处理软件直接导出的 PDF 或 DOCX，或以 300 dpi 重新扫描；没有安装 OCR 的，请运维人员安装。"),
    Rule("DOC.NOT_ANNUAL_REPORT", "不是年度报告", ARTICLE_50, "文件是填写了数据的年度报告",
         _FILE, "请确认上传的文件。"),
    Rule("FORMAT.UNSUPPORTED_YEAR", "2019 年以前的报告", FORM, "报告年度 ≥ 2019", "报告年度", "无需重新上传。"),
    Rule("DOC.DUPLICATE", "内容相同的文件已处理过", OURS, "同样内容只处理一次",
         _FILE, "无需处理，以第一次的结果为准。"),
    Rule("DOC.RETRACTED", "报告已被撤回", OURS, "没有人撤回过同样内容的文件，或撤回后又有人接受", _FILE,
         "数据已移出数据湖，重新处理或上传同样的文件都不会恢复；确需恢复的，请运维人员用 nianbao review accept。"),
)  # fmt: skip

_LOOK = "不是报告的错误：请人工核对图片，由运维人员用 nianbao review 更正或接受；有文字版的，请改传文字版。"
_FIGURES = "图片中的数"

DOCUMENT_RULES = (
    Rule("DOC.NO_AGENCY", "找不到发文机关", ARTICLE_50, "报告写明机关（只有文件名写明时为提醒）", "标题、正文、文件名",
         "请在标题中写明机关全称。"),
    Rule("DOC.NO_YEAR", "找不到报告年度", ARTICLE_50, "报告写明年度（只有文件名写明时为提醒）", "标题、正文、文件名",
         "请在标题中写明报告年度。"),
    Rule("DOC.AGENCY_DOUBT", "发文机关存疑", OURS,
         "题目与别处（引言、落款、网页标题等）读出的机关相同；文件中只有一个机关的报告", _WHO, _SETTLE),
    Rule("DOC.YEAR_DOUBT", "报告年度存疑", OURS,
         "题目与别处（统计期限、正文、网页标题等）读出的年度相同，且为全年；文件中只有一年的报告", _WHO, _SETTLE),
    Rule("DOC.YEAR_MISMATCH", "年度前后不一", ARTICLE_50, "文件名、网页标题、发布日期的年度与报告年度相符",
         "文件名、网页标题、发布日期", "请核对报告年度。", "warning"),
    Rule("DOC.SECTIONS", "六个部分不全或次序不符", FORM, "六个部分齐全、依次、第五部分有内容", "六个部分的标题和正文",
         "请按格式补全各部分。", "warning"),
    Rule("FORMAT.YEAR_MISMATCH", "表格格式与年度不符", FORM, _FORMS, "表二、表三、表四", "请改用该年度的法定格式。"),
    Rule("READ.DISAGREEMENT", "两种读法不一致", OURS, "两种独立的读法读出同样的内容", "有疑问的单元格、行或表",
         "不是报告的错误：请人工核对原文，由运维人员用 nianbao review 作出决定。"),
    Rule("READ.PICTURE", "表格是图片", OURS, "法定表格是文字，或图片中的表格可以辨认", "表二、表三、表四",
         "不是报告的错误：请改用由文字处理软件直接导出的文件重新上传，或由人工核对图片中的数字。"),
    Rule("READ.ROWS_MISSING", "图片中的表没有读全", OURS, "图片中的法定表格逐行逐格读出",
         "图片中的表二、表三、表四", _LOOK),
    Rule("READ.CELL_UNREAD", "图片中有格没有读清", OURS, "图片中每一格都读出数字，或确为空白", _FIGURES, _LOOK),
    Rule("READ.SUM_DISPUTED", "图片中的数合计不符且读法不一", OURS, "合计平衡，或各读法一致", _FIGURES, _LOOK),
    Rule("READ.UNCONFIRMED", "图片中的数未经证实", OURS,
         "没有合计可以证实的数（表二、几乎空白的表）由互不相干的两种读法读出同样的数", _FIGURES, _LOOK),
    Rule("READ.LOW_RESOLUTION", "图片不够清晰", OURS, "图片不低于 100 dpi，黑白二值图片高于 200 dpi", _FIGURES,
         "不是报告的错误：请以 300 dpi 灰度重新扫描后上传，或由人工核对。"),
    Rule("READ.REPAIRED", "图片中的数由合计断定", OURS, "几种读法一致", _FIGURES,
         "请核对图片中的这一格；不符的，由运维人员用 nianbao review 更正。", "warning"),
)  # fmt: skip

IDENTITY_DOUBTS = {"agency": "DOC.AGENCY_DOUBT", "year": "DOC.YEAR_DOUBT"}
"""The rules that a person settles by stating the agency, or the year."""
