#!/usr/bin/env python3
"""Breaks a healthy ONNX model in some forty ways and asks `graphwitness check` where:  bench/broken_onnx.py PROGRAM

Each way names the rule that must speak and the value whose node it must stand at ("" for the model as a whole). Nothing
else may be found: neither an error at another node nor one of another rule. Needs the onnx package."""
import copy
import json
import os
import subprocess
import sys
import tempfile

import onnx
from onnx import TensorProto as T
from onnx import helper as h


def value(name, dtype, *shape):
    return h.make_tensor_value_info(name, dtype, list(shape))


def integers(name, values, dims=None):
    return h.make_tensor(name, T.INT64, dims if dims is not None else [len(values)], values)


def healthy():
    arm = lambda op, out: h.make_graph([h.make_node(op, ["r"], [out])], out + "_arm", [], [value(out, T.FLOAT, "N", 8)])
    body = h.make_graph(
        [h.make_node("Identity", ["go_in"], ["go_out"]), h.make_node("Add", ["carried", "bias"], ["next"])], "body",
        [value("turn", T.INT64), value("go_in", T.BOOL), value("carried", T.FLOAT, "N", 8)],
        [value("go_out", T.BOOL), value("next", T.FLOAT, "N", 8)])
    nodes = [
        h.make_node("Gemm", ["x", "w", "bias"], ["g"]),
        h.make_node("Relu", ["g"], ["r"]),
        h.make_node("ReduceSum", ["r"], ["total"], keepdims=0),
        h.make_node("Greater", ["total", "limit"], ["c"]),
        h.make_node("If", ["c"], ["b"], then_branch=arm("Exp", "e"), else_branch=arm("Neg", "n")),
        h.make_node("Loop", ["count", "go", "b"], ["l"], body=body),
        h.make_node("Reshape", ["l", "shape"], ["s"]),
        h.make_node("Transpose", ["s"], ["t"], perm=[0, 2, 1]),
        h.make_node("Concat", ["t", "t"], ["k"], axis=1),
        h.make_node("Softmax", ["k"], ["y"], axis=1),
    ]
    initializers = [
        h.make_tensor("w", T.FLOAT, [4, 8], [0.1] * 32), h.make_tensor("bias", T.FLOAT, [8], [0.1] * 8),
        h.make_tensor("limit", T.FLOAT, [], [0.0]), integers("count", [3], []),
        h.make_tensor("go", T.BOOL, [], [True]), integers("shape", [-1, 2, 4]),
    ]
    graph = h.make_graph(nodes, "main", [value("x", T.FLOAT, "N", 4)], [value("y", T.FLOAT, None, 8, 2)], initializers)
    return h.make_model(graph, opset_imports=[h.make_opsetid("", 13)], ir_version=8)


def node(model, result):
    return next(n for n in model.graph.node if result in n.output)


def attribute(model, result, name):
    return next(a for a in node(model, result).attribute if a.name == name)


def initializer(model, name):
    return next(t for t in model.graph.initializer if t.name == name)


WAYS = []


def way(rule, at):
    def add(change):
        WAYS.append((change.__name__, rule, at, change))
        return change
    return add


@way("invalid-model", "r")
def unknown_input(m): node(m, "r").input[0] = "nobody"
@way("invalid-model", "")
def unknown_output(m): m.graph.output[0].name = "nobody"
@way("invalid-model", "r")
def duplicate_name(m): m.graph.node.insert(2, h.make_node("Neg", ["g"], ["r"]))
@way("invalid-model", "w")
def duplicate_of_initializer(m): m.graph.node.insert(0, h.make_node("Neg", ["x"], ["w"]))
@way("invalid-model", "g")
def cycle(m): node(m, "g").input[0] = "s"
@way("invalid-model", "r")
def self_loop(m): node(m, "r").input[0] = "r"
@way("invalid-model", "r")
def wrong_order(m):
    first = copy.deepcopy(m.graph.node[0]); m.graph.node.remove(m.graph.node[0]); m.graph.node.insert(1, first)
    m.graph.node[0].input[0] = "g"
@way("invalid-model", "g")
def missing_required_input(m): del node(m, "g").input[1:]
@way("invalid-model", "g")
def omitted_required_input(m): node(m, "g").input[1] = ""
@way("invalid-model", "r")
def too_many_inputs(m): node(m, "r").input.append("g")
@way("invalid-model", "r")
def too_many_outputs(m): node(m, "r").output.append("r2")
@way("invalid-model", "k")
def missing_attribute(m): del node(m, "k").attribute[:]
@way("invalid-model", "r")
def unknown_attribute(m): node(m, "r").attribute.append(h.make_attribute("alpha", 1.0))
@way("invalid-model", "y")
def attribute_of_wrong_type(m): node(m, "y").attribute[0].CopyFrom(h.make_attribute("axis", 1.0))
@way("invalid-model", "t")
def list_of_wrong_type(m): node(m, "t").attribute[0].CopyFrom(h.make_attribute("perm", "021"))
@way("invalid-model", "y")
def attribute_twice(m): node(m, "y").attribute.append(h.make_attribute("axis", 1))
@way("invalid-model", "")
def no_opset(m): del m.opset_import[:]
@way("invalid-model", "r")
def domain_not_imported(m): node(m, "r").domain = "mine"
@way("invalid-model", "")
def no_ir_version(m): m.ClearField("ir_version")
@way("invalid-model", "")
def input_without_type(m): m.graph.input[0].ClearField("type")
@way("invalid-model", "e")
def capture_of_nothing(m): attribute(m, "b", "then_branch").g.node[0].input[0] = "nobody"
@way("invalid-model", "y")
def use_of_what_an_arm_holds(m): node(m, "y").input[0] = "e"
@way("invalid-model", "b")
def arm_yields_two(m): attribute(m, "b", "then_branch").g.output.append(value("e", T.FLOAT, "N", 8))
@way("invalid-model", "b")
def arm_is_missing(m): node(m, "b").attribute.remove(attribute(m, "b", "else_branch"))
@way("invalid-model", "l")
def body_yields_too_little(m): del attribute(m, "l", "body").g.output[1:]
@way("invalid-model", "l")
def body_takes_too_little(m):
    g = attribute(m, "l", "body").g; del g.input[2:]; g.node[1].input[0] = "r"
@way("invalid-model", "")
def data_too_short(m): initializer(m, "w").raw_data = b"1234"; del initializer(m, "w").float_data[:]
@way("invalid-model", "")
def unknown_element_type(m): initializer(m, "limit").data_type = 99
@way("invalid-model", "")
def negative_dimension(m): initializer(m, "bias").dims[0] = -8
@way("type-conflict", "y")
def wrong_dtype_declared(m): m.graph.output[0].type.tensor_type.elem_type = T.INT64
@way("type-conflict", "y")
def wrong_rank_declared(m): del m.graph.output[0].type.tensor_type.shape.dim[2:]
@way("type-conflict", "y")
def wrong_size_declared(m): m.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 7
@way("type-conflict", "r")
def wrong_value_info(m): m.graph.value_info.append(value("r", T.FLOAT, "N", 9))
@way("type-conflict", "g")
def wrong_dtype_of_weight(m): initializer(m, "w").CopyFrom(integers("w", [1] * 32, [4, 8]))
@way("type-conflict", "g")
def wrong_rank_of_weight(m): initializer(m, "w").CopyFrom(h.make_tensor("w", T.FLOAT, [32], [0.1] * 32))
@way("type-conflict", "g")
def wrong_size_of_weight(m): initializer(m, "w").CopyFrom(h.make_tensor("w", T.FLOAT, [5, 8], [0.1] * 40))
@way("type-conflict", "b")
def arms_of_different_dtype(m):
    g = attribute(m, "b", "else_branch").g; g.node[0].CopyFrom(h.make_node("Cast", ["r"], ["n"], to=T.INT64))
    g.output[0].CopyFrom(value("n", T.INT64, "N", 8))
@way("type-conflict", "b")
def condition_is_no_boolean(m): node(m, "b").input[0] = "total"
@way("type-conflict", "l")
def loop_carries_another_dtype(m):
    g = attribute(m, "l", "body").g; g.node[1].CopyFrom(h.make_node("Cast", ["carried"], ["next"], to=T.INT64))
    g.output[1].CopyFrom(value("next", T.INT64, "N", 8))
@way("type-conflict", "t")
def permutation_of_another_rank(m): node(m, "t").attribute[0].CopyFrom(h.make_attribute("perm", [1, 0]))
@way("type-conflict", "y")
def axis_out_of_range(m): node(m, "y").attribute[0].i = 5
@way("type-conflict", "k")
def concat_of_different_ranks(m): node(m, "k").input[1] = "r"
@way("type-conflict", "s")
def shape_of_another_dtype(m): initializer(m, "shape").CopyFrom(h.make_tensor("shape", T.FLOAT, [3], [-1.0, 2.0, 4.0]))
@way("unknown-op", "r")
def no_such_operator(m): node(m, "r").op_type = "Relooo"
@way("unknown-op", "r")
def operator_of_a_later_opset(m): node(m, "r").op_type = "Mish"
@way("unknown-op", "r")
def operator_that_went(m): node(m, "r").op_type = "Upsample"
@way("external-data", "")
def external_data_outside(m): external(m, "../secret.bin")
@way("external-data", "")
def external_data_missing(m): external(m, "nowhere.bin")


def external(m, location):
    w = initializer(m, "w"); del w.float_data[:]; w.data_location = T.EXTERNAL
    w.external_data.add(key="location", value=location)


def check(program, path):
    run = subprocess.run([program, "check", "--format", "json", "--fail-on", "never", path], capture_output=True, text=True)
    model = json.loads(run.stdout)["models"][0]
    return [("error", model["error"], "")] if model["status"] != "ok" else [
        (f["rule"], f["message"], f.get("node") or "") for f in model["findings"] if f["severity"] == "error"]


def main():
    program = os.path.abspath(sys.argv[1]); right = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.onnx")
        onnx.checker.check_model(healthy(), full_check=True)
        onnx.save(healthy(), path)
        print("healthy:", check(program, path) or "silent")
        for name, rule, at, change in WAYS:
            model = healthy(); change(model)
            open(path, "wb").write(model.SerializePartialToString())
            found = check(program, path)
            ok = bool(found) and all(f[0] == rule and (not at or f[2].lstrip("%").split("#")[0] == at) for f in found)
            right += ok
            if not ok: print("NOT AS EXPECTED", name, "expected", rule, "at", at or "the model", "found", found)
    print(right, "of", len(WAYS), "as expected")
    sys.exit(right != len(WAYS))


main()
