"""Bring the files of translations up to date with the source, and compile them.

    python scripts/translations.py [--check]

`digitapp/translations/digitapp_XX.ts` is what a translator edits, with `pyside6-linguist` or another editor; the `.qm`
beside it is what the window loads. A new language begins as an empty file, `touch digitapp_zh_CN.ts`, and this script.
English stands in the source, and its file holds the plural forms alone; those of "%n unit(s)" are filled in here.
With --check nothing is written, and the exit code is 1 where anything is out of date or not translated.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SOURCES = REPOSITORY / "digitapp"
TRANSLATIONS = REPOSITORY / "digitapp" / "translations"
ENGLISH = "digitapp_en.ts"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, say what is out of date")
    check: bool = parser.parse_args().check
    troubles = []
    with tempfile.TemporaryDirectory() as scratch:
        for path in sorted(TRANSLATIONS.glob("*.ts")):
            copy = Path(scratch) / path.name
            shutil.copy(path, copy)
            compiled = update(copy)
            troubles += [f"{path.name}: not translated: {text}" for text in untranslated(copy)]
            for new, old in ((copy, path), (compiled, path.with_suffix(".qm"))):
                if check and not (old.is_file() and old.read_bytes() == new.read_bytes()):
                    troubles.append(f"{old.name} is out of date: python scripts/translations.py")
                elif not check:
                    shutil.copy(new, old)
    for trouble in troubles:
        print(trouble)
    return 1 if troubles else 0


def update(path: Path) -> Path:
    """Take the source's texts into a .ts file, compile it, and return the path of the .qm beside it."""
    english = path.name == ENGLISH
    if not path.read_bytes().strip():
        path.unlink()  # lupdate makes a new one, but does not read an empty one
    sources = sorted(map(str, SOURCES.rglob("*.py")))
    collect = ["-silent", "-no-obsolete", "-locations", "none", "-sort-messages", *(["-pluralonly"] if english else [])]
    language = ["-source-language", "en", "-target-language", path.stem.removeprefix("digitapp_")]
    run("pyside6-lupdate", *collect, *language, *sources, "-ts", str(path))
    if english and fill_in_plurals(path):
        run("pyside6-lupdate", *collect, *language, *sources, "-ts", str(path))  # in its own notation again
    compiled = path.with_suffix(".qm")
    run("pyside6-lrelease", "-silent", "-nounfinished", str(path), "-qm", str(compiled))
    return compiled


def run(tool: str, *arguments: str) -> None:
    program = shutil.which(tool, path=str(Path(sys.executable).parent)) or tool
    subprocess.run([program, *arguments], check=True)


def fill_in_plurals(path: Path) -> bool:
    """Give "%n unit(s)" the forms "%n unit" and "%n units", and return whether there was anything to do."""
    tree = ElementTree.parse(path)
    filled = False
    for message in tree.iter("message"):
        source, translation = message.findtext("source", ""), message.find("translation")
        if translation is None or translation.get("type") != "unfinished" or "(s)" not in source:
            continue
        forms = translation.findall("numerusform")
        for form, ending in zip(forms, ("", "s"), strict=True):
            form.text = source.replace("(s)", ending)
        del translation.attrib["type"]
        filled = True
    if filled:
        tree.write(path, encoding="utf-8", xml_declaration=True)
    return filled


def untranslated(path: Path) -> list[str]:
    """Return the texts of a .ts file that have no translation yet."""
    messages = ElementTree.parse(path).iter("message")
    return [
        message.findtext("source", "")
        for message in messages
        if (translation := message.find("translation")) is None or translation.get("type") == "unfinished"
    ]


if __name__ == "__main__":
    sys.exit(main())
