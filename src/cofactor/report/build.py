"""From a case to the report: every stage in order, and what is gathered of each."""

from __future__ import annotations

from cofactor import __version__
from cofactor.assess.forecast import bands
from cofactor.assess.gates import evaluate
from cofactor.assess.interplay import interplay
from cofactor.assess.status import analyte_status, nutrient_status
from cofactor.assess.types import Band, StatusRow
from cofactor.assess.update import SHOWN, posterior
from cofactor.engine.generate import human
from cofactor.person.body import present
from cofactor.person.intake import Intake, intake
from cofactor.person.types import Case
from cofactor.plan.counterfactual import counterfactuals
from cofactor.plan.optimise import plan
from cofactor.plan.outlook import JUDGED_ON
from cofactor.report import flows
from cofactor.report.sources import sources
from cofactor.report.types import Report
from cofactor.report.unknown import unknown

PICTURE_DAYS = (0.0, JUDGED_ON)
"""Days that the system picture can show: today, and the day on which the plan is judged."""


def build(case: Case, seed: int = 1) -> Report:
    """Assess, forecast and plan for a case. The same case and seed give the same report."""
    eaten, gates, of = intake(case), evaluate(case), posterior(case, seed, SHOWN)
    planned = plan(case, eaten, gates, of)
    futures = (*bands(planned.now, "now"), *bands(planned.then, "plan"))
    status = _status(case, eaten, futures)
    return Report(
        case=case,
        version=__version__,
        model=f"human {human().source[:12]}",
        intake=eaten,
        status=status,
        gates=gates,
        posterior=of,
        bands=futures,
        plan=planned.plan,
        unknown=tuple(unknown(case, eaten, of, status)),
        sources=sources(case, planned, gates, status, of),
        flows=(
            *flows.flows(of, present(of.members.subject), "now", PICTURE_DAYS),
            *flows.flows(of, planned.regimen, "plan", PICTURE_DAYS),
        ),
        interplay=interplay(case, eaten),
        counterfactuals=counterfactuals(of, planned),
    )


def _status(case: Case, eaten: Intake, futures: tuple[Band, ...]) -> tuple[StatusRow, ...]:
    """Every nutrient, then every level; today's estimates are those of the forecast's first day."""
    today = {band.outcome: band for band in futures if band.under == "now" and band.days == 0}
    return (*nutrient_status(case, eaten), *analyte_status(case, today))
