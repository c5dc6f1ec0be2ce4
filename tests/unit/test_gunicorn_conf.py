"""gunicorn's settings agree with the settings table, and the packages are all listed."""

from __future__ import annotations

import configparser
import runpy
from pathlib import Path

import pytest

import lingr
from lingr.resources import static_dir, templates_dir
from lingr.serving import gunicorn_conf
from lingr.settings import Settings

NAMES = (
    *("HOST", "PORT", "WEB_CONCURRENCY", "LINGR_OBSERVE_PORT"),
    *("LINGR_WORKER_CONNECTIONS", "LINGR_ACCESS_LOG", "LINGR_LOG_LEVEL", "LINGR_PARKING"),
)
CHECKOUT = Path(lingr.__file__).parent.parent


def read(monkeypatch, **environ: str):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(gunicorn_conf.__file__), Settings()


@pytest.mark.parametrize(
    "environ",
    [
        {},
        dict.fromkeys(NAMES, ""),
        {"HOST": "0.0.0.0", "PORT": "8080", "WEB_CONCURRENCY": "3", "LINGR_WORKER_CONNECTIONS": "50"},
        {"PORT": "80", "LINGR_OBSERVE_PORT": "8080"},
        {"PORT": "8080", "LINGR_OBSERVE_PORT": "8080"},
        {"LINGR_ACCESS_LOG": "On", "LINGR_LOG_LEVEL": "debug"},
        {"LINGR_ACCESS_LOG": "0", "LINGR_PARKING": "off"},
    ],
)
def test_gunicorn_and_the_settings_table_read_the_same(monkeypatch, environ):
    conf, settings = read(monkeypatch, **environ)
    assert conf["bind"] == [f"{settings.host}:{port}" for port in settings.ports]
    assert conf["workers"] == settings.web_concurrency
    assert conf["worker_connections"] == settings.worker_connections
    assert (conf["accesslog"] == "-") is settings.access_log
    assert conf["loglevel"] == settings.log_level
    assert conf["worker_class"].endswith(".ParkingWorker") is settings.parking


def test_sixth_generation_address_gets_brackets(monkeypatch):
    assert read(monkeypatch, HOST="::1")[0]["bind"] == ["[::1]:5000"]


def test_every_package_is_listed():
    setup = configparser.ConfigParser()
    setup.read(CHECKOUT / "setup.cfg")
    listed = setup["options"]["packages"].split()
    found = {
        ".".join(path.parent.relative_to(CHECKOUT).parts)
        for path in (CHECKOUT / "lingr").rglob("*")
        if path.suffix in (".py", ".lua") and "__pycache__" not in path.parts
    }
    assert sorted(found | {"lingr.static", "lingr.templates"}) == listed


def test_templates_and_static_files_are_found():
    assert templates_dir().is_dir()
    assert static_dir().is_dir()
