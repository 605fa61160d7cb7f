import subprocess
import sys
from pathlib import Path

import dashboard

HEAVY = ("torch", "sdv", "ctgan", "sklearn", "anonymeter", "lifelines", "scipy", "synth")
ROOMS = {"cohort", "synth", "gan_images", "utility", "privacy", "synthassay", "dashboard", "configs"}
FOLDER = Path(dashboard.__file__).parent


def test_no_page_loads_an_engine():
    modules = [
        f"dashboard.{path.stem}" for path in FOLDER.glob("*.py") if path.stem not in ("__init__", "app")
    ]
    imports = "; ".join(f"import {module}" for module in modules)
    # A page draws when it is imported, so only what it imports is loaded here.
    pages = "; ".join(
        line
        for path in FOLDER.glob("views/*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith(("import ", "from "))
    )
    code = f"import sys; {imports}; {pages}; print(*(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_nothing_that_streamlit_puts_on_the_path_bears_a_known_name():
    # Streamlit puts the page's own folder first on sys.path: a file there would hide a package.
    names = {path.stem for folder in (FOLDER, FOLDER / "views") for path in folder.iterdir()}
    assert not names & ROOMS
    assert not names & set(sys.stdlib_module_names)
