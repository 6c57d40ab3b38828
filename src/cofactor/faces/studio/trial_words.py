"""What the studio says of a trial: its size, how far it is, what each arm gets, and who takes part."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cofactor.faces.progress import duration
from cofactor.faces.workbench.jobs import Job, State
from cofactor.report import numbers
from cofactor.report.figures.types import Table
from cofactor.report.names import Names
from cofactor.report.refusals import told
from cofactor.trial.parts import MANIFEST
from cofactor.trial.types import Arm, Give, Infusion, Population, Spread, Trial

_HUNDRED = 100.0


@dataclass(frozen=True)
class Told:
    """Sentences about trials in one language."""

    lang: str

    @property
    def names(self) -> Names:
        """The words of the language."""
        return Names(self.lang)

    def number(self, value: float) -> str:
        """A whole number, grouped."""
        return numbers.number(value, self.lang)

    def length(self, days: float) -> str:
        """``22 weeks``, or days where weeks are not whole."""
        weeks, rest = divmod(days, 7)
        key, value = ("weeks", weeks) if not rest else ("days", days)
        return self.counted(f"length.{key}", value)

    def counted(self, what: str, number: float) -> str:
        """A number of things, of which one has a sentence of its own."""
        key = f"workbench.{what}.{'one' if number == 1 else 'more'}"
        return self.names.text(key, number=numbers.short(number, self.lang, 1))

    def size(self, trial: Trial) -> str:
        """How much a trial is to be."""
        arms, people = len(trial.arms), trial.population.people
        told = {"people": self.number(people), "arms": self.counted("arms_of", arms), "length": self.length(trial.days)}
        return self.names.text("workbench.size", **told, runs=self.number(people * arms))

    def title(self, trial: Trial) -> str:
        """``2,000 virtual people, six arms, 22 weeks``."""
        told = {"people": self.number(trial.population.people), "arms": self.counted("arms_of", len(trial.arms))}
        return self.names.text("workbench.title", **told, length=self.length(trial.days))

    def line(self, job: Job) -> str:
        """One line of the list of trials."""
        day = numbers.day(datetime.fromtimestamp(job.asked_at).date(), self.lang)
        return f"{day} · {self.state(job)} · {self.title(job.trial)}"

    def state(self, job: Job) -> str:
        """How far a trial is, in a few words."""
        done = self.number(100 * job.done / job.asked)
        return self.names.text(f"workbench.state.{job.state.value}", done=done)

    def far(self, job: Job) -> str:
        """How far a running trial is, with the time that is left."""
        if job.state is State.FAILED:
            return self.names.text("workbench.run.why", why=told(job.why, self.names.text.lang))
        if job.state is not State.RUNNING:
            return self.state(job)
        done, asked = self.number(job.done), self.number(job.asked)
        if job.left is None:
            return self.names.text("workbench.run.begun", asked=asked)
        return self.names.text("workbench.run.far", done=done, asked=asked, left=duration(job.left))


def results_values(job: Job, folder: Path, lang: str) -> dict[str, object]:
    """The numbers in large type, and the trial in words."""
    told, text = Told(lang), Names(lang).text
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    trial, runs = job.trial, job.asked * len(job.trial.arms)
    seconds = numbers.short(job.seconds or 0.0, lang, 1)
    big = [
        (told.number(runs), text("workbench.kpi.runs", length=told.length(trial.days))),
        (f"{seconds}{numbers.NBSP}s", text("workbench.kpi.seconds")),
        (str(trial.population.seed), text("workbench.kpi.seed")),
        (told.number(manifest["failed"]), text("workbench.kpi.failed")),
    ]
    return {
        "big": big,
        "arms_table": _arms(trial, told),
        "people": _people(trial.population, told),
        "kicker": _kicker(trial, told),
    }


def _kicker(trial: Trial, told: Told) -> str:
    parts = [trial.name, *([numbers.day(trial.start, told.lang)] if trial.start else []), told.length(trial.days)]
    latitude = trial.population.latitude
    return " · ".join([*parts, *([] if latitude is None else [_latitude(latitude, told)])])


def _latitude(latitude: float, told: Told) -> str:
    key = "north" if latitude >= 0 else "south"
    return told.names.text(f"workbench.{key}", degrees=numbers.short(abs(latitude), told.lang, 1))


def _arms(trial: Trial, told: Told) -> Table:
    text = told.names.text
    rows = tuple((arm.name, _given(arm, told), _adherence(arm, told)) for arm in trial.arms)
    head = tuple(text(f"workbench.head.{name}") for name in ("arm", "given", "adherence"))
    return Table(text("workbench.file"), head, rows)


def _adherence(arm: Arm, told: Told) -> str:
    if arm.adherence is None:
        return told.names.text("workbench.usual_adherence")
    return f"{numbers.number(_HUNDRED * arm.adherence, told.lang)}{numbers.NBSP}%"


def _given(arm: Arm, told: Told) -> str:
    """What an arm gets, in words."""
    parts = [_dose(give, told) for give in arm.give]
    parts += [_infusion(infusion, told) for infusion in arm.infuse]
    for nutrient, amount in arm.diet.items():
        shown = numbers.amount(amount, nutrient, told.lang)
        parts.append(told.names.text("workbench.given.diet", nutrient=told.names.nutrient(nutrient), amount=shown))
    return "; ".join(parts) or told.names.text("workbench.given.nothing")


def _dose(give: Give, told: Told) -> str:
    text, lang = told.names.text, told.lang
    what = told.names.product(give.nutrient, give.form or "")
    amount = numbers.amount(give.amount, give.nutrient, lang, both=True)
    said = {"what": what, "amount": amount}
    if give.at:
        days = numbers.join([numbers.short(day, lang, 1) for day in give.at], lang)
        return text("workbench.given.at", **said, days=days)
    if give.every == 1:
        times = len(give.moments)
        return (
            text("workbench.given.times", **said, times=str(times))
            if times > 1
            else text("workbench.given.daily", **said)
        )
    return text("workbench.given.every", **said, days=numbers.short(give.every, lang, 1))


def _infusion(infusion: Infusion, told: Told) -> str:
    days = numbers.join([numbers.short(day, told.lang, 2) for day in infusion.at], told.lang)
    amount = numbers.with_unit(numbers.short(infusion.mmol, told.lang, 1), "mmol", told.lang)
    what = told.names.nutrient(infusion.nutrient)
    return told.names.text("workbench.given.vein", what=what, amount=amount, days=days)


def _people(who: Population, told: Told) -> str:
    """Who takes part, as far as the file says."""
    text, lang, parts = told.names.text, told.lang, []
    parts.append(text("workbench.people.female", share=numbers.number(_HUNDRED * who.female, lang)))
    for key, spread in (("age", who.age), ("bmi", who.bmi), ("weight", who.weight)):
        if spread is not None and spread.mean is not None:
            parts.append(text(f"workbench.people.{key}", value=_spread(spread, told, 0)))
    for analyte, spread in who.baseline.items():
        digits = numbers.digits_of(analyte)
        value = f"{_spread(spread, told, digits)}{numbers.NBSP}{numbers.level_unit(analyte, lang)}"
        parts.append(text("workbench.people.baseline", what=text(f"analyte.{analyte}"), value=value))
    for nutrient, spread in who.intake.items():
        if spread.mean is not None:
            amount = numbers.amount(spread.mean, nutrient, lang)
            parts.append(text("workbench.people.intake", what=told.names.nutrient(nutrient), amount=amount))
    return "; ".join(parts) + "."


def _spread(of: Spread, told: Told, digits: int) -> str:
    mean = numbers.number(of.mean or 0.0, told.lang, digits)
    return mean if of.sd is None else f"{mean}{numbers.NBSP}±{numbers.NBSP}{numbers.number(of.sd, told.lang, digits)}"
