"""Look at C++ without a compiler: blank out comments and strings, find functions and co_await statements.

Heuristics, good enough for a style check; line numbers always stay right.
"""
import re

_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^()\s\\]{0,16})\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'',
    re.S)
_CONTROL = re.compile(r"^(?:else\s+)?(?:if|for|while|switch|catch|do|else|try|return|co_return)\b")
_SCOPE = re.compile(r"\b(?:namespace|class|struct|union|enum)\b|\bextern\s*$")
_NAME_BEFORE_PAREN = re.compile(r"([~\w:]+|operator\s*[^\s\w(]+|operator\(\))\s*\(")


def blank(text: str) -> str:
    """Replace comments by spaces and string contents by x, keeping every newline and length."""
    def cover(match: re.Match) -> str:
        token = match.group(0)
        filler = " " if token.startswith("/") else "x"
        return "".join(c if c == "\n" else filler for c in token)
    text = _TOKEN.sub(cover, text)
    # Preprocessor lines carry unbalanced braces.
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group(0)), text, flags=re.M)


def functions(code: str):
    """Yield (name, first line, number of lines) of each outermost function body in blanked code."""
    stack, head_start = [], 0
    for at, char in enumerate(code):
        if char == ";":
            head_start = at + 1
        elif char == "{":
            head = code[head_start:at]
            stack.append(_classify(head, stack, code, head_start))
            head_start = at + 1
        elif char == "}":
            if stack:
                kind, name, begin = stack.pop()
                if kind == "function":
                    first = code.count("\n", 0, begin) + 1
                    yield name, first, code.count("\n", 0, at) + 2 - first
                elif kind == "member":
                    head_start = begin
                    continue
            head_start = at + 1


def _classify(head: str, stack: list, code: str, head_start: int):
    inside = any(kind in ("function", "inner") for kind, _, _ in stack)
    words = head.strip()
    begin = head_start + len(head) - len(head.lstrip())
    if inside:
        return ("inner", "", begin)
    # `Ctor() : a_{1}, b_{2} {`: the braces of members belong to the head of the function.
    if re.search(r"\)\s*(?:noexcept\s*)?:[^:].*[\w>]$", words, re.S):
        return ("member", "", begin)
    if "(" in words and not _CONTROL.match(words) and "=" not in words.split("(")[0].replace("operator=", ""):
        name = _NAME_BEFORE_PAREN.search(words)
        return ("function", name.group(1) if name else "?", begin)
    return ("scope", "", begin)


def awaits(code: str):
    """Yield (line, what) for each co_await whose statement also holds a lambda or a braced aggregate."""
    for match in re.finditer(r"\bco_await\b", code):
        what = _forward(code, match.end()) or _backward(code, match.start())
        if what:
            yield code.count("\n", 0, match.start()) + 1, what


def _forward(code: str, at: int):
    depth = 0
    while at < len(code):
        char = code[at]
        if char in "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth < 0:
                return None
        elif char == ";" and depth == 0:
            return None
        elif char == "[" and re.match(r"\[[^\[\]]*\]\s*[({<]", code[at:at + 200]) and not re.search(r"[\w)\]]\s*$", code[:at][-40:]):
            return "lambda"
        elif char == "{":
            return "braced aggregate"
        elif char == "}":
            return None
        at += 1
    return None


def _backward(code: str, at: int):
    depth = 0
    at -= 1
    while at >= 0:
        char = code[at]
        if char == ")":
            depth += 1
        elif char == "(":
            depth -= 1
        elif char == ";" and depth <= 0:
            return None
        elif char == "}":
            return "braced aggregate" if depth < 0 or re.match(r"\}\s*[,).]", code[at:at + 80]) else None
        elif char == "{":
            before = code[:at][-200:].rstrip()
            word = re.search(r"[\w:]+$", before)
            keyword = word and word.group(0) in ("else", "try", "do", "const", "noexcept", "override", "final", "mutable")
            arrow = re.search(r"->\s*[\w:<>,\s*&]*$", before)
            opens_value = before.endswith(("=", "(", ",", "return")) or (word and not keyword and not arrow)
            return "braced aggregate" if opens_value and not before.endswith(")") else None
        at -= 1
    return None


_TYPE = re.compile(r"(?:struct|class|enum class|enum|union) (\w+)")
_CONSTANT = re.compile(r"(?:constexpr|const|static|inline)\b.*?\b(k[A-Z]\w*)\b")
_FUNCTION = re.compile(r"[\w:<>,&*\s=.]*?[\s&*](\w+)\(")


def local_names(code: str):
    """Yield (namespace around it, name, line) of what blanked code has in anonymous namespaces, aliases left out."""
    for found in re.finditer(r"^namespace \{$", code, re.M):
        around = "::".join(re.findall(r"^namespace ([\w:]+) \{", code[:found.start()], re.M))
        first, depth = code.count("\n", 0, found.start()) + 1, 1
        for offset, line in enumerate(code[found.end():].split("\n")):
            outermost = depth == 1
            depth += line.count("{") - line.count("}")
            if depth == 0:
                break
            if not outermost or not line or not line[0].isalpha():
                continue
            if re.match(r"(?:using|template|namespace|TEST|INSTANTIATE)", line):
                continue
            name = _TYPE.match(line) or _CONSTANT.match(line) or _FUNCTION.match(line)
            if name:
                yield around, name[1], first + offset
