"""What minted pictures are worth: HAM10000 at 32 pixels, beside same-class mixup and PCA-Gaussian.

``python -m benchmarks.images [--parts speed quality arms promised] [--seconds 240] [--seeds 3]`` prints
Markdown tables, and with ``--grid FILE`` leaves a sheet of real and minted pictures (for looking at: HAM10000
is CC BY-NC, so that none of it is kept). One thread; all costs in CPU seconds. The split is
the data set's own, by lesion; generators see train alone, and all distances are to val, with as many
pictures of each class, in the space of a classifier trained on train: no other space's figures
compare.
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from benchmarks.cohorts import SHARED
from cohort.images import ImageCohort, ImageRelease, ImageSplit, Pixels
from cohort.lesions import simulate_lesions
from gan_images.augment import disturbed
from gan_images.dp_gaussian import DpGaussian
from gan_images.losses import critic_loss, generator_loss, gradient_penalty
from gan_images.model import FittedGan, Gan
from gan_images.train import Pictures, Plan, Training
from utility.helped import short
from utility.images.anchors import mixup, pca_gaussian
from utility.images.classifier import Effort
from utility.images.measure import measure_images
from utility.images.study import ImageStudy, Mint, did_images_help
from utility.scores import UtilityScore

EFFORT = Effort(steps=700)
BLOCKS, BLOCK = 6, 8
SHOWN = 12
EPSILONS = (1.0, 3.0, 10.0)
_FLOOR = ("kid_cnn", "fid_cnn", "density_cnn", "coverage_cnn", "auroc_cnn")


def ham() -> ImageSplit:
    """HAM10000's train and val parts; no lesion is in both."""
    with np.load(SHARED / "ham10000_excerpt" / "ham10000_32.npz", allow_pickle=False) as found:
        groups = np.unique(found["lesion_id"], return_inverse=True)[1].astype(np.int64)
        cohort = ImageCohort(
            pixels=found["images"],
            labels=found["labels"].astype(np.int64),
            classes=tuple(str(name) for name in found["classes"]),
            groups=groups,
            name="ham10000",
        )
        is_train = found["split"] == "train"
    return ImageSplit(train=cohort.images(is_train), holdout=cohort.images(~is_train), seed=0)


def simulated(size: int) -> ImageSplit:
    """The embedded lesions, half of them set aside."""
    return simulate_lesions(size=size).split(seed=0)


class Plain(Training):
    """The same networks as a tutorial would train them: no shared work, no care for memory's order."""

    def __init__(self, pictures: Pictures, plan: Plan, *, classes: int, size: int, seed: int) -> None:
        super().__init__(pictures, plan, classes=classes, size=size, seed=seed)
        for network in (self.generator, self.average, self.critic):
            network.to(memory_format=torch.contiguous_format)
        self.optimisers = [
            torch.optim.Adam(each.parameters(), lr=plan.rate, betas=(0.0, 0.99))
            for each in (self.generator, self.critic)
        ]

    def step(self) -> None:
        """Penalties in every step, and pictures drawn twice."""
        real, labels = self.pictures.draw(self.plan.batch, self.rng)
        real = real.contiguous()
        shown = [disturbed(each, self.rng).detach().requires_grad_() for each in (real, self._mint(labels))]
        scores = [self.critic(each, labels) for each in shown]
        lengths = [gradient_penalty(score, each) for score, each in zip(scores, shown, strict=True)]
        self._descend(1, critic_loss(*scores) + 0.5 * self.plan.penalty * (lengths[0] + lengths[1]))
        minted = self.critic(disturbed(self._mint(labels), self.rng), labels)
        self._descend(0, generator_loss(self.critic(disturbed(real, self.rng), labels), minted))
        with torch.no_grad():
            for mean, weight in zip(self.average.parameters(), self.generator.parameters(), strict=True):
                mean.lerp_(weight, 1.0 - self.plan.decay)
        self.steps += 1

    def _mint(self, labels: Tensor) -> Tensor:
        noise = torch.randn((len(labels), self.generator.noise), generator=self.rng)
        return self.generator(noise, labels)


def print_speed(split: ImageSplit) -> None:
    """Pictures a CPU second of both loops, blocks of steps in turns."""
    train, plan = split.train, Plan(steps=10**6)
    pictures = Pictures(train.pixels, train.labels, plan, device=torch.device("cpu"))
    loops = [
        kind(pictures, plan, classes=len(train.classes), size=train.size, seed=0)
        for kind in (Training, Plain)
    ]
    spent: list[list[float]] = [[], []]
    for block in range(BLOCKS + 1):
        for which, loop in enumerate(loops):
            started = time.process_time()
            for _ in range(BLOCK):
                loop.step()
            if block:  # the first warms up
                spent[which].append(time.process_time() - started)
    rates = [plan.batch * BLOCK / np.median(each) for each in spent]
    ratios = sorted(b / a for a, b in zip(*spent, strict=True))
    print("| pixels | ours, pictures a CPU second | plain loop | ratio (range over blocks) |")
    print("| --- | --- | --- | --- |")
    ratio = f"{rates[0] / rates[1]:.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"
    print(f"| {train.size} | {rates[0]:.0f} | {rates[1]:.0f} | {ratio} |\n", flush=True)


def trained(train: ImageCohort, seconds: Sequence[float], seed: int) -> list[tuple[float, FittedGan]]:
    """A generator for each time, CPU seconds, each trained anew to its own end."""
    found = []
    for most in seconds:
        started = time.process_time()
        with mock.patch("gan_images.train.time.perf_counter", time.process_time):
            fitted = Gan(minutes=most / 60.0).fit(train, seed=seed)
        found.append((time.process_time() - started, fitted))
    return found


def print_quality(
    split: ImageSplit, seconds: Sequence[float], seeds: int, effort: Effort, grid: Path | None
) -> list[FittedGan]:
    """Distances of each generator and both anchors; the generators of the longest time."""
    labels = split.holdout.labels
    print("| made by | seed | CPU s | KID [interval] | FID* | density | coverage | AUROC | KID of df, vasc |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for make in (mixup, pca_gaussian):
        release = make(split.train, labels, seed=0)
        print(_row(release.made_by, "0", 0.0, measure_images(release, split, seed=0, effort=effort)[0]))
    longest = []
    for seed in range(seeds):
        for spent, fitted in trained(split.train, seconds, seed):
            release = fitted.pictures_of(labels, seed=seed + 1)
            scores, _ = measure_images(release, split, seed=0, effort=effort)
            print(_row("gan", str(seed), spent, scores), flush=True)
        longest.append(fitted)
        if grid is not None:
            sheet(split.train, fitted).save(grid.with_stem(f"{grid.stem}_{seed}"))
    floor = {score.metric: score.reference for score in scores if not score.group}
    told = [f"{floor.get(name, np.nan):.3f}" for name in _FLOOR]
    print(f"| real train | | | {' | '.join(told)} | |\n", flush=True)
    return longest


def _row(made_by: str, seed: str, spent: float, scores: Sequence[UtilityScore]) -> str:
    by_name = {(score.metric, score.group): score for score in scores}
    kid = by_name["kid_cnn", ""]
    fid = by_name.get(("fid_cnn", ""))
    rare = [by_name.get(("kid_cnn", name)) for name in ("df", "vasc")]
    cells = [
        made_by,
        seed,
        f"{spent:.0f}",
        f"{kid.value:.3f} [{kid.low:.3f}, {kid.high:.3f}]",
        "–" if fid is None else f"{fid.value:.2f}",
        *(f"{by_name[f'{name}_cnn', ''].value:.2f}" for name in ("density", "coverage")),
        f"{by_name['auroc_cnn', ''].value:.3f}",
        ", ".join("–" if each is None else f"{each.value:.2f}" for each in rare),
    ]
    return f"| {' | '.join(cells)} |"


def print_promised(split: ImageSplit, seeds: int, effort: Effort) -> None:
    """What is left of use under each epsilon, beside the same draws without a promise; noise has no seed."""
    print("| made by | macro AUROC (range) | balanced accuracy | KID | coverage |")
    print("| --- | --- | --- | --- | --- |")
    whole = pca_gaussian(split.train, split.train.labels, seed=0)
    print(_promised_row("PCA-Gaussian, no promise", [measured(whole, split, effort)]), flush=True)
    for epsilon in EPSILONS:
        generator, found = DpGaussian(epsilon=epsilon, classes=split.train.classes), []
        for seed in range(seeds):
            fitted = generator.fit(split.train, seed=seed)
            found.append(measured(fitted.sample(fitted.guarantee.rows or 1, seed=seed), split, effort))
        print(_promised_row(f"dp_gaussian, ε = {epsilon:g}", found), flush=True)
    scores, _ = measure_images(whole, split, seed=0, effort=effort)
    print(
        _promised_row(
            "real train", [{score.metric: score.reference or 0.0 for score in scores if not score.group}]
        )
        + "\n"
    )


def measured(release: ImageRelease, split: ImageSplit, effort: Effort) -> dict[str, float]:
    """Figures of the whole of a release, by metric."""
    scores, _ = measure_images(release, split, seed=0, effort=effort)
    return {score.metric: score.value for score in scores if not score.group}


def _promised_row(name: str, found: Sequence[Mapping[str, float]]) -> str:
    cells = [name]
    for metric in ("auroc_cnn", "balanced_accuracy_cnn", "kid_cnn", "coverage_cnn"):
        values = [each[metric] for each in found]
        told = f" ({min(values):.3f} to {max(values):.3f})" if len(values) > 1 else ""
        cells.append(f"{np.mean(values):.3f}{told}")
    return f"| {' | '.join(cells)} |"


def print_arms(
    split: ImageSplit, fitted: Sequence[FittedGan], *, to: int, seeds: int, effort: Effort
) -> None:
    """The arms' table: every way of training beside the real pictures alone."""

    def mint_of(each: FittedGan) -> Mint:
        return lambda labels, seed: each.pictures_of(labels, seed=seed)

    study = did_images_help(split, [mint_of(each) for each in fitted], to=to, seeds=seeds, effort=effort)
    names = list(dict.fromkeys(each.arm for each in study.comparisons))
    keys = [("balanced_accuracy", ""), ("auroc", ""), *(("recall", name) for name in study.rare)]
    print(f"| arm | {' | '.join(' '.join(key).strip() for key in keys)} |")
    print(f"| --- |{' --- |' * len(keys)}")
    real = [short(study.of(*key)[0].reference) if study.of(*key) else "–" for key in keys]
    print(f"| real | {' | '.join(real)} |")
    for arm in names:
        print(f"| {arm} | {' | '.join(_cell(study, arm, key) for key in keys)} |")
    print(f"\n{study.sentence}\n", flush=True)


def _cell(study: ImageStudy, arm: str, key: tuple[str, str]) -> str:
    told = next((each for each in study.of(*key) if each.arm == arm), None)
    if told is None:
        return "–"
    return f"{short(told.value)} ({short(told.difference)} [{short(told.low)}, {short(told.high)}])"


def sheet(train: ImageCohort, fitted: FittedGan) -> Image.Image:
    """A row for each class, real pictures and then minted ones."""
    rows = []
    for place, name in enumerate(train.classes):
        real = train.pixels[train.labels == place][: SHOWN // 2]
        minted = fitted.sample(SHOWN, conditions={"class": name}, seed=0).pixels
        rows.append(np.concatenate(list(np.concatenate([_padded(real, SHOWN // 2), minted])), axis=1))
    whole = Image.fromarray(np.concatenate(rows))
    return whole.resize((2 * whole.width, 2 * whole.height), Image.Resampling.NEAREST)


def _padded(pixels: Pixels, many: int) -> Pixels:
    return np.resize(pixels, (many, *pixels.shape[1:]))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", default=["speed", "quality", "arms"])
    parser.add_argument("--data", choices=["ham", "simulated"], default="ham")
    parser.add_argument("--size", type=int, default=32, help="of simulated lesions")
    parser.add_argument("--seconds", nargs="+", type=float, default=[60.0, 120.0, 240.0])
    parser.add_argument("--seeds", type=int, default=3, help="of the generator")
    parser.add_argument("--trainings", type=int, default=5, help="of each arm's classifier")
    parser.add_argument("--steps", type=int, default=EFFORT.steps, help="of each classifier")
    parser.add_argument("--to", type=int, default=400, help="pictures that rare classes are topped up to")
    parser.add_argument("--grid", type=Path)
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(1)
    split = ham() if chosen.data == "ham" else simulated(chosen.size)
    effort, fitted = replace(EFFORT, steps=chosen.steps), []
    if "speed" in chosen.parts:
        print_speed(split)
    if "quality" in chosen.parts:
        fitted = print_quality(split, chosen.seconds, chosen.seeds, effort, chosen.grid)
    if "promised" in chosen.parts:
        print_promised(split, chosen.seeds, effort)
    if "arms" in chosen.parts:
        fitted = fitted or [
            trained(split.train, chosen.seconds[-1:], seed)[0][1] for seed in range(chosen.seeds)
        ]
        print_arms(split, fitted, to=chosen.to, seeds=chosen.trainings, effort=effort)


if __name__ == "__main__":
    main()
