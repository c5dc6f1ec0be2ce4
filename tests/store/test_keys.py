"""The keys and the scripts, without running them."""

from __future__ import annotations

import re
from binascii import crc_hqx
from importlib.resources import files

import pytest

from lingr.store import keys
from lingr.store.scripts import script
from support.engine import kept_for_ever

LUA = {path.name: path.read_text() for path in (files("lingr.store") / "lua").iterdir()}
SCRIPTS = sorted(name.removesuffix(".lua") for name in LUA if not name.startswith("_"))
ROOM_IDS = ["a", "lobby", "MyFavoriteRoom", "lingr-perl", "computer_science", "-", "_-_", "x" * 32]


def slot(key: str) -> int:
    """The slot of a cluster that a key lives in: CRC-16 of what the first braces hold."""
    tag = re.search(r"\{([^}]+)\}", key)
    return crc_hqx((tag[1] if tag else key).encode(), 0) % 16384


def test_slots_are_computed_as_the_cluster_specification_says():
    assert crc_hqx(b"123456789", 0) == 0x31C3
    assert slot("a{b}c") == slot("b")


@pytest.mark.parametrize("room_id", ROOM_IDS)
def test_keys_a_script_touches_for_a_room_live_in_one_slot(room_id):
    ticket = f"a-r-{room_id}-0123456789A"
    touched = [
        *keys.room(room_id),
        keys.moved_here(room_id),
        keys.closed(room_id),
        keys.said(room_id, "0123456789A", "any {request} id"),
        keys.speaking(room_id, ticket),
        keys.reading(room_id, ticket),
        keys.describing(room_id, "0123456789abcdef"),
        keys.moved_here(room_id),
        keys.closed(room_id),
        keys.brought(room_id, "0123456789A"),
        keys.liked(room_id),
    ]
    assert len(set(map(slot, touched))) == 1


@pytest.mark.parametrize(
    "touched",
    [
        [keys.session("a"), keys.session_tickets("a"), keys.entering("a")],
        [keys.attempts("login", "here"), keys.attempts("room", "here", "lobby")],
        [keys.attending(), keys.stints(), keys.ended_stints()],
        [keys.api_keys(), keys.named_api_keys()],
        [keys.users(), keys.emails(), keys.usernames()],
        [keys.devices("a"), keys.device_sessions("a", "0123456789abcdef")],
        [keys.number_counter(), keys.number_places(), keys.number_leases()],
        [
            keys.index_rooms(),
            keys.index_numbers(),
            keys.index_segments(),
            keys.index_documents(7),
            keys.index_postings(7, 99),
        ],
        [keys.bot_lease("a"), keys.bot_cursors("a"), keys.bot_trouble("a"), keys.bot_deliveries("a")],
    ],
)
def test_other_keys_that_a_script_touches_together_live_in_one_slot(touched):
    assert len(set(map(slot, touched))) == 1


def test_rooms_sessions_and_limits_spread_over_slots():
    names = [str(number) for number in range(50)]
    assert len({slot(keys.room(name).room) for name in names}) > 40
    assert len({slot(keys.session(name)) for name in names}) > 40
    assert len({slot(keys.attempts("login", name)) for name in names}) > 40


def test_the_room_is_read_back_from_its_channel():
    for room_id in ROOM_IDS:
        assert keys.room_of_channel(keys.room(room_id).channel) == room_id


def test_rooms_and_users_go_by_names_that_are_read_back_from_their_channels():
    for name in (*ROOM_IDS, "user:0123456789A"):
        assert keys.name_of_channel(keys.channel(name, 3)) == name
    assert keys.channel("user:a") == keys.user("a").channel
    assert len(set(map(slot, keys.user("a")))) == 1


def test_every_key_says_how_long_it_lives():
    functions = [one for name, one in vars(keys).items() if name in public() and name not in ("room", "user")]
    assert len(functions) > 10
    for function in functions:
        assert re.search(r"; (kept\.|lives )", function.__doc__ or ""), function.__name__


def test_what_lives_for_a_while_is_not_taken_for_kept():
    kept = kept_for_ever()
    for key in keys.room("lobby"):
        assert kept.fullmatch(key)
    assert kept.fullmatch(keys.owned_rooms("someone"))
    assert all(kept.fullmatch(key) for key in keys.user("someone")[:8])
    assert not kept.fullmatch(keys.user("someone").tickets)
    assert not kept.fullmatch(keys.user("someone").due)
    assert not kept.fullmatch(keys.said("lobby", "session", "request"))
    assert not kept.fullmatch(keys.session("session"))
    assert not kept.fullmatch(keys.session_tickets("session"))
    assert not kept.fullmatch(keys.sweeper())
    assert not kept.fullmatch(keys.attempts("login", "address", "account"))
    assert not kept.fullmatch(keys.entering("session"))
    assert not kept.fullmatch(keys.reading("lobby", "ticket"))
    assert not kept.fullmatch(keys.describing("lobby", "key"))


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_opens_with_what_it_does_and_takes(name):
    header = re.match(r"(?:-- .*\n)+", LUA[f"{name}.lua"])
    assert header, name
    assert re.match(r"-- [A-Z].*", header[0])
    assert "-- KEYS: " in header[0]
    uses_arguments = re.search(r"\bARGV\b", LUA[f"{name}.lua"][header.end() :])
    assert not uses_arguments or re.search(r"\bARGV: ", header[0])


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_names_the_errors_it_answers_with(name):
    text = script(name).text
    header = re.match(r"(?:-- .*\n)+", LUA[f"{name}.lua"])[0]
    listed = re.search(r"Errors: ([^.]*)\.", header)
    named = set(re.split(r",\s+(?:-- )?", listed[1])) if listed else set()
    assert set(re.findall(r"'error', '(\w+)'", text)) == named


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_takes_time_chance_and_key_names_from_outside(name):
    text = script(name).text
    for banned in (
        "'TIME'",
        "os.",
        "math.random",
        "'RANDOMKEY'",
        "'SRANDMEMBER'",
        "'KEYS'",
        "'SCAN'",
        "lingr:",
    ):
        assert banned not in text, banned
    for call in re.findall(r"redis\.call\(\s*'(\w+)',\s*([^,)]+)", text):
        assert re.fullmatch(r"KEYS\[\d+\]|[A-Z]+", call[1].strip()), call


def test_every_part_is_used_by_some_script():
    parts = {name.removeprefix("_").removesuffix(".lua") for name in LUA if name.startswith("_")}
    used = set(re.findall(r"^-- uses: (\w+)$", "\n".join(LUA.values()), re.MULTILINE))
    assert used == parts


def public() -> list[str]:
    return [
        name
        for name, one in vars(keys).items()
        if getattr(one, "__module__", "").startswith(keys.__name__) and callable(one) and name[0].islower()
        if name not in ("room_of_channel", "channel", "name_of_channel")
    ]
