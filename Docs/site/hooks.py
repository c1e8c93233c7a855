"""What MkDocs is told beyond the files of Docs/: README as first page, files from elsewhere, and pages made from the code.

Links in README and Docs/ are those of the repository, so that they work on GitHub; here they become links of the site.
"""

import posixpath
import re
import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
# File of the repository -> page of the site; pictures and the files of Docs/ are taken as they lie.
PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "Resources/Models/README.md": "Resources/Models/README.md",
    "Resources/Sample/README.md": "Resources/Sample/README.md",
}
_LINK = re.compile(r"(?P<open>\]\(|(?:src|href)=\")(?P<to>[^)\"\s#]+)(?P<rest>[^)\"]*[)\"])")


def on_startup(command: str, dirty: bool) -> None:
    """The code that pages are made from is found (MkDocs puts sys.path back after it has read this file)."""
    sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what does not lie in Docs/."""
    import reference

    for picture in sorted((ROOT / "Resources" / "Screenshots").glob("*.png")):
        name = picture.relative_to(ROOT).as_posix()
        files.append(File.generated(config, name, abs_src_path=str(picture)))
    for source, page in PAGES.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text(encoding="utf-8")))
    for page, make in reference.PAGES.items():
        files.append(File.generated(config, page, content=make()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links of the repository become links of the site; to what the site does not hold, links to the repository."""
    here = page.file.src_uri
    source = next((path for path, name in PAGES.items() if name == here), f"Docs/{here}")

    def linked(match: re.Match[str]) -> str:
        to = match["to"]
        if ":" in to or to.startswith(("/", "#", "{")):
            return match[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), to))
        if not (ROOT / path).exists():
            return match[0]  # a page made from the code, or a mistake that MkDocs reports
        at = PAGES.get(path) or path.removeprefix("Docs/")
        if files.get_file_from_path(at) is None:
            return f"{match['open']}{config.repo_url.rstrip('/')}/blob/main/{path}{match['rest']}"
        return f"{match['open']}{posixpath.relpath(at, posixpath.dirname(here) or '.')}{match['rest']}"

    parts = re.split(r"(^```.*?^```$)", markdown, flags=re.MULTILINE | re.DOTALL)
    return "".join(part if part.startswith("```") else _LINK.sub(linked, part) for part in parts)
