"""Results, designs and models travel: pickled, copied, in processes of multiprocessing and joblib, on Dask."""

from __future__ import annotations

import copy
import multiprocessing
import os
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import joblib
import pytest
from distributed import Client, LocalCluster

import telework as tw

SCALE = "intervention.managers_fy2020.scale"


def seen(one: Any) -> list[Any]:
    """What there is to see of anything; runs where it is sent."""
    os.chdir("/")
    if isinstance(one, tw.Run):
        return [len(one.indicators), one.kpi.head(3), one.manifest["run"]]
    if isinstance(one, tw.Design):
        return [one.table.head(3), one.values("practising_firms"), list(one.inputs)]
    if isinstance(one, tw.Table):
        return one.head(5)
    if isinstance(one, tw.Posterior):
        return [one.draws[0], one.certificate]
    if isinstance(one, tw.Scenario):
        return [one.toml, one.changes]
    assert isinstance(one, tw.Model)
    return one.evaluate([{SCALE: 3}])


@pytest.fixture(scope="module")
def travellers(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    home = tmp_path_factory.mktemp("travel")
    here = os.getcwd()
    os.chdir(home)
    try:
        small = tw.Scenario.load("baseline").with_(run__sample=6000, run__end="2020-04-30").named("small")
        # Relative places: they must mean the same where they are sent.
        run = tw.run(small, draws=2, split=0, folder="r", store="s", progress=False)
        design = tw.design(small, {SCALE: [1, 9]}, draws=2, store="s", progress=False)
        saved = tw.open(design.save("d"))
        model = tw.model(small, {SCALE: (1, 50)}, ["practising_firms"], draws=1, threads=1, store="s", progress=False)
        some = [small, run, run.kpi, design, design.table, saved, model, tw.posterior(), tw.posterior().gates]
        # Whatever was looked at before.
        for one in some:
            if not isinstance(one, tw.Scenario):
                _ = len(one.table) if isinstance(one, tw.Design) else repr(one)
        assert len(run.indicators) and run.kpi.to_pandas() is not None
        return some
    finally:
        os.chdir(here)


def here(travellers: list[Any]) -> list[list[Any]]:
    return [seen(one) for one in travellers]


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_copies(travellers: list[Any], way: Callable[[Any], Any]) -> None:
    assert [seen(way(one)) for one in travellers] == here(travellers)


def test_processes(travellers: list[Any]) -> None:
    # `spawn`: nothing is inherited.
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(seen, travellers)) == here(travellers)


def test_joblib(travellers: list[Any]) -> None:
    assert joblib.Parallel(2)(joblib.delayed(seen)(one) for one in travellers) == here(travellers)


def test_dask(travellers: list[Any]) -> None:
    local = LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=":0")
    with local, Client(local) as client:
        assert client.gather(client.map(seen, travellers)) == here(travellers)


def test_a_folder_that_is_gone_is_told(home: Path, small: tw.Scenario) -> None:
    design = tw.design(small, [{SCALE: 1}], draws=1, store="gone", progress=False)
    sent = pickle.dumps(design)
    for path in (home / "gone").rglob("*"):
        if path.is_file():
            path.unlink()
    with pytest.raises(tw.FilesError, match="make the design again"):
        pickle.loads(sent).values("spend_yen")
