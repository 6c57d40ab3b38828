"""The integrator: Rodas4, written once and run by every back end.

:func:`integrate` is plain Python in a small subset (numbers, arrays of lanes, ``if``, ``while``, ``for ... in
range(...)``, calls to the model's statements). The NumPy back end runs it as it stands, a lane array being a NumPy
array with one entry per person; the LLVM back end compiles the same text with a lane array as one vector register per
``LANES`` people. So there is one method to read, to check and to change.

Method: Rodas4 of Hairer & Wanner, Solving Ordinary Differential Equations II, 2nd ed. 1996, section IV.7 and its
published coefficients: a stiffly accurate Rosenbrock method of order 4 with an embedded error estimate of order 3, six
stages, one Jacobian and one factorisation a step, and dense output of order 3. One-step, so an event costs no restart.
The people of one lane array share their steps: the error of the worst of them decides. The next step is the
classical proposal, drawn a quarter of the way towards Gustafsson's prediction (ACM Trans. Math. Softw. 20, 1994) that
the error goes on moving as it did: steps grow faster after a dose, and the largest error per step taken is least
(tried: none, a quarter, a half and all of the way).

Events are at given times. Each sets, scales or adds to a constant or a state, by an amount per person. A value asked
for at the time of an event is the value just before it.
"""

# The text of this module is compiled as it stands, so annotations here tell the compiler what arrives:
#   lanes   array of lane arrays       reals   array of numbers       ints   array of integers
# mypy and Python see them as the aliases below; names in capitals and the functions pre, rate, jac, lu, solve, readout
# are supplied by the back end together with the model.
from __future__ import annotations

from collections.abc import MutableSequence
from typing import Any

lanes = MutableSequence[Any]
reals = MutableSequence[float]
ints = MutableSequence[int]

OK, STEP_TOO_SMALL, TOO_MANY_STEPS, BELOW_ZERO = 0, 1, 2, 3
SET, SCALE, ADD = 0, 1, 2

STATES: int
CONSTANTS: int
HOISTED: int
ENTRIES: int
READOUTS: int
GUARDS: int
CLOCK: int  # the state that holds the time, or -1
pre: Any
rate: Any
jac: Any
lu: Any
solve: Any
readout: Any
guard: Any
lane_arrays: Any  # lane_arrays(n): n lane arrays, not set
lane_max: Any  # the largest entry of a lane array
vsel: Any
vabs: Any
vmax: Any
vmin: Any


def memory(states: int, hoisted: int, entries: int, outputs: int, people: int = 8) -> int:
    """Bytes of the stack that :func:`integrate` takes for one group; ``outputs`` are readouts and guards."""
    real = 8  # bytes
    return (hoisted + entries + 12 * states + outputs + 2) * people * real


def integrate(
    p: lanes,
    y: lanes,
    times: reals,
    n_times: int,
    select: ints,
    n_select: int,
    needed: ints,
    n_needed: int,
    with_readouts: int,
    out: lanes,
    event_time: reals,
    event_first: ints,
    event_kind: ints,
    event_target: ints,
    event_amount: lanes,
    n_events: int,
    hoisted: ints,
    start: float,
    rtol: float,
    atol: reals,
    first_step: float,
    bolus_step: float,
    largest_step: float,
    most_steps: int,
    count: ints,
) -> int:
    """Integrate one group of people from ``start`` to the last of ``times``; ``y`` and ``p`` end as they are then.

    ``select`` lists what is written to ``out`` at each time: a state by its index, a readout by STATES + its index;
    ``needed`` lists the states that this takes (all of them ``with_readouts``).
    ``event_first`` (n_events + 1 entries) delimits the actions of each event; targets count constants first, then
    states. ``hoisted`` tells of each constant whether what is hoisted out of the loop depends on it (1) or not (0).
    ``count`` receives steps and rejected steps. Returns OK, STEP_TOO_SMALL, TOO_MANY_STEPS, or BELOW_ZERO where a guard
    is: each is looked at at the start, after every step and event, and wherever a value is asked for; ``y`` is then the
    state in which it was found.
    """
    h_p = lane_arrays(HOISTED)
    m = lane_arrays(ENTRIES)
    f = lane_arrays(STATES)
    b = lane_arrays(STATES)
    u = lane_arrays(6 * STATES)
    z = lane_arrays(STATES)
    at = lane_arrays(STATES)
    o = lane_arrays(READOUTS + 1)
    w = lane_arrays(STATES)
    v = lane_arrays(GUARDS + 1)
    pre(p, h_p)
    t = start
    h = first_step
    i_out = 0
    i_event = 0
    rejected = 0
    last_step = 0.0
    last_error = 1.0
    steps = 0
    end = times[n_times - 1]
    while i_out < n_times and times[i_out] <= t:
        if with_readouts == 1:
            readout(y, p, h_p, o)
        for k in range(n_select):
            if select[k] < STATES:
                out[i_out * n_select + k] = y[select[k]]
            else:
                out[i_out * n_select + k] = o[select[k] - STATES]
        i_out = i_out + 1
    while i_out <= n_times:
        while i_out < n_times and i_event < n_events and event_time[i_event] <= t + 1e-12:
            constants_changed = 0
            for a in range(event_first[i_event], event_first[i_event + 1]):
                target = event_target[a]
                if target < CONSTANTS:
                    constants_changed = max(constants_changed, hoisted[target])
                    if event_kind[a] == 0:
                        p[target] = event_amount[a]
                    elif event_kind[a] == 1:
                        p[target] = p[target] * event_amount[a]
                    else:
                        p[target] = p[target] + event_amount[a]
                else:
                    target = target - CONSTANTS
                    h = min(h, bolus_step)
                    if event_kind[a] == 0:
                        y[target] = event_amount[a]
                    elif event_kind[a] == 1:
                        y[target] = y[target] * event_amount[a]
                    else:
                        y[target] = y[target] + event_amount[a]
            if constants_changed == 1:
                pre(p, h_p)
            i_event = i_event + 1
            last_step = 0.0
        for i in range(STATES):
            w[i] = atol[i] + rtol * vabs(y[i])
        if GUARDS > 0:
            guard(y, p, h_p, w, v)
            below = w[0] * 0.0
            for k in range(GUARDS):
                below = below + vsel(v[k] >= 0.0, 0.0, 1.0)
            if lane_max(below) > 0.0:
                count[0] = count[0] + steps
                return 3
        if i_out == n_times:
            count[0] = count[0] + steps
            return 0
        stop = end
        if i_event < n_events:
            stop = min(end, event_time[i_event])
        accepted = 0
        hit = 0
        step = h
        while accepted == 0:
            # Land on the next event, and do not leave a sliver before it.
            hit = 0
            step = h
            if t + h * 1.0001 >= stop:
                step = stop - t
                hit = 1
            elif t + 2.0 * h > stop:
                step = 0.5 * (stop - t)
            if steps >= most_steps:
                count[0] = count[0] + steps
                return 2
            steps = steps + 1
            r = 1.0 / step
            jac(y, p, h_p, w, f, m)
            lu(m, 4.0 * r)
            for i in range(STATES):
                b[i] = f[i]
            solve(m, b)
            for i in range(STATES):
                u[i] = b[i]
                z[i] = y[i] + 1.544 * b[i]
            rate(z, p, h_p, b)
            for i in range(STATES):
                b[i] = b[i] + r * (-5.6688 * u[i])
            solve(m, b)
            for i in range(STATES):
                u[STATES + i] = b[i]
                z[i] = y[i] + 0.9466785280815826 * u[i] + 0.2557011698983284 * b[i]
            rate(z, p, h_p, b)
            for i in range(STATES):
                b[i] = b[i] + r * (-2.430093356833875 * u[i] - 0.2063599157091915 * u[STATES + i])
            solve(m, b)
            for i in range(STATES):
                u[2 * STATES + i] = b[i]
                z[i] = y[i] + 3.314825187068521 * u[i] + 2.896124015972201 * u[STATES + i] + 0.9986419139977817 * b[i]
            rate(z, p, h_p, b)
            for i in range(STATES):
                b[i] = b[i] + r * (
                    -0.1073529058151375 * u[i]
                    - 9.594562251023355 * u[STATES + i]
                    - 20.47028614809616 * u[2 * STATES + i]
                )
            solve(m, b)
            for i in range(STATES):
                u[3 * STATES + i] = b[i]
                z[i] = (
                    y[i]
                    + 1.221224509226641 * u[i]
                    + 6.019134481288629 * u[STATES + i]
                    + 12.53708332932087 * u[2 * STATES + i]
                    - 0.6878860361058950 * b[i]
                )
            rate(z, p, h_p, b)
            for i in range(STATES):
                b[i] = b[i] + r * (
                    7.496443313967647 * u[i]
                    - 10.24680431464352 * u[STATES + i]
                    - 33.99990352819905 * u[2 * STATES + i]
                    + 11.70890893206160 * u[3 * STATES + i]
                )
            solve(m, b)
            for i in range(STATES):
                u[4 * STATES + i] = b[i]
                z[i] = z[i] + b[i]
            rate(z, p, h_p, b)
            for i in range(STATES):
                b[i] = b[i] + r * (
                    8.083246795921522 * u[i]
                    - 7.981132988064893 * u[STATES + i]
                    - 31.52159432874371 * u[2 * STATES + i]
                    + 16.31930543123136 * u[3 * STATES + i]
                    - 6.058818238834054 * u[4 * STATES + i]
                )
            solve(m, b)
            squares = b[0] * 0.0
            pivots = vabs(m[0])
            for i in range(STATES):
                pivots = vmin(pivots, vabs(m[i]))
                z[i] = z[i] + b[i]
                e = b[i] / (atol[i] + rtol * vmax(vabs(y[i]), vabs(z[i])))
                squares = squares + e * e
            # A person whose numbers ran away must not hide: not-a-number compares false and becomes enormous. Nor may
            # an infinite slope, whose inverse pivot is 0: what does not move shows no error.
            squares = vsel(pivots > 0.0, squares, 1e300)
            worst = lane_max(vsel(squares < 1e300, squares, 1e300))
            error = (worst / STATES) ** 0.5
            if worst >= 1e300:
                h = 0.1 * step
                rejected = 1
                count[1] = count[1] + 1
            else:
                error = error + 1e-30
                factor = 0.9 * error**-0.25
                if error <= 1.0:
                    accepted = 1
                    if last_step > 0.0:
                        factor = factor * (step / last_step * (last_error / error) ** 0.25) ** 0.25
                    last_step = step
                    last_error = max(error, 0.01)
                    factor = min(6.0, max(0.2, factor))
                    if rejected == 1:
                        factor = min(factor, 1.0)
                    rejected = 0
                    wanted = step * factor
                    if hit == 1 and step < h and factor >= 1.0:
                        wanted = max(wanted, h)
                    h = min(wanted, largest_step)
                else:
                    # A second rejection in a row is a transient that no power of the step describes: cut deep.
                    factor = max(0.2, factor)
                    if rejected == 1:
                        factor = min(0.1, factor)
                    rejected = 1
                    count[1] = count[1] + 1
                    h = step * factor
            if accepted == 0 and h < 1e-15 * max(t, -t) + 1e-30:
                count[0] = count[0] + steps
                return 1
        t_next = t + step
        if hit == 1:
            t_next = stop
        while i_out < n_times and times[i_out] <= t_next + 1e-12:
            s = min(1.0, (times[i_out] - t) / step)
            s1 = 1.0 - s
            for k in range(n_needed):
                i = needed[k]
                c2 = (
                    10.12623508344586 * u[i]
                    - 7.487995877610167 * u[STATES + i]
                    - 34.80091861555747 * u[2 * STATES + i]
                    - 7.992771707568823 * u[3 * STATES + i]
                    + 1.025137723295662 * u[4 * STATES + i]
                )
                c3 = (
                    -0.6762803392806898 * u[i]
                    + 6.087714651680606 * u[STATES + i]
                    + 16.43084320892478 * u[2 * STATES + i]
                    + 24.76722511418386 * u[3 * STATES + i]
                    - 6.594389125716872 * u[4 * STATES + i]
                )
                at[i] = y[i] * s1 + s * (z[i] + s1 * (c2 + s * c3))
            if CLOCK >= 0:
                at[CLOCK] = times[i_out]  # to the last digit: a formula may jump at just this time
            if GUARDS > 0:
                guard(at, p, h_p, w, v)
                below = w[0] * 0.0
                for k in range(GUARDS):
                    below = below + vsel(v[k] >= 0.0, 0.0, 1.0)
                if lane_max(below) > 0.0:
                    for i in range(STATES):
                        y[i] = at[i]
                    count[0] = count[0] + steps
                    return 3
            if with_readouts == 1:
                readout(at, p, h_p, o)
            for k in range(n_select):
                if select[k] < STATES:
                    out[i_out * n_select + k] = at[select[k]]
                else:
                    out[i_out * n_select + k] = o[select[k] - STATES]
            i_out = i_out + 1
        for i in range(STATES):
            y[i] = z[i]
        if CLOCK >= 0:
            y[CLOCK] = t_next
        t = t_next
    return 0
