"""Rows from a trained generator: conditions, hard draws, and marginals put right."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from synth.cgan.network import Generator, Spans, gumbel
from synth.cgan.weights import Weights

Codes = npt.NDArray[np.int64]
Scalars = npt.NDArray[np.float64]

_CALIBRATED = 5_000
_ROUNDS = 12
_LARGEST_SHIFT = 5.0
_NEVER = -1e6
_LARGEST_SEED = 2**63 - 1


def no_shift(spans: Spans) -> Tensor:
    """Logits as they are, (logits,)."""
    return torch.zeros(len(spans.owner))


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Sampler:
    """A generator at rest.

    Parameters
    ----------
    generator : Generator
        With averaged weights.
    spans : Spans
        The groups of codes, categories first.
    shares : tuple of ndarray
        Each group's codes' shares of the train rows.
    categories : int
        How many groups conditions may name.
    shift : Tensor, (logits,)
        What is added to the logits of groups that are not asked for, so that marginals are train's.
    """

    generator: Generator
    spans: Spans
    shares: tuple[npt.NDArray[np.float64], ...]
    categories: int
    shift: Tensor

    def plain(self) -> Weights:
        """The same as arrays, for a model file."""
        state = {name: value.detach().numpy() for name, value in self.generator.state_dict().items()}
        return Weights(
            widths=self.spans.widths,
            categories=self.categories,
            state=state,
            shares=self.shares,
            shift=self.shift.numpy(),
        )

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def draw(self, n: int, asked: Mapping[int, int], rng: np.random.Generator) -> tuple[Codes, Scalars]:
        """Codes (n, groups) and scalars (n, numbers).

        Parameters
        ----------
        n : int
            Rows.
        asked : mapping of int to int
            Groups and the code wanted there. Without any, each row is asked for one group's
            code, drawn as often as train has it.
        rng : numpy Generator
            Gives the seed of torch's.
        """
        torch_rng = torch.Generator().manual_seed(int(rng.integers(_LARGEST_SEED)))
        marks, codes = self._asked(n, asked, rng)
        condition = self.spans.one_hot(codes) * marks[:, self.spans.owner]
        noise = torch.randn((n, self.generator.noise), generator=torch_rng)
        width = sum(self.spans.widths[: self.categories])
        scalars, logits = self.generator(noise, condition[:, :width])
        logits = logits.masked_fill(self.shift <= _NEVER, _NEVER)
        # Where a category is asked for the likeliest comes, neither shifted nor by chance.
        free = ~marks[:, self.spans.owner]
        chosen = self.spans.choose(logits + free * (self.shift + gumbel(logits, torch_rng)))
        return chosen.numpy(), scalars.numpy().astype(np.float64)

    def _asked(self, n: int, asked: Mapping[int, int], rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Which groups are asked for, and their codes, both (n, groups)."""
        marks = np.zeros((n, len(self.spans.widths)), dtype=bool)
        codes = np.zeros(marks.shape, dtype=np.int64)
        for group, code in asked.items():
            marks[:, group], codes[:, group] = True, code
        if not asked and self.categories:
            column = rng.integers(self.categories, size=n)
            marks[np.arange(n), column] = True
            for group in range(self.categories):
                rows = column == group
                share = self.shares[group]
                codes[rows, group] = rng.choice(len(share), rows.sum(), p=share)
        return torch.from_numpy(marks), torch.from_numpy(codes)

    def calibrated(self, *, seed: int) -> "Sampler":
        """The same with its logits shifted until unconditional marginals are train's.

        A generator's marginals are off by some hundredths wherever training stops. Their train
        shares are known anyway, as conditions are drawn by them.
        """
        rng, wanted = np.random.default_rng(seed), torch.from_numpy(np.concatenate(self.shares))
        shift = torch.zeros(len(wanted), dtype=torch.float64)
        for round_ in range(_ROUNDS):
            codes, _ = replace(self, shift=shift.float()).draw(_CALIBRATED, {}, rng)
            drawn = self.spans.one_hot(torch.from_numpy(codes)).mean(0)
            gap = ((wanted + 1e-3) / (drawn + 1e-3)).log()
            shift = (shift + gap / (1 + round_ / 4)).clamp(-_LARGEST_SHIFT, _LARGEST_SHIFT)
        # What only a related cohort has is never drawn.
        named = self.spans.owner < self.categories
        return replace(self, shift=shift.masked_fill(named & (wanted == 0), _NEVER).float())
