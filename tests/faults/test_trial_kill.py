"""Kill -9 in the midst of a trial: what was finished stays, and the run that is resumed ends with the same bytes."""

from __future__ import annotations

import kill_trial


def test_no_finished_part_is_lost_to_a_kill_and_the_bytes_stay_the_same():
    """The smaller form of bench/kill_trial.py."""
    found = kill_trial.study(kills=8, seed=2)
    assert found.finished > 8
    assert (found.held, found.lost, found.false, found.other) == (8, 0, 0, 0)
