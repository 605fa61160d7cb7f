import numpy as np
import pytest
import torch

from gan_images import train
from gan_images.train import Pictures, Plan


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(train, "CHECK", 2)


def weights(training):
    return torch.cat([each.flatten() for each in training.average.parameters()])


def pictures(cohort, **options):
    return Pictures(cohort.pixels, cohort.labels, Plan(steps=1, **options), device=torch.device("cpu"))


def test_draws_are_as_even_as_asked(coloured):
    cohort, rng = coloured((300, 30)), torch.Generator().manual_seed(0)
    shares = [
        pictures(cohort, evenness=evenness).draw(2000, rng)[1].double().mean().item()
        for evenness in (0.0, 1.0)
    ]
    assert shares == pytest.approx([30 / 330, 0.5], abs=0.04)


def test_half_of_the_draws_are_of_the_classes_adapted_to(coloured):
    cohort, rng = coloured((300, 30, 60)), torch.Generator().manual_seed(0)
    labels = pictures(cohort, adapt=(1, 2)).draw(4000, rng, adapted=True)[1]
    assert (torch.bincount(labels) / 4000).tolist() == pytest.approx([0.5, 0.25, 0.25], abs=0.03)


def test_training_adapts_in_its_last_fifth_and_keeps_a_snapshot_of_it(training):
    scores = iter([1.0, 2.0, 3.0, 4.0, 6.0, 5.0])
    each = training(Plan(steps=12, batch=2, adapt=(1,)))
    adapted = []
    each.run(watch=lambda share: adapted.append(each.adapted), score=lambda generator: next(scores))
    assert adapted == [False] * 5 + [True]
    assert each.best_score == 5.0


def test_the_rate_falls_to_a_tenth(training):
    each = training(Plan(steps=30, batch=2))
    rates = []
    for steps in (0, 15, 30):
        each.steps = steps
        each._pace()
        rates.append(each.optimisers[0].param_groups[0]["lr"])
    assert rates == pytest.approx([1e-3, 0.55e-3, 1e-4])


def test_a_drawn_picture_is_one_of_train_turned(coloured):
    cohort = coloured()
    drawn, labels = pictures(cohort).draw(5, torch.Generator().manual_seed(0))
    sums = cohort.pixels.astype(int).sum(axis=(1, 2, 3))
    for picture, label in zip(drawn, labels, strict=True):
        total = ((picture + 1) * 127.5).round().sum().item()
        assert label in cohort.labels[sums == round(total)]


def test_equal_seeds_train_alike_without_touching_torch_s_generator(training):
    before, found = torch.get_rng_state(), []
    for seed in (0, 0, 1):
        each = training(Plan(steps=2, batch=4), seed)
        each.run(watch=lambda share: None, score=lambda generator: 0.0)
        found.append(weights(each))
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])
    assert torch.equal(before, torch.get_rng_state())


def test_the_best_snapshot_is_kept_and_not_the_last(training):
    snapshots, scores = [], iter([3.0, 1.0, 2.0])

    def score(generator):
        snapshots.append(torch.cat([each.flatten().clone() for each in generator.parameters()]))
        return next(scores)

    each = training(Plan(steps=6, batch=4))
    each.run(watch=lambda share: None, score=score)
    assert each.scores == [(2, 3.0), (4, 1.0), (6, 2.0)]
    assert torch.equal(weights(each), snapshots[1])
    assert not torch.equal(snapshots[1], snapshots[2])


def test_time_ends_training_as_steps_do(training):
    told = []
    each = training(Plan(steps=10**6, minutes=0.002, batch=4))
    each.run(watch=told.append, score=lambda generator: 0.0)
    assert 1 <= each.steps < 1000
    assert told[-1] == 1.0
    assert np.all(np.diff(told) >= 0)


def test_the_generator_s_step_leaves_the_critic_as_it_is_and_the_other_way_round(training):
    each = training(Plan(steps=2, batch=4))
    real, labels = each.pictures.draw(4, each.rng)
    minted = each.generator(torch.randn((4, 64), generator=each.rng), labels)

    def snapshot(network):
        return torch.cat([weight.detach().flatten().clone() for weight in network.parameters()])

    generator, critic = snapshot(each.generator), snapshot(each.critic)
    each._teach_critic(real, minted.detach(), labels)
    taught = snapshot(each.critic)
    assert torch.equal(generator, snapshot(each.generator))
    assert not torch.equal(critic, taught)
    each._teach_generator(real, minted, labels)
    assert not torch.equal(generator, snapshot(each.generator))
    assert torch.equal(taught, snapshot(each.critic))
