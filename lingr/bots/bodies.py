"""What is sent to bots: one utterance, in the shape of an answer of event/observe."""

from __future__ import annotations

from collections import OrderedDict

from lingr.render import json, v2
from lingr.render.links import Links
from lingr.values import Message
from lingr.values_v2 import Event, Events, Numbered

KEPT_BODIES = 256


class Bodies:
    """Makes bodies. All bots of a room are sent the same one, which is made once."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self._made: OrderedDict[tuple[int, str], bytes] = OrderedDict()

    def body_of(self, number: int, room: str, message: Message) -> bytes:
        """The body for a message with that number, in the room that goes by that public id."""
        made = self._made.get((number, room))
        if made is None:
            event = Event(message.id, Numbered(number, room, message))
            made = json.write(v2.events(Events(message.id, (event,)), self._links))
            self._made[number, room] = made
            if len(self._made) > KEPT_BODIES:
                self._made.popitem(last=False)
        return made
