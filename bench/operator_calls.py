"""The operators that models call, each with one call of it: torch functions as the models of torchvision and of a
catalogue of modules (`CASES` of its Python file: `cls`, `ex`, perhaps `make`) call them.

A call is a function without arguments that can be made again: what it is given is held as it was."""
import importlib.util
import inspect
import random
import sys
from pathlib import Path

import torch
import torchvision
from torch.overrides import TorchFunctionMode, resolve_name

MODELS = {"resnet18": 64, "mobilenet_v2": 64, "densenet121": 64, "shufflenet_v2_x0_5": 64, "squeezenet1_1": 64, "swin_t": 64,
          "convnext_tiny": 64, "efficientnet_b0": 64, "mobilenet_v3_small": 64, "mnasnet0_5": 64}
SEGMENTATION = {"lraspp_mobilenet_v3_large": 64}
CALLS_OF_ONE = 8
"""So many calls of one function are enough to choose from."""


class Calls(TorchFunctionMode):
    """Notes the calls that take a tensor and yield tensors, by the name of the function."""

    def __init__(self):
        super().__init__()
        self.of = {}

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        name = resolve_name(function)
        if name is None or len(self.of.get(name, ())) >= CALLS_OF_ONE:
            return function(*args, **kwargs)
        held = hold(args), hold(kwargs)
        result = function(*args, **kwargs)
        if is_of_tensors(result) and any_tensor(args):
            self.of.setdefault(name, []).append((function, *held))
        return result


def hold(value):
    if isinstance(value, torch.nn.Parameter):
        return value.detach()  # nothing writes into it
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(map(hold, value))
    if isinstance(value, dict):
        return {key: hold(item) for key, item in value.items()}
    return value


def any_tensor(value):
    return isinstance(value, torch.Tensor) or isinstance(value, (list, tuple)) and any(map(any_tensor, value))


def is_of_tensors(value):
    return isinstance(value, torch.Tensor) or (isinstance(value, (list, tuple)) and bool(value) and
                                               all(map(is_of_tensors, value)))


class Of(torch.nn.Module):
    """One call: its first tensor is the input, what else it is given is a constant."""

    def __init__(self, function, args, kwargs):
        super().__init__()
        self.function, self.args, self.kwargs = function, args, kwargs
        self.at = next((i for i, arg in enumerate(args) if any_tensor(arg)), 0)

    def example(self):
        value = self.args[self.at]
        while not isinstance(value, torch.Tensor):
            value = next(item for item in value if any_tensor(item))
        return value.clone()

    def forward(self, x):
        return self.function(*(put(arg, x) if i == self.at else arg for i, arg in enumerate(self.args)), **self.kwargs)


def put(value, x):
    """`value` with its first tensor replaced."""
    if isinstance(value, torch.Tensor):
        return x
    at = next(i for i, item in enumerate(value) if any_tensor(item))
    return type(value)([*value[:at], put(value[at], x), *value[at + 1:]])


def torchvision_models():
    for name, side in {**MODELS, **SEGMENTATION}.items():
        folder = torchvision.models.segmentation if name in SEGMENTATION else torchvision.models
        options = {key: None for key in ("weights", "weights_backbone")
                   if key in inspect.signature(getattr(folder, name)).parameters or key == "weights"}
        yield getattr(folder, name)(**options).eval(), (torch.rand(1, 3, side, side),)


def catalogue_modules(path):
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[Path(path).stem] = module
    spec.loader.exec_module(module)
    for case in module.CASES.values():
        try:
            yield (case["make"]() if "make" in case else case["cls"]()).eval(), case["ex"]
        except Exception:  # a module that needs what is not here
            continue


def calls_of(models):
    calls = Calls()
    for model, example in models:
        try:
            with torch.no_grad(), calls:
                model(*example)
        except Exception:  # what it called until then counts
            continue
    return calls.of


def sample(calls, number, seed):
    """`number` functions, each with one of the calls that models made of it."""
    chosen = random.Random(seed)
    names = chosen.sample(sorted(calls), min(number, len(calls)))
    return {name: Of(*chosen.choice(calls[name])).eval() for name in names}
