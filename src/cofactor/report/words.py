"""Values of a report as sentences of one language: reasons, gates, notes, status lines, the title."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cofactor.assess.interplay import Interplay
from cofactor.assess.types import Gate, GateResult, Judgement, Level, StatusRow
from cofactor.facts.gates import EVERY_NUTRIENT
from cofactor.facts.load import NUTRIENT_UNIT, load
from cofactor.facts.types import Trust
from cofactor.person.types import Note
from cofactor.plan.goals import PLANNED
from cofactor.plan.types import Plan, Reason, Withheld
from cofactor.report import numbers
from cofactor.report.names import FOOD, Names, capital
from cofactor.report.text import TextError
from cofactor.report.types import Report

_AMOUNTS = frozenset({"amount", "before", "smaller", "intake", "reference", "limit", "gap", "if_compound"})
_SHARES = frozenset({"probability", "p_now", "p_reached", "p_without", "share"})
_EUROS = frozenset({"cost", "cost_before"})
_TOGETHER: Mapping[str, str] = {
    "unknown.lab": "analyte",
    "unknown.diet": "nutrient",
    "unknown.question": "question",
    "unknown.reference": "body",
}
"""Reasons that are said in one sentence, and the value of each that the sentence lists."""
LABORATORY = "laboratory"
WORTH_SAYING = 0.05
"""Probability of an intake that falls short or lies too high, below which it is not worth a sentence."""
_LEFT = ("withheld.risk", "withheld.labs_disagree")


class Words(Names):
    """The sentences of one language, for one set of gates (whose own sentences reasons may quote)."""

    def __init__(self, lang: str, gates: GateResult) -> None:
        super().__init__(lang)
        self._gates = {gate.id: gate for gate in gates.gates}

    # --- gates

    def why(self, gate: Gate) -> str:
        """Why a gate acts."""
        return capital(self.text(f"gate.{gate.id}.why", **{k: self._plain(k, v) for k, v in gate.values.items()}))

    def do(self, gate: Gate) -> str:
        """What to do about it: its own sentence, or that of the interaction it stands for."""
        key = f"gate.{gate.id}.do"
        if key in self.text:
            return self.text(key, **{k: self._plain(k, v) for k, v in gate.values.items()})
        row = load().interaction(gate.id)
        return row.action_fr if self.lang == "fr" else row.action_en

    def _plain(self, name: str, value: str | float) -> str:
        if name == "date":
            return self.day(str(value))
        if name == "unit":
            return numbers.unit(str(value), self.lang)
        if name in ("medicine", "condition"):
            named = self.medicine if name == "medicine" else self.condition
            return ", ".join(dict.fromkeys(map(named, str(value).split(", "))))  # one thing in two languages is one
        if name == "supplement":
            return ", ".join(self.nutrient(s) if s in NUTRIENT_UNIT else s for s in str(value).split(", "))
        return value if isinstance(value, str) else numbers.short(value, self.lang)

    # --- reasons and notes

    def reason(self, reason: Reason) -> str:
        """The sentence of a reason, with its values in words."""
        return capital(self.inline(reason))

    def inline(self, reason: Reason) -> str:
        """The same after a colon: without a capital, where the sentence has none of its own."""
        return self._said(reason.key, reason.values, {})

    def unknown(self, reasons: Iterable[Reason]) -> tuple[str, ...]:
        """What was not known, what belongs together in one sentence each."""
        together: dict[str, list[Reason]] = {}
        for reason in reasons:
            together.setdefault(reason.key if reason.key in _TOGETHER else str(reason), []).append(reason)
        return tuple(self._together(group) for group in together.values())

    def _together(self, group: list[Reason]) -> str:
        key, first = group[0].key, group[0].values
        if key not in _TOGETHER:
            return self.reason(group[0])
        name = _TOGETHER[key]
        listed = [self._value(name, reason.values[name], "") for reason in group]
        return capital(self._said(key, first, {name: " ".join(listed) if name == "question" else self.join(listed)}))

    def _said(self, key: str, given: Mapping[str, str | float], shown: Mapping[str, str]) -> str:
        nutrient = str(given.get("nutrient", "")) or _nutrient_in(key)
        values = {name: self._value(name, value, nutrient) for name, value in given.items()}
        if "level" in given and "analyte" in given:
            values["level"] = numbers.level(float(given["level"]), str(given["analyte"]), self.lang)
        if nutrient:
            values["product"] = self.product(nutrient, str(given.get("form", "")), str(given.get("label", "")))
        return self.text(key, **{**values, **shown})

    def _value(self, name: str, value: str | float, nutrient: str) -> str:
        if not isinstance(value, str):
            if name in _AMOUNTS:
                return self.amount(value, nutrient)
            if name in _EUROS:
                return numbers.number(value, self.lang, 1)  # prices are assumed
            return numbers.percent(value, self.lang) if name in _SHARES else numbers.short(value, self.lang)
        words: Mapping[str, Callable[[str], str]] = {
            "nutrient": self.nutrient,
            "medicine": self.beside,
            "nutrients": lambda listed: self.join(self.nutrient(one) for one in listed.split()),
            "form": lambda form: self.form(nutrient, form),
            "holds": self.holds,
            "analyte": self.analyte,
            "question": lambda question: self.text(f"question.{question}"),
            "limit_source": lambda cap: self.text(f"cap.{cap}"),
            "gate": lambda gate: self.why(self._gates[gate]),
            "risk": self.risk,
            "body": self.body,
            "date": self.day,
            "to": lambda slots: self.slots(slots.split()),
            "what": lambda what: self.product(*what.partition(":")[::2]),
        }
        return words[name](value) if name in words else value

    def beside(self, name: str) -> str:
        """What something is kept apart from: a medicine, or a supplement by its nutrient or its label."""
        return self.nutrient(name) if name in NUTRIENT_UNIT else self.medicine(name)

    def holds(self, held: str) -> str:
        """What a product holds: nutrients by their ids, then lines of its label as they are printed."""
        nutrients, *lines = held.split("\n")
        return self.join([*(self.nutrient(one) for one in nutrients.split()), *lines])

    def risk(self, risk: str) -> str:
        """A level that should hardly be passed, from its name: ``Ca_total>2.60``."""
        outcome, _, level = risk.partition(">")
        shown = numbers.number(float(level), self.lang, numbers.digits_of(outcome))
        return self.text(f"risk.{outcome}", level=shown)

    def note(self, note: Note) -> str:
        """How something of the file was read."""
        values: dict[str, Any] = dict(note.values)
        nutrient = str(values.get("nutrient", ""))
        shown = {name: self._value(name, value, nutrient) for name, value in values.items() if name != "value"}
        if "analyte" in values and "value" in values:
            shown["value"] = numbers.plain_level(values["value"], values["analyte"], self.lang)
        if "nearest" in values:
            near = values["nearest"]
            shown["nearest"] = self.text("note.near", names=near) if near else ""
        shown["name"] = str(values.get(f"name_{self.lang}", ""))
        return capital(self.text(f"note.{note.key}", **shown).rstrip())

    # --- the plan

    def title(self, report: Report) -> str:
        """The plan in one sentence, or that there is none."""
        if emergency(report.gates):
            return self.text("title.emergency")
        left = self.join(self.nutrient(w.nutrient) for w in report.plan.withheld if is_left(w))
        if not report.plan.items:
            return self.text("title.nothing_open" if left else "title.nothing_needed")
        sentence = self._doses(report.plan)
        return capital(self.text("title.withheld_too", plan=sentence, withheld=left) if left else sentence)

    def _doses(self, plan: Plan) -> str:
        pills = self.join(self.dose(item) for item in plan.items if item.form != FOOD)
        food = self.join(self.more(item) for item in plan.items if item.form == FOOD)
        if pills and food:
            return self.text("title.plan_food", items=pills, food=food)
        return self.text("title.plan", items=pills) if pills else self.text("title.food", food=food)

    def withheld(self, entry: Withheld) -> str:
        """What is not proposed, with the reason."""
        return self.reason(entry.why)

    # --- where a person stands

    def status(self, row: StatusRow) -> str:
        """One line on an intake or a level, read by the body of the case."""
        shown = {"verdict": self.verdict(row)}
        if row.kind == "nutrient":
            shown["what"] = self.text(f"status.basis.{row.basis}", nutrient=self.nutrient(row.id))
            value, low, high = (numbers.amount(v, row.id, self.lang) for v in (row.value, row.low, row.high))
            low = low.partition(numbers.NBSP)[0]
            key = "status.nutrient" if row.high > row.low else "status.nutrient_exact"
        else:
            shown["what"] = self.analyte(row.id)
            value = numbers.level(row.value, row.id, self.lang, both=True)
            low, high = (numbers.plain_level(v, row.id, self.lang) for v in (row.low, row.high))
            key = "status.lab" if row.date else "status.estimate"
            shown["day"] = self.day(row.date) if row.date else ""
            if row.operator != "=":
                key, value = "status.lab_limit", f"{row.operator}{numbers.NBSP}{value}"
        said = capital(self.text(key, **shown, value=value, low=low, high=high))
        chances = self.chances(row)
        return f"{said}. {chances}" if chances else said

    def chances(self, row: StatusRow) -> str:
        """How likely an intake is to fall short or to lie above its limit, where that can be told and matters."""
        said = []
        if row.p_inadequate is not None and row.p_inadequate >= WORTH_SAYING:
            said.append(self.text("status.p_inadequate", p=numbers.percent(row.p_inadequate, self.lang)))
        if row.p_over is not None and WORTH_SAYING <= row.p_over < 1:
            said.append(self.text("status.p_over", p=numbers.percent(row.p_over, self.lang)))
        return " ".join(said).removesuffix(".")

    def interplay(self, found: Interplay) -> str:
        """What doses bring into play together, and what to do about it."""
        named, action = self.in_play(found), found.action(self.lang)
        return capital(self.text("together.line", amounts=named, action=action)) if named else action

    def in_play(self, found: Interplay) -> str:
        """The amounts that act together: ``magnesium, 300 mg``; empty where what matters is no amount."""
        amounts = [
            self.text("together.amount", nutrient=self.nutrient(n), amount=numbers.amount(v, n, self.lang))
            for n, v in found.amounts.items()
        ]
        if "phytate" in found.values:
            shown = numbers.with_unit(numbers.number(found.values["phytate"], self.lang), "mg", self.lang)
            amounts.append(self.text("together.phytate", amount=shown))
        return self.join(amounts)

    def verdict(self, row: StatusRow) -> str:
        """Where the value stands against the body that judges it, and whether that is sure."""
        own = next((j for j in row.judgements if row.by in (f"{j.body} {j.year}".strip(), j.body)), None)
        if own is None or row.judged == "none":
            return self.text("status.none", by=self.body(row.by))
        said = self._beside_laboratory(self._band(row, own), row, own)
        unsure = not row.date and any(mark is not None and row.low < mark < row.high for mark in (own.low, own.high))
        return self.text("status.unsure", verdict=said) if unsure else said

    def _beside_laboratory(self, said: str, row: StatusRow, own: Judgement) -> str:
        """A result within what another body asks for, and yet outside the range of laboratories."""
        lab = next((lab for lab in load().labs if (lab.analyte, lab.sex) == (row.id, "both")), None)
        if lab is None or row.basis != "lab" or own.body == LABORATORY or row.judged != "within":
            return said
        low, high = lab.reference_low, lab.reference_high
        if low is None or high is None or low <= row.value <= high:
            return said
        shown = (numbers.plain_level(end, row.id, self.lang) for end in (low, high))
        return self.text("status.outside", verdict=said, range=self.range(*shown))

    def _band(self, row: StatusRow, own: Judgement) -> str:
        show = numbers.amount if row.kind == "nutrient" else numbers.plain_level
        marks = {"low": own.low, "high": own.high}
        shown = {name: show(mark, row.id, self.lang) for name, mark in marks.items() if mark is not None}
        named = self.body(row.by)
        if own.source.trust is Trust.RECALL:
            named = f"{named}, {self.text('trust.recall')}"
        shown |= {"by": named, "range": self.range(shown.get("low", ""), shown.get("high", ""))}
        if row.kind == "nutrient":
            limit_only = "_limit" if row.judged == "within" and own.low is None else ""
            return self.text(f"status.intake.{row.judged}{limit_only}", **shown)
        return self.text(f"status.{LABORATORY if own.body == LABORATORY else 'level'}.{row.judged}", **shown)

    def range(self, low: str, high: str) -> str:
        """A range of which one end may be open."""
        ends = "both" if low and high else "from" if low else "to"
        return self.text(f"range.{ends}", low=low, high=high)


def emergency(gates: GateResult) -> tuple[Gate, ...]:
    """The gates that stop everything: nothing else is worth reading before them."""
    return tuple(gate for gate in gates.gates if gate.level is Level.STOP and EVERY_NUTRIENT in gate.nutrients)


def _nutrient_in(key: str) -> str:
    """The nutrient that a reason speaks of by its key: ``why.magnesium.gap``, ``withheld.zinc_in_range``."""
    parts = key.replace("_in_range", "").split(".")
    return next((part for part in parts if part in NUTRIENT_UNIT), "")


def is_left(entry: Withheld) -> bool:
    """Whether a nutrient of the plan is left to a professional: by a gate, a risk, or results that are in doubt."""
    return entry.nutrient in PLANNED and (bool(entry.gates) or entry.why.key in _LEFT)


__all__ = ["TextError", "Words", "emergency", "is_left"]
