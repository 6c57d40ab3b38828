"""Numbers, amounts and dates as people of one language write them, both units where two are in use.

Locale data is that of the Unicode CLDR through Babel: decimal comma and narrow no-break thousands in French. A number
and its unit are joined by a no-break space in both languages.
"""

from __future__ import annotations

import math
from datetime import date
from functools import lru_cache

from babel.dates import format_date, get_month_names
from babel.lists import format_list
from babel.numbers import get_decimal_symbol, get_group_symbol

from cofactor.facts.vocabulary import ANALYTE_UNIT, NUTRIENT_UNIT
from cofactor.units import convert

NBSP = "\N{NO-BREAK SPACE}"
TO = "–\N{WORD JOINER}"
"""Between the ends of a range: an en dash at which no line breaks."""
MINUS = "\N{MINUS SIGN}"

LANGUAGES = ("en", "fr")
# Decimals at which a level is read; more would claim a precision that no assay has.
DIGITS: dict[str, int] = {
    "25OHD": 0,
    "25OHD3": 0,
    "25OHD2": 0,
    "D3": 0,
    "calcitriol": 0,
    "24_25OH2D": 1,
    "Mg_serum": 2,
    "Mg_cell": 2,
    "Mg_rbc": 2,
    "Ca_total": 2,
    "Ca_ionised": 2,
    "PTH": 1,
    "phosphate": 2,
    "FGF23": 2,
    "Zn_plasma": 1,
    "copper_serum": 1,
    "potassium_serum": 1,
    "Ca_urine": 1,
    "Mg_urine": 1,
    "bone_mineral": 1,
    "ucOC": 0,
    "dp_ucMGP": 0,
    "creatinine": 0,
    "eGFR": 0,
    "albumin": 0,
    "ALP": 0,
    "INR": 1,
}
# The second unit that laboratories print, where one is in wide use.
CONVENTIONAL: dict[str, str] = {
    "25OHD": "ng/mL",
    "Mg_serum": "mg/dL",
    "Ca_total": "mg/dL",
    "phosphate": "mg/dL",
    "PTH": "pg/mL",
    "calcitriol": "pg/mL",
}
_CONVENTIONAL_DIGITS = {"25OHD": 0, "Mg_serum": 1, "Ca_total": 1, "phosphate": 1, "PTH": 0, "calcitriol": 0}
PER_DAY = {"en": "/day", "fr": "/j"}
"""What turns the unit of an amount into that of an amount a day."""
_UNITS: dict[str, dict[str, str]] = {
    "en": {"mmol/d": "mmol/day", "mg/d": "mg/day", "µg/d": "µg/day", "ratio": "×"},
    "fr": {"IU": "UI", "mmol/d": "mmol/j", "mg/d": "mg/j", "µg/d": "µg/j", "ratio": "×", "U/L": "U/L"},
}


@lru_cache(maxsize=4096)
def number(value: float, lang: str, digits: int = 0) -> str:
    """``value`` with exactly ``digits`` decimals and grouped thousands: ``1,000`` or ``1 000``."""
    plain = f"{round(value, digits) + 0.0:,.{digits}f}"  # no minus before a zero
    return plain.translate(_marks(lang))


@lru_cache
def _marks(lang: str) -> dict[int, str]:
    """What stands for the comma, the point and the hyphen of a number as Python writes it."""
    return str.maketrans({",": get_group_symbol(lang), ".": get_decimal_symbol(lang), "-": MINUS})


def short(value: float, lang: str, digits: int = 3) -> str:
    """``value`` with at most ``digits`` decimals and no trailing zeros."""
    for fewer in range(digits + 1):
        if math.isclose(round(value, fewer), round(value, digits), abs_tol=1e-9):
            return number(value, lang, fewer)
    raise AssertionError("rounding to the same digits is exact")


def unit(name: str, lang: str) -> str:
    """The unit as written in the language: IU is UI in French."""
    return _UNITS[lang].get(name, name)


def with_unit(value: str, name: str, lang: str) -> str:
    """A formatted number and its unit, which a line break cannot part."""
    return f"{value}{NBSP}{unit(name, lang)}" if name else value


def exact(value: float, nutrient: str, lang: str, *, both: bool = False) -> str:
    """An amount as a label would print it, to three digits: ``12.8 mg``, ``0.23 mg``; ``both`` adds IU of vitamin D."""
    digits = max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0
    text = with_unit(short(value, lang, digits), NUTRIENT_UNIT[nutrient], lang)
    return f"{text}{NBSP}({international_units(value, lang)})" if both and nutrient == "vitamin_d" else text


def amount(value: float, nutrient: str, lang: str, *, both: bool = False) -> str:
    """An amount of a nutrient in its canonical unit; ``both`` adds IU for vitamin D: ``25 µg (1,000 IU)``."""
    name = NUTRIENT_UNIT[nutrient]
    digits = 1 if value < 10 else 0
    text = with_unit(short(value, lang, digits), name, lang)
    if both and nutrient == "vitamin_d":
        text += f"{NBSP}({international_units(value, lang)})"
    return text


def international_units(micrograms: float, lang: str) -> str:
    """Vitamin D in international units: ``1,000 IU``."""
    return with_unit(number(convert(micrograms, "µg", "IU", "vitamin_d"), lang), "IU", lang)


def digits_of(analyte: str) -> int:
    """Decimals at which a level of this analyte is read."""
    return DIGITS.get(analyte, 2)


def plain_level(value: float, analyte: str, lang: str) -> str:
    """A level without its unit. Fractions are shown as percentages."""
    if ANALYTE_UNIT.get(analyte) == "fraction":
        return number(value * 100, lang)
    return number(value, lang, digits_of(analyte))


def level_unit(analyte: str, lang: str) -> str:
    """The unit in which a level is shown."""
    name = ANALYTE_UNIT.get(analyte, "")
    return "%" if name == "fraction" else unit(name, lang)


def level(value: float, analyte: str, lang: str, *, both: bool = False) -> str:
    """A level with its unit; ``both`` adds the unit of other laboratories: ``42 nmol/L (17 ng/mL)``."""
    name = level_unit(analyte, lang)
    text = f"{plain_level(value, analyte, lang)}{NBSP}{name}" if name else plain_level(value, analyte, lang)
    other = conventional(value, analyte)
    if both and other is not None:
        text += f"{NBSP}({number(other, lang, _CONVENTIONAL_DIGITS[analyte])}{NBSP}{CONVENTIONAL[analyte]})"
    return text


def conventional(value: float, analyte: str) -> float | None:
    """A level in the second unit in wide use, or None where there is none."""
    other = CONVENTIONAL.get(analyte)
    return None if other is None else convert(value, ANALYTE_UNIT[analyte], other, analyte)


def plain_conventional(value: float, analyte: str, lang: str) -> str:
    """A level in the second unit in wide use, without that unit (:data:`CONVENTIONAL`)."""
    return number(
        convert(value, ANALYTE_UNIT[analyte], CONVENTIONAL[analyte], analyte), lang, _CONVENTIONAL_DIGITS[analyte]
    )


def percent(probability: float, lang: str) -> str:
    """A probability as a percentage; never 0 % or 100 %, which no sample of trajectories can show."""
    if probability < 0.01:
        return f"<{NBSP}1{NBSP}%"
    if probability > 0.99:
        return f">{NBSP}99{NBSP}%"
    return f"{number(100 * probability, lang)}{NBSP}%"


def day(of: date, lang: str) -> str:
    """``22 November 2026``; the first of a month is ``1er`` in French."""
    return _written(of, "d MMMM y", lang)


def short_day(of: date, lang: str) -> str:
    """``15 Feb``."""
    return _written(of, "d MMM", lang)


def weekday(of: date, lang: str) -> str:
    """``Mon 23``: the day of the week and of the month."""
    return str(format_date(of, "EEE d", locale=lang)).replace(".", "").replace(" ", NBSP)


def _written(of: date, pattern: str, lang: str) -> str:
    text = str(format_date(of, pattern, locale=lang)).replace(" ", NBSP)
    return f"1er{text[1:]}" if lang == "fr" and of.day == 1 else text


def month(of: date, lang: str) -> str:
    """The short name of a month, without its full stop."""
    return str(get_month_names("abbreviated", locale=lang)[of.month]).rstrip(".")


def time(hh_mm: str, lang: str) -> str:
    """``12:30`` as ``12:30`` or ``12 h 30``; whole hours lose their zeros in French."""
    hours, _, minutes = hh_mm.partition(":")
    if lang == "fr":
        return f"{int(hours)}{NBSP}h" + (f"{NBSP}{minutes}" if minutes != "00" else "")
    return f"{int(hours)}:{minutes}"


def join(parts: list[str], lang: str) -> str:
    """A list in words: ``a, b and c``."""
    return str(format_list(parts, locale="en_GB" if lang == "en" else lang)) if parts else ""
