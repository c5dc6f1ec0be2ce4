"""A user's lists of rooms, and the counter of their changes: true whatever happens, and whoever dies."""

from __future__ import annotations

import pytest

from lingr.domain import accounts, changing, lists, presence, rooms, sessions, settling, users
from lingr.errors import LingrError
from lingr.store import keys
from lingr.store import users as store_users
from support.cuts import WAYS, cut
from support.people import ROOM, Person, account
from support.trips import counted


@pytest.fixture
def ann(ctx):
    return account(ctx, "ann")


@pytest.fixture
def client(ctx, ann, lobby):
    """Somebody logged in as Ann."""

    def client(through=ctx):
        return login(Person(through))

    return client


def login(person):
    sessions.login(person.ctx, person.caller, email="ann", password="secret")
    return person


def told(ctx, user):
    return users.current(ctx, user.id)


def ids(told_rooms):
    return [room.id for room in told_rooms]


def in_rooms(ctx, user):
    return ids(told(ctx, user).occupied)


def visited(ctx, user):
    return ids(told(ctx, user).visited)


def test_somebody_new_has_no_rooms_and_no_changes(ctx, ann):
    info = told(ctx, ann)
    assert (info.user, info.counter) == (ann, 0)
    assert (info.owned, info.favorite, info.monitored, info.visited, info.occupied) == ((), (), (), (), ())


def test_entering_is_a_visit_and_one_change(ctx, ann, client):
    one = client().enter("Ann")
    info = told(ctx, ann)
    assert (ids(info.occupied), ids(info.visited), info.counter) == ([ROOM], [ROOM], 1)
    assert info.occupied[0].chatter_count == 1
    one.exit()
    info = told(ctx, ann)
    assert (ids(info.occupied), ids(info.visited), info.counter) == ([], [ROOM], 2)
    one.enter("Ann")
    assert told(ctx, ann).counter == 3


def test_who_is_not_logged_in_leaves_no_trace(ctx, ann, lobby, engine):
    Person(ctx).enter("Ann").exit()
    assert engine.command("KEYS", "lingr:user:*") == []
    assert engine.command("KEYS", "lingr:listing:*") == []


def test_several_sessions_and_tickets_in_one_room_are_one_entry(ctx, ann, client):
    first, second = client().enter("Ann"), client().enter("Ann")
    again = Person(ctx)
    again.session, again.ticket = first.session, first.ticket
    first.enter("Ann")
    assert (in_rooms(ctx, ann), told(ctx, ann).counter) == ([ROOM], 1)
    first.exit()
    second.exit()
    assert in_rooms(ctx, ann) == [ROOM]
    again.exit()
    assert (in_rooms(ctx, ann), told(ctx, ann).counter) == ([], 2)


def test_an_idempotent_entrance_changes_nothing(ctx, ann, client):
    one = client().enter("Ann")
    one.enter("Ann", idempotent=True)
    assert told(ctx, ann).counter == 1
    one.exit()
    assert in_rooms(ctx, ann) == []


def test_logging_in_brings_the_rooms_along_and_logging_out_takes_them(ctx, ann, lobby):
    one = login(Person(ctx).enter("Ann"))
    info = told(ctx, ann)
    assert (ids(info.occupied), ids(info.visited), info.counter) == ([ROOM], [ROOM], 1)
    sessions.logout(ctx, one.caller)
    info = told(ctx, ann)
    assert (ids(info.occupied), ids(info.visited), info.counter) == ([], [ROOM], 2)


def test_ending_a_session_leaves_its_rooms(ctx, ann, client):
    one = client().enter("Ann")
    sessions.destroy(ctx, one.caller)
    assert (in_rooms(ctx, ann), told(ctx, ann).counter) == ([], 2)


def test_the_silent_are_swept_off_the_list(ctx, ann, client, clock):
    client().enter("Ann")
    clock.pass_seconds(121)
    assert presence.sweep(ctx) == 1
    assert ctx.store.users.read(ann.id).occupied == ()
    assert (in_rooms(ctx, ann), told(ctx, ann).counter) == ([], 2)


def die(*_, **__):
    raise KeyboardInterrupt


@pytest.mark.parametrize("end", ["exit", "sweep", "destroy"])
def test_a_process_that_dies_between_room_and_user_is_made_up_for(ctx, ann, client, clock, monkeypatch, end):
    one = client().enter("Ann")
    clock.pass_seconds(121 if end == "sweep" else 1)
    with monkeypatch.context() as patch:
        patch.setattr(type(ctx.store.users), "left", die)
        patch.setattr(type(ctx.store.users), "parted", lambda *_: ("PING",))
        if end == "destroy":
            sessions.destroy(ctx, one.caller)
        else:
            with pytest.raises(KeyboardInterrupt):
                one.exit() if end == "exit" else presence.sweep(ctx)
    assert len(ctx.store.users.read(ann.id).occupied) == 1
    info = told(ctx, ann)
    assert (info.occupied, info.counter) == ((), 2)
    assert ctx.store.users.read(ann.id).occupied == ()


def test_a_session_that_logs_out_while_it_enters_is_nowhere(ctx, ann, client, monkeypatch):
    one = client()
    enter = type(ctx.store.entrances).enter

    def overtaken(self, *arguments, **named):
        sessions.logout(ctx, one.caller)
        return enter(self, *arguments, **named)

    monkeypatch.setattr(type(ctx.store.entrances), "enter", overtaken)
    one.enter("Ann")
    assert ctx.store.users.read(ann.id).occupied == ()


def test_a_session_that_ends_while_it_enters_is_nowhere_either(ctx, ann, client, monkeypatch):
    one = client()
    enter = type(ctx.store.entrances).enter

    def overtaken(self, *arguments, **named):
        sessions.destroy(ctx, one.caller)
        return enter(self, *arguments, **named)

    monkeypatch.setattr(type(ctx.store.entrances), "enter", overtaken)
    with pytest.raises(LingrError, match="invalid_session"):
        one.enter("Ann")
    assert ctx.store.users.read(ann.id).occupied == ()


def test_an_entrance_that_a_reader_took_for_gone_is_noted_after_all(ctx, ann, client, monkeypatch):
    one = client()
    run_all = ctx.store.entrances.enter.__globals__["run_all"]

    def read_in_between(engine, steps, **options):
        replies = []
        for step in steps:
            replies += run_all(engine, [step], **options)
            told(ctx, ann)
        return replies

    monkeypatch.setitem(ctx.store.entrances.enter.__globals__, "run_all", read_in_between)
    one.enter("Ann")
    assert in_rooms(ctx, ann) == [ROOM]


def test_visits_are_told_newest_first_and_a_hundred_of_them(ctx, ann, client):
    one = client()
    made = [rooms.create(ctx, name=str(number)).id for number in range(102)]
    for room_id in made:
        one.enter("Ann", id=room_id)
    assert visited(ctx, ann) == made[:1:-1]
    one.enter("Ann", id=made[50])
    one.exit()
    assert visited(ctx, ann) == made[:1:-1]
    for room_id in made[50:52]:
        one.enter("Ann", id=room_id)


def test_another_visit_moves_a_room_to_the_front(ctx, ann, client):
    rooms.create(ctx, id="den", name="Den")
    one = client().enter("Ann")
    one.exit()
    one.enter("Ann", id="den").exit()
    one.enter("Ann").exit()
    assert visited(ctx, ann) == [ROOM, "den"]


def test_visits_that_are_forgotten_do_not_pile_up_anywhere(ctx, ann, client, engine):
    one = client()
    for number in range(103):
        rooms.create(ctx, id=f"r{number}", name="x")
        one.enter("Ann", id=f"r{number}").exit()
    presence.flush(ctx, lambda _: False)
    assert len(engine.command("KEYS", "lingr:listing:*")) == 100


def test_of_very_many_places_the_newest_are_known(ctx, ann, client, engine, monkeypatch):
    monkeypatch.setattr(store_users, "MOST_PLACES", 3)
    monkeypatch.setattr(store_users, "MOST_VISITED", 2)
    one, two = client(), client()
    for number in range(4):
        rooms.create(ctx, id=f"r{number}", name="x")
        one.enter("Ann", id=f"r{number}")
    assert in_rooms(ctx, ann) == ["r1", "r2", "r3"]
    before = told(ctx, ann).counter
    two.enter("Ann", id="r3")
    assert (in_rooms(ctx, ann), told(ctx, ann).counter) == (["r2", "r3"], before + 1)
    two.enter("Ann", id="r3")
    two.enter("Ann", id="r3")
    assert in_rooms(ctx, ann) == ["r2", "r3"]
    presence.flush(ctx, lambda _: False)
    assert sorted(engine.command("KEYS", "lingr:listing:*")) == [
        keys.listing(room).encode() for room in ("r2", "r3")
    ]
    two.exit()


def test_owned_rooms_are_counted_when_they_are_made(ctx, ann):
    rooms.create(ctx, id="den", name="Den", owner_id=ann.id)
    rooms.create(ctx, id="attic", name="屋根裏", owner_id=ann.id)
    rooms.create(ctx, id="cellar", name="Cellar")
    info = told(ctx, ann)
    assert (sorted(ids(info.owned)), info.counter) == (["attic", "den"], 2)


def test_a_room_that_was_made_by_a_process_that_died_is_counted_by_who_reads(ctx, ann, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(type(ctx.store.users), "own", die)
        with pytest.raises(KeyboardInterrupt):
            rooms.create(ctx, id="den", name="Den", owner_id=ann.id)
    assert told(ctx, ann).counter == 1
    info = told(ctx, ann)
    assert (ids(info.owned), info.counter) == (["den"], 1)


def test_a_room_that_was_only_reserved_is_nobodys(ctx, ann):
    ctx.store.rooms.reserve(ann.id, "den", 200)
    rooms.create(ctx, id="den", name="Den")
    assert (told(ctx, ann).owned, told(ctx, ann).counter) == ((), 0)


def test_marks_are_put_and_taken_off_once(ctx, ann, client):
    one = client()
    den = rooms.create(ctx, id="den", name="Den").id
    for room_id in (ROOM, den, ROOM):
        lists.set_favorite(ctx, one.caller, id=room_id, favorite=True, password=None)
    lists.set_monitored(ctx, one.caller, id=den, monitored=True, password=None)
    info = told(ctx, ann)
    assert (ids(info.favorite), ids(info.monitored), info.counter) == ([ROOM, den], [den], 3)
    for _ in range(2):
        lists.set_favorite(ctx, one.caller, id=ROOM, favorite=False, password=None)
        lists.set_monitored(ctx, one.caller, id=den, monitored=False, password=None)
    info = told(ctx, ann)
    assert (ids(info.favorite), ids(info.monitored), info.counter) == ([den], [], 5)


def test_who_marks_a_room_must_be_let_in(ctx, ann, client):
    one = client()
    rooms.create(ctx, id="cellar", name="Cellar", password="sesame")
    rooms.create(ctx, id="mine", name="Mine", password="sesame", owner_id=ann.id)

    def mark(room_id, password, wanted=True):
        lists.set_favorite(ctx, one.caller, id=room_id, favorite=wanted, password=password)

    with pytest.raises(LingrError, match="room_password_required"):
        mark("cellar", None)
    with pytest.raises(LingrError, match="invalid_room_password"):
        mark("cellar", "open")
    for room_id in ("none", "", "a/b", "部屋", "x" * 33):
        with pytest.raises(LingrError, match="invalid_room"):
            mark(room_id, None)
    assert told(ctx, ann).favorite == ()
    mark("cellar", "sesame")
    mark("mine", None)
    assert ids(told(ctx, ann).favorite) == ["cellar", "mine"]
    mark("cellar", None, wanted=False)
    assert ids(told(ctx, ann).favorite) == ["mine"]


def test_there_are_so_many_marks_and_no_more(ctx, ann, client, monkeypatch):
    monkeypatch.setattr(lists, "MOST_FAVORITES", 1)
    one = client()
    rooms.create(ctx, id="den", name="Den")
    lists.set_favorite(ctx, one.caller, id=ROOM, favorite=True, password=None)
    with pytest.raises(LingrError, match="too_many_rooms"):
        lists.set_favorite(ctx, one.caller, id="den", favorite=True, password=None)
    lists.set_favorite(ctx, one.caller, id=ROOM, favorite=True, password=None)
    assert told(ctx, ann).counter == 1


def test_a_room_that_is_no_more_is_on_no_list(ctx, ann, client, engine):
    one = client().enter("Ann")
    for mark, name in ((lists.set_favorite, "favorite"), (lists.set_monitored, "monitored")):
        mark(ctx, one.caller, id=ROOM, password=None, **{name: True})
    before = told(ctx, ann).counter
    engine.command("DEL", *keys.room(ROOM))
    users.forget_room(ctx, ROOM)
    info = told(ctx, ann)
    assert (info.favorite, info.monitored, info.visited, info.occupied) == ((), (), (), ())
    assert info.counter == before + 1
    assert engine.command("EXISTS", keys.listing(ROOM)) == 0


def test_a_room_that_vanished_unsaid_is_skipped_and_cleaned_away(ctx, ann, client, engine):
    one = client().enter("Ann")
    lists.set_monitored(ctx, one.caller, id=ROOM, monitored=True, password=None)
    engine.command("DEL", *keys.room(ROOM))
    info = told(ctx, ann)
    assert (info.monitored, info.visited, info.occupied, info.counter) == ((), (), (), 3)
    kept = ctx.store.users.read(ann.id)
    assert (kept.monitored, kept.visited, kept.occupied, kept.heard) == ((), (), (), {})
    assert told(ctx, ann).counter == 3


def test_who_has_a_room_in_a_list_is_told_when_it_changes_or_moves(ctx, ann, client):
    one = client().enter("Ann")
    lists.set_favorite(ctx, one.caller, id=ROOM, favorite=True, password=None)
    changing.change(ctx, rooms.find(ctx, ROOM), new_id="hall", name="Hall")
    info = told(ctx, ann)
    assert info.counter == 3
    for found in (info.favorite, info.visited, info.occupied):
        assert [(room.public_id, room.name) for room in found] == [("hall", "Hall")]
    one.exit()
    assert told(ctx, ann).occupied == ()
    lists.set_favorite(ctx, one.caller, id="hall", favorite=False, password=None)
    assert told(ctx, ann).favorite == ()


def test_a_room_that_its_owner_deletes_is_on_nobodys_list(ctx, ann, client, engine):
    room = rooms.create(ctx, id="den", name="Den", owner_id=ann.id)
    one = client().enter("Ann", id="den")
    lists.set_monitored(ctx, one.caller, id="den", monitored=True, password=None)
    before = told(ctx, ann).counter
    changing.delete(ctx, rooms.find(ctx, room.id))
    info = told(ctx, ann)
    assert (info.owned, info.monitored, info.visited, info.occupied) == ((), (), (), ())
    assert info.counter == before + 1
    assert engine.command("EXISTS", keys.listing("den")) == 0


@pytest.fixture
def crowd(ctx, lobby, monkeypatch):
    """More users than are told at once have the lobby among their favourites."""
    monkeypatch.setattr(users, "FEW_USERS", 5)
    names = [f"fan{number}" for number in range(10)]
    made = [account(ctx, one) for one in names]
    for user in made:
        lists.mark_favorite(ctx, user.id, rooms.find(ctx, ROOM), True)
    return made


def counters(ctx, crowd):
    return [ctx.store.users.read(user.id).counter for user in crowd]


def test_who_lost_the_lease_unawares_leaves_what_takes_long_to_the_other(ctx, crowd, open_ctx):
    before, other = counters(ctx, crowd), open_ctx("second")
    assert ctx.store.presence.lease.hold(presence.LEASE_MILLISECONDS)
    ctx.store.engine.command("DEL", ctx.store.presence.lease.key)
    assert other.store.presence.lease.hold(presence.LEASE_MILLISECONDS)
    changing.change(ctx, rooms.find(ctx, ROOM), name="Hall")
    settling.mend(ctx)
    assert counters(ctx, crowd) == before
    settling.mend(other)
    assert counters(ctx, crowd) == [counter + 1 for counter in before]


def test_many_users_are_told_of_a_change_while_nobody_waits(ctx, crowd, open_ctx):
    before, other = counters(ctx, crowd), open_ctx("second")
    assert ctx.store.presence.lease.hold(presence.LEASE_MILLISECONDS)
    changing.change(ctx, rooms.find(ctx, ROOM), name="Hall")
    assert counters(ctx, crowd) == before
    settling.mend(other)
    assert counters(ctx, crowd) == before
    settling.mend(ctx)
    assert counters(ctx, crowd) == [counter + 1 for counter in before]
    assert settling.mend(ctx) == 0
    assert told(ctx, crowd[0]).favorite[0].name == "Hall"


def test_a_deleted_room_leaves_the_lists_of_many_while_nobody_waits(ctx, crowd, engine):
    before = counters(ctx, crowd)
    changing.delete(ctx, rooms.find(ctx, ROOM))
    assert counters(ctx, crowd) == before
    assert told(ctx, crowd[0]).favorite == ()
    settling.mend(ctx)
    assert counters(ctx, crowd) == [counter + 1 for counter in before]
    assert all(ctx.store.users.read(user.id).favorite == () for user in crowd)
    assert engine.command("EXISTS", keys.listing(ROOM)) == 0
    assert settling.mend(ctx) == 0


@pytest.mark.parametrize("way", WAYS)
def test_who_tells_many_users_may_die_over_it(ctx, crowd, engine, way, monkeypatch):
    monkeypatch.setattr(store_users, "AT_ONCE", 1)
    before = counters(ctx, crowd)
    changing.change(ctx, rooms.find(ctx, ROOM), name="Hall")
    for at in range(4):
        with cut(at, way):
            settling.mend(ctx)
    changing.delete(ctx, rooms.find(ctx, ROOM))
    for at in range(4):
        with cut(at, way):
            settling.mend(ctx)
    settling.mend(ctx)
    assert all(now > then for now, then in zip(counters(ctx, crowd), before, strict=True))
    assert all(ctx.store.users.read(user.id).favorite == () for user in crowd)
    assert engine.command("EXISTS", keys.listing(ROOM)) == 0
    assert ctx.store.changes.unsettled() == []


def test_an_account_that_changes_is_one_change(ctx, ann):
    accounts.change_user(ctx, ann.id, nickname="アン🐰")
    accounts.change_user(ctx, ann.id, description="likes\ntea")
    accounts.change_user(ctx, ann.id, nickname="アン🐰")
    info = told(ctx, ann)
    assert (info.user.nickname, info.user.description, info.counter) == ("アン🐰", "likes tea", 2)
    for nickname in ("", " ", "x" * 101):
        with pytest.raises(LingrError, match="invalid_parameter"):
            accounts.change_user(ctx, ann.id, nickname=nickname)
    with pytest.raises(LingrError, match="invalid_parameter"):
        accounts.change_user(ctx, "none", nickname="Ann")


def test_an_account_that_a_dying_process_changed_is_counted_by_who_reads(ctx, ann, monkeypatch):
    told(ctx, ann)
    with monkeypatch.context() as patch:
        patch.setattr(users, "account_changed", die)
        with pytest.raises(KeyboardInterrupt):
            accounts.change_user(ctx, ann.id, nickname="Anne")
    assert told(ctx, ann).counter == 1
    assert told(ctx, ann).counter == 1


def test_what_is_told_is_never_older_than_its_counter(ctx, ann, client, monkeypatch):
    one = client().enter("Ann")
    one.exit()
    rooms.create(ctx, id="den", name="Den")
    store = type(ctx.store.users)
    find = store.rooms

    def meanwhile(self, *arguments):
        found = find(self, *arguments)
        monkeypatch.setattr(store, "rooms", find)
        one.enter("Ann", id="den")
        return found

    # There is something to put right, and something changes while it is found out.
    ctx.store.engine.command("ZADD", keys.user(ann.id).occupied, 1, f"{ROOM} gone")
    monkeypatch.setattr(store, "rooms", meanwhile)
    info = told(ctx, ann)
    assert (ids(info.occupied), info.counter) == (["den"], told(ctx, ann).counter)


def test_entering_and_leaving_take_no_more_round_trips(ctx, client):
    one = client()
    one.enter("Ann")
    caller = one.caller
    with counted() as trips:
        presence.enter(ctx, caller, id=ROOM, password=None, nickname="Ann", idempotent=False)
    assert len(trips) == 2
    one.enter("Ann")
    caller = one.caller
    sessions.logout(ctx, caller)
    login(one)
    caller = one.caller
    with counted() as trips:
        sessions.logout(ctx, caller)
    assert len(trips) == 2


def test_only_who_is_logged_in_is_told(ctx, ann, client):
    with pytest.raises(LingrError, match="not_logged_in"):
        users.get_info(ctx, Person(ctx).caller)
    assert users.get_info(ctx, client().caller).user == ann


def test_once_a_minute_and_session_one_is_told(open_ctx, ann, lobby):
    ctx = open_ctx(rate_limits=True)
    one, other = login(Person(ctx)), login(Person(ctx))
    users.get_info(ctx, one.caller)
    with pytest.raises(LingrError, match="rate_limited") as refusal:
        users.get_info(ctx, one.caller)
    assert 0 < int(refusal.value.fields["seconds"]) <= 60
    users.get_info(ctx, other.caller)
