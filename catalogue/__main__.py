"""Bring the catalogues up to what is said today: ``python -m catalogue``.

New sentences stand empty in ``synthassay/locale/<language>/LC_MESSAGES/synthassay.po`` until somebody
translates them; those that nobody says any more are gone. With ``--check`` nothing is written.
"""

import sys

from catalogue.files import TRANSLATED, faults, update, write


def main() -> int:
    """Update and compile each catalogue; 1 where a translation is missing or wrong."""
    wrong = 0
    for language in TRANSLATED:
        if "--check" not in sys.argv[1:]:
            write(language, update(language))
        for fault in faults(language):
            sys.stderr.write(f"{language}: {fault}\n")
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
