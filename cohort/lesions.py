"""Simulated dermatoscopic lesions: no picture of anybody, and not meant to teach a diagnosis.

Each lesion has a border, colours, a texture and a place on a body; each of its views is turned,
shifted, toned and disturbed by hair, a ruler or a vignette. Looks are chosen after published
descriptions of the seven classes of HAM10000 (Tschandl et al. 2018, doi:10.1038/sdata.2018.161), so
that the rare ones are hard to tell from commoner ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.ndimage import gaussian_filter

from cohort.cohort import Cohort
from cohort.images import ImageCohort
from cohort.schema import Column, Kind, Role, Schema
from cohort.typed import typed_table

Floats = npt.NDArray[np.float64]
_OVERSAMPLED = 2
_SEXES = ("female", "male")
_SITES = ("back", "lower extremity", "trunk", "upper extremity", "abdomen", "face", "scalp")
_SKIN = np.array([0.80, 0.62, 0.55])
_SCAR = np.array([0.88, 0.76, 0.70])


@dataclass(frozen=True, kw_only=True)
class Look:
    """How the lesions of a class look, and whom they are found on.

    Parameters
    ----------
    lesions : int
        How many there are in the embedded cohort.
    colour, second : triple of float, in [0, 1]
        Of the lesion and of its blotches, red, green, blue.
    radius : float
        Of the lesion, as a share of the picture's half side.
    ragged : float, >= 0
        How irregular the border is.
    blotches, network, clods : float, in [0, 1]
        How strongly a second colour, a pigment network and round clods show.
    centre : float, in [-1, 1]
        How much lighter the middle is, as in a scar.
    age : float
        Mean age in years.
    """

    lesions: int
    colour: tuple[float, float, float]
    second: tuple[float, float, float]
    radius: float
    ragged: float
    blotches: float = 0.3
    network: float = 0.0
    clods: float = 0.0
    centre: float = 0.0
    age: float = 55.0


LOOKS: Mapping[str, Look] = {
    "nv": Look(lesions=260, colour=(0.50, 0.32, 0.24), second=(0.38, 0.22, 0.17), radius=0.50, ragged=0.10,
               network=0.5, age=45.0),
    "mel": Look(lesions=90, colour=(0.36, 0.22, 0.20), second=(0.25, 0.25, 0.34), radius=0.66, ragged=0.34,
                blotches=0.7, network=0.4, age=61.0),
    "bkl": Look(lesions=90, colour=(0.60, 0.45, 0.33), second=(0.45, 0.33, 0.26), radius=0.60, ragged=0.24,
                blotches=0.4, clods=0.5, age=64.0),
    "bcc": Look(lesions=60, colour=(0.74, 0.50, 0.45), second=(0.42, 0.40, 0.48), radius=0.54, ragged=0.22,
                blotches=0.5, clods=0.3, age=67.0),
    "akiec": Look(lesions=45, colour=(0.76, 0.48, 0.42), second=(0.86, 0.72, 0.62), radius=0.62, ragged=0.30,
                  blotches=0.6, age=66.0),
    "vasc": Look(lesions=30, colour=(0.58, 0.18, 0.26), second=(0.40, 0.10, 0.24), radius=0.46, ragged=0.14,
                 clods=0.8, age=51.0),
    "df": Look(lesions=30, colour=(0.62, 0.42, 0.34), second=(0.52, 0.34, 0.28), radius=0.44, ragged=0.10,
               network=0.3, centre=0.6, age=52.0),
}  # fmt: skip
"""The simulated classes, commonest first."""

SCHEMA = Schema(
    columns=(
        Column(name="lesion", kind=Kind.CATEGORY, role=Role.IDENTIFIER),
        Column(name="age", kind=Kind.INTEGER, role=Role.QUASI_IDENTIFIER, unit="years", range=(0, 90)),
        Column(name="sex", kind=Kind.CATEGORY, role=Role.QUASI_IDENTIFIER, categories=_SEXES),
        Column(name="site", kind=Kind.CATEGORY, role=Role.QUASI_IDENTIFIER, categories=_SITES),
        Column(name="diagnosis", kind=Kind.CATEGORY, role=Role.TARGET, categories=tuple(LOOKS)),
    ),
    person="lesion",
)


def simulate_lesions(*, size: int = 32, share: float = 1.0, seed: int = 0) -> ImageCohort:
    """Draw an image cohort of simulated lesions.

    Parameters
    ----------
    size : int, >= 16
        Pixels a side.
    share : float, > 0
        Of the lesions that `LOOKS` names for each class; at least eight are drawn.
    seed : int
        Equal seeds give equal pictures; a lesion's pictures do not depend on those of others.

    Returns
    -------
    ImageCohort
        One to three views of each lesion, grouped by lesion.
    """
    wanted = [max(8, round(look.lesions * share)) for look in LOOKS.values()]
    labels = np.repeat(np.arange(len(LOOKS)), wanted)
    sources = [np.random.default_rng(each) for each in np.random.SeedSequence(seed).spawn(len(labels))]
    looks = list(LOOKS.values())
    drawn = [_views(looks[label], size, rng) for label, rng in zip(labels, sources, strict=True)]
    groups = np.repeat(np.arange(len(labels)), [len(each) for each in drawn])
    known = pd.concat(
        [
            _patient(group, int(label), rng)
            for group, (label, rng) in enumerate(zip(labels, sources, strict=True))
        ]
    )
    table = typed_table(known.iloc[groups].reset_index(drop=True), SCHEMA, where="simulated lesions")
    return ImageCohort(
        pixels=np.concatenate(drawn),
        labels=labels[groups].astype(np.int64),
        classes=tuple(LOOKS),
        groups=groups.astype(np.int64),
        name="simulated_lesions",
        metadata=Cohort(schema=SCHEMA, table=table, name="simulated_lesions"),
    )


def _patient(group: int, label: int, rng: np.random.Generator) -> pd.DataFrame:
    """What is known of whose lesion it is, one row."""
    name, look = list(LOOKS.items())[label]
    return pd.DataFrame(
        {
            "lesion": [f"L{group:04d}"],
            "age": [int(np.clip(5 * np.round(rng.normal(look.age, 16.0) / 5), 0, 90))],
            "sex": [_SEXES[int(rng.random() < 0.54)]],
            "site": [_SITES[int(rng.choice(len(_SITES), p=np.array([24, 24, 16, 14, 10, 8, 4]) / 100))]],
            "diagnosis": [name],
        }
    )


def _views(look: Look, size: int, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """One to three pictures of the same lesion, (views, size, size, 3)."""
    shape = _shape(look, rng)
    skin = np.clip(_SKIN + rng.normal(0.0, 0.05) + rng.normal(0.0, 0.015, 3), 0, 1)
    views = [
        _picture(look, shape, skin, size, rng) for _ in range(int(rng.choice([1, 2, 3], p=[0.7, 0.2, 0.1])))
    ]
    return np.stack(views)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Shape:
    """What stays the same in every view of a lesion.

    Parameters
    ----------
    radius, ratio : float
        Mean radius, and how much longer the lesion is than wide.
    waves : ndarray, (waves, 2)
        Height and phase of each wave of the border.
    tint : ndarray, (3,)
        What the lesion's colour has beside its class's.
    clods : ndarray, (clods, 3)
        Place and radius of each.
    texture : int
        Seed of its blotches.
    frequency : float
        Of the pigment network, in lines a unit.
    """

    radius: float
    ratio: float
    waves: Floats
    tint: Floats
    clods: Floats
    texture: int
    frequency: float


def _shape(look: Look, rng: np.random.Generator) -> _Shape:
    heights = look.ragged * rng.normal(0.0, 1.0, 6) / np.arange(2, 8)
    places = rng.normal(0.0, 0.45 * look.radius, (12, 2))
    return _Shape(
        radius=look.radius * rng.uniform(0.7, 1.3),
        ratio=rng.uniform(1.0, 1.5),
        waves=np.column_stack([heights, rng.uniform(0, 2 * np.pi, 6)]),
        tint=rng.normal(0.0, 0.045) + rng.normal(0.0, 0.02, 3),
        clods=np.column_stack([places, rng.uniform(0.06, 0.16, 12)]),
        texture=int(rng.integers(2**31)),
        frequency=rng.uniform(11.0, 16.0),
    )


def _picture(
    look: Look, shape: _Shape, skin: Floats, size: int, rng: np.random.Generator
) -> npt.NDArray[np.uint8]:
    """One view: the lesion turned, shifted and toned, and what else lies on the lens."""
    side = size * _OVERSAMPLED
    across = np.linspace(-1.0, 1.0, side)
    x, y = np.meshgrid(across, across)
    u, v = _turned(x, y, rng)
    inside = _inside(u, v, shape)
    paint = _lesion(look, shape, u, v)
    picture = skin + inside[..., None] * (paint - skin)
    picture = _hair(picture, x, y, rng) if rng.random() < 0.3 else picture
    picture = _ruler(picture, x, y) if rng.random() < 0.08 else picture
    if rng.random() < 0.25:
        picture = picture * (1.0 - 0.75 * _step(np.hypot(x, y) - 1.12, 0.08))[..., None]
    picture = gaussian_filter(picture, (0.5 * _OVERSAMPLED, 0.5 * _OVERSAMPLED, 0))
    picture = picture * rng.normal(1.0, 0.05) * rng.normal(1.0, 0.02, 3)
    small = picture.reshape(size, _OVERSAMPLED, size, _OVERSAMPLED, 3).mean(axis=(1, 3))
    noisy = small + rng.normal(0.0, 0.008, small.shape)
    return np.asarray(np.clip(noisy * 255.0, 0, 255).round(), dtype=np.uint8)


def _turned(x: Floats, y: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """The lesion's own axes, as a camera held anyhow sees them."""
    angle, zoom = rng.uniform(0, 2 * np.pi), rng.uniform(0.9, 1.1)
    x, y = x - rng.normal(0.0, 0.07), y - rng.normal(0.0, 0.07)
    return (
        (np.cos(angle) * x + np.sin(angle) * y) / zoom,
        (np.cos(angle) * y - np.sin(angle) * x) / zoom,
    )


def _inside(u: Floats, v: Floats, shape: _Shape) -> Floats:
    """1 within the border, 0 outside, soft between."""
    angle = np.arctan2(v * shape.ratio, u)
    waves = [height * np.cos(k * angle + phase) for k, (height, phase) in enumerate(shape.waves, start=2)]
    border = shape.radius * (1.0 + np.sum(waves, axis=0))
    return _step(border - np.hypot(u, v * shape.ratio), 0.07)


def _lesion(look: Look, shape: _Shape, u: Floats, v: Floats) -> Floats:
    """The lesion's colours everywhere, (side, side, 3)."""
    colour, second = (np.array(each) + shape.tint for each in (look.colour, look.second))
    blotch = look.blotches * _step(_field(shape.texture, u, v), 0.35)
    paint = colour + blotch[..., None] * (second - colour)
    lines = np.cos(shape.frequency * u) * np.cos(shape.frequency * v)
    paint = paint * (1.0 - 0.22 * look.network * (lines > 0.25))[..., None]
    spots = np.max([_step(radius - np.hypot(u - a, v - b), 0.03) for a, b, radius in shape.clods], axis=0)
    paint = paint + (look.clods * spots)[..., None] * (0.75 * second - paint)
    light = look.centre * np.exp(-(np.hypot(u, v) ** 2) / (2 * (0.35 * shape.radius) ** 2))
    return np.asarray(paint + light[..., None] * (_SCAR - paint), dtype=np.float64)


def _field(seed: int, u: Floats, v: Floats) -> Floats:
    """A smooth random surface that turns with the lesion."""
    rng = np.random.default_rng(seed)
    waves = rng.normal(0.0, 5.0, (8, 2))
    phases = rng.uniform(0, 2 * np.pi, 8)
    each = [np.cos(a * u + b * v + c) for (a, b), c in zip(waves, phases, strict=True)]
    return np.asarray(np.sum(each, axis=0) / 2.0, dtype=np.float64)


def _hair(picture: Floats, x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    for _ in range(int(rng.integers(1, 5))):
        angle, bend, away = rng.uniform(0, np.pi), rng.normal(0.0, 0.3), rng.uniform(-0.8, 0.8)
        along, over = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
        strand = np.exp(-(((over - away - bend * along**2) / 0.018) ** 2))
        picture = picture * (1.0 - 0.75 * strand)[..., None]
    return np.asarray(picture, dtype=np.float64)


def _ruler(picture: Floats, x: Floats, y: Floats) -> Floats:
    ticks = (y > 0.86) & (np.abs((x * 6.0) % 1.0 - 0.5) < 0.1)
    return np.asarray(np.where(ticks[..., None], 0.15, picture), dtype=np.float64)


def _step(values: Floats, width: float) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values / width, -30, 30))), dtype=np.float64)
