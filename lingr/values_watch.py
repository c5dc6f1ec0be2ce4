"""Whatever a poll may wait for."""

from __future__ import annotations

from lingr.values import Watch
from lingr.values_user import UserWatch
from lingr.values_v2 import EventsWatch

AnyWatch = Watch | UserWatch | EventsWatch
