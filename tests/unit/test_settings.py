"""What the settings make of the environment."""

from __future__ import annotations

import pytest

from lingr import settings
from lingr.settings import Settings


@pytest.mark.parametrize(
    ("environment", "base_url"),
    [
        ({}, "http://127.0.0.1:5000"),
        ({"HOST": "10.0.0.5", "PORT": "80"}, "http://10.0.0.5:80"),
        ({"HOST": "::1"}, "http://[::1]:5000"),
        ({"HOST": "0.0.0.0"}, "http://tea-house:5000"),
        ({"HOST": "::"}, "http://tea-house:5000"),
        ({"HOST": "0.0.0.0", "LINGR_BASE_URL": "https://chat.example/"}, "https://chat.example"),
    ],
)
def test_the_base_url_is_one_that_others_can_use(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], base_url: str
) -> None:
    monkeypatch.setattr(settings, "gethostname", lambda: "tea-house")
    for name in ("HOST", "PORT", "LINGR_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Settings().base_url == base_url
