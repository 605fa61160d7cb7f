"""cgan: the network's mathematics, its conditions, its budget, and going on after an interruption."""

import json
import random

import numpy as np
import pandas as pd
import pytest
import torch

from cohort.errors import ConfigError, GenerationError
from cohort.schema import Kind
from synth.cgan.encode import MOST_LEVELS, fit_codings
from synth.cgan.model import Cgan, decode, encode
from synth.cgan.network import Critic, Generator, Spans, condition_loss, critic_loss
from synth.cgan.stop import Validation
from synth.cgan.train import Plan, Rows, Training
from synth.complete import Part, fit_preparation
from synth.registry import synthesizer


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def clusters(rows=400, seed=0):
    """Three groups that a colour, a mark and two numbers tell apart; a tenth of the marks missing."""
    random_ = np.random.default_rng(seed)
    group = random_.choice(3, rows, p=[0.6, 0.3, 0.1])
    mark = pd.Series(np.array(["x", "y", "y"], dtype=object)[group]).mask(random_.random(rows) < 0.1)
    return {
        "colour": (Kind.CATEGORY, np.array(["red", "green", "blue"])[group]),
        "mark": (Kind.CATEGORY, mark),
        "coin": (Kind.CATEGORY, random_.choice(["head", "tail"], rows)),
        "size": (Kind.NUMBER, np.round(random_.normal(10.0 * group, 1.0), 2)),
        "count": (Kind.INTEGER, random_.poisson(5 + 20 * group)),
    }


@pytest.fixture(scope="module")
def cohort(one_column):
    return one_column(**clusters())


@pytest.fixture(scope="module")
def fitted(cohort):
    return Cgan(steps=700, batch_size=80, width=128).fit(cohort, seed=0)


def test_probabilities_sum_to_one_within_each_group_even_for_wild_logits():
    spans, logits = Spans([3, 2]), torch.tensor([[900.0, 0.0, -900.0, -500.0, -500.0]])
    torch.testing.assert_close(spans.softmax(logits), torch.tensor([[1.0, 0.0, 0.0, 0.5, 0.5]]))
    expected = torch.cat([logits[:, :3].log_softmax(1), logits[:, 3:].log_softmax(1)], dim=1)
    torch.testing.assert_close(spans.log_softmax(logits), expected)
    assert spans.choose(logits).tolist() == [[0, 0]]
    assert spans.one_hot(torch.tensor([[2, 1]])).tolist() == [[0.0, 0.0, 1.0, 0.0, 1.0]]


def test_the_written_out_gradient_is_autograd_s_and_so_is_its_own_gradient():
    critic, rows = Critic(entered=7, width=16, rng=rng()), torch.randn((5, 7), generator=rng(1))
    rows.requires_grad_(True)
    (found,) = torch.autograd.grad(critic(rows).sum(), rows, create_graph=True)
    torch.testing.assert_close(critic.gradient(rows), found)
    expected = torch.autograd.grad(found.norm(), critic.second.weight)
    torch.testing.assert_close(
        torch.autograd.grad(critic.gradient(rows).norm(), critic.second.weight), expected
    )


def test_the_condition_loss_is_the_cross_entropy_of_what_is_asked_for():
    logits, condition = torch.randn((4, 5), generator=rng()), torch.zeros((4, 5))
    condition[:, 1] = 1.0
    expected = torch.nn.functional.cross_entropy(logits[:, :3], torch.ones(4, dtype=torch.int64))
    torch.testing.assert_close(condition_loss(Spans([3, 2]), logits, condition), expected)


def test_the_critic_s_step_leaves_the_generator_s_gradients_alone_and_the_reverse(cohort):
    training = small_training(cohort)
    training._teach_critic()
    assert all(weight.grad is None for weight in training.generator.parameters())
    before = [weight.clone() for weight in training.critic.parameters()]
    training.critic_optimiser.zero_grad()
    training._teach_generator()
    assert all(weight.grad is None for weight in training.critic.parameters())
    assert all(torch.equal(a, b) for a, b in zip(before, training.critic.parameters(), strict=True))


def test_the_critic_learns_to_tell_apart():
    critic, random_ = Critic(entered=2, width=16, rng=rng()), rng(1)
    optimiser = torch.optim.Adam(critic.parameters(), lr=0.01)
    real, fake = torch.randn((64, 2), generator=random_) + 3, torch.randn((64, 2), generator=random_)
    for _ in range(100):
        optimiser.zero_grad()
        critic_loss(critic, real, fake, random_).backward()
        optimiser.step()
    assert critic(real).mean() > critic(fake).mean() + 1


def small_training(cohort, seed=0, steps=120):
    preparation = fit_preparation(cohort)
    frame = preparation.encode(cohort.released, np.random.default_rng(0))
    codings = fit_codings(frame, preparation.parts, seed=0)
    codes, scalars = encode(codings, frame, np.random.default_rng(0))
    rows = Rows(codes, scalars, [coding.width for coding in codings], 3)
    return Training(rows, Plan(steps=steps, minutes=None, batch=30, width=16), seed=seed)


def test_drawn_rows_are_train_rows_that_fulfil_their_conditions_and_rare_ones_come_up(cohort):
    rows = small_training(cohort).rows
    drawn, condition = rows.draw(3000, rng())
    hot = drawn[:, rows.scalars.shape[1] :][:, : rows.asked]
    assert torch.equal(hot * condition, condition)
    known = {tuple(row) for row in rows.spans.one_hot(rows.codes).tolist()}
    assert {tuple(row) for row in drawn[:, rows.scalars.shape[1] :].tolist()} <= known
    asked = condition.sum(1)
    assert set(asked.tolist()) == {1.0, 2.0, 3.0}
    colours = condition[:, :3].sum(0) / condition[:, :3].sum()
    assert colours.min() > 0.15  # a tenth of the rows


def test_numbers_come_back_from_their_modes_and_categories_from_their_codes(cohort):
    preparation = fit_preparation(cohort)
    frame = preparation.encode(cohort.released, np.random.default_rng(0))
    codings = fit_codings(frame, preparation.parts, seed=0)
    drawn = encode(codings, frame, np.random.default_rng(0))
    back = decode(codings, drawn, np.random.default_rng(0))
    for part in preparation.parts:
        same = back[part.name].to_numpy() - frame[part.name].to_numpy()
        assert np.mean(np.abs(same) < 1e-6) > 0.97  # beyond four standard deviations values are cut


def test_modes_are_fitted_on_a_subsample_and_none_stands_for_a_lone_value():
    values = np.append(np.random.default_rng(0).normal(size=20_000), 1e6)
    part = Part(name="x", column="x")
    (coding,) = fit_codings(pd.DataFrame({"x": values}), [part], seed=0)
    assert np.abs(coding.means).max() < 10


def test_a_column_of_5000_categories_costs_little_and_keeps_all_of_them(one_column):
    values = [f"c{row % 5000}" for row in range(6000)]
    cohort = one_column(x=(Kind.CATEGORY, values), y=(Kind.NUMBER, np.arange(6000.0)))
    generator = Cgan(steps=150, width=32, batch_size=50, early_stopping=False).fit(cohort, seed=0)
    assert generator.sampler.spans.widths[0] == MOST_LEVELS + 1
    assert len(set(generator.sample(2000, seed=0).table["x"])) > 500
    assert set(generator.sample(3, conditions={"x": "c7"}, seed=0).table["x"]) == {"c7"}


@pytest.mark.parametrize(
    ("column", "value"),
    [("colour", "red"), ("colour", "blue"), ("mark", "x"), ("mark", None), ("coin", "tail")],
)
def test_any_category_of_any_column_comes_when_asked_for(fitted, column, value):
    asked = fitted.asked({column: value})
    drawn = fitted.draw(1000, asked, np.random.default_rng(0))[column]
    assert len(asked) == 1
    assert (drawn.isna() if value is None else drawn == value).mean() >= 0.97


def test_several_at_once_and_what_hangs_on_them(fitted):
    conditions = {"colour": "blue", "coin": "head"}
    drawn = fitted.draw(1000, fitted.asked(conditions), np.random.default_rng(0))
    assert ((drawn["colour"] == "blue") & (drawn["coin"] == "head")).mean() >= 0.95
    assert drawn["size"].median() == pytest.approx(20, abs=2)
    table = fitted.sample(50, conditions=conditions, seed=0).table
    assert set(table["colour"]) == {"blue"}
    assert set(table["coin"]) == {"head"}


def test_unconditional_marginals_are_train_s(fitted, cohort):
    table = fitted.sample(20_000, seed=3).table
    for column in ("colour", "mark", "coin"):
        shares = [each[column].value_counts(normalize=True, dropna=False) for each in (table, cohort.table)]
        assert shares[0].sub(shares[1], fill_value=0).abs().max() < 0.02
    assert table["size"].mean() == pytest.approx(cohort.table["size"].mean(), abs=1)


def test_a_missing_number_can_be_asked_for(registry):
    generator = Cgan(steps=10, width=16).fit(registry(150), seed=0)
    names = [generator.codings[group].part.name for group in generator.asked({"bili": None})]
    assert names == ["bili missing"]
    assert generator.sample(5, conditions={"bili": None}, seed=0).table["bili"].isna().all()


def test_a_condition_that_contradicts_the_others_is_refused_with_a_remedy(fitted):
    with pytest.raises(GenerationError, match="Loosen"):
        fitted.sample(200, conditions={"colour": "red", "size": -4000.0}, seed=0)


def test_train_and_validation_share_no_person_and_every_category_is_trained(registry):
    cohort = registry(300)
    codes = np.zeros((300, 1), dtype=np.int64)
    codes[7] = 1
    for seed in range(8):
        kept = Cgan()._validated(cohort, codes, 1, np.random.default_rng(seed))
        assert not kept[7]
        assert 55 <= kept.sum() <= 60
    assert not Cgan()._validated(registry(90), codes[:90], 1, np.random.default_rng(0)).any()


def test_the_score_is_lowest_for_rows_of_the_same_kind(cohort):
    preparation = fit_preparation(cohort)
    frame = preparation.encode(cohort.released, np.random.default_rng(0))
    validation = Validation(frame[:200].reset_index(drop=True), preparation.parts)
    same = frame[200:].reset_index(drop=True)
    random_ = np.random.default_rng(1)
    mixed = pd.DataFrame({name: random_.permutation(same[name]) for name in same})
    one = pd.concat([same.head(1)] * 200, ignore_index=True)
    assert validation.score(same) < validation.score(mixed) < validation.score(one)


def test_training_stops_where_the_score_no_longer_improves_and_keeps_the_best(cohort, monkeypatch):
    monkeypatch.setattr("synth.cgan.train.CHECK", 50)
    training, scores = small_training(cohort, steps=10_000), iter([3.0, 1.0, 2.0, 2.0, 2.0, 2.0, 0.0])
    seen = []

    def score(generator):
        seen.append({name: value.clone() for name, value in generator.state_dict().items()})
        return next(scores)

    training.run(progress=lambda share: None, score=score)
    assert len(seen) == 6
    assert all(torch.equal(value, seen[1][name]) for name, value in training.best.items())


def test_minutes_end_a_training_before_its_steps(cohort):
    training = small_training(cohort, steps=10**9)
    training.plan = Plan(steps=10**9, minutes=0.01, batch=30, width=16)
    training.run(progress=lambda share: None, score=None)
    assert 0 < training.done < 10**6


class Stop(Exception):
    """What a caller raises to cancel."""


@pytest.mark.parametrize(("kind", "last"), [(Stop, 0.6), (KeyboardInterrupt, 0.1)])
def test_an_interrupted_training_goes_on_to_the_same_model(cohort, tmp_path, kind, last):
    path = tmp_path / "cgan.npz"
    made = Cgan(steps=200, batch_size=30, width=16, checkpoint=str(path))

    def cancel(share):
        if share > last:
            raise kind

    with pytest.raises(kind):
        made.fit(cohort, seed=4, progress=cancel)
    assert path.exists()
    told = []
    table = made.fit(cohort, seed=4, progress=told.append).sample(100, seed=0).table
    assert not path.exists()
    assert told[1] > last
    uninterrupted = Cgan(steps=200, batch_size=30, width=16).fit(cohort, seed=4)
    pd.testing.assert_frame_equal(table, uninterrupted.sample(100, seed=0).table)


def test_an_interruption_in_the_middle_of_a_step_leaves_the_last_report(cohort, tmp_path, monkeypatch):
    path = tmp_path / "cgan.npz"
    made, teach, calls = (
        Cgan(steps=100, batch_size=30, width=16, checkpoint=str(path)),
        Training._teach_generator,
        [],
    )

    def interrupted(training):
        calls.append(1)
        if len(calls) == 77:
            raise KeyboardInterrupt
        teach(training)

    monkeypatch.setattr(Training, "_teach_generator", interrupted)
    with pytest.raises(KeyboardInterrupt):
        made.fit(cohort, seed=4)
    table = made.fit(cohort, seed=4).sample(50, seed=0).table
    expected = Cgan(steps=100, batch_size=30, width=16).fit(cohort, seed=4).sample(50, seed=0).table
    pd.testing.assert_frame_equal(table, expected)


def test_a_foreign_checkpoint_is_refused_and_none_holds_a_row(cohort, tmp_path):
    path = tmp_path / "cgan.npz"

    def cancel(share):
        if share:
            raise Stop

    for seed, expected in ((1, Stop), (2, GenerationError)):
        with pytest.raises(expected):
            Cgan(steps=100, batch_size=30, width=16, checkpoint=str(path)).fit(
                cohort, seed=seed, progress=cancel
            )
    with np.load(path, allow_pickle=False) as file:
        shapes = {name: file[name].shape for name in file.files}
    assert not [name for name, shape in shapes.items() if len(cohort) in shape]
    path.write_text("no archive")
    with pytest.raises(GenerationError, match="remove the file"):
        Cgan(steps=100, checkpoint=str(path)).fit(cohort, seed=1)


def test_the_fitted_generator_holds_no_train_row(fitted, cohort):
    arrays = [tensor.numpy() for tensor in fitted.sampler.generator.state_dict().values()]
    arrays += [
        values for coding in fitted.codings for values in vars(coding).values() if hasattr(values, "shape")
    ]
    assert not [values.shape for values in arrays if len(cohort) in values.shape]


def test_global_generators_and_threads_stay_as_they_were(cohort):
    before, threads = (torch.get_rng_state(), random.getstate()), torch.get_num_threads()
    Cgan(steps=5).fit(cohort, seed=0).sample(10, seed=0)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert random.getstate() == before[1]
    assert torch.get_num_threads() == threads


def test_equal_seeds_equal_releases_and_progress_ends_at_one(cohort):
    told = []
    first = Cgan(steps=50, width=16).fit(cohort, seed=1, progress=told.append).sample(50, seed=1).table
    pd.testing.assert_frame_equal(
        first, Cgan(steps=50, width=16).fit(cohort, seed=1).sample(50, seed=1).table
    )
    assert not first.equals(Cgan(steps=50, width=16).fit(cohort, seed=2).sample(50, seed=1).table)
    assert told[0] == 0.0
    assert told[-1] == 1.0
    assert told == sorted(told)


@pytest.mark.parametrize(
    "columns",
    [
        {"x": (Kind.NUMBER, np.arange(40.0)), "y": (Kind.NUMBER, np.arange(40.0) ** 2)},
        {"x": (Kind.CATEGORY, ["a", "b"] * 20)},
        {"x": (Kind.CATEGORY, ["a"] * 40), "y": (Kind.INTEGER, [3] * 40)},
        {"x": (Kind.DATE, [None] * 40), "y": (Kind.CATEGORY, [f"c{row}" for row in range(40)])},
        {f"n{place}": (Kind.NUMBER, np.arange(4.0) * place) for place in range(9)},
    ],
)
def test_odd_tables_are_no_errors(one_column, columns):
    cohort = one_column(**columns)
    table = Cgan(steps=3, width=16).fit(cohort, seed=0).sample(20, seed=0).table
    assert (table.dtypes == cohort.released.dtypes).all()
    assert len(table) == 20


@pytest.mark.parametrize(
    "options",
    [
        {"steps": 0},
        {"steps": True},
        {"minutes": 0},
        {"batch_size": 1},
        {"early_stopping": 1},
        {"checkpoint": 3},
    ],
)
def test_a_bad_option_is_refused_by_name(options):
    with pytest.raises(ConfigError, match=next(iter(options))):
        synthesizer("cgan", options)


def test_a_generator_s_first_weights_are_its_seed_s():
    shape = {"noise": 4, "asked": 2, "scalars": 1, "logits": 5, "width": 8}
    first, again = (Generator(**shape, rng=rng(3)).state_dict() for _ in range(2))
    assert all(torch.equal(value, again[name]) for name, value in first.items())
    assert json.dumps(sorted(first))
