"""Keys of the directory, and of what processes do in turn."""

from __future__ import annotations


def listed_rooms() -> str:
    """Sorted set, listed room ids by time of creation in milliseconds; kept. directory_change."""
    return "lingr:{directory}:listed_rooms"


def hot_rooms() -> str:
    """Sorted set, room ids by the mark of their heat, which rises with time; kept. directory_warm."""
    return "lingr:{directory}:hot_rooms"


def directory_texts() -> str:
    """Hash, room id to the text that the room is found by; kept. directory_change."""
    return "lingr:{directory}:texts"


def directory_numbers() -> str:
    """Hash, room id to the room's number in the directory, 0 and up; kept. directory_change."""
    return "lingr:{directory}:numbers"


def directory_places() -> str:
    """Hash, number in the directory to room id; kept. directory_change."""
    return "lingr:{directory}:places"


def directory_vacant() -> str:
    """List, numbers in the directory that are free again; kept. directory_change."""
    return "lingr:{directory}:vacant"


def directory_tags() -> str:
    """Sorted set, tag by how many listed rooms have it; kept. directory_change."""
    return "lingr:{directory}:tags"


def directory_tag_names() -> str:
    """Hash, tag to how it is shown; kept. directory_change."""
    return "lingr:{directory}:tag_names"


def directory_slice(number: int) -> str:
    """String of bits, the numbers of rooms with letters of this slice; kept. directory_change."""
    return f"lingr:{{directory}}:slice:{number}"


def directory_scratch() -> str:
    """String of bits; lives as long as the script that works with it. directory_find."""
    return "lingr:{directory}:scratch"


def rounder() -> str:
    """String, the process that goes round the occupied rooms; lives a few seconds. lease_hold."""
    return "lingr:{directory}:rounder"


def unsettled() -> str:
    """Hash, a change of a room that has begun to its JSON; kept. Changes, as each begins and ends."""
    return "lingr:{changes}:unsettled"


def occupied_rooms() -> str:
    """Sorted set, room ids by the time their next sweep is due; kept. Enter and sweep."""
    return "lingr:{presence}:occupied_rooms"


def sweeper() -> str:
    """String, the process that sweeps at present; lives a few seconds. lease_hold."""
    return "lingr:{presence}:sweeper"


def kept_otherwise() -> str:
    """Set, ids of the rooms that keep their log otherwise than the settings say; kept. Retention."""
    return "lingr:{retention}:rooms"


def trimming() -> str:
    """String, where the walk through all logs stands that looks for old events; kept. Retention."""
    return "lingr:{retention}:walk"
