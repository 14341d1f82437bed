#!/usr/bin/env python3
"""Whether the exporter table is right:  bench/exporter_agreement.py PROGRAM [--sample N --seed S --catalogue MODULES.py]

Exports forty small modules, one operator each, to opsets 9, 11, 13 and 17 with torch.onnx.export of this Python's torch,
and compares with what `graphwitness check --target onnx:OPSET` says of the traced module for that version of PyTorch.
With --sample the operators are N random ones of those that the models of torchvision, and the modules of MODULES.py, call."""
import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
import warnings

import torch
import torch.nn.functional as F

warnings.simplefilter("ignore")
X = torch.rand(2, 3, 8, 8)
M = torch.rand(3, 4)
I = torch.tensor([[0, 1, 2, 0]])
CASES = {
    "relu": (lambda x: torch.relu(x), X), "silu": (lambda x: F.silu(x), X), "mish": (lambda x: F.mish(x), X),
    "hardswish": (lambda x: F.hardswish(x), X), "celu": (lambda x: F.celu(x), X), "gelu": (lambda x: F.gelu(x), X),
    "max_pool2d": (lambda x: F.max_pool2d(x, 2), X), "avg_pool2d": (lambda x: F.avg_pool2d(x, 2), X),
    "adaptive_avg_pool2d": (lambda x: F.adaptive_avg_pool2d(x, 1), X), "conv2d": (lambda x: F.conv2d(x, torch.ones(4, 3, 3, 3)), X),
    "conv_transpose2d": (lambda x: F.conv_transpose2d(x, torch.ones(3, 4, 3, 3)), X),
    "batch_norm": (lambda x: F.batch_norm(x, torch.zeros(3), torch.ones(3)), X), "layer_norm": (lambda x: F.layer_norm(x, (8,)), X),
    "group_norm": (lambda x: F.group_norm(x, 3), X), "instance_norm": (lambda x: F.instance_norm(x), X),
    "grid_sampler": (lambda x: F.grid_sample(x, torch.zeros(2, 4, 4, 2), align_corners=False), X),
    "pixel_shuffle": (lambda x: F.pixel_shuffle(torch.cat([x, x[:, :1]], 1), 2), X), "upsample_nearest": (lambda x: F.interpolate(x, scale_factor=2.), X),
    "upsample_bicubic": (lambda x: F.interpolate(x, size=(4, 4), mode="bicubic"), X), "upsample_aa": (lambda x: F.interpolate(x, size=(4, 4), mode="bilinear", antialias=True), X),
    "flip": (lambda x: torch.flip(x, [0]), M), "roll": (lambda x: torch.roll(x, 1, 0), M), "fmod": (lambda x: torch.fmod(x, 2.), M),
    "remainder": (lambda x: torch.remainder(x, 2.), M), "isinf": (lambda x: torch.isinf(x), M), "round": (lambda x: torch.round(x), M),
    "masked_select": (lambda x: torch.masked_select(x, x > 0.5), M), "einsum": (lambda x: torch.einsum("ij,kj->ik", x, x), M),
    "tril": (lambda x: torch.tril(x), M), "diagonal": (lambda x: torch.diagonal(x), M), "tensor_split": (lambda x: torch.tensor_split(x, 2, 1)[0], M),
    "cumsum": (lambda x: torch.cumsum(x, 0), M), "sort": (lambda x: torch.sort(x, 0)[0], M), "topk": (lambda x: torch.topk(x, 2)[0], M),
    "gather": (lambda x: torch.gather(x, 0, I), M), "scatter": (lambda x: torch.scatter(x, 0, I, 1.0), M),
    "scatter_add": (lambda x: torch.scatter_add(x, 0, I, x[:1]), M), "scatter_reduce": (lambda x: torch.scatter(x, 0, I, x[:1], reduce="add"), M),
    "cholesky": (lambda x: torch.linalg.cholesky(x @ x.t() + torch.eye(3)), M), "mT": (lambda x: x.mT * 2, M),
}


class Of(torch.nn.Module):
    def __init__(self, function):
        super().__init__(); self.function = function

    def forward(self, x):
        return self.function(x)


def exports(module, example, opset):
    """None, or the exporter's words."""
    try:
        torch.onnx.export(module, (example.clone(),), io.BytesIO(), opset_version=opset)
        return None
    except Exception as error:
        return " ".join(str(error).split())[:150]


def refused(program, opset, paths, version):
    """What `check` says that this version of PyTorch does not export, by path."""
    run = subprocess.run([program, "check", "--format", "json", "--fail-on", "never", "--select", "unsupported-op", "--target",
                          "onnx:%d" % opset, *paths], capture_output=True, text=True)
    models = json.loads(run.stdout)["models"]
    wrong = [model["error"] for model in models if model["status"] != "ok"]
    if wrong: sys.exit(wrong[0])
    return {model["path"]: next((f["message"] for f in model["findings"]
                                 if f["severity"] != "note" and "PyTorch " + version in f["message"]), None) for model in models}


def trace_all(modules, folder):
    """Paths and those modules that can be traced at all."""
    traced = {}
    for name, (module, example) in modules.items():
        path = os.path.join(folder, name.replace("/", "_") + ".pt")
        try:
            torch.jit.trace(module, example.clone(), check_trace=False).save(path)
            traced[name] = path
        except Exception as error:
            print(name, "cannot be traced:", " ".join(str(error).split())[:100])
    return traced


def sampled(arguments):
    import operator_calls
    calls = operator_calls.calls_of(operator_calls.torchvision_models())
    if arguments.catalogue:
        for name, made in operator_calls.calls_of(operator_calls.catalogue_modules(arguments.catalogue)).items():
            calls.setdefault(name, []).extend(made)
    chosen = operator_calls.sample(calls, arguments.sample, arguments.seed)
    return {name: (module, module.example()) for name, module in chosen.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--sample", type=int, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument("--catalogue", metavar="MODULES.py")
    arguments = parser.parse_args()
    program = os.path.abspath(arguments.program); version = ".".join(torch.__version__.split(".")[:2])
    modules = sampled(arguments) if arguments.sample else {name: (Of(f).eval(), x) for name, (f, x) in CASES.items()}
    wrong = {}
    with tempfile.TemporaryDirectory() as folder:
        traced = trace_all(modules, folder)
        for opset in (9, 11, 13, 17):
            says = refused(program, opset, list(traced.values()), version)
            for name, path in traced.items():
                does = exports(*modules[name], opset)
                if (does is None) != (says[path] is None):
                    wrong.setdefault(name, []).append("opset %d: table: %s; exporter: %s" % (opset, says[path], does))
    for name, lines in wrong.items(): print(name, *lines, sep="\n    ")
    print("PyTorch", version, ":", len(traced) - len(wrong), "of", len(traced), "operators agree at opsets 9, 11, 13, 17")


main()
