"""The data dictionary as people read it."""

import re
from pathlib import Path
from typing import get_args

import pytest

from expectations.evidence import GIVEN, DecisionKind, Fault, RuleOutcome, Severity
from expectations.forms import FORMS, identities
from expectations.rules import RULES
from tasks.analysis.dictionary import dictionary_markdown, texts
from tasks.analysis.dictionary.tables import type_name
from tasks.judge import eye
from tasks.lake.schemas import LAKE_TABLES
from tasks.values import Outcome

ROOT = Path(__file__).parents[2]
TEXT = dictionary_markdown()
COLUMNS = [(table, column) for table, schema in LAKE_TABLES.items() for column in schema.names]


def chapter(title):
    """The text under the headings that begin with `title`, up to the next one of any level."""
    return "\n".join(re.findall(rf"^#+ {re.escape(title)}[^\n]*\n(.*?)(?=^#|\Z)", TEXT, re.DOTALL | re.MULTILINE))


def test_the_committed_dictionary_is_current():
    committed = (ROOT / "docs" / "data-dictionary.md").read_text()
    assert committed == TEXT, "run python -m tasks.analysis.dictionary > docs/data-dictionary.md"


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_every_column_is_in_its_table_once_and_as_the_schema_has_it(table, column):
    lines = re.findall(
        rf"^\| `{column}` \| `(.*?)` \| (.*?) \| (.*?) \| (.*?) \| (.+?) \|$", chapter(f"`{table}`"), re.M
    )
    assert len(lines) == 1
    kind, *told = lines[0]
    field = LAKE_TABLES[table].field(column)
    assert kind == type_name(field.type)
    expected = [field.metadata.get(key, b"").decode() for key in (b"nianbao.label", b"nianbao.unit", b"nianbao.source")]
    assert told[:3] == expected


def test_types_are_told_apart():
    kinds = {field.type for schema in LAKE_TABLES.values() for field in schema}
    assert len({type_name(kind) for kind in kinds}) == len(kinds)


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_every_code_of_a_form_is_there_with_its_label(form):
    table2 = TEXT.split("## 表二的事项")[1].split(f"### {form.code} 式")[1].split("\n#")[0]
    for item in form.items:
        for m in item.measures:
            assert f"| `{item.code}` | {item.label} | {item.article} | `{m.code}` | {m.label} | {m.unit} |" in table2
    rows = chapter(f"表三的行 `applications.row`：{form.code} 式")
    assert [f"| `{r.code}` | {r.label} | {r.group} |" for r in form.rows] == rows.strip().splitlines()[2:]
    assert all(f"| `{c.code}` | {c.label} | {c.group} |" in chapter("表三的列") for c in form.applicants)
    assert all(f"| `{g.code}` | {g.full_label} |" in chapter("表四的组") for g in form.groups)
    assert all(f"| `{c.code}` | {c.label} |" in chapter("表四的列") for c in form.results)
    assert all(f"| `{s.number}` | " in chapter("报告的部分") and s.heading in TEXT for s in form.sections)


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_every_sum_is_there_once_for_all_its_lines(form):
    lines = re.findall(rf"^\| `{form.code}` \| `(.*?)` \| `(.*?)` \| .*（(\d+)） \|$", TEXT, re.M)
    sums = identities(form)
    assert sum(int(times) for _, _, times in lines) == len(sums)
    assert [rule for rule, _, _ in lines] == list(dict.fromkeys(one.rule for one in sums))


@pytest.mark.parametrize(
    ("kind", "meanings"),
    [
        (Outcome, texts.OUTCOMES),
        (Severity, texts.SEVERITIES),
        (RuleOutcome, texts.RULE_OUTCOMES),
        (Fault, texts.FAULTS),
        (DecisionKind, texts.ACTIONS),
    ],
)
def test_every_code_of_ours_has_a_meaning(kind, meanings):
    assert set(meanings) == set(get_args(kind))
    assert all(f"| `{code}` | {meaning} |" in TEXT for code, meaning in meanings.items())


def test_every_engine_of_the_reader_is_there():
    source = "\n".join(path.read_text() for path in (ROOT / "tasks" / "read").rglob("*.py"))
    used = re.findall(
        r'Grid\(.*"(\w+)"\)|ENGINE = "(\w+)"|BY_SUMS = "([\w+]+)"|spanned_grid\(\w+, "(\w+)"\)|Medium\(.*?"(\w+)"',
        source,
    )
    used += [(name,) for name in re.findall(r'engine(?:: str )?= ?"(\w+)"', source)]
    assert {name for names in used for name in names if name} - {"stream"} | {GIVEN} == set(texts.ENGINES)


def test_what_the_eye_adds_is_there():
    assert set(texts.SEEN) == {way + mark for way in ("lines", "words") for mark in (eye.SEEN, eye.UNSEEN)}


@pytest.mark.parametrize("code", RULES)
def test_every_rule_is_there(code):
    assert TEXT.count(f"| `{code}` | {RULES[code].title} |") == 1


def test_what_is_said_of_columns_is_of_columns_that_exist():
    known = {f"{table}.{column}" for table, column in COLUMNS} | {column for _, column in COLUMNS}
    assert set(texts.NULL_MEANS) <= known
    assert set(texts.ROW_OF) == set(LAKE_TABLES)
