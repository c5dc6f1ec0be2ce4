"""Bots of a whole server: made by the command line, told by the process that `lingr serve` starts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from support.endpoint import Server, soon
from support.house import opened
from support.served import command, descendants, kill

pytestmark = pytest.mark.live


def processes_of_bots(house) -> list[int]:
    return [pid for pid in descendants(house.served.pid) if "lingr.webhooks" in command(pid)]


def test_a_bot_from_the_command_line_answers_and_outlives_its_process():
    endpoint = Server()
    try:
        with opened(LINGR_BOTS="on", LINGR_BOT_NETWORKS="127.0.0.0/8", LINGR_RATE_LIMITS="off") as house:
            room = house.room()
            made = house.served.lingr(
                "bot", "create", "echo", "--name", "Echo", "--endpoint", endpoint.url("echo")
            )
            house.served.lingr("bot", "invite", "echo", room)
            ann = house.enter(room, "Ann")
            for number in range(3):
                ann.say(f"{number}")
                soon(lambda number=number: len(endpoint.calls) == number + 1)
                [pid] = processes_of_bots(house)
                kill(pid)
                soon(lambda pid=pid: processes_of_bots(house) not in ([], [pid]))
            house.served.reload()
            ann.say("3")
            told = []
            while len(told) < 8:
                told += [one["text"] for one in ann.observe().get("messages", ()) if one["type"] == "user"]
            assert [text for text in told if text.startswith("heard")] == [f"heard {n}" for n in range(4)]
            shown = house.served.lingr("bot", "log", "echo")
            assert [one["outcome"] for one in shown["attempts"]] == ["said"] * 4
            assert made["signing_key"].startswith("whsec_")
    finally:
        endpoint.close()


def test_the_command_runs_the_process_and_ends_in_good_order(valkey):
    environment = {**os.environ, "REDIS_URL": valkey.url}
    process = subprocess.Popen(
        [sys.executable, "-m", "lingr", "bots"],
        env=environment,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        soon(lambda: "lingr.webhooks" in command(process.pid))
        # It takes the signal once it has begun.
        soon(lambda: os.path.exists(f"/proc/{process.pid}/fd/3"))
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, -signal.SIGTERM)
    finally:
        process.kill()
        _, errors = process.communicate()
    assert b"Traceback" not in errors


def test_settings_that_cannot_be_used_are_told_in_a_sentence():
    done = subprocess.run(
        [sys.executable, "-m", "lingr", "bots"],
        env={**os.environ, "LINGR_BOT_NETWORKS": "10.0.0.1/8"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert b"LINGR_BOT_NETWORKS" in done.stderr
    assert b"Traceback" not in done.stderr
