"""Population uniques from a sample and its fraction: Zayatz, Pitman, slide negative binomial, Dankar's rule.

Each function returns how many persons of the *population* nobody resembles, or None where the model
does not fit the sample. The share of them who are in a simple random sample is its fraction.
"""

from collections.abc import Callable

import numpy as np
from scipy.optimize import root
from scipy.special import digamma, gammaln, hyp2f1
from scipy.stats import hypergeom

from privacy.linkage.spectrum import Floats, Spectrum

Estimator = Callable[[Spectrum, float], float | None]

_SMALL_FRACTION = 0.1
_POPULATION_OFF = 0.05
_STARTS = ((0.2, 0.2), (1.0, 0.5), (0.05, 0.05), (3.0, 0.9), (0.5, 0.05), (0.02, 0.01))


def zayatz(spectrum: Spectrum, fraction: float) -> float | None:
    """Zayatz 1991 (US Census Bureau, SRD Research Report 91/08): the population's sizes are the sample's.

    By Bayes' rule the chance that a sample unique is a population unique, were the population's
    classes spread over sizes as the sample's.

    Parameters
    ----------
    spectrum : Spectrum
        Of the sample.
    fraction : float, in (0, 1]
        Of the population that is in the sample.
    """
    persons = round(spectrum.persons)
    population = max(round(persons / fraction), persons)
    one = hypergeom.pmf(1, population, spectrum.sizes, persons)
    among = float(spectrum.classes @ one)
    uniques = spectrum.of_size(1)
    return uniques * uniques * (persons / population) / among / fraction if uniques else 0.0


def pitman(spectrum: Spectrum, fraction: float) -> float | None:
    """Pitman's sampling formula by maximum likelihood (Hoshino 2001, Journal of Official Statistics 17:499).

    The parameters of `zayatz`.
    """
    if not spectrum.of_size(1):
        return 0.0
    with np.errstate(all="ignore"):
        found = root(lambda x: _pitman_score(spectrum, x), _pitman_start(spectrum), tol=1e-12)
    theta, alpha = (float(each) for each in found.x)
    if not found.success or not 0 < alpha < 1 or theta <= -alpha:
        return None
    population = spectrum.persons / fraction
    return float(np.exp(gammaln(theta + 1) - gammaln(theta + alpha) + alpha * np.log(population)))


def _pitman_score(spectrum: Spectrum, parameters: Floats) -> Floats:
    theta, alpha = parameters
    persons, total = spectrum.persons, spectrum.total
    inverse = (digamma(total + theta / alpha) - digamma(1 + theta / alpha)) / alpha
    within = spectrum.classes @ (digamma(spectrum.sizes - alpha) - digamma(1 - alpha))
    by_theta = inverse - (digamma(persons + theta) - digamma(1 + theta))
    return np.array([by_theta, (total - 1 - theta * inverse) / alpha - within])


def _pitman_start(spectrum: Spectrum) -> Floats:
    """Hoshino's moment estimates."""
    n, u, c1 = spectrum.persons, spectrum.total, spectrum.of_size(1)
    c = c1 * (c1 - 1) / max(spectrum.of_size(2), 1.0)
    divisor = 2 * c1 * u + c1 * c - n * c
    theta = (n * u * c - c1 * (n - 1) * (2 * u + c)) / divisor if divisor else 1.0
    return np.array([theta, (theta * (c1 - n) + (n - 1) * c1) / (n * u)])


def slide_negative_binomial(spectrum: Spectrum, fraction: float) -> float | None:
    """Sizes less one are negative binomial.

    Chen and Keller-McNulty 1998, Journal of Official Statistics 14:79. Fitted to the sample's
    classes of one and of two persons; the number of the population's classes is Shlosser's,
    modified (Haas and Stokes 1998, doi:10.1080/01621459.1998.10473807). None too where the
    population that it describes is not as large as the known one, to 5 %.

    The parameters of `zayatz`.
    """
    if not spectrum.of_size(1):
        return 0.0
    if not spectrum.of_size(2) or fraction >= 1:
        return None
    classes = _shlosser(spectrum, fraction)
    target = np.array([spectrum.of_size(1), spectrum.of_size(2)])
    for start in _STARTS:
        guess = np.array([np.log(start[0]), np.log(start[1] / (1 - start[1]))])
        with np.errstate(all="ignore"):
            found = root(lambda x: _snb_classes(x, classes, fraction) / target - 1, guess)
        alpha, beta = _snb_parameters(found.x)
        if found.success and np.abs(found.fun).max() < 1e-6:
            implied = classes * (1 + alpha * (1 - beta) / beta) * fraction / spectrum.persons
            return classes * beta**alpha if abs(implied - 1) <= _POPULATION_OFF else None
    return None


def _shlosser(spectrum: Spectrum, fraction: float) -> float:
    sizes, classes, missed = spectrum.sizes, spectrum.classes, 1 - fraction
    first = (sizes * fraction**2 * (1 - fraction**2) ** (sizes - 1)) @ classes
    second = (missed**sizes * ((1 + fraction) ** sizes - 1)) @ classes
    third = missed**sizes @ classes / ((sizes * fraction * missed ** (sizes - 1)) @ classes)
    return float(spectrum.total + spectrum.of_size(1) * first / second * third**2)


def _snb_parameters(x: Floats) -> tuple[float, float]:
    """A positive and a proper fraction from two unbounded numbers."""
    with np.errstate(over="ignore"):
        return float(np.exp(x[0])), float(1 / (1 + np.exp(-x[1])))


def _snb_classes(x: Floats, classes: float, fraction: float) -> Floats:
    """Expected classes of one and of two in the sample."""
    alpha, beta = _snb_parameters(x)
    lost = (1 - fraction) * (1 - beta)
    none = (beta / (1 - lost)) ** alpha
    one = classes * fraction * none * (alpha * lost / (1 - lost) + 1)
    two = classes * fraction**2 * alpha * (1 - beta) * none * (2 - (1 - alpha) * lost) / (2 * (1 - lost) ** 2)
    return np.array([one, two])


def benedetti_franconi(spectrum: Spectrum, fraction: float) -> float | None:  # noqa: ARG001 - as the others
    """Persons unseen in a class are negative binomial with its size (doi:10.1007/978-3-540-25955-8_20).

    Then a sample unique is a population unique with the probability ``fraction``: all classes are
    taken to be sampled at it, as in sdcMicro without weights. The parameters of `zayatz`.
    """
    return spectrum.of_size(1)  # of which `fraction` are sampled and unique


def posterior_risk(sizes: Floats, fraction: float) -> Floats:
    """Individual risk as in sdcMicro, E[1/F | f], exact, for classes of ``sizes`` sampled at ``fraction``.

    Parameters
    ----------
    sizes : ndarray, (classes,)
        Persons of the class in the sample, f.
    fraction : float, in (0, 1]
        f by the estimated persons of the class in the population.
    """
    return np.asarray(fraction / sizes * hyp2f1(1, 1, sizes + 1, 1 - fraction))


def dankar(spectrum: Spectrum, fraction: float) -> tuple[str, float | None]:
    """Which model Dankar and others 2012 (doi:10.1186/1472-6947-12-66) choose, as in ARX, and what it finds.

    To a fraction of 0.1 Pitman's, and Zayatz's where that does not fit; above, the smaller of the
    slide negative binomial and Zayatz's. The parameters of `zayatz`.
    """
    if fraction <= _SMALL_FRACTION:
        found = pitman(spectrum, fraction)
        return ("pitman", found) if found is not None else ("zayatz", zayatz(spectrum, fraction))
    bound, found = zayatz(spectrum, fraction), slide_negative_binomial(spectrum, fraction)
    if found is None or bound is None or bound < found:
        return "zayatz", bound
    return "snb", found


MODELS: dict[str, Estimator] = {
    "zayatz": zayatz,
    "pitman": pitman,
    "snb": slide_negative_binomial,
    "benedetti_franconi": benedetti_franconi,
}
