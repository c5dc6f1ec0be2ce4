"""The wiring: the only module that knows all others."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import flask
import gevent
import structlog
from gevent import monkey
from werkzeug.exceptions import BadHost
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import MapAdapter

from lingr import ops, pages
from lingr.api import v1, v2, views
from lingr.api.dispatch import Dispatcher
from lingr.api.generation import Api
from lingr.api.reading import Request
from lingr.api.style import V2
from lingr.clock import system_clock
from lingr.domain import archives, attendance, observing, presence, retention, rooms, settling, staying, users
from lingr.domain.context import Context
from lingr.domain.rounds import Round
from lingr.files import open_files
from lingr.ids import random_id
from lingr.pages import images
from lingr.render import Rendered
from lingr.render.links import Links
from lingr.resources import static_dir, templates_dir
from lingr.serving.door import EXTENSION, Door
from lingr.serving.drain import on_drain
from lingr.settings import Settings
from lingr.store import open_store
from lingr.store.announcements import Subscription
from lingr.store.channel import Channel, Connect
from lingr.store.keys import USER
from lingr.waiting import pulse
from lingr.waiting.block import Blocker
from lingr.waiting.hub import Hub
from lingr.waiting.link import Link
from lingr.waiting.listener import Hooks, Listener

CHORES_PER_TICKET = 8
REFRESHES = 8
"""How often the engine hears, in the life of a ticket or session, that its holder polls."""

LONGEST_CHORE_SECONDS = 1.0
LONGEST_GRACE_SECONDS = 10.0
LAST_WORDS_SECONDS = 0.02


def create_app(settings: Settings) -> flask.Flask:
    """The whole server as a WSGI application, its background greenlets running."""
    log_at(settings.log_level)
    # Unpatched, each thread has a loop of its own, and nobody runs it while the thread does anything else.
    channel = Link if monkey.is_module_patched("socket") else None
    ctx = make_context(settings, offload=_offload, pause=gevent.sleep, channel=channel)
    hub = Hub(time.monotonic)
    listener = _listener(ctx, hub)
    blocker: Blocker[Rendered] = Blocker(hub, listener, settings.hold_seconds)
    chores = _chores(ctx, hub)
    on_drain(hub.leave)
    on_drain(lambda: _write_down(chores))
    pulse.start(hub, listener, chores)

    app = _AnyHost("lingr", template_folder=str(templates_dir()), static_folder=str(static_dir()))
    links = Links(settings.base_url)
    api = Api(Dispatcher(ctx, v1.METHODS, links), Dispatcher(ctx, v2.METHODS, links, V2))
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    app.register_blueprint(views.blueprint(api, blocker.answer))
    app.register_blueprint(pages.blueprint(ctx))
    app.register_blueprint(images.blueprint(ctx))
    app.register_blueprint(ops.blueprint(ctx))
    app.extensions[EXTENSION] = _door(ctx, api, hub, listener)
    return app


def _door(ctx: Context, api: Api, hub: Hub, listener: Listener) -> Door:
    return Door(
        begin=lambda call: api.begin(Request(*call)),
        prepare=lambda call: api.prepare(Request(*call)),
        hub=hub,
        listener=listener,
        clock=ctx.clock,
        hold_seconds=ctx.settings.hold_seconds,
        proxies=ctx.settings.proxies,
    )


def _write_down(chores: pulse.Chores) -> None:
    # Greenlets that were just told to answer their polls come first.
    gevent.sleep(LAST_WORDS_SECONDS)
    chores.flush()


class _AnyHost(flask.Flask):
    """Serves whatever the Host header says: clients of 2007 put all kinds of prefixes before it."""

    def create_url_adapter(self, request: flask.Request | None) -> MapAdapter | None:
        try:
            return super().create_url_adapter(request)
        except BadHost:
            if request is None:
                raise
            request.environ["HTTP_HOST"] = request.environ["SERVER_NAME"]
            return super().create_url_adapter(request)


def make_context(
    settings: Settings,
    *,
    offload: Callable[..., Any] = lambda function, *arguments: function(*arguments),
    pause: Callable[[float], None] = time.sleep,
    channel: Callable[[Connect], Channel] | None = None,
) -> Context:
    """What domain functions work with, over the engine that the settings name."""
    process = random_id()
    store = open_store(
        settings.engine_url,
        process=process,
        session_seconds=settings.session_seconds,
        login_seconds=settings.login_seconds,
        refresh_seconds=min(settings.ticket_seconds, settings.session_seconds) / REFRESHES,
        log_events=settings.log_events,
        pause=pause,
        channel=channel,
    )
    files = open_files(settings.images_dir, settings.images_url, settings.images_endpoint, offload)
    return Context(store, settings, system_clock, random_id, offload, pause, files)


def _listener(ctx: Context, hub: Hub) -> Listener:
    hooks = Hooks(
        worth_waking=lambda announcement: observing.worth_waking(ctx, announcement),
        moved=lambda homes: observing.hand_over(ctx, homes),
        returned=lambda known: rooms.renew(ctx, known),
    )
    process = ctx.store.tickets.process
    return Listener(lambda: Subscription(ctx.store.engine), ctx.store.mirror, hub, process, hooks)


def _chores(ctx: Context, hub: Hub) -> pulse.Chores:
    lifetime = ctx.settings.ticket_seconds
    indexer = archives.Indexer(ctx)

    def flush() -> None:
        flushed = presence.flush(ctx, hub.is_polled)
        for ticket in flushed.gone:
            hub.recheck(ticket)
        for room_id in flushed.behind:
            hub.announce(room_id)
        for user_id in users.due_news(ctx):
            hub.announce(f"{USER}{user_id}")
        staying.flush(ctx, hub.is_polled)

    def sweep() -> None:
        presence.sweep(ctx)
        attendance.sweep(ctx)

    return pulse.Chores(
        flush=flush,
        sweep=sweep,
        round=Round(ctx, [indexer.follow]).go,
        seconds=min(LONGEST_CHORE_SECONDS, lifetime / CHORES_PER_TICKET),
        grace=min(LONGEST_GRACE_SECONDS, lifetime / CHORES_PER_TICKET),
        besides=(indexer.turn, lambda: retention.turn(ctx), lambda: settling.mend(ctx)),
    )


def _offload(function: Callable[..., Any], *arguments: Any) -> Any:
    # What a thread of the pool raises itself is written to the log with a traceback each time, and anybody
    # can send a picture that is none.
    value, error = gevent.get_hub().threadpool.apply(_tried, (function, arguments))
    try:
        if error is not None:
            raise error
        return value
    finally:
        del error


def _tried(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, Exception | None]:
    try:
        return function(*arguments), None
    except Exception as error:  # noqa: BLE001 (raised again where it was asked for)
        return None, error


def log_at(level: str) -> None:
    """Has log lines written from that level on."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())))
