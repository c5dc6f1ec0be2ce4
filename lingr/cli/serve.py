"""``lingr serve``: everything one machine needs, in the foreground."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import click
from pydantic import ValidationError

from lingr.errors import LingrError
from lingr.serving.embedded import EmbeddedValkey
from lingr.serving.supervisor import CannotServe, Supervisor
from lingr.serving.web import Web
from lingr.settings import Settings

if TYPE_CHECKING:
    from lingr.cli.first_run import FirstRun


@click.command()
def serve() -> None:
    """Run the server until Ctrl-C: gunicorn and, unless REDIS_URL is set, an embedded Valkey."""
    try:
        settings = Settings()
    except ValidationError as error:
        raise click.ClickException(_wrong_settings(error)) from error
    try:
        _serve(settings)
    except CannotServe as error:
        raise click.ClickException(str(error)) from error
    except LingrError as error:
        raise click.ClickException(f"The storage engine does not serve: {error.text}.") from error


def _serve(settings: Settings) -> None:
    with ExitStack() as stack:
        # Left in the reverse order: the programs end first, the directory is given back last.
        engine = None if settings.redis_url else stack.enter_context(EmbeddedValkey(settings))
        web = Web(settings)
        supervisor = stack.enter_context(Supervisor(_tell))
        # Before gunicorn is told to end, so that nobody is left waiting for it to accept.
        stack.callback(web.close)
        if not supervisor.until(web.bound, 3, web.in_use):
            return
        if engine is not None and not _start_engine(supervisor, engine):
            return
        first = _prepare(settings)
        supervisor.start(web.program())
        if supervisor.until(web.answers, 60, "gunicorn runs but does not answer: see its messages above."):
            _greet(settings, first)
            supervisor.forever()


def _start_engine(supervisor: Supervisor, engine: EmbeddedValkey) -> bool:
    left_over = "The Valkey of an earlier run is still there and does not end."
    if not supervisor.until(engine.free, 60, left_over):
        return False
    supervisor.start(engine.program())
    return supervisor.until(engine.answers, 300, f"Valkey runs but does not answer: see {engine.log}.")


def _prepare(settings: Settings) -> FirstRun:
    from lingr.cli.first_run import prepare

    return prepare(settings)


def _greet(settings: Settings, first: FirstRun) -> None:
    base = settings.base_url
    click.echo(f"lingr is up: {base}")
    click.echo(f"  room      {base}/room/{first.room_id}")
    click.echo(f"  API key   {first.api_key}{' (new)' if first.made else ''}")
    click.echo("Try it:")
    click.echo(f"  curl -d api_key={first.api_key} -d format=json {base}/api/session/create")
    click.echo("Ctrl-C stops it.")


def _tell(sentence: str) -> None:
    click.echo(f"lingr: {sentence}", err=True)


def _wrong_settings(error: ValidationError) -> str:
    lines = (f"{'.'.join(map(str, line['loc']))}: {line['msg']}" for line in error.errors())
    return "These settings cannot be used: " + "; ".join(lines)
