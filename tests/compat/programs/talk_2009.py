"""Prints what is said in rooms; says there what comes in on standard input, a line with room, tab and text.

usage: talk_2009.py URL USER PASSWORD FILE ROOM...

All is written to FILE, which is also what it goes on from when it is started again: its session, what
it said, and the counter it has read to. Leaves when somebody says "!quit".
"""

import json
import os
import sys
import threading
import time
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

AGAIN_SECONDS = 0.1


class Refused(Exception):
    pass


class Lingr:
    def __init__(self, url, user, password, path, rooms):
        self.url, self.user, self.password, self.rooms = url, user, password, rooms
        path = Path(path)
        self.past = path.read_text().splitlines() if path.exists() else []
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self.counter = None

    def note(self, *lines):
        """All the lines are written, or none of them."""
        os.write(self.file, "".join("\t".join(map(str, line)) + "\n" for line in lines).encode())

    def last(self, word):
        found = [line.split("\t")[1:] for line in self.past if line.startswith(word + "\t")]
        return found[-1] if found else None

    def get(self, method, **params):
        return self.read(urlopen(f"{self.url}/api/{method}?{urlencode(params)}", timeout=100))

    def post(self, method, **params):
        return self.read(urlopen(f"{self.url}/api/{method}", urlencode(params).encode(), timeout=100))

    def read(self, response):
        with response:
            told = json.loads(response.read())
        if told["status"] != "ok":
            raise Refused(told["code"])
        return told

    def insist(self, call, method, **params):
        """Calls until there is an answer that says something about the call."""
        while True:
            try:
                return call(method, **params)
            except Refused as refused:
                if refused.args[0] in ("invalid_session", "not_found", "invalid_user_credentials"):
                    raise
                self.note(["REFUSED", *refused.args])
            except (OSError, HTTPException, ValueError):
                # ValueError: what came was cut off, or no JSON.
                self.note(["FAULT", method])
            time.sleep(AGAIN_SECONDS)

    def begin(self):
        known = self.last("SESSION")
        if known is None:
            told = self.insist(self.post, "session/create", user=self.user, password=self.password)
        else:
            told = self.insist(self.post, "session/verify", session=known[0])
        self.session, self.public_id = told["session"], told["public_id"]
        rooms = ",".join(self.rooms)
        kept = {} if known else {"reset": "true"}
        told = self.insist(self.post, "room/subscribe", session=self.session, room=rooms, **kept)
        # As clients learned to: a counter never falls.
        self.counter = max(told["counter"], int(self.last("COUNTER")[0]) if known else 0)
        if known is None:
            self.note(["SESSION", self.session, self.public_id], ["COUNTER", self.counter])

    def speak(self):
        """What was begun in an earlier life is said again first, under the number it had."""
        said = {line.split("\t")[1] for line in self.past if line.startswith("SAID\t")}
        begun = [line.split("\t")[1:] for line in self.past if line.startswith("SAYING\t")]
        for number, room, text in begun:
            if number not in said:
                self.say(number, room, text)
        number = len(begun)
        for line in sys.stdin:
            room, text = line.rstrip("\n").split("\t")
            self.note(["SAYING", number, room, text])
            self.say(number, room, text)
            number += 1

    def say(self, number, room, text):
        told = self.insist(
            self.post,
            "room/say",
            session=self.session,
            room=room,
            text=text,
            local_id=f"pending-{self.public_id}-{number}",
            request_id=f"{self.public_id} {number}",
        )
        message = told["message"]
        self.note(["SAID", number, message["room"], message["id"], message["text"]])

    def observe(self):
        while True:
            told = self.insist(self.get, "event/observe", session=self.session, counter=self.counter)
            lines, over = [], False
            for event in told["events"]:
                lines.append(["EVENT", event["event_id"]])
                if "presence" in event:
                    what = [event["presence"][name] for name in ("room", "username", "status")]
                    lines.append(["PRESENCE", *what])
                message = event.get("message")
                if message is not None:
                    what = [message[name] for name in ("room", "id", "nickname", "text")]
                    lines.append(["HEARD", *what])
                    over = over or message["text"] == "!quit"
            self.counter = told["counter"]
            self.note(*lines, ["COUNTER", self.counter])
            if over:
                return


def main():
    lingr = Lingr(*sys.argv[1:5], sys.argv[5:])
    lingr.begin()
    threading.Thread(target=lingr.speak, daemon=True).start()
    lingr.observe()
    lingr.insist(lingr.post, "session/destroy", session=lingr.session)
    lingr.note(["LEFT"])


main()
