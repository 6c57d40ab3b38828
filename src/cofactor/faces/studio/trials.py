"""The trials of the studio: a list, a form that writes a trial file, a run with progress, and what it shows."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from cofactor.errors import InputError
from cofactor.faces.studio import trial_form as form
from cofactor.faces.studio.pages import Page, Studio
from cofactor.faces.studio.refusals import problem_rows
from cofactor.faces.studio.trial_words import Told, results_values
from cofactor.faces.workbench.jobs import Job, State
from cofactor.faces.workbench.results import chosen
from cofactor.faces.workbench.shapes import TrialExport
from cofactor.person.yaml_text import MAX_CHARACTERS
from cofactor.person.yaml_write import yaml_text
from cofactor.report.figures.trial import Shown, figures
from cofactor.report.names import Names
from cofactor.trial.design import parse_trial
from cofactor.trial.findings import Findings

PAGES = (Page("trials", "/trials"),)
Id = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
_LONGEST, _MOST_FIELDS = 2_000, 5_000
_ODD = re.compile(r"[^A-Za-z0-9]+")


class Filled(BaseModel):
    """The fields of the form, and what is to be done with them."""

    model_config = ConfigDict(extra="forbid")
    pairs: list[tuple[Annotated[str, Field(max_length=_LONGEST)], Annotated[str, Field(max_length=_LONGEST)]]] = Field(
        default_factory=list, max_length=_MOST_FIELDS
    )
    act: str = Field("", max_length=50)
    text: str | None = Field(None, max_length=MAX_CHARACTERS, description="A trial file, in place of fields.")

    def fields(self) -> form.Fields:
        """By place; what is named more than once is a list."""
        if self.text is not None:
            return form.taken_apart(self.text)
        found: form.Fields = {}
        for place, text in self.pairs:
            found[place] = f"{found[place]}, {text}" if place in found and place.endswith(form.LIST) else text
        return found

    def written(self) -> str:
        """The trial file."""
        return yaml_text({"trial": 1, **form.put_together(list(self.fields().items()))})


def routes(studio: Studio) -> APIRouter:
    """The routes of this group."""
    found = APIRouter()
    _list(found, studio)
    _form(found, studio)
    _trial(found, studio)
    return found


def _list(found: APIRouter, studio: Studio) -> None:
    @found.get("/trials")
    async def trials(request: Request) -> Response:
        told = Told(studio.lang(request))
        jobs = await studio.work.run(studio.bench.jobs.all)
        values = {"jobs": [(job, told.line(job)) for job in jobs], "starts": form.STARTS}
        return studio.show(request, "trials.html", "trials", values=values)


def _form(found: APIRouter, studio: Studio) -> None:
    @found.get("/trials/new")
    async def new(
        request: Request,
        start: Annotated[str, Query(max_length=50)] = form.STARTS[0],
        like: Annotated[str, Query(max_length=50)] = "",
    ) -> Response:
        text = (
            studio.bench.jobs.find(like).text if like else form.start(start if start in form.STARTS else form.STARTS[0])
        )
        values = {**_fields(studio, request, form.taken_apart(text)), "written": text}
        return studio.show(request, "trial_new.html", "trials", values=values)

    @found.post("/trials/form")
    async def changed(request: Request, body: Filled) -> dict[str, str]:
        fields, focus = form.changed(body.fields(), body.act)
        page = studio.show(request, "trial_fields.html", values=_fields(studio, request, fields))
        return {"html": bytes(page.body).decode(), "focus": _ident(focus) if focus else ""}

    @found.post("/trials/check")
    async def check(request: Request, body: Filled) -> dict[str, object]:
        return await studio.work.run(_checked, body, studio.lang(request))

    @found.post("/trials/begin")
    async def begin(body: Filled) -> dict[str, str]:
        job = await studio.work.run(studio.bench.jobs.submit, body.written())
        return {"location": f"/trials/{job.id}"}


def _checked(body: Filled, lang: str) -> dict[str, object]:
    """The trial file of a form, how much it asks for, and every problem of it."""
    text = body.written()
    try:
        trial = parse_trial(text)
    except InputError as error:
        return {"text": text, "said": "", "problems": problem_rows(error.problems, lang)}
    return {"text": text, "said": Told(lang).size(trial), "problems": []}


def _fields(studio: Studio, request: Request, fields: form.Fields) -> dict[str, object]:
    """What the template of the fields needs."""
    named, names, offered = form.numbered(fields), Names(studio.lang(request)), form.choices()
    return {
        "value": lambda place: named.get(place, ""),
        "ident": _ident,
        "rows": form.arm_rows(named),
        "others": form.others(named),
        "population": form.POPULATION,
        "course": form.COURSE,
        "outcomes_place": form.OUTCOMES,
        "read": [entry.strip() for entry in named.get(form.OUTCOMES, "").split(",")],
        "names": names,
        "country_options": [(country, country) for country in offered["countries"]],
        "nutrient_options": [(nutrient, names.nutrient(nutrient)) for nutrient in offered["nutrients"]],
        **offered,
    }


def _ident(place: str) -> str:
    """The id of a field."""
    return "f-" + _ODD.sub("-", place).strip("-")


def _trial(found: APIRouter, studio: Studio) -> None:
    @found.get("/trials/{id}")
    async def trial(
        request: Request,
        id: Id,  # noqa: A002 - the word of the address
        outcome: str | None = None,
        days: float | None = None,
    ) -> Response:
        job = studio.bench.jobs.find(id)
        told = Told(studio.lang(request))
        if job.state is not State.DONE:
            return studio.show(request, "trial_run.html", "trials", values={"job": job, "told": told})
        values = await studio.work.run(lambda: _results(studio, job, told.lang, outcome, days))
        return studio.show(request, "trial.html", "trials", values={**values, "told": told})

    @found.get("/trials/{id}/far")
    async def far(request: Request, id: Id) -> dict[str, object]:  # noqa: A002
        job = studio.bench.jobs.find(id)
        return {"done": job.done, "over": job.state.over, "said": Told(studio.lang(request)).far(job)}

    @found.get("/trials/{id}/figures")
    async def drawn(
        request: Request,
        id: Id,  # noqa: A002
        outcome: str | None = None,
        days: float | None = None,
    ) -> HTMLResponse:
        job = studio.bench.jobs.find(id)
        values = await studio.work.run(lambda: _results(studio, job, studio.lang(request), outcome, days))
        return studio.show(request, "trial_figures.html", values=values)


def _results(studio: Studio, job: Job, lang: str, outcome: str | None, days: float | None) -> dict[str, object]:
    """What the page of a finished trial shows."""
    findings = Findings(job.trial, studio.bench.jobs.results(job.id))
    levels = chosen(findings, outcome, days)
    return {
        "job": job,
        "figures": figures(Shown(findings, levels, lang)),
        "levels": levels,
        "exports": list(TrialExport),
        **results_values(job, studio.bench.jobs.results(job.id), lang),
    }
