"""What a password must be, under one of two rules that contradict each other (S02).

``djbh`` (等保 practice, the default): 12 characters, 3 of 4 classes, changed every 90 days, none of
the last 5. ``asvs`` (OWASP ASVS 5.0): 15 characters, no classes, no ageing. Both refuse common
words and words of the account and of this work; both take 64 characters and more, whatever they
are, and cut nothing off.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anlan.kernel.accounts.models import User

#: Longer than anybody types; a limit only so that hashing can't be used to keep us busy.
PASSWORD_CHARS_MAX = 1_024


@dataclass(frozen=True)
class PasswordRule:
    chars_min: int
    classes_min: int
    days_max: int | None
    #: How many of the last passwords may not come back.
    remembered: int


RULES = {
    "djbh": PasswordRule(chars_min=12, classes_min=3, days_max=90, remembered=5),
    "asvs": PasswordRule(chars_min=15, classes_min=0, days_max=None, remembered=0),
}

#: Words of this work, in the ways people write them; compared without case and look-alikes.
CONTEXT_WORDS = (
    "anlan", "anwei", "anweiban", "anquan", "aqsc", "yingji", "yjglj", "admin", "guanli",
    "password", "passwd", "qwerty", "asdf", "zxcv", "mima", "woaini", "welcome", "letmein",
    "安澜", "安委", "安全生产", "安全", "应急", "管理", "密码",
)  # fmt: skip
#: A context word is refused where so much of the password is nothing else.
WORD_SHARE = 0.5
_LOOK_ALIKES = str.maketrans("0134578@$!", "oieastbasi")
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


def rule() -> PasswordRule:
    return RULES[settings.PASSWORD_RULE]


def problems(password: str, user: User | None = None) -> Iterator[tuple[str, str]]:
    """Each thing that is wrong, as (code, sentence); nothing where the password will do."""
    wanted = rule()
    if len(password) < wanted.chars_min:
        yield (
            "too_short",
            ngettext(
                "Use at least %(count)s character; a sentence is easy to remember.",
                "Use at least %(count)s characters; a sentence is easy to remember.",
                wanted.chars_min,
            )
            % {"count": wanted.chars_min},
        )
    if len(password) > PASSWORD_CHARS_MAX:
        yield "too_long", _("Use at most %(count)s characters.") % {"count": PASSWORD_CHARS_MAX}
    if classes(password) < wanted.classes_min:
        yield (
            "too_few_classes",
            _("Mix at least %(count)s of: capital letters, small letters, digits, other signs.")
            % {"count": wanted.classes_min},
        )
    if _is_common(password) or _is_monotone(password):
        yield (
            "too_common",
            _("Others use this password too, so it is easily guessed. Choose another."),
        )
    word = _context_word(password, user)
    if word:
        yield (
            "context_word",
            _("Leave out “%(word)s”: names, numbers and words of this work are guessed first.")
            % {"word": word},
        )


def classes(password: str) -> int:
    """How many of capital letters, small letters, digits and other signs there are."""
    return len(
        {
            "upper" if char.isupper() else "lower" if char.islower() else
            "digit" if char.isdigit() else "other"
            for char in password
        }
    )  # fmt: skip


@cache
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)


def _is_common(password: str) -> bool:
    folded = password.casefold().strip()
    core = re.sub(r"[\W\d_]+$|^[\W\d_]+", "", folded)
    return folded in _common() or (len(core) * 2 >= len(folded) and core in _common())


def _is_monotone(password: str) -> bool:
    """One short piece over and over, or a run such as abcdefghijkl."""
    folded = password.casefold()
    size = len(folded)
    repeats = any(
        folded == (folded[:piece] * size)[:size] for piece in range(1, max(2, size // 3 + 1))
    )
    steps = {ord(right) - ord(left) for left, right in pairwise(folded)}
    return size > 3 and (repeats or steps in ({1}, {-1}))


def _context_word(password: str, user: User | None) -> str:
    """The account's own name, a phone number, or a word of this work that carries the password."""
    plain = unicodedata.normalize("NFKC", password).casefold()
    spelled = plain.translate(_LOOK_ALIKES)
    own = [user.username, user.name, user.email.partition("@")[0]] if user else []
    if user and user.pk:
        own += user.posts.values_list("unit__name", flat=True)
    for word in own:
        folded = str(word).casefold()
        if len(folded) >= (2 if not folded.isascii() else 3) and folded in plain:
            return str(word)
    phone = _PHONE.search(plain)
    if phone:
        return phone.group()
    for text in (plain, spelled):
        letters = len(re.sub(r"[\W\d_]+", "", text))
        for word in CONTEXT_WORDS:
            found = text.count(word) * len(word)
            if found and found >= WORD_SHARE * letters:
                return word
    return ""


def was_used(password: str, user: User) -> bool:
    """Whether it is the present one or one of the last that the rule remembers."""
    remembered = rule().remembered
    if not remembered:
        return False
    past = user.past_passwords.order_by("-at").values_list("password", flat=True)
    return any(check_password(password, old) for old in [user.password, *past[:remembered]])


def is_stale(user: User, at: datetime) -> bool:
    """Whether the rule wants a new password by now."""
    days = rule().days_max
    changed = user.password_changed_at or user.created_at
    return days is not None and at - changed > timedelta(days=days)


class PolicyValidator:
    """Lets Django's and allauth's forms ask the rule."""

    def validate(self, password: str, user: User | None = None) -> None:
        found = [ValidationError(text, code=code) for code, text in problems(password, user)]
        if user and user.pk and was_used(password, user):
            text = _("You used this password before. Choose one that is new.")
            found.append(ValidationError(text, code="used_before"))
        if found:
            raise ValidationError(found)

    def get_help_text(self) -> str:
        wanted = rule()
        text = _("At least %(count)s characters. Spaces, Chinese and pasting are fine.") % {
            "count": wanted.chars_min
        }
        if wanted.classes_min:
            text += " " + _(
                "Mix at least %(count)s of: capital letters, small letters, digits, other signs."
            ) % {"count": wanted.classes_min}
        return text + " " + _("No names, phone numbers, common words or words of this work.")
