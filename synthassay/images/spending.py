"""The budget of a cohort of images: whose promise it is, and from which ledger it is paid."""

import hashlib
from collections.abc import Mapping

from cohort.errors import ConfigError, Problem
from gan_images.protocols import ImageSynthesizer
from gan_images.readers import picture_files
from privacy.dp.ledger import BudgetLedger, Reservation
from synthassay.config import Config
from synthassay.dp.spending import budget_of, default_cap, refuse_together, reserve_from, with_delta_for
from synthassay.images.load import LoadedImages
from synthassay.state import keyed_hash, state_folder

_SIMULATED = b"simulated lesions"


def refuse_unknown_groups(generators: Mapping[str, ImageSynthesizer], config: Config) -> None:
    """Refuse a guarantee where nobody says whose each picture is; raises `ConfigError`."""
    source = config.cohort.pictures
    if source is None or source.images is None or source.group is not None:
        return
    promising = [name for name, each in generators.items() if budget_of(each) is not None]
    if promising:
        what = f"{', '.join(promising)}: a promise by lesion or patient needs to know whose each picture is."
        remedy = "Give metadata with such a column, and name it: group. It is not to be guessed."
        raise ConfigError(Problem(what=what, where="candidates", remedy=remedy))


def ledger_of(config: Config, loaded: LoadedImages) -> BudgetLedger:
    """The ledger of the config's pictures, which are known by the bytes of their files.

    Another size, other classes or other names of the same files spend from the same ledger.
    """
    return BudgetLedger(
        folder=state_folder() / "budgets",
        fingerprint=keyed_hash(_content(config)),
        cap=config.budget or default_cap(loaded.cohort.n_groups),
        sign=keyed_hash,
    )


def refuse_overspending(
    generators: Mapping[str, ImageSynthesizer], config: Config, loaded: LoadedImages
) -> None:
    """Refuse a run whose candidates together ask for more than is left, as that of a table."""
    told = {name: with_delta(each, loaded) for name, each in generators.items()}
    refuse_together(told, name=config.name, ledger=lambda: ledger_of(config, loaded))


def with_delta(generator: ImageSynthesizer, loaded: LoadedImages) -> ImageSynthesizer:
    """A generator with a guarantee whose delta is told; every other one as it is."""
    return with_delta_for(generator, loaded.known.train.n_groups)


def reserve(
    generator: ImageSynthesizer, name: str, config: Config, loaded: LoadedImages
) -> Reservation | None:
    """Spend a candidate's budget before it is fitted; None where it has no guarantee.

    Raises
    ------
    BudgetError
        Where not as much is left.
    ConfigError
        Where the generator knows beforehand that it cannot learn from such a cohort; nothing is
        spent then.
    """
    what, trains = f"{config.name}: {name}", [loaded.known.train]
    return reserve_from(generator, trains, what=what, ledger=lambda: ledger_of(config, loaded))


def _content(config: Config) -> bytes:
    """What the ledger knows the pictures by."""
    source = config.cohort.pictures
    if source is None or source.images is None:
        return _SIMULATED
    if source.images.is_file():
        return source.images.read_bytes()
    told = {hashlib.sha256(path.read_bytes()).digest() for path in picture_files(source.images)}
    return b"".join(sorted(told))
