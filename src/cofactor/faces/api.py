"""The REST API: the functions of the command line over HTTP on this machine, with the same answers and refusals.

Refused input is answered with 422 and every problem at once; too much work at a time with 429. Nothing is stored, and
no value of a request is logged.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from cofactor import __version__
from cofactor.errors import InputError, Problem
from cofactor.faces import answer_shapes as shapes
from cofactor.faces import answers
from cofactor.faces.refused import Lang, SpokenRoute, refusal
from cofactor.faces.work import BusyError, Work
from cofactor.faces.workbench.api import answer_missing, routes
from cofactor.faces.workbench.bench import Bench
from cofactor.person.case import json_schema, parse_case
from cofactor.person.problems import of_shape
from cofactor.person.types import Case
from cofactor.person.yaml_text import MAX_CHARACTERS
from cofactor.said import Said

REFUSED = 422
UNREADABLE = 400
"""What the framework says of a body that is no text; here it is refused like any other."""
BUSY = 429
RETRY_SECONDS = 1
LONGEST_SEARCH = 200
"""Characters of a search; no food has a longer name."""
LONGEST_FORECAST = 3650
"""Days: ten years, as on the command line."""
MOST_DOSES = 20
"""Doses that may be added to a forecast."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CaseBody(_Body):
    """A case: its values, or the text of its file."""

    case: dict[str, Any] | str = Field(description="The case as values, or as the YAML text of a case file.")
    lang: Lang = Lang.EN


class ForecastBody(CaseBody):
    """A case, how far to look, and daily doses to add."""

    days: float = Field(365, ge=1, le=LONGEST_FORECAST)
    add: list[Annotated[str, Field(max_length=LONGEST_SEARCH)]] = Field(
        default_factory=list, max_length=MOST_DOSES, examples=[["vitamin_d D3 2000 IU"]]
    )


class LabelBody(_Body):
    """A product: the values of a label file, or its text."""

    label: dict[str, Any] | Annotated[str, Field(max_length=MAX_CHARACTERS)] = Field(
        description="As values, or as the YAML text of a label file."
    )
    lang: Lang = Lang.EN


class ProblemOut(BaseModel):
    """One thing wrong with a request."""

    where: str
    got: str
    expected: list[str]
    do: str


class Refusal(BaseModel):
    """Every problem of a request."""

    problems: list[ProblemOut]


RESPONSES: dict[int | str, dict[str, Any]] = {
    REFUSED: {"model": Refusal, "description": "The input was refused: every problem."},
    BUSY: {"model": Refusal, "description": "Too much is being computed; come back."},
}


def create_api(
    work: Work | None = None,
    life: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
    bench: Bench | None = None,
) -> FastAPI:
    """The API as an ASGI application, without the door. ``life`` is entered when it starts and left when it stops.

    Whoever gives a ``bench`` closes it; what runs there ends with this process at the latest.
    """
    openapi = "/api/openapi.json"
    api = FastAPI(
        title="cofactor", version=__version__, docs_url=None, redoc_url=None, openapi_url=openapi, lifespan=life
    )
    api.router.route_class = SpokenRoute
    work, bench = work or Work(), bench or Bench()
    _errors(api)
    _questions(api, work)
    _look_ups(api, work)
    answer_missing(api)
    api.include_router(routes(work, bench, RESPONSES))
    return api


def _errors(api: FastAPI) -> None:
    @api.exception_handler(InputError)
    async def refused(request: Request, error: InputError) -> JSONResponse:
        return refusal(request, REFUSED, error.problems)

    @api.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        return refusal(request, REFUSED, map(_of_request, error.errors()))

    @api.exception_handler(UNREADABLE)
    async def unreadable(request: Request, _error: Exception) -> JSONResponse:
        problem = Problem("body", Said("bytes that are not JSON"), (), Said("Send JSON in UTF-8."))
        return refusal(request, REFUSED, [problem])

    @api.exception_handler(BusyError)
    async def busy(request: Request, _error: BusyError) -> JSONResponse:
        got, do = Said("more requests than it computes at once"), Said("Send it again in a second.")
        answer = refusal(request, BUSY, [Problem("server", got, (), do)])
        answer.headers["retry-after"] = str(RETRY_SECONDS)
        return answer


def _questions(api: FastAPI, work: Work) -> None:
    @api.post("/api/check", response_model=None, responses=_answered(shapes.CheckAnswer))
    async def check(body: CaseBody) -> dict[str, Any]:
        """How a case was read, and the gates that it meets. Simulates nothing."""
        return await work.run(lambda: answers.check(_case(body), body.lang))

    @api.post("/api/status", response_model=None, responses=_answered(shapes.StatusAnswer))
    async def status(body: CaseBody) -> dict[str, Any]:
        """Where a person stands on every intake and every level."""
        return await work.run(lambda: answers.status(_case(body), body.lang))

    @api.post("/api/forecast", response_model=None, responses=_answered(shapes.ForecastAnswer))
    async def forecast(body: ForecastBody) -> dict[str, Any]:
        """Where a person is heading, as things are and with what is added."""
        return await work.run(lambda: answers.forecast(_case(body), body.lang, body.days, body.add))

    @api.post("/api/plan", response_model=None, responses=_answered(shapes.PlanAnswer))
    async def plan(body: CaseBody) -> dict[str, Any]:
        """The whole report, as result.json."""
        return await work.run(lambda: answers.plan(_case(body), body.lang))

    @api.post("/api/cite", response_model=None, responses=_answered(shapes.SourcesAnswer))
    async def cite(body: CaseBody) -> dict[str, Any]:
        """The sources that a plan for the case uses."""
        return await work.run(lambda: answers.cite(_case(body)))

    @api.post("/api/label", response_model=None, responses=RESPONSES)
    async def label(body: LabelBody) -> dict[str, Any]:
        """What a product holds, does in a population, must not meet, and may claim."""
        return await work.run(answers.label, body.label, body.lang)


def _look_ups(api: FastAPI, work: Work) -> None:
    @api.get("/api/foods", response_model=None, responses=_answered(shapes.FoodsAnswer))
    async def foods(
        q: Annotated[str, Query(max_length=LONGEST_SEARCH)], most: Annotated[int, Query(ge=1, le=100)] = 10
    ) -> dict[str, Any]:
        """Foods by name in French or English, the likeliest first."""
        return await work.run(answers.search_foods, q, most)

    @api.get("/api/evidence", response_model=None, responses=_answered(shapes.ClaimsAnswer))
    async def evidence(
        id: Annotated[str | None, Query(max_length=LONGEST_SEARCH)] = None,  # noqa: A002 - the word of the address
    ) -> dict[str, Any]:
        """Statements of the ledger; with an id, that one alone with its experiment, which is run."""
        return await work.run(answers.evidence, id)

    @api.get("/api/ask", response_model=None, responses=_answered(shapes.AskAnswer))
    async def ask(q: Annotated[str, Query(max_length=LONGEST_SEARCH)], lang: Lang = Lang.EN) -> dict[str, Any]:
        """The statement of the ledger that a question in everyday words is about."""
        return await work.run(answers.ask, q, lang)

    @api.get("/api/case-schema")
    async def schema() -> dict[str, Any]:
        """The JSON Schema of a case file."""
        return json_schema()

    @api.get("/api/health")
    async def health() -> dict[str, str]:
        """Whether the server answers, and its version."""
        return {"version": __version__}


def _answered(shape: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """The refusals, and the shape of an answer. It is described and not applied: the answer is the command's own."""
    return {200: {"model": shape}, **RESPONSES}


def _case(body: CaseBody) -> Case:
    return parse_case(body.case)


def _of_request(error: Any) -> Problem:  # noqa: ANN401 - pydantic's own mapping
    where = ".".join(str(part) for part in error["loc"] if part not in ("body", "query"))
    return of_shape(error, where or "body")
