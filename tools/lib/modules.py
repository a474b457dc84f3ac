"""Read the module list of src/CMakeLists.txt: name, declared neighbours, layer order."""
import re
from pathlib import Path

_LINE = re.compile(r"^\s*ava_module\(\s*([a-z_]+)((?:\s+[a-z_]+)*)\s*\)", re.M)


def read_modules(root: Path) -> dict:
    """Return {module: [declared dependencies]} in layer order, bottom first."""
    text = re.sub(r"#.*", "", (root / "src" / "CMakeLists.txt").read_text())
    return {name: deps.split() for name, deps in _LINE.findall(text)}


def closure(modules: dict, name: str) -> set:
    """Return every module `name` reaches, without itself."""
    seen, open_list = set(), list(modules.get(name, []))
    while open_list:
        dep = open_list.pop()
        if dep not in seen:
            seen.add(dep)
            open_list.extend(modules.get(dep, []))
    return seen


def dependents(modules: dict, name: str) -> list:
    """Return `name` and every module that reaches it, bottom first."""
    return [m for m in modules if m == name or name in closure(modules, m)]
