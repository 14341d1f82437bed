#!/usr/bin/env python3
"""Does `compare --localize` find what was made wrong on purpose?

  /usr/bin/python3 bench/localize.py GRAPHWITNESS FOLDER [PLACES [SEED [MODEL...]]]     (PLACES of each model: 4)

Three models (ResNet-18 and BERT-base of `ninja fixtures`, MobileNetV3 made here) as ONNX are broken at places that are drawn at random: one
weight off by 1 % (all of its numbers, or with kind `element` the largest one), one attribute changed, one operator swapped for another that takes
the same inputs. Each is compared with the good ONNX, and with the TorchScript that it was exported from. A place counts as found when
the node that is named is the broken one, as near when it is a direct neighbour of it. Places that leave the outputs within the
tolerance are drawn again, and counted.
"""
import json
import os
import random
import subprocess
import sys
import warnings
from pathlib import Path

import numpy
import onnx
import torch
import torchvision
from onnx import numpy_helper

ROOT = Path(__file__).resolve().parent.parent
KINDS = ('weight', 'attribute', 'operator', 'element')
SWAPS = {'Relu': ('Sigmoid', 'Abs', 'Tanh'), 'Add': ('Sub', 'Mul'), 'Mul': ('Add', 'Sub'), 'Sub': ('Add',), 'Div': ('Mul',), 'Erf': ('Tanh', 'Sin'),
         'Sigmoid': ('Tanh',), 'HardSigmoid': ('Sigmoid',), 'HardSwish': ('Relu',), 'Tanh': ('Sigmoid',), 'Softmax': ('Sigmoid',),
         'GlobalAveragePool': ('GlobalMaxPool',), 'Sqrt': ('Abs',)}


def weights_of(model):
    """Nodes with a weight of their own: initializers that are the second or third input of a node and no other's."""
    initializers = {one.name: one for one in model.graph.initializer}
    users = {}
    for node in model.graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    return [(node, initializers[name]) for node in model.graph.node if node.op_type in ('Conv', 'Gemm', 'MatMul', 'Add', 'Mul')
            for name in node.input if name in initializers and len(users[name]) == 1 and len(initializers[name].dims) > 0]


def change_weight(model, draw, only_largest):
    node, tensor = draw.choice(weights_of(model))
    numbers = numpy_helper.to_array(tensor).copy()
    if numbers.dtype != numpy.float32 or not numbers.any():  # a bias of zeros stays one
        return None
    if only_largest:
        numbers.flat[numpy.abs(numbers).argmax()] *= 1.01
    else:
        numbers *= numpy.float32(1.01)
    tensor.CopyFrom(numpy_helper.from_array(numbers, tensor.name))
    return node, f'weight {tensor.name}' + (' (one element)' if only_largest else '')


def change_attribute(model, draw):
    """One that leaves all shapes as they are."""
    def choices(node):
        for attribute in node.attribute:
            if node.op_type == 'Conv' and attribute.name == 'pads' and sum(attribute.ints) > 0:
                half = len(attribute.ints) // 2
                begin, end = list(attribute.ints[:half]), list(attribute.ints[half:])
                yield attribute, 'ints', [begin[0] + 1] + begin[1:] + [end[0] - 1] + end[1:]
            if attribute.name in ('alpha', 'beta', 'epsilon'):
                yield attribute, 'f', attribute.f * 1.5 + 0.01
            if node.op_type == 'Softmax' and attribute.name == 'axis':
                yield attribute, 'i', 2 if attribute.i in (-1, 3) else attribute.i
            if node.op_type == 'ReduceMean' and attribute.name == 'axes' and list(attribute.ints) == [-1]:
                yield attribute, 'ints', [-2]
    found = [(node, *choice) for node in model.graph.node for choice in choices(node)]
    if not found:
        return None
    # Each kind of node is as likely as any other, however many there are.
    kind = draw.choice(sorted({node.op_type for node, *_ in found}))
    node, attribute, field, value = draw.choice([one for one in found if one[0].op_type == kind])
    if field == 'ints':
        del attribute.ints[:]
        attribute.ints.extend(value)
    else:
        setattr(attribute, field, value)
    return node, f'{node.op_type} {attribute.name} = {value}'


def change_operator(model, draw):
    floats = [node for node in model.graph.node if node.op_type in SWAPS]
    kind = draw.choice(sorted({node.op_type for node in floats}))
    node = draw.choice([one for one in floats if one.op_type == kind])
    other = draw.choice(SWAPS[node.op_type])
    said = f'{node.op_type} -> {other}'
    node.op_type = other
    del node.attribute[:]
    return node, said


def neighbours(model, node):
    """The names of a node and of what it is directly connected to, constants between counted out."""
    near = {node.name}
    for other in model.graph.node:
        if set(other.output) & set(node.input) or set(node.output) & set(other.input):
            near.add(other.name)
    return near


def mobilenet(folder):
    traced, path = folder / 'mobilenet_traced.pt', folder / 'mobilenet.onnx'
    if not path.exists():
        torch.manual_seed(0)
        model = torchvision.models.mobilenet_v3_small(weights=None)
        model.train()
        for module in model.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.reset_running_stats()
                module.momentum = None
        with torch.no_grad():
            for _ in range(2):
                model(torch.randn(4, 3, 224, 224))
        model.eval()
        example = torch.randn(1, 3, 224, 224)
        torch.jit.trace(model, example).save(str(traced))
        torch.onnx.export(model, example, str(path), opset_version=13, input_names=['input'], output_names=['logits'])
    return traced, path


def first_operation(program, reference, candidate, options):
    result = subprocess.run([program, 'compare', '--localize', '--format', 'json', *options, str(reference), str(candidate)],
                            capture_output=True, text=True)
    if result.returncode == 2:  # what was drawn is no valid model
        print(f'drawn again: {result.stderr.strip()}', file=sys.stderr)
        return None, ''
    pair = json.loads(result.stdout)['pairs'][0]
    if pair['match']:
        return 'same', ''
    first = pair['first_operation']
    if not first or not first['candidate']:
        return '', pair['not_localized'] or first['text']
    return first['candidate']['node'], f"{first['cause']}: {first['text']}"


def main():
    program, folder = sys.argv[1], Path(sys.argv[2])
    places = int(sys.argv[3]) if len(sys.argv) > 3 else 4
    draw = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 0)
    folder.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter('ignore')
    fixtures = Path(os.environ.get('GRAPHWITNESS_FIXTURE_DIR', ROOT / 'build/fixtures'))
    image = ['--samples', '1', '--input', 'float32[1,3,224,224]']
    models = {'resnet18': (fixtures / 'resnet18_traced.pt', fixtures / 'resnet18.onnx', image),
              'mobilenet': (*mobilenet(folder), image),
              'bert': (fixtures / 'bert_traced.pt', fixtures / 'bert.onnx', ['--inputs', str(fixtures / 'bert_inputs.pt')])}
    score = {'onnx': [0, 0, 0], 'torchscript': [0, 0, 0]}
    drawn_again = 0
    for name in sys.argv[5:] or models:
        traced, good, options = models[name]
        done = 0
        while done < places:
            kind = KINDS[done % len(KINDS)]
            model = onnx.load(str(good))
            change = {'weight': lambda: change_weight(model, draw, False), 'element': lambda: change_weight(model, draw, True),
                      'attribute': lambda: change_attribute(model, draw), 'operator': lambda: change_operator(model, draw)}[kind]()
            if change is None:
                continue
            node, said = change
            broken = folder / 'broken.onnx'
            onnx.save(model, str(broken))
            named, why = first_operation(program, good, broken, options)
            if named in ('same', None):
                drawn_again += 1
                if kind == 'element' and drawn_again % 5 == 0:
                    done += 1  # one number more or less is seldom seen
                continue
            done += 1
            near = neighbours(model, node)
            for reference, result in (('onnx', (named, why)), ('torchscript', first_operation(program, traced, broken, options))):
                if result[0] == 'same':
                    print(f'{name}: {said} at {node.name}, against {reference}: within the tolerance', flush=True)
                    continue
                found = 'found' if result[0] == node.name else 'near' if result[0] in near else 'MISSED'
                score[reference][('found', 'near', 'MISSED').index(found)] += 1
                print(f'{name}: {said} at {node.name}, against {reference}: {found}: {result[0]} ({result[1]})', flush=True)
    for reference, (found, near, missed) in score.items():
        print(f'against {reference}: of {found + near + missed} places {found} found, {near} a direct neighbour, {missed} missed')
    print(f'{drawn_again} places drawn again: outputs within the tolerance')


main()
