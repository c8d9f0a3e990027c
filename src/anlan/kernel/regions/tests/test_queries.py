"""Finding regions: by what people type, what senders write, and on the map."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.kernel.regions import queries
from anlan.kernel.regions.models import Boundary, Level, Region
from anlan.kernel.regions.names import short_forms, stem
from anlan.kernel.regions.queries import by_code, find
from anlan.kernel.regions.resolving import Resolver, resolve

pytestmark = pytest.mark.django_db


@pytest.fixture
def yunnan():
    return by_code("530000")


@pytest.fixture
def resolver(yunnan):
    return Resolver.load(yunnan)


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("5301", "昆明市"),
        ("530102", "五华区"),
        ("五华", "五华区"),
        ("华区", "五华区"),
        ("wh", "五华区"),
        ("WH", "五华区"),
        ("wuhua", "五华区"),
        ("昆明市五华", "五华区"),
        ("云南省昆明市五华区", "五华区"),
        ("昆明 五华", "五华区"),
        ("五华区龙翔", "龙翔街道"),
        ("大理白", "大理白族自治州"),
    ],
)
def test_find_gives_the_likeliest_first(yunnan, text, best):
    assert find(text, within=yunnan)[0].name == best


def test_find_keeps_to_the_area_the_limit_and_what_exists(yunnan):
    assert len(find("街道", limit=7, within=yunnan)) == 7
    kunming = by_code("530100")
    inside = find("街道", limit=50, within=kunming)
    assert inside
    assert all(region.path.startswith(kunming.path) for region in inside)
    assert find("东川市", within=yunnan) == []  # It ended in 1998.
    for nothing in ("", " 、", "不存在的地方", "99"):
        assert find(nothing) == []


def test_find_is_fast(yunnan):
    """Generous, for a busy machine; the full table is measured in benchmarks."""
    for text in ("wh", "五华", "昆明市五华", "5301", "不存在的"):
        find(text)
        begin = time.perf_counter()
        find(text)
        assert time.perf_counter() - begin < 0.1, text


def test_find_asks_a_bounded_number_of_questions(yunnan, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        find("五华", within=yunnan)
    with django_assert_max_num_queries(12):
        find("昆明五华", within=yunnan)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("五华", "530102"),
        ("五华区", "530102"),
        ("昆明市五华区", "530102"),
        ("昆明五华", "530102"),
        ("云南省昆明", "530100"),
        ("云南省昆明市五华区", "530102"),
        (" 云南省·昆明市（五华区）", "530102"),
        ("大理州", "532900"),
        ("大理市", "532901"),
        ("大理州大理市", "532901"),
        ("宁洱县", "530821"),
        ("石林县", "530126"),
        ("530102", "530102"),
        ("530102000000", "530102"),
        ("530121", "530114"),
        ("呈贡县", "530114"),
        ("禄丰县", "532302"),
        ("五华区护国街道办事处", "530102001"),
    ],
)
def test_what_senders_write(resolver, text, code):
    found = resolver.resolve(text)
    assert found.place is not None, found
    assert (found.place.code, found.rest) == (code, "")


def test_what_stands_behind_the_place_is_given_back(resolver):
    found = resolver.resolve("昆明市五华区人民中路1号")
    assert (found.place.name, found.rest) == ("五华区", "人民中路1号")


def test_a_name_that_several_bear_is_never_guessed(resolver):
    found = resolver.resolve("大理")
    assert found.place is None
    assert found.is_ambiguous
    assert {"大理白族自治州", "大理市"} <= {place.name for place in found.candidates}
    assert resolver.resolve("大理", level=Level.PREFECTURE).place.code == "532900"
    assert resolver.resolve("大理", level=Level.COUNTY).place.code == "532901"


def test_the_area_decides_between_places_of_one_name():
    """朝阳 is a district of Beijing and a street in more than one town."""
    beijing = by_code("110000")
    assert resolve("朝阳区", beijing).place.code == "110105"
    assert resolve("西城", beijing).place.code == "110102"


def test_nonsense_resolves_to_nothing(resolver):
    for text in ("", "？？", "x", "不详", "999999"):
        found = resolver.resolve(text)
        assert found.place is None
        assert not found.candidates


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_every_full_name_resolves_to_its_own_region(data):
    yunnan = by_code("530000")
    pool = list(Region.objects.current().below(yunnan).filter(level__lte=3))
    region = data.draw(st.sampled_from(pool))
    assert resolve(region.full_name, yunnan).place.id == region.pk


def test_stems_and_short_forms():
    assert stem("双江拉祜族佤族布朗族傣族自治县") == "双江"
    assert stem("内蒙古自治区") == "内蒙古"
    assert stem("鄂温克族自治旗") == "鄂温克"
    assert stem("泸县") == "泸县"
    assert short_forms("大理白族自治州") == ("大理州",)


def test_shapes_list_every_child_even_without_a_shape(yunnan):
    Boundary.objects.filter(region__code="530100").delete()
    collection = queries.shapes(yunnan)
    features = {f["properties"]["code"]: f for f in collection["features"]}
    assert len(features) == 16
    assert features["530100"]["geometry"] is None
    assert features["530300"]["geometry"]["type"] in ("Polygon", "MultiPolygon")
    assert collection["properties"]["sketch"] is True
    assert collection["properties"]["missing"] == ["530100"]


def test_up_and_down_the_tree(yunnan):
    wuhua = by_code("530102")
    assert [region.name for region in queries.ancestors(wuhua)] == ["全国", "云南省", "昆明市"]
    assert len(queries.children(yunnan)) == 16
    assert queries.by_codes(["530102", "x"]) == {"530102": wuhua}
    assert queries.name_on(by_code("530114"), date(2000, 1, 1)) == "呈贡县"


def test_an_unknown_code_is_refused(refused):
    with refused("region_unknown"):
        by_code("999999")
