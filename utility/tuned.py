"""One model, tuned with the same small effort for whatever rows it is given."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from cohort.cohort import Cohort
from cohort.errors import NotApplicable
from cohort.schema import Column
from utility.accuracy import auroc
from utility.arms import Arm, Mint, Part
from utility.models import features, preparation, quiet
from utility.resample import Floats, Rows

HEADLINE = "auroc"

Key = tuple[str, str]
"""Metric and group."""

_INNER = 3


def _boosting(rounds: int) -> Any:
    return HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=rounds,
        max_leaf_nodes=8,
        min_samples_leaf=10,
        l2_regularization=1.0,
        early_stopping=False,
        class_weight="balanced",
        random_state=0,
    )


# From the most cautious on, so that the more cautious wins a tie. The classes weigh the same in every
# arm: one that merely adds rows would otherwise gain recall by moving the threshold.
FAMILIES: Mapping[str, Callable[[], list[Any]]] = {
    "linear": lambda: [
        LogisticRegression(C=c, class_weight="balanced", max_iter=1000) for c in (0.03, 0.3, 3.0)
    ],
    "boosting": lambda: [_boosting(rounds) for rounds in (30, 100, 300)],
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Design:
    """What all repeats of a study share.

    Parameters
    ----------
    target : Column
        Whose classes are told apart.
    columns : tuple of Column
        What they are told apart by.
    label : str
        The class to be topped up.
    classes, measured : tuple of str
        All classes, and those with enough persons for a recall of their own.
    mint, mint_whole : callable
        As for `utility.arms.Part`.
    share : float
        The largest share of synthetic rows.
    family : {"linear", "boosting"}
        The model.
    """

    target: Column
    columns: tuple[Column, ...]
    label: str
    classes: tuple[str, ...]
    measured: tuple[str, ...]
    mint: Mint
    mint_whole: Mint
    share: float
    family: str

    def part(self, train: Cohort) -> Part:
        """Persons to learn from."""
        return Part(
            train=train,
            target=self.target.name,
            label=self.label,
            mint=self.mint,
            mint_whole=self.mint_whole,
            share=self.share,
        )

    def folds(self, train: Cohort, *, seed: int) -> list[tuple[Part, pd.DataFrame]]:
        """Three folds of the persons, evenly over the classes: whom to learn from, whom to predict."""
        _, first = np.unique(train.persons, return_index=True)
        labels = train.table[self.target.name].to_numpy()[first]
        folds = StratifiedKFold(_INNER, shuffle=True, random_state=seed % 2**31)
        with quiet():
            parts: list[tuple[Rows, Rows]] = list(folds.split(first, labels))
        return [(self.part(train.of_persons(fit)), train.of_persons(rest).table) for fit, rest in parts]

    def tuned(
        self,
        arm: Arm,
        outer: Part,
        inner: Sequence[tuple[Part, pd.DataFrame]],
        test: pd.DataFrame,
        rng: np.random.Generator,
    ) -> dict[Key, float]:
        """The arm's scores on the persons set aside, at the setting best within the train part.

        Raises
        ------
        NotApplicable, GenerationError
            Where the arm has no such rows, or the model cannot be trained on them.
        """
        settings = range(len(FAMILIES[self.family]()))
        within = [
            [self._auroc(rest, each) for each in self._predicted(arm(part, rng), rest, settings)]
            for part, rest in inner
        ]
        with quiet():
            best = int(np.nan_to_num(np.nanmean(within, axis=0)).argmax())
        return self._scores(test, self._predicted(arm(outer, rng), test, [best])[0])

    def _predicted(self, train: pd.DataFrame, test: pd.DataFrame, settings: Sequence[int]) -> list[Floats]:
        """Probability of each class under some settings of the model, each (rows, classes)."""
        labels = train[self.target.name]
        known = labels.notna()
        if labels.nunique() < 2:
            raise NotApplicable("a part to be trained on has one class only.")
        prepared, models = preparation(self.columns), FAMILIES[self.family]()
        with quiet():
            try:
                x = prepared.fit_transform(features(train[known], self.columns))
            except ValueError:
                raise NotApplicable("a part to be trained on has no column that varies.") from None
            x_test = prepared.transform(features(test, self.columns))
            y = labels[known].astype(str).to_numpy()
            fitted = [models[each].fit(x, y) for each in settings]
            return [self._by_class(each.predict_proba(x_test), each.classes_) for each in fitted]

    def _by_class(self, probability: Floats, labels: Sequence[str]) -> Floats:
        spread = np.zeros((len(probability), len(self.classes)))
        spread[:, [self.classes.index(each) for each in labels]] = probability
        return spread

    def _auroc(self, test: pd.DataFrame, probability: Floats) -> float:
        positive = test[self.target.name].eq(self.label).to_numpy(dtype=bool)
        ones = np.ones((1, len(test)))
        return float(auroc(positive, probability[:, self.classes.index(self.label)], ones)[0])

    def _scores(self, test: pd.DataFrame, probability: Floats) -> dict[Key, float]:
        """Every measure on the persons set aside."""
        truth = test[self.target.name].to_numpy()
        guess = np.array(self.classes, dtype=object)[probability.argmax(axis=1)]
        recall = {c: float(np.mean(guess[truth == c] == c)) for c in self.measured if (truth == c).any()}
        return {
            (HEADLINE, self.label): self._auroc(test, probability),
            **{("recall", c): share for c, share in recall.items()},
            ("balanced_accuracy", ""): float(np.mean(list(recall.values()))),
        }
