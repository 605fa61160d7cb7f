"""A generator at rest as arrays, without torch: what a model file holds of a network."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from synth.cgan.sample import Sampler

Array = npt.NDArray[np.generic]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Weights:
    """What a `Sampler` is made of.

    Parameters
    ----------
    widths : tuple of int
        Codes in each group.
    categories : int
        Groups that conditions may name, which come first.
    state : mapping of str to ndarray
        Its weights by their names.
    shares : tuple of ndarray
        Each group's codes' shares of the train rows.
    shift : ndarray, (logits,)
        As in `Sampler`.
    """

    widths: tuple[int, ...]
    categories: int
    state: dict[str, Array]
    shares: tuple[Any, ...]
    shift: Array

    def restored(self) -> "Sampler":
        """The generator that draws the same rows.

        Raises
        ------
        ValueError
            Where the weights do not fit together.
        ModuleNotFoundError
            Where torch is not installed.
        """
        import torch  # noqa: PLC0415 - an extra

        from synth.cgan.network import Generator, Spans  # noqa: PLC0415
        from synth.cgan.sample import Sampler  # noqa: PLC0415

        asked, logits, width = (
            sum(self.widths[: self.categories]),
            sum(self.widths),
            len(self.state["first.bias"]),
        )
        if self.state["second.weight"].shape != (width, width):
            raise ValueError("the weights do not fit together")
        generator = Generator(
            noise=self.state["first.weight"].shape[1] - asked,
            asked=asked,
            scalars=len(self.state["head.bias"]) - logits,
            logits=logits,
            width=width,
            rng=torch.Generator(),
        )
        generator.load_state_dict({name: torch.from_numpy(array) for name, array in self.state.items()})
        return Sampler(
            generator=generator,
            spans=Spans(self.widths),
            shares=self.shares,
            categories=self.categories,
            shift=torch.from_numpy(self.shift),
        )
