"""Where the runs of a sweep are carried out: processes of this machine, or a Dask cluster.

Neither a scheduler nor a transport is ours: joblib divides the work, by loky here and by Dask there.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib

from cohort.errors import ConfigError, Problem

LOCAL = "local"
_DASK = "dask://"
_SECONDS_TO_ANSWER = 10
_DEATHS = ("TerminatedWorkerError", "KilledWorker")  # loky's, and Dask's after several workers
_SPARE = 0.8  # of the memory that is free

Work = Callable[[int], Any]


@dataclass(frozen=True, kw_only=True)
class Engine:
    """Carries out work in parallel.

    Parameters
    ----------
    name : str
        ``local``, or ``dask://HOST:PORT`` of a scheduler that is running.
    jobs : int
        Processes at once; of a cluster, as many as it has workers.
    """

    name: str = LOCAL
    jobs: int = 1

    @property
    def is_local(self) -> bool:
        """Whether the processes are this machine's."""
        return self.name == LOCAL

    def carried_out(self, work: Work, places: Sequence[int]) -> Iterator[Any]:
        """What ``work`` returns for each place, as soon as it is there.

        Raises
        ------
        Broken
            Where a process died; what it had not returned is to be tried again.
        ConfigError
            Where there is no such engine.
        """
        with self._backend():
            parallel = joblib.Parallel(n_jobs=self.jobs, return_as="generator_unordered", pre_dispatch="all")
            try:
                yield from parallel(joblib.delayed(work)(place) for place in places)
            except Exception as error:
                if type(error).__name__ in _DEATHS:
                    raise Broken from error
                raise

    @contextmanager
    def _backend(self) -> Iterator[None]:
        if self.is_local:
            with joblib.parallel_config(backend="loky", inner_max_num_threads=1):
                yield
            return
        with _client(self.name) as client, joblib.parallel_config(backend="dask", client=client):
            yield


class Broken(Exception):
    """A process died."""


def engine(name: str, *, jobs: int | None, cores: int) -> Engine:
    """The engine of that name.

    Raises
    ------
    ConfigError
        For an unknown name, a number of jobs below 1, or a cluster that does not answer.
    """
    if jobs is not None and jobs < 1:
        raise ConfigError(
            Problem(what=f"--jobs {jobs} is below 1.", remedy="Leave it out: one for each core.")
        )
    if name == LOCAL:
        return Engine(jobs=jobs or cores)
    if not name.startswith(_DASK):
        what = f"there is no engine {name!r}."
        raise ConfigError(Problem(what=what, remedy="Write --engine local, or --engine dask://HOST:PORT."))
    with _client(name) as client:
        workers = len(client.scheduler_info(n_workers=-1)["workers"])
    if not workers:
        remedy = "Start some: dask worker HOST:PORT."
        raise ConfigError(Problem(what=f"the cluster at {name} has no worker.", remedy=remedy))
    return Engine(name=name, jobs=min(jobs or workers, workers))


def _client(name: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        what = "Dask is not installed."
        raise ConfigError(Problem(what=what, remedy="pip install 'synthassay[dask]'.")) from None
    try:
        return Client(f"tcp://{name.removeprefix(_DASK)}", timeout=_SECONDS_TO_ANSWER)
    except (OSError, ValueError, TimeoutError):
        what = f"no Dask scheduler answers at {name}."
        remedy = "Start one: dask scheduler; then dask worker HOST:PORT on each machine."
        raise ConfigError(Problem(what=what, remedy=remedy)) from None


def jobs_that_fit(jobs: int, *, megabytes: float | None) -> int:
    """As many of ``jobs`` as this machine's free memory holds, one at least, where each takes so much."""
    free = _free_megabytes()
    if not megabytes or free is None:
        return jobs
    return max(1, min(jobs, int(_SPARE * free / megabytes)))


def _free_megabytes() -> float | None:
    """Memory that new work may take; None where the platform does not say."""
    if not sys.platform.startswith("linux"):
        return None
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    told = next((line for line in lines if line.startswith("MemAvailable:")), None)
    return None if told is None else int(told.split()[1]) / 1024
