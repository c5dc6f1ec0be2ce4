"""The settings table: everything an operator can set, read from the environment and nowhere else."""

from __future__ import annotations

from functools import cached_property
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from socket import gethostname
from typing import Annotated
from urllib.parse import urlsplit

from limits import parse
from pydantic import AfterValidator, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Seconds = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(gt=0)]
Days = Annotated[float, Field(gt=0, le=3650)]

ANY_ADDRESS = ("", "0.0.0.0", "::")
"""What HOST is when the server listens on every address; nobody can be told to connect to these."""


def _is_limit(figures: str) -> str:
    parse(figures)
    return figures


Limit = Annotated[str, AfterValidator(_is_limit)]
"""Calls per time, as the `limits` library writes it: ``10/minute``, ``100 per 2 hours``."""


def _are_networks(networks: str) -> str:
    for network in filter(None, map(str.strip, networks.split(","))):
        ip_network(network)
    return networks


Networks = Annotated[str, AfterValidator(_are_networks)]
"""Networks of addresses, separated by commas."""


class Settings(BaseSettings):
    """One attribute per setting; the environment variable is its alias.

    Raises pydantic.ValidationError when a value cannot be read.
    """

    model_config = SettingsConfigDict(
        frozen=True, populate_by_name=True, extra="ignore", env_ignore_empty=True
    )

    host: str = Field("127.0.0.1", alias="HOST", description="Address the web server listens on.")
    port: int = Field(5000, alias="PORT", ge=1, le=65535, description="Port the web server listens on.")
    observe_port: int | None = Field(
        None,
        alias="LINGR_OBSERVE_PORT",
        ge=1,
        le=65535,
        description="A second port to listen on: many clients of the 2009 API poll on port 8080.",
    )
    web_concurrency: Count = Field(2, alias="WEB_CONCURRENCY", description="Number of gunicorn workers.")
    redis_url: SecretStr | None = Field(
        None,
        alias="REDIS_URL",
        description="Redis or Valkey server to use; without it lingr serve starts an embedded Valkey.",
    )
    data_dir: Path = Field(
        Path("./var"),
        alias="LINGR_DATA_DIR",
        description="Directory of the embedded Valkey's data and socket.",
    )
    images_dir_setting: Path | None = Field(
        None,
        alias="LINGR_IMAGES_DIR",
        description="Directory of the pictures of rooms and users; default: images in LINGR_DATA_DIR.",
    )
    images_url: str | None = Field(
        None,
        alias="LINGR_IMAGES_URL",
        description="Bucket for pictures instead of a directory, s3://BUCKET/PREFIX; needs the extra s3.",
    )
    images_endpoint: str | None = Field(
        None,
        alias="LINGR_IMAGES_ENDPOINT",
        description="Address of the S3-compatible service that has the bucket; default Amazon's.",
    )
    image_bytes: Count = Field(
        4_194_304, alias="LINGR_IMAGE_BYTES", description="Longest picture file that is taken, in bytes."
    )
    image_pixels: Count = Field(
        16_777_216,
        alias="LINGR_IMAGE_PIXELS",
        description="Largest picture that is decoded, in pixels; each takes 16 bytes of memory for a moment.",
    )
    base_url_setting: str | None = Field(
        None,
        alias="LINGR_BASE_URL",
        description="Public address of this server, put into every URL it tells; "
        "default http://HOST:PORT, with the machine's name when HOST is any address.",
    )
    hold_seconds: Seconds = Field(
        50,
        alias="LINGR_HOLD_SECONDS",
        description="Longest time a poll is held, told to clients as max_observe_time; up to a tenth less.",
    )
    ticket_seconds: Seconds = Field(
        120,
        alias="LINGR_TICKET_SECONDS",
        description="A ticket that is not polled for this long dies.",
    )
    session_seconds: Seconds = Field(
        600,
        alias="LINGR_SESSION_SECONDS",
        description="A session without any call for this long dies.",
    )
    login_days: Days = Field(
        30,
        alias="LINGR_LOGIN_DAYS",
        description="Days for which a session of the 2009 API lives without any call.",
    )
    rate_limits: bool = Field(
        True, alias="LINGR_RATE_LIMITS", description="Whether calls are limited (on or off)."
    )
    limit_get_info: Limit = Field(
        "1/minute",
        alias="LINGR_LIMIT_GET_INFO",
        description="Calls of room.getInfo, per API key and room; once a minute is documented.",
    )
    limit_explore: Limit = Field(
        "1/minute",
        alias="LINGR_LIMIT_EXPLORE",
        description="Calls of each explore method with the same arguments, per API key; "
        "once a minute is documented.",
    )
    limit_get_archives: Limit = Field(
        "1/minute",
        alias="LINGR_LIMIT_GET_ARCHIVES",
        description="Calls of room.getArchives for the same day, per API key and room; "
        "once a minute is documented.",
    )
    limit_archive_pages: Limit = Field(
        "60/minute",
        alias="LINGR_LIMIT_ARCHIVE_PAGES",
        description="Calls of room.getArchives altogether, per API key: other days and rooms, "
        "and those that go on after a counter.",
    )
    limit_user_info: Limit = Field(
        "1/minute",
        alias="LINGR_LIMIT_USER_INFO",
        description="Calls of user.getInfo, per session; once a minute is documented.",
    )
    limit_get_messages: Limit = Field(
        "1/minute",
        alias="LINGR_LIMIT_GET_MESSAGES",
        description="Calls of room.getMessages, per ticket; once a minute is documented.",
    )
    limit_enter: Limit = Field(
        "60/minute", alias="LINGR_LIMIT_ENTER", description="Calls of room.enter, per session."
    )
    limit_say: Limit = Field(
        "120/minute",
        alias="LINGR_LIMIT_SAY",
        description="Messages said with one ticket, or by one session or bot in one room.",
    )
    limit_show: Limit = Field(
        "240/minute",
        alias="LINGR_LIMIT_SHOW",
        description="Calls of room/show, room/get_archives and favorite/... of the 2009 API, per session.",
    )
    limit_login: Limit = Field(
        "10/minute", alias="LINGR_LIMIT_LOGIN", description="Log-in attempts, per address and account."
    )
    limit_login_address: Limit = Field(
        "100/minute", alias="LINGR_LIMIT_LOGIN_ADDRESS", description="Log-in attempts, per address."
    )
    limit_room_password: Limit = Field(
        "20/minute",
        alias="LINGR_LIMIT_ROOM_PASSWORD",
        description="Attempts at a room's password, per address and room.",
    )
    limit_pages: Limit = Field(
        "60/minute",
        alias="LINGR_LIMIT_PAGES",
        description="Web pages that search, those of tags among them, per address.",
    )
    proxies: int = Field(
        0,
        alias="LINGR_PROXIES",
        ge=0,
        description="Proxies in front of the server whose X-Forwarded-For is believed.",
    )
    backlog_events: Count = Field(
        1000,
        alias="LINGR_BACKLOG_EVENTS",
        description="An observer further behind than this many events is moved on to the newest 50.",
    )
    log_events: Count = Field(
        100_000,
        alias="LINGR_LOG_EVENTS",
        description="Events kept per room; older ones are forgotten.",
    )
    log_days: int = Field(
        0,
        alias="LINGR_LOG_DAYS",
        ge=0,
        description="Days for which events are kept; older ones are forgotten. 0: for ever.",
    )
    archive_messages: Count = Field(
        5000,
        alias="LINGR_ARCHIVE_MESSAGES",
        description="Most messages of a day that room.getArchives tells at once.",
    )
    index_messages: int = Field(
        1_000_000,
        alias="LINGR_INDEX_MESSAGES",
        ge=0,
        description="Newest messages of all rooms together that explore.searchArchives finds, or up to an "
        "eighth more. 0: none.",
    )
    index_days: int = Field(
        0,
        alias="LINGR_INDEX_DAYS",
        ge=0,
        description="Days after which explore.searchArchives does not find a message any more. "
        "0: no matter how old it is.",
    )
    roster_occupants: int = Field(
        300,
        alias="LINGR_ROSTER_OCCUPANTS",
        ge=0,
        description="In rooms with more occupants than this, answers to polls leave them out, "
        "and room.enter and room.getInfo list no more than this many, those with a nickname.",
    )
    bots: bool = Field(
        True,
        alias="LINGR_BOTS",
        description="Whether `lingr serve` also runs the process that calls bots, as `lingr bots` does.",
    )
    bot_seconds: Seconds = Field(
        10,
        alias="LINGR_BOT_SECONDS",
        description="Longest time a bot's endpoint may take to answer, connecting and reading included.",
    )
    bot_answer_bytes: Count = Field(
        65_536, alias="LINGR_BOT_ANSWER_BYTES", description="Longest answer of a bot that is read, in bytes."
    )
    bot_tries: Count = Field(
        5,
        alias="LINGR_BOT_TRIES",
        description="Attempts at telling a bot one thing; when all have failed it is paused.",
    )
    bot_retry_seconds: Seconds = Field(
        2,
        alias="LINGR_BOT_RETRY_SECONDS",
        description="Pause before the second attempt; each further one is twice as long. "
        "All are up to half shorter or longer.",
    )
    bot_catch_up_seconds: Seconds = Field(
        3600,
        alias="LINGR_BOT_CATCH_UP_SECONDS",
        description="A bot that is woken after a pause is told what was said in this time, nothing older.",
    )
    bot_allow_private: bool = Field(
        False,
        alias="LINGR_BOT_ALLOW_PRIVATE",
        description="Whether bots' endpoints may be at private, loopback and link-local addresses "
        "(on or off).",
    )
    bot_networks: Networks = Field(
        "",
        alias="LINGR_BOT_NETWORKS",
        description="Networks of private addresses at which bots' endpoints may be nevertheless, "
        "as 10.1.0.0/16, separated by commas.",
    )
    worker_connections: Count = Field(
        20_000,
        alias="LINGR_WORKER_CONNECTIONS",
        description="Connections one worker accepts, parked polls included.",
    )
    parking: bool = Field(
        True,
        alias="LINGR_PARKING",
        description="Whether waiting polls are parked outside gunicorn's request handling (on or off).",
    )
    fsync: str = Field(
        "always",
        alias="LINGR_FSYNC",
        pattern="^(always|everysec|no)$",
        description="When the embedded Valkey's append-only file is flushed to disk: always, everysec or no.",
    )
    access_log: bool = Field(
        False,
        alias="LINGR_ACCESS_LOG",
        description="Whether each request is written to standard output (on or off).",
    )
    log_level: str = Field(
        "info",
        alias="LINGR_LOG_LEVEL",
        pattern="^(debug|info|warning|error)$",
        description="Least severe log lines that are written: debug, info, warning or error.",
    )

    @field_validator("redis_url")
    @classmethod
    def _is_an_address(cls, url: SecretStr | None) -> SecretStr | None:
        # The sentences keep the value to themselves: it may hold a password.
        if url is not None:
            parts = urlsplit(url.get_secret_value())
            if parts.scheme not in ("redis", "rediss", "unix"):
                raise ValueError("it must begin with redis://, rediss:// or unix://")
            try:
                _ = parts.port
            except ValueError:
                raise ValueError("its port must be a number up to 65535") from None
        return url

    @field_validator("images_url")
    @classmethod
    def _is_a_bucket(cls, url: str | None) -> str | None:
        if url is not None:
            parts = urlsplit(url)
            if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment:
                raise ValueError("it must have the form s3://BUCKET or s3://BUCKET/PREFIX")
            if find_spec("boto3") is None:
                raise ValueError("it needs boto3: install lingr[s3]")
        return url

    @field_validator("images_endpoint")
    @classmethod
    def _is_a_service(cls, url: str | None) -> str | None:
        if url is not None and urlsplit(url).scheme not in ("http", "https"):
            raise ValueError("it must begin with http:// or https://")
        return url

    @property
    def ports(self) -> tuple[int, ...]:
        """All ports the web server listens on, the main one first."""
        others = () if self.observe_port in (None, self.port) else (self.observe_port,)
        return tuple(port for port in (self.port, *others) if port is not None)

    @cached_property
    def base_url(self) -> str:
        """The public address, without a trailing slash."""
        host = gethostname() if self.host in ANY_ADDRESS else self.host
        if ":" in host:
            host = f"[{host}]"
        return (self.base_url_setting or f"http://{host}:{self.port}").rstrip("/")

    @property
    def login_seconds(self) -> float:
        """How long a session of the 2009 API lives without a call."""
        return self.login_days * 86_400

    @property
    def images_dir(self) -> Path:
        """Where pictures are, unless they are in a bucket."""
        return self.images_dir_setting or self.data_dir / "images"

    @property
    def engine_socket(self) -> Path:
        """Where the embedded Valkey listens."""
        return self.data_dir.resolve() / "valkey.sock"

    @property
    def engine_url(self) -> str:
        """The engine to talk to: the one given, else the embedded one."""
        if self.redis_url is not None:
            return self.redis_url.get_secret_value()
        return f"unix://{self.engine_socket}"
