"""The licence of every pinned package, as its own metadata tells it, and which are allowed.

`python -m guard.licences` writes docs/licences.md; with `--check` it only compares.
"""

import re
import sys
from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import Path

from guard.pins import ROOT, node_packages, normal, pins

PAGE = ROOT / "docs" / "licences.md"
ENVIRONMENTS = (
    ".venv-uv",
    ".venv",
    ".venv-cloud",
    ".venv-guard",
    ".venv-bench",
    ".venv-audit",
    ".build/layers",
)
HEAD = """# Licences

Of every package that is pinned, as its own metadata tells them. Made by `make licences`, compared
by `make audit`, which fails on one that is neither permissive nor accepted below. Only what is used
*in Lambda* and *in the page* is deployed.

**In Lambda, one package is not permissive: pi-heif**, which reads HEIC. Its own code is
BSD-3-Clause; its wheels bundle libheif and libde265, which are LGPL-3.0 (`LICENSES_bundled.txt` in
the wheel), so the wheels are LGPL-3.0. Both are shared libraries, linked dynamically and used
unchanged: whoever has the layer can put others in their place, and our own code stays MIT. Nobody
is given anything by deploying to an account of one's own. Who hands the built layer on must add the
texts of LGPL-3.0 and GPL-3.0 and the sources or an offer of them, for the wheel only links to both.
It brings no encoder of HEVC, no x265 and nothing under the GPL alone.

**In the page, the two fonts are OFL-1.1**: free to use, to serve and to change under another name;
not to be sold by themselves. Their notices stand in the files, which are served as they are.

"""
PERMISSIVE = re.compile(
    r"(The )?MIT\b.*|Apache\b.*|.*\bBSD\b.*|0BSD|ISC\b.*|Python Software Foundation.*|PSF-2\.0"
    r"|HPND|Zlib|The Unlicense.*|Unlicense|CC0-1\.0|CNRI-Python|BSL-1\.0|Public Domain|WTFPL",
    re.IGNORECASE,
)
# Pinned for another system, for another Python, or by a lock that is part of another one; read from
# their metadata.
NOT_INSTALLED = {
    ("colorama", "0.4.6"): "BSD-3-Clause",
    ("python-dateutil", "4.0.0"): "BSD-3-Clause",
    ("pywin32", "312"): "PSF-2.0",
    ("soupsieve", "2.10"): "MIT",
    ("tzdata", "2026.6"): "Apache-2.0",
}
TOOL = "a tool that is used unchanged and not deployed"
FONT = "a font: see above"
# Neither permissive by that list nor a problem, with the reason.
ACCEPTED = {
    "@fontsource-variable/instrument-sans": FONT,
    "@fontsource/instrument-serif": FONT,
    "axe-core": f"{TOOL}: looks for what keeps people out of the page",
    "certifi": f"{TOOL}: a list of certificates",
    "hypothesis": TOOL,
    "orjson": TOOL,
    "pathspec": TOOL,
    "pi-heif": "**not permissive**: see above",
    "pyvips-binary": f"{TOOL}: a contestant of the benchmarks",
    "tqdm": TOOL,
}


def licences() -> dict[tuple[str, str], str]:
    """Return `{(name, version): licence}` of what is installed here."""
    found = dict(NOT_INSTALLED)
    for file in metadata_files():
        headers = HeaderParser().parsestr(file.read_text(errors="replace"))
        key = (normal(headers["Name"] or ""), headers["Version"] or "")
        classifiers = [
            each.split(" :: ")[-1]
            for each in headers.get_all("Classifier", [])
            if each.startswith("License ::") and each.count("::") > 1
        ]
        first_line = (headers["License"] or "").strip().splitlines()[:1]
        written = headers["License-Expression"] or " OR ".join(classifiers) or "".join(first_line)
        found[key] = written.strip()
    return found | {(name, body["version"]): body["license"] for _, name, body in node_packages()}


def metadata_files() -> Iterator[Path]:
    for name in ENVIRONMENTS:
        yield from (ROOT / name).glob("**/*.dist-info/METADATA")


def permissive(licence: str) -> bool:
    """Tell whether one alternative of every part of an expression is."""
    return all(
        any(PERMISSIVE.fullmatch(choice.strip(" ()")) for choice in part.split(" OR "))
        for part in licence.split(" AND ")
    )


def page() -> tuple[str, list[str]]:
    """Return the page, and what is wrong: packages without an allowed licence."""
    known, rows, wrong = licences(), [], []
    for pin in pins():
        licence = known.get((pin.name, pin.version), "")
        why = "" if permissive(licence) else ACCEPTED.get(pin.name)
        if why is None:
            wrong.append(
                f"{pin.name} {pin.version}: {licence or 'no licence known, or not installed'}"
            )
        used = ", ".join(sorted(pin.used))
        rows.append(f"| {pin.name} | {pin.version} | {licence} | {used} | {why or ''} |")
    head = "| package | version | licence | used | why it is fine |\n|---|---|---|---|---|\n"
    return HEAD + head + "\n".join(rows) + "\n", wrong


def main() -> int:
    text, wrong = page()
    for each in wrong:
        print(each, file=sys.stderr)
    if wrong:
        return 1
    if "--check" not in sys.argv:
        PAGE.write_text(text)
    elif PAGE.read_text() != text:
        print(f"{PAGE} is not what is pinned: make licences", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
