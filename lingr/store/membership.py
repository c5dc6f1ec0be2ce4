"""What a room keeps of each of its members."""

from __future__ import annotations

import msgspec


class Membership(msgspec.Struct, frozen=True, gc=False):
    """Whether a member is an owner, since when it is one, and when it was last there (ms; 0 for never)."""

    owner: bool
    since: int
    seen: int = 0


membership_of = msgspec.json.Decoder(Membership).decode


def memberships_of(pairs: list[bytes]) -> dict[str, Membership]:
    """A HGETALL reply as members by user id."""
    return {
        user_id.decode(): membership_of(raw) for user_id, raw in zip(pairs[::2], pairs[1::2], strict=True)
    }
