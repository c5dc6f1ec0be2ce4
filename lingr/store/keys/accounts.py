"""Keys of API keys and accounts, and of what is counted against guessing."""

from __future__ import annotations


def api_keys() -> str:
    """Hash, API key to JSON; kept. The command line."""
    return "lingr:{accounts}:api_keys"


def named_api_keys() -> str:
    """Hash, the purpose of a key the server made for itself to that key; kept. api_key_for."""
    return "lingr:{accounts}:named_api_keys"


def users() -> str:
    """Hash, user id to JSON; kept. user_create."""
    return "lingr:{accounts}:users"


def emails() -> str:
    """Hash, e-mail address in lower case to user id; kept. user_create."""
    return "lingr:{accounts}:emails"


def usernames() -> str:
    """Hash, user name in lower case to user id; kept. user_create."""
    return "lingr:{accounts}:usernames"


def owned_rooms(user_id: str) -> str:
    """Set, ids of the rooms a user owns; kept. room_reserve."""
    return f"lingr:{{accounts}}:owned_rooms:{user_id}"


def devices(user_id: str) -> str:
    """Hash, digest of a token to its JSON device; kept. device_create, device_login, device_revoke."""
    return f"lingr:{{accounts}}:devices:{user_id}"


def device_sessions(user_id: str, digest: str) -> str:
    """Sorted set, sessions opened with a device's token by time; kept. device_login, device_revoke."""
    return f"lingr:{{accounts}}:device_sessions:{user_id}:{digest}"


def attempts(limit: str, address: str, what: str = "") -> str:
    """String, how often an address has tried something; lives as long as the window. rate_take.

    All counts of one address live in one slot.
    """
    return f"lingr:attempts:{{{address}}}:{limit}:{what}"
