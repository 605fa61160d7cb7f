import pytest
import torch

from cohort.errors import GenerationError
from gan_images import train
from gan_images.checkpoint import run
from gan_images.train import Plan


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(train, "CHECK", 2)


class Stopped(Exception):
    """As if somebody pressed Ctrl-C."""


def total(generator):
    return sum(weight.sum().item() for weight in generator.parameters())


def go(training, path, *, stop_at=2.0):
    def watch(share):
        if share >= stop_at:
            raise Stopped

    run(training, watch=watch, score=total, path=path)


def test_interrupted_training_ends_as_uninterrupted_training_does(training, tmp_path):
    plan, path = Plan(steps=4, batch=4), tmp_path / "gan.npz"
    whole = training(plan)
    go(whole, None)
    with pytest.raises(Stopped):
        go(training(plan), path, stop_at=1.0)
    assert path.exists()
    resumed = training(plan)
    go(resumed, path)
    for name in ("generator", "average", "critic"):
        pairs = zip(getattr(whole, name).parameters(), getattr(resumed, name).parameters(), strict=True)
        assert all(torch.equal(*pair) for pair in pairs)
    assert whole.scores == resumed.scores
    assert whole.steps == resumed.steps == 4
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_another_training_or_of_none_is_refused(training, tmp_path):
    path = tmp_path / "gan.npz"
    with pytest.raises(Stopped):
        go(training(Plan(steps=6, batch=4)), path, stop_at=0.6)
    for plan, seed in ((Plan(steps=6, batch=4), 1), (Plan(steps=8, batch=4), 0)):
        with pytest.raises(GenerationError, match="other data, settings or another seed"):
            go(training(plan, seed), path)
    path.write_bytes(b"no checkpoint")
    with pytest.raises(GenerationError, match="no checkpoint of gan"):
        go(training(Plan(steps=6, batch=4)), path)


def test_a_file_holds_no_picture(training, tmp_path):
    path = tmp_path / "gan.npz"
    each = training(Plan(steps=4, batch=4))
    with pytest.raises(Stopped):
        go(each, path, stop_at=0.5)
    assert not {tuple(value.shape) for value in each.state().values()} & {
        tuple(each.pictures.pictures.shape),
        tuple(each.pictures.pictures.shape[1:]),
    }
