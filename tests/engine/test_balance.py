"""What goes in, minus what goes out, is what stays: integrated by the engine, to 1e-8 of what passed through."""

import numpy as np

from cofactor.engine.compile import compile_antimony
from cofactor.engine.solve import Change, Event, solve
from cofactor.model.compose import compose, states
from cofactor.model.numeric_checks import BALANCES


def test_every_balance_closes_over_a_hundred_changed_days(varied):
    text = compose().rstrip()
    assert text.endswith("end")
    ledger = "".join(
        f"gained_{b.element} = 0; gained_{b.element}' = {b.gain}; "
        f"left_{b.element} = 0; left_{b.element}' = {b.leave};\n"
        for b in BALANCES
    )
    typical = {s.id: s.typical for s in states()}
    program = compile_antimony(text.removesuffix("end") + ledger + "end\n", typical)
    people, rng = 40, np.random.default_rng(11)
    rest = dict(zip(program.constants, program.parameters()[0], strict=True))
    bodies = {n: rest[n] * np.exp(0.55 * rng.standard_normal(people)) for n in varied}  # CV about 60 %
    diets = {"in_Ca": (2, 60), "in_Mg": (0.5, 40), "in_P": (15, 60), "in_Zn": (0.05, 0.4), "size": (0.7, 1.6)}
    p = program.parameters(people, bodies | {n: rng.uniform(*ends, people) for n, ends in diets.items()})
    bolus = rng.uniform(0, 20_000, people)  # nmol of D3, up to about 400,000 IU
    doses = [
        Event(10.0, "gD3", Change.ADD, bolus),
        Event(20.0, "in_D3", Change.SET, 50_000.0),
        Event(50.0, "sup_Ca", Change.SET, 25.0),
        Event(55.0, "MgIV", Change.SET, 40.0),
        Event(56.0, "MgIV", Change.SET, 0.0),
        Event(60.0, "in_cal", Change.SET, 20.0),
    ]
    run = solve(program, p, times=[0, 100], outcomes=program.states, events=doses)
    assert run.ok
    constants = dict(zip(program.constants, p.T, strict=True))
    assert {b.element for b in BALANCES} >= {"Ca", "Mg", "P", "Zn", "D"}
    for balance in BALANCES:
        change = np.zeros(people)
        for state in states():
            for element, coefficient in state.balance:
                if element == balance.element:
                    factors = [constants[n] for n in coefficient.split("*") if n != "1"]
                    change += np.prod(factors, axis=0) * (run[state.id][:, 1] - run[state.id][:, 0])
        change -= bolus * (balance.element == "D")
        gained, left = run[f"gained_{balance.element}"][:, 1], run[f"left_{balance.element}"][:, 1]
        assert np.max(np.abs(change - (gained - left)) / (np.abs(gained) + np.abs(left))) < 1e-8, balance.element
