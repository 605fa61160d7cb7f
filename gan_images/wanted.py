"""Which classes the pictures of a draw are of."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from cohort.errors import GenerationError
from cohort.images import Ints


def labels_wanted(
    n: int,
    classes: tuple[str, ...],
    shares: npt.NDArray[np.float64],
    conditions: Mapping[str, object] | None,
    rng: np.random.Generator,
) -> Ints:
    """The class of each of ``n`` pictures, ascending: in given shares, or all of ``conditions["class"]``.

    Raises
    ------
    GenerationError
        For a condition that is no class.
    """
    if not conditions:
        return np.sort(rng.choice(len(classes), size=n, p=shares)).astype(np.int64)
    wanted = conditions.get("class")
    if set(conditions) != {"class"} or wanted not in classes:
        raise GenerationError(f"Images can be asked for by class alone: {', '.join(classes)}.")
    return np.full(n, classes.index(str(wanted)), dtype=np.int64)
