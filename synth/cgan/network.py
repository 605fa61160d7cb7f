"""The mathematics of the conditional GAN: generator, critic and losses; no data, no files.

After Xu and others (2019), https://doi.org/10.48550/arXiv.1907.00503, with three departures.
The generator normalises each row by itself (https://doi.org/10.48550/arXiv.1607.06450) where
batch normalisation would subtract a condition that a whole batch shares. The critic is
piecewise linear, so that its gradient penalty (https://doi.org/10.48550/arXiv.1704.00028) is
written out and needs no second backward pass. Conditions name one column or several.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu

_SLOPE = 0.2
_TEMPERATURE = 0.2
_PENALTY = 10.0


class Spans:
    """Where each one-hot group stands among the logits.

    Parameters
    ----------
    widths : sequence of int
        Logits in each group, in order.
    """

    def __init__(self, widths: Sequence[int]) -> None:
        self.widths = tuple(widths)
        sizes = torch.tensor(self.widths, dtype=torch.int64)
        self.starts = torch.cumsum(sizes, 0) - sizes
        self.owner = torch.repeat_interleave(torch.arange(len(sizes)), sizes)
        self._members = (self.owner[:, None] == torch.arange(len(sizes))).float()

    def log_softmax(self, logits: Tensor) -> Tensor:
        """Log probabilities within each group, (rows, logits)."""
        top = self._largest(logits.detach())
        total = self._sums((logits - top).exp())
        return logits - top - total.log()[:, self.owner]

    def softmax(self, logits: Tensor) -> Tensor:
        """Probabilities within each group, (rows, logits)."""
        raised = (logits - self._largest(logits.detach())).exp()
        return raised / self._sums(raised)[:, self.owner]

    def _largest(self, logits: Tensor) -> Tensor:
        """Each logit's group's largest, (rows, logits)."""
        owner = self.owner.expand(len(logits), -1)
        low = torch.full((len(logits), len(self.widths)), -torch.inf)
        return low.scatter_reduce_(1, owner, logits, "amax")[:, self.owner]

    def _sums(self, values: Tensor) -> Tensor:
        """Each group's sum, (rows, groups)."""
        return values @ self._members

    def choose(self, logits: Tensor) -> Tensor:
        """The largest logit's place in each group, (rows, groups), int."""
        if not self.widths:
            return torch.zeros((len(logits), 0), dtype=torch.int64)
        return torch.stack([part.argmax(1) for part in logits.split(self.widths, dim=1)], dim=1)

    def one_hot(self, codes: Tensor) -> Tensor:
        """Codes (rows, groups) as zeros and ones, (rows, logits)."""
        flat = torch.zeros((len(codes), len(self.owner)))
        return flat.scatter_(1, codes + self.starts, 1.0)


class Generator(nn.Module):  # type: ignore[misc]
    """Noise and a condition in; scalars in (-1, 1) and logits out.

    Parameters
    ----------
    noise, asked, scalars, logits : int
        Widths of noise and condition, and of the two kinds of output.
    width : int
        Units in each of the two hidden layers.
    rng : torch.Generator
        Draws the first weights.
    """

    def __init__(
        self, *, noise: int, asked: int, scalars: int, logits: int, width: int, rng: torch.Generator
    ) -> None:
        super().__init__()
        self.noise, self.scalars = noise, scalars
        self.first, self.second = _linear(noise + asked, width, rng), _linear(width, width, rng)
        self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
        self.head = _linear(width, scalars + logits, rng)

    def forward(self, noise: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        """Scalars (rows, scalars) and logits (rows, logits)."""
        early = torch.relu(self.norms[0](self.first(torch.cat([noise, condition], dim=1))))
        out = self.head(early + torch.relu(self.norms[1](self.second(early))))
        return torch.tanh(out[:, : self.scalars]), out[:, self.scalars :]


class Critic(nn.Module):  # type: ignore[misc]
    """Scores rows with their conditions: the higher, the more real.

    Rows are judged one by one. Packs of ten, as Xu has them, leave a cohort of 300 with thirty
    examples an epoch, from which it learns less: see docs/generators/cgan.md.

    Parameters
    ----------
    entered : int
        Numbers in one row and its condition.
    width : int
        Units in each of the two hidden layers.
    rng : torch.Generator
        Draws the first weights.
    """

    def __init__(self, *, entered: int, width: int, rng: torch.Generator) -> None:
        super().__init__()
        self.first, self.second = _linear(entered, width, rng), _linear(width, width, rng)
        self.last = _linear(width, 1, rng)

    def forward(self, rows: Tensor) -> Tensor:
        """Scores, (rows,)."""
        hidden = leaky_relu(self.second(leaky_relu(self.first(rows), _SLOPE)), _SLOPE)
        return self.last(hidden).squeeze(1)

    def gradient(self, rows: Tensor) -> Tensor:
        """The scores' gradient by the rows, (rows, numbers), itself a function of the weights.

        Exact: a piecewise linear network's slopes are constant but on the creases.
        """
        with torch.no_grad():
            before = self.first(rows)
            slopes = torch.where(before > 0, 1.0, _SLOPE)
            later = torch.where(self.second(before * slopes) > 0, 1.0, _SLOPE)
        back = (self.last.weight * later) @ self.second.weight
        return (back * slopes) @ self.first.weight


def gumbel(like: Tensor, rng: torch.Generator) -> Tensor:
    """Standard Gumbel noise of the same shape."""
    return torch.empty_like(like).exponential_(generator=rng).clamp_(min=1e-20).log_().neg_()


def soften(spans: Spans, logits: Tensor, rng: torch.Generator) -> Tensor:
    """Nearly one-hot draws that gradients pass (https://doi.org/10.48550/arXiv.1611.01144)."""
    return spans.softmax((logits + gumbel(logits, rng)) / _TEMPERATURE)


def critic_loss(critic: Critic, real: Tensor, fake: Tensor, rng: torch.Generator) -> Tensor:
    """Wasserstein loss with gradient penalty, from rows with their conditions."""
    share = torch.rand((len(real), 1), generator=rng)
    steepness = critic.gradient(torch.lerp(fake, real, share)).norm(dim=1)
    scores = critic(torch.cat([real, fake]))
    distance = scores[: len(real)].mean() - scores[len(real) :].mean()
    return _PENALTY * ((steepness - 1) ** 2).mean() - distance


def condition_loss(named: Spans, logits: Tensor, condition: Tensor) -> Tensor:
    """Cross-entropy of the categories asked for, whose logits come first."""
    asked = named.log_softmax(logits[:, : condition.shape[1]]) * condition
    return -asked.sum() / len(condition)


def _linear(inputs: int, outputs: int, rng: torch.Generator) -> Any:
    """A linear layer whose first weights are ``rng``'s, not the global generator's."""
    layer = nn.utils.skip_init(nn.Linear, inputs, outputs)
    bound = 1 / math.sqrt(max(inputs, 1))
    with torch.no_grad():
        layer.weight.uniform_(-bound, bound, generator=rng)
        layer.bias.uniform_(-bound, bound, generator=rng)
    return layer
