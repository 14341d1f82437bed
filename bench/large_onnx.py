#!/usr/bin/env python3
"""`inspect` and `check` on a model with 3 GB of weights against the same graph without them:  bench/large_onnx.py PROGRAM

Writes three models into a temporary folder, weights inline (more than protobuf itself reads), in an external file, and
none at all; the weights are holes in the files. Prints seconds (best of fifteen, taken in turn), their ratio to the model without weights,
and peak memory. With RESNET.onnx as second argument also compares `check` with Python's onnx.load and onnx.checker."""
import os
import resource
import subprocess
import sys
import tempfile
import time

import onnx
from onnx import TensorProto as T
from onnx import helper as h

LAYERS, SIDE = 48, 4096  # 48 matrices of 64 MiB


def varint(number):
    out = b""
    while number >= 128:
        out += bytes([number & 127 | 128]); number >>= 7
    return out + bytes([number])


def field(number, length): return varint(number << 3 | 2) + varint(length)


def tensor_head(i):
    return onnx.TensorProto(name="w%d" % i, data_type=T.FLOAT, dims=[SIDE, SIDE])


def structure(external):
    nodes = [h.make_node("MatMul", ["h%d" % i, "w%d" % i], ["h%d" % (i + 1)]) for i in range(LAYERS)]
    x = h.make_tensor_value_info("h0", T.FLOAT, ["N", SIDE]); y = h.make_tensor_value_info("h%d" % LAYERS, T.FLOAT, ["N", SIDE])
    inputs = [x] if external != "none" else [x] + [h.make_tensor_value_info("w%d" % i, T.FLOAT, [SIDE, SIDE]) for i in range(LAYERS)]
    graph = h.make_graph(nodes, "large", inputs, [y])
    if external == "external":
        for i in range(LAYERS):
            t = graph.initializer.add(); t.name = "w%d" % i; t.data_type = T.FLOAT; t.dims.extend([SIDE, SIDE]); t.data_location = T.EXTERNAL
            for k, v in (("location", "weights.bin"), ("offset", str(i * SIDE * SIDE * 4)), ("length", str(SIDE * SIDE * 4))):
                t.external_data.add(key=k, value=v)
    return h.make_model(graph, opset_imports=[h.make_opsetid("", 13)], ir_version=8)


def write_inline(path):
    """The graph message is written piece by piece: its length is beyond what protobuf would write."""
    model = structure("inline"); graph = model.graph.SerializeToString(); size = SIDE * SIDE * 4; heads = []
    for i in range(LAYERS):
        heads.append(tensor_head(i).SerializeToString())
    tensors = [len(t) + len(field(9, size)) + size for t in heads]
    total = len(graph) + sum(len(field(5, n)) + n for n in tensors)
    rest = onnx.ModelProto(); rest.CopyFrom(model); rest.ClearField("graph")
    with open(path, "wb") as out:
        out.write(rest.SerializeToString() + field(7, total) + graph)
        for head, length in zip(heads, tensors):
            out.write(field(5, length) + head + field(9, size)); out.seek(size, os.SEEK_CUR)
        out.truncate()


def measure(commands, runs=15):
    """Best seconds and peak MiB of each; in turn, so that whatever else the machine does meets all of them."""
    best, peak = [1e9] * len(commands), [0] * len(commands)
    for _ in range(runs):
        for i, command in enumerate(commands):
            start = time.perf_counter(); process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            best[i] = min(best[i], time.perf_counter() - start); peak[i] = max(peak[i], usage.ru_maxrss / 1024)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode not in (0, 1): sys.exit("%s: exit %d" % (" ".join(command), process.returncode))
    return list(zip(best, peak))


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        at = lambda name: os.path.join(folder, name)
        onnx.save(structure("none"), at("none.onnx")); onnx.save(structure("external"), at("external.onnx"))
        with open(at("weights.bin"), "wb") as out: out.truncate(LAYERS * SIDE * SIDE * 4)
        write_inline(at("inline.onnx"))
        print("inline model: %.2f GB" % (os.path.getsize(at("inline.onnx")) / 1e9))
        for command in ("inspect", "check"):
            kinds = ("none", "inline", "external")
            (base, _), *others = measure([[program, command, at(kind + ".onnx")] for kind in kinds])
            for kind, (seconds, peak) in zip(kinds[1:], others):
                print("%-7s %-8s %.4f s, %.2f times the graph without weights, %.0f MiB" % (command, kind, seconds, seconds / base, peak))
    if len(sys.argv) > 2:
        code = "import onnx, onnx.checker, sys; m = onnx.load(sys.argv[1]); onnx.checker.check_model(m)"
        (mine, my_peak), (theirs, their_peak) = measure([[program, "check", sys.argv[2]], [sys.executable, "-c", code, sys.argv[2]]], 5)
        print("check %.3f s %.0f MiB, onnx.load and onnx.checker %.3f s %.0f MiB: %.1f times faster, %.2f of the memory" %
              (mine, my_peak, theirs, their_peak, theirs / mine, my_peak / their_peak))


main()
