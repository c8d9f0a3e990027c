"""Assessment trees: who is assessed under whom, from a day on.

Kept by the head of the committee office whose area a tree is about, because whoever assesses says
who is compared with whom; it changes what is added up and grants nothing (S16).
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anlan.base.refusal import NotFound, Refusal
from anlan.domain.office import areas, commands
from anlan.domain.office.forms_areas import PlaceForm, RenewForm, TreeForm, codes_of
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.regions.models import AssessmentTree
from anlan.ui.pages import go_on


@requires("tree.view")
def trees(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    context = {"trees": areas.trees(by), "may_make": policy.may(by, "area.assess")}
    return render(request, "office/trees.html", context)


@requires("area.assess")
def new_tree(request: HttpRequest) -> HttpResponse:
    form = TreeForm(request.POST or None, initial={"valid_from": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        try:
            tree = commands.make_tree(
                entered["name"],
                entered["root"].pk,
                valid_from=entered["valid_from"],
                by=actor_of(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error("root" if isinstance(refusal, NotFound) else "name", str(refusal))
        else:
            return go_on(request, reverse("office:tree", args=[tree.pk]))
    return render(
        request, "office/tree_new.html", {"form": form}, status=422 if form.errors else 200
    )


@requires("tree.view")
def tree(request: HttpRequest, pk: int) -> HttpResponse:
    row = policy.access(AssessmentTree.objects.all(), "tree.view", actor_of(request), pk)
    return _tree(request, row, None)


def _tree(
    request: HttpRequest, row: AssessmentTree, form: PlaceForm | None, status: int = 200
) -> HttpResponse:
    by = actor_of(request)
    rows = AssessmentTree.objects.filter(pk=row.pk, valid_to=None)
    members = areas.members(row)
    context = {
        "tree": row,
        "members": members,
        "opens": areas.opens(by),
        "form": form or PlaceForm(),
        "under": [(each.region.pk, "　" * each.depth + each.region.name) for each in members],
        "chosen": (form.data.get("under") if form else "") or "",
        "today": timezone.localdate(),
        "may_edit": policy.permitted(rows, "tree.edit", by).exists(),
        "full": len(members) >= areas.MEMBERS_MAX,
    }
    return render(request, "office/tree.html", context, status=status)


@requires("tree.edit")
@require_POST
def place(request: HttpRequest, pk: int) -> HttpResponse:
    by = actor_of(request)
    row = policy.access(AssessmentTree.objects.all(), "tree.edit", by, pk)
    form = PlaceForm(request.POST)
    if form.is_valid():
        try:
            count = commands.place(
                pk,
                codes_of(form.cleaned_data["codes"]),
                form.cleaned_data["under"],
                by=by,
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error("codes", str(refusal))
        else:
            messages.success(request, _("Placed: %(n)s.") % {"n": count})
            return go_on(request, reverse("office:tree", args=[pk]))
    return _tree(request, row, form, status=422)


@requires("tree.edit")
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    text = request.POST.get("region", "")
    region = int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
    commands.remove(pk, region, by=actor_of(request), at=timezone.now())
    messages.success(request, _("Taken out of the tree."))
    return go_on(request, reverse("office:tree", args=[pk]))


@requires("tree.edit")
@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    form = RenewForm(request.POST)
    row = policy.access(AssessmentTree.objects.all(), "tree.edit", actor_of(request), pk)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["valid_from"])))
        return go_on(request, reverse("office:tree", args=[row.pk]))
    new = commands.renew(
        pk,
        valid_from=form.cleaned_data["valid_from"],
        by=actor_of(request),
        at=timezone.now(),
    )
    messages.success(request, _("The tree begins anew; the one before stays as it was."))
    return go_on(request, reverse("office:tree", args=[new.pk]))
