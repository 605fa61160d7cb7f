import numpy as np
import pytest

from cohort.lesions import LOOKS, simulate_lesions


@pytest.fixture(scope="module")
def small():
    return simulate_lesions(size=32, share=0.1, seed=3)


def test_every_class_is_there_and_views_share_their_lesion(small):
    assert small.classes == tuple(LOOKS)
    assert (small.counts() >= 8).all()
    assert small.n_groups < len(small)
    for group in np.unique(small.groups):
        assert len(set(small.labels[small.groups == group])) == 1


def test_metadata_have_a_row_for_each_picture_and_one_patient_a_lesion(small):
    table = small.metadata.table
    assert len(table) == len(small)
    assert [small.classes[label] for label in small.labels] == table["diagnosis"].tolist()
    assert table.groupby("lesion")["age"].nunique().max() == 1
    assert small.metadata.n_persons == small.n_groups


def test_equal_seeds_give_equal_pictures_and_others_do_not(small):
    again, other = (simulate_lesions(size=32, share=0.1, seed=seed) for seed in (3, 4))
    assert np.array_equal(small.pixels, again.pixels)
    assert not np.array_equal(small.pixels[:8], other.pixels[:8])


def test_views_of_a_lesion_are_alike_and_no_copies(small):
    tone = small.pixels[:, 8:24, 8:24].reshape(len(small), -1, 3).mean(axis=1)
    group = next(g for g in np.unique(small.groups) if (small.groups == g).sum() > 1)
    views = np.flatnonzero(small.groups == group)
    assert not np.array_equal(small.pixels[views[0]], small.pixels[views[1]])
    among = np.linalg.norm(tone[views[0]] - tone[views[1]])
    assert among < np.median(np.linalg.norm(tone[views[0]] - tone, axis=1))


def test_vascular_lesions_are_redder_than_naevi(small):
    middle = small.pixels[:, 14:18, 14:18].astype(float).mean(axis=(1, 2))
    red = middle[:, 0] / middle.sum(axis=1)
    of = {name: red[small.labels == place].mean() for place, name in enumerate(small.classes)}
    assert of["vasc"] > of["nv"]
