"""Keys of bots. They live in one slot with those of accounts: no bot goes by a user's name."""

from __future__ import annotations


def bots() -> str:
    """Hash, bot id to JSON; kept. bot_create, bot_edit, bot_delete."""
    return "lingr:{accounts}:bots"


def bot_names() -> str:
    """Hash, bot id in lower case to bot id; kept. bot_create, bot_delete."""
    return "lingr:{accounts}:bot_names"


def bots_version() -> str:
    """String, how often a bot has changed, the rooms it hears, or whether it is paused; kept. Bot scripts."""
    return "lingr:{accounts}:bots_version"


def bot_rooms(bot_id: str) -> str:
    """Set, ids of the rooms a bot hears; kept. Each has the bot: it is invited before. bot_hear, bot_part."""
    return f"lingr:{{accounts}}:bot_rooms:{bot_id}"


def bots_invited(room_id: str) -> str:
    """Set, ids of the bots that may be in a room; kept. Before a bot is invited."""
    return f"lingr:{{accounts}}:bots_invited:{room_id}"


def answered(room_id: str, bot_id: str) -> str:
    """List, the last deliveries that a bot answered in a room; lives some days from then. room_answer."""
    return f"lingr:room:{{{room_id}}}:answered:{bot_id}"
