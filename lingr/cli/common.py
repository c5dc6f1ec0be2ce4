"""What the commands share: the way to the engine, and how they answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
import msgspec
from pydantic import ValidationError

from lingr.app import make_context
from lingr.domain.context import Context
from lingr.errors import LingrError
from lingr.settings import Settings

as_json = click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")


def load_settings() -> Settings:
    """The settings of the environment, or a sentence about what is wrong with them."""
    try:
        return Settings()
    except ValidationError as error:
        lines = (f"{'.'.join(map(str, line['loc']))}: {line['msg']}" for line in error.errors())
        raise click.ClickException("These settings cannot be used: " + "; ".join(lines)) from error


def no_engine(settings: Settings, trouble: str) -> str:
    """The sentence for an engine that does not answer; ``trouble`` is what the engine's client says."""
    if settings.redis_url is not None:
        return f"No storage engine answers at REDIS_URL: {trouble}."
    return f"No storage engine answers in {settings.data_dir}: {trouble}. Is `lingr serve` running?"


@contextmanager
def connected() -> Iterator[Context]:
    """The domain over the engine that the settings name; its refusals become sentences and exit status 1."""
    settings = load_settings()
    ctx = make_context(settings)
    trouble = ctx.store.engine.trouble()
    if trouble is not None:
        raise click.ClickException(no_engine(settings, trouble))
    try:
        yield ctx
    except LingrError as error:
        raise click.ClickException(error.text) from error
    finally:
        ctx.store.engine.close()


def tell(as_json: bool, result: dict[str, object], sentence: str) -> None:
    """Answers with the result for a script, or with a sentence for a person."""
    click.echo(msgspec.json.encode(result) if as_json else sentence)
