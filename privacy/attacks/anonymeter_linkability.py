"""Anonymeter's linkability: two halves of a patient's record joined through the release."""

import numpy as np
from anonymeter.evaluators.linkability_evaluator import LinkabilityIndexes
from anonymeter.neighbors.mixed_types_kneighbors import MixedTypeKNeighbors

from cohort.errors import NotApplicable
from cohort.schema import Schema
from privacy.attacks.anonymeter_tables import MOST_TARGETS, keep_compiled, plain_tables
from privacy.attacks.target import Attack, Tally, Target, tally_hits
from privacy.estimates import AttackRole


def count(target: Target, *, seed: int) -> Tally:
    """Count persons whose two halves have the same nearest row of the release.

    Giomi et al. 2023, doi:10.56553/popets-2023-0055. One random row of each person is attacked,
    so that attacks never outnumber persons; train and control are scaled together; the naive
    rate is exact, 1 in the number of rows, where the library draws it from an unseeded source.
    """
    keep_compiled()
    halves = _halves(target.schema)
    if not all(halves):
        raise NotApplicable("a record of one column has no two halves")
    targets, is_train = target.one_row_each(rng=np.random.default_rng(seed), most=MOST_TARGETS)
    (synthetic, queries), names = plain_tables([target.synthetic, targets], target.schema.released)
    positions = []
    for half in halves:
        columns = [new for name in half for new in names[name]]
        search = MixedTypeKNeighbors(n_neighbors=1, n_jobs=1).fit(synthetic[columns])
        positions.append(search.kneighbors(queries[columns]))
    hits = np.zeros(len(queries))
    hits[list(LinkabilityIndexes(*positions).find_links(n_neighbors=1))] = 1.0
    return tally_hits(hits, is_train, naive=1 / len(synthetic))


def _halves(schema: Schema) -> tuple[list[str], list[str]]:
    """Quasi-identifiers and the rest; every other column where one of the two would be empty."""
    names = [column.name for column in schema.released]
    known = [name for name in names if name in schema.quasi_identifiers]
    rest = [name for name in names if name not in schema.quasi_identifiers]
    return (known, rest) if known and rest else (names[::2], names[1::2])


ATTACK = Attack(
    name="anonymeter_linkability",
    family="linkage",
    threat=(
        "Somebody holds two files, one with patients' quasi-identifiers and one with their other "
        "values, and joins them where both point to the same row of the release."
    ),
    role=AttackRole.SECOND_OPINION,
    count=count,
)
