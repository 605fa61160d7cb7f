"""Models with a guarantee of their own, beside models trained on a release with the same one.

``python -m benchmarks.dp_baselines [--sizes 1000 5000 39073] [--epsilons 1 3 10] [--seeds 3]`` prints a
Markdown table: AUROC on private-pgm's discretised Adult, 9,769 persons to test on. Naive Bayes and
logistic regression, with diffprivlib's noise, spend the whole epsilon on one model; a release serves any
number of them. Bounds are the public domain's, and a bound taken from the data is an error.
"""

import argparse
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from diffprivlib.mechanisms import Vector
from diffprivlib.models import GaussianNB as PrivateBayes
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import OneHotEncoder

from benchmarks.dp import as_cohort, read_discrete
from cohort.cohort import Cohort
from privacy.dp.mechanisms import leaks_are_errors
from synth.registry import synthesizer

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Learn = Callable[[Floats, Ints], Callable[[Floats], Floats]]

SIZES, EPSILONS = (1_000, 5_000, 39_073), (1.0, 3.0, 10.0)
_DELTA = 1e-9
_PENALTY = 1.0


def shares_of_range(codes: Ints, cells: Sequence[int]) -> Floats:
    """Codes as numbers in [0, 1], by the public number of codes."""
    return np.asarray(codes / np.maximum(np.array(cells) - 1, 1), dtype=np.float64)


def indicators(codes: Ints, cells: Sequence[int]) -> Floats:
    """One column a public value, each row of length 1."""
    onehot = OneHotEncoder(categories=[list(range(many)) for many in cells], sparse_output=False)
    return np.asarray(onehot.fit_transform(codes) / np.sqrt(len(cells)), dtype=np.float64)


def private_bayes(x: Floats, y: Ints, *, epsilon: float) -> Callable[[Floats], Floats]:
    """Gaussian naive Bayes of diffprivlib (Vaidya et al. 2013, doi:10.1109/WI-IAT.2013.80)."""
    with leaks_are_errors():
        model = PrivateBayes(epsilon=epsilon, bounds=(0.0, 1.0)).fit(x, y)
    return lambda rows: np.asarray(model.predict_proba(rows)[:, 1])


def private_logistic(x: Floats, y: Ints, *, epsilon: float) -> Callable[[Floats], Floats]:
    """Logistic regression by objective perturbation (Chaudhuri, Monteleoni & Sarwate 2011).

    doi:10.5555/1953048.2021036, algorithm 2, noise by diffprivlib's `Vector`. Its own classifier, in
    version 0.6.5, adds that noise to the *mean* loss of scikit-learn 1.4 and later, and so as many
    times too much as there are rows (its pull request 98). Columns are centred in their public range
    and joined by a constant instead of an intercept, so that no row is longer than 1.
    """
    rows, signs = _unit(x), np.where(y == 1, 1.0, -1.0)

    def loss(weights: Floats) -> tuple[float, Floats]:
        margins = signs * (rows @ weights)
        pull = -signs * expit(-margins)
        value = np.logaddexp(0.0, -margins).sum() + _PENALTY / 2 * weights @ weights
        return float(value), rows.T @ pull + _PENALTY * weights

    mechanism = Vector(
        epsilon=epsilon,
        function_sensitivity=0.25,
        data_sensitivity=1.0,
        dimension=rows.shape[1],
        alpha=_PENALTY,
    )
    found = minimize(mechanism.randomise(loss), np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B")
    return lambda others: np.asarray(expit(_unit(others) @ found.x))


def _unit(x: Floats) -> Floats:
    """Numbers in [0, 1] as rows of length 1 at most, the last column constant."""
    return np.column_stack([2 * x - 1, np.ones(len(x))]) / np.sqrt(x.shape[1] + 1)


def _minted(train: Cohort, *, epsilon: float, seed: int) -> Ints:
    """Codes of as many rows as train has; missing, which noise may bring up, as the first code."""
    fitted = synthesizer("dp_mst", {"epsilon": epsilon, "delta": _DELTA}).fit(train, seed=seed)
    return np.asarray(fitted.sample(len(train), seed=seed).table.fillna("0").to_numpy(dtype=np.int64))


def print_size(n: int, epsilons: Sequence[float], seeds: int) -> None:
    """One row for each epsilon."""
    everybody, test, domain = read_discrete()
    cells, truth = list(domain.values()), test[:, -1]
    wide, narrow = indicators(test[:, :-1], cells[:-1]), shares_of_range(test[:, :-1], cells[:-1])
    draws = [np.random.default_rng(seed).permutation(len(everybody))[:n] for seed in range(seeds)]

    def logistic(codes: Ints) -> float:
        if len(np.unique(codes[:, -1])) < 2:
            return 0.5
        model = LogisticRegression(max_iter=500).fit(indicators(codes[:, :-1], cells[:-1]) * 3, codes[:, -1])
        return float(roc_auc_score(truth, model.predict_proba(wide * 3)[:, 1]))

    def bayes(codes: Ints) -> float:
        model = GaussianNB().fit(shares_of_range(codes[:, :-1], cells[:-1]), codes[:, -1])
        return float(roc_auc_score(truth, model.predict_proba(narrow)[:, 1]))

    real = [everybody[rows] for rows in draws]
    _row(n, "none", [logistic(each) for each in real], [bayes(each) for each in real], None)
    for epsilon in epsilons:
        found = []
        for seed, codes in enumerate(real):
            x, y = codes[:, :-1], codes[:, -1]
            release = _minted(as_cohort(codes, domain), epsilon=epsilon, seed=seed)
            numbers = shares_of_range(x, cells[:-1])
            linear = private_logistic(numbers, y, epsilon=epsilon)
            naive = private_bayes(numbers, y, epsilon=epsilon)
            found.append(
                (
                    float(roc_auc_score(truth, linear(narrow))),
                    float(roc_auc_score(truth, np.nan_to_num(naive(narrow), nan=0.5))),
                    logistic(release),
                )
            )
        _row(n, f"{epsilon:g}", *(list(column) for column in zip(*found, strict=True)))


def _row(n: int, epsilon: str, linear: list[float], naive: list[float], release: list[float] | None) -> None:
    told = [
        "" if each is None else f"{np.mean(each):.3f} ({min(each):.3f} to {max(each):.3f})"
        for each in (linear, naive, release)
    ]
    print(f"| {n:,} | {epsilon} | {' | '.join(told)} |", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    parser.add_argument("--epsilons", nargs="+", type=float, default=EPSILONS)
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args(arguments)
    print("| n | ε | logistic regression | naive Bayes | logistic regression of a `dp_mst` release |")
    print("| ---: | ---: | --- | --- | --- |")
    for n in asked.sizes:
        print_size(n, asked.epsilons, asked.seeds)


if __name__ == "__main__":
    main()
