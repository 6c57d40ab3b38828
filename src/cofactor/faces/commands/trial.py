"""``cofactor trial``: a virtual trial, from its file to Parquet parts, a summary and a manifest."""

from __future__ import annotations

from pathlib import Path

import click

from cofactor.faces.shared import common, print_json, say


@click.command("trial")
@click.argument("trial", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder that receives the results.")
@click.option("--people", type=int, help="How many people each arm has, in place of the file's number.")
@click.option("--seed", type=int, help="In place of the file's seed. The same seed draws the same people.")
@click.option("--shard", metavar="I/N", help="Make the I-th of N shares; whoever is last writes the summary.")
@click.option("--resume", is_flag=True, help="Keep finished parts that are intact, make the others.")
@click.option("--cluster", metavar="ADDRESS", help="Dask scheduler whose workers make parts; `local`: processes.")
@common
def command(
    trial: Path,
    out: Path,
    people: int | None,
    seed: int | None,
    shard: str | None,
    resume: bool,
    cluster: str | None,
    lang: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run the virtual trial in TRIAL and write its results to a folder.

    Every arm has the same people. The same seed gives the same files, on any number of threads or machines, and however
    often the run was stopped and resumed.
    """
    from cofactor.faces.progress import progress
    from cofactor.report.text import Text
    from cofactor.report.trials import trial_summary
    from cofactor.trial.run import Shard, run_trial

    share = None if shard is None else Shard.of(shard)
    with progress(lang, quiet=quiet or as_json) as told:
        run = run_trial(
            trial, out, people=people, seed=seed, shard=share, resume=resume, progress=told, cluster=cluster
        )
    counts = {"folder": str(run.folder), "made": str(run.made), "kept": str(run.kept), "missing": str(run.missing)}
    if as_json:
        print_json(run.summary or {"parts": {"made": run.made, "kept": run.kept, "missing": run.missing}})
    elif not quiet:
        text = Text(lang)
        if run.summary is not None:
            say(trial_summary(run.summary, lang))
        say(text("trial.written" if run.summary is not None else "trial.waiting", **counts))
