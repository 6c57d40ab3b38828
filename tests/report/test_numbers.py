"""Numbers as people write them, against the locale data that they follow."""

from __future__ import annotations

import random

import pytest
from babel.numbers import format_decimal

from cofactor.report.numbers import MINUS, number


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("digits", [0, 1, 2])
def test_a_number_is_written_as_the_locale_writes_it(lang, digits):
    drawn = random.Random(7)
    values = [
        0.0,
        -0.001,
        999.5,
        1000,
        -1234.5,
        *(drawn.choice((1, -1)) * 10 ** drawn.uniform(-3, 6) for _ in range(500)),
    ]
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    for value in values:
        written = format_decimal(round(value, digits) + 0.0, format=pattern, locale=lang)
        assert number(value, lang, digits) == written.replace("-", MINUS)
