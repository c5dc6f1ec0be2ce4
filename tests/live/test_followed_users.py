"""user.observe over real connections, with parking and without, and over two workers."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from lingr.domain import accounts
from support.client import Visitor
from support.follower import Follower, ids
from support.polls import receive
from support.wire import Wire, soon, until_read, wires_to

pytestmark = pytest.mark.live

EMPTY = {"status": "ok"}


@pytest.fixture
def follow(either, wires):
    """Starts to follow a user, a fresh one unless it is given."""

    def follow(account=None):
        return Follower(either, account or either.user(), wires())

    return follow


def enter(one, room, nickname="Ann"):
    return Visitor.enter_as(one.house.client, one.session, room, nickname)


def test_a_poll_waits_for_what_its_own_user_does(either, follow):
    one, room = follow(), either.room()
    one.poll()
    assert not one.wire.is_answered(0.2)
    visitor = enter(one, room)
    told = one.hear()
    assert (ids(told, "occupied"), ids(told, "visited")) == ([room], [room])
    one.poll()
    visitor.call("exit")
    told = one.hear()
    assert (ids(told, "occupied"), ids(told, "visited")) == ([], [room])
    one.poll()
    made = one.call("room/create", name="お茶", tags="tea")["room"]
    told = one.hear()
    assert told["owned_rooms"] == [made]
    one.poll()
    assert one.call("user/set_favorite", id=room) == EMPTY
    told = one.hear()
    assert ids(told, "favorite") == [room]
    assert told["counter"] == one.counter
    one.poll()
    assert not one.wire.is_answered(0.2)


def test_a_change_of_the_account_wakes(either, follow):
    account = either.user()
    one = follow(account)
    one.poll()
    accounts.change_user(either.ctx, account.user_id, nickname="アン🐰")
    assert one.hear()["default_nickname"] == "アン🐰"


def test_nothing_new_is_answered_with_status_alone(follow):
    one = follow()
    started = time.monotonic()
    assert one.observe() == EMPTY
    assert 3 < time.monotonic() - started < 8


def test_what_is_said_in_a_monitored_room_wakes_and_elsewhere_does_not(either, follow):
    one, monitored, other = follow(), either.room(), either.room()
    assert one.call("user/set_monitored", id=monitored) == EMPTY
    told = one.observe()
    assert ids(told, "monitored") == [monitored]
    bob = either.enter(monitored, "Bob")
    eve = either.enter(other, "Eve")
    one.poll()
    eve.say("not for you")
    assert not one.wire.is_answered(0.3)
    said = bob.say("hello")
    told = one.hear()
    assert told["monitored_rooms"][0]["max_user_message_id"] == said["id"]
    # It was told, and is no news any more.
    one.poll()
    assert not one.wire.is_answered(1.5)
    newest = [bob.say(f"{number}") for number in range(5)][-1]
    heard = 0
    while one.hear()["monitored_rooms"][0]["max_user_message_id"] < newest["id"]:
        heard += 1
        one.poll()
    assert heard < 5
    assert one.call("user/set_monitored", id=monitored, monitored="false") == EMPTY
    assert ids(one.observe(), "monitored") == []
    one.poll()
    bob.say("nobody listens")
    assert not one.wire.is_answered(0.5)


def test_an_answer_that_got_lost_is_given_again(either, follow):
    one, room = follow(), either.room()
    one.call("user/set_monitored", id=room)
    first = one.observe()
    either.enter(room, "Bob").say("hello")
    lost = one.observe()
    assert one.observe(counter=first["counter"]) == lost


def test_two_clients_of_one_user_are_both_told(either, follow):
    account, room = either.user(), either.room()
    one, two = follow(account), follow(account)
    one.poll()
    two.poll()
    one.call("user/set_monitored", id=room)
    assert one.hear() == two.hear()
    one.poll()
    two.poll()
    either.enter(room, "Bob").say("hello")
    assert one.hear()["counter"] == two.hear()["counter"]


def test_a_second_poll_on_a_ticket_ends_the_first(either, follow, wires):
    one = follow()
    polls = [wires() for _ in range(6)]
    one.poll(polls[0])
    until_read(polls[:1], either.served)
    time.sleep(0.1)
    for former, latter in pairwise(polls):
        one.poll(latter)
        assert former.answer() == EMPTY
    one.call("user/set_favorite", id=either.room())
    assert one.hear(polls[-1])["status"] == "ok"


def test_giving_the_ticket_back_ends_its_poll(follow):
    one = follow()
    one.poll()
    assert not one.wire.is_answered(0.1)
    assert one.call("user/stop_observing", ticket=one.ticket) == EMPTY
    assert one.hear()["error"]["code"] == 109
    assert one.observe()["error"]["code"] == 109
    assert one.call("user/stop_observing", ticket=one.ticket)["error"]["code"] == 109


@pytest.mark.parametrize(("method", "code"), [("session/destroy", 102), ("auth/logout", 106)])
def test_a_session_that_ends_ends_its_poll(follow, method, code):
    one = follow()
    one.poll()
    assert not one.wire.is_answered(0.1)
    assert one.call(method) == EMPTY
    assert one.hear()["error"]["code"] == code
    assert one.observe()["error"]["code"] == code


def test_a_ticket_is_good_again_for_nobody_else(either, follow):
    one, two = follow(), follow()
    assert two.observe(ticket=one.ticket)["error"]["code"] == 109
    again = Follower(either, either.user(), two.wire)
    assert again.observe(ticket=two.ticket)["error"]["code"] == 109
    one.poll(ticket=f"a-u-{one.ticket[4:15]}-00000000000")
    assert one.hear()["error"]["code"] == 109


def test_the_third_poll_in_a_row_with_one_wrong_counter_is_refused(either, follow):
    one = follow()
    one.call("user/set_favorite", id=either.room())
    start = one.counter
    assert "user_id" in one.observe(counter=start)
    assert "user_id" in one.observe(counter=start)
    assert one.observe(counter=start)["error"]["code"] == 122
    assert "user_id" in one.observe(counter=start + 100)
    assert "user_id" in one.observe(counter=-1)


def test_who_hangs_up_frees_the_place(either, follow):
    one = follow()
    one.poll()
    until_read([one.wire], either.served)
    time.sleep(0.1)
    one.wire.sock.close()
    two = follow()
    two.poll()
    two.call("user/set_favorite", id=either.room())
    assert two.hear()["status"] == "ok"


def test_polls_of_room_and_user_take_turns_on_one_connection(either, follow):
    one, room = follow(), either.room()
    visitor = enter(one, room)
    one.observe()
    for number in range(5):
        one.wire.observe(visitor)
        visitor.say(f"{number}")
        visitor.counter = one.wire.answer()["counter"]
        one.poll()
        one.call("user/set_favorite", id=room, favorite="true" if number % 2 == 0 else "false")
        assert ids(one.hear(), "favorite") == ([room] if number % 2 == 0 else [])


def test_xml_and_jsonp_are_answered_like_json(either, follow, wires):
    one = follow()
    for form in ("format=xml", "format=json", "format=json&callback=Lingr.cb"):
        sock = wires().sock
        counter = one.call("user/get_info")["counter"]
        query = f"session={one.session}&ticket={one.ticket}&counter={counter}&{form}"
        sock.sendall(f"GET /api/user/observe?{query} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        time.sleep(0.1)
        one.call("user/set_favorite", id=either.room())
        answer = receive(sock)
        again = either.client.request("GET", f"/api/user/get_info?session={one.session}&{form}")
        assert answer.body == again.body
        assert b"favorite_room" in answer.body


def test_a_change_on_one_worker_wakes_a_poll_on_the_other(house):
    account, room = house.user(), house.room()
    here, there = (wires_to(house.served, pid, 1)[0] for pid in house.served.web_workers())
    try:
        one = Follower(house, account, here)
        for poller, speaker in ((here, there), (there, here)) * 3:
            one.poll(poller)
            until_read([poller], house.served)
            favorite = str(poller is here).lower()
            speaker.ask("user/set_favorite", session=one.session, id=room, favorite=favorite).answer()
            assert ids(one.hear(poller), "favorite") == ([room] if poller is here else [])
        one.poll(here)
        until_read([here], house.served)
        time.sleep(0.1)
        one.poll(there)
        assert here.answer() == EMPTY
        there.sock.close()
    finally:
        here.close()
        there.close()


def test_talk_on_one_worker_wakes_a_poll_on_the_other(house):
    account, room = house.user(), house.room()
    here, there = (wires_to(house.served, pid, 1)[0] for pid in house.served.web_workers())
    try:
        one = Follower(house, account, here)
        one.call("user/set_monitored", id=room)
        one.observe()
        bob = house.enter(room, "Bob")
        for number in range(3):
            one.poll(here)
            said = there.say(bob, f"{number}")["message"]
            assert one.hear(here)["monitored_rooms"][0]["max_user_message_id"] == said["id"]
    finally:
        here.close()
        there.close()


def test_a_ticket_that_is_not_polled_dies_and_one_that_is_held_does_not(hasty):
    held, left = Wire(hasty.port), Wire(hasty.port)
    try:
        one = Follower(hasty, hasty.user(), held)
        two = Follower(hasty, hasty.user(), left)
        one.poll()
        for _ in range(6):
            time.sleep(0.5)
            assert two.call("session/verify") == EMPTY
            assert one.call("session/verify") == EMPTY
        assert two.observe()["error"]["code"] == 109
        assert not held.is_answered()
        one.call("user/set_favorite", id=hasty.room())
        assert one.hear()["status"] == "ok"
    finally:
        held.close()
        left.close()


def test_the_silent_are_told_to_have_left(hasty):
    wire = Wire(hasty.port)
    try:
        one, room = Follower(hasty, hasty.user(), wire), hasty.room()
        enter(one, room)
        assert ids(one.observe(), "occupied") == [room]
        one.poll()
        soon(lambda: one.call("session/verify") == EMPTY and wire.is_answered(0.3), 10)
        assert ids(one.hear(), "occupied") == []
    finally:
        wire.close()
