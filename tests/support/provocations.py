"""How each error that a method documents is brought about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lingr.api.method import Method, Needs
from lingr.domain import lists, rooms
from lingr.domain.rooms import MOST_ROOMS
from support import photos
from support.scenes import Ask, Scene
from support.uploads import Upload

Provoke = Callable[[Scene], Ask]

PROVOCATIONS: dict[str, Provoke] = {}
"""By the error's name, or by ``method error`` where one method has a way of its own."""

MANY = 200
"""More calls than any limit allows in a minute."""


def provokes(*names: str) -> Callable[[Provoke], Provoke]:
    """Enters a function under these names."""

    def enter(provoke: Provoke) -> Provoke:
        PROVOCATIONS.update(dict.fromkeys(names, provoke))
        return provoke

    return enter


def provocation(row: Method, error: str) -> Provoke | None:
    """How to make a method refuse with an error; None if nobody has said how."""
    return PROVOCATIONS.get(f"{row.name} {error}", PROVOCATIONS.get(error))


@provokes("invalid_http_method")
def _another_verb(scene: Scene) -> Ask:
    return replace(scene.ask(), verb="PUT")


@provokes("invalid_format")
def _another_format(scene: Scene) -> Ask:
    return replace(scene.ask(format="yaml"), form="xml")


@provokes("invalid_encoding")
def _bytes_that_are_no_text(scene: Scene) -> Ask:
    return scene.ask(unknown=b"\xe3\x81")


@provokes("user.setIcon invalid_encoding")
def _bytes_that_are_no_text_nor_picture(scene: Scene) -> Ask:
    return scene.ask(image="", unknown=b"\xe3\x81")


@provokes("invalid_api_key")
def _unknown_key(scene: Scene) -> Ask:
    return scene.ask(api_key="0" * 32)


@provokes("invalid_session")
def _ended_session(scene: Scene) -> Ask:
    ask = scene.ask()
    scene.house.client.ok("session/destroy", session=scene.session)
    return ask


@provokes("not_logged_in")
def _nobody_in_particular(scene: Scene) -> Ask:
    return scene.ask(session=scene.house.session())


@provokes("invalid_ticket")
def _ticket_given_back(scene: Scene) -> Ask:
    ask = scene.ask()
    path = "room/exit" if scene.row.needs is Needs.TICKET else "user/stop_observing"
    scene.house.client.ok(path, session=scene.session, ticket=scene.ticket)
    return ask


@provokes("missing_parameter")
def _one_parameter_less(scene: Scene) -> Ask:
    missing = [one.name for one in scene.row.params if one.required and one.absent == "missing_parameter"]
    return scene.ask(**{missing[-1]: None})


@provokes("invalid_client_type")
def _neither_human_nor_automaton(scene: Scene) -> Ask:
    return scene.ask(client_type="robot")


@provokes("already_logged_in")
def _logged_in(scene: Scene) -> Ask:
    return scene.ask(session=scene.house.session(scene.account))


@provokes("invalid_credentials")
def _wrong_password(scene: Scene) -> Ask:
    return scene.ask(password="wrong")


@provokes("invalid_room")
def _no_such_room(scene: Scene) -> Ask:
    return scene.ask(id="no-such-room")


@provokes("room_password_required")
def _locked(scene: Scene) -> Ask:
    return scene.ask(id=scene.house.room(password="秘密"))


@provokes("invalid_room_password")
def _locked_and_guessed(scene: Scene) -> Ask:
    return scene.ask(id=scene.house.room(password="秘密"), password="himitsu")


@provokes("no_nickname")
def _observer(scene: Scene) -> Ask:
    observer = scene.house.enter(scene.room)
    return scene.ask(session=observer.session, ticket=observer.ticket)


@provokes("no_message")
def _nothing_said(scene: Scene) -> Ask:
    return scene.ask(message=" \u3000")


@provokes("message_too_long")
def _a_novel(scene: Scene) -> Ask:
    return scene.ask(message="あ" * 1001)


@provokes("no_counter")
def _no_counter(scene: Scene) -> Ask:
    return scene.ask(counter="first")


@provokes("no_nickname_parameter")
def _no_nickname(scene: Scene) -> Ask:
    return scene.ask(nickname=" ")


@provokes("repeated_counter")
def _the_same_again(scene: Scene) -> Ask:
    return scene.ask(counter="0", times=5)


@provokes("user.observe repeated_counter")
def _the_same_of_another_time_again(scene: Scene) -> Ask:
    return scene.ask(counter="99", times=5)


@provokes("too_many_rooms")
def _owner_of_many(scene: Scene) -> Ask:
    for number in range(MOST_ROOMS):
        scene.house.ctx.store.rooms.reserve(scene.account.user_id, f"reserved-{number}", MOST_ROOMS)
    return scene.ask()


@provokes("id_unavailable")
def _taken_id(scene: Scene) -> Ask:
    return scene.ask(id=scene.house.room())


@provokes("rate_limited")
def _again_and_again(scene: Scene) -> Ask:
    return scene.ask(times=MANY)


@provokes("auth.login rate_limited")
def _guessing(scene: Scene) -> Ask:
    return scene.ask(password="wrong", times=MANY)


@provokes("user.setFavorite rate_limited", "user.setMonitored rate_limited")
def _guessing_what_a_room_asks_for(scene: Scene) -> Ask:
    return scene.ask(id=scene.house.room(password="秘密"), password="himitsu", times=MANY)


@provokes("user.setFavorite too_many_rooms")
def _many_favorites(scene: Scene) -> Ask:
    room = rooms.find(scene.house.ctx, scene.room)
    for number in range(lists.MOST_FAVORITES):
        one = replace(room, id=f"favorite-{number}")
        lists.mark_favorite(scene.house.ctx, scene.account.user_id, one, True)
    return scene.ask()


@provokes("user.setMonitored too_many_rooms")
def _many_monitored(scene: Scene) -> Ask:
    room = rooms.find(scene.house.ctx, scene.room)
    for number in range(lists.MOST_MONITORED):
        one = replace(room, id=f"monitored-{number}")
        lists.mark_monitored(scene.house.ctx, scene.account.user_id, one, True)
    return scene.ask()


@provokes("insufficient_permissions")
def _somebody_elses_room(scene: Scene) -> Ask:
    return scene.ask(id=scene.house.room(owner_id=scene.house.user().user_id))


@provokes("room.changeSettings id_unavailable")
def _new_id_that_is_taken(scene: Scene) -> Ask:
    return scene.ask(new_id=scene.house.room())


@provokes("image_too_large")
def _picture_of_a_thousand_screens(scene: Scene) -> Ask:
    return scene.ask(image=Upload(photos.bomb()))


@provokes("invalid_image")
def _no_picture(scene: Scene) -> Ask:
    return scene.ask(image=Upload(b"GIF89a, it says"))


@provokes("room.getArchives invalid_parameter")
def _day_that_never_was(scene: Scene) -> Ask:
    return scene.ask(year="2008", month="2", day="30")


@provokes("room.create invalid_parameter", "room.changeSettings invalid_parameter")
def _unknown_zone(scene: Scene) -> Ask:
    return scene.ask(timezone="Atlantis")


@provokes("room.enter invalid_parameter", "room.setNickname invalid_parameter")
def _long_nickname(scene: Scene) -> Ask:
    return scene.ask(nickname="あ" * 65)


@provokes("room.say invalid_parameter")
def _said_to_nobody(scene: Scene) -> Ask:
    return scene.ask(occupant_id="0123456789a")


@provokes(
    "explore.getHotRooms invalid_parameter",
    "explore.getNewRooms invalid_parameter",
    "explore.getHotTags invalid_parameter",
    "explore.getAllTags invalid_parameter",
)
def _none_wanted(scene: Scene) -> Ask:
    return scene.ask(count="0")


@provokes(
    "explore.search invalid_parameter",
    "explore.searchTags invalid_parameter",
    "explore.searchArchives invalid_parameter",
    "room.searchArchives invalid_parameter",
)
def _search_for_nothing(scene: Scene) -> Ask:
    return scene.ask(q=" ,、 ")


@provokes("explore.searchArchives invalid_parameter", "room.searchArchives invalid_parameter")
def _search_for_no_word(scene: Scene) -> Ask:
    return scene.ask(q="。、!")


@provokes("room.getArchives invalid_parameter")
def _day_of_no_calendar(scene: Scene) -> Ask:
    return scene.ask(year="2008", month="2", day="30")
