"""The REST API of the workbench: trials, models and the validation, with the refusals of the rest."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, Path, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse

from cofactor.engine.generate import human
from cofactor.engine.user_model import UserModel
from cofactor.errors import ModelError, Problem
from cofactor.faces.refused import SpokenRoute, refusal
from cofactor.faces.work import Work
from cofactor.faces.workbench import exports
from cofactor.faces.workbench.bench import Bench
from cofactor.faces.workbench.exports import MEDIA
from cofactor.faces.workbench.jobs import NoTrialError
from cofactor.faces.workbench.models import NoModelError
from cofactor.faces.workbench.results import results
from cofactor.faces.workbench.shapes import (
    ModelBody,
    ModelExport,
    ModelOut,
    ResultsOut,
    RunBody,
    TableOut,
    TrialBody,
    TrialExport,
    TrialOut,
    TrialsOut,
)
from cofactor.person.yaml_write import yaml_text
from cofactor.said import Said
from cofactor.trial.design import json_schema
from cofactor.trial.findings import Findings

TAKEN, NOT_THERE, REFUSED, UNABLE, GONE = 202, 404, 422, 501, 204
Id = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
Responses = dict[int | str, dict[str, Any]]


def routes(work: Work, bench: Bench, responses: Responses) -> APIRouter:
    """All routes. ``responses`` are the refusals that every route may answer with."""
    shape = responses[REFUSED]["model"]
    described = {**responses, NOT_THERE: {"model": shape, "description": "Not here."}}
    found = APIRouter(route_class=SpokenRoute, responses=described)
    _trials(found, work, bench)
    _results(found, work, bench)
    unable: Responses = {UNABLE: {"model": shape, "description": "The tools to read models are not installed."}}
    _models(found, work, bench, unable)
    _human(found, work)
    return found


def answer_missing(api: FastAPI) -> None:
    """What is answered for ids that are not known, and where the tools to read a model are not installed."""

    @api.exception_handler(NoTrialError)
    async def no_trial(request: Request, _error: NoTrialError) -> JSONResponse:
        do = Said("GET /api/trials lists the trials; results are there once a trial is done.")
        return refusal(request, NOT_THERE, [Problem("id", Said("an id without such a trial"), (), do)])

    @api.exception_handler(NoModelError)
    async def no_model(request: Request, _error: NoModelError) -> JSONResponse:
        do = Said("POST the model to /api/models again.")
        return refusal(request, NOT_THERE, [Problem("id", Said("an id without a model"), (), do)])

    @api.exception_handler(ModelError)
    async def no_tools(request: Request, error: ModelError) -> JSONResponse:
        do = Said("Install what is named, and start the server again.")
        return refusal(request, UNABLE, [Problem("model", str(error), (), do)])


def _trials(api: APIRouter, work: Work, bench: Bench) -> None:
    @api.post("/api/trials", status_code=TAKEN)
    async def begin(body: TrialBody) -> TrialOut:
        """Run a trial beside the server: one at a time, a few may wait. Finished trials are kept until deleted."""
        text = body.trial if isinstance(body.trial, str) else yaml_text(body.trial)
        return TrialOut.of(await work.run(bench.jobs.submit, text))

    @api.get("/api/trials")
    async def trials() -> TrialsOut:
        """All trials of this machine's user, the newest first."""
        return TrialsOut(trials=[TrialOut.of(job) for job in await work.run(bench.jobs.all)])

    @api.get("/api/trials/{id}")
    async def trial(id: Id) -> TrialOut:  # noqa: A002 - the word of the address
        """How far a trial is."""
        return TrialOut.of(bench.jobs.find(id))

    @api.post("/api/trials/{id}/cancel")
    async def cancel(id: Id) -> TrialOut:  # noqa: A002
        """Stop a trial that waits or runs, at once; nothing of it is left. One that is over stays as it is."""
        return TrialOut.of(await asyncio.to_thread(bench.jobs.cancel, id))  # not bounded: it makes room

    @api.delete("/api/trials/{id}", status_code=GONE)
    async def delete(id: Id) -> None:  # noqa: A002
        """Stop a trial if it runs, and delete what it has written."""
        await asyncio.to_thread(bench.jobs.delete, id)

    @api.get("/api/trial-schema")
    async def schema() -> dict[str, Any]:
        """The JSON Schema of a trial file."""
        return json_schema()


def _results(api: APIRouter, work: Work, bench: Bench) -> None:
    @api.get("/api/trials/{id}/results")
    async def show(
        id: Id,  # noqa: A002
        outcome: str | None = None,
        days: Annotated[float | None, Query(allow_inf_nan=False)] = None,
    ) -> ResultsOut:
        """A finished trial on one day of one outcome: distributions, people above lines, and the dose response."""
        folder = bench.jobs.results(id)
        found = Findings(bench.jobs.find(id).trial, folder)
        return await work.run(results, found, outcome, days)

    @api.get("/api/trials/{id}/files/{name}", response_class=Response)
    async def file(id: Id, name: TrialExport) -> Response:  # noqa: A002
        """A file of a finished trial: readings as CSV or Parquet, people, summary, the trial file, or its Python."""
        job, folder = bench.jobs.find(id), bench.jobs.results(id)
        return _sent(exports.trial_file(job, folder, name), name.value)

    @api.get("/api/validate")
    async def validate(lang: Literal["en", "fr"] = "en") -> dict[str, Any]:
        """The published trials, predicted and compared. Computed once, in some seconds."""
        found: dict[str, Any] = (await bench.slow.run(bench.validation, lang))["result"]
        return found


def _models(api: APIRouter, work: Work, bench: Bench, unable: Responses) -> None:
    @api.post("/api/models", status_code=201, responses=unable)
    async def read(body: ModelBody) -> ModelOut:
        """Read and compile a model of ordinary differential equations: Antimony or SBML. It is kept in memory only."""
        return ModelOut.of(await bench.slow.run(bench.models.add, body.text, body.file))

    @api.get("/api/models/{id}")
    async def model(id: Id) -> ModelOut:  # noqa: A002
        """The names and values of a model."""
        return ModelOut.of(bench.models.find(id))

    @api.post("/api/models/{id}/run")
    async def run(id: Id, body: RunBody) -> TableOut:  # noqa: A002
        """Integrate a model from time 0."""
        found = await work.run(bench.models.run, id, body.run())
        return TableOut.model_validate(found.as_dict())

    @api.post("/api/models/{id}/table.csv", response_class=Response)
    async def table(id: Id, body: RunBody) -> Response:  # noqa: A002
        """The same as CSV."""
        found = await work.run(bench.models.run, id, body.run())
        return _sent(found.csv().encode(), f"{found.model}.csv")

    @api.get("/api/models/{id}/model.xml", response_class=Response)
    async def sbml(id: Id) -> Response:  # noqa: A002
        """The model as SBML."""
        found = bench.models.find(id)
        return _sent(found.sbml.encode(), f"{found.name}.xml")


def _human(api: APIRouter, work: Work) -> None:
    @api.post("/api/simulate")
    async def simulate(body: RunBody) -> TableOut:
        """Integrate the reference adult of the shipped human, in days."""
        found = await work.run(body.run().of, UserModel(human()))
        return TableOut.model_validate(found.as_dict())

    @api.get("/api/model/{name}", response_class=Response)
    async def export(name: ModelExport) -> Response:
        """The shipped human for other tools: SBML, Antimony, or the calibration problem as PEtab."""
        return _sent(await work.run(exports.human, name), name.value)


def _sent(content: Any, name: str) -> Response:  # noqa: ANN401 - a path, bytes or pieces of bytes
    """A file to be saved under a name."""
    end = name[name.rfind(".") :]
    headers = {"content-disposition": f'attachment; filename="{_plain(name)}"'}
    if isinstance(content, bytes):
        return Response(content, media_type=MEDIA[end], headers=headers)
    if hasattr(content, "__fspath__"):
        return FileResponse(content, media_type=MEDIA[end], headers=headers)
    return StreamingResponse(content, media_type=MEDIA[end], headers=headers)


def _plain(name: str) -> str:
    """A file name that means the same to every browser."""
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "-" for letter in name)
