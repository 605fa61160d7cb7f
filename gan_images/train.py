"""The training loop: draws of pictures, steps, averages, the best snapshot, and its state."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from cohort.images import Ints, Pixels
from gan_images.augment import disturbed, turned
from gan_images.losses import critic_loss, generator_loss, gradient_penalty
from gan_images.network import Critic, Generator, prepare

CHECK = 100
"""Steps between two snapshots; whatever interrupts, the state is that of the last one."""

_ADAPTED_FROM = 0.8

Score = Callable[[Generator], float]
Keep = Callable[[Mapping[str, Tensor]], None]
Watch = Callable[[float], None]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How the networks are trained.

    Parameters
    ----------
    steps : int
        At most so many.
    minutes : float, optional
        And no longer than that.
    batch : int
        Pictures a step.
    rate : float
        Of both networks' Adam at first; it falls to a tenth along half a cosine.
    decay : float
        Of the average of the generator's weights, which is what draws pictures.
    penalty : float
        Weight of R1 and R2.
    every : int
        Steps between two penalties.
    evenness : float, in [0, 1]
        0 draws classes as often as they come, 1 all alike.
    adapt : tuple of int
        Classes that half of all draws are of in the last fifth of training, each alike often.
    """

    steps: int
    minutes: float | None = None
    batch: int = 64
    rate: float = 1e-3
    decay: float = 0.998
    penalty: float = 0.3
    every: int = 4
    evenness: float = 0.7
    adapt: tuple[int, ...] = ()


class Pictures:
    """The train pictures as one tensor, and draws of them balanced between classes.

    Parameters
    ----------
    pixels : ndarray, (images, size, size, 3), uint8
    labels : ndarray, (images,), int
    plan : Plan
        How often each class is drawn.
    device : torch.device
        Where they lie.
    """

    def __init__(self, pixels: Pixels, labels: Ints, plan: Plan, *, device: torch.device) -> None:
        shown = torch.from_numpy(pixels.copy()).permute(0, 3, 1, 2).float() / 127.5 - 1.0
        self.pictures = shown.contiguous(memory_format=torch.channels_last).to(device)
        known = torch.from_numpy(labels.copy())
        self.labels = known.to(device)
        each = torch.bincount(known)[known].double()
        rare = torch.isin(known, torch.tensor(plan.adapt, dtype=known.dtype))
        self._often = each**-plan.evenness
        # The rare classes together are drawn as often as all others.
        others = self._often * ~rare
        self._adapted = others / others.sum().clamp(min=1e-12) + rare / each / max(1, len(plan.adapt))

    def draw(self, many: int, rng: torch.Generator, *, adapted: bool = False) -> tuple[Tensor, Tensor]:
        """Pictures, (many, 3, size, size), turned at random, and their classes, (many,)."""
        often = self._adapted if adapted else self._often
        chosen = torch.multinomial(often, many, replacement=True, generator=rng)
        chosen = chosen.to(self.pictures.device)
        return turned(self.pictures[chosen], rng), self.labels[chosen]


class Training:
    """Networks, optimisers, averaged weights and random state, and how they go on.

    Parameters
    ----------
    pictures : Pictures
        Of train.
    plan : Plan
        Sizes and rates.
    classes, size : int
        Of the networks.
    seed : int
        Of first weights, draws and noise.
    """

    def __init__(self, pictures: Pictures, plan: Plan, *, classes: int, size: int, seed: int) -> None:
        self.pictures, self.plan, self.device = pictures, plan, pictures.pictures.device
        self.rng = torch.Generator().manual_seed(seed)
        with torch.random.fork_rng(devices=[]):  # layers draw weights as they are built, to no use here
            self.generator = Generator(classes=classes, size=size)
            self.average = Generator(classes=classes, size=size)
            self.critic = Critic(classes=classes, size=size)
        prepare(self.generator, seed=seed)
        prepare(self.critic, seed=seed + 1)
        for network in (self.generator, self.average, self.critic):
            network.to(self.device)
        self.average.load_state_dict(self.generator.state_dict())
        self.average.requires_grad_(False)
        self.optimisers = [
            torch.optim.Adam(each.parameters(), lr=plan.rate, betas=(0.0, 0.99), fused=True)
            for each in (self.generator, self.critic)
        ]
        self.best: dict[str, Tensor] = {}
        self.best_score = float("inf")
        self.scores: list[tuple[int, float]] = []
        self.steps, self.seconds, self.adapted = 0, 0.0, False

    def run(self, *, watch: Watch, score: Score, keep: Keep = lambda state: None) -> None:
        """Train to the plan's end; the average of the best snapshot is then the average."""
        while not self.is_over():
            self._pace()
            start = time.perf_counter()
            for _ in range(min(CHECK, self.plan.steps - self.steps)):
                self.step()
                if self._late(time.perf_counter() - start):
                    break
            self.seconds += time.perf_counter() - start
            self._take(score(self.average))
            watch(self.share())
            keep(self.state())
        if self.best:
            self.average.load_state_dict(self.best)

    def is_over(self) -> bool:
        """Whether the plan's steps or minutes are spent."""
        return self.steps >= self.plan.steps or self._late(0.0)

    def share(self) -> float:
        """The share of the plan that is done."""
        minutes = 0.0 if self.plan.minutes is None else self.seconds / (60.0 * self.plan.minutes)
        return min(1.0, max(self.steps / self.plan.steps, minutes))

    def step(self) -> None:
        """One step of the critic and one of the generator, on the same minted pictures."""
        real, labels = self.pictures.draw(self.plan.batch, self.rng, adapted=self.adapted)
        noise = torch.randn((len(labels), self.generator.noise), generator=self.rng).to(self.device)
        with self._halved():
            minted = self.generator(noise, labels)
        minted = minted.float()
        self._teach_critic(real, minted.detach(), labels)
        self._teach_generator(real, minted, labels)
        with torch.no_grad():
            for mean, weight in zip(self.average.parameters(), self.generator.parameters(), strict=True):
                # Early weights are forgotten: at most the last third of the steps counts.
                mean.lerp_(weight, max(1.0 - self.plan.decay, 3.0 / (4.0 + self.steps)))
        self.steps += 1

    def _teach_critic(self, real: Tensor, minted: Tensor, labels: Tensor) -> None:
        penalised = self.steps % self.plan.every == 0
        shown = [disturbed(each, self.rng).detach().requires_grad_(penalised) for each in (real, minted)]
        scores = [self._seen(each, labels, exact=penalised) for each in shown]
        loss = critic_loss(*scores)
        if penalised:
            lengths = [gradient_penalty(score, each) for score, each in zip(scores, shown, strict=True)]
            loss = loss + 0.5 * self.plan.penalty * self.plan.every * (lengths[0] + lengths[1])
        self._descend(1, loss)

    def _teach_generator(self, real: Tensor, minted: Tensor, labels: Tensor) -> None:
        self.critic.requires_grad_(False)
        with torch.no_grad():
            aim = self._seen(disturbed(real, self.rng), labels)
        self._descend(0, generator_loss(aim, self._seen(disturbed(minted, self.rng), labels)))
        self.critic.requires_grad_(True)

    def _seen(self, pictures: Tensor, labels: Tensor, *, exact: bool = False) -> Tensor:
        """The critic's scores; exact where they are differentiated twice."""
        with self._halved(enabled=not exact):
            scores = self.critic(pictures, labels)
        return scores.float()

    def _halved(self, *, enabled: bool = True) -> torch.autocast:
        """Half precision on a graphics card; on a processor it is slower than whole."""
        here = self.device.type
        return torch.autocast(here, torch.bfloat16, enabled=enabled and here == "cuda")

    def _pace(self) -> None:
        """Rates, and what is drawn, as far as training has come."""
        share = self.share()
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = self.plan.rate * (0.55 + 0.45 * math.cos(math.pi * share))
        if self.plan.adapt and share >= _ADAPTED_FROM and not self.adapted:
            self.adapted, self.best_score = True, float("inf")  # no snapshot from before is the best

    def _descend(self, which: int, loss: Tensor) -> None:
        self.optimisers[which].zero_grad(set_to_none=True)
        loss.backward()
        self.optimisers[which].step()

    def _take(self, score: float) -> None:
        """Keep this snapshot where none before had a lower score."""
        self.scores.append((self.steps, score))
        if score < self.best_score:
            self.best_score = score
            self.best = {name: value.detach().clone() for name, value in self.average.state_dict().items()}

    def _late(self, more: float) -> bool:
        return self.plan.minutes is not None and self.seconds + more >= 60.0 * self.plan.minutes

    def state(self) -> dict[str, Tensor]:
        """All that training goes on from, by name."""
        found = {
            **_named("generator", self.generator.state_dict()),
            **_named("average", self.average.state_dict()),
            **_named("critic", self.critic.state_dict()),
            **_named("best", self.best),
            "rng": self.rng.get_state(),
            "counts": torch.tensor(
                [self.steps, self.seconds, self.best_score, self.adapted], dtype=torch.float64
            ),
            "scores": torch.tensor(self.scores, dtype=torch.float64).reshape(-1, 2),
        }
        for place, optimiser in enumerate(self.optimisers):
            for number, moments in optimiser.state_dict()["state"].items():
                found |= _named(f"adam{place}.{number}", moments)
        return {name: value.detach().clone().cpu() for name, value in found.items()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from `state` as if nothing had happened."""
        self.generator.load_state_dict(_part("generator", state))
        self.average.load_state_dict(_part("average", state))
        self.critic.load_state_dict(_part("critic", state))
        self.best = {name: value.to(self.device) for name, value in _part("best", state).items()}
        self.rng.set_state(state["rng"])
        steps, self.seconds, self.best_score, adapted = state["counts"].tolist()
        self.steps, self.adapted = int(steps), bool(adapted)
        self.scores = [(int(step), float(score)) for step, score in state["scores"].tolist()]
        for place, optimiser in enumerate(self.optimisers):
            whole = optimiser.state_dict()
            numbers = whole["param_groups"][0]["params"]
            whole["state"] = {number: _part(f"adam{place}.{number}", state) for number in numbers}
            optimiser.load_state_dict(whole)
            for weight, moments in optimiser.state.items():  # the fused step takes both in one layout
                for name in ("exp_avg", "exp_avg_sq"):
                    moments[name] = torch.empty_like(weight).copy_(moments[name])


def _named(name: str, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {f"{name}.{key}": value for key, value in state.items()}


def _part(name: str, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {key.removeprefix(f"{name}."): each for key, each in state.items() if key.startswith(f"{name}.")}
