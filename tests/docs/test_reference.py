"""What the outside sees is in a table, and every table is in the documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lingr.api.v1 import METHODS
from lingr.cli import main
from lingr.cli.reference import page
from lingr.errors import ROWS
from lingr.settings import Settings

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference.md"
PACKAGE = ROOT / "lingr"


def test_the_reference_page_is_what_the_tables_say() -> None:
    assert REFERENCE.read_text() == "\n".join(page())


@pytest.mark.parametrize("name", [row.name for row in METHODS.values()])
def test_every_method_is_in_the_reference(name: str) -> None:
    assert f"### {name}\n" in REFERENCE.read_text()


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    commands = [
        f"lingr {name} {sub}" if sub else f"lingr {name}"
        for name, command in main.commands.items()
        for sub in getattr(command, "commands", {"": None})
    ]
    assert [one for one in commands if f"`{one}" not in readme] == []


def test_every_setting_has_a_variable_and_a_sentence() -> None:
    for name, field in Settings.model_fields.items():
        assert field.alias, name
        assert (field.description or "").endswith("."), name


def test_every_error_that_is_raised_has_a_row_and_every_row_is_raised() -> None:
    source = "\n".join(path.read_text() for path in PACKAGE.rglob("*.py") if path.name != "errors.py")
    scripts = "\n".join(path.read_text() for path in PACKAGE.rglob("*.lua"))
    raised = set(re.findall(r'LingrError\(\s*"(\w+)"', source))
    raised |= set(re.findall(r'absent(?:: str)? ?= ?"(\w+)"', source))
    raised |= set(re.findall(r"\{ 'error', '(\w+)'", scripts))
    assert raised == {row.name for row in ROWS}


def test_every_link_between_documents_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    missing = [
        f"{one.name}: {target}"
        for one in pages
        for target in re.findall(r"\]\(([^)#:]+)(?:#[\w-]+)?\)", one.read_text())
        if not (one.parent / target).exists()
    ]
    assert missing == []
