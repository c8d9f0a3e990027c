"""Each component renders, and hostile text in it stays text (S53)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.http import QueryDict
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory

from anlan.ui import svg
from anlan.ui.charts import AreaMap, Chart, Pin, Place, Series
from anlan.ui.figures import MISSING, Basis, Change
from anlan.ui.forms import DayInput, Form
from anlan.ui.icons import icon
from anlan.ui.keyset import Keyset, Page
from anlan.ui.lists import Area, Choice, Column, Days, Filters, Flag, Search
from anlan.ui.vendor import ICONS

EVIL = """"><script>alert(1)</script><img src=x onerror=alert(2)>'${7*7}{{7*7}}"""
NOW = datetime(2024, 6, 25, 1, 2, tzinfo=UTC)


class Evil(Form):
    text = forms.CharField(label=EVIL, help_text=EVIL)
    many = forms.MultipleChoiceField(
        label="m", widget=forms.CheckboxSelectMultiple, choices=[("a", EVIL)], required=False
    )
    one = forms.ChoiceField(label="o", widget=forms.RadioSelect, choices=[("a", EVIL)])
    day = forms.DateField(label="d", widget=DayInput(), required=False)
    flag = forms.BooleanField(label=EVIL, required=False)


def filters(query: str = "") -> Filters:
    return Filters(
        (
            Search("q", EVIL),
            Choice("state", EVIL, [("a", EVIL), ("b", "B")]),
            Days("due", EVIL),
            Area("area", EVIL, "/areas/", lambda code: EVIL + code),
            Flag("late", EVIL),
        ),
        QueryDict(query),
    )


ROW = {"pk": EVIL, "text": EVIL, "n": 12, "rate": Decimal("0.5"), "day": date(2024, 6, 25)}
COLUMNS = [
    Column("text", EVIL, kind="text", link=lambda row: "/x/?" + EVIL, sort="text"),
    Column("n", "N", kind="number"),
    Column("rate", "R", kind="percent"),
    Column("day", "D", kind="day"),
    Column("gone", "G"),
]
CHART = Chart(EVIL, "columns", EVIL, [EVIL, "b"], [Series(EVIL, [1, None], ["/" + EVIL, ""])])
MAP = AreaMap(
    EVIL, "/shapes/" + EVIL, [Place(EVIL, EVIL, 3, EVIL, EVIL)], EVIL, [Pin(1.0, 2.0, EVIL, EVIL)]
)
#: As accounts.lists.Kept, which is above this layer.
KEPT = SimpleNamespace(
    path="/" + EVIL, query=EVIL, save_url="/" + EVIL, columns_url="/" + EVIL, may_share=True,
    saved=[
        SimpleNamespace(name=EVIL, url="?" + EVIL, mine=mine, shared=True, who=EVIL,
                        drop_url="/" + EVIL)
        for mine in (True, False)
    ],
)  # fmt: skip
SET = f"state=a&q={'%22%3E%3Cscript%3E'}&due_from=2024-06-01&area={'%22%3E'}&late=1"

CALLS = {
    "crumbs": ([(EVIL, "/" + EVIL)],),
    "tabs": ([(EVIL, "/" + EVIL, True, 7)], EVIL),
    "button": (EVIL, "plus", "primary", EVIL, EVIL),
    "link_button": (EVIL, "/" + EVIL, "plus"),
    "post_button": (EVIL, "/" + EVIL, "", "plus"),
    "opener": (EVIL, EVIL),
    "tag": (EVIL, "red", "check", EVIL),
    "state": (EVIL, "found"),
    "grade": (EVIL, True),
    "rung": (EVIL, 3),
    "due": (date(2024, 6, 25), -3),
    "empty": (EVIL, EVIL, EVIL, "/" + EVIL),
    "figure": (12345, "/" + EVIL),
    "delta": (Change(EVIL, 3, 4, "down"),),
    "rank_delta": (-2,),
    "basis_pop": (Basis(EVIL, EVIL, NOW),),
    "stat": (EVIL, 12345, "/" + EVIL, EVIL, [Change(EVIL, 3, 4)], EVIL, Basis(EVIL)),
    "bar": (5, 10, "/" + EVIL),
    "table": (COLUMNS, [ROW], filters(SET), "-text", "#" + EVIL, EVIL, False, "", "pk"),
    "pager": (Page([ROW], EVIL, EVIL), filters(SET), "#l", EVIL),
    "filter_bar": (filters(SET + "&state=zzz"), "#l"),
    "chips": (filters(SET),),
    "column_chooser": (COLUMNS, COLUMNS[:1], filters(SET)),
    "kept_lists": (KEPT, ""),
    "area_picker": (EVIL, EVIL, "/" + EVIL, EVIL, EVIL),
    "area_options": ([(EVIL, EVIL, EVIL)],),
    "palette_options": ([(EVIL, [("/" + EVIL, EVIL, EVIL, "x")])],),
    "fields": (Evil({"text": EVIL, "one": EVIL, "day": EVIL}),),
    "form_acts": (EVIL, "/" + EVIL),
    "file_drop": (EVIL, EVIL, EVIL, EVIL, True, EVIL, True, [EVIL], False, EVIL),
    "patient": ("/" + EVIL,),
    "steps": ([EVIL, EVIL], 1, ["/" + EVIL, ""]),
    "job": ("/" + EVIL, EVIL, 1, 2, EVIL, True, None, "/" + EVIL),
    "timeline": (
        [
            {
                "at": NOW, "who": EVIL, "what": EVIL, "unit": EVIL, "why": EVIL, "tone": "red",
                "changes": [(EVIL, EVIL, EVIL)], "files": [("/" + EVIL, EVIL)],
            }
        ],
    ),
    "photos": ([{"url": "/" + EVIL, "note": EVIL, "at": NOW}], []),
    "keyvalues": ([(EVIL, EVIL), (EVIL, None)],),
    "chart": (CHART, "c1"),
    "area_map": (MAP, "m1"),
    "print_header": (EVIL, EVIL, NOW, EVIL),
    "signatures": ([EVIL],),
}  # fmt: skip


def parts():
    return engines["jinja2"].env.get_template("ui/parts.html").module


class Reader(HTMLParser):
    """Notes each element and attribute that a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.scripts: list[dict] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "script":
            self.scripts.append(dict(attrs))


@pytest.mark.parametrize("name", CALLS)
def test_S53_hostile_text_stays_text_in(name):
    html = str(getattr(parts(), name)(*CALLS[name]))
    seen = Reader(html)
    assert "alert(1)" in html or name in ("due", "rank_delta"), "the text isn't shown at all"
    assert all(one.get("type") == "application/json" for one in seen.scripts)
    assert not [name for name, _value in seen.attributes if name.startswith("on")]
    assert not [name for name, _value in seen.attributes if name in ("style", "srcdoc")]
    if name not in ("photos",):
        assert "img" not in seen.tags
    assert "49" not in re.sub(r"&#\d+;", "", html)


def test_every_component_is_in_the_test_above():
    source = (Path(__file__).parent.parent / "jinja2/ui/parts.html").read_text()
    macros = set(re.findall(r"{% macro (\w+)\(", source))
    inner = {name for name in macros if name.startswith("_")} | {
        # Words, wrappers of a caller's block, and what the components above are made of.
        "short_count", "inbox_words", "worker_words", "panel", "menu", "dialog", "notice", "stats",
        "filter_field", "error_summary", "step_errors", "field", "photo_set", "figures_table",
        "chart_scripts", "map_scripts", "print_button", "patience",
    }  # fmt: skip
    assert macros - inner == set(CALLS)


def render(source: str, **context) -> str:
    return (
        engines["jinja2"]
        .from_string('{% import "ui/parts.html" as ui %}' + source)
        .render(context, RequestFactory().get("/"))
    )


def test_S53_wrappers_escape_too():
    html = render(
        "{% call ui.panel(e, e, e, basis=b) %}{{ e }}{% endcall %}"
        "{% call ui.menu(e) %}{{ e }}{% endcall %}"
        "{% call ui.notice('red', e) %}{{ e }}{% endcall %}"
        "{% call ui.dialog(e, e, e, e, '') %}{{ e }}{% endcall %}",
        e=EVIL,
        b=Basis(EVIL),
    )
    seen = Reader(html)
    assert "script" not in seen.tags
    assert "img" not in seen.tags


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "—"), (MISSING, "not reported"), (0, "0"), (1234567, "1,234,567")]
)
def test_nothing_missing_and_zero_are_three_things(value, shown):
    from django.utils import translation

    with translation.override("en"):
        tile = str(parts().stat("label", value, "/x"))
        cell = str(parts().figure(value, "/x"))
    for html in (tile, cell):
        assert f">{shown}<" in html
        # Only what can be opened down to its cases is a link.
        assert ("<a" in html) == (value is not None and value is not MISSING)


def test_a_table_marks_what_it_is_sorted_by():
    html = str(parts().table(COLUMNS, [ROW], filters(""), "-text", "#l"))
    assert 'aria-sort="descending"' in html
    assert "sort=text" in html


def test_a_heading_shows_which_way_the_list_really_runs():
    narrowed = filters("sort=text")
    narrowed.order({"text": Keyset.by("-text", "pk")}, "text")
    assert 'aria-sort="descending"' in str(parts().table(COLUMNS, [ROW], narrowed, "text"))


def test_a_finished_job_asks_no_more():
    running = str(parts().job("/j/", "import", 1, 9))
    ended = str(parts().job("/j/", "import", 9, 9, running=False))
    assert 'hx-trigger="every 1s"' in running
    assert 'max="9" value="1"' in running
    assert "hx-get" not in ended


def test_a_form_keeps_what_was_typed_and_says_it_twice_in_the_same_words():
    class Small(Form):
        day = forms.DateField(label="deadline", widget=DayInput())
        who = forms.CharField(label="unit")

    form = Small({"day": "soon", "who": ""})
    html = str(parts().fields(form))
    assert html.count("deadline: write a day, for example 2024-06-25") == 2 or (
        html.count("请填写日期") == 2
    )
    assert 'value="soon"' in html
    assert 'href="#id_day"' in html
    assert "aria-describedby" in html
    assert 'aria-invalid="true"' in html


def test_icons_are_there_and_hidden_from_readers_unless_named():
    assert 'aria-hidden="true"' in icon("bell")
    assert 'aria-label="&lt;b&gt;"' in icon("bell", "<b>")
    with pytest.raises(AssertionError, match=re.escape("no-such-icon")):
        icon("no-such-icon")


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_has_shapes(name):
    folder = Path(__file__).parent.parent / "static/vendor"
    if not folder.exists():
        pytest.skip("front-end libraries aren't set up")
    assert "<path" in icon(name)


def test_pictures_of_numbers_break_where_a_number_is_missing():
    assert svg.sparkline([1, 2, None, 3, 4]).count("M") == 2
    assert svg.sparkline([None, 1]) == ""
    assert 'width="36.0"' in svg.bar(5, 10)
    assert 'width="0.0"' in svg.bar(None, 10)
    assert 'width="0.0"' in svg.bar(3, 0)


def test_a_chart_and_its_table_say_the_same():
    html = str(parts().chart(CHART, "c1"))
    assert 'id="c1-data"' in html
    assert html.count("—") == 1, "what has no value is no zero"
    assert "</script><img" not in html


def test_S53_the_error_page_escapes_and_needs_no_request():
    context = {"title": EVIL, "text": EVIL, "steps": [EVIL], "request_id": EVIL, "shell": {}}
    html = render_to_string("ui/error.html", context)
    assert [script.get("src", "") != "" for script in Reader(html).scripts] == [True]
    assert html.count("&lt;script&gt;") == 5  # the title stands twice


def test_what_nobody_sees_is_left_out_of_a_form_but_not_of_a_password():
    class Sent(Form):
        name = forms.CharField()
        secret = forms.CharField(widget=forms.PasswordInput)

    sent = "name=%E2%80%AEgpj&secret=%E2%80%AEgpj"
    form = Sent(QueryDict(sent))
    assert form.is_valid()
    assert form.cleaned_data == {"name": "gpj", "secret": "\u202egpj"}
    assert form["name"].value() == "gpj"
