# ---
# jupyter:
#   jupytext: {text_representation: {extension: .py, format_name: percent}}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Assay a table that SDV made
#
# You have a synthesiser that you like, and want to know what its output gives away. Here it is SDV's Gaussian
# copula; any DataFrame with the patients' columns will do. It needs `synthassay[sdv]`.
#
# A test runs this file with `SYNTHASSAY_SMOKE=1`: two attacks instead of all, the same lines.

# %%
import os
import warnings

from sdv.metadata import Metadata
from sdv.single_table import GaussianCopulaSynthesizer

import synthassay as sa
from cohort.demo import demo_cohort

warnings.filterwarnings("ignore")
SMOKE = bool(os.environ.get("SYNTHASSAY_SMOKE"))

# %% [markdown]
# The embedded registry: simulated, nobody in it ever lived. With your own file:
# `cohort = sa.read("patients.csv", schema="schema.yaml")`.

# %%
cohort = demo_cohort("registry")
split = cohort.split(holdout=0.5, seed=0)
split.train.table.head()

# %% [markdown]
# **Whatever makes the table may see `split.train` and nothing else.** The holdout is the control: people of whom the
# synthesiser knows nothing. Without them nobody can tell a leak from what is true of everybody.

# %%
patients = split.train.released
theirs = GaussianCopulaSynthesizer(Metadata.detect_from_dataframes({"patients": patients}))
theirs.fit({"patients": patients})
synthetic = theirs.sample(len(patients))["patients"]
synthetic.head()

# %%
attacks = ["exact_copies", "qi_match"] if SMOKE else None
report = sa.assay(synthetic, split, policy="registered", attacks=attacks)
report

# %% [markdown]
# One row an attack: its rate on patients used (`train`), on patients not used (`control`), and the difference
# (`excess`) with its interval. The verdict reads `p_adjusted`.

# %%
report.risks[["attack", "role", "train", "control", "excess", "low", "high", "p_adjusted"]]

# %%
report.utility.head()

# %% [markdown]
# `report.save("runs/")` writes a run folder with a report to read, and `synthassay dashboard runs` shows it.
