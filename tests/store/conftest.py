from __future__ import annotations

from collections.abc import Callable

import pytest

from lingr.store import Store
from support.ears import Ears
from support.lobby import Lobby


@pytest.fixture
def lobby(store: Store) -> Lobby:
    return Lobby(store)


@pytest.fixture
def hearing(store: Store, lobby: Lobby, listen_to: Callable[[Store], Ears]) -> Ears:
    """Ears for what the lobby announces from now on."""
    ears = listen_to(store)
    ears.follow(lobby.id)
    ears.heard()
    return ears
