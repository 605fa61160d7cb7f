"""The generator and the critic: one family for 32, 64 and 128 pixels.

Small convolutional networks in the shape of Radford et al. 2016 (doi:10.48550/arXiv.1511.06434),
without batch statistics: pixel normalisation (Karras et al. 2018, doi:10.48550/arXiv.1710.10196) and
a class's scale and shift in each stage of the generator, and a projection of the class in the
critic (Miyato and Koyama 2018, doi:10.48550/arXiv.1802.05637).
"""

import math
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

SIZES = (32, 64, 128)
_START = 4
_WIDTHS = {4: 128, 8: 64, 16: 48, 32: 24, 64: 16, 128: 12}
_CRITIC_WIDTHS = {2: 256, 4: 128, 8: 64, 16: 32, 32: 16, 64: 12}
_END = 2
_SLOPE = 0.2


class Generator(nn.Module):  # type: ignore[misc]
    """Pictures from noise and a class.

    Parameters
    ----------
    classes : int
        How many there are.
    size : int
        One of `SIZES`.
    noise : int
        Numbers that a picture is drawn from.
    """

    def __init__(self, *, classes: int, size: int, noise: int = 64) -> None:
        super().__init__()
        self.noise = noise
        widths = [_WIDTHS[_START * 2**step] for step in range(1 + int(math.log2(size // _START)))]
        self.classes = nn.Embedding(classes, noise)
        self.start = nn.Linear(2 * noise, widths[0] * _START**2)
        self.style = nn.ModuleList(nn.Linear(2 * noise, 2 * width) for width in widths)
        self.grow = nn.ModuleList(
            nn.ConvTranspose2d(before, after, 4, 2, 1) for before, after in pairwise(widths)
        )
        self.colour = nn.Conv2d(widths[-1], 3, 3, 1, 1, padding_mode="replicate")

    def forward(self, noise: Tensor, labels: Tensor) -> Tensor:
        """Draw pictures.

        Parameters
        ----------
        noise : Tensor, (batch, noise), standard normal
        labels : Tensor, (batch,), int

        Returns
        -------
        Tensor, (batch, 3, size, size), in [-1, 1]
        """
        known = torch.cat([noise, self.classes(labels)], dim=1)
        shown = self.start(known).view(len(noise), -1, _START, _START)
        shown = shown.contiguous(memory_format=torch.channels_last)
        shown = self._styled(0, shown, known)
        for stage, grow in enumerate(self.grow, start=1):
            shown = self._styled(stage, smoothed(grow(shown)), known)
        return torch.tanh(self.colour(shown))

    def _styled(self, stage: int, shown: Tensor, known: Tensor) -> Tensor:
        scale, shift = self.style[stage](known)[:, :, None, None].chunk(2, dim=1)
        level = shown * torch.rsqrt(shown.square().mean(dim=1, keepdim=True) + 1e-6)
        return functional.leaky_relu(level * (1.0 + scale) + shift, _SLOPE)


class Critic(nn.Module):  # type: ignore[misc]
    """How real a picture of a class looks; higher is more real.

    Parameters
    ----------
    classes : int
        How many there are.
    size : int
        One of `SIZES`.
    """

    def __init__(self, *, classes: int, size: int) -> None:
        super().__init__()
        sides = [size // 2**step for step in range(1, 1 + int(math.log2(size // _END)))]
        widths = [3, *(_CRITIC_WIDTHS[side] for side in sides)]
        self.shrink = nn.ModuleList(nn.Conv2d(before, after, 4, 2, 1) for before, after in pairwise(widths))
        features = widths[-1] * _END**2
        self.real = nn.Linear(features, 1)
        self.classes = nn.Embedding(classes, widths[-1])

    def forward(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """Score pictures, (batch, 3, size, size) in [-1, 1], as ones of their class: (batch,)."""
        seen = pictures.contiguous(memory_format=torch.channels_last)
        for shrink in self.shrink:
            seen = functional.leaky_relu(shrink(seen), _SLOPE)
        fitting = (self.classes(labels) * seen.mean(dim=(2, 3))).sum(dim=1)
        return self.real(seen.flatten(1)).squeeze(1) + fitting


def smoothed(shown: Tensor) -> Tensor:
    """Averaged over neighbours by 1 2 1 each way: a transposed convolution alone leaves a visible grid."""
    once = torch.tensor([0.25, 0.5, 0.25], dtype=shown.dtype, device=shown.device)
    kernel = (once[:, None] * once).expand(shown.shape[1], 1, 3, 3)
    edged = functional.pad(shown, (1, 1, 1, 1), mode="replicate")
    return functional.conv2d(edged, kernel, groups=shown.shape[1])


def prepare(network: nn.Module, *, seed: int) -> None:
    """First weights from one seed, scaled by what comes in (He et al. 2015, doi:10.1109/ICCV.2015.123).

    Weights are laid out with channels last, which convolutions on a CPU are twice as fast with.
    """
    network.to(memory_format=torch.channels_last)
    rng = torch.Generator().manual_seed(seed)
    gain = math.sqrt(2.0 / (1.0 + _SLOPE**2))
    for name, weight in sorted(network.named_parameters()):
        if name.endswith("bias") or ".style." in f".{name}":
            nn.init.zeros_(weight)
        elif "classes" in name:
            nn.init.normal_(weight, std=1.0 / math.sqrt(weight.shape[1]), generator=rng)
        else:
            nn.init.normal_(weight, std=gain / math.sqrt(_comes_in(weight)), generator=rng)


def _comes_in(weight: Tensor) -> int:
    """Inputs that each output sums; of a transposed convolution a quarter of the kernel meets each."""
    return int(weight[0].numel())
