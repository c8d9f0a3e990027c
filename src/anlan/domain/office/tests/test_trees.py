"""Assessment trees: made and kept by the head whose area they are about."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anlan.domain.office.tests.house import AT, BY, done, offices, region, someone
from anlan.kernel.accounts.models import Role
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.regions import commands as regions
from anlan.kernel.regions.models import AssessmentNode, AssessmentTree, Region
from anlan.kernel.regions.queries import tree_on

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon(settings):
    settings.MFA_OFF = True
    with time_machine.travel(AT, tick=False) as clock:
        yield clock


@pytest.fixture
def house(db):
    return offices()


@pytest.fixture
def tree(house):
    """The prefecture's own, with two counties in it."""
    made = make(house["km.leader"])
    assert done(made)
    found = AssessmentTree.objects.get()
    assert done(place(house["km.leader"], found, "530102，530103"))
    return found


def make(client, name="昆明考核", root="530100", day="2024-01-01"):
    return client.post(reverse("office:new_tree"), {"name": name, "root": root, "valid_from": day})


def place(client, tree, codes, under="530100"):
    data = {"codes": codes, "under": region(under).pk}
    return client.post(reverse("office:place", args=[tree.pk]), data)


def remove(client, tree, code):
    return client.post(reverse("office:remove", args=[tree.pk]), {"region": region(code).pk})


def members(tree):
    nodes = AssessmentNode.objects.filter(tree=tree).exclude(parent=None)
    return dict(nodes.order_by("region__code").values_list("region__code", "parent__region__code"))


def test_a_head_begins_a_tree_and_places_and_takes_out_members(house, tree):
    assert members(tree) == {"530102": "530100", "530103": "530100"}
    page = house["km.leader"].get(reverse("office:tree", args=[tree.pk])).content.decode()
    assert "五华区" in page
    assert done(place(house["km.leader"], tree, "530103", under="530102"))
    assert members(tree)["530103"] == "530102"
    assert done(remove(house["km.leader"], tree, "530103"))
    assert members(tree) == {"530102": "530100"}
    assert AuditRow.objects.filter(action="tree.remove").count() == 1
    listed = house["km.office"].get(reverse("office:trees")).content.decode()
    assert "昆明考核" in listed


def test_a_tree_begins_anew_from_a_day_and_the_one_before_stays_as_it_was(house, tree):
    renew = reverse("office:renew", args=[tree.pk])
    assert done(house["km.leader"].post(renew, {"valid_from": "2024-06-01"}))
    new = AssessmentTree.objects.get(valid_to=None)
    assert members(new) == members(tree)
    tree.refresh_from_db()
    assert tree.valid_to == date(2024, 5, 31)
    assert tree_on("昆明考核", date(2024, 3, 1)) == tree
    assert done(remove(house["km.leader"], new, "530103"))
    assert members(tree) == {"530102": "530100", "530103": "530100"}
    # What ended is closed for good.
    assert place(house["km.leader"], tree, "530111").status_code == 422
    assert remove(house["km.leader"], tree, "530103").status_code == 409
    # A day before the tree itself, or none, is refused, and the tree stays.
    late = house["km.leader"].post(
        reverse("office:renew", args=[new.pk]), {"valid_from": "2024-05-01"}
    )
    assert late.status_code == 409
    house["km.leader"].post(reverse("office:renew", args=[new.pk]), {"valid_from": "x"})
    assert AssessmentTree.objects.count() == 2


def test_a_member_that_ended_isnt_taken_over_and_who_stood_under_it_moves_up(house, tree):
    place(house["km.leader"], tree, "530103", under="530102")
    Region.objects.filter(code="530102").update(valid_to=date(2024, 5, 1))
    renew = reverse("office:renew", args=[tree.pk])
    assert done(house["km.leader"].post(renew, {"valid_from": "2024-06-01"}))
    assert members(AssessmentTree.objects.get(valid_to=None)) == {"530103": "530100"}


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ("", "Fill in"),
        ("999999", "No area that you may use so"),
        ("530302", "No area that you may use so"),
        ("530100", "below itself"),
    ],
)
def test_who_cant_be_placed_is_said(house, tree, codes, words):
    answer = place(house["km.leader"], tree, codes)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert len(members(tree)) == 2


def test_the_head_of_a_tree_and_who_others_stand_under_stay(house, tree):
    assert remove(house["km.leader"], tree, "530100").status_code == 409
    place(house["km.leader"], tree, "530103", under="530102")
    assert remove(house["km.leader"], tree, "530102").status_code == 409
    assert remove(house["km.leader"], tree, "530111").status_code == 404
    assert len(members(tree)) == 2


@pytest.mark.parametrize("who", ["km.office", "wh.leader", "wh.office", "yn.office"])
def test_staff_and_lower_heads_look_on(house, tree, who):
    assert house[who].get(reverse("office:tree", args=[tree.pk])).status_code == 200
    assert place(house[who], tree, "530111").status_code == 403
    assert remove(house[who], tree, "530103").status_code == 403
    assert len(members(tree)) == 2


def test_a_neighbours_tree_isnt_there(house, tree):
    qujing = someone("qj.leader", Role.LEADER, "530300")
    assert "昆明考核" not in qujing.get(reverse("office:trees")).content.decode()
    assert qujing.get(reverse("office:tree", args=[tree.pk])).status_code == 404
    assert place(qujing, tree, "530302").status_code == 404
    assert remove(qujing, tree, "530103").status_code == 404


def test_a_lower_office_doesnt_end_anothers_tree_by_taking_its_name(house, tree):
    answer = make(house["wh.leader"], root="530102", day="2024-06-01")
    assert answer.status_code == 422
    assert "Choose another name" in answer.content.decode()
    tree.refresh_from_db()
    assert tree.valid_to is None
    assert make(house["wh.leader"], root="530100", name="别的").status_code == 422
    assert make(house["wh.office"], root="530102", name="别的").status_code == 403
    assert done(make(house["wh.leader"], root="530102", name="五华考核"))


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR])
def test_S16_no_administrator_keeps_trees(house, tree, role):
    client = someone("admin", role, "530000", kind="other")
    assert client.get(reverse("office:trees")).status_code == 403
    assert client.get(reverse("office:tree", args=[tree.pk])).status_code == 403
    assert place(client, tree, "530111").status_code == 403


@pytest.mark.once
def test_lists_ask_as_much_for_many_as_for_few(house, tree):
    def count(address):
        with CaptureQueriesContext(connection) as caught:
            assert house["km.leader"].get(address).status_code == 200
        return len(caught)

    pages = (reverse("office:trees"), reverse("office:tree", args=[tree.pk]))
    for address in pages:
        count(address)
    few = [count(address) for address in pages]
    for n in range(10):
        regions.make_tree(f"第{n}棵", region("530100"), valid_from=date(2024, 1, 1), by=BY, at=AT)
    towns = Region.objects.current().filter(parent=region("530102"))
    regions.place(tree, list(towns), region("530102"), by=BY, at=AT)
    assert [count(address) for address in pages] == few
