"""The order of the layers, where import-linter can't see it: relations, rooms, the registry."""

from __future__ import annotations

import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from anlan.config.capabilities import CAPABILITIES, capabilities
from anlan.config.cli_commands import COMMANDS
from tests.databases import ROOT

pytestmark = pytest.mark.once
SOURCE = ROOT / "src/anlan"
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]


def order() -> dict[str, int]:
    """Every app's height, from the contracts that import-linter keeps: one source for both."""
    layers = {contract["containers"][0]: contract["layers"] for contract in CONTRACTS}
    flat = []
    for layer in layers["anlan"]:
        inner = layers.get(f"anlan.{layer}", [])
        flat += [f"anlan.{layer}.{name}" for name in inner] or [f"anlan.{layer}"]
    return {name: -height for height, name in enumerate(flat)}


def ours() -> list[str]:
    return [app.name for app in apps.get_app_configs() if app.name.startswith("anlan.")]


def test_no_foreign_key_points_up():
    height = order()
    upward = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for app in apps.get_app_configs()
        if app.name in height
        for model in app.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey | models.OneToOneField | models.ManyToManyField)
        and height.get(field.related_model._meta.app_config.name, 0) > height[app.name]
        and field.related_model._meta.app_config.name in height
    ]
    assert upward == []


def test_every_app_has_a_height():
    assert set(ours()) <= set(order())


@pytest.mark.parametrize("name", ours())
def test_every_app_has_the_same_rooms(name):
    folder = Path(apps.get_app_config(name.rpartition(".")[2]).path)
    assert (folder / "apps.py").exists()
    assert list((folder / "tests").glob("test_*.py")), "an app without tests"
    models = apps.get_app_config(name.rpartition(".")[2]).get_models()
    # A test may have made a model of its own by now.
    has_models = any(".tests." not in model.__module__ for model in models)
    assert has_models == any((folder / "migrations").glob("0001_*.py"))
    if name.startswith("anlan.domain."):
        assert (folder / "capability.py").exists()


def test_the_registry_names_every_domain_folder():
    folders = {path.parent.name for path in SOURCE.glob("domain/*/capability.py")}
    assert folders == set(CAPABILITIES) == {capability.code for capability in capabilities()}


def test_every_command_leads_somewhere():
    for name, command in COMMANDS.items():
        if command.target:
            module, function = command.target.split(":")
            assert callable(getattr(import_module(module), function)), name
