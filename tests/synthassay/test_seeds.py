from synthassay.seeds import same_but_seed
from synthassay.store import write_json

CONFIG = "name: {name}\ncandidates:\n- synth: trees\n  name: {candidate}\nseed: {seed}\n"


def run(folder, *, seed, started, name="pbc", candidate="trees"):
    path = folder / f"{name}-{started}-{seed}"
    path.mkdir()
    write_json(path / "run.json", {"kind": "run", "seed": seed, "started": started})
    write_json(path / "frontier.json", {"points": [{"started": started}]})
    (path / "config.yaml").write_text(CONFIG.format(name=name, candidate=candidate, seed=seed))
    return path


def test_runs_of_one_config_are_found_under_all_seeds_the_newer_of_two(tmp_path):
    own = run(tmp_path, seed=3, started="2026-11-02")
    run(tmp_path, seed=1, started="2026-11-01", name="pbc-seed1")
    run(tmp_path, seed=3, started="2026-11-01")
    run(tmp_path, seed=2, started="2026-11-01", candidate="other")
    found = same_but_seed(own)
    assert list(found) == [1, 3]
    assert found[3]["points"] == [{"started": "2026-11-02"}]


def test_a_broken_neighbour_is_passed_over(tmp_path):
    own = run(tmp_path, seed=0, started="2026-11-02")
    (run(tmp_path, seed=1, started="2026-11-01") / "frontier.json").write_text("{")
    (run(tmp_path, seed=2, started="2026-11-01") / "config.yaml").unlink()
    assert list(same_but_seed(own)) == [0]
