"""The training loop: draws of rows and conditions, steps, averages, early stopping, and its state."""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from synth.cgan.network import Critic, Generator, Spans, condition_loss, critic_loss, soften
from synth.protocols import Progress

ROUND = 50
"""Steps between two reports; whatever interrupts, the state is that of the last report."""

CHECK = 250
"""Steps between two looks at the validation rows."""

Score = Callable[[Generator], float]
Keep = Callable[[Mapping[str, Tensor]], None]

_MORE_ASKED = (0.4, 0.2)  # how often a second column is asked for with the first, and a third


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How the networks are built and trained."""

    steps: int
    minutes: float | None
    batch: int
    width: int = 256
    noise: int = 128
    rate: float = 5e-4
    critic_rate: float = 5e-4
    decay: float = 0.995
    patience: int = 4  # checks without a better score before training stops


@contextmanager
def one_thread() -> Iterator[None]:
    """One torch thread inside, as many as before outside."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


class Rows:
    """The train rows as tensors, and vectorised training-by-sampling.

    Parameters
    ----------
    codes : ndarray, (rows, groups), int
        Categories first, then the numbers' modes.
    scalars : ndarray, (rows, numbers)
        In (-1, 1).
    widths : sequence of int
        Codes in each group.
    categories : int
        How many of the groups conditions may name.
    """

    def __init__(
        self,
        codes: npt.NDArray[np.int64],
        scalars: npt.NDArray[np.float64],
        widths: list[int],
        categories: int,
    ) -> None:
        self.codes, self.categories = torch.from_numpy(codes), categories
        self.scalars = torch.from_numpy(scalars.astype(np.float32))
        self.spans, self.named = Spans(widths), Spans(widths[:categories])
        self.asked = sum(widths[:categories])
        named = self.codes[:, :categories].T.contiguous()
        widest = max(widths[:categories], default=1)
        self._order = torch.argsort(named, dim=1, stable=True)
        counts = torch.zeros((categories, widest), dtype=torch.int64)
        counts.scatter_add_(1, named, torch.ones_like(named))
        self._count, self._start = counts, counts.cumsum(1) - counts
        odds = torch.log1p(counts.float())
        self._evenly = (odds / odds.sum(1, keepdim=True)).cumsum(1)
        self._often = (counts / max(len(codes), 1)).cumsum(1)

    def draw(self, many: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Rows (many, numbers) and the conditions that they fulfil, (many, asked)."""
        place, asked = self._choose(many, rng)
        codes = self.codes[place]
        hot = self.spans.one_hot(codes)
        return torch.cat([self.scalars[place], hot], dim=1), hot[:, : self.asked] * self._spread(asked)

    def conditions(self, many: int, rng: torch.Generator) -> Tensor:
        """As many conditions as training meets them, (many, asked)."""
        place, asked = self._choose(many, rng)
        return self.named.one_hot(self.codes[place, : self.categories]) * self._spread(asked)

    def _choose(self, many: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Row places (many,) and which columns are asked for, (many, categories)."""
        if not self.categories:
            place = torch.randint(len(self.codes), (many,), generator=rng)
            return place, torch.zeros((many, 0), dtype=torch.bool)
        column = torch.randint(self.categories, (many,), generator=rng)
        uniform = torch.rand((many, 2), generator=rng)
        level = torch.searchsorted(self._evenly[column], uniform[:, :1].contiguous()).squeeze(1)
        level = level.clamp_(max=self._count.shape[1] - 1)
        count, start = self._count[column, level], self._start[column, level]
        within = (uniform[:, 1] * count).long().clamp_(max=len(self.codes) - 1)
        place = self._order[column, (start + within).clamp_(max=len(self.codes) - 1)]
        return place, self._ask(column, rng)

    def _ask(self, column: Tensor, rng: torch.Generator) -> Tensor:
        """The column, and for some of the rows one or two others."""
        others = torch.randint(self.categories, (len(column), len(_MORE_ASKED)), generator=rng)
        wanted = torch.rand(others.shape, generator=rng) < torch.tensor(_MORE_ASKED)
        columns = torch.cat([column[:, None], torch.where(wanted, others, column[:, None])], dim=1)
        return torch.zeros((len(column), self.categories), dtype=torch.bool).scatter_(1, columns, True)

    def _spread(self, asked: Tensor) -> Tensor:
        """Column marks to marks of their codes, (rows, asked)."""
        return asked[:, self.named.owner]


class Training:
    """Networks, optimisers, averaged weights and random state, and how they go on.

    Parameters
    ----------
    rows : Rows
        The train rows.
    plan : Plan
        Sizes and rates.
    seed : int
        Of first weights, draws and noise.
    """

    def __init__(self, rows: Rows, plan: Plan, *, seed: int) -> None:
        self.rows, self.plan = rows, plan
        self.rng = torch.Generator().manual_seed(seed)
        logits, scalars = len(rows.spans.owner), rows.scalars.shape[1]
        shape = {"noise": plan.noise, "asked": rows.asked, "scalars": scalars, "logits": logits}
        self.generator = Generator(**shape, width=plan.width, rng=self.rng)
        self.average = Generator(**shape, width=plan.width, rng=self.rng)
        self.average.load_state_dict(self.generator.state_dict())
        self.average.requires_grad_(False)
        self.critic = Critic(
            entered=scalars + logits + rows.asked,
            width=plan.width,
            rng=self.rng,
        )
        adam = {"betas": (0.5, 0.9), "fused": True}
        self.generator_optimiser = torch.optim.Adam(self.generator.parameters(), lr=plan.rate, **adam)
        self.critic_optimiser = torch.optim.Adam(self.critic.parameters(), lr=plan.critic_rate, **adam)
        self.best = {name: value.clone() for name, value in self.average.state_dict().items()}
        self.done, self.seconds, self.best_score, self.waited = 0, 0.0, math.inf, 0

    def start_from(self, earlier: "Training", *, score: Score | None) -> None:
        """Stand where another training of the same shape is best, before a step of one's own.

        Where there is a score, what is learnt from here on must beat it.
        """
        for network in (self.generator, self.average):
            network.load_state_dict(earlier.best)
        self.critic.load_state_dict(earlier.critic.state_dict())
        self._check(0.0 if score is None else score(self.average))

    @property
    def share(self) -> float:
        """How much of the budget is used, in [0, 1]; 1 too where nothing more was learnt."""
        if self.waited >= self.plan.patience:
            return 1.0
        used = self.done / self.plan.steps
        if self.plan.minutes is not None:
            used = max(used, self.seconds / 60 / self.plan.minutes)
        return min(used, 1.0)

    def run(self, *, progress: Progress, score: Score | None, keep: Keep | None = None) -> None:
        """Train until the budget is used or the score has not improved for a while.

        Parameters
        ----------
        progress : callable
            Told after each round of steps.
        score : callable, optional
            The lower, the better the averaged weights; without, the last are kept.
        keep : callable, optional
            Given the state at the last report where training is interrupted.
        """
        state = self.state()
        try:
            while self.share < 1.0:
                self._round(score)
                state = self.state()
                progress(self.share)
        except BaseException:
            if keep is not None:
                keep(state)
            raise

    def _round(self, score: Score | None) -> None:
        started = time.monotonic()
        with one_thread():
            for _ in range(min(ROUND, self.plan.steps - self.done)):
                self.step()
            self.seconds += time.monotonic() - started
            if score is None or self.done % CHECK == 0 or self.share == 1.0:
                self._check(0.0 if score is None else score(self.average))

    def _check(self, found: float) -> None:
        """Keep the averaged weights where they are the best so far."""
        if found <= self.best_score:
            self.best = {name: value.clone() for name, value in self.average.state_dict().items()}
            self.best_score, self.waited = found, 0
        else:
            self.waited += 1

    def state(self) -> dict[str, Tensor]:
        """All that going on needs, copied: weights, moments, counters, random state; no row."""
        counters = [self.done, self.seconds, self.best_score, self.waited]
        state = {
            "random": self.rng.get_state(),
            "counters": torch.tensor(counters, dtype=torch.float64),
        }
        for name, values in self._tensors().items():
            state |= {f"{name}/{each}": value.detach().clone() for each, value in values.items()}
        return state

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Stand where the state was taken."""
        self.rng.set_state(state["random"])
        done, self.seconds, self.best_score, waited = state["counters"].tolist()
        self.done, self.waited = int(done), int(waited)
        with torch.no_grad():
            for name, values in self._tensors().items():
                for each, value in values.items():
                    value.copy_(state[f"{name}/{each}"])

    def _tensors(self) -> dict[str, dict[str, Tensor]]:
        """Every tensor that training changes, by owner and name."""
        return {
            "generator": self.generator.state_dict(),
            "average": self.average.state_dict(),
            "critic": self.critic.state_dict(),
            "best": self.best,
            "generator moments": _moments(self.generator_optimiser),
            "critic moments": _moments(self.critic_optimiser),
        }

    def step(self) -> None:
        """One step of the critic, one of the generator, one of the average."""
        self._teach_critic()
        self._teach_generator()
        rate = 1 - min(self.plan.decay, (1 + self.done) / (10 + self.done))
        for average, current in zip(self.average.parameters(), self.generator.parameters(), strict=True):
            average.lerp_(current.detach(), rate)
        self.done += 1

    def _noise(self) -> Tensor:
        return torch.randn((self.plan.batch, self.plan.noise), generator=self.rng)

    def _teach_critic(self) -> None:
        real, condition = self.rows.draw(self.plan.batch, self.rng)
        with torch.no_grad():
            scalars, logits = self.generator(self._noise(), condition)
            fake = torch.cat([scalars, soften(self.rows.spans, logits, self.rng), condition], dim=1)
        real = torch.cat([real, condition], dim=1)
        loss = critic_loss(self.critic, real, fake, self.rng)
        self.critic_optimiser.zero_grad()
        loss.backward()
        self.critic_optimiser.step()

    def _teach_generator(self) -> None:
        condition = self.rows.conditions(self.plan.batch, self.rng)
        scalars, logits = self.generator(self._noise(), condition)
        fake = torch.cat([scalars, soften(self.rows.spans, logits, self.rng), condition], dim=1)
        self.critic.requires_grad_(False)
        loss = condition_loss(self.rows.named, logits, condition) - self.critic(fake).mean()
        self.generator_optimiser.zero_grad()
        loss.backward()
        self.generator_optimiser.step()
        self.critic.requires_grad_(True)


def _moments(optimiser: torch.optim.Adam) -> dict[str, Tensor]:
    """Adam's step counts and moments, as zeros before the first step."""
    found: dict[str, Tensor] = {}
    for place, weight in enumerate(optimiser.param_groups[0]["params"]):
        state = optimiser.state[weight]
        if not state:
            state["step"] = torch.zeros(())
            state["exp_avg"], state["exp_avg_sq"] = torch.zeros_like(weight), torch.zeros_like(weight)
        found |= {f"{place}/{name}": value for name, value in state.items()}
    return found
