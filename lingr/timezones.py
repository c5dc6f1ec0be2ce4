"""The time zones a room may have, and times told in them.

Lingr was a Rails application, and its rooms' zones carry the names Rails gives them. The default of the
2007 API, "Pacific (US & Canada)", is no Rails name; it is known here besides.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

DEFAULT = "Pacific (US & Canada)"

# IANA zone, then the names it goes by, several cities being separated by commas; west to east.
_ZONES = """
Pacific/Midway: International Date Line West, Midway Island
Pacific/Pago_Pago: American Samoa
Pacific/Honolulu: Hawaii
America/Juneau: Alaska
America/Los_Angeles: Pacific Time (US & Canada), Pacific (US & Canada)
America/Tijuana: Tijuana
America/Denver: Mountain Time (US & Canada)
America/Phoenix: Arizona
America/Chihuahua: Chihuahua
America/Mazatlan: Mazatlan
America/Chicago: Central Time (US & Canada)
America/Regina: Saskatchewan
America/Mexico_City: Guadalajara, Mexico City
America/Monterrey: Monterrey
America/Guatemala: Central America
America/New_York: Eastern Time (US & Canada)
America/Indiana/Indianapolis: Indiana (East)
America/Bogota: Bogota
America/Lima: Lima, Quito
America/Halifax: Atlantic Time (Canada)
America/Caracas: Caracas
America/La_Paz: La Paz
America/Santiago: Santiago
America/Guyana: Georgetown
America/Puerto_Rico: Puerto Rico
America/St_Johns: Newfoundland
America/Sao_Paulo: Brasilia
America/Argentina/Buenos_Aires: Buenos Aires
America/Montevideo: Montevideo
America/Nuuk: Greenland
Atlantic/South_Georgia: Mid-Atlantic
Atlantic/Azores: Azores
Atlantic/Cape_Verde: Cape Verde Is.
Etc/UTC: UTC
Europe/Dublin: Dublin
Europe/London: Edinburgh, London
Europe/Lisbon: Lisbon
Africa/Casablanca: Casablanca
Africa/Monrovia: Monrovia
Africa/Algiers: West Central Africa
Europe/Amsterdam: Amsterdam
Europe/Belgrade: Belgrade
Europe/Berlin: Berlin
Europe/Bratislava: Bratislava
Europe/Brussels: Brussels
Europe/Budapest: Budapest
Europe/Copenhagen: Copenhagen
Europe/Ljubljana: Ljubljana
Europe/Madrid: Madrid
Europe/Paris: Paris
Europe/Prague: Prague
Europe/Rome: Rome
Europe/Sarajevo: Sarajevo
Europe/Skopje: Skopje
Europe/Stockholm: Stockholm
Europe/Vienna: Vienna
Europe/Warsaw: Warsaw
Europe/Zagreb: Zagreb
Europe/Zurich: Bern, Zurich
Africa/Cairo: Cairo
Africa/Harare: Harare
Africa/Johannesburg: Pretoria
Asia/Jerusalem: Jerusalem
Europe/Athens: Athens
Europe/Bucharest: Bucharest
Europe/Helsinki: Helsinki
Europe/Kaliningrad: Kaliningrad
Europe/Kyiv: Kyiv
Europe/Riga: Riga
Europe/Sofia: Sofia
Europe/Tallinn: Tallinn
Europe/Vilnius: Vilnius
Africa/Nairobi: Nairobi
Asia/Baghdad: Baghdad
Asia/Kuwait: Kuwait
Asia/Riyadh: Riyadh
Europe/Istanbul: Istanbul
Europe/Minsk: Minsk
Europe/Moscow: Moscow, St. Petersburg
Europe/Volgograd: Volgograd
Asia/Tehran: Tehran
Asia/Baku: Baku
Asia/Muscat: Abu Dhabi, Muscat
Asia/Tbilisi: Tbilisi
Asia/Yerevan: Yerevan
Europe/Samara: Samara
Asia/Kabul: Kabul
Asia/Almaty: Almaty, Astana
Asia/Karachi: Islamabad, Karachi
Asia/Tashkent: Tashkent
Asia/Yekaterinburg: Ekaterinburg
Asia/Colombo: Sri Jayawardenepura
Asia/Kolkata: Chennai, Kolkata, Mumbai, New Delhi
Asia/Kathmandu: Kathmandu
Asia/Dhaka: Dhaka
Asia/Urumqi: Urumqi
Asia/Yangon: Rangoon
Asia/Bangkok: Bangkok, Hanoi
Asia/Jakarta: Jakarta
Asia/Krasnoyarsk: Krasnoyarsk
Asia/Novosibirsk: Novosibirsk
Asia/Hong_Kong: Hong Kong
Asia/Irkutsk: Irkutsk
Asia/Kuala_Lumpur: Kuala Lumpur
Asia/Shanghai: Beijing, Chongqing
Asia/Singapore: Singapore
Asia/Taipei: Taipei
Asia/Ulaanbaatar: Ulaanbaatar
Australia/Perth: Perth
Asia/Seoul: Seoul
Asia/Tokyo: Osaka, Sapporo, Tokyo
Asia/Yakutsk: Yakutsk
Australia/Adelaide: Adelaide
Australia/Darwin: Darwin
Asia/Vladivostok: Vladivostok
Australia/Brisbane: Brisbane
Australia/Hobart: Hobart
Australia/Melbourne: Canberra, Melbourne
Australia/Sydney: Sydney
Pacific/Guam: Guam
Pacific/Port_Moresby: Port Moresby
Asia/Magadan: Magadan
Asia/Srednekolymsk: Srednekolymsk
Pacific/Guadalcanal: Solomon Is.
Pacific/Noumea: New Caledonia
Asia/Kamchatka: Kamchatka
Pacific/Auckland: Auckland, Wellington
Pacific/Fiji: Fiji
Pacific/Majuro: Marshall Is.
Pacific/Chatham: Chatham Is.
Pacific/Apia: Samoa
Pacific/Fakaofo: Tokelau Is.
Pacific/Tongatapu: Nuku'alofa
"""

NAMES: dict[str, str] = {
    name: key
    for key, names in (row.split(": ") for row in _ZONES.split("\n") if row)
    for name in names.split(", ")
}
"""IANA zone by the name a room tells."""

_MINUTE = timedelta(minutes=1)
_EASTMOST = timedelta(hours=13)


def is_known(name: str) -> bool:
    """Whether a room may have this zone. Names count letter by letter, capitals included."""
    return name in NAMES


def zone_of(name: str) -> ZoneInfo:
    """The zone of this name. Raises LookupError for a name that is not known."""
    if name not in NAMES:
        raise LookupError(f"unknown time zone: {name}")
    return ZoneInfo(NAMES[name])


def day_of(milliseconds: int, zone_name: str) -> date:
    """The day it is in this zone at a time. Raises LookupError for a zone that is not known."""
    return datetime.fromtimestamp(milliseconds / 1000, zone_of(zone_name)).date()


def span_of(day: date, zone_name: str) -> tuple[int, int]:
    """When a day begins and ends in this zone, in milliseconds; it may be 23 or 25 hours long.

    Where clocks were put back over midnight the day is told in two pieces, and this spans both: `day_of`
    knows which times between are another day's. Raises LookupError for a zone that is not known,
    OverflowError for the last day of the calendar.
    """
    zone = zone_of(zone_name)
    first = datetime.combine(day, time(), zone)
    last = datetime.combine(day + timedelta(days=1), time(fold=1), zone)
    return int(first.timestamp()) * 1000, int(last.timestamp()) * 1000


def stamp(milliseconds: int, zone_name: str) -> str:
    """A time in this zone, as ISO 8601 with whole seconds and a numeric offset.

    ``2008-03-02T19:05:44-08:00`` is how the documents of the 2007 API write times. One of its clients
    takes a fraction of a second for a zone, and offsets only up to +13 hours and some minutes; so the
    fraction is cut off, and where clocks stand at +14:00 the same moment is told at +13:00.

    Raises LookupError for a zone that is not known.
    """
    return _stamp(milliseconds // 1000, zone_name)


@lru_cache(maxsize=4096)
def _stamp(seconds: int, zone_name: str) -> str:
    minute, second = divmod(seconds, 60)
    head, offset = _minute(minute, zone_name)
    return f"{head}{second:02d}{offset}"


def utc(milliseconds: int) -> str:
    """A time in UTC to the second, ``2013-03-17T07:38:51Z``: how the 2009 API writes times."""
    minute, second = divmod(milliseconds // 1000, 60)
    return f"{_minute(minute, 'UTC')[0]}{second:02d}Z"


@lru_cache(maxsize=4096)
def _minute(minute: int, zone_name: str) -> tuple[str, str]:
    """What stands before and after the seconds, for a minute counted from the Unix epoch."""
    moment = datetime.fromtimestamp(minute * 60, zone_of(zone_name))
    offset = moment.utcoffset() or timedelta()
    # Some zones were off by odd seconds before 1972, which ISO 8601 has no notation for.
    told = offset // _MINUTE * _MINUTE
    if told > _EASTMOST + timedelta(minutes=59):
        told = _EASTMOST
    text = moment.astimezone(timezone(told)).isoformat(timespec="minutes")
    return text[:16] + ":", text[16:]
