#!/usr/bin/env python3
"""Writes which operators PyTorch's ONNX exporter lowers, as its own registry says:  scripts/exporter_table.py OUT

Run it with the Python whose torch is to be asked; OUT is data/onnx_exporter/pytorch-VERSION.txt. One line an operator,
fields divided by tabs:
  name       without the trailing `_` of in-place forms
  standing   changes from opset to opset: `7-` none, `10+` lowered, `10?` lowered but for some cases that it refuses,
             `9!` registered only to refuse
  refusals   the exporter's own words, at the newest opset that has any, divided by ` | `
  overloads  those that the lowering does not take, or always refuses, with the opsets: `dim_max@9..17`
  conditions what it refuses by what arguments are, as exporter_refusals.py finds: `2.weight=None&3.bias=None@17..17`
Also registered are names that no operator has; they do no harm.
"""
import ast
import functools
import inspect
import sys
import textwrap
import warnings

warnings.simplefilter("ignore")
import torch
import torch.onnx
import torch.onnx.utils
from torch.onnx import _constants
from torch.onnx._internal import registration

import exporter_refusals
from exporter_refusals import REFUSALS, innermost

OLDEST, NEWEST = _constants.ONNX_MIN_OPSET, getattr(
    _constants, "ONNX_TORCHSCRIPT_EXPORTER_MAX_OPSET", _constants.ONNX_MAX_OPSET)


def words(node):
    """The literal text of a string expression; what is computed becomes `...`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(words(part) if isinstance(part, ast.Constant) else "..." for part in node.values)
    if isinstance(node, ast.BinOp):
        return words(node.left) + words(node.right)
    return ""


@functools.lru_cache(None)
def refusals(function):
    """(always refuses, reasons) of a symbolic function."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(innermost(function))))
    except (OSError, SyntaxError, TypeError):
        return False, ()
    body = next((n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.Lambda))), None)
    calls = [n for n in ast.walk(tree)
             if isinstance(n, ast.Call) and getattr(n.func, "attr", getattr(n.func, "id", "")) in REFUSALS]
    raises = [n.exc for n in ast.walk(tree) if isinstance(n, ast.Raise) and isinstance(n.exc, ast.Call)]
    reasons = []
    for call in calls:
        texts = [t for t in map(words, call.args) if t]
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if name == "_onnx_opset_unsupported":
            numbers = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, int)]
            texts = ["supported from opset %d" % numbers[-1]] if numbers else texts
        reasons.append(" ".join(texts[1:] if len(texts) > 1 else texts))
    reasons += [words(e.args[0]) for e in raises if e.args]
    reasons = tuple(dict.fromkeys(" ".join(r.split()) for r in reasons if r.strip()))
    always = False
    if isinstance(body, ast.FunctionDef):
        statements = [s for s in body.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
        always = len(statements) == 1 and isinstance(statements[0], (ast.Return, ast.Expr, ast.Raise)) and any(
            c in ast.walk(statements[0]) for c in calls)
    return always, reasons if calls or raises else ()


def takes(function, count):
    """Whether the lowering can be called with so many arguments after the graph."""
    if isinstance(function, functools.partial):
        return True
    try:
        inspect.signature(innermost(function)).bind(None, *[None] * count)
    except TypeError:
        return False
    except ValueError:
        pass
    return True


def standing(group, opset):
    function = group.get(opset)
    if function is None:
        return "-"
    always, reasons = refusals(function)
    return "!" if always else "?" if reasons else "+"


def spans(opsets):
    opsets = sorted(opsets)
    return "%d..%d" % (opsets[0], opsets[-1]) if opsets else ""


def refused(group, opset, schema):
    """The conditions of one overload; an empty one: always."""
    found = {exporter_refusals.named(path, schema)
             for path in exporter_refusals.refusals(group.get(opset), opset, len(schema.arguments))}
    return found - {None}


def main():
    registry = registration.registry
    schemas = {}
    for schema in torch._C._jit_get_all_schemas():
        schemas.setdefault(schema.name, []).append(schema)
    opsets = range(OLDEST, NEWEST + 1)
    version = torch.__version__.split("+")[0]
    lines = ["# PyTorch %s, TorchScript-based ONNX exporter, opsets %d to %d; written by scripts/exporter_table.py" %
             (version, OLDEST, NEWEST)]
    for name in sorted(registry.all_functions()):
        group = registry.get_function_group(name)
        by_opset = {o: standing(group, o) for o in opsets}
        changes = [str(o) + by_opset[o] for o in opsets if o == OLDEST or by_opset[o] != by_opset[o - 1]]
        reasons = ()
        for opset in opsets:
            if by_opset[opset] in "?!":
                reasons = refusals(group.get(opset))[1]
        wrong, conditions = [], {}
        for schema in schemas.get(name, []) if name.startswith("aten::") else []:
            if schema.overload_name.endswith("out"):
                continue  # no graph that a module gives has them
            lowered = [o for o in opsets if by_opset[o] in "+?"]
            of = {o: refused(group, o, schema) for o in lowered}
            bad = [o for o in lowered if "" in of[o] or not takes(group.get(o), len(schema.arguments))]
            if bad:
                wrong.append("%s@%s" % (schema.overload_name or "default", spans(bad)))
            for o in set(lowered) - set(bad):
                for condition in of[o]:
                    conditions.setdefault(condition, set()).add(o)
        refusing = ["%s@%s" % (c, spans(o)) for c, o in sorted(conditions.items())]
        lines.append("\t".join([name, " ".join(changes), " | ".join(reasons), " ".join(wrong), " ".join(refusing)]).rstrip("\t"))
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")


main()
