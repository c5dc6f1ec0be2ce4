"""``lingr check``: the effective settings, and whether they work."""

from __future__ import annotations

import resource
from contextlib import closing
from dataclasses import dataclass

import click

from lingr.app import make_context
from lingr.cli.common import as_json, load_settings, no_engine, tell
from lingr.errors import LingrError
from lingr.files import open_files
from lingr.settings import Settings
from lingr.store import durability
from lingr.store.client import Engine

MARKS = {True: "ok  ", False: "FAIL", None: "?   "}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is well (None: that cannot be seen from here), and a sentence."""

    well: bool | None
    sentence: str


@click.command()
@as_json
def check(as_json: bool) -> None:
    """Show the effective settings and test what they rely on; exit status 1 if something will not work."""
    settings = load_settings()
    shown = effective(settings)
    findings = [_engine(settings), _pictures(settings), _open_files(settings), _times(settings)]
    well = all(finding.well is not False for finding in findings)
    lines = [f"{name} = {value}" for name, value in shown.items()]
    lines += [f"{MARKS[one.well]} {one.sentence}" for one in findings]
    result: dict[str, object] = {
        "ok": well,
        "settings": shown,
        "findings": [{"ok": one.well, "text": one.sentence} for one in findings],
    }
    tell(as_json, result, "\n".join(lines))
    if not well:
        raise SystemExit(1)


def effective(settings: Settings) -> dict[str, str]:
    """Every setting's environment variable and value; secrets are masked."""
    return {
        str(field.alias): "" if (value := getattr(settings, name)) is None else str(value)
        for name, field in type(settings).model_fields.items()
    }


def _engine(settings: Settings) -> Finding:
    with closing(make_context(settings).store.engine) as engine:
        trouble = engine.trouble()
        if trouble is not None:
            return Finding(False, no_engine(settings, trouble))
        try:
            return _durability(engine)
        except LingrError as error:
            return Finding(False, f"The storage engine does not serve: {error.text}.")


def _durability(engine: Engine) -> Finding:
    found = durability.read(engine)
    if found.evicts:
        return Finding(
            False, "The engine may evict keys: set maxmemory-policy noeviction, or messages will be lost."
        )
    if found.appends is False:
        return Finding(False, "The engine forgets what was said when it stops: set appendonly yes.")
    unread = {"maxmemory-policy noeviction": found.evicts, "appendonly yes": found.appends}
    names = " and ".join(name for name, value in unread.items() if value is None)
    if names:
        return Finding(
            None, f"The storage engine answers; its configuration cannot be read: it should have {names}."
        )
    return Finding(True, "The storage engine answers and keeps what it is given.")


def _pictures(settings: Settings) -> Finding:
    trouble = open_files(settings.images_dir, settings.images_url, settings.images_endpoint).trouble()
    if trouble is not None:
        return Finding(False, f"Pictures cannot be kept: {trouble}.")
    return Finding(True, f"Pictures are kept in {settings.images_url or settings.images_dir.resolve()}.")


def _open_files(settings: Settings) -> Finding:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < settings.worker_connections:
        return Finding(False, f"A worker may open {hard} files, but LINGR_WORKER_CONNECTIONS is higher.")
    return Finding(True, "A worker may open as many files as it accepts connections.")


def _times(settings: Settings) -> Finding:
    if settings.ticket_seconds < 2 * settings.hold_seconds:
        return Finding(False, "LINGR_TICKET_SECONDS should be at least twice LINGR_HOLD_SECONDS.")
    if settings.session_seconds < settings.ticket_seconds:
        return Finding(False, "LINGR_SESSION_SECONDS should not be below LINGR_TICKET_SECONDS.")
    return Finding(True, "Polls, tickets and sessions live long enough for each other.")
