"""S07, S08: the first administrators and a new password come by a link."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anlan.kernel.accounts import commands
from anlan.kernel.accounts.models import (
    Invitation,
    Post,
    User,
)
from anlan.kernel.accounts.tests.people import CLI, PASSWORD, Browser, by, totp

pytestmark = pytest.mark.django_db


# S07, S08


def test_S07_a_fresh_installation_has_no_account(db):
    assert not User.objects.exists()


def test_S07_three_links_make_three_administrators_once(db, clock, browser):
    links = commands.bootstrap_links(CLI, at=timezone.now())
    assert set(links) == {"system_admin", "security_admin", "auditor"}
    assert not User.objects.exists()
    assert not any(
        path.split("/")[-2] in str(Invitation.objects.values()) for path in links.values()
    )
    for number, (role, path) in enumerate(links.items()):
        data = {"username": f"admin{number}x", "name": f"第{number}人"}
        bad = browser.post(path, {**data, "password": "short", "again": "short"})
        assert bad.status_code == 422
        good = browser.post(path, {**data, "password": PASSWORD, "again": PASSWORD})
        assert good.status_code == 200, good.content.decode()
        assert Post.objects.get(role=role).user.username == f"admin{number}x"
        assert (
            browser.post(path, {**data, "password": PASSWORD, "again": PASSWORD}).status_code == 410
        )
    assert commands.bootstrap_links(CLI, at=timezone.now()) == {}


def test_a_fresh_installation_says_what_comes_first_until_there_is_a_unit(
    db, browser, person, no_factor
):
    for number, path in enumerate(commands.bootstrap_links(CLI, at=timezone.now()).values()):
        data = {"username": f"admin{number}x", "name": f"第{number}人", "password": PASSWORD}
        browser.post(path, {**data, "again": PASSWORD})
    browser.sign_in("admin0x")
    first = "./anlan import units units.xlsx"
    assert first in browser.get("/units/").content.decode()
    assert first not in browser.get("/units/?q=adm").content.decode()
    person("li", "office")
    assert first not in browser.get("/units/").content.decode()


def test_S07_links_run_out_and_only_the_command_line_makes_the_first(db, clock, browser, person):
    path = commands.bootstrap_link(CLI, at=timezone.now())
    clock.shift(timedelta(hours=25))
    assert browser.get(path).status_code == 410
    someone = person("li", "office")
    from anlan.base.refusal import NotAllowed

    with pytest.raises(NotAllowed):
        commands.bootstrap_link(by(someone), at=timezone.now())


def test_S08_a_reset_is_a_link_and_the_factor_stays_on(person, browser, other, clock, refused):
    user, admin = person("li", "office"), person("sys", "system_admin")
    browser.sign_in("li")
    secret = browser.enrol()
    clock.shift(timedelta(minutes=5))
    other.sign_in("sys")
    other.enrol()
    page = other.post(reverse("accounts:send_link", args=[user.pk]))
    assert page.status_code == 200
    import re

    path = re.search(r"(/accounts/link/[^/]+/)", page.content.decode()).group(1)
    new = "Zebra-crossing-no-9"
    # It says until when it works, here tomorrow; the page has no field for a password.
    until = timezone.localtime(timezone.now() + timedelta(days=1))
    assert f"{until:%Y-%m-%d %H:%M}" in page.content.decode()
    assert b'type="password"' not in page.content
    stranger = Browser(REMOTE_ADDR="10.7.7.7")
    stranger.post(path, {"password": new, "again": new})
    clock.shift(timedelta(minutes=5))
    assert stranger.sign_in("li", PASSWORD).status_code == 200
    assert stranger.sign_in("li", new).headers["Location"] == reverse("mfa_authenticate")
    assert not stranger.is_in
    stranger.post(reverse("mfa_authenticate"), {"code": totp(secret)})
    assert stranger.is_in
    assert not browser.is_in  # Sessions from before the new password have ended.
    user.refresh_from_db()
    with refused("not_allowed"):
        commands.set_password(user, "Another-zebra-77", by=by(admin), at=timezone.now())


def test_lists_are_begun_from_a_template_and_new_people_s_links_open_where_pages_are_served(
    db, clock, settings, tmp_path, capsys
):
    from argparse import Namespace

    from anlan.config import cli_accounts

    settings.HOME, settings.SITE_URL = tmp_path, ""
    (tmp_path / "serve.lock").write_text("http://127.0.0.1:8131")
    asked = {"actor": CLI, "dry_run": False, "json": False}
    target = tmp_path / "people.xlsx"
    empty = Namespace(**asked, files=[str(target)], template=True)
    assert cli_accounts.import_people(empty) == 0
    assert cli_accounts.read_list(target, cli_accounts.COLUMNS["people"])[0] == []
    # A list that somebody filled in is never written over.
    with pytest.raises(cli_accounts.TemplateExists):
        cli_accounts.import_people(empty)
    listed = tmp_path / "people.csv"
    listed.write_text("用户名,姓名\nli4,李四\n", encoding="gb18030")
    assert cli_accounts.import_people(Namespace(**asked, files=[str(listed)], template=False)) == 0
    assert "li4  http://127.0.0.1:8131/accounts/link/" in capsys.readouterr().out
