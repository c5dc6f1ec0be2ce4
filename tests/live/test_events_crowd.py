"""Many sessions of the 2009 API in one room, and observers of 2007: all hear everything once and in order."""

from __future__ import annotations

import pytest

from support.crowd import Crowd, anonymous
from support.house import opened
from support.readers import ReadingCrowd, readers
from support.served import kill
from support.wire import soon

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

SAID = 30
READERS = {"on": 300, "off": 60}


@pytest.mark.parametrize("parking", ["on", "off"])
def test_a_mixed_crowd_hears_everything_once_and_in_order(parking):
    settings = {"LINGR_PARKING": parking, "LINGR_RATE_LIMITS": "off", "LINGR_HOLD_SECONDS": "2"}
    with opened(**settings, LINGR_FSYNC="always") as house:
        room, other = house.room(), house.room()
        guest, member = house.enter(room, "guest"), readers(house, 1, room)[0]
        them = [*readers(house, READERS[parking], room), *readers(house, 30, room, other)]
        crowd = ReadingCrowd(house, them)
        observers = anonymous(house, room, 30)
        others = Crowd(house, room, observers, observers[-1].counter)
        everybody = (crowd, others)
        for one in everybody:
            one.start()
        try:
            for one in everybody:
                one.until_asked()
            texts = []
            for number in range(SAID):
                texts.append(f"word {number}")
                if number % 2:
                    guest.say(texts[-1])
                else:
                    house.client.ok("room/say", session=member.session, room=room, text=texts[-1])
                if number == SAID // 2:
                    kill(house.served.web_workers()[0])
                    soon(lambda: len(house.served.web_workers()) == 2, 30)
                    soon(lambda: house.client.request("GET", "/healthz").status == 200)
            for one in everybody:
                one.until(lambda person: [text for _, text in person.heard][-1:] == texts[-1:])
        finally:
            for one in everybody:
                one.stop()
        for one in everybody:
            for person in one.members:
                assert [text for _, text in person.heard] == texts
                assert person.refusals == []
        # Whichever generation and however many rooms, a message has the same id for all who read its ids.
        assert len({tuple(person.heard) for person in crowd.members}) == 1
