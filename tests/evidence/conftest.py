"""What the tests of the ledger share: every experiment, run once."""

from __future__ import annotations

import pytest

from cofactor.evidence.studies import run, studies


@pytest.fixture(scope="session")
def results():
    return {name: run(study) for name, study in studies().items()}
