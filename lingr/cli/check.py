"""``lingr check``: the effective settings, and whether they work."""

from __future__ import annotations

import resource
from dataclasses import dataclass

import click

from lingr.app import make_context
from lingr.cli.common import as_json, load_settings, tell
from lingr.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is well, and a sentence."""

    well: bool
    sentence: str


@click.command()
@as_json
def check(as_json: bool) -> None:
    """Show the effective settings and test what they rely on; exit status 1 if something will not work."""
    settings = load_settings()
    shown = effective(settings)
    findings = [_engine(settings), _open_files(settings), _times(settings)]
    well = all(finding.well for finding in findings)
    lines = [f"{name} = {value}" for name, value in shown.items()]
    lines += [f"{'ok  ' if one.well else 'FAIL'} {one.sentence}" for one in findings]
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
    engine = make_context(settings).store.engine
    if not engine.answers():
        return Finding(False, "The storage engine does not answer; is `lingr serve` running?")
    policy = dict(_pairs(engine.command("CONFIG", "GET", "maxmemory-policy")))
    append = dict(_pairs(engine.command("CONFIG", "GET", "appendonly")))
    engine.close()
    if policy.get("maxmemory-policy") != "noeviction":
        return Finding(
            False, "The engine may evict keys: set maxmemory-policy noeviction, or messages will be lost."
        )
    if append.get("appendonly") != "yes":
        return Finding(False, "The engine forgets what was said when it stops: set appendonly yes.")
    return Finding(True, "The storage engine answers and keeps what it is given.")


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


def _pairs(reply: list[bytes]) -> list[tuple[str, str]]:
    texts = [one.decode() for one in reply]
    return list(zip(texts[::2], texts[1::2], strict=True))
