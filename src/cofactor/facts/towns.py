"""Towns with their latitude, one or more to a country: those that the time zone database is kept by.

Nobody knows the latitude of home by heart, but everyone finds a town near it, and the clock of a computer names one.
Source: ``zone.tab`` of the IANA Time Zone Database (public domain), as the package ``tzdata`` ships it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

# Degrees and minutes, with or without seconds, as the file has latitudes: +4852, -330127.
_LATITUDE = re.compile(r"([+-])(\d{2})(\d{2})(?:\d{2})?[+-]")
_MINUTES = 60.0


@dataclass(frozen=True, slots=True)
class Town:
    """A town: the name of its time zone, the ISO code of its country, and degrees north."""

    zone: str
    country: str
    latitude: float


@cache
def towns() -> tuple[Town, ...]:
    """Every town of the database, in its order (by country)."""
    text = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(Town(zone, country, _degrees(place)) for country, place, zone, *_ in rows)


def _degrees(place: str) -> float:
    """Latitude of an ISO 6709 place, to a tenth of a degree (11 km), which is finer than a zone is."""
    found = _LATITUDE.match(place)
    assert found is not None, place
    size = int(found[2]) + int(found[3]) / _MINUTES
    return round(-size if found[1] == "-" else size, 1)
