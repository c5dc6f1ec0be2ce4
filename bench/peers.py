"""nginx with nchan, from Debian's packages: the peer, with the settings it is best with.

One worker process, kept-alive connections without end, no access log, no time-out while parked; messages are
stored, so that none is lost between two polls.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bench.debian import Nginx, nginx_with_nchan
from bench.processes import BenchError, free_port, running, spawn, wait_for_port
from bench.started import Started, Wanted, plain_environment
from lingr.serving.embedded import EmbeddedValkey
from lingr.serving.supervisor import CannotServe
from lingr.settings import Settings

#: nginx closes idle connections as soon as fewer than a sixteenth of all it may have are left.
CONNECTIONS_PER_CLIENT, CONNECTIONS_TO_SPARE = 1.25, 200
KEPT_MESSAGES = 200

CONFIGURATION = """
load_module {module};
{user}
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr error;
worker_rlimit_nofile {connections};
events {{
    worker_connections {connections};
    multi_accept on;
}}
http {{
    access_log off;
    server_tokens off;
    default_type text/plain;
    keepalive_timeout 3600s;
    keepalive_requests 1000000000;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    nchan_shared_memory_size 256m;
    {upstream}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        nchan_store_messages on;
        nchan_message_buffer_length {kept};
        nchan_message_timeout 1h;
        location = /say {{
            {store}
            nchan_publisher http;
            nchan_channel_id $arg_room;
        }}
        location = /observe {{
            {store}
            nchan_subscriber longpoll;
            nchan_channel_id $arg_room;
            nchan_subscriber_first_message newest;
        }}
    }}
}}
"""


@contextlib.contextmanager
def start_nchan(wanted: Wanted, redis: str = "", *others: subprocess.Popen[str]) -> Iterator[Started]:
    """nchan with its memory store, or with the engine at that address."""
    nginx, port, log = nginx_with_nchan(), free_port(), wanted.directory / "server.log"
    configuration = wanted.directory / "nginx.conf"
    configuration.write_text(
        CONFIGURATION.format(
            module=nginx.module,
            user="user root;" if os.geteuid() == 0 else "",
            connections=int(wanted.clients * CONNECTIONS_PER_CLIENT) + CONNECTIONS_TO_SPARE,
            port=port,
            kept=KEPT_MESSAGES,
            upstream=f"upstream store {{ nchan_redis_server {redis}; }}" if redis else "",
            store="nchan_redis_pass store;" if redis else "",
        )
    )
    with running(_nginx(nginx, wanted, configuration, log), *others) as tree:
        wait_for_port(port, tree.process, log)
        yield Started(port, tree, dialect="nchan")


def _nginx(nginx: Nginx, wanted: Wanted, configuration: Path, log: Path) -> subprocess.Popen[str]:
    command = [str(nginx.program), "-e", "stderr", "-p", str(wanted.directory), "-c", str(configuration)]
    environment = plain_environment() | nginx.environment()
    return spawn(command, on=wanted.on, env=environment, cwd=wanted.directory, log=log)


def engine_command(embedded: EmbeddedValkey) -> list[str]:
    """How lingr starts its engine. Raises BenchError when there is none for this machine."""
    try:
        return list(embedded.program().command)
    except CannotServe as error:
        raise BenchError(str(error)) from error


def engine_version() -> str:
    told = subprocess.run(
        [engine_command(EmbeddedValkey(Settings()))[0], "--version"],
        capture_output=True,
        text=True,
        check=False,
    )
    return re.sub(r".*\bv=(\S+).*", r"\1", told.stdout.strip())


@contextlib.contextmanager
def start_nchan_redis(wanted: Wanted) -> Iterator[Started]:
    """nchan with lingr's engine and its settings; on a port, for nchan knows no Unix sockets."""
    port, log = free_port(), wanted.directory / "valkey.log"
    data = wanted.directory / "valkey"
    fsync = Settings.model_fields["fsync"].default
    with EmbeddedValkey(Settings(data_dir=data, fsync=fsync)) as embedded:
        embedded.free()
        command = [*engine_command(embedded), "--bind", "127.0.0.1", "--port", str(port)]
        engine = spawn(command, on=wanted.on, env=plain_environment(), log=log)
        with running(engine) as tree:
            wait_for_port(port, tree.process, embedded.log)
            with start_nchan(wanted, f"redis://127.0.0.1:{port}", engine) as started:
                yield started
