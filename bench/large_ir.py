#!/usr/bin/env python3
"""Writes a large graph as IR text (docs/ir.md):  large_ir.py scripted|traced|onnx NODES FILE

Layers of some twenty operations each: parameters, sizes and views, in-place writes, lists, and in one of `EVERY` a
decision or a frozen number that a rule reports, so that the number of findings grows with the graph, but slower.
Each layer has source lines of its own in a module of its own."""
import argparse
import sys

EVERY = 500
"""One layer of so many has something to report."""

HEAD = {
    'scripted': 'format torchscript\n',
    'traced': 'format torchscript\n',
    'onnx': 'format onnx\nproperty "opset.ai.onnx" "17"\n',
}

SCRIPTED_LAYER = '''\
  %w{i}: tensor<f32, 64, 64> = prim::GetAttr[name="weight"](%m{i}) @{at}
  %b{i}: tensor<f32, 64> = prim::GetAttr[name="bias"](%m{i}) @{at}
  %lin{i}: tensor = aten::linear(%x{i}, %w{i}, %b{i}) @{at}
  %n{i}: int = aten::size(%lin{i}, %zero) @{next}
  %d{i}: int = aten::size(%lin{i}, %one) @{next}
  %half{i}: int = aten::floordiv(%d{i}, %two) @{next}
  %shape{i}: list<int> = prim::ListConstruct(%n{i}, %two, %half{i}) @{next}
  %v{i}: tensor = aten::view(%lin{i}, %shape{i}) @{next}
  %t{i}: tensor = aten::transpose(%v{i}, %one, %two) @{next}
  %flat{i}: tensor = aten::flatten(%t{i}, %one, %two) @{next}
  %copy{i}: tensor = aten::clone(%flat{i}, %none) @{next}
  %in{i}: tensor = aten::add_(%copy{i}, %x{i}, %one) @{next}
  %drop{i}: tensor = aten::dropout(%in{i}, %p, %false) @{next}
  %pair{i}: list<tensor> = prim::ListConstruct(%drop{i}, %x{i}) @{next}
  %cat{i}: tensor = aten::stack(%pair{i}, %zero) @{next}
  %sum{i}: tensor = aten::sum[overload="dim_IntList"](%cat{i}, %axes, %false, %none) @{next}
  %out{i}: tensor = aten::relu(%sum{i}) @{next}
'''

SCRIPTED_HAZARD = '''\
  %total{i}: tensor = aten::sum(%out{i}, %none) @{at}
  %gt{i}: tensor = aten::gt[overload="Scalar"](%total{i}, %zero) @{at}
  %c{i}: bool = aten::Bool[overload="Tensor"](%gt{i}) @{at}
  %x{j}: tensor = prim::If(%c{i}) @{at} {{
    block():
      %neg{i}: tensor = aten::neg(%out{i}) @{next}
      return %neg{i}
    block():
      %abs{i}: tensor = aten::abs(%out{i}) @{next}
      return %abs{i}
  }}
'''

TRACED_LAYER = '''\
  %m{i}: object "Layer" = prim::GetAttr[name="{i}"](%self) @{at}
  %w{i}: tensor = prim::GetAttr[name="weight"](%m{i}) @{at}
  %b{i}: tensor = prim::GetAttr[name="bias"](%m{i}) @{at}
  %lin{i}: tensor = aten::linear(%x{i}, %w{i}, %b{i}) @{at}
  %zero{i}: int = prim::Constant[value=0]() @{next}
  %n{i}: int = aten::size(%lin{i}, %zero{i}) @{next}
  %nt{i}: tensor = prim::NumToTensor(%n{i}) @{next}
  %ni{i}: int = aten::Int(%nt{i}) @{next}
  %two{i}: int = prim::Constant[value=2]() @{next}
  %size{i}: int = prim::Constant[value={literal}]() @{next}
  %shape{i}: list<int> = prim::ListConstruct(%ni{i}, %two{i}, %size{i}) @{next}
  %v{i}: tensor = aten::view(%lin{i}, %shape{i}) @{next}
  %one{i}: int = prim::Constant[value=1]() @{next}
  %t{i}: tensor = aten::transpose(%v{i}, %one{i}, %two{i}) @{next}
  %flat{i}: tensor = aten::flatten(%t{i}, %one{i}, %two{i}) @{next}
  %p{i}: float = prim::Constant[value=0.1]() @{next}
  %false{i}: bool = prim::Constant[value=false]() @{next}
  %drop{i}: tensor = aten::dropout(%flat{i}, %p{i}, %false{i}) @{next}
  %out{i}: tensor = aten::relu(%drop{i}) @{next}
'''

TRACED_HAZARD = '''\
  %true{i}: bool = prim::Constant[value=true]() @{at}
  %x{j}: tensor = aten::dropout(%out{i}, %p{i}, %true{i}) @{at}
'''

ONNX_LAYER = '''\
  %mm{i}: tensor<f32, N, 64> = onnx::MatMul(%x{i}, %weight) name "/layers.{i}/MatMul"
  %bias{i}: tensor<f32, N, 64> = onnx::Add(%mm{i}, %bias) name "/layers.{i}/Add"
  %shape{i}: tensor<i64, 2> = onnx::Shape(%bias{i}) name "/layers.{i}/Shape"
  %zero{i}: tensor<i64> = onnx::Constant[value=tensor 2]()
  %n{i}: tensor<i64> = onnx::Gather[axis=0](%shape{i}, %zero{i}) name "/layers.{i}/Gather"
  %axes{i}: tensor<i64, 1> = onnx::Constant[value=tensor 3]()
  %row{i}: tensor<i64, 1> = onnx::Unsqueeze(%n{i}, %axes{i}) name "/layers.{i}/Unsqueeze"
  %rest{i}: tensor<i64, 2> = onnx::Constant[value=tensor 4]()
  %target{i}: tensor<i64, 3> = onnx::Concat[axis=0](%row{i}, %rest{i}) name "/layers.{i}/Concat"
  %v{i}: tensor = onnx::Reshape(%bias{i}, %target{i}) name "/layers.{i}/Reshape"
  %t{i}: tensor = onnx::Transpose[perm=[0, 2, 1]](%v{i}) name "/layers.{i}/Transpose"
  %flat{i}: tensor = onnx::Flatten[axis=1](%t{i}) name "/layers.{i}/Flatten"
  %add{i}: tensor = onnx::Add(%flat{i}, %x{i}) name "/layers.{i}/Add_1"
  %out{i}: tensor = onnx::Relu(%add{i}) name "/layers.{i}/Relu"
'''

ONNX_HAZARD = '''\
  %fixed{i}: tensor<i64, 2> = onnx::Constant[value=tensor 5]()
  %x{j}: tensor = onnx::Reshape(%out{i}, %fixed{i}) name "/layers.{i}/Reshape_1"
'''


def layers_for(nodes, per_layer):
    return max(1, nodes // per_layer)


def write_torchscript(out, kind, nodes):
    layer, hazard = (SCRIPTED_LAYER, SCRIPTED_HAZARD) if kind == 'scripted' else (TRACED_LAYER, TRACED_HAZARD)
    count = layers_for(nodes, 18 if kind == 'scripted' else 19)
    for i in range(count):
        for half in range(2):
            out.write(f'location {2 * i + half} "layers.py" line {10 + 2 * i + half} column 9 to 40 in "forward" '
                      f'scope "layers.{i % 64}"\n')
    out.write('tensor 0 tensor<f32> {2}\n')
    out.write('tensor 1 "weight" tensor<f32, 64, 64> in "weights.bin" at 0 bytes 16384\n')
    out.write('tensor 2 "bias" tensor<f32, 64> in "weights.bin" at 16384 bytes 256\n')
    out.write('module 0 "" path "" class "Net" {\n')
    for i in range(count):
        out.write(f'  submodule "{i}": object "Layer" = module {i + 1}\n')
    out.write('  plain "training": bool = false\n}\n')
    for i in range(count):
        out.write(f'module {i + 1} "{i}" path "{i}" class "Layer" {{ parameter "weight": tensor = tensor 1 '
                  f'parameter "bias": tensor = tensor 2 plain "training": bool = false }}\n')
    out.write(f'graph "forward" {kind} self 0 (%self: object "Net", %x0: tensor):\n')
    if kind == 'scripted':
        for name, text in (('zero', 'int 0'), ('one', 'int 1'), ('two', 'int 2'), ('p', 'float 0.1'), ('none', 'none none'),
                           ('false', 'bool false'), ('axes', 'list<int> [0]')):
            type_name, value = text.split(' ')
            out.write(f'  %{name}: {type_name} = prim::Constant[value={value}]()\n')
        for i in range(count):
            out.write(f'  %m{i}: object "Layer" = prim::GetAttr[name="{i}"](%self)\n')
    for i in range(count):
        numbers = dict(i=i, j=i + 1, at=2 * i, next=2 * i + 1, literal=32)
        out.write(layer.format(**numbers))
        out.write(hazard.format(**numbers) if i % EVERY == 0 else
                  '  %x{j}: tensor = aten::tanh(%out{i}) @{at}\n'.format(**numbers))
    out.write(f'  return %x{count}\n')


def write_onnx(out, nodes):
    count = layers_for(nodes, 15)
    out.write('tensor 0 "weight" tensor<f32, 64, 64> in "weights.bin" at 0 bytes 16384\n'
              'tensor 1 "bias" tensor<f32, 64> in "weights.bin" at 16384 bytes 256\n'
              'tensor 2 tensor<i64> {0}\ntensor 3 tensor<i64, 1> {0}\ntensor 4 tensor<i64, 2> {2, 32}\n'
              'tensor 5 tensor<i64, 2> {8, 64}\n'
              'constant %weight: tensor<f32, 64, 64> = tensor 0\nconstant %bias: tensor<f32, 64> = tensor 1\n'
              'graph "main" exported (%x0: tensor<f32, N, 64>):\n')
    for i in range(count):
        numbers = dict(i=i, j=i + 1)
        out.write(ONNX_LAYER.format(**numbers))
        out.write(ONNX_HAZARD.format(**numbers) if i % EVERY == 0 else
                  '  %x{j}: tensor = onnx::Tanh(%out{i}) name "/layers.{i}/Tanh"\n'.format(**numbers))
    out.write(f'  return %x{count}\n')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('kind', choices=sorted(HEAD))
    parser.add_argument('nodes', type=int)
    parser.add_argument('file')
    chosen = parser.parse_args()
    with open(chosen.file, 'w') as out:
        out.write(HEAD[chosen.kind])
        if chosen.kind == 'onnx':
            write_onnx(out, chosen.nodes)
        else:
            write_torchscript(out, chosen.kind, chosen.nodes)


if __name__ == '__main__':
    sys.exit(main())
