"""What the REST API of the workbench takes and gives, as typed values."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from cofactor.engine.user_model import LARGEST_FILE
from cofactor.faces.workbench.jobs import Job, State
from cofactor.faces.workbench.models import Run, Uploaded
from cofactor.person.yaml_text import MAX_CHARACTERS
from cofactor.trial.findings import Count

_MOST_NAMES = 500
_LONGEST_NAME = 200
Name = Annotated[str, Field(max_length=_LONGEST_NAME)]


class Strict(BaseModel):
    """No key but those of the model."""

    model_config = ConfigDict(extra="forbid")


class TrialBody(Strict):
    """A trial: its values, or the text of its file."""

    trial: dict[str, Any] | Annotated[str, Field(max_length=MAX_CHARACTERS)] = Field(
        description="The trial as values, or as the YAML text of a trial file.",
        examples=[
            {
                "trial": 1,
                "name": "small",
                "population": {"people": 100, "seed": 7, "latitude": 52},
                "arms": [
                    {"name": "placebo"},
                    {"name": "D3", "give": [{"nutrient": "vitamin_d", "amount": "1000 IU"}]},
                ],
                "weeks": 12,
            }
        ],
    )


class TrialOut(BaseModel):
    """How far a trial is. Times are in seconds; ``done`` of ``people`` people of every arm are simulated."""

    id: str
    name: str
    state: State
    people: int
    arms: list[str]
    seed: int
    days: float
    outcomes: list[str]
    observed: list[float]
    done: int
    seconds: float | None
    left: float | None
    why: str = Field(description="Why it failed, if it did.")

    @classmethod
    def of(cls, job: Job) -> TrialOut:
        """As it is now."""
        trial = job.trial
        return cls(
            id=job.id,
            name=trial.name,
            state=job.state,
            people=job.asked,
            arms=[arm.name for arm in trial.arms],
            seed=trial.population.seed,
            days=trial.days,
            outcomes=list(trial.outcomes),
            observed=list(trial.observed),
            done=job.done,
            seconds=job.seconds,
            left=job.left,
            why=job.why,
        )


class TrialsOut(BaseModel):
    """All trials, the newest first."""

    trials: list[TrialOut]


class TrialExport(StrEnum):
    """What can be taken of a finished trial."""

    TRIAL = "trial.yaml"
    PYTHON = "trial.py"
    SUMMARY = "summary.json"
    MANIFEST = "manifest.json"
    CSV = "readings.csv"
    READINGS = "readings.parquet"
    PEOPLE = "people.parquet"


class ModelExport(StrEnum):
    """What the human can be taken as."""

    SBML = "human.xml"
    ANTIMONY = "human.ant"
    PETAB = "petab.zip"


class CountOut(BaseModel):
    """People counted, and where their share lies (nine in ten)."""

    count: int
    of: int
    share: float | None
    low: float
    high: float

    @classmethod
    def of_count(cls, found: Count) -> CountOut:
        """As numbers."""
        low, high = found.interval
        return cls(count=found.count, of=found.of, share=found.share if found.of else None, low=low, high=high)


class ArmOut(BaseModel):
    """An arm on one day: percentiles, density on the grid, and people above the lines."""

    arm: str
    n: int
    p05: float
    p25: float
    p50: float
    p75: float
    p95: float
    density: list[float]
    above: CountOut | None
    ever_above: CountOut | None = Field(description="Above the limit in any reading after the start.")


class PointOut(BaseModel):
    """A dose and what it led to."""

    arm: str
    dose: float
    daily: bool
    p05: float
    p25: float
    p50: float
    p75: float
    p95: float


class ResponseOut(BaseModel):
    """Arms that differ in the dose of one nutrient alone."""

    nutrient: str
    unit: str
    form: str | None
    points: list[PointOut]


class ResultsOut(BaseModel):
    """A finished trial on one day of one outcome."""

    outcome: str
    unit: str
    days: float
    line: float | None = Field(description="`above` counts people above it: the lower end of the usual range.")
    limit: float | None = Field(description="`ever_above` counts people above it.")
    grid: list[float]
    arms: list[ArmOut]
    response: ResponseOut | None


class ModelBody(Strict):
    """A model: Antimony text, or SBML where the file's name ends in .xml or .sbml."""

    text: str = Field(
        max_length=LARGEST_FILE,
        repr=False,
        examples=["model oral\n  gut = 100; blood = 0; ka = 1.2\n  gut' = -ka*gut\n  blood' = ka*gut\nend\n"],
    )
    file: Annotated[str, Field(min_length=1, max_length=_LONGEST_NAME)] = "model.ant"


class ModelOut(BaseModel):
    """A model that was read: its names with the values that it starts from."""

    id: str
    name: str
    file: str
    states: dict[str, float | None]
    constants: dict[str, float | None]
    outcomes: list[str]

    @classmethod
    def of(cls, model: Uploaded) -> ModelOut:
        """As it was read; a constant without a value is null."""
        values = {
            kind: {name: value if value == value else None for name, value in getattr(model, kind).items()}
            for kind in ("states", "constants")
        }
        return cls(id=model.id, name=model.name, file=model.file, outcomes=list(model.outcomes), **values)


class RunBody(Strict):
    """A run of a model."""

    settings: dict[Name, Annotated[float, Field(allow_inf_nan=False)]] = Field(
        default_factory=dict, max_length=_MOST_NAMES, description="Constants, and states at the start."
    )
    until: float = Field(100.0, description="The last time.", allow_inf_nan=False)
    every: float | None = Field(None, description="Time between outputs; a hundredth of the whole by default.")
    outputs: list[Name] | None = Field(None, max_length=_MOST_NAMES, description="Names; all states by default.")

    def run(self) -> Run:
        """As the models take it."""
        outputs = None if self.outputs is None else tuple(self.outputs)
        return Run(self.settings, self.until, self.every, outputs)


class TableOut(BaseModel):
    """Times, and values by name."""

    model: str
    times: list[float]
    values: dict[str, list[float]]
