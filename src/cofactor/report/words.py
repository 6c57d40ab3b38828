"""Values of a report as sentences of one language: names, reasons, gates, notes, and the title."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from cofactor.assess.types import Gate, GateResult, Level, StatusRow
from cofactor.facts.load import NUTRIENT_UNIT, load
from cofactor.person.types import Note
from cofactor.plan.types import PlanItem, Reason, Withheld
from cofactor.report import numbers
from cofactor.report.text import Text, TextError
from cofactor.report.types import Report

_AMOUNTS = frozenset({"amount", "intake", "reference", "limit", "gap", "if_compound"})
_SHARES = frozenset({"probability", "p_now", "p_reached", "share"})
LABORATORY = "laboratory"


class Words:
    """The sentences of one language, for one set of gates (whose own sentences reasons may quote)."""

    def __init__(self, lang: str, gates: GateResult) -> None:
        self.lang, self.text = lang, Text(lang)
        self._gates = {gate.id: gate for gate in gates.gates}

    # --- names

    def nutrient(self, name: str) -> str:
        """A nutrient: ``vitamin D``."""
        return self.text(f"nutrient.{name}")

    def form(self, nutrient: str, form: str) -> str:
        """A chemical form by its usual name: ``magnesium citrate``."""
        if f"form.{form}" in self.text:
            return self.text(f"form.{form}")
        known = load().form(nutrient, form)
        if known is None:
            return form
        names = known.names_fr if self.lang == "fr" else known.names_en
        return (names or (known.name,))[0]

    def product(self, nutrient: str, form: str) -> str:
        """A nutrient with its form: ``magnesium (oxide)``."""
        if form in ("", "unknown"):
            return self.text("product.plain", nutrient=self.nutrient(nutrient))
        return self.text("product.named", nutrient=self.nutrient(nutrient), form=self.form(nutrient, form))

    def dosed(self, item: PlanItem) -> str:
        """What is dosed, as a title says it: ``vitamin D3``."""
        key = f"dosed.{item.nutrient}"
        return self.text(key, form=item.form) if key in self.text else self.nutrient(item.nutrient)

    def analyte(self, name: str) -> str:
        """A level: ``serum magnesium``."""
        return self.text(f"analyte.{name}")

    def slots(self, slots: Iterable[str]) -> str:
        """Moments of the day: ``at lunch and at dinner``."""
        return numbers.join([self.text(f"slot.{slot}") for slot in slots], self.lang)

    def level(self, level: Level) -> str:
        """How a gate acts, in a word."""
        return self.text(f"level.{level}")

    def amount(self, value: float, nutrient: str) -> str:
        """An amount, vitamin D in both units."""
        return numbers.amount(value, nutrient, self.lang, both=True)

    # --- gates

    def why(self, gate: Gate) -> str:
        """Why a gate acts."""
        return self.text(f"gate.{gate.id}.why", **{k: self._plain(k, v) for k, v in gate.values.items()})

    def do(self, gate: Gate) -> str:
        """What to do about it; empty for a gate that asks for nothing."""
        key = f"gate.{gate.id}.do"
        if key in self.text:
            return self.text(key, **{k: self._plain(k, v) for k, v in gate.values.items()})
        for row in load().interactions:
            if row.id == gate.id:
                return row.action_fr if self.lang == "fr" else row.action_en
        return ""

    def _plain(self, name: str, value: str | float) -> str:
        if name == "date":
            return numbers.day(date.fromisoformat(str(value)), self.lang)
        if name == "unit":
            return numbers.unit(str(value), self.lang)
        return value if isinstance(value, str) else numbers.short(value, self.lang)

    # --- reasons and notes

    def reason(self, reason: Reason) -> str:
        """The sentence of a reason, with its values in words."""
        named = reason.values.get("nutrient")
        parts = [part for part in reason.key.split(".") if part in NUTRIENT_UNIT]
        zinc = "zinc" if reason.key.endswith("zinc_in_range") else ""
        nutrient = str(named) if named else (parts[0] if parts else zinc)
        values = {name: self._value(name, value, nutrient) for name, value in reason.values.items()}
        if reason.key.startswith("stopped."):
            values["product"] = self.product(nutrient, str(reason.values.get("form", "")))
        return self.text(reason.key, **values)

    def _value(self, name: str, value: str | float, nutrient: str) -> str:
        if name in _AMOUNTS and not isinstance(value, str):
            return self.amount(value, nutrient)
        if name in _SHARES and not isinstance(value, str):
            return numbers.percent(value, self.lang)
        words: Mapping[str, Any] = {
            "nutrient": lambda: self.nutrient(str(value)),
            "form": lambda: self.form(nutrient, str(value)),
            "analyte": lambda: self.analyte(str(value)),
            "question": lambda: self.text(f"question.{value}"),
            "limit_source": lambda: self.text(f"cap.{value}"),
            "gate": lambda: self.why(self._gates[str(value)]),
            "risk": lambda: self._risk(str(value)),
            "to": lambda: self.slots(str(value).split()),
            "what": lambda: self.product(*str(value).partition(":")[::2]),
        }
        if name in words:
            return str(words[name]())
        return value if isinstance(value, str) else numbers.short(value, self.lang)

    def _risk(self, risk: str) -> str:
        outcome, _, level = risk.partition(">")
        shown = numbers.number(float(level), self.lang, numbers.digits_of(outcome))
        return self.text(f"risk.{outcome}", level=shown)

    def note(self, note: Note) -> str:
        """How something of the file was read."""
        v = dict(note.values)
        nutrient = str(v.get("nutrient", ""))
        shown: dict[str, str] = {}
        for name, value in v.items():
            if name in ("amount", "if_compound") and not isinstance(value, str):
                shown[name] = self.amount(value, nutrient)
            elif name == "nearest" and not value:
                shown[name] = self.text("note.none_near")
            elif name in ("nutrient", "analyte"):
                shown[name] = self.nutrient(nutrient) if name == "nutrient" else self.analyte(str(value))
            elif name == "form":
                shown[name] = self.form(nutrient, str(value))
            else:
                shown[name] = value if isinstance(value, str) else numbers.short(value, self.lang)
        shown["name"] = str(v.get(f"name_{self.lang}", ""))
        return self.text(f"note.{note.key}", **shown)

    # --- the plan

    def dose(self, item: PlanItem) -> str:
        """A dose with what it is of, as a title says it: ``2 × 125 mg of magnesium``."""
        what = self.dosed(item)
        if item.form == "food":
            shown = numbers.amount(item.amount, item.nutrient, self.lang)
            return self.text("title.item_food", amount=shown, what=what)
        once = numbers.amount(item.per_intake, item.nutrient, self.lang, both=len(item.slots) == 1)
        if len(item.slots) > 1:
            return self.text("title.item_split", count=str(len(item.slots)), amount=once, what=what)
        return self.text("title.item", amount=once, what=what)

    def title(self, report: Report) -> str:
        """The plan in one sentence, or that there is none."""
        if any(g.level is Level.STOP and "*" in g.nutrients for g in report.gates.gates):
            return self.text("title.emergency")
        plan = report.plan
        pills = [self.dose(item) for item in plan.items if item.form != "food"]
        food = [self.dose(item) for item in plan.items if item.form == "food"]
        left = [self.nutrient(w.nutrient) for w in plan.withheld if _is_left(w)]
        items, plates = numbers.join(pills, self.lang), numbers.join(food, self.lang)
        if pills and food:
            sentence = self.text("title.plan_food", items=items, food=plates)
        elif pills:
            sentence = self.text("title.plan", items=items)
        elif food:
            sentence = self.text("title.food", food=plates)
        else:
            sentence = self.text("title.nothing_open" if left else "title.nothing_needed")
        if left and (pills or food):
            sentence = self.text("title.withheld_too", plan=sentence, withheld=numbers.join(left, self.lang))
        return sentence[:1].upper() + sentence[1:]

    def withheld(self, entry: Withheld) -> str:
        """What is not proposed, with the reason."""
        return self.reason(entry.why)

    # --- where a person stands

    def status(self, row: StatusRow) -> str:
        """One line on an intake or a level, by the body that judges it."""
        verdict = self._verdict(row)
        if row.kind == "nutrient":
            name = f"{self.nutrient(row.id)} ({self.text(f'status.basis.{row.basis}')})"
            low, value, high = (numbers.amount(v, row.id, self.lang) for v in (row.low, row.value, row.high))
            if low == high:
                return self.text("status.nutrient_exact", what=name, value=value, verdict=verdict)
            return self.text("status.nutrient", what=name, value=value, low=low, high=high, verdict=verdict)
        low, high = (numbers.plain_level(v, row.id, self.lang) for v in (row.low, row.high))
        shown = {"what": self.analyte(row.id), "value": numbers.level(row.value, row.id, self.lang, both=True)}
        if row.date is None:
            return self.text("status.analyte_estimate", **shown, low=low, high=high, verdict=verdict)
        day = numbers.day(date.fromisoformat(row.date), self.lang)
        return self.text("status.analyte_lab", **shown, low=low, high=high, verdict=verdict, day=day)

    def _verdict(self, row: StatusRow) -> str:
        if row.by.startswith(LABORATORY):
            return self.text(f"status.laboratory.{row.judged}")
        return self.text(f"status.verdict.{row.judged}", by=row.by)


def _is_left(entry: Withheld) -> bool:
    """Whether a gate, and not the planner's own habits, keeps a nutrient of the plan from being dosed."""
    return bool(entry.gates) and entry.nutrient in ("vitamin_d", "magnesium", "calcium")


__all__ = ["TextError", "Words"]
