"""A model with 3 GB of weights, inline (more than protobuf itself reads) and in an external file, and the same graph
without them, for table.py."""
import os

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


def measure(command, runs=5):
    best, peak = 1e9, 0
    for _ in range(runs):
        start = time.perf_counter(); process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0); best = min(best, time.perf_counter() - start); peak = max(peak, usage.ru_maxrss)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1): sys.exit("%s: exit %d" % (" ".join(command), process.returncode))
    return best, peak / 1024


def write_models(folder):
    """Paths by kind: `inline`, `external`, `none`. What they take on the disk is next to nothing: weights are holes."""
    paths = {kind: os.path.join(folder, kind + ".onnx") for kind in ("inline", "external", "none")}
    onnx.save(structure("none"), paths["none"])
    onnx.save(structure("external"), paths["external"])
    with open(os.path.join(folder, "weights.bin"), "wb") as out: out.truncate(LAYERS * SIDE * SIDE * 4)
    write_inline(paths["inline"])
    return paths
