"""What a hazard is about, and where it lies: forms, page, list, workbook; refusals beside successes."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.hazards import objects

#: kind → what a form states for it, and what it is known by.
GOOD = {
    "government": ({"title": "五华区人民政府"}, "五华区人民政府"),
    "department": ({"title": "五华区城管局"}, "五华区城管局"),
    "site": ({"title": "华山广场", "address": ""}, "华山广场"),
    "building": ({"title": "金鼎大厦", "address": "人民中路1号"}, "金鼎大厦"),
    "house": ({"title": "张家三组12号", "address": "西翥街道东村"}, "张家三组12号"),
    "road_section": (
        {"road": "g56", "stake_from": "K12+300", "stake_to": "１３+100"}, "G56 K12+300–K13+100"
    ),
    "vehicle": ({"plate": "云a·12345"}, "云A12345"),
    "vessel": ({"vessel": "滇航018", "register_number": "CN2008 1234567"}, "滇航018"),
}  # fmt: skip


@pytest.mark.once
@pytest.mark.parametrize("kind", GOOD)
def test_each_kind_keeps_what_it_states(kind):
    given, words = GOOD[kind]
    about, wrong = objects.read(kind, given)
    assert wrong == {}
    assert about.words == words
    # What is kept, put back into the form, is the same object.
    assert objects.read(kind, about.given) == (about, {})


@pytest.mark.once
@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("building", {"title": "金鼎大厦"}, "address"),
        ("building", {"address": "人民中路1号"}, "title"),
        ("vehicle", {"plate": ""}, "plate"),
        ("vehicle", {"plate": "A12345"}, "plate"),
        ("vehicle", {"plate": "云A1234"}, "plate"),
        ("vehicle", {"plate": "云A1234O"}, "plate"),
        ("vehicle", {"plate": "云A1234567"}, "plate"),
        ("vessel", {"register_number": "CN20081234567"}, "vessel"),
        ("vessel", {"vessel": "滇航018", "register_number": "12-?"}, "register_number"),
        ("road_section", {"stake_from": "K12+300"}, "road"),
        ("road_section", {"road": "56"}, "road"),
        ("road_section", {"road": "G56"}, "stake_from"),
        ("road_section", {"road": "G56", "stake_from": "12.3公里"}, "stake_from"),
        ("road_section", {"road": "G56", "stake_to": "K13+100"}, "stake_from"),
        ("road_section", {"road": "G56", "stake_from": "K13+100", "stake_to": "K12+300"}, "stake_to"),
        ("spaceship", {}, "about"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(kind, given, field):
    _about, wrong = objects.read(kind, given)
    assert set(wrong) == {field}


@pytest.mark.once
@pytest.mark.parametrize("plate", ["云AD12345", "京A12345", "粤B1234挂", "云 A·F1234", "云Ａ12345"])
def test_plates_as_people_write_them(plate):
    assert objects.read("vehicle", {"plate": plate})[1] == {}


@pytest.mark.once
def test_a_street_without_a_code_needs_no_stake():
    about, wrong = objects.read("road_section", {"road": "人民中路"})
    assert (wrong, about.words) == ({}, "人民中路")


def entered(client, **fields):
    """Enter a hazard by its form; the answer, and its id."""
    pk = uuid7()
    data = {
        "pk": pk, "request_id": uuid7(), "kind": "hazard", "description": "制动系统失灵",
        "area": "530102", "source": "inspection", "opened_on": timezone.localdate(), **fields,
    }  # fmt: skip
    return client.post("/hazards/new/", data), pk


def rows(client, query=""):
    return set(
        re.findall(
            r'href="/hazards/([0-9a-f-]{36})/"', client.get(f"/hazards/{query}").content.decode()
        )
    )


def step(client, pk, code, **fields):
    return client.post(f"/hazards/{pk}/{code}/", {"request_id": uuid7(), **fields})


def test_a_vehicle_goes_from_the_form_to_page_list_filter_and_workbook(client_of):
    client = client_of("inspector")
    answer, pk = entered(client, about="vehicle", plate="云a12345", title="not of this kind")
    assert answer.status_code == 302
    _answer, other = entered(client, about="building", title="金鼎大厦", address="人民中路1号")
    _answer, plain = entered(client, enterprise_name="五华模拟运输公司")
    page = client.get(f"/hazards/{pk}/").content.decode()
    assert "云A12345" in page
    assert "not of this kind" not in page
    assert "人民中路1号" in client.get(f"/hazards/{other}/").content.decode()
    assert rows(client, "?object=vehicle") == {str(pk)}
    assert rows(client, "?object=building") == {str(other)}
    assert rows(client, "?object=enterprise") == {str(plain)}
    assert rows(client, "?object=vessel") == set()
    assert rows(client, "?q=云A12345") == {str(pk)}
    book = b"".join(client.get("/hazards/export.xlsx?object=vehicle").streaming_content)
    with zipfile.ZipFile(io.BytesIO(book)) as file:
        texts = file.read("xl/worksheets/sheet1.xml").decode()
    assert "云A12345" in texts
    assert "金鼎大厦" not in texts


def test_a_form_that_must_be_mended_keeps_what_was_typed(client_of):
    from anlan.domain.hazards.models import Hazard

    answer, pk = entered(client_of("inspector"), about="road_section", road="G56", stake_from="K1")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "like K12+300" in text
    assert 'value="K1"' in text
    assert not Hazard.objects.filter(pk=pk).exists()


def test_the_object_is_corrected_with_its_history_and_only_by_those_who_may(client_of):
    from anlan.domain.hazards.models import HazardObject

    inspector = client_of("inspector")
    _answer, pk = entered(inspector, about="vehicle", plate="云A12345")
    fields = {"about": "road_section", "road": "S101", "stake_from": "K3+050"}
    assert step(client_of("stranger"), pk, "object", **fields).status_code == 404
    assert step(client_of("viewer"), pk, "object", **fields).status_code == 403
    wrong = step(inspector, pk, "object", about="vehicle", plate="?")
    assert wrong.status_code == 422
    assert "Write the plate" in wrong.content.decode()
    assert HazardObject.objects.get(hazard=pk).number == "云A12345"
    assert step(inspector, pk, "object", **fields).status_code == 302
    page = inspector.get(f"/hazards/{pk}/").content.decode()
    assert "<del>云A12345</del>" in page
    assert "S101 K3+050" in page
    assert rows(inspector, "?object=vehicle") == set()
    assert rows(inspector, "?q=S101") == {str(pk)}
    assert step(inspector, pk, "object", about="enterprise").status_code == 302
    assert not HazardObject.objects.exists()


def test_a_split_keeps_the_object_with_each_part(client_of):
    from anlan.domain.hazards.models import HazardObject

    office = client_of("office")
    _answer, pk = entered(office, about="vehicle", plate="云A12345")
    assert step(office, pk, "split", descriptions="甲\n乙", reason="两处").status_code == 302
    assert list(HazardObject.objects.values_list("number", flat=True)) == ["云A12345"] * 2


@pytest.mark.once
def test_the_list_asks_as_often_for_many_objects_as_for_one(client_of):
    client = client_of("inspector")
    entered(client, about="vehicle", plate="云A12345")
    client.get("/hazards/?cols=text,enterprise,object")
    with CaptureQueriesContext(connection) as few:
        client.get("/hazards/?cols=text,enterprise,object")
    for n in range(9):
        entered(client, about="vehicle", plate=f"云A1000{n}")
    with CaptureQueriesContext(connection) as many:
        assert (
            client.get("/hazards/?cols=text,enterprise,object").content.decode().count("云A1000")
            == 9
        )
    assert len(many) == len(few)


def test_programs_state_the_object_by_the_same_fields(cast, settings):
    from django.test import Client

    from anlan.kernel.accounts import commands as accounts

    settings.MFA_OFF = True
    by = cast.actor("inspector")
    _token, secret = accounts.create_token("t", ["hazard.*"], 30, by=by, at=timezone.now())
    bearer = {"authorization": f"Bearer {secret}"}

    def put(pk, **more):
        body = {"description": "制动失灵", "area": "530102", "found_on": str(timezone.localdate())}
        url = f"/api/v1/hazards/{pk}/finding/{uuid7()}/"
        return Client().put(url, json.dumps({**body, **more}), "application/json", headers=bearer)

    pk = uuid7()
    refused = put(pk, about="vehicle", object={"plate": "?"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "incomplete")
    assert put(pk, about="spaceship").status_code == 400
    assert put(pk, about="vehicle", object={"plate": "云a12345"}).status_code == 200
    shown = Client().get(f"/api/v1/hazards/{pk}/", headers=bearer).json()
    assert (shown["about"], shown["object"]) == ("vehicle", "云A12345")
    found = Client().get("/api/v1/hazards/?object=vessel", headers=bearer).json()
    assert found["items"] == []
    found = Client().get("/api/v1/hazards/?object=vehicle", headers=bearer).json()
    assert [one["id"] for one in found["items"]] == [str(pk)]
    assert put(other := uuid7()).status_code == 200
    assert Client().get(f"/api/v1/hazards/{other}/", headers=bearer).json()["about"] is None


# The map


def map_of(client, pk):
    text = client.get(f"/hazards/{pk}/").content.decode()
    found = re.search(r'data-shapes="([^"]*)" id="map">\s*<script[^>]*>(.*?)</script>', text, re.S)
    return text, found and (found[1], json.loads(found[2]))


@pytest.fixture
def shaped(db):
    """Wuhua has a shape; nothing around it has."""
    from anlan.kernel.regions.models import Boundary, Region

    Boundary.objects.all().delete()
    square = {"type": "Polygon", "coordinates": [[[102, 25], [103, 25], [103, 26], [102, 25]]]}
    Boundary.objects.create(
        region=Region.objects.get(code="530102"), geometry=json.dumps(square), source="test"
    )


def test_the_page_draws_the_point_and_the_shape_around_it(client_of, shaped):
    client = client_of("inspector")
    _answer, pk = entered(client, lon="102.712345678", lat="25.04")
    _text, (url, data) = map_of(client, pk)
    assert url == "/areas/530102/shape/"
    assert data["pins"][0]["at"] == [102.71235, 25.04]
    assert data["choose"] == ["lon", "lat"]
    [feature] = client.get(url).json()["features"]
    assert feature["properties"]["code"] == "530102"
    assert feature["geometry"]["type"] == "Polygon"


def test_without_point_and_shape_it_says_so_quietly(client_of):
    from anlan.kernel.regions.models import Boundary

    Boundary.objects.all().delete()
    _answer, pk = entered(client_of("inspector"))
    text, drawn = map_of(client_of("inspector"), pk)
    assert drawn is None
    assert "no shape of the area is loaded" in text
    text, _drawn = map_of(client_of("viewer"), pk)
    assert "No point was given." in text
    assert 'name="lon"' not in text


def test_the_point_is_mended_by_those_who_may_and_shown_in_the_history(client_of, shaped):
    inspector = client_of("inspector")
    _answer, pk = entered(inspector)
    point = {"lon": "102.7", "lat": "25.05"}
    assert step(client_of("viewer"), pk, "locate", **point).status_code == 403
    assert step(client_of("stranger"), pk, "locate", **point).status_code == 404
    _text, (_url, data) = map_of(client_of("viewer"), pk)
    assert (data["pins"], data["choose"]) == ([], None)
    assert step(inspector, pk, "locate", **point).status_code == 302
    text, (_url, data) = map_of(inspector, pk)
    assert data["pins"][0]["at"] == [102.7, 25.05]
    assert "<ins>102.70000</ins>" in text
    assert step(inspector, pk, "locate", lon="", lat="").status_code == 302
    assert map_of(inspector, pk)[1][1]["pins"] == []


@pytest.mark.once
@pytest.mark.parametrize(
    ("lon", "lat", "said"),
    [
        ("102.7", "", "go together"),
        ("25.05", "102.7", "look swapped"),
        ("2.3", "48.9", "outside China"),
        ("east", "25", "write a number"),
        ("1e999999", "25", "outside China"),
    ],
)  # fmt: skip
def test_a_point_that_cannot_be_is_refused_with_how_to_mend_it(client_of, lon, lat, said):
    inspector = client_of("inspector")
    _answer, pk = entered(inspector)
    answer = step(inspector, pk, "locate", lon=lon, lat=lat)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_the_page_asks_no_more_for_what_is_stated(client_of, shaped):
    """One statement for the point's surroundings, one for the object's; none for each."""
    inspector = client_of("inspector")
    _answer, bare = entered(inspector)
    _answer, full = entered(inspector, about="vehicle", plate="云A12345", lon="102.7", lat="25.05")
    inspector.get(f"/hazards/{bare}/")
    counts = []
    for pk in (bare, full):
        with CaptureQueriesContext(connection) as asked:
            inspector.get(f"/hazards/{pk}/")
        counts.append(len(asked))
    # The two that look for entries that may be the same, and the one that reads them.
    assert counts[1] - counts[0] <= 3
