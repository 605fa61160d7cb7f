"""Generators of images by name; none is loaded before it is asked for."""

from importlib import import_module
from typing import cast

from gan_images.protocols import ImageSynthesizer
from synth.registry import with_options
from synthassay.config import Candidate
from synthassay.images.config import GENERATORS


def generator(candidate: Candidate) -> ImageSynthesizer:
    """A candidate's generator; raises `ConfigError` for an unknown option or its bad value."""
    module, _, kind = GENERATORS[candidate.synth].partition(":")
    made = with_options(getattr(import_module(module), kind), candidate.synth, candidate.options)
    return cast(ImageSynthesizer, made)
