"""The sentences that engines write into records, read off their source: nobody types them twice.

Evidence is stored in English by rooms that know nothing of languages, and translated when it is shown
(`synthassay.retelling`). Here each string of a module that writes records becomes a sentence of the
catalogue; an f-string becomes one with a ``{placeholder}`` for each of its values.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

RECORDS = (
    "cohort/guess.py",
    "cohort/recognise.py",
    "cohort/screen.py",
    "privacy/assay.py",
    "privacy/attacks/*.py",
    "privacy/dp/audit.py",
    "privacy/dp/words.py",
    "privacy/images/*.py",
    "privacy/linkage/counts.py",
    "privacy/linkage/population.py",
    "privacy/linkage/special.py",
    "privacy/linkage/subsets.py",
    "privacy/remarks.py",
    "privacy/roc.py",
    "privacy/targeted.py",
    "synthassay/augment/plan.py",
    "synthassay/augment/minter.py",
    "synthassay/augment/run.py",
    "synthassay/auto.py",
    "synthassay/choice.py",
    "synthassay/coarser.py",
    "synthassay/dp/candidate.py",
    "synthassay/dp/gauge.py",
    "synthassay/evaluate.py",
    "synthassay/images/augment.py",
    "synthassay/images/evaluate.py",
    "synthassay/images/helped.py",
    "synthassay/images/load.py",
    "synthassay/images/tasks.py",
    "synthassay/ledger/attempts.py",
    "synthassay/ledger/records.py",
    "synthassay/ledger/seal.py",
    "synthassay/policy.py",
    "synthassay/prospects.py",
    "synthassay/public.py",
    "synthassay/quantities.py",
    "synthassay/rare.py",
    "synthassay/related.py",
    "synthassay/risk/crossing.py",
    "synthassay/risk/look.py",
    "synthassay/risk/mending.py",
    "synthassay/risk/whatif.py",
    "synthassay/runs.py",
    "synthassay/store.py",
    "synthassay/verdicts.py",
    "utility/*.py",
    "utility/images/*.py",
)
"""Where sentences are made that end in a record."""

_PROSE = re.compile(r"[A-Za-z]{2,}[^A-Za-z{]* [^A-Za-z{]*[A-Za-z{]|\} [A-Za-z]{2,}")
_TYPE = re.compile(r" \| |\w\[")
_REFUSALS = ("Problem", "ConfigError", "InputError", "cast")
_SAID = ("say", "say_count", "to_say")


def engine_sentences(root: Path) -> Iterator[tuple[str, str]]:
    """Each sentence of the engines, with its file and line."""
    for pattern in RECORDS:
        for path in sorted(root.glob(pattern)):
            where = path.relative_to(root).as_posix()
            for line, sentence in _strings(ast.parse(path.read_text(encoding="utf-8"))):
                if _is_prose(sentence):
                    yield sentence, f"{where}:{line}"


def _strings(node: ast.AST) -> Iterator[tuple[int, str]]:
    for child in ast.iter_child_nodes(node):
        if _is_no_record(child):
            continue
        sentence = template(child)
        if sentence is None:
            yield from _strings(child)
        elif isinstance(child, ast.expr):
            yield child.lineno, sentence


def _is_prose(sentence: str) -> bool:
    parts = list(Formatter().parse(sentence))
    letters = sum(len(re.findall(r"[A-Za-z]", literal)) for literal, *_ in parts)
    fewest = 2 + sum(name is not None for _, name, *_ in parts)
    return letters >= fewest and bool(_PROSE.search(sentence)) and not _TYPE.search(sentence)


def _is_no_record(node: ast.AST) -> bool:
    """Docstrings, what is said already, and what refuses an input: errors are told in English."""
    match node:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Call():
            return _called(node) in (*_REFUSALS, *_SAID)
        case ast.FunctionDef(returns=ast.expr() as returned):
            return "Problem" in ast.unparse(returned)
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name == "remedy"
    return False


def template(node: ast.AST) -> str | None:
    """A string as the catalogue holds it, with a name in braces for each value; None of anything else."""
    if isinstance(node, ast.Constant):
        return _plain(node.value) if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return _formatted(node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = template(node.left), template(node.right)
        return None if left is None or right is None else left + right
    return None


def _plain(text: str) -> str:
    """Braces of a string that `str.format` fills stay; those of any other are doubled."""
    try:
        names = [name for _, name, spec, _ in Formatter().parse(text) if name is not None and not spec]
        is_filled = bool(names) and all(name.isidentifier() for name in names)
    except ValueError:
        is_filled = False
    return text if is_filled else _doubled(text)


def _formatted(node: ast.JoinedStr) -> str:
    seen: dict[str, int] = {}
    told = ""
    for part in node.values:
        if isinstance(part, ast.Constant):
            told += _doubled(str(part.value))
        elif isinstance(part, ast.FormattedValue):
            name = _name(part.value)
            seen[name] = seen.get(name, 0) + 1
            told += f"{{{name if seen[name] == 1 else f'{name}_{seen[name]}'}}}"
    return told


def _name(value: ast.expr) -> str:
    """What to call a value in a sentence: as the code calls it, where it does."""
    if isinstance(value, ast.Call):
        return _name(value.args[0]) if value.args else _called(value)
    if isinstance(value, ast.Subscript):
        key = value.slice
        return (
            key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else _name(value.value)
        )
    if isinstance(value, ast.BinOp):
        return _name(value.right if isinstance(value.left, ast.Constant) else value.left)
    found = value.attr if isinstance(value, ast.Attribute) else getattr(value, "id", "value")
    return str(found).strip("_").lower() or "value"


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def _doubled(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
