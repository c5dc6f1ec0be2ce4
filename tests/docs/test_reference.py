"""What the outside sees is in a table, and every table is in the documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lingr.api.method import Method
from lingr.cli import main
from lingr.cli.bodies import Bodies
from lingr.cli.editions import EDITIONS, Edition
from lingr.cli.method_page import page_of
from lingr.cli.reference import page, pages_of
from lingr.errors import ROWS
from lingr.settings import Settings

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference.md"
PAGES = ROOT / "docs" / "methods"
BODIES = Bodies(ROOT / "tests" / "unit" / "golden")
PACKAGE = ROOT / "lingr"
STALE = "not what the tables say: run `make reference`"
ROWS_OF_METHODS = pytest.mark.parametrize(
    ("edition", "row"),
    [(edition, row) for edition in EDITIONS for row in edition.methods.values()],
    ids=lambda one: one.year if isinstance(one, Edition) else one.name,
)


def test_the_reference_page_is_what_the_tables_say() -> None:
    assert REFERENCE.read_text() == "\n".join(page()), STALE


@ROWS_OF_METHODS
def test_every_method_has_a_page_and_it_is_what_the_table_says(edition: Edition, row: Method) -> None:
    written = PAGES / edition.page(row)
    assert written.exists(), STALE
    assert written.read_text() == page_of(edition, row, BODIES), STALE
    assert f"[{edition.title(row)}](methods/{edition.page(row)})" in REFERENCE.read_text()


@ROWS_OF_METHODS
def test_a_methods_page_says_what_it_is_limited_by(edition: Edition, row: Method) -> None:
    assert ("\nLimited" in page_of(edition, row, BODIES)) == ("rate_limited" in row.errors)


def test_every_page_of_a_method_belongs_to_one() -> None:
    there = {path.relative_to(PAGES).as_posix() for path in PAGES.rglob("*") if path.is_file()}
    assert there == {file for file, _ in pages_of(BODIES)}, STALE


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
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    missing = [
        f"{one.name}: {target}"
        for one in pages
        for target in re.findall(r"\]\(([^)#:]+)(?:#[\w-]+)?\)", one.read_text())
        if not (one.parent / target).exists()
    ]
    assert missing == []
