import numpy as np
import pytest

from cohort.checkpoints import read_checkpoint, write_checkpoint
from cohort.errors import GenerationError


def test_arrays_come_back_and_nothing_lies_beside_them(tmp_path):
    path = tmp_path / "state"
    write_checkpoint(path, "mine", {"weights": np.arange(3.0)})
    found = read_checkpoint(path, "mine", made_by="cgan")
    assert list(found) == ["weights"]
    assert found["weights"].tolist() == [0.0, 1.0, 2.0]
    assert [each.name for each in tmp_path.iterdir()] == ["state"]


def test_another_trainings_state_is_refused(tmp_path):
    write_checkpoint(tmp_path / "state", "mine", {"weights": np.zeros(1)})
    with pytest.raises(GenerationError, match="a checkpoint of other data, settings or another seed"):
        read_checkpoint(tmp_path / "state", "yours", made_by="cgan")


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 half"])
def test_what_is_no_checkpoint_is_refused(tmp_path, content):
    (tmp_path / "state").write_bytes(content)
    with pytest.raises(GenerationError, match="no checkpoint of gan"):
        read_checkpoint(tmp_path / "state", "mine", made_by="gan")
