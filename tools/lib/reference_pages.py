"""The pages of docs/reference/, each a function from its source to Markdown text. Called by tools/gen_reference."""
import json
import re
import subprocess

NOTE = "Made by `tools/gen_reference`; do not edit.\n"
METHODS = ("get", "post", "put", "patch", "delete")
BOUNDS = (("minimum", "≥"), ("maximum", "≤"), ("minLength", "length ≥"), ("maxLength", "length ≤"))


def cell(text) -> str:
    """Fit a text into a table cell."""
    return " ".join(str(text).split()).replace("|", "\\|")


# -- api.md ------------------------------------------------------------------------------------------------------------

def type_words(schema: dict) -> str:
    """Say a schema's type in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].split("/")[-1]
        return f"[{name}](#{name.lower()})"
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return " or ".join(type_words(one) for one in schema[key])
    if schema.get("type") == "array":
        return "list of " + type_words(schema.get("items", {}))
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    properties = schema.get("properties", {})
    if "items" in properties:
        items = type_words(properties["items"].get("items", {}))
        return ("page of " if "next_cursor" in properties else "items: list of ") + items
    kind = schema.get("type", "any")
    words = " or ".join(kind) if isinstance(kind, list) else kind
    bounds = [f"{sign} {schema[key]}" for key, sign in BOUNDS if key in schema]
    return words + (f" ({', '.join(bounds)})" if bounds else "")


def fields(schema: dict) -> list:
    required = set(schema.get("required", []))
    rows = ["| field | type | needed | meaning |", "|---|---|---|---|"]
    for name, one in schema.get("properties", {}).items():
        meaning = one.get("description", "")
        if "default" in one:
            meaning += f" (default `{json.dumps(one['default'], ensure_ascii=False)}`)"
        need = "yes" if name in required else ""
        rows.append(f"| `{name}` | {cell(type_words(one))} | {need} | {cell(meaning)} |")
    return rows if len(rows) > 2 else ["(no fields)"]


def body_words(content: dict) -> str:
    for media, body in content.items():
        schema = body.get("schema", {})
        return f"`{media}`" + (f": {type_words(schema)}" if schema else "")
    return ""


def operation_lines(method: str, path: str, operation: dict) -> list:
    lines = [f"### {method.upper()} {path}", "", cell(operation.get("summary", "")) + ".", ""]
    if operation.get("security") == []:
        lines.append("- needs no login")
    for one in operation.get("parameters", []):
        meaning = cell(one.get("description", ""))
        lines.append(f"- {one.get('in')} `{one.get('name')}`" + (f": {meaning}" if meaning else ""))
    if operation.get("requestBody"):
        lines.append("- body " + body_words(operation["requestBody"].get("content", {})))
    for status, answer in operation.get("responses", {}).items():
        if status != "default":
            lines.append(f"- answers {status} {body_words(answer.get('content', {}))}".rstrip())
    return lines + [""]


def api_page(document: dict) -> str:
    """One section per tag, one entry per operation, then the types."""
    lines = ["# REST API", "", NOTE, f"Version {document['info'].get('version', '')}. Every operation may answer with a",
             "[Problem](#problem) (`application/problem+json`); its slugs are in [errors.md](errors.md).", "",
             "Lists take `?limit=&cursor=` and answer `{items, next_cursor}`. Creations take an `Idempotency-Key` header.",
             "Log in with the cookie of `POST /api/v1/session` or `Authorization: Bearer TOKEN`.", ""]
    by_tag = {}
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                tag = (item[method].get("tags") or ["other"])[0]
                by_tag.setdefault(tag, []).extend(operation_lines(method, path, item[method]))
    for tag in sorted(by_tag):
        lines += [f"## {tag}", "", *by_tag[tag]]
    lines += ["## Types", ""]
    for name, schema in sorted(document.get("components", {}).get("schemas", {}).items()):
        lines += [f"### {name}", "", *fields(schema), ""]
    return "\n".join(lines)


# -- cli.md ------------------------------------------------------------------------------------------------------------

def run_ava(ava: str, words: list) -> str:
    """Output of the program, independent of this machine: no name of the program's path, no home, no settings."""
    env = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"}
    done = subprocess.run([ava, *words], capture_output=True, text=True, timeout=20, env=env, check=False)
    if done.returncode != 0:
        raise SystemExit(f"gen_reference: 'ava {' '.join(words)}' failed: {done.stderr.strip()}")
    return done.stdout.replace(ava, "ava")


def subcommands(help_text: str) -> list:
    below = re.search(r"^Subcommands:\n((?:[ \t]+.*\n?)+)", help_text, re.M | re.I)
    return re.findall(r"^ {2}(\S+)", below.group(1), re.M) if below else []


def cli_page(ava: str) -> str:
    """The help of every command, depth first."""
    lines = ["# Command line", "", NOTE,
             "Exit codes: 0 done, 1 the thing waited for failed, 2 bad usage or request, 3 not allowed, 4 not found, 5 conflict,",
             "6 too much, 7 not available now, 8 damaged data, 70 internal, 130 cancelled. `--json` prints JSON, errors too.", ""]
    open_list = [[]]
    while open_list:
        words = open_list.pop(0)
        text = run_ava(ava, words + ["--help"])
        lines += [f"## ava {' '.join(words)}".rstrip(), "", "```", text.rstrip(), "```", ""]
        open_list = [words + [name] for name in subcommands(text)] + open_list
    return "\n".join(lines)


# -- formats.md --------------------------------------------------------------------------------------------------------

def formats_page(ava: str) -> str:
    """Names and options of the training formats, from `ava data formats --json`."""
    items = json.loads(run_ava(ava, ["data", "formats", "--json"]))["items"]
    lines = ["# Training formats", "", NOTE,
             "What `ava data formats` lists and `GET /api/v1/formats` answers. Files and bytes: [../formats](../formats/sets.md).", ""]
    for one in items:
        options = fields(one["options_schema"]) if one["options_schema"].get("properties") else ["No options."]
        lines += [f"## {one['name']}: {cell(one['title'])}", "", cell(one["description"]), "", *options, ""]
    return "\n".join(lines)


# -- modules.md --------------------------------------------------------------------------------------------------------

def first_words(root, module: str) -> str:
    """The opening sentence of a module's README."""
    path = root / "src" / module / "README.md"
    if not path.exists():
        return ""
    paragraphs = [p for p in path.read_text().split("\n\n") if not p.startswith("#")]
    text = re.sub(r"^What it is: ", "", cell(paragraphs[0])) if paragraphs else ""
    for end in re.finditer(r"[.:](?= |$)", text):
        before = text[:end.start()]
        if before.count("(") == before.count(")"):
            return before
    return text


def modules_page(root) -> str:
    """The layers of src/CMakeLists.txt, bottom to top, with the libraries of each."""
    lines = ["# Modules", "", NOTE,
             "Bottom to top, from `src/CMakeLists.txt`: a module uses only what its row names, and that is above it in the table.",
             "`tools/check_layers` proves it.", ""]
    libraries = {}
    text = (root / "src" / "CMakeLists.txt").read_text()
    for name, found in re.findall(r"^ava_uses\((\w+) ([^)]+)\)", text, re.M):
        libraries.setdefault(name, []).extend(re.sub(r"PkgConfig::|::\w+$", "", one) for one in found.split())
    open_table = False
    for line in text.splitlines():
        module = re.match(r"ava_module\((\w+)\s*([^)]*)\)", line)
        if line.startswith("# ") and not line.startswith(("# Modules", "# The lines")):
            lines += ([""] if open_table else []) + [f"## {line[2:]}", "",
                                                     "| module | what it is | uses | libraries |", "|---|---|---|---|"]
            open_table = True
        elif module:
            name, uses = module.group(1), ", ".join(module.group(2).split())
            lines.append(f"| [{name}](../../src/{name}) | {first_words(root, name)} | {uses} | "
                         f"{', '.join(dict.fromkeys(libraries.get(name, [])))} |")
    return "\n".join(lines + [""])
