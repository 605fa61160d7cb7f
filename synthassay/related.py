"""The related cohort of a candidate: read from its file, and what nobody looked at in it."""

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from cohort.cohort import Cohort
from cohort.findings import Finding, Severity
from cohort.readers import read_cohort
from synth.protocols import Synthesizer

_NOT_ATTACKED = Finding(
    code="related_not_assayed",
    severity=Severity.ISSUE,
    title="A related cohort was learnt from as well, and no attack was made on its persons.",
    explanation="All attacks of this run ask what the release gives away of train's persons. To know what "
    "it gives away of the related cohort's, assay it with `synthassay assay`, with that cohort as the data.",
)


def with_related(generator: Synthesizer, cohort: Cohort) -> Synthesizer:
    """A generator whose ``related`` is a file with that file's cohort, read under the schema of ``cohort``.

    Every other generator stays as it is.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    path = getattr(generator, "related", None)
    if not isinstance(path, Path):
        return generator
    found = read_cohort(path, cohort.schema, name=path.stem)
    return cast(Synthesizer, replace(cast(Any, generator), related=found))


def related_findings(generator: Synthesizer) -> tuple[Finding, ...]:
    """That a related cohort's persons were not attacked, where there is one."""
    return () if getattr(generator, "related", None) is None else (_NOT_ATTACKED,)
