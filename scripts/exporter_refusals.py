"""When a lowering of PyTorch's ONNX exporter refuses, read from its code.

An abstract run of a symbolic function: arguments are symbols, the opset is known, helpers are followed. What is learnt are
conditions on arguments that are constants: `refusals(function, opset)` gives tuples of atoms, all of which must hold:
  3        argument 3 (the first after the graph is 0) is true         !3       it is false
  3=None   it is None                                                  3!=None  it is not
  3=2      it is that number or string                                 3!=2     it is another
Also a refusal: an argument handed on to an ONNX operator as an input that it must have, when it is None. A condition that
the run does not understand gives nothing. The empty tuple: it always refuses.
"""
import ast
import dataclasses
import functools
import inspect
import re
import textwrap
import types

import onnx
import torch

REFUSALS = {
    "_onnx_unsupported", "_onnx_opset_unsupported", "_onnx_opset_unsupported_detailed", "_unimplemented",
}
"""Calls of these raise."""
SAME_VALUE = {"_maybe_get_const", "_get_const", "_maybe_get_scalar", "_scalar", "_parse_arg", "_unpack_list"}
KNOWN_CALLS = {"is_caffe2_aten_fallback": False}
DEEPEST = 4


@dataclasses.dataclass(frozen=True)
class Arg:
    index: int


@dataclasses.dataclass(frozen=True)
class Known:
    value: object


UNKNOWN = None  # a path or a value of which nothing is known


def innermost(function):
    while isinstance(function, functools.partial):
        function = function.func
    return inspect.unwrap(function)


@functools.lru_cache(None)
def definition(function):
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError, TypeError):
        return None
    return next((n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)), None)


def called_name(call):
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def negated(atom):
    if "!=" in atom:
        return atom.replace("!=", "=")
    if "=" in atom:
        return atom.replace("=", "!=")
    return atom[1:] if atom[0] == "!" else "!" + atom


def is_emptiness(node):
    """`len(x) == 0`: lists that a graph holds have elements."""
    return (isinstance(node.left, ast.Call) and called_name(node.left) == "len" and isinstance(node.ops[0], ast.Eq) and
            isinstance(node.comparators[0], ast.Constant) and node.comparators[0].value == 0)


def joined(path, atoms):
    """Both; UNKNOWN when either is."""
    return UNKNOWN if path is UNKNOWN or atoms is UNKNOWN else path | atoms


def negation(atoms):
    return UNKNOWN if atoms is UNKNOWN or len(atoms) != 1 else frozenset([negated(*atoms)])


class Run:
    """One function, run once: `path` is what held on the way to where it is."""

    def __init__(self, function, opset, values, path, found, depth):
        self.names = {**function.__globals__, **inspect.getclosurevars(function).nonlocals}
        self.opset, self.found, self.depth = opset, found, depth
        self.values, self.path, self.returned = values, path, []

    def refuse(self, extra=frozenset()):
        path = joined(self.path, extra)
        if path is not UNKNOWN:
            self.found.add(path)

    # Values

    def value(self, node):
        if isinstance(node, ast.Constant):
            return Known(node.value)
        if isinstance(node, ast.Name):
            if node.id in self.values:
                return self.values[node.id]
            held = self.names.get(node.id, UNKNOWN)
            return Known(held) if isinstance(held, (bool, int, float, str)) else UNKNOWN
        if isinstance(node, (ast.Tuple, ast.List)):
            return tuple(map(self.value, node.elts))
        if isinstance(node, ast.Attribute) and node.attr in ("opset", "export_onnx_opset_version"):
            return Known(self.opset)
        if isinstance(node, ast.Subscript):
            return self.part(self.value(node.value), node.slice)
        if isinstance(node, ast.Call):
            return self.call(node)
        if isinstance(node, ast.IfExp):
            test = self.test(node.test)
            return self.value(node.body if test else node.orelse) if isinstance(test, bool) else UNKNOWN
        return UNKNOWN

    def part(self, whole, at):
        if not isinstance(whole, tuple):
            return UNKNOWN
        try:
            if isinstance(at, ast.Slice):
                return whole[at.lower and ast.literal_eval(at.lower):at.upper and ast.literal_eval(at.upper)]
            return whole[ast.literal_eval(at)]
        except (ValueError, IndexError, TypeError):
            return UNKNOWN

    def call(self, node):
        name = called_name(node)
        if name in KNOWN_CALLS:
            return Known(KNOWN_CALLS[name])
        if name in SAME_VALUE and node.args:
            return self.value(node.args[0])
        if name == "op":
            self.check_inputs(node)
        callee = self.names.get(name)
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            callee = getattr(self.names.get(node.func.value.id), name, None)
        if not callable(callee) or self.depth == DEEPEST or not getattr(callee, "__module__", "").startswith("torch.onnx"):
            return UNKNOWN
        if any(isinstance(arg, ast.Starred) for arg in node.args) or any(k.arg is None for k in node.keywords):
            return UNKNOWN
        args = [self.value(arg) for arg in node.args[1:]]
        named = {k.arg: self.value(k.value) for k in node.keywords}
        return run(innermost(callee), self.opset, args, named, self.path, self.found, self.depth + 1)

    def check_inputs(self, node):
        kind = self.value(node.args[0]) if node.args else UNKNOWN
        if kind is UNKNOWN or isinstance(kind, (tuple, Arg)):
            return
        try:
            inputs = onnx.defs.get_schema(kind.value, self.opset).inputs
        except Exception:  # of another domain
            return
        for given, formal in zip(node.args[1:], inputs):
            value = self.value(given)
            if formal.option == onnx.defs.OpSchema.FormalParameterOption.Single and isinstance(value, Arg):
                self.refuse(frozenset(["%d=None" % value.index]))

    # Tests: True, False, the atoms that must hold, or UNKNOWN

    def test(self, node):
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self.test(node.operand)
            return not inner if isinstance(inner, bool) else negation(inner)
        if isinstance(node, ast.BoolOp):
            return self.boolean(node)
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            if is_emptiness(node):
                return False
            return self.comparison(self.value(node.left), node.ops[0], self.value(node.comparators[0]))
        if isinstance(node, ast.Call) and called_name(node) == "_is_none":
            return self.comparison(self.value(node.args[0]), ast.Is(), Known(None))
        value = self.value(node)
        if isinstance(value, Known):
            return bool(value.value)
        return frozenset([str(value.index)]) if isinstance(value, Arg) else UNKNOWN

    def boolean(self, node):
        decisive = isinstance(node.op, ast.Or)
        rest = []
        for part in node.values:
            result = self.test(part)
            if result is decisive:
                return decisive
            if not isinstance(result, bool):
                rest.append(result)
        if not rest:
            return not decisive
        if len(rest) == 1:
            return rest[0]
        return UNKNOWN if decisive else functools.reduce(joined, rest)

    def comparison(self, left, op, right):
        if isinstance(left, Known) and isinstance(right, Known):
            table = {ast.Eq: "__eq__", ast.Is: "__eq__", ast.NotEq: "__ne__", ast.IsNot: "__ne__", ast.Lt: "__lt__",
                     ast.LtE: "__le__", ast.Gt: "__gt__", ast.GtE: "__ge__"}
            method = table.get(type(op))
            result = getattr(left.value, method)(right.value) if method and left.value is not None else NotImplemented
            if left.value is None and method in ("__eq__", "__ne__"):
                result = (right.value is None) == (method == "__eq__")
            return result if isinstance(result, bool) else UNKNOWN
        if not isinstance(left, Arg) or not isinstance(right, Known):
            return UNKNOWN
        if not isinstance(right.value, (int, float, str, type(None))) or " " in str(right.value):
            return UNKNOWN
        if isinstance(op, (ast.Eq, ast.Is)):
            return frozenset(["%d=%s" % (left.index, right.value)])
        if isinstance(op, (ast.NotEq, ast.IsNot)):
            return frozenset(["%d!=%s" % (left.index, right.value)])
        return UNKNOWN

    # Statements

    def walk(self, statements):
        """Whether every way through them ends."""
        return any(self.statement(statement) for statement in statements)

    def statement(self, node):
        if isinstance(node, ast.If):
            return self.branch(node)
        if isinstance(node, ast.Raise):
            self.refuse()
            return True
        if isinstance(node, (ast.Expr, ast.Return)):
            return self.expression(node)
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            self.assign(node)
            return False
        if isinstance(node, ast.With):
            return self.walk(node.body)
        # Loops and the like: what they assign is unknown afterwards, and so is whether they end the run.
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                self.values[inner.id] = UNKNOWN
        if any(isinstance(inner, (ast.Return, ast.Raise)) for inner in ast.walk(node)) and not isinstance(node, ast.FunctionDef):
            self.path = UNKNOWN
            self.returned.append(UNKNOWN)
        return False

    def expression(self, node):
        ends = isinstance(node, ast.Return)
        if isinstance(node.value, ast.Call) and called_name(node.value) in REFUSALS:
            self.refuse()
            return True
        value = self.value(node.value) if node.value is not None else Known(None)
        if ends:
            self.returned.append(value)
        return ends

    def assign(self, node):
        value = self.value(node.value) if node.value is not None else UNKNOWN
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            self.bind(target, value)

    def bind(self, target, value):
        if isinstance(target, ast.Name):
            self.values[target.id] = value
        elif isinstance(target, (ast.Tuple, ast.List)):
            parts = value if isinstance(value, tuple) and len(value) == len(target.elts) else [UNKNOWN] * len(target.elts)
            for item, part in zip(target.elts, parts):
                self.bind(item, part)

    def branch(self, node):
        test = self.test(node.test)
        if isinstance(test, bool):
            return self.walk(node.body if test else node.orelse)
        before, path = dict(self.values), self.path
        yes = self.arm(node.body, joined(path, test))
        yes_values, self.values = self.values, before
        no = self.arm(node.orelse, joined(path, negation(test)))
        if yes.ends and no.ends:
            return True
        if yes.ends or no.ends:
            ended, other = (yes, no) if yes.ends else (no, yes)
            # Behind a refusal the rest may be taken for reached all the same: both refuse.
            self.path = path if ended.is_refusal and other.is_whole else other.path
            self.values = self.values if yes.ends else yes_values
            return False
        self.values = {name: value if yes_values.get(name) == value else UNKNOWN for name, value in self.values.items()}
        self.path = path if yes.is_whole and no.is_whole else UNKNOWN
        return False

    @dataclasses.dataclass
    class Arm:
        ends: bool
        path: object
        is_whole: bool  # no way out of it on the way
        is_refusal: bool  # every way out of it refuses

    def arm(self, statements, path):
        self.path, returns = path, len(self.returned)
        ends = self.walk(statements)
        returned = len(self.returned) != returns
        return Run.Arm(ends, self.path, self.path == path and not returned, ends and not returned)


def run(function, opset, args, named, path, found, depth):
    """The value that the function gives; what it refuses goes to `found`."""
    tree = definition(function) if isinstance(function, types.FunctionType) else None
    if tree is None:
        return UNKNOWN
    values, formal = {}, tree.args
    names = [a.arg for a in formal.args][1:]
    for name, default in zip(reversed(names), reversed(formal.defaults)):
        values[name] = Known(default.value) if isinstance(default, ast.Constant) else UNKNOWN
    values.update(zip(names, args))
    values.update(named)
    for name in names + [a.arg for a in formal.kwonlyargs]:
        values.setdefault(name, UNKNOWN)
    if formal.vararg:
        values[formal.vararg.arg] = tuple(args[len(names):])
    inner = Run(function, opset, values, path, found, depth)
    inner.walk(tree.body)
    return inner.returned[0] if len(inner.returned) == 1 else UNKNOWN


def refusals(function, opset, count):
    """Of a call with `count` arguments; sets of atoms."""
    found = set()
    if not isinstance(function, functools.partial):
        inner = innermost(function)
        by_exporter = {"_outputs": UNKNOWN} if "_outputs" in inspect.signature(inner).parameters else {}
        run(inner, opset, [Arg(i) for i in range(count)], by_exporter, frozenset(), found, 0)
    possible = [path for path in found if not any(negated(atom) in path for atom in path)]
    # One that holds whenever another does says nothing new.
    return [path for path in possible if not any(other < path for other in possible)]


ATOM = re.compile(r"(!?)(\d+)(!?=)?(.*)")


def named(path, schema):
    """`2=None` as `2.weight=None`, joined by `&`; UNKNOWN where it cannot be: an argument that is never None."""
    words = []
    for atom in sorted(path):
        sign, index, test, value = ATOM.fullmatch(atom).groups()
        argument = schema.arguments[int(index)]
        if value == "None" and not isinstance(argument.type, torch.OptionalType):
            if test == "=":
                return UNKNOWN
            continue  # always holds
        words.append(sign + index + "." + argument.name + (test or "") + value)
    return "&".join(words)
