"""``lingr serve``: everything one machine needs, in the foreground."""

from __future__ import annotations

import sys
from contextlib import ExitStack, closing

import click

from lingr.app import make_context
from lingr.cli.common import load_settings, no_engine
from lingr.cli.first_run import FirstRun, prepare
from lingr.errors import LingrError
from lingr.serving.embedded import EmbeddedValkey
from lingr.serving.supervisor import CannotServe, Program, Supervisor
from lingr.serving.web import Web
from lingr.settings import Settings

ENGINE_SECONDS = 3
"""How long an engine that was not started here may take to answer."""


@click.command()
def serve() -> None:
    """Run the server until Ctrl-C: gunicorn, what calls bots and, unless REDIS_URL is set, a Valkey."""
    settings = load_settings()
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
        if not (_find_engine(supervisor, settings) if engine is None else _start_engine(supervisor, engine)):
            return
        first = prepare(settings)
        supervisor.start(web.program())
        if settings.bots:
            supervisor.start(_bots(settings))
        if supervisor.until(web.answers, 60, "gunicorn runs but does not answer: see its messages above."):
            _greet(settings, first)
            supervisor.forever()


def _bots(settings: Settings) -> Program:
    """The process that tells bots what is said."""
    return Program(
        name="the bots' process",
        command=[sys.executable, "-m", "lingr.webhooks"],
        log="its messages above",
        # It waits for the bots that it is calling.
        stop_seconds=settings.bot_seconds + 5,
        takes_hangup=True,
    )


def _start_engine(supervisor: Supervisor, engine: EmbeddedValkey) -> bool:
    left_over = "The Valkey of an earlier run is still there and does not end."
    if not supervisor.until(engine.free, 60, left_over):
        return False
    supervisor.start(engine.program())
    return supervisor.until(engine.answers, 300, f"Valkey runs but does not answer: see {engine.log}.")


def _find_engine(supervisor: Supervisor, settings: Settings) -> bool:
    # The engine of REDIS_URL may be starting at this same moment.
    with closing(make_context(settings).store.engine) as engine:
        trouble: str | None = None

        def answers() -> bool:
            nonlocal trouble
            trouble = engine.trouble()
            return trouble is None

        try:
            return supervisor.until(answers, ENGINE_SECONDS, "")
        except CannotServe as error:
            raise CannotServe(no_engine(settings, str(trouble))) from error


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
