"""The README's first steps do what it says, typed as they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.served import Served, free_port

README = Path(__file__).parents[2] / "README.md"

pytestmark = [pytest.mark.live, pytest.mark.curl, pytest.mark.timeout(240)]


PATIENT = """
sleep() {
  for _ in $(seq 100); do .venv/bin/lingr bot log echo | grep -q said && return; command sleep 0.2; done
}
"""
"""What the README waits for by the clock may take longer on a busy machine."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    settings = {"LINGR_HOLD_SECONDS": "10", "LINGR_BOTS": "on", "LINGR_BOT_ALLOW_PRIVATE": "on"}
    served = Served(tmp_path_factory.mktemp("readme"), **settings)
    served.start()
    yield served
    served.destroy()


def first_steps() -> tuple[str, str]:
    """What is to be typed, and what is to be saved."""
    section = README.read_text().split("## First steps")[1].split("\n## ")[0]
    before, bot, after = re.split(r"```(?:python)?\n", section)
    lines = re.findall(r"^    (.*)$", before + after, re.MULTILINE)
    assert len(lines) > 10
    return "\n".join(lines), bot


def test_the_first_steps_work_as_they_stand(server: Served, tmp_path: Path) -> None:
    # The newcomer stands in the checkout with the default settings; the test has its own place and ports.
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    script, bot = first_steps()
    port = str(free_port())
    (tmp_path / "echo.py").write_text(bot.replace("5001", port))
    script = PATIENT + script.replace("http://127.0.0.1:5000", server.url).replace("5001", port)
    done = subprocess.run(
        ["bash", "-eu", "-c", script],
        cwd=tmp_path,
        env={**os.environ, **server.environment},
        capture_output=True,
        timeout=200,
        check=False,
    )
    said = done.stdout.decode()
    assert done.returncode == 0, done.stderr.decode()
    assert said.count("<status>ok</status>") == 3, said
    assert "<text>Hello, お茶はいかが？</text>" in (tmp_path / "news.xml").read_text()
    assert "room/observe?session=" in said
    assert re.search(r"/\*\*/show\(\{.*お茶.*again.*\}\);", said), said
    assert re.search(r'"speaker_id":"ann".*"Iced, please"', (tmp_path / "events.json").read_text())
    assert re.search(r'"type":"bot","speaker_id":"echo".*"text":"desserts"', said), said
    assert re.search(r"tea +message \d+ +attempt 1 +200 +said", said), said
    assert done.stderr.decode().count("Warning") == 0


def test_the_bot_has_ten_lines() -> None:
    assert len([line for line in first_steps()[1].splitlines() if line]) <= 10
