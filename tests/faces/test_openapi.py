"""The REST API by its own description: whatever fits it, and much that does not, is answered as it says."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from cofactor.faces.api import create_api
from cofactor.faces.workbench.bench import Bench

EXAMPLES = 8
"""Requests of each operation that fit the description, and as many that do not; the same ones each time."""
HOW = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
SCHEMA = schemathesis.openapi.from_dict(create_api().openapi())
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    bench = Bench(tmp_path_factory.mktemp("trials"))
    # In the place of all published trials, which take some seconds.
    bench._validated = {lang: {"result": {"model": "human", "arms": [], "scores": {}}} for lang in ("en", "fr")}
    yield create_api(bench=bench)
    bench.close()


def modes(operation):
    """Requests that fit; and that do not, where there is anything in them that could be wrong."""
    found = [GenerationMode.POSITIVE]
    parts = (operation.body, operation.path_parameters, operation.query)
    return [*found, GenerationMode.NEGATIVE] if any(len(list(part)) for part in parts) else found


@pytest.mark.parametrize(
    ("label", "mode"), [(label, mode) for label, found in OPERATIONS.items() for mode in modes(found)]
)
def test_every_answer_is_one_that_the_description_names(api, label, mode):
    @HOW
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode))
    def answered(case):
        # A description cannot say all that a case or a trial must be: much that fits it is refused, with its problems.
        answer = case.call_and_validate(app=api, excluded_checks=[positive_data_acceptance])
        assert answer.status_code < 500

    answered()


LABEL = "contents: [Vitamin D3 25 µg]\npopulation: {people: 50}\n"
CASE = {"case": (Path(__file__).parents[2] / "examples" / "anna.yaml").read_text(encoding="utf-8")}


@pytest.mark.parametrize(
    ("method", "path", "keys"),
    [
        *(("POST", f"/api/{question}", {"json": CASE}) for question in ("check", "status", "forecast", "plan", "cite")),
        ("POST", "/api/label", {"json": {"label": LABEL}}),
        ("GET", "/api/foods", {"params": {"q": "sardine"}}),
        ("GET", "/api/evidence", {}),
        ("GET", "/api/evidence", {"params": {"id": "C18"}}),
        ("GET", "/api/ask", {"params": {"q": "Does magnesium activate vitamin D?"}}),
        ("GET", "/api/validate", {}),
        ("GET", "/api/trial-schema", {}),
    ],
)
def test_the_answer_to_a_good_question_has_the_shape_that_is_described(api, method, path, keys):
    async def go():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://127.0.0.1:8000") as client:
            return await client.request(method, path, **keys)

    answer = asyncio.run(go())
    assert answer.status_code == 200, answer.text
    SCHEMA[path][method].validate_response(answer)
