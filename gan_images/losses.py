"""What generator and critic want of each other.

The relativistic loss with zero-centred penalties on real and minted pictures, which has a stable
equilibrium (Huang et al. 2024, R3GAN, doi:10.48550/arXiv.2501.05441).
"""

import torch
from torch import Tensor
from torch.nn import functional


def critic_loss(real: Tensor, minted: Tensor) -> Tensor:
    """Low where each real picture is scored above the minted one of its class, both (batch,)."""
    return functional.softplus(minted - real).mean()


def generator_loss(real: Tensor, minted: Tensor) -> Tensor:
    """Low where each minted picture is scored above the real one of its class, both (batch,)."""
    return functional.softplus(real - minted).mean()


def gradient_penalty(scores: Tensor, pictures: Tensor) -> Tensor:
    """Mean squared length of the score's gradient at each picture: R1 at real ones, R2 at minted ones.

    Parameters
    ----------
    scores : Tensor, (batch,)
        Computed from ``pictures``.
    pictures : Tensor, (batch, 3, size, size)
        Requiring their gradient.
    """
    (gradient,) = torch.autograd.grad(scores.sum(), pictures, create_graph=True)
    return gradient.square().sum(dim=(1, 2, 3)).mean()
