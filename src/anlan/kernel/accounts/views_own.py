"""One's own account: signing in and out, password, factors, sessions, tokens."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.account import views as allauth_views
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from anlan.base.refusal import NotFound, Refusal
from anlan.kernel.accounts import (
    commands,
    copies,
    counts,
    held,
    policy,
    resuming,
    sessions,
    signin,
)
from anlan.kernel.accounts.gate import (
    actor_of,
    factor_missing,
    fresh,
    is_fresh,
    public,
    requires,
)
from anlan.kernel.accounts.models import ApiToken, Post, RecoveryCode, Role, User, UserSession
from anlan.kernel.accounts.network import client_address
from anlan.kernel.accounts.passwords import PolicyValidator, is_stale
from anlan.kernel.accounts.seals import digest
from anlan.kernel.accounts.words import act

#: Links that one address may try; a token can't be guessed, but nobody needs to try.
BY_LINK = counts.Limit("link", times=30, seconds=900)
#: Sign-in pages must not say by their headers whether somebody is signed in.
sign_in = never_cache(sensitive_post_parameters("password")(allauth_views.login))


@never_cache
def sign_out(request: HttpRequest) -> HttpResponse:
    """By POST alone; the browser then forgets what it kept of us (S34)."""
    response: HttpResponse = allauth_views.logout(request)
    if request.method == "POST":
        response["Clear-Site-Data"] = '"cache", "storage"'
    return response


class LinkForm(forms.Form):
    """A first or new password; a bootstrap link also asks who one is."""

    username = forms.CharField(
        label=_("User id"),
        max_length=60,
        help_text=_("2 to 60 letters, digits, dots or hyphens. You sign in with it."),
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    name = forms.CharField(label=_("Full name"), max_length=60)
    password = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same once more"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password"].help_text = PolicyValidator().get_help_text()
        if user is not None:
            del self.fields["username"], self.fields["name"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        password, again = cleaned.get("password"), cleaned.get("again")
        if password and again and password != again:
            self.add_error("again", _("The two differ. Type the same password twice."))
        elif password:
            who = self.user or User(
                username=cleaned.get("username", ""), name=cleaned.get("name", "")
            )
            try:
                PolicyValidator().validate(password, who)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


@public
@never_cache
@sensitive_post_parameters("password", "again")
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Where an invitation, a reset or the first set-up leads."""
    at = timezone.now()
    address = client_address(request)
    counts.hit(BY_LINK, address, at)
    found = commands.open_link(token, at)
    form = LinkForm(request.POST or None, user=found.user)
    if request.method == "POST" and form.is_valid():
        try:
            commands.use_link(
                token,
                form.cleaned_data["password"],
                address=address,
                at=at,
                username=form.cleaned_data.get("username", ""),
                name=form.cleaned_data.get("name", ""),
            )
        except Refusal as refusal:
            if refusal.code == "link_spent":
                raise
            form.add_error(None, str(refusal))
        else:
            return render(request, "accounts/link_done.html")
    role = Role(found.role).label if found.role else ""
    context = {"form": form, "purpose": found.purpose, "user": found.user, "role": role}
    return render(request, "accounts/link.html", context, status=422 if form.errors else 200)


class PasswordForm(LinkForm):
    """A new password for somebody who knows the old one."""

    old = forms.CharField(
        label=_("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("old", "password", "again")

    def clean_old(self) -> str:
        old: str = self.cleaned_data["old"]
        assert self.user is not None
        if not self.user.check_password(old):
            raise ValidationError(_("This isn't your present password."))
        return old


@requires("accounts.own", while_pending=True)
@never_cache
@sensitive_post_parameters("old", "password", "again")
def password(request: HttpRequest) -> HttpResponse:
    at, user = timezone.now(), _user(request)
    if request.method == "POST":
        counts.hit(signin.BY_FACTOR, f"password:{user.pk}", at)
    form = PasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        keep = request.session.session_key
        new = form.cleaned_data["password"]
        commands.set_password(user, new, by=actor_of(request), at=at, keep_session=keep)
        counts.forget(signin.BY_FACTOR, f"password:{user.pk}")
        # A new key for this session too; every other one has ended.
        update_session_auth_hash(request, user)
        request.session["password_ok"] = True
        return HttpResponseRedirect(reverse("mfa_index"))
    context = {"form": form, "stale": is_stale(user, at)}
    return render(request, "accounts/password.html", context, status=422 if form.errors else 200)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@requires("accounts.own", while_pending=True)
def me(request: HttpRequest) -> HttpResponse:
    """Everything about one's own account on one page."""
    at, user, by = timezone.now(), _user(request), actor_of(request)
    factors = list(Authenticator.objects.filter(user=user).order_by("created_at"))
    left = RecoveryCode.objects.filter(user=user, used_at=None).count()
    now = request.session.session_key
    rows = [
        (row, digest(row.session_key), row.session_key == now) for row in sessions.live(user.pk, at)
    ]
    posts = Post.objects.filter(user=user).held_on(policy.today_of(by)).select_related("unit")
    context = {
        "person": user,
        "posts": posts.order_by("pk"),
        "app": next((each for each in factors if each.type == Authenticator.Type.TOTP), None),
        "keys": [each.wrap() for each in factors if each.type == Authenticator.Type.WEBAUTHN],
        "codes_left": left,
        "forced": held.needs_factor(by),
        "missing": factor_missing(request),
        "sessions": rows,
        "flagged": any(row.flagged for row, _key, _now in rows),
        "tokens": ApiToken.objects.filter(user=user, revoked_at=None, expires_at__gt=at),
        "act": act,
        "fresh": is_fresh(request),
    }
    return render(request, "accounts/me.html", context)


@requires("accounts.own", while_pending=True)
@require_GET
@fresh
@never_cache
def resume(request: HttpRequest) -> HttpResponse:
    """What waited for its person to be confirmed, ready to be sent at one press."""
    waiting = resuming.take(request)
    if waiting is None:
        return HttpResponseRedirect("/")
    return render(request, "accounts/resume.html", {"act": waiting})


@requires("accounts.own", while_pending=True)
@require_POST
@fresh
@never_cache
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """New codes, shown on this answer and never again."""
    user = _user(request)
    if not Authenticator.objects.filter(user=user).exists():
        raise NotFound
    codes = signin.new_recovery_codes(user, actor_of(request), timezone.now())
    shown = ["-".join(code[i : i + 4] for i in range(0, 16, 4)) for code in codes]
    return render(request, "accounts/codes.html", {"codes": shown})


@requires("accounts.own")
@require_POST
@fresh
@never_cache
def own_copy(request: HttpRequest) -> HttpResponse:
    """What is kept about oneself, as a file to take along (S39)."""
    text = copies.take(_user(request), by=actor_of(request), at=timezone.now())
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="anlan-my-data.json"'
    return response


@requires("accounts.own", while_pending=True)
@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    wanted = request.POST.get("session", "")
    mine = UserSession.objects.filter(user=_user(request)).values_list("session_key", flat=True)
    key = next((key for key in mine if digest(key) == wanted), None)
    if key is None:
        raise NotFound
    commands.end_session(key, by=by, at=at)
    return HttpResponseRedirect(reverse("mfa_index"))


class AwayForm(forms.Form):
    away_from = forms.DateField(
        label=_("Away from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    away_to = forms.DateField(
        label=_("until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


@requires("accounts.own")
@require_POST
def away(request: HttpRequest, pk: int) -> HttpResponse:
    """While one is away, the deputy's post counts."""
    by = actor_of(request)
    if not Post.objects.filter(pk=pk, user=_user(request)).exists():
        raise NotFound
    form = AwayForm(request.POST)
    if form.is_valid():
        commands.set_away(pk, by=by, at=timezone.now(), **form.cleaned_data)
    return HttpResponseRedirect(reverse("mfa_index"))


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What it is for"), max_length=60)
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"), widget=forms.CheckboxSelectMultiple
    )
    days = forms.IntegerField(
        label=_("Days it works"), min_value=1, max_value=commands.TOKEN_DAYS_MAX, initial=90
    )

    def __init__(self, *args: Any, allowed: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [  # type: ignore[attr-defined]
            (code, act(code)) for code in allowed
        ]


@requires("accounts.own")
@fresh
@never_cache
def new_token(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    allowed = sorted(code for code in policy.permissions() if policy.may(by, code))
    form = TokenForm(request.POST or None, allowed=allowed)
    secret = ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        _token, secret = commands.create_token(
            data["name"], data["scopes"], data["days"], by=by, at=timezone.now()
        )
    context = {"form": form, "secret": secret}
    return render(request, "accounts/token.html", context, status=422 if form.errors else 200)


@requires("accounts.own")
@require_POST
def revoke_token(request: HttpRequest, pk: UUID) -> HttpResponse:
    commands.revoke_token(pk, by=actor_of(request), at=timezone.now())
    return HttpResponseRedirect(reverse("mfa_index"))
