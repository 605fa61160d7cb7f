"""Planted copies of pictures: caught when turned, shifted and re-toned, and fresh pictures left alone.

``python -m benchmarks.images_privacy [--data rare all simulated] [--seeds 5] [--silence 60]`` divides
lesions into train (40 %), holdout (30 %) and fresh ones (30 %). Fresh pictures are the release; what
is flagged of them is flagged falsely. Copies of train's pictures stand among them, at most a hundred
of each kind: whether one is flagged does not depend on the others. Then it prints what the assay
says of itself (power, smallest detectable share) and, over ``--silence`` seeds, how often the attacks
ring on fresh pictures. The matcher was tuned on simulated lesions of seed 3; its threshold's
share was chosen after a look at those of seed 71 and at HAM10000.
HAM10000 (CC BY-NC 4.0) is read from ``../shared`` and nothing of it is kept.
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from benchmarks.cohorts import SHARED
from cohort.images import ImageCohort, ImageRelease, ImageSplit, Ints, Pixels
from cohort.lesions import simulate_lesions
from privacy.images.assay import assay_images
from privacy.images.near import flagged
from privacy.images.planted import KINDS, doctored
from privacy.statistics import wilson

RARE = ("df", "vasc", "akiec")
MOST_COPIED = 100
FRESH = "fresh"


def ham(classes: Sequence[str] | None = None) -> ImageCohort:
    """The excerpt at 32 pixels, or some classes of it."""
    held = np.load(SHARED / "ham10000_excerpt" / "ham10000_32.npz", allow_pickle=False)
    names = tuple(str(name) for name in held["classes"])
    whole = ImageCohort(
        pixels=held["images"],
        labels=held["labels"],
        classes=names,
        groups=np.unique(held["lesion_id"], return_inverse=True)[1],
        name="ham10000",
    )
    wanted = tuple(classes or names)
    places = np.array([wanted.index(name) if name in wanted else -1 for name in names])
    kept = whole.images(places[whole.labels] >= 0)
    return ImageCohort(
        pixels=kept.pixels, labels=places[kept.labels], classes=wanted, groups=kept.groups, name=kept.name
    )


DATA: Mapping[str, Callable[[], ImageCohort]] = {
    "rare": lambda: ham(RARE),
    "all": ham,
    "simulated": lambda: simulate_lesions(size=32, seed=172),
}


@dataclass(kw_only=True)
class Flags:
    """How often pictures were flagged, by class and kind; and which, since seeds share pictures."""

    hits: Counter[tuple[str, str]] = field(default_factory=Counter)
    tried: Counter[tuple[str, str]] = field(default_factory=Counter)
    seen: dict[tuple[str, str], set[int]] = field(default_factory=dict)

    def add(self, kind: str, names: Sequence[str], pictures: Ints, flags: npt.NDArray[np.bool_]) -> None:
        """Count pictures of one kind under their classes and under all of them."""
        for name, picture, flag in zip(names, pictures, flags, strict=True):
            for key in ((name, kind), ("together", kind)):
                self.hits[key] += int(flag)
                self.tried[key] += 1
                self.seen.setdefault(key, set()).add(int(picture))

    def cell(self, name: str, kind: str) -> str:
        """Rate and interval, whose n is the number of different pictures."""
        key = (name, kind)
        if not self.tried[key]:
            return "–"
        rate, n = self.hits[key] / self.tried[key], len(self.seen[key])
        low, high = wilson(rate * n, n)
        return f"{rate:.3f} [{low:.3f}, {high:.3f}] of {n}"


def parted(cohort: ImageCohort, *, seed: int) -> tuple[ImageSplit, ImageCohort, Ints, Ints]:
    """Train and holdout, fresh pictures, and where train's and the fresh ones stand in the cohort."""
    first = cohort.split(holdout=0.6, seed=seed)
    second = first.holdout.split(holdout=0.5, seed=seed)
    split = ImageSplit(train=first.train, holdout=second.train, seed=seed)
    of_train, of_fresh = (
        np.flatnonzero(np.isin(cohort.groups, side.groups)) for side in (first.train, second.holdout)
    )
    return split, second.holdout, of_train, of_fresh


def released(cohort: ImageCohort, *more: tuple[Pixels, Ints]) -> ImageRelease:
    """Pictures as a release, with further pixels and labels behind them."""
    return ImageRelease(
        pixels=np.concatenate([cohort.pixels, *(pixels for pixels, _ in more)]),
        labels=np.concatenate([cohort.labels, *(labels for _, labels in more)]),
        classes=cohort.classes,
        made_by="benchmark",
    )


def catch(cohort: ImageCohort, flags: Flags, *, seed: int) -> None:
    """Flag fresh pictures and copies of train's, at one division."""
    split, fresh, of_train, of_fresh = parted(cohort, seed=seed)
    rng = np.random.default_rng(seed)
    size = min(MOST_COPIED, len(split.train))
    copied = rng.choice(len(split.train), size, replace=False)
    labels = split.train.labels[copied]
    copies = [(doctored(split.train.pixels[copied], kind, rng=rng), labels) for kind in KINDS]
    found, _ = flagged(released(fresh, *copies), split)
    flags.add(FRESH, [fresh.classes[each] for each in fresh.labels], of_fresh, found[: len(fresh)])
    for place, kind in enumerate(KINDS):
        start = len(fresh) + place * size
        names = [fresh.classes[each] for each in labels]
        flags.add(kind, names, of_train[copied], found[start : start + size])


def show_flags(cohort: ImageCohort, flags: Flags) -> None:
    """Print a row a class, the pooled one first."""
    print(
        "| class | false flags on fresh pictures | " + " | ".join(f"caught: {kind}" for kind in KINDS) + " |"
    )
    print("| --- |" + " --- |" * (1 + len(KINDS)))
    for name in ("together", *cohort.classes):
        print(f"| {name} | " + " | ".join(flags.cell(name, kind) for kind in (FRESH, *KINDS)) + " |")


def show_power(cohort: ImageCohort) -> None:
    """Print what the assay of fresh pictures says of planted copies."""
    split, fresh, _, _ = parted(cohort, seed=0)
    start = time.process_time()
    found = assay_images(released(fresh), split)
    spent = time.process_time() - start
    print(f"\n{len(split.train)} + {len(split.holdout)} real and {len(fresh)} released: {spent:.1f} CPU s\n")
    print("| attack | " + " | ".join(f"{share:.0%}" for share in found.power[0].caught) + " | detectable |")
    print("| --- |" + " ---: |" * (1 + len(found.power[0].caught)))
    for each in found.power:
        heard = " | ".join(f"{rate:.2f}" for rate in each.caught.values())
        print(f"| {each.attack} | {heard} | {each.detectable or 'none'} |")


def show_silence(cohort: ImageCohort, *, seeds: int) -> None:
    """Print how often each attack rings on fresh pictures."""
    rang: Counter[str] = Counter()
    start = time.process_time()
    for seed in range(seeds):
        split, fresh, _, _ = parted(cohort, seed=1000 + seed)
        risks = assay_images(released(fresh), split, seed=seed, planted=False).risks
        rang.update(risk.attack for risk in risks if risk.alarm)
        rang["family"] += any(risk.p_adjusted is not None and risk.p_adjusted <= 0.05 for risk in risks)
        rang.update(
            f"{r.attack}: interval misses 0"
            for r in risks
            if r.low is not None and not r.low <= 0 <= (r.high or 0)
        )
    spent = (time.process_time() - start) / max(seeds, 1)
    print(
        f"\nfalse alarms over {seeds} divisions ({spent:.1f} CPU s each, nothing planted): {dict(rang)}",
        flush=True,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print tables for each data set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="+", choices=list(DATA), default=list(DATA))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--silence", type=int, default=60)
    chosen = parser.parse_args(arguments)
    for name in chosen.data:
        cohort, flags = DATA[name](), Flags()
        for seed in range(chosen.seeds):
            catch(cohort, flags, seed=seed)
        print(
            f"\n**{name}**: {len(cohort)} pictures of {cohort.n_groups} lesions, {chosen.seeds} divisions\n"
        )
        show_flags(cohort, flags)
        show_power(cohort)
        if chosen.silence:
            show_silence(cohort, seeds=chosen.silence)


if __name__ == "__main__":
    main()
