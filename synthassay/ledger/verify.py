"""Check a ledger and the folders that it tells of, or a released package, and say in words what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cohort.errors import InputError, Problem
from synthassay.ledger.chain import Chain, check_chain
from synthassay.ledger.records import DECISION, ENDED, LEDGER, Entry
from synthassay.ledger.seal import changes, read_seal
from synthassay.package.check import check_package, is_package


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What was checked, and what was found.

    Parameters
    ----------
    where : Path
        The folder.
    entries : int
        With a genuine signature.
    head : str
        The hash of the last entry: write it down, print it, or give it to another hospital.
    faults : tuple of str
        What is wrong, a sentence each; empty where nothing is.
    notes : tuple of str
        What is worth knowing and no fault.
    """

    where: Path
    entries: int
    head: str
    faults: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def verify(folder: Path, *, head: str | None = None) -> Verification:
    """Check a folder of runs, one run with the ledger beside it, or a released package.

    Parameters
    ----------
    folder : Path
        Wherever it was moved to.
    head : str, optional
        A hash that was written down earlier, 16 digits or more: finds a tail that was cut off.

    Raises
    ------
    InputError
        Where there is no ledger.
    """
    folder = folder.resolve()
    if is_package(folder):
        faults, entry = check_package(folder)
        return Verification(where=folder, entries=1 if entry else 0, head=entry, faults=tuple(faults))
    one = (folder / "run.json").is_file()
    runs = folder.parent if one else folder
    if not (runs / LEDGER).is_file():
        remedy = "Name a folder of runs, one of its runs, or a released package."
        raise InputError(Problem(what="there is no ledger here.", where=str(runs), remedy=remedy))
    chain = check_chain(runs)
    ended = _last_ended(chain.entries)
    asked = {folder.name: ended.get(folder.name)} if one else ended
    checked = [_run(runs / name, entry, chain.entries) for name, entry in asked.items()]
    faults = [*chain.faults, *_cut(chain, head), *(each for faults, _ in checked for each in faults)]
    notes = [*_signers(chain), *_since(chain, head), *(each for _, notes in checked for each in notes)]
    if not one:
        notes += _unknown(runs, ended)
    return Verification(
        where=folder, entries=len(chain.entries), head=chain.head, faults=tuple(faults), notes=tuple(notes)
    )


def _last_ended(entries: Sequence[Entry]) -> dict[str, Entry]:
    return {each.body["run"]: each for each in entries if each.kind == ENDED}


def _run(folder: Path, ended: Entry | None, entries: Sequence[Entry]) -> tuple[list[str], list[str]]:
    """Faults and notes of one run's folder."""
    name = folder.name
    if ended is None:
        return [f"{name}: the ledger does not know how this run ended."], []
    if not folder.is_dir():
        decided = [each.seq for each in entries if each.kind == DECISION and each.body["run"] == name]
        if decided:
            return [f"{name}: its folder is gone, and entry {decided[-1]} decided about it."], []
        return [], [f"{name}: its folder is gone; nobody had decided about it."]
    try:
        seal = read_seal(folder)
    except (OSError, ValueError):
        return [f"{name}: its hashes cannot be read, so that nothing in it can be compared."], []
    if seal.digest != ended.body["folder"]:
        return [f"{name}: its hashes are not those of entry {ended.seq}."], []
    return [f"{name}: {each}" for each in changes(folder, seal)], []


def _cut(chain: Chain, head: str | None) -> list[str]:
    if head is None or chain.since(head) is not None:
        return []
    return [
        f"No entry has the hash {head}: the ledger's end was cut off, it was written anew, or the hash is "
        "another ledger's."
    ]


def _since(chain: Chain, head: str | None) -> list[str]:
    later = None if head is None else chain.since(head)
    return (
        [] if later is None else [f"The hash you gave is in the ledger; {later} entries were written since."]
    )


def _signers(chain: Chain) -> list[str]:
    return [f"Signed by {holder}: {signer}." for signer, holder in chain.signers.items() if holder]


def _unknown(runs: Path, ended: dict[str, Entry]) -> list[str]:
    """Folders of judged runs that no entry tells of, such as those made before there was a ledger."""
    found = [each.parent for each in runs.glob("*/evidence") if (each.parent / "run.json").is_file()]
    return [f"{each.name}: the ledger does not know this run." for each in found if each.name not in ended]
