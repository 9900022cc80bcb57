"""On a cluster: the one-machine bytes for any workers and order, whoever dies on the way."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from distributed import Client

import telework as tw
from conftest import command, same
from dask_cluster import Cluster, until
from telework import _engine, cluster, studies

#: A run that takes a few seconds on two workers, in chunks of two runs.
LONG: dict[str, Any] = {"draws": 32, "split": 0, "chunk": 2}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("dask")) as running:
        yield running


@pytest.fixture(scope="module")
def client(shared: Cluster) -> Iterator[Client]:
    with shared.client() as connected:
        yield connected


@pytest.fixture(scope="session")
def long() -> tw.Scenario:
    return tw.Scenario.load("baseline").with_(run__sample=12000, run__end="2022-03-31")


@pytest.fixture(scope="session")
def expected(long: tw.Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one machine gives, by the program itself."""
    home = tmp_path_factory.mktemp("expected")
    words = ["--replicates", LONG["draws"], "--split", 0, "--set", "run.sample=12000", "--set", "run.end=2022-03-31"]
    command("run", "baseline", *words, "--out", home / "run", "--store", home / "store")
    return home / "run"


def in_background(work: Callable[[], object]) -> tuple[threading.Thread, list[BaseException | object]]:
    outcome: list[BaseException | object] = []

    def do() -> None:
        try:
            outcome.append(work())
        except BaseException as failed:
            outcome.append(failed)

    thread = threading.Thread(target=do)
    thread.start()
    return thread, outcome


def kept(store: Path) -> int:
    return len([path for path in store.glob("*/*") if not path.name.startswith(".")])


def counted(told: list[tuple[int, int]]) -> None:
    """Every run was told of once."""
    runs = [done for done, all_ in told if all_ == LONG["draws"]]
    assert runs[-1] == LONG["draws"] and runs == sorted(set(runs)), runs


def test_any_cut_gives_the_programs_bytes(client: Client, medium: tw.Scenario, home: Path) -> None:
    words = ["--replicates", 7, "--split", 3, "--set", "run.sample=6000", "--set", "run.end=2022-03-31"]
    command("run", "baseline", *words, "--out", home / "cli", "--store", home / "s")
    for chunk in (1, 3, None):
        place = home / f"chunk-{chunk}"
        tw.run(medium, draws=7, split=3, chunk=chunk, on=client, folder=place, store=home / f"s{chunk}", progress=False)
        same(place, home / "cli")
        assert kept(home / f"s{chunk}") == kept(home / "s") == 7 + 2 * 3


def test_the_current_client_is_found_and_none_is_said(client: Client, small: tw.Scenario, home: Path) -> None:
    with client.as_current():
        tw.run(small, draws=3, split=0, on="dask", folder=home / "a", progress=False)
    tw.run(small, draws=3, split=0, folder=home / "b", store=home / "other", progress=False)
    same(home / "a", home / "b")
    for wrong in ("slurm", 3):
        with pytest.raises(tw.UsageError, match="is no cluster"):
            tw.run(small, on=wrong, progress=False)


def test_comparisons_and_attributions_too(client: Client, small: tw.Scenario, home: Path) -> None:
    push = small.with_(intervention__managers_fy2020__scale=50)
    elsewhere: dict[str, Any] = {"on": client, "store": home / "elsewhere", "progress": False}
    here: dict[str, Any] = {"store": home / "here", "progress": False}
    tw.compare([small, push], draws=4, split=3, chunk=3, folder=home / "a", **elsewhere)
    tw.compare([small, push], draws=4, split=3, folder=home / "b", **here)
    same(home / "a", home / "b")
    scenario = tw.Scenario.load("all_measures").with_(run__sample=6000, run__end="2021-05-31")
    for method in ("exact", "sampled"):
        among = ["managers", "awards", "it_subsidy"]
        tw.attribute(scenario, among=among, draws=3, method=method, chunk=5, folder=home / f"{method}-a", **elsewhere)
        tw.attribute(scenario, among=among, draws=3, method=method, folder=home / f"{method}-b", **here)
        same(home / f"{method}-a", home / f"{method}-b")


def test_what_a_chunk_raises_is_raised_here(
    client: Client, small: tw.Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The client would find it first.
    monkeypatch.setattr(_engine, "first_wrong_row", lambda *_: None)
    with pytest.raises(tw.ScenarioError, match="nobody") as raised:
        tw.design(
            small,
            [{"intervention.managers.scale": 1}, {"intervention.nobody.scale": 2}, {}],
            draws=1,
            chunk=1,
            on=client,
        )
    assert raised.value.problems[0].file == "intervention.nobody.scale=2"


def test_a_search_on_a_cluster_is_the_same(client: Client, home: Path) -> None:
    scenario = tw.Scenario.load("baseline").with_(run__sample=6000, run__end="2022-04-30")
    goal, by, vary = "tsr_current_practice[size=large]>=0.75", "2022-03-31", "intervention.managers.scale"
    how: dict[str, Any] = {"by": by, "draws": 2, "high": 100, "progress": False}
    made: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        make = cluster.make
        patch.setattr(cluster, "make", lambda works, *a, **k: made.append(len(works)) or make(works, *a, **k))
        tw.target(scenario, goal, vary, on=client, chunk=1, folder=home / "a", store=home / "s", **how)
    assert made and made[0] > 2, "the first values are handed out together"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_engine, "compute", lambda *_, **__: pytest.fail("ran"))
        tw.target(scenario, goal, vary, folder=home / "c", store=home / "s", **how)
    tw.target(scenario, goal, vary, folder=home / "b", store=home / "t", **how)
    same(home / "a", home / "b")
    same(home / "c", home / "b")
    assert kept(home / "s") == kept(home / "t")


def test_a_design_from_the_terminal(shared: Cluster, client: Client, small: tw.Scenario, home: Path) -> None:
    small.save(home / "small.toml")
    (home / "rows.csv").write_text(
        "intervention.managers_fy2020.scale,intervention.managers_fy2020.delay\n1,0 weeks\n50,4 weeks\n"
    )
    words = ["design", "small.toml", "rows.csv", "--draws", "2", "--out", "d", "--store", "s"]
    words += [
        "--outcomes",
        "practising_firms[prefecture=Tokyo],spend_yen[managers_fy2020]",
        "--scheduler",
        shared.address,
    ]
    done = subprocess.run(
        [sys.executable, "-m", "telework", "cluster", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    there = tw.open("d")
    assert isinstance(there, tw.Design)
    rows = [{"intervention.managers_fy2020.scale": 1, "intervention.managers_fy2020.delay": "0 weeks"}]
    rows += [{"intervention.managers_fy2020.scale": 50, "intervention.managers_fy2020.delay": 4}]
    here = tw.design(
        small,
        rows,
        draws=2,
        outcomes=["practising_firms[prefecture=Tokyo]", "spend_yen[managers_fy2020]"],
        progress=False,
    )
    assert there.table.to_arrow().combine_chunks() == here.table.to_arrow().combine_chunks()
    assert there.inputs.column("intervention.managers_fy2020.scale") == [1, 50]


def test_a_model_finds_its_cluster_wherever_it_is(client: Client, small: tw.Scenario) -> None:
    inputs = {"intervention.managers_fy2020.scale": (1, 50)}
    point = [{"intervention.managers_fy2020.scale": 3}]
    here = tw.model(small, inputs, draws=2, progress=False).evaluate(point)
    there = tw.model(small, inputs, draws=2, on=client, progress=False)
    assert there.evaluate(point) == here
    again = pickle.loads(pickle.dumps(there))
    assert again.on == client.scheduler.address and again.evaluate(point) == here
    # Without a cluster of its own it runs where it is sent.
    travels = tw.model(small, inputs, draws=2, threads=1, progress=False)
    # A function of this file is not known there, the package's is.
    assert client.submit(tw.Model.evaluate, travels, point).result() == here
    with pytest.raises(tw.ClusterError, match="no scheduler at tcp://127.0.0.1:1"):
        tw.model(small, inputs, on="tcp://127.0.0.1:1")


@pytest.mark.parametrize("store", ["file", "memory"])
def test_stores_and_folders_behind_urls(client: Client, small: tw.Scenario, home: Path, store: str) -> None:
    url = f"file://{home}/shared" if store == "file" else "memory://shared"
    # Memory belongs to one process: its workers are threads here.
    own = (
        Client(processes=False, n_workers=2, threads_per_worker=1, dashboard_address=":0")
        if store == "memory"
        else client
    )
    try:
        a = tw.run(small, draws=8, split=3, chunk=4, on=own, store=url, folder=f"{url}/a", progress=False)
        tw.run(small, draws=8, split=3, folder=home / "b", store=home / "here", progress=False)
        fs, root = fsspec.core.url_to_fs(url)
        fs.get(f"{root}/a", str(home / "a"), recursive=True)
        same(home / "a", home / "b")
        assert len(a.kpi) == len(tw.open(home / "b").kpi)
        chunks = fs.find(f"{root}/chunks")
        assert len(chunks) == 4
        # One is damaged and one is gone: these two are made again, by this machine alone, the others are taken.
        sealed = fs.cat_file(chunks[0])
        fs.pipe_file(chunks[0], sealed[:100] + bytes([sealed[100] ^ 1]) + sealed[101:])
        fs.rm_file(chunks[1])
        made: list[str] = []
        compute = _engine.compute
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_engine, "compute", lambda payload, **how: made.append(payload) or compute(payload, **how))
            tw.run(small, draws=8, split=3, chunk=4, store=url, folder=home / "c", progress=False)
        assert len(made) == 2
        same(home / "c", home / "b")
        with pytest.raises(tw.FilesError, match="already there"):
            tw.run(small, draws=3, split=0, folder=f"{url}/a", progress=False)
        assert tw.run(small, draws=8, split=3, folder=f"{url}/a", progress=False).folder == f"{url}/a"
    finally:
        if own is not client:
            own.close()


def test_a_store_that_workers_do_not_share_is_noticed(client: Client, small: tw.Scenario) -> None:
    with pytest.raises(tw.FilesError, match="name a store that the workers and this machine share"):
        tw.run(small, draws=2, split=0, on=client, store="memory://mine-alone", progress=False)


def test_the_clients_memory_holds_a_window_only(
    client: Client, small: tw.Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_LEAST", 4)
    most = 0
    submit = Client.submit

    def watched(self: Client, *args: Any, **how: Any) -> Any:
        nonlocal most
        future = submit(self, *args, **how)
        most = max(most, len(self.futures))
        return future

    monkeypatch.setattr(Client, "submit", watched)
    tw.run(small, draws=80, split=0, chunk=2, on=client, progress=False)
    assert 0 < most <= 6 + 1, f"{most} of 40 chunks at once"


def test_a_worker_killed_mid_run_costs_only_its_chunk(long: tw.Scenario, expected: Path, home: Path) -> None:
    with Cluster(home) as running, running.client() as client:
        told: list[tuple[int, int]] = []

        def kill(done: int, all_: int) -> None:
            told.append((done, all_))
            if done >= 6 and len(running.workers) == 2:
                running.workers.pop().kill()

        tw.run(long, **LONG, on=client, folder=home / "r", store=home / "s", progress=kill)
        assert len(running.workers) == 1 and len(client.scheduler_info()["workers"]) == 1
        counted(told)
    same(home / "r", expected)
    assert kept(home / "s") == LONG["draws"]


def test_a_worker_that_stops_answering_is_left_out(long: tw.Scenario, expected: Path, home: Path) -> None:
    with Cluster(home, SCHEDULER__WORKER_TTL="3s") as running, running.client() as client:
        told: list[tuple[int, int]] = []
        slow = running.workers[0]

        def halt(done: int, all_: int) -> None:
            if done >= 6 and not any(was >= 6 for was, _ in told):
                os.kill(slow.pid, signal.SIGSTOP)
            told.append((done, all_))

        try:
            tw.run(long, **LONG, on=client, folder=home / "r", store=home / "s", progress=halt)
        finally:
            os.kill(slow.pid, signal.SIGCONT)
        counted(told)
    same(home / "r", expected)
    assert kept(home / "s") == LONG["draws"]


def test_a_slow_worker_holds_nobody_up(small: tw.Scenario, home: Path) -> None:
    slow = home / "slow.py"
    slow.write_text(
        # Dask reads a preload twice.
        "import time\nimport telework._engine as engine\nengine.quick = getattr(engine, 'quick', engine.compute)\n"
        "def slowly(payload, **how):\n"
        "    time.sleep(1.5)\n"
        f"    open({str(home / 'made')!r}, 'a').write('.')\n"
        "    return engine.quick(payload, **how)\n"
        "engine.compute = slowly\n"
    )
    with Cluster(home, workers=1) as running:
        running.workers.append(running.worker("--preload", str(slow)))
        with running.client() as client:
            tw.run(small, draws=24, split=0, chunk=1, on=client, folder=home / "a", store=home / "s", progress=False)
    assert 1 <= len((home / "made").read_text()) < 12
    tw.run(small, draws=24, split=0, folder=home / "b", store=home / "other", progress=False)
    same(home / "a", home / "b")


def test_ctrl_c_takes_back_what_is_queued(client: Client, small: tw.Scenario, home: Path) -> None:
    def interrupt(done: int, all_: int) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    how: dict[str, Any] = {"draws": 30, "split": 0, "chunk": 1, "on": client, "folder": home / "r", "store": home / "s"}
    with pytest.raises(KeyboardInterrupt):
        tw.run(small, **how, progress=interrupt)
    assert 4 <= kept(home / "s") < 30 and not (home / "r").exists()
    let_go(client)
    tw.run(small, **how, progress=False)
    assert kept(home / "s") == 30


def let_go(client: Client) -> None:
    """Waits until the scheduler has nothing left to do for anybody."""
    until(lambda: not client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)), "an empty scheduler")


def test_the_scheduler_restarted_and_the_same_call_goes_on(long: tw.Scenario, expected: Path, home: Path) -> None:
    with Cluster(home) as running:

        def go(progress: Any) -> tw.Run:
            with running.client() as client:
                return tw.run(long, **LONG, on=client, folder=home / "r", store=home / "s", progress=progress)

        def kill(done: int, all_: int) -> None:
            if done >= 10:
                running.scheduler.kill()

        with pytest.raises(tw.ClusterError, match="the scheduler was lost") as raised:
            go(kill)
        assert "the same call goes on from there" in str(raised.value)
        before = kept(home / "s")
        assert 10 <= before < LONG["draws"] and not (home / "r").exists()
        running.restart_scheduler()
        told: list[tuple[int, int]] = []
        go(lambda done, all_: told.append((done, all_)))
        assert max(done for done, all_ in told if all_ < 100) == LONG["draws"] - before, "only what was missing"
    same(home / "r", expected)


def test_the_client_gone_and_back(shared: Cluster, client: Client, expected: Path, home: Path) -> None:
    words = ["run", "baseline", "--draws", "32", "--split", "0", "--chunk", "2", "--out", "r", "--store", "s"]
    words += ["--set", "run.sample=12000", "--set", "run.end=2022-03-31", "--scheduler", shared.address]
    start = [sys.executable, "-m", "telework", "cluster", *words]
    process = subprocess.Popen(start, stderr=subprocess.DEVNULL)
    until(lambda: kept(home / "s") >= 6, "the first runs")
    process.kill()
    process.wait()
    before = kept(home / "s")
    assert before < 32 and not (home / "r").exists()
    done = subprocess.run(start, capture_output=True, text=True, check=True)
    assert done.stdout == "Folder: r\n"
    assert kept(home / "s") == 32
    same(home / "r", expected)
    # The scheduler has let go of what the first client wanted.
    let_go(client)


def test_a_worker_of_another_version_is_refused(small: tw.Scenario, home: Path) -> None:
    other = home / "other.py"
    other.write_text('import telework._engine\ntelework._engine.CODE = "0.0.9+0123456789abcdef"\n')
    with Cluster(home, workers=1) as running:
        running.workers.append(running.worker("--preload", str(other)))
        with running.client() as client:
            with pytest.raises(tw.VersionError) as raised:
                tw.run(small, draws=4, split=0, on=client, folder=home / "r", progress=False)
            assert f"has telework 0.0.9+0123456789abcdef, and {tw.CODE} is wanted" in str(raised.value)
            assert "install the same wheel on every worker" in str(raised.value)
            # One that joins later is refused by its first chunk.
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(cluster, "refuse_other_versions", lambda client: None)
                with pytest.raises(tw.VersionError, match="has telework 0.0.9"):
                    tw.run(small, draws=8, split=0, chunk=1, on=client, folder=home / "r", progress=False)
        assert not (home / "r").exists()


def test_a_worker_without_the_package_is_refused(small: tw.Scenario, home: Path) -> None:
    bare = home / "bare.py"
    bare.write_text("import sys\nsys.modules['telework'] = None\n")
    with Cluster(home, workers=0) as running:
        running.workers.append(running.worker("--preload", str(bare)))
        with running.client() as client, pytest.raises(tw.VersionError, match="has no telework package"):
            tw.run(small, draws=4, split=0, on=client, progress=False)


def test_chunks_are_named_by_content_alone(small: tw.Scenario, home: Path) -> None:
    def keys(scenario: tw.Scenario, draws: int, store: str, **how: Any) -> list[str]:
        given = {"scenario": scenario, "draws": draws, "split": 0, "out": home / "r", "store": home / store, **how}
        ready, loaded = studies._ready("run", given)
        return [unit.key for unit in _engine.prepare(studies.request("run", ready), loaded).work_units(4)]

    eight = keys(small, 8, "s")
    assert len(set(eight)) == 2
    assert keys(small, 12, "s")[:2] == eight, "more draws are more chunks"
    assert keys(small.with_(title="Other words", question="?"), 8, "s") == eight, "words change no run"
    for other in (small.with_(run__seed=1), small.with_(intervention__managers__scale=2)):
        assert not set(keys(other, 8, "s")) & set(eight)
    assert not set(keys(small, 8, "s", point=True)) & set(eight)
    # What is kept is not asked for again, and what is left is cut where it was.
    tw.run(small, draws=5, split=0, store=home / "s", folder=home / "five", progress=False)
    assert keys(small, 8, "s") == eight[1:]
    payload = json.loads(study_payload(small, home))
    assert payload["code"] == tw.CODE


def study_payload(scenario: tw.Scenario, home: Path) -> str:
    asked = studies.request("run", {"scenario": "x", "split": 0, "out": home / "x", "store": home / "x-store"})
    unit = _engine.prepare(asked, [scenario.loaded([])]).work_units(2)[0]
    once, twice = _engine.compute(unit.payload), _engine.compute(unit.payload, threads=2)
    assert once == twice
    with pytest.raises(tw.VersionError, match="damaged on the way"):
        unit.keep(once[:-1])
    with pytest.raises(tw.VersionError, match="install the same telework everywhere"):
        _engine.compute(unit.payload.replace(tw.CODE, "0.0.9+x"))
    return unit.payload
