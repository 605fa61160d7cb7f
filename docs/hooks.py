"""Pages that stand beside the code become pages of the site; and the site fetches nothing."""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

_ROOT = Path(__file__).parents[1]
BESIDE_THE_CODE = ("CONTRIBUTING", "SECURITY", "CHANGELOG")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages."""
    for name in BESIDE_THE_CODE:
        text = (_ROOT / f"{name}.md").read_text(encoding="utf-8")
        files.append(File.generated(config, f"{name.lower()}.md", content=_as_seen_from_docs(text)))
    return files


def on_post_build(config: MkDocsConfig) -> None:
    """Leave out what only the theme's developers need, and refuse a site that would fetch something."""
    site = Path(config.site_dir)
    for path in site.rglob("*.map"):
        path.unlink()
    asking = r'<(?:script|img|iframe)[^>]* src="?https?:|<link[^>]* rel="?stylesheet[^>]* href="?https?:'
    found = [
        page.name for page in site.rglob("*.html") if re.search(asking, page.read_text(encoding="utf-8"))
    ]
    if found:
        raise PluginError(f"These pages ask another machine for something: {', '.join(found)}.")


def _as_seen_from_docs(text: str) -> str:
    """Links into ``docs/`` and between these pages as they are there; others stay as code."""
    names = "|".join(BESIDE_THE_CODE)
    text = re.sub(r"\]\(docs/", "](", text)
    text = re.sub(rf"\]\(({names})\.md", lambda found: f"]({found[1].lower()}.md", text)
    return re.sub(r"\[([^\]]+)\]\((?:[\w.-]+/)+[\w.-]+\.(?:py|yaml|toml)\)", r"\1", text)
