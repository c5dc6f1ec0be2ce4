"""The README's first steps do what it says, typed as they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.served import Served

README = Path(__file__).parents[2] / "README.md"

pytestmark = [pytest.mark.live, pytest.mark.curl]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(tmp_path_factory.mktemp("readme"), LINGR_HOLD_SECONDS="10")
    served.start()
    yield served
    served.destroy()


def first_steps() -> str:
    section = README.read_text().split("## First steps")[1].split("\n## ")[0]
    lines = re.findall(r"^    (.*)$", section, re.MULTILINE)
    assert len(lines) > 10
    return "\n".join(lines)


def test_the_first_steps_work_as_they_stand(server: Served, tmp_path: Path) -> None:
    # The newcomer stands in the checkout with the default settings; the test has its own place and port.
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    script = first_steps().replace("http://127.0.0.1:5000", server.url)
    done = subprocess.run(
        ["bash", "-eu", "-c", script],
        cwd=tmp_path,
        env={**os.environ, **server.environment},
        capture_output=True,
        timeout=60,
        check=False,
    )
    said = done.stdout.decode()
    assert done.returncode == 0, done.stderr.decode()
    assert said.count("<status>ok</status>") == 3, said
    assert "<text>Hello, お茶はいかが？</text>" in (tmp_path / "news.xml").read_text()
    assert "room/observe?session=" in said
    assert re.search(r"/\*\*/show\(\{.*お茶.*again.*\}\);", said), said
