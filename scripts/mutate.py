"""Change the code in one place at a time, and list the changes that no test notices.

    python scripts/mutate.py src/glassline/head tests/unit/head [most]

For each of at most `most` places (default 250), spread evenly over the files, a copy
of the tree gets one change (a comparison, a sign, a constant, a condition or a result)
and its tests run until one fails. What survives is printed: a missing test, or code
that does not matter.
"""

from __future__ import annotations

import ast
import copy
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

SECONDS = 120  # a mutant that runs longer has lost its way: it counts as noticed
OTHER = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Pow: ast.Mult, ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


def mutated(node: ast.AST) -> ast.AST | None:
    """Return the node with its one change, or None where there is nothing to change."""
    new = copy.deepcopy(node)
    match new:
        case ast.Compare(ops=[operator, *rest]) if type(operator) in OTHER:
            new.ops = [OTHER[type(operator)](), *rest]
        case ast.BinOp() | ast.AugAssign() | ast.BoolOp() if type(new.op) in OTHER:
            new.op = OTHER[type(new.op)]()
        case ast.UnaryOp(operand=operand):
            return operand
        case ast.Constant(value=bool(value)):
            new.value = not value
        case ast.Constant(value=int(value) | float(value)):
            new.value = value * 2 if isinstance(value, float) and value else value + 1
        case ast.If() | ast.While() | ast.IfExp():
            new.test = ast.UnaryOp(ast.Not(), new.test)
        case ast.Return(value=ast.expr()):
            new.value = ast.Constant(None)
        case _:
            return None
    return new


def places(parent: ast.AST) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Yield where each node that can change hangs: its parent, field and index.

    Annotations never run, so they are left out.
    """
    for field, value in ast.iter_fields(parent):
        if field in ("annotation", "returns"):
            continue
        for index, node in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(node, ast.AST):
                if mutated(node) is not None:
                    yield parent, field, index if isinstance(value, list) else None
                yield from places(node)


def mutants(source: str) -> list[tuple[str, str]]:
    """Return each change in words, and the whole file with it."""
    found = []
    for number in range(sum(1 for _ in places(ast.parse(source)))):
        tree = ast.parse(source)
        parent, field, index = list(places(tree))[number]
        old = getattr(parent, field) if index is None else getattr(parent, field)[index]
        new = mutated(old)
        if index is None:
            setattr(parent, field, new)
        else:
            getattr(parent, field)[index] = new
        said = [ast.unparse(node).split("\n")[0] for node in (old, new) if node]
        text = ast.unparse(ast.fix_missing_locations(tree))
        found.append((f"{old.lineno}: {said[0]}  ->  {said[-1]}", text))
    return found


def notices(folder: Path, module: Path, tests: str) -> bool:
    """Say whether a test fails on the tree in `folder`: first those of this module."""
    own = Path(tests) / f"test_{module.stem}.py"
    files = sorted(Path(tests).glob("test_*.py"), key=lambda path: path != own)
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-m", "not soak"]
    settings = {**os.environ, "PYTHONPATH": str(folder / "src")}
    try:
        done = subprocess.run(
            [*command, "-p", "no:cacheprovider", *map(str, files)],
            cwd=folder,
            env=settings,
            capture_output=True,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def main() -> None:
    """Try the changes one by one, and print those that survive."""
    source, tests = Path(sys.argv[1]), sys.argv[2]
    most = int(sys.argv[3]) if len(sys.argv) > 3 else 250
    every = [
        (path, *mutant)
        for path in sorted(source.rglob("*.py"))
        for mutant in mutants(path.read_text())
    ]
    step = max(1, -(-len(every) // most))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("src", "tests", "pyproject.toml"):
            copier = shutil.copytree if Path(part).is_dir() else shutil.copy
            copier(part, folder / part)
        if notices(folder, source, tests):
            sys.exit("The tests fail before anything is changed.")
        tried, survived = every[::step], 0
        for path, said, text in tried:
            (folder / path).write_text(text)
            if not notices(folder, path, tests):
                survived += 1
                sys.stdout.write(f"{path}:{said}\n")
                sys.stdout.flush()
            shutil.copy(path, folder / path)
    sys.stdout.write(f"{len(tried) - survived} of {len(tried)} changes noticed\n")


if __name__ == "__main__":
    main()
