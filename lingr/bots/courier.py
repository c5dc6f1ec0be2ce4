"""Delivers to one bot what was said in its rooms, one utterance after the other.

A bot goes through these states; all but the first two are kept in the engine, so that any process goes on
where another one stopped:

    idle ---- something is said in a room of it ----> taken, for as long as its lease lasts
    taken --- read what comes next, send it --------> answered: the answer is said, the cursor moves on; taken
                                                  or  failed: due again after a pause; idle until then
                                                  or  failed for the last time: paused
    taken --- nothing is left ----------------------> idle
    paused -- it is woken --------------------------> idle

What is said twice is the same delivery by its name, and a delivery is answered in the room only once. So
whatever dies in between, the bot may be called once more, and nobody reads anything twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from lingr.bots.addresses import NotCallable, Unresolved
from lingr.bots.bodies import Bodies
from lingr.bots.calls import Answer, Caller, NoAnswer
from lingr.bots.headers import headers_of
from lingr.bots.run import Run
from lingr.domain import deliveries, numbering, speaking
from lingr.domain.context import Context
from lingr.errors import LingrError
from lingr.store.deliveries import Taken
from lingr.values import Message
from lingr.values_deliveries import Attempt
from lingr.values_v2 import OwnBot

LEASE_PER_CALL = 1.5
"""How long a lease lasts, in calls that take as long as they may: who holds one says the answer, too."""

MOST_IN_A_ROW = 50
SAYING_PAUSE_SECONDS = 1.0
SLOW_MILLISECONDS = 1000

SAID, SILENT, REFUSED, FAILED, SKIPPED = "said", "silent", "refused", "failed", "skipped"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Later:
    """The bot is to be looked at again after so many seconds; if that is None, once it has been woken."""

    seconds: float | None


DONE = Later(0)
"""Nothing is left, and the bot has been given back."""


class Courier:
    """Delivers to any bot. ``is_leaving`` says that the process is about to end.

    ``slow`` are the bots that took their time when they were called last, or never answered.
    """

    def __init__(self, ctx: Context, caller: Caller, bodies: Bodies, is_leaving: Callable[[], bool]) -> None:
        self._ctx = ctx
        self._caller = caller
        self._bodies = bodies
        self._is_leaving = is_leaving
        self.slow: set[str] = set()

    @property
    def lease(self) -> int:
        """How long a lease lasts, in milliseconds."""
        return int(self._ctx.settings.bot_seconds * LEASE_PER_CALL * 1000)

    def deliver(self, bot: OwnBot, stirred: Callable[[], set[str]]) -> Later | None:
        """Delivers what there is in the rooms that ``stirred`` gives, which is asked again and again.

        Returns None when nothing is left. Raises LingrError ``unavailable``.
        """
        taken = self._ctx.store.deliveries.take(bot.id, self.lease, self._ctx.clock())
        if not isinstance(taken, Taken):
            return Later(None if taken is None else taken / 1000)
        run = Run(self._ctx.store.deliveries, bot, taken, stirred)
        was_slow = bot.id in self.slow
        for _ in range(MOST_IN_A_ROW):
            run.read()
            found = None if self._is_leaving() else run.next()
            if found is None:
                run.rest()
                return None
            later = self._tell(run, *found)
            if later is not None:
                return None if later is DONE else later
            if was_slow != (bot.id in self.slow):
                break
        # Others may have waited, or it is not among its like any more.
        run.rest()
        return Later(0)

    def _tell(self, run: Run, room_id: str, message: Message) -> Later | None:
        place = run.places[room_id]
        try:
            number = numbering.number_of(self._ctx, room_id, message.id)
        except LingrError as error:
            if error.name == "unavailable":
                raise
            # It was forgotten just now, with the room or by itself.
            return self._move(run, room_id, message, None)
        begun = self._ctx.clock()
        delivery = deliveries.name_of(run.bot.id, number)
        answer, fault, is_final = self._call(run.bot, number, delivery, place.public_id, message)
        if self._ctx.clock() - begun < SLOW_MILLISECONDS:
            self.slow.discard(run.bot.id)
        else:
            self.slow.add(run.bot.id)

        def attempt(outcome: str, why: str = "") -> Attempt:
            status, took = (answer.status if answer else 0), self._ctx.clock() - begun
            return Attempt(
                begun, place.public_id, number, delivery, run.tries + 1, status, took, outcome, why
            )

        if fault is not None:
            return self._fail(run, room_id, message, attempt(FAILED, fault), is_final)
        assert answer is not None
        said = self._say(run.bot, room_id, answer, delivery)
        if said is None:
            # The engine has gone, or this process has to: another one asks the bot again, and says it.
            self._ctx.store.deliveries.release(run.bot.id)
            return Later(SAYING_PAUSE_SECONDS)
        return self._move(run, room_id, message, attempt(*said))

    def _move(self, run: Run, room_id: str, message: Message, attempt: Attempt | None) -> Later | None:
        is_last = run.is_last(room_id)
        if not run.move(room_id, message.id, 0 if is_last else self.lease, attempt):
            # Another process has taken over, or the bot has left the room.
            return Later(0)
        return DONE if is_last else None

    def _call(
        self, bot: OwnBot, number: int, delivery: str, room: str, message: Message
    ) -> tuple[Answer | None, str | None, bool]:
        """The answer; or what is wrong, and whether it is of no use to try again."""
        try:
            body = self._bodies.body_of(number, room, message)
            headers = headers_of(bot.secret, delivery, body, self._ctx.clock())
            answer = self._caller.post(bot.endpoint or "", body, headers)
        except NotCallable as error:
            return None, str(error), True
        except (Unresolved, NoAnswer) as error:
            return None, str(error), False
        except Exception:
            # Counted like any other, or the bot would wait for ever, and call for ever.
            log.exception("unspecified failure", what="delivery", bot=bot.id)
            return None, "a fault of this server", False
        if answer.status == deliveries.GONE:
            return answer, "the endpoint wants no more", True
        if deliveries.is_passing(answer.status):
            return answer, f"status {answer.status}", False
        return answer, None, False

    def _say(self, bot: OwnBot, room_id: str, answer: Answer, delivery: str) -> tuple[str, str] | None:
        """Says an answer if it is one: what became of it, and why. None if it could not be said so far."""
        if answer.status != 200:
            is_fine = 200 <= answer.status < 300
            return (SILENT, "") if is_fine else (REFUSED, f"status {answer.status}")
        if answer.body is None:
            return SKIPPED, "the answer is too long"
        text = answer.body.decode("utf-8-sig", "replace")
        if not text.strip():
            return SILENT, ""
        while True:
            try:
                speaking.answer(self._ctx, bot, room_id, text, delivery)
                return SAID, ""
            except LingrError as error:
                if error.name != "unavailable":
                    return SKIPPED, error.text
            if self._is_leaving():
                return None
            self._ctx.pause(SAYING_PAUSE_SECONDS)

    def _fail(self, run: Run, room_id: str, message: Message, attempt: Attempt, is_final: bool) -> Later:
        due = None if is_final else deliveries.due_after(self._ctx, attempt.number)
        now = self._ctx.clock()
        counted = self._ctx.store.deliveries.failed(
            run.bot.id, room_id, run.places[room_id].moved, attempt, due or 0, now if due is None else None
        )
        if due is not None or not counted:
            return Later(max(0.0, ((due or now) - now) / 1000))
        log.warning("bot paused", bot=run.bot.id, room=attempt.room, tries=attempt.number, why=attempt.why)
        deliveries.tell_owner(self._ctx, run.bot, room_id, attempt.why)
        return Later(None)
