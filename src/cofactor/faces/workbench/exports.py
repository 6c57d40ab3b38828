"""What can be taken away from the workbench: a trial's tables and the Python that makes it again, models and tables."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from pprint import pformat

from cofactor import __version__
from cofactor.evidence.petab import export as export_petab
from cofactor.faces.workbench.jobs import Job
from cofactor.faces.workbench.shapes import ModelExport, TrialExport
from cofactor.model.export import FORMATS
from cofactor.person.yaml_text import read
from cofactor.trial import whole

_PYTHON = '''\
"""{name}: a virtual trial. Running this file gives the same numbers again, with cofactor {version}."""

import sys

import cofactor as cf

TRIAL = {trial}

if __name__ == "__main__":
    out = sys.argv[1] if len(sys.argv) > 1 else "trial-results"
    run = cf.run_trial(TRIAL, out=out)
    for arm in run.summary["arms"]:
        for row in arm["outcomes"]:
            print(arm["arm"], row["outcome"], "day", row["days"], "mean", row["mean"], row["unit"])
'''
_WIDTH = 100
MEDIA = {
    ".yaml": "application/yaml",
    ".py": "text/x-python",
    ".json": "application/json",
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".xml": "application/sbml+xml",
    ".ant": "text/plain",
    ".zip": "application/zip",
}
"""The media type of each kind of file."""


def trial_file(job: Job, folder: Path, what: TrialExport) -> Path | bytes | Iterator[bytes]:
    """A file of a finished trial: where it lies, or what it holds."""
    if what is TrialExport.PYTHON:
        return python(job).encode()
    if what is TrialExport.CSV:
        return whole.csv(folder)
    return folder / what.value


def python(job: Job) -> str:
    """A program that runs the same trial."""
    values = read(job.text).value
    assert isinstance(values, dict)
    named = {**values, "name": job.trial.name}
    # In a docstring, so whatever could end it stays out.
    title = job.trial.name.replace("\\", " ").replace('"', "'")
    trial = pformat(named, sort_dicts=False, width=_WIDTH)
    return _PYTHON.format(name=title, version=__version__, trial=trial)


@cache
def human(what: ModelExport) -> bytes:
    """The shipped human for other tools."""
    if what is ModelExport.PETAB:
        return _petab()
    return FORMATS["sbml" if what is ModelExport.SBML else "antimony"]().encode()


def _petab() -> bytes:
    """The calibration problem with its model, as one archive."""
    out = io.BytesIO()
    with tempfile.TemporaryDirectory() as name, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        export_petab(name)
        for path in sorted(Path(name).iterdir()):
            archive.write(path, f"petab/{path.name}")
    return out.getvalue()
