"""Find every error slug in the C++ sources, and the sentence of each in the web's two catalogues."""
import re
from pathlib import Path

NOTE = "Made by `tools/gen_reference`; do not edit.\n"
# code -> (HTTP status, exit code of the command line, tried again)
CODES = {
    "kInvalidArgument": ("400", "2", ""), "kUnauthenticated": ("401", "3", ""), "kPermissionDenied": ("403", "3", ""),
    "kNotFound": ("404", "4", ""), "kConflict": ("409", "5", ""), "kResourceExhausted": ("429", "6", "with delay"),
    "kUnavailable": ("503", "7", "yes"), "kDeadlineExceeded": ("504", "7", "yes"), "kCorrupt": ("422", "8", ""),
    "kCancelled": ("-", "130", ""), "kInternal": ("500", "70", ""),
}
DOTTED = r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*"
MADE = re.compile(r'ErrorCode::(k[A-Za-z]+)\s*,\s*"(' + DOTTED + r')"')
LITERAL = re.compile(r'"(' + DOTTED + r')"')
# A reason on a job, a line of rejects.jsonl: no ErrorCode beside it.
BARE = re.compile(r'\b(?:refuse|reject_line|list_left_out|leave_out|warn|note)\((?:[^"()]*,\s*)?"([a-z]+(?:_[a-z0-9]+)+)"')
BARE_FIELD = re.compile(r'\.slug = "([a-z]+(?:_[a-z0-9]+)+)"')
NOT_SLUGS = re.compile(r"\.(?:cpp|hpp|json|jsonl|lst|csv|txt|xml|yaml|mdb|ini|db|log|lock|sock|id|name|detail|hint|slug|role|owner|peak|events|complete|"
                       r"done|total|max_usage_in_bytes|oom_control|binaryproto|unpack)$")


def sources(root: Path) -> list:
    return [path for folder in ("src", "apps") for path in sorted((root / folder).rglob("*.?pp"))
            if not path.stem.endswith(("_test", "_bench", "testing")) and path.stem != "testing"]


def find_slugs(root: Path) -> dict:
    """Return {slug: {"codes": set, "files": set}}. A literal counts when its noun is one that errors are made of."""
    texts = {str(path.relative_to(root)): path.read_text() for path in sources(root)}
    found = {}

    def add(slug, name, code=None):
        one = found.setdefault(slug, {"codes": set(), "files": set()})
        one["files"].add(name)
        if code:
            one["codes"].add(code)

    for name, text in texts.items():
        for match in MADE.finditer(text):
            add(match.group(2), name, match.group(1))
    nouns = {slug.split(".")[0] for slug in found} | {"exit", "wait", "entry", "sample", "set", "labels"}
    kinds = {"dataset.import", "dataset.adopt", "dataset.copy", "dataset.format", "dataset.preprocess", "dataset.verify"}
    for name, text in texts.items():
        if name.endswith(".hpp"):
            continue  # comments name slugs, sources make them
        for match in LITERAL.finditer(text):
            slug = match.group(1)
            if slug.split(".")[0] in nouns and not NOT_SLUGS.search(slug) and slug not in kinds:
                add(slug, name)
        for match in [*BARE.finditer(text), *BARE_FIELD.finditer(text)]:
            add(match.group(1), name)
    return found


def catalogue(path: Path) -> dict:
    """Read the `slug` tree of a web catalogue: {"user.bad_name": "sentence"}; undotted slugs keep their bare name."""
    if not path.exists():
        return {}
    lines = iter(path.read_text().splitlines())
    for line in lines:
        if re.match(r"\s*slug: \{|export const inside = \{", line):
            break
    noun, words = "", {}
    for line in lines:
        if opened := re.match(r"\s*([\w]+): \{\s*$", line):
            noun = opened.group(1)
        elif re.match(r"\s*\},?;?\s*$", line):
            if not noun:
                break
            noun = ""
        elif said := re.match(r'\s*([\w]+):\s*"((?:[^"\\]|\\.)*)"', line):
            words[f"{noun}.{said.group(1)}" if noun else said.group(1)] = said.group(2).replace('\\"', '"')
    inside = path.with_name("errors-inside.ts")  # the second half of the tree
    return {**words, **catalogue(inside)} if path != inside else words


def where(one: dict) -> str:
    return ", ".join(sorted({name.removeprefix("src/") for name in one["files"]}))


def rows(found: dict, en: dict, zh: dict) -> list:
    lines = ["| slug | HTTP | made in | English | 中文 |", "|---|---|---|---|---|"]
    for slug, one in sorted(found.items()):
        http = " / ".join(sorted({CODES[code][0] for code in one["codes"]})) or "-"
        said = [text.replace("|", "\\|") for text in (en.get(slug, ""), zh.get(slug, ""))]
        lines.append(f"| `{slug}` | {http} | {where(one)} | {said[0]} | {said[1]} |")
    return lines


def errors_page(root: Path) -> str:
    found = find_slugs(root)
    en, zh = (catalogue(root / "web/src/i18n" / language / "errors.ts") for language in ("en", "zh-cn"))
    dotted = {slug: one for slug, one in found.items() if "." in slug}
    errors = {slug: one for slug, one in dotted.items() if one["codes"]}
    reasons = {slug: one for slug, one in dotted.items() if not one["codes"]}
    bare = {slug: one for slug, one in found.items() if "." not in slug}
    lines = ["# Errors by slug", "", NOTE,
             "A slug is stable: programs test it, catalogues translate it (`web/src/i18n/*/errors.ts`). The server adds its own detail",
             "and, where there is one, a hint; a slug without a sentence here is shown with those. What to do about the common ones:",
             "[../operations/troubleshooting.md](../operations/troubleshooting.md).", "", "## Codes", "",
             "| code | HTTP | exit code | tried again |", "|---|---|---|---|"]
    lines += [f"| `{code}` | {http} | {leave} | {again} |" for code, (http, leave, again) in CODES.items()]
    lines += ["", f"## Errors ({len(errors)})", "", *rows(errors, en, zh), "", f"## Reasons and findings ({len(reasons)})", "",
              "On jobs, trainings, archives and reports of `verify`; also errors whose code is chosen at run time.", "",
              *rows(reasons, en, zh), "", f"## Words of `rejects.jsonl` and warnings of lists ({len(bare)})", "",
              "Each line of `rejects.jsonl` and each warning of `ava data check` carries its own detail.", "",
              "| word | made in |", "|---|---|",
              *(f"| `{slug}` | {where(one)} |" for slug, one in sorted(bare.items())), ""]
    return "\n".join(lines)
