# ---
# jupyter:
#   jupytext: {text_representation: {extension: .py, format_name: percent}}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Seventy lesions
#
# Seventy lesions of two kinds, a picture or three of each. What does a GAN make of them, and whose picture does it give
# back? It needs `synthassay[gan]`. At 32 pixels this is a research tool: nobody should diagnose on such a picture.
#
# A test runs this file with `SYNTHASSAY_SMOKE=1`: a few steps instead of four minutes, the same lines.

# %%
import os
from dataclasses import replace

import numpy as np
from PIL import Image

import synthassay as sa
from cohort.images import split_images
from cohort.lesions import simulate_lesions
from privacy.images.assay import assay_images
from privacy.images.near import flagged

SMOKE = bool(os.environ.get("SYNTHASSAY_SMOKE"))

# %% [markdown]
# Simulated lesions, nobody's. With your own pictures:
# `sa.read_images("pictures", metadata="metadata.csv", label="dx", group="lesion_id")`. **`group` matters**: two views of one
# lesion on both sides of the split would hide every leak.

# %%
kinds, each = ("nv", "mel"), 28 if SMOKE else 35
everything = simulate_lesions(size=32, share=0.32 if SMOKE else 0.4)
places = [everything.classes.index(kind) for kind in kinds]
groups = np.concatenate([np.unique(everything.groups[everything.labels == place])[:each] for place in places])
seventy = everything.images(np.isin(everything.groups, groups))
cohort = replace(seventy, classes=kinds, labels=np.searchsorted(places, seventy.labels), metadata=None)
len(cohort), cohort.n_groups

# %%
split = split_images(cohort, holdout=0.4, seed=0)
length = {"minutes": None, "steps": 4, "batch": 8} if SMOKE else {"minutes": 4}
release = sa.synthesizer("gan", **length).fit(split.train, seed=0).sample(len(split.train), seed=1)
release.pixels.shape

# %% [markdown]
# A contact sheet. In four minutes on a processor: colours and outlines, seldom a lesion.

# %%
sheet = np.concatenate([np.concatenate(release.pixels[row * 6 : row * 6 + 6], axis=1) for row in range(4)])
Image.fromarray(sheet)

# %% [markdown]
# Which pictures come too near to one lesion of train: turned, mirrored, shifted or toned. The threshold is the one that few fresh
# pictures pass.

# %%
flags = flagged(release, split)
f"{int(np.sum(flags))} of {len(release)} pictures"

# %% [markdown]
# The attacks, with the lesions set aside as control. At this size they can tell a generator that copies, and little else: `detectable`
# says which share of planted copies they would have noticed.

# %%
attacks = ["exact_images"] if SMOKE else None
found = assay_images(release, split, attacks=attacks, planted=not SMOKE)
[(risk.attack, risk.train, risk.control, risk.detectable) for risk in found.risks]

# %% [markdown]
# Whether the pictures help a classifier is another question: `synthassay augment CONFIG --class mel --to 60 --study`.
