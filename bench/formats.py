#!/usr/bin/env python3
"""Do the formats agree? Each model traced, scripted and as ONNX (opsets 13 and 17), in one `graphwitness compare`.

  /usr/bin/python3 bench/formats.py GRAPHWITNESS FOLDER [MODEL...]

Models are torchvision's, and `bert` (fixtures/large/bert.py, from the fixtures made by `ninja fixtures`). Their weights are random, and prepared
so that agreement means something: heads of zeros are drawn anew, and the statistics of batch norms are fitted, without which
outputs of deep random networks vanish. What was made is used again. Prints one line a model, and how many agree; of what differs, what
`--localize` says.
"""
import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import torch
import torchvision
from torch import nn

NAMES = ('resnet18', 'bert', 'alexnet', 'squeezenet1_1', 'shufflenet_v2_x0_5', 'mnasnet0_5', 'mobilenet_v2', 'mobilenet_v3_small',
         'regnet_y_400mf', 'efficientnet_b0', 'densenet121', 'googlenet', 'inception_v3', 'resnet50', 'vgg11', 'swin_t',
         'vit_b_16')
OPSETS = (13, 17)
ROOT = Path(__file__).resolve().parent.parent


def prepare(model, example):
    """Weights that make outputs depend on inputs."""
    fitted = False
    for module in model.modules():
        if isinstance(module, (nn.Linear, nn.Conv2d)) and not module.weight.any():
            nn.init.normal_(module.weight, std=0.02)
        if isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None  # the mean over all batches
            fitted = True
    model.train()
    with torch.no_grad():
        for _ in range(2 if fitted else 0):
            model(torch.randn(4, *example.shape[1:]))
    return model.eval()


def vision(name):
    torch.manual_seed(0)
    side = 299 if name == 'inception_v3' else 224
    more = {'init_weights': True} if name in ('googlenet', 'inception_v3') else {}
    example = torch.randn(1, 3, side, side)
    model = prepare(torchvision.models.get_model(name, weights=None, **more), example)
    return model, (example,), ['input'], [f'--input=float32[1,3,{side},{side}]']


def bert(folder, fixtures):
    # Its maker writes the fixtures when it is run; the classes alone are its first part.
    source = (ROOT / 'fixtures/large/bert.py').read_text().partition('\nout = ')[0].replace('from writing import Folder\n', '')
    (folder / 'bert_classes.py').write_text(source)
    sys.path.insert(0, str(folder))
    import bert_classes as maker
    model = maker.Bert().eval()
    model.load_state_dict(torch.jit.load(str(fixtures / 'bert_scripted.pt')).state_dict())
    example = torch.load(fixtures / 'bert_inputs.pt')
    names = ['input_ids', 'attention_mask', 'token_type_ids']
    return model, example, names, ['--input=input_ids=int64[1,14]:1..30521', '--input=attention_mask=int64[1,14]:1..1',
                                   '--input=token_type_ids=int64[1,14]:0..1']


def make(name, folder):
    """The paths of one model in every format, and the options that give its inputs."""
    paths = [folder / f'{name}_scripted.pt', folder / f'{name}_traced.pt']
    paths += [folder / f'{name}_{opset}.onnx' for opset in OPSETS]
    recipe = folder / f'{name}.json'
    if not recipe.exists():
        fixtures = Path(os.environ.get('GRAPHWITNESS_FIXTURE_DIR', ROOT / 'build/fixtures'))
        model, example, names, options = bert(folder, fixtures) if name == 'bert' else vision(name)
        torch.jit.script(model).save(str(paths[0]))
        torch.jit.trace(model, example, check_trace=False).save(str(paths[1]))
        for opset, path in zip(OPSETS, paths[2:]):
            torch.onnx.export(model, example, str(path), opset_version=opset, input_names=names)
        recipe.write_text(json.dumps(options))
    return paths, json.loads(recipe.read_text())


def explained(program, options, pair):
    result = subprocess.run([program, 'compare', '--localize', '--samples', '2', '--format', 'json', *options, pair['reference'],
                             pair['candidate']], capture_output=True, text=True)
    pair = json.loads(result.stdout)['pairs'][0]
    return pair['not_localized'] or (pair['first_operation'] or {}).get('text')


def main():
    program, folder = sys.argv[1], Path(sys.argv[2])
    names = sys.argv[3:] or NAMES
    folder.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter('ignore')
    agree = 0
    for name in names:
        paths, options = make(name, folder)
        result = subprocess.run([program, 'compare', '--samples', '2', '--format', 'json', *options, *map(str, paths)],
                                capture_output=True, text=True)
        report = json.loads(result.stdout) if result.returncode < 2 else {}
        agree += report.get('match', False)
        print(name, 'agree' if report.get('match') else 'DIFFER' if report else result.stderr.strip(), flush=True)
        for pair in report.get('pairs', []):
            if not pair['match']:
                print(f"  {Path(pair['candidate']).name}: {explained(program, options, pair)}", flush=True)
            for output in pair['outputs']:
                print(f"  {Path(pair['candidate']).name} {output['name']}: {output['difference'] or 'same'}, max_abs {output['max_abs']}, max_rel "
                      f"{output['max_rel']}, off {output['mismatched']} of {output['total']}", *pair['warnings'],
                      flush=True)
    print(f'{agree} of {len(names)} agree')


main()
