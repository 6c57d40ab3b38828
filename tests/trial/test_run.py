"""A trial on disk: the same bytes whatever the cut, the order, the threads, and however often it was stopped."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from cofactor.engine import batch
from cofactor.engine.solve import Code
from cofactor.errors import InputError
from cofactor.report.trials import trial_summary
from cofactor.trial import match, parts, run, simulate
from cofactor.trial import summary as summaries
from cofactor.trial import whole as tables
from cofactor.trial.run import Shard, run_trial
from cofactor.trial.summary import statistics

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "trials").glob("*.yaml"))
TRIAL = {
    "trial": 1,
    "name": "small",
    "population": {
        "people": 75,
        "seed": 9,
        "latitude": 52,
        "baseline": {
            "25OHD": {"mean": 48, "sd": 18, "unit": "nmol/L"},
            "PTH": {"mean": 4, "sd": 1.2, "unit": "pmol/L"},
        },
    },
    "start": "2026-10-15",
    "arms": [
        {"name": "placebo"},
        {"name": "D3", "give": [{"nutrient": "vitamin_d", "amount": "1000 IU"}]},
        {"name": "bolus", "give": [{"nutrient": "vitamin_d", "amount": "100000 IU", "at": [0]}]},
    ],
    "weeks": 8,
    "observe": {"outcomes": ["25OHD", "PTH"], "weeks": [0, 4, 8]},
}


@pytest.fixture
def small_parts(monkeypatch):
    """Parts of 32 people, so that the small trial has three."""
    monkeypatch.setattr(parts, "CHUNK", 32)


def hashes(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The trial run once, in parts of 32."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "CHUNK", 32)
        result = run_trial(TRIAL, folder)
    assert (result.made, result.kept, result.missing) == (3, 0, 0)
    return folder


def test_the_summary_has_the_form_of_the_contract(whole):
    summary = json.loads((whole / "summary.json").read_text(encoding="utf-8"))
    assert list(summary) == ["trial", "seed", "people", "version", "model", "not_reached", "arms"]
    assert (summary["trial"], summary["seed"], summary["people"]) == ("small", 9, 75)
    assert [arm["arm"] for arm in summary["arms"]] == ["placebo", "D3", "bolus"]
    for arm in summary["arms"]:
        assert arm["n"] == 75
        assert [(r["outcome"], r["unit"], r["days"]) for r in arm["outcomes"]] == [
            (o, u, d) for o, u in (("25OHD", "nmol/L"), ("PTH", "pmol/L")) for d in (0, 28, 56)
        ]
        for row in arm["outcomes"]:
            assert list(row)[3:] == ["mean", "sd", "p05", "p25", "p50", "p75", "p95"]
            assert row["p05"] < row["p25"] < row["p50"] < row["p75"] < row["p95"]


def test_the_summary_is_that_of_the_readings_in_the_parts(whole):
    summary = json.loads((whole / "summary.json").read_text(encoding="utf-8"))
    table = pq.ParquetDataset([str(p) for p in sorted(whole.glob("part-*.parquet"))]).read().to_pydict()
    assert list(table) == ["arm", "person", "days", "25OHD", "PTH"]
    rows = np.array(table["arm"]) == "bolus"
    rows &= np.array(table["days"]) == 28
    values = np.array(table["25OHD"])[rows]
    assert sorted(np.array(table["person"])[rows]) == list(range(75))
    told = next(r for r in summary["arms"][2]["outcomes"] if (r["outcome"], r["days"]) == ("25OHD", 28))
    assert told["mean"] == pytest.approx(values.mean(), rel=1e-5)
    assert told["sd"] == pytest.approx(values.std(ddof=1), rel=1e-5)
    assert told["p05"] == pytest.approx(np.percentile(values, 5), rel=1e-5)


def test_the_people_are_written_beside_their_readings(whole):
    who = pq.read_table(whole / "people-00002.parquet").to_pydict()
    assert who["person"] == list(range(64, 75))
    assert set(who["sex"]) == {"female", "male"}
    assert {"age", "bmi", "skin", "gfr", "vitamin_d_intake", "vitamin_d_supply", "25OHD_assay", "PTH_assay"} <= set(who)


def test_the_manifest_names_every_file_with_its_hash(whole):
    manifest = json.loads((whole / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["people"] == 75
    assert manifest["seed"] == 9
    assert manifest["failed"] == 0
    assert {"cofactor", "numpy", "pyarrow", "llvmlite", "lanes"} == set(manifest["made_with"][0])
    named = {name: seen for part in manifest["parts"] for name, seen in part["files"].items()}
    assert named == {name: seen for name, seen in hashes(whole).items() if name.endswith(".parquet")}


@pytest.mark.usefixtures("small_parts")
def test_one_thread_writes_the_same_bytes(whole, tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "processors", lambda: 1)
    run_trial(TRIAL, tmp_path)
    assert hashes(tmp_path) == hashes(whole)


@pytest.mark.parametrize("size", [16, 48, 2048])
def test_however_it_is_cut_the_people_and_the_summary_are_the_same(whole, tmp_path, monkeypatch, size):
    monkeypatch.setattr(parts, "CHUNK", size)
    run_trial(TRIAL, tmp_path)
    assert (tmp_path / "summary.json").read_bytes() == (whole / "summary.json").read_bytes()
    assert readings(tmp_path) == readings(whole)


def readings(folder: Path) -> dict[tuple[str, int, float], tuple[float, float]]:
    table = pq.ParquetDataset([str(p) for p in sorted(folder.glob("part-*.parquet"))]).read().to_pydict()
    keys = zip(table["arm"], table["person"], table["days"], strict=True)
    return dict(zip(keys, zip(table["25OHD"], table["PTH"], strict=True), strict=True))


@pytest.mark.usefixtures("small_parts")
def test_fewer_people_are_the_first_of_more(whole, tmp_path):
    run_trial(TRIAL, tmp_path, people=37)
    few, many = readings(tmp_path), readings(whole)
    assert len(few) == 37 * 3 * 3
    assert all(many[key] == found for key, found in few.items())


@pytest.mark.usefixtures("small_parts")
def test_shards_make_the_whole_in_any_order(whole, tmp_path):
    first = run_trial(TRIAL, tmp_path, shard=Shard(2, 2))
    assert (first.made, first.missing, first.summary) == (1, 2, None)
    assert not (tmp_path / "summary.json").exists()
    last = run_trial(TRIAL, tmp_path, shard=Shard.of("1/2"))
    assert (last.made, last.missing) == (2, 0)
    assert last.summary is not None
    assert hashes(tmp_path) == hashes(whole)


@pytest.mark.usefixtures("small_parts")
def test_a_resumed_run_makes_only_what_is_missing_or_differs(whole, tmp_path):
    run_trial(TRIAL, tmp_path)
    (tmp_path / "part-00001.json").unlink()
    torn = tmp_path / "part-00002.parquet"
    torn.write_bytes(torn.read_bytes()[:-7])
    kept = (tmp_path / "part-00000.parquet").stat().st_mtime_ns
    again = run_trial(TRIAL, tmp_path, resume=True)
    assert (again.made, again.kept) == (2, 1)
    assert (tmp_path / "part-00000.parquet").stat().st_mtime_ns == kept
    assert hashes(tmp_path) == hashes(whole)
    assert run_trial(TRIAL, tmp_path, resume=True).made == 0


@pytest.mark.usefixtures("small_parts")
def test_more_people_resume_from_those_already_there(tmp_path):
    run_trial(TRIAL, tmp_path, people=40)
    more = run_trial(TRIAL, tmp_path, people=75, resume=True)
    assert (more.made, more.kept) == (2, 1)


@pytest.mark.usefixtures("small_parts")
def test_a_run_that_dies_leaves_parts_that_are_whole(whole, tmp_path, monkeypatch):
    write, left = parts.write_whole, [4]

    def fails(path, content, *mode):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device", str(path))
        return write(path, content, *mode)

    monkeypatch.setattr(parts, "write_whole", fails)
    monkeypatch.setattr(batch, "processors", lambda: 1)
    with pytest.raises(OSError, match="No space left"):
        run_trial(TRIAL, tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {*parts.names(0), parts.names(1)[0]}
    monkeypatch.setattr(parts, "write_whole", write)
    assert run_trial(TRIAL, tmp_path, resume=True).kept == 1
    assert hashes(tmp_path) == hashes(whole)


@pytest.mark.parametrize(("people", "seed", "resume"), [(None, 10, False), (32, None, False), (32, None, True)])
@pytest.mark.usefixtures("small_parts")
def test_the_parts_of_another_trial_are_not_mixed_with_these(tmp_path, people, seed, resume):
    run_trial(TRIAL, tmp_path)
    before = hashes(tmp_path)
    with pytest.raises(InputError, match="parts of another trial"):
        run_trial(TRIAL, tmp_path, people=people, seed=seed, resume=resume)
    assert hashes(tmp_path) == before


@pytest.mark.usefixtures("small_parts")
def test_another_seed_has_other_people(whole, tmp_path):
    run_trial(TRIAL, tmp_path, seed=10)
    before, now = readings(whole), readings(tmp_path)
    assert all(before[key] != found for key, found in now.items())


@pytest.mark.usefixtures("small_parts")
def test_every_arm_of_a_part_reports_how_far_the_run_is(tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "processors", lambda: 1)
    told = []
    run_trial(TRIAL, tmp_path, progress=lambda done, asked: told.append((done, asked)))
    assert [done for done, _ in told] == [10, 21, 32, 42, 53, 64, 67, 71, 75]
    assert {asked for _, asked in told} == {75}


@pytest.mark.usefixtures("small_parts")
def test_parts_are_made_side_by_side_and_a_failure_of_one_ends_the_run(whole, tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "processors", lambda: 3)
    write, seen = parts.write, set()

    def fails(folder, plan, part, *rest):
        seen.add(threading.current_thread().name)
        if part == 9:
            raise OSError(5, "Input/output error")
        return write(folder, plan, part, *rest)

    monkeypatch.setattr(parts, "write", fails)
    with pytest.raises(OSError, match="Input/output error"):
        run_trial(TRIAL, tmp_path, people=600)
    assert len(seen) > 1
    made = parts.receipts(tmp_path)
    assert 9 not in made
    monkeypatch.setattr(parts, "write", write)
    again = run_trial(TRIAL, tmp_path, people=600, resume=True)
    assert (again.made, again.kept) == (19 - len(made), len(made))
    both = readings(tmp_path)
    assert all(both[key] == found for key, found in readings(whole).items())


@pytest.mark.usefixtures("small_parts")
def test_who_cannot_be_computed_is_left_out_and_counted(whole, tmp_path, monkeypatch):
    solve = match.solve

    def loses_the_fourth(program, parameters, *rest, **more):
        found = solve(program, parameters, *rest, **more)
        if len(found.codes) == 32:
            for array in (found.values, found.final):
                array[3] = np.nan
            found.codes[3] = Code.TOO_MANY_STEPS
        return found

    monkeypatch.setattr(match, "solve", loses_the_fourth)
    result = run_trial(TRIAL, tmp_path)
    assert [arm["n"] for arm in result.summary["arms"]] == [73] * 3  # one in each of the two whole parts
    assert json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["failed"] == 2 * 3
    before, now = readings(whole), readings(tmp_path)
    lost = {key for key, values in now.items() if np.isnan(values).any()}
    assert {person for _, person, _ in lost} == {3, 35}
    # their neighbours in a register take other steps, within the tolerance
    assert all(now[key] == pytest.approx(found, rel=0.01) for key, found in before.items() if key not in lost)


def test_the_tables_of_a_whole_trial_appear_whole_or_not_at_all(tmp_path, monkeypatch):
    run_trial({**TRIAL, "weeks": 4, "observe": {"outcomes": ["25OHD"], "weeks": [0, 4]}}, tmp_path)
    before, synced = {path.name for path in tmp_path.iterdir()}, []
    with monkeypatch.context() as full:
        full.setattr(tables.pq.ParquetWriter, "write_table", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
        with pytest.raises(OSError, match="full"):
            tables.gather(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == before
    monkeypatch.setattr("cofactor.files.os.fsync", synced.append)
    tables.gather(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == before | {tables.READINGS, tables.PEOPLE}
    assert len(synced) == 4  # each file, and its folder
    assert pq.read_metadata(tmp_path / tables.READINGS).num_rows == 3 * 2 * 75


def test_a_summary_of_many_readings_reads_some_days_at_a_time(tmp_path, monkeypatch):
    """The same numbers in the same order, and never more held than is allowed."""
    trial = {**TRIAL, "weeks": 4, "observe": {"outcomes": ["25OHD", "PTH"], "days": list(range(1, 29, 3))}}
    monkeypatch.setattr(parts, "CHUNK", 32)
    expected = run_trial(trial, tmp_path).summary
    sizes, read = [], summaries._read

    def measured(*args):
        held = read(*args)
        sizes.append(sum(values.nbytes for values in held.values()))
        return held

    monkeypatch.setattr(summaries, "_read", measured)
    for days in (1, 3, 10, 25):
        most = 4 * 75 * days
        monkeypatch.setattr(summaries, "_MEMORY", most)
        sizes.clear()
        assert run_trial(trial, tmp_path, resume=True).summary == expected
        assert 0 < max(sizes) <= most
        assert sum(sizes) == 3 * 2 * 10 * 75 * 4


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "a/b", "1/0", "-1/3", ""])
def test_a_shard_that_is_none_is_refused(text):
    with pytest.raises(InputError, match="I/N"):
        Shard.of(text)


def test_many_readings_make_smaller_parts():
    trial = run._read({**TRIAL, "observe": {"outcomes": ["25OHD"], "days": list(range(1, 57))}})
    plan = parts.Plan(replace(trial, arms=trial.arms[:1] * 400))
    assert plan.size % simulate.LANES == 0
    assert plan.size * 400 * 56 <= parts._MOST_VALUES


def test_statistics_by_hand():
    assert statistics(np.array([1.0, 2, 3, 4, 5])) == {
        "mean": 3,
        "sd": 1.58114,
        "p05": 1.2,
        "p25": 2,
        "p50": 3,
        "p75": 4,
        "p95": 4.8,
    }
    assert statistics(np.array([7.0])) == {
        "mean": 7,
        "sd": None,
        **dict.fromkeys(("p05", "p25", "p50", "p75", "p95"), 7),
    }
    assert statistics(np.array([]))["mean"] is None


def test_readings_that_only_a_wrong_assay_would_give_are_named(tmp_path):
    given = {
        "PTH": {"mean": 5, "sd": 2, "unit": "pmol/L"},
        "Ca_total": {"mean": 2.75, "sd": 0.1, "unit": "mmol/L"},
        "25OHD": {"mean": 50, "sd": 18, "unit": "nmol/L"},
    }
    values = {"trial": 1, "days": 1, "population": {"people": 50, "baseline": given}, "arms": [{"name": "a"}]}
    found = run_trial(values, tmp_path / "far").summary
    (missed,) = found["not_reached"]
    assert (missed["outcome"], missed["unit"], missed["asked"]) == ("Ca_total", "mmol/L", 2.75)
    assert 2.3 < missed["level"] < 2.5
    for lang, told in (("en", "Not reached: serum calcium"), ("fr", "Non atteint\xa0: calcémie")):
        assert told in trial_summary(found, lang)
    given["Ca_total"]["mean"] = 2.4
    near = run_trial(values, tmp_path / "near").summary
    assert near["not_reached"] == []
    assert "Not reached" not in trial_summary(near, "en")


def test_one_person_has_no_spread(tmp_path):
    values = {"trial": 1, "days": 1, "population": {"people": 1}, "arms": [{"name": "a"}]}
    found = run_trial(values, tmp_path).summary
    assert [row["sd"] for row in found["arms"][0]["outcomes"]] == [None, None]
    assert "(" not in trial_summary(found, "en").splitlines()[-1]


def test_there_are_examples():
    assert len(EXAMPLES) >= 5


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_every_example_runs(path, tmp_path):
    result = run_trial(path, tmp_path, people=48)
    assert result.summary is not None
    for arm in result.summary["arms"]:
        assert arm["n"] == 48
        assert all(row["mean"] is not None for row in arm["outcomes"])
