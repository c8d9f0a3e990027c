"""People and their posts. The system administrator makes accounts, the security administrator
grants posts, and neither can do both for one person (S16)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from anlan.base.refusal import NotFound, Refusal
from anlan.kernel.accounts import commands, lists, policy, signin
from anlan.kernel.accounts.commands import links
from anlan.kernel.accounts.gate import actor_of, fresh, requires
from anlan.kernel.accounts.models import Post, Role, Unit, User, UserSession
from anlan.kernel.accounts.names import account_name
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Choice, Column, Filters, Flag, Search
from anlan.ui.pages import go_on, render_page

lists.register("accounts:people")
ORDER = Keyset.by("name", "pk")
WATCHED_MAX = 200
#: Accounts unused for so long are shown before the clock disables them.
NEARLY_UNUSED = timedelta(days=60)


def _posts(user: User) -> str:
    posts = user.posts_today  # type: ignore[attr-defined]  # prefetched by the list
    return "；".join(f"{post.unit.name} {post.get_role_display()}" for post in posts)


COLUMNS = (
    Column("name", _("Full name"), link=lambda user: reverse("accounts:person", args=[user.pk])),
    Column("username", _("User id"), phone=False),
    Column("posts", _("Posts"), cell=_posts, kind="text"),
    Column("last_seen_at", _("Last sign-in"), kind="moment", phone=False),
)


@requires("people.view")
def people(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    today = policy.today_of(by)
    wanted = Filters(
        (
            Search(label=_("Name, user id or unit")),
            Choice("role", _("Role"), Role.choices),
            Flag("disabled", _("Disabled ones")),
        ),
        request.GET,
    )
    held = Post.objects.held_on(today)
    rows = policy.permitted(User.objects.all(), "people.view", by)
    rows = rows.filter(is_active=not wanted["disabled"])
    if wanted["role"]:
        rows = rows.filter(pk__in=held.filter(role=wanted["role"]).values("user_id"))
    if wanted["q"]:
        at_unit = held.filter(unit__name__contains=wanted["q"]).values("user_id")
        named = Q(name__contains=wanted["q"]) | Q(username__startswith=wanted["q"].casefold())
        rows = rows.filter(named | Q(pk__in=at_unit))
    shown = held.select_related("unit").order_by("pk")
    rows = rows.prefetch_related(Prefetch("posts", shown, to_attr="posts_today"))
    kept = lists.Kept(request, COLUMNS)
    context = {
        "page": ORDER.page(rows, request.GET),
        "columns": kept.columns,
        "kept": kept,
        "filters": wanted,
        "may_edit": policy.may(by, "people.edit"),
    }
    return render_page(request, "accounts/people.html", "accounts/_people.html", context)


@requires("people.view")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    user = policy.access(User.objects.select_related("created_by"), "people.view", by, pk)
    posts = user.posts.select_related("unit", "deputy_of__user", "granted_by").order_by("-pk")
    today = policy.today_of(by)
    edits, grants = policy.may(by, "people.edit"), policy.may(by, "people.grant")
    administers = edits or grants
    context = {
        "person": user,
        "posts": [post for post in posts if _held(post, today)],
        "past": [post for post in posts if not _held(post, today)] if administers else [],
        "may_edit": edits,
        "may_grant": grants,
        "may_unlock": policy.may(by, "people.unlock") and signin.is_held_up(user.username, at),
        "sessions": UserSession.objects.filter(user=user, expire_date__gt=at).count()
        if administers
        else None,
    }
    return render(request, "accounts/person.html", context)


def _held(post: Post, today: Any) -> bool:
    return post.valid_to is None or post.valid_to >= today


class PersonForm(forms.Form):
    username = forms.CharField(
        label=_("User id"),
        max_length=60,
        help_text=_("2 to 60 letters, digits, dots or hyphens. It never changes."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(label=_("Full name"), max_length=60)
    email = forms.EmailField(label=_("E-mail"), required=False)
    expires_on = forms.DateField(
        label=_("Works until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


@requires("people.edit", management=True)
def new_person(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = commands.create_person(
                **form.cleaned_data, by=actor_of(request), at=timezone.now()
            )
        except Refusal as refusal:
            form.add_error("username", str(refusal))
        else:
            return go_on(request, reverse("accounts:person", args=[user.pk]))
    context = {"form": form}
    return render(request, "accounts/person_new.html", context, status=422 if form.errors else 200)


class ChangeForm(forms.Form):
    name = forms.CharField(label=_("Full name"), max_length=60)
    email = forms.EmailField(label=_("E-mail"), required=False)
    expires_on = forms.DateField(
        label=_("Works until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


@requires("people.edit", management=True)
def change_person(request: HttpRequest, pk: int) -> HttpResponse:
    user = policy.access(User.objects.all(), "people.edit", actor_of(request), pk)
    initial = {"name": user.name, "email": user.email, "expires_on": user.expires_on}
    form = ChangeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        commands.change_person(pk, **form.cleaned_data, by=actor_of(request), at=timezone.now())
        return go_on(request, reverse("accounts:person", args=[pk]))
    context = {"form": form, "person": user}
    return render(request, "accounts/person_new.html", context, status=422 if form.errors else 200)


@requires("people.edit", management=True)
@require_POST
@fresh
def send_link(request: HttpRequest, pk: int) -> HttpResponse:
    """A link for a first or a new password, shown once to be handed over; no password is."""
    by, at = actor_of(request), timezone.now()
    user = policy.access(User.objects.all(), "people.edit", by, pk)
    make = commands.reset_password if user.has_usable_password() else commands.invite
    path = make(pk, by=by, at=at)
    until = at + (links.RESET_FOR if make is commands.reset_password else links.INVITE_FOR)
    context = {"person": user, "address": request.build_absolute_uri(path), "until": until}
    response = render(request, "accounts/link_made.html", context)
    response["Cache-Control"] = "no-store"
    return response


@requires("people.edit", management=True)
@require_POST
def disable(request: HttpRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("reason", "").strip()[:200]
    commands.disable(pk, by=actor_of(request), at=timezone.now(), reason=reason)
    return HttpResponseRedirect(reverse("accounts:person", args=[pk]))


@requires("people.edit", management=True)
@require_POST
def enable(request: HttpRequest, pk: int) -> HttpResponse:
    commands.enable(pk, by=actor_of(request), at=timezone.now())
    return HttpResponseRedirect(reverse("accounts:person", args=[pk]))


@requires("people.unlock", management=True)
@require_POST
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    commands.unlock(pk, by=actor_of(request), at=timezone.now())
    return HttpResponseRedirect(reverse("accounts:person", args=[pk]))


class UnitField(forms.CharField):
    """A unit by its code."""

    def clean(self, value: Any) -> Any:
        code = super().clean(value)
        unit = Unit.objects.filter(code=code.strip(), valid_to=None).first() if code else None
        if code and unit is None:
            raise forms.ValidationError(_("No unit that exists today has this code."))
        return unit


class GrantForm(forms.Form):
    unit = UnitField(label=_("Unit"), max_length=40)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    title = forms.CharField(label=_("Job title"), max_length=60, required=False)
    valid_from = forms.DateField(
        label=_("First day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    valid_to = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


@requires("people.grant", management=True)
@fresh
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    by = actor_of(request)
    user = policy.access(User.objects.all(), "people.grant", by, pk)
    form = GrantForm(request.POST or None, initial={"unit": request.GET.get("unit", "")})
    if request.method == "POST" and form.is_valid():
        try:
            commands.grant_post(pk, **form.cleaned_data, by=by, at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return go_on(request, reverse("accounts:person", args=[pk]))
    chosen = Unit.objects.filter(code=form["unit"].value() or "").first()
    context = {"form": form, "person": user, "unit": chosen}
    return render(request, "accounts/grant.html", context, status=422 if form.errors else 200)


@requires("people.grant", management=True)
@require_POST
@fresh
def end_post(request: HttpRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("reason", "").strip()[:200]
    post = commands.end_post(pk, by=actor_of(request), at=timezone.now(), reason=reason)
    return HttpResponseRedirect(reverse("accounts:person", args=[post.user_id]))


class DeputyForm(forms.Form):
    username = forms.CharField(label=_("User id of the deputy"), max_length=60)
    valid_from = forms.DateField(
        label=_("First day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    valid_to = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Without both days the deputy acts whenever the holder is marked away."),
    )

    def clean_username(self) -> int:
        name = account_name(self.cleaned_data["username"])
        found = User.objects.filter(username=name).values_list("pk", flat=True).first()
        if found is None:
            raise forms.ValidationError(_("Nobody has this user id."))
        return found


@requires("people.grant", management=True)
@fresh
def deputy(request: HttpRequest, pk: int) -> HttpResponse:
    by = actor_of(request)
    post = Post.objects.select_related("user", "unit").filter(pk=pk).first()
    if post is None:
        raise NotFound
    form = DeputyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            commands.appoint_deputy(
                pk,
                data["username"],
                by=by,
                at=timezone.now(),
                valid_from=data["valid_from"],
                valid_to=data["valid_to"],
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return go_on(request, reverse("accounts:person", args=[post.user_id]))
    context = {"form": form, "person": post.user, "post": post}
    return render(request, "accounts/grant.html", context, status=422 if form.errors else 200)


@requires("people.watch", management=True)
def watch(request: HttpRequest) -> HttpResponse:
    """S01, S18: accounts in two places at once, nearly unused, running out, or without posts."""
    at = timezone.now()
    today = timezone.localdate(at)
    active = User.objects.filter(is_active=True)
    unused = Q(last_seen_at__lt=at - NEARLY_UNUSED)
    unused |= Q(last_seen_at=None, created_at__lt=at - NEARLY_UNUSED)
    flagged = UserSession.objects.filter(flagged=True, expire_date__gt=at).values("user_id")
    postless = active.exclude(pk__in=Post.objects.held_on(today).values("user_id"))
    context = {
        "flagged": active.filter(pk__in=flagged).order_by("name")[:WATCHED_MAX],
        "unused": active.filter(unused).order_by("last_seen_at", "pk")[:WATCHED_MAX],
        "expiring": active.filter(expires_on__lte=today + timedelta(days=30)).order_by(
            "expires_on"
        )[:WATCHED_MAX],
        "postless": postless.order_by("name")[:WATCHED_MAX],
    }
    return render(request, "accounts/watch.html", context)
