"""Signing in and one's own factors: allauth's views under our permissions, its names unchanged."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path

from anlan.kernel.accounts import views_own
from anlan.kernel.accounts.gate import public, requires
from anlan.kernel.accounts.signin import recorded

own = requires("accounts.own", while_pending=True)

urlpatterns = [
    path("login/", public(views_own.sign_in), name="account_login"),
    path("login/factor/", public(mfa.authenticate), name="mfa_authenticate"),
    path("logout/", public(views_own.sign_out), name="account_logout"),
    path("inactive/", public(account.account_inactive), name="account_inactive"),
    path("confirm/", own(account.reauthenticate), name="account_reauthenticate"),
    path("confirm/factor/", own(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("confirm/key/", own(webauthn.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("me/", views_own.me, name="mfa_index"),
    path("me/app/", own(recorded(totp.activate_totp)), name="mfa_activate_totp"),
    path("me/app/off/", own(recorded(totp.deactivate_totp)), name="mfa_deactivate_totp"),
    path("me/keys/add/", own(recorded(webauthn.add_webauthn)), name="mfa_add_webauthn"),
    path("me/keys/", views_own.me, name="mfa_list_webauthn"),
    path(
        "me/keys/<int:pk>/remove/",
        own(recorded(webauthn.remove_webauthn)),
        name="mfa_remove_webauthn",
    ),
]
