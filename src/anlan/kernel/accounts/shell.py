"""What stands around each page about the person who looks at it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.actor import Actor
from anlan.kernel.accounts import held, policy
from anlan.kernel.accounts.gate import actor_of
from anlan.kernel.accounts.models import Role
from anlan.ui.addresses import address
from anlan.ui.shell import Group, Item

MFA_OFF_WORDS = gettext_lazy("Demo: second factors are switched off. Not for real data.")


def fields(request: HttpRequest) -> dict[str, Any]:
    """For ``UI_SHELL``: name, posts, and where to sign in or out."""
    user = getattr(request, "user", None)
    footers = [MFA_OFF_WORDS] if settings.MFA_OFF else []
    if user is None or not user.is_authenticated:
        return {"sign_in_url": address("account_login"), "footers": footers}
    posts = held.posts(actor_of(request))
    words = [f"{post.unit} · {Role(post.role).label}" for post in posts]
    return {
        "person": user.name,
        "person_key": str(user.pk),
        "posts": "\n".join(words) or _("no post"),
        "account_url": address("mfa_index"),
        "sign_out_url": address("account_logout"),
        "footers": footers,
    }


def nav(by: Actor) -> list[Group]:
    """The group of pages about who works here; config puts it among the others."""
    items = []
    if policy.may(by, "units.view"):
        items.append(Item(gettext_lazy("Units"), address("accounts:units"), "sitemap"))
        items.append(Item(gettext_lazy("Sectors"), address("accounts:sectors"), "list-check"))
        items.append(Item(gettext_lazy("People"), address("accounts:people"), "users"))
    if policy.may(by, "people.edit"):
        label = gettext_lazy("Data requests")
        items.append(Item(label, address("accounts:data_requests"), "user"))
    if policy.may(by, "people.watch"):
        items.append(Item(gettext_lazy("Accounts to watch"), address("accounts:watch"), "eye"))
    if policy.may(by, "audit.view"):
        items.append(Item(gettext_lazy("Audit"), address("accounts:audit"), "shield-check"))
    return [Group(gettext_lazy("Organisation"), items)] if items else []
