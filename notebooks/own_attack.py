# ---
# jupyter:
#   jupytext: {text_representation: {extension: .py, format_name: percent}}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Your own attack
#
# You have thought of something that an intruder could do. Here it becomes an attack: it counts hits on persons, and controls,
# interval, p-value and report come by themselves. When it has proved itself, CONTRIBUTING says how to make it part of the program.
#
# A test runs this file with `SYNTHASSAY_SMOKE=1`, which takes a faster generator and plants no copies.

# %%
import os

import numpy as np

import synthassay as sa
from cohort.demo import demo_cohort
from privacy.assay import assay
from privacy.attacks.registry import ATTACKS
from privacy.attacks.target import Attack, tally_hits
from privacy.estimates import AttackRole
from privacy.statistics import weighted

SMOKE = bool(os.environ.get("SYNTHASSAY_SMOKE"))

# %% [markdown]
# The idea: somebody holds a patient's record and looks not for the nearest synthetic row but for a *crowd* of them. Where the fifth
# nearest row is nearer than the nearest other patient, the generator has learnt the patient by heart.
#
# `target.to_synthetic` holds the distances of each attacked row to its nearest synthetic rows, `target.to_real` that to the nearest other
# patient; `target.largest` takes the worst row of each person.


# %%
def crowd(target, *, seed):
    """Count persons around whom five synthetic rows crowd."""
    nearness = np.log((target.to_real + 0.05) / (target.to_synthetic[:, 4] + 0.05))
    scores = target.largest(nearness)
    hits = (scores > 0).astype(float)
    return tally_hits(hits, target.attacked_is_train, statistic=weighted(np.exp(scores)), scores=scores)


ATTACKS["crowd"] = Attack(
    name="crowd",
    family="membership",
    threat="Somebody who holds a patient's whole record looks for a crowd of rows around it.",
    role=AttackRole.DIAGNOSTIC,
    count=crowd,
    planted=True,
)

# %% [markdown]
# **First: is it silent where nothing leaks?** Fresh patients as the release, five splits.

# %%
registry = demo_cohort("registry")
fresh = demo_cohort("registry", seed=1).released


def p_on_fresh(seed):
    split = registry.split(holdout=0.5, seed=seed)
    release = fresh.sample(300, random_state=seed)
    (risk,) = assay(release, split, attacks=["crowd"], planted=False).risks
    return risk.p


quiet = [p_on_fresh(seed) for seed in range(1, 6)]
quiet

# %% [markdown]
# **Second: does it ring where something leaks?** Each patient five times.

# %%
split = registry.split(holdout=0.5, seed=0)
copies = split.train.released.sample(frac=5, replace=True, random_state=0)
(loud,) = assay(copies, split, attacks=["crowd"], planted=False).risks
loud.train, loud.control, loud.p

# %% [markdown]
# **Third: a real release**, beside the attack that is there already. `detectable` is the smallest share of planted copies that each would have noticed.

# %%
release = sa.synthesizer("forest" if SMOKE else "trees").fit(split.train, seed=0).sample(300, seed=1)
found = assay(release.table, split, attacks=["crowd", "copy_scan"], planted=not SMOKE)
[(risk.attack, risk.excess, risk.low, risk.high, risk.detectable) for risk in found.risks]

# %% [markdown]
# Five splits prove little: `benchmarks/silence.py` counts false alarms over hundreds, `benchmarks/power.py` what is heard.

# %%
del ATTACKS["crowd"]
