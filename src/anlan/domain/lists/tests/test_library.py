"""The case library: only what was accepted, searched by two characters, offered where it is alike."""

from __future__ import annotations

import pytest
from django.urls import reverse

from anlan.domain.lists.models import LibraryCase
from anlan.domain.lists.tests.house import House, rows_of
from anlan.kernel.loop.models import Case

pytestmark = pytest.mark.django_db

TOLD = {
    "title": "老旧小区燃气管道被违章建筑占压", "happened": "某小区燃气管道被占压，泄漏后爆燃",
    "cause": "无人巡查，产权不清", "remedy": "联合巡查，拆除占压并改线", "sectors": ["gas"],
}  # fmt: skip


def shelved(house: House) -> LibraryCase:
    item = house.enter(house.kind())
    assert house.post("office", "lists:shelve", item.pk, **TOLD).status_code == 409  # Not accepted.
    Case.objects.filter(pk=item.pk).update(state="verified", unsettled=False)
    assert house.post("office", "lists:shelve", item.pk, **{**TOLD, "cause": ""}).status_code == 422
    answer = house.post("office", "lists:shelve", item.pk, **TOLD)
    row = LibraryCase.objects.get()
    assert answer.headers["Location"] == reverse("lists:library_case", args=[row.pk])
    return row


def test_an_accepted_problem_is_told_to_others_and_found_by_two_characters(house: House) -> None:
    row = shelved(house)
    assert row.sectors == ",gas,"
    for words, n in (("占压", 1), ("占压 爆燃", 1), ("占压 矿山", 0), ("拆除", 1)):
        assert rows_of(house.get("firm", "lists:library", query=f"?q={words}")) == n, words
    assert rows_of(house.get("city", "lists:library", query="?sector=gas")) == 1
    assert rows_of(house.get("city", "lists:library", query="?sector=fire")) == 0
    page = house.get("housing", "lists:library_case", row.pk).content.decode()
    assert "拆除占压并改线" in page
    # Its area's own; the district beside doesn't read it.
    assert house.get("stranger", "lists:library_case", row.pk).status_code == 404
    assert rows_of(house.get("stranger", "lists:library")) == 0


def test_it_is_offered_on_the_page_of_a_hazard_that_is_alike_and_on_no_other(house: House) -> None:
    row = shelved(house)
    same, other = house.hazard("小区燃气管道被占压"), house.hazard("灭火器过期未检验")
    link = reverse("lists:library_case", args=[row.pk])
    assert link in house.get("inspector", "lists:of_hazard", same).content.decode()
    assert link not in house.get("inspector", "lists:of_hazard", other).content.decode()


def test_a_case_is_tagged_and_found_by_each_tag(house: House) -> None:
    words = {"hazard_kinds": "占压\n泄漏\n占压", "tags": "省级督办"}
    assert house.post("office", "lists:setting", "tags", version=0, **words).status_code == 403
    assert house.post("mayor", "lists:setting", "tags", version=0, **words).status_code == 422
    told = {"version": 0, "reason": "统一标签", **words}
    wrong = {**told, "tags": "甲,乙"}
    assert house.post("mayor", "lists:setting", "tags", **wrong).status_code == 422
    assert house.post("mayor", "lists:setting", "tags", **told).status_code == 302
    row = shelved(house)
    unknown = {**TOLD, "tags": ["自拟"]}
    assert house.post("office", "lists:shelve", row.item_id, **unknown).status_code == 422
    tagged = {**TOLD, "hazard_kinds": ["占压"], "tags": ["省级督办"], "industry": "D"}
    assert house.post("office", "lists:shelve", row.item_id, **tagged).status_code == 302
    row.refresh_from_db()
    assert (row.hazard_kinds, row.tags, row.industry) == (",占压,", ",省级督办,", "D")
    for query, n in (
        ("kind=占压", 1), ("kind=泄漏", 0), ("tag=省级督办", 1), ("industry=D", 1), ("industry=C", 0),
        ("region=530102", 1), ("region=530100", 1), ("region=530103", 0),
        ("q=燃氣管道", 1), ("q=改線", 1), ("q=礦山", 0),
    ):  # fmt: skip
        assert rows_of(house.get("city", "lists:library", query=f"?{query}")) == n, query
    page = house.get("office", "lists:library_case", row.pk).content.decode()
    assert "?kind=%E5%8D%A0%E5%8E%8B" in page
    # Taken from the office's list, a tag stays with the case that has it; nobody else gets it.
    house.post("mayor", "lists:setting", "tags", version=1, reason="停用", tags="")
    assert house.post("office", "lists:shelve", row.item_id, **tagged).status_code == 302
    page = house.get("city", "lists:library", query="?tag=省级督办")
    assert rows_of(page) == 1
    assert "no choice" not in page.content.decode()


def test_a_hazard_of_the_same_kind_reminds_of_a_case_sooner(house: House) -> None:
    row = shelved(house)
    LibraryCase.objects.filter(pk=row.pk).update(hazard_kinds=",占压,", sectors="")
    link = reverse("lists:library_case", args=[row.pk])
    far = "管道旁违章搭棚杂物"  # A quarter of its bigrams.
    of_kind = house.hazard(far, fields={"category": "占压"})
    other = house.hazard(far + "甲", fields={"category": "用电"})
    assert link in house.get("inspector", "lists:of_hazard", of_kind).content.decode()
    assert link not in house.get("inspector", "lists:of_hazard", other).content.decode()


def test_it_is_mended_in_place_and_taken_out_by_its_office(house: House) -> None:
    row = shelved(house)
    house.post("office", "lists:shelve", row.item_id, **{**TOLD, "title": "燃气占压治理"})
    row.refresh_from_db()
    assert row.title == "燃气占压治理"
    assert house.post("city", "lists:withdraw_case", row.pk).status_code == 403
    assert house.post("stranger", "lists:withdraw_case", row.pk).status_code == 404
    assert house.post("office", "lists:withdraw_case", row.pk).status_code == 302
    assert rows_of(house.get("office", "lists:library")) == 0
    assert LibraryCase.objects.get().withdrawn_at is not None


def test_S14_a_case_that_another_unit_told_is_neither_rewritten_nor_brought_back(
    house: House,
) -> None:
    """The city is in charge of the item, too; the words are the district's all the same."""
    row = shelved(house)
    other = {**TOLD, "title": "改写的标题"}
    assert house.get("city", "lists:shelve", row.item_id).status_code == 403
    assert house.post("city", "lists:shelve", row.item_id, **other).status_code == 403
    assert house.post("stranger", "lists:shelve", row.item_id, **other).status_code == 404
    house.post("office", "lists:withdraw_case", row.pk)
    assert house.post("city", "lists:shelve", row.item_id, **other).status_code == 403
    row.refresh_from_db()
    assert row.title == TOLD["title"]
    assert row.withdrawn_at is not None
    assert house.post("office", "lists:shelve", row.item_id, **TOLD).status_code == 302
    row.refresh_from_db()
    assert row.withdrawn_at is None
