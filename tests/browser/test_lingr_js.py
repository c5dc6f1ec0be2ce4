"""Lingr.Room against answers that are rare, wrong or late."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from support.room_page import Page
from support.scripted import ROOM, USUAL, Scripted, failure, said

START = """
window.told = {messages: [], statuses: [], errors: [], sent: [], faults: []};
window.addEventListener('error', event => told.faults.push(event.message));
window.chat = new Lingr.Room(Object.assign({
  base: location.origin, apiKey: 'k', roomId: 'den',
  onMessage: message => {
    told.messages.push(message.id);
    if (window.faulty) throw new Error('oops');
  },
  onStatus: status => told.statuses.push(status),
  onError: (error, method) => told.errors.push([method, error.code]),
}, arguments[0]));
chat.start();
"""
SAY = "chat.say(arguments[0], (error, message) => told.sent.push(error ? error.code : message.id))"


class Client(Page):
    def start(self, **options: object) -> None:
        self.run(START, options)

    def told(self, what: str) -> list[object]:
        told: list[object] = self.run(f"return told.{what}")
        return told

    def until_told(self, what: str, expected: list[object]) -> None:
        self.until(lambda: self.told(what) == expected, f"{what} {expected}")

    def callbacks(self) -> list[str]:
        names: list[str] = self.run("return Object.keys(Lingr).filter(name => name.startsWith('callback'))")
        return names


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    server = Scripted()
    yield server
    server.close()


@pytest.fixture
def client(scripted: Scripted, window: Callable[[type[Client]], Client]) -> Client:
    page = window(Client)
    page.open(scripted.url)
    return page


def counters(scripted: Scripted) -> list[str]:
    return [parameters["counter"] for parameters in scripted.asked("room/observe")]


def test_messages_are_shown_once_and_callbacks_tidied_away(scripted: Scripted, client: Client) -> None:
    scripted.answers["room/observe"].extend([said(11, 12), said(12, 13), {}, said(14)])
    client.start()
    client.until_told("messages", [11, 12, 13, 14])
    client.until(lambda: counters(scripted) == ["10", "12", "13", "13", "14"], "a poll after the last")
    client.until(lambda: len(client.callbacks()) == 1, "only the waiting poll's callback")
    assert client.run("return document.querySelectorAll('script').length") == 2
    assert [method for method, _ in scripted.calls[:2]] == ["session/create", "room/enter"]
    assert scripted.asked("session/create")[0]["client_type"] == "human"
    assert scripted.asked("room/enter")[0]["idempotent"] == "true"


def test_a_remembered_session_and_context(scripted: Scripted, client: Client) -> None:
    scripted.answers["room/get_messages"].append({**said(7, 9), "counter": 10})
    scripted.answers["room/observe"].append(said(11))
    client.start(session="s0", contextLines=5)
    client.until_told("messages", [7, 9, 11])
    assert scripted.asked("session/create") == []
    assert scripted.asked("room/get_messages")[0]["counter"] == "-5"
    assert counters(scripted)[0] == "10"


def test_context_that_is_rate_limited_comes_by_observing(scripted: Scripted, client: Client) -> None:
    scripted.answers["room/get_messages"].append(failure(112))
    scripted.answers["room/observe"].append(said(6, 8, 10))
    client.start(contextLines=5)
    client.until_told("messages", [6, 8, 10])
    assert counters(scripted)[0] == "5"


def test_a_dead_ticket_is_replaced_and_nothing_skipped(scripted: Scripted, client: Client) -> None:
    further = {**USUAL["room/enter"], "ticket": "t2", "room": {**ROOM, "counter": 15}}
    scripted.answers["room/enter"].extend([USUAL["room/enter"], further])
    scripted.answers["room/observe"].extend([said(11), failure(109), said(12, 15)])
    client.start(nickname="Aoi")
    client.until_told("messages", [11, 12, 15])
    assert counters(scripted)[:3] == ["10", "11", "11"]
    assert [call["ticket"] for call in scripted.asked("room/observe")[:3]] == ["t1", "t1", "t2"]
    assert scripted.asked("room/enter")[1]["nickname"] == "Aoi"


def test_a_room_that_began_anew_is_followed_from_its_counter(scripted: Scripted, client: Client) -> None:
    emptied = {**USUAL["room/enter"], "ticket": "t2", "room": {**ROOM, "counter": 2}}
    scripted.answers["room/enter"].extend([USUAL["room/enter"], emptied])
    scripted.answers["room/observe"].extend([said(11), failure(109), said(3)])
    client.start()
    client.until_told("messages", [11, 3])
    assert counters(scripted)[:3] == ["10", "11", "2"]


def test_a_dead_session_is_replaced(scripted: Scripted, client: Client) -> None:
    scripted.answers["session/create"].append({"session": "s2"})
    scripted.answers["session/verify"].append(failure(102))
    scripted.answers["room/observe"].extend([failure(999), said(11)])
    client.start(session="s0")
    client.until_told("messages", [11])
    assert scripted.asked("room/observe")[-1]["session"] == "s2"


def test_a_repeated_counter_costs_no_message(scripted: Scripted, client: Client) -> None:
    scripted.answers["room/observe"].extend([failure(122), said(10, 11)])
    client.start()
    client.until_told("messages", [11])
    assert counters(scripted)[:3] == ["10", "9", "11"]


def test_a_counter_refused_for_good_is_given_up(scripted: Scripted, client: Client) -> None:
    further = {**USUAL["room/enter"], "room": {**ROOM, "counter": 20}}
    scripted.answers["room/enter"].extend([USUAL["room/enter"], further])
    scripted.answers["room/observe"].extend([failure(122), failure(122), said(21)])
    client.start()
    client.until_told("messages", [21])
    assert counters(scripted)[:4] == ["10", "9", "20", "21"]


def test_answers_that_are_no_answers_are_asked_for_again(scripted: Scripted, client: Client) -> None:
    scripted.answers["session/create"].append("<html>502 Bad Gateway</html>")
    scripted.answers["room/enter"].extend([failure(112), ""])
    scripted.answers["room/observe"].extend(["", said(11)])
    client.start()
    client.until_told("messages", [11])
    client.until_told("statuses", ["connecting", "online", "reconnecting", "online"])


def test_what_is_said_waits_its_turn_and_keeps_its_request_id(scripted: Scripted, client: Client) -> None:
    scripted.answers["room/say"].extend(
        ["", failure(999), failure(112), {"message": {"id": 11}}, failure(998), {"message": {"id": 12}}]
    )
    client.start()
    client.run(SAY, "one")
    client.run(SAY, "two")
    # Half of an emoji, which no URL can carry.
    client.run(SAY.replace("arguments[0]", r"'three \ud83c'"))
    client.until_told("sent", [11, 998, 12])
    asked = scripted.asked("room/say")
    assert [call["message"] for call in asked] == ["one"] * 4 + ["two", "three \N{REPLACEMENT CHARACTER}"]
    assert len({call["request_id"] for call in asked}) == 3
    assert len({call["request_id"] for call in asked[:4]}) == 1
    assert client.run("return chat.unsent()") == 0


def test_stopping_gives_back_what_was_not_said(scripted: Scripted, client: Client) -> None:
    scripted.answers["room/say"].extend([failure(999)] * 20)
    client.start()
    client.run(SAY, "one")
    client.until(lambda: scripted.asked("room/say"), "a try")
    client.run("chat.stop()")
    client.until_told("sent", [0])
    client.until(lambda: scripted.asked("room/exit"), "good-bye")
    assert client.told("statuses") == ["connecting", "online", "stopped"]


@pytest.mark.parametrize("code", [101, 108, 116])
def test_a_refusal_is_told_and_final(code: int, scripted: Scripted, client: Client) -> None:
    method = "session/create" if code == 101 else "room/enter"
    scripted.answers[method].append(failure(code))
    client.start()
    client.until_told("errors", [[method, code]])
    assert client.told("statuses") == ["connecting", "refused"]
    client.run("chat.start('sesame')")
    client.until(lambda: scripted.asked("room/observe"), "a second attempt")
    assert scripted.asked("room/enter")[-1]["password"] == "sesame"


def test_a_fault_in_the_page_stops_nothing(scripted: Scripted, client: Client) -> None:
    scripted.answers["room/observe"].extend([said(11), said(12)])
    client.run("window.faulty = true")
    client.start()
    client.until_told("messages", [11, 12])
    client.until_told("faults", ["Uncaught Error: oops"] * 2)
