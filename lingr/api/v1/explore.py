"""Finding rooms."""

from __future__ import annotations

from lingr.api.method import Method, Needs
from lingr.api.params import Amount, Text
from lingr.domain import exploring

ROOMS = Amount(name="count", doc="How many rooms at most: 1 to 100, which more than 100 stands for.")
TAGS = Amount(name="count", doc="How many tags at most: 1 to 100, which more than 100 stands for.")

METHODS = (
    Method(
        "explore.getHotRooms",
        "GET",
        Needs.KEY_OR_SESSION,
        exploring.get_hot_rooms,
        "rooms",
        "Tell the listed rooms with the most people and talk just now, the hottest first.",
        params=(ROOMS,),
        raises=("invalid_parameter", "rate_limited"),
    ),
    Method(
        "explore.getNewRooms",
        "GET",
        Needs.KEY_OR_SESSION,
        exploring.get_new_rooms,
        "rooms",
        "Tell the listed rooms made last, the newest first.",
        params=(ROOMS,),
        raises=("invalid_parameter", "rate_limited"),
    ),
    Method(
        "explore.getHotTags",
        "GET",
        Needs.KEY_OR_SESSION,
        exploring.get_hot_tags,
        "tags",
        "Tell the tags of the hottest rooms, the hottest first.",
        params=(TAGS,),
        raises=("invalid_parameter", "rate_limited"),
    ),
    Method(
        "explore.getAllTags",
        "GET",
        Needs.KEY_OR_SESSION,
        exploring.get_all_tags,
        "tags",
        "Tell the tags of all listed rooms, those of the most rooms first.",
        params=(TAGS,),
        raises=("invalid_parameter", "rate_limited"),
    ),
    Method(
        "explore.search",
        "GET",
        Needs.KEY_OR_SESSION,
        exploring.search,
        "rooms",
        "Find listed rooms that have every term in name, description or tags.",
        params=(
            Text(
                name="q", required=True, doc="Terms separated by commas or spaces; quotes hold one together."
            ),
            ROOMS,
        ),
        raises=("invalid_parameter", "rate_limited"),
    ),
    Method(
        "explore.searchTags",
        "GET",
        Needs.KEY_OR_SESSION,
        exploring.search_tags,
        "rooms",
        "Find listed rooms that have every one of some tags.",
        params=(
            Text(
                name="q", required=True, doc="Tags separated by commas or spaces; quotes hold one together."
            ),
            ROOMS,
        ),
        raises=("invalid_parameter", "rate_limited"),
    ),
)
