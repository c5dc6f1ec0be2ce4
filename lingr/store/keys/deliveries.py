"""Keys of what bots are told: how far each is, what became of it, and who is at it.

All of one bot's live in one slot.
"""

from __future__ import annotations


def bot_cursors(bot_id: str) -> str:
    """Hash, room id to the counter up to which the bot was told; kept. delivery_begin, delivery_done."""
    return f"lingr:bot:{{{bot_id}}}:cursors"


def bot_trouble(bot_id: str) -> str:
    """Hash; ``tries``, how often the delivery at hand has failed; ``due``, when it is tried again (ms);
    ``paused``, since when nothing is delivered (ms), and ``why``; ``since``, nothing said before it is
    delivered (ms); kept. delivery_failed, delivery_done, delivery_wake.
    """
    return f"lingr:bot:{{{bot_id}}}:trouble"


def bot_deliveries(bot_id: str) -> str:
    """Stream, the newest attempts at deliveries; kept. delivery_done, delivery_failed."""
    return f"lingr:bot:{{{bot_id}}}:deliveries"


def bot_lease(bot_id: str) -> str:
    """String, who delivers to the bot at present; lives some seconds. delivery_take."""
    return f"lingr:bot:{{{bot_id}}}:lease"
