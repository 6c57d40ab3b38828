"""Words that a case may use for a thing, in English and French, and what they mean.

Keys of the file never depend on language; values that people write in their own words may.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache

from cofactor.facts.names import fold
from cofactor.units import DAYS_PER_MONTH, DAYS_PER_YEAR

SEX = {
    "female": "female",
    "male": "male",
    "f": "female",
    "m": "male",
    "woman": "female",
    "man": "male",
    "femme": "female",
    "homme": "male",
}
STATE = {
    "none": "none",
    "pregnant": "pregnant",
    "lactating": "lactating",
    "aucun": "none",
    "enceinte": "pregnant",
    "breastfeeding": "lactating",
    "allaitement": "lactating",
    "allaitante": "lactating",
}
SUNSCREEN = {
    "never": "never",
    "sometimes": "sometimes",
    "usually": "usually",
    "always": "always",
    "jamais": "never",
    "parfois": "sometimes",
    "souvent": "usually",
    "toujours": "always",
}
YES_NO: dict[str, bool | None] = {
    "yes": True,
    "oui": True,
    "true": True,
    "vrai": True,
    "y": True,
    "no": False,
    "non": False,
    "false": False,
    "faux": False,
    "n": False,
    "unknown": None,
    "inconnue": None,
    "inconnu": None,
    "not known": None,
    "je ne sais pas": None,
}
"""``None`` is "not known": the same as not answered."""
SLOTS = {
    "waking": "waking",
    "breakfast": "breakfast",
    "lunch": "lunch",
    "dinner": "dinner",
    "bedtime": "bedtime",
    "on waking": "waking",
    "reveil": "waking",
    "au reveil": "waking",
    "lever": "waking",
    "au lever": "waking",
    "a jeun": "waking",
    "morning": "breakfast",
    "matin": "breakfast",
    "petit dejeuner": "breakfast",
    "noon": "lunch",
    "midi": "lunch",
    "dejeuner": "lunch",
    "supper": "dinner",
    "evening": "dinner",
    "soir": "dinner",
    "diner": "dinner",
    "souper": "dinner",
    "bed": "bedtime",
    "night": "bedtime",
    "coucher": "bedtime",
    "au coucher": "bedtime",
    "nuit": "bedtime",
}
"""Moments of the day. ``déjeuner`` and ``dîner`` have their meaning in France: midday and evening."""

DAYS = {
    "day": 1.0,
    "days": 1.0,
    "d": 1.0,
    "jour": 1.0,
    "jours": 1.0,
    "j": 1.0,
    "week": 7.0,
    "weeks": 7.0,
    "semaine": 7.0,
    "semaines": 7.0,
    "month": DAYS_PER_MONTH,
    "months": DAYS_PER_MONTH,
    "mois": DAYS_PER_MONTH,
    "year": DAYS_PER_YEAR,
    "an": DAYS_PER_YEAR,
    "daily": 1.0,
    "weekly": 7.0,
    "monthly": DAYS_PER_MONTH,
    "yearly": DAYS_PER_YEAR,
    "quotidien": 1.0,
    "hebdomadaire": 7.0,
    "mensuel": DAYS_PER_MONTH,
}
"""Days in a period."""

TIME_UNITS = {
    "hour": "h",
    "hours": "h",
    "heure": "h",
    "heures": "h",
    "mn": "min",
    "day": "d",
    "jour": "d",
    "semaine": "week",
}
"""Further spellings of the units of time outdoors."""

REFERENCES = ("EFSA", "NASEM", "ANSES", "NNR2023")

_EUROPE = """AD AL AT BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME
MK MT NL NO PL PT RO RS RU SE SI SJ SK SM TR UA VA XK AX GF GP MQ RE YT PM BL MF"""
_AMERICA = "US CA PR GU VI AS MP UM"
_ELSEWHERE = """AE AF AG AI AM AO AQ AR AU AW AZ BB BD BF BH BI BJ BM BN BO BQ BR BS BT BV BW BZ CC CD CF CG CI CK CL CM
CN CO CR CU CV CW CX DJ DM DO DZ EC EG EH ER ET FJ FK FM GA GD GE GH GL GM GN GQ GS GT GW GY HK HM HN HT ID IL IN IO IQ
IR JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LK LR LS LY MA MG MH ML MM MN MO MR MS MU MV MW MX MY MZ NA NC NE
NF NG NI NP NR NU NZ OM PA PE PF PG PH PK PN PS PW PY QA RW SA SB SC SD SG SH SL SN SO SR SS ST SV SX SY SZ TC TD TF TG
TH TJ TK TL TM TN TO TT TV TW TZ UG UY UZ VC VE VG VN VU WF WS YE ZA ZM ZW"""

EUROPE = frozenset(_EUROPE.split())
AMERICA = frozenset(_AMERICA.split())
COUNTRIES = EUROPE | AMERICA | frozenset(_ELSEWHERE.split())
"""ISO 3166-1 alpha-2 codes (with XK, Kosovo, which is in use and not in the standard)."""
COUNTRY_NAMES = {
    "uk": "GB",
    "united kingdom": "GB",
    "royaume uni": "GB",
    "england": "GB",
    "scotland": "GB",
    "france": "FR",
    "belgium": "BE",
    "belgique": "BE",
    "switzerland": "CH",
    "suisse": "CH",
    "germany": "DE",
    "allemagne": "DE",
    "spain": "ES",
    "espagne": "ES",
    "italy": "IT",
    "italie": "IT",
    "canada": "CA",
    "usa": "US",
    "united states": "US",
    "etats unis": "US",
    "en": "GB",
    "el": "GR",
}
"""What people write instead of a code: used to suggest, never to guess."""


def nearest(word: str, known: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Return the known words closest to one that is not known, best first; compared without case and accents."""
    by_fold = _by_fold(tuple(known))
    # 0.6: the usual cut of difflib, about one slip in three letters.
    matches = get_close_matches(fold(word[:60]), by_fold, n=most, cutoff=0.6)
    return tuple(by_fold[m] for m in matches)


@lru_cache(maxsize=32)
def _by_fold(known: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for candidate in known:
        found.setdefault(fold(candidate), candidate)
    return found


def first_spelling(words: Mapping[str, object]) -> tuple[str, ...]:
    """List the first word of each meaning, to name what would have been accepted."""
    seen: dict[object, str] = {}
    for word, meaning in words.items():
        seen.setdefault(meaning, word)
    return tuple(seen.values())
