#!/usr/bin/env python3
"""Who is right where ONNX Runtime and ONNX's own test data differ (onnx_backend.py)? Asked of arithmetic in double precision.

  /usr/bin/python3 bench/onnx_backend_truth.py GRAPHWITNESS [FOLDER]     (FOLDER: /usr/share/libonnx-testdata/data/node)

For each model named here the output is computed anew from the operator's definition, put in the place of the expected one, and compared
again. It says how far the data are from that, and whether ONNX Runtime agrees with it: then the data are what is off.
"""
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper


def window(coefficients):
    def of(size, periodic=1):
        angle = 2 * np.pi * np.arange(size) / (size if periodic else size - 1)
        return sum(c * np.cos(i * angle) for i, c in enumerate(coefficients))
    return of


def dft(x, axis=1, inverse=0):
    numbers = x[..., 0] + 1j * x[..., 1] if x.shape[-1] == 2 else x[..., 0]
    y = (np.fft.ifft if inverse else np.fft.fft)(numbers.astype(complex), axis=axis)
    return np.stack([y.real, y.imag], axis=-1)


def stft(signal, step, *rest):
    frame = rest[0] if rest[0].ndim == 1 else np.ones(int(rest[0]))  # a window, or how long one is
    starts = range(0, signal.shape[1] - len(frame) + 1, int(step))
    frames = np.stack([signal[0, at:at + len(frame), 0] * frame for at in starts])
    y = np.fft.rfft(frames.astype(float), axis=1)
    return np.stack([y.real, y.imag], axis=-1)[None]


def bilinear(image, y, x):
    height, width = image.shape
    if y < -1 or y > height or x < -1 or x > width:
        return 0.0
    y, x = max(y, 0), max(x, 0)
    top, left = min(int(y), height - 1), min(int(x), width - 1)
    bottom, right = min(top + 1, height - 1), min(left + 1, width - 1)
    down, over = (0 if top == bottom else y - top), (0 if left == right else x - left)
    return ((1 - down) * ((1 - over) * image[top, left] + over * image[top, right])
            + down * ((1 - over) * image[bottom, left] + over * image[bottom, right]))


def roi_align(x, rois, batch, coordinate_transformation_mode, output_height, output_width, sampling_ratio, spatial_scale):
    half = coordinate_transformation_mode == b'half_pixel'
    y = np.zeros((len(rois), 1, output_height, output_width))
    for roi, (left, top, right, bottom) in enumerate(rois.astype(float) * spatial_scale - 0.5 * half):
        width, height = right - left, bottom - top
        if not half:
            width, height = max(width, 1), max(height, 1)
        for i in range(output_height):
            for j in range(output_width):
                points = [((i + (p + .5) / sampling_ratio) * height / output_height + top,
                           (j + (q + .5) / sampling_ratio) * width / output_width + left)
                          for p in range(sampling_ratio) for q in range(sampling_ratio)]
                y[roi, 0, i, j] = np.mean([bilinear(x[batch[roi], 0].astype(float), *point) for point in points])
    return y


def cubic(t, a=-0.75):
    far = lambda d: ((d - 5) * d + 8) * d * a - 4 * a
    near = lambda d: ((a + 2) * d - (a + 3)) * d * d + 1
    return np.array([far(t + 1), near(t), near(1 - t), far(2 - t)])


def grid_sample(x, grid, mode):
    image = x[0, 0].astype(float)
    height, width = image.shape
    at = lambda i, j: image[i, j] if 0 <= i < height and 0 <= j < width else 0
    y = np.zeros((1, 1, *grid.shape[1:3]))
    for place in np.ndindex(*grid.shape[1:3]):
        column, row = ((grid[0][place].astype(float) + 1) * (width, height) - 1) / 2
        i, j = int(np.floor(row)), int(np.floor(column))
        patch = [[at(i + p, j + q) for q in range(-1, 3)] for p in range(-1, 3)]
        y[0, 0][place] = cubic(row - i) @ np.array(patch) @ cubic(column - j)
    return y


def resize(x, scales, mode, **_):
    """By align_corners; the size of the output that goes into it is the one before it is made an integer."""
    def matrix(size, scale):
        rows = np.zeros((int(size * scale), size))
        for row in range(len(rows)):
            place = row * (size - 1) / (size * scale - 1)
            left = int(np.floor(place))
            weights = cubic(place - left) if mode == b'cubic' else np.array([0, 1 - (place - left), place - left, 0])
            for i, weight in enumerate(weights):
                rows[row, np.clip(left - 1 + i, 0, size - 1)] += weight
        return rows
    return (matrix(x.shape[2], scales[2]) @ x[0, 0] @ matrix(x.shape[3], scales[3]).T)[None, None]


def max_unpool(x, places, shape, **_):
    """Indices are those of the output without the padding that `output_shape` asks for: twice the input here."""
    y = np.zeros(shape)
    inner = tuple(2 * size for size in x.shape[2:])
    for number, place in zip(x.ravel(), places.ravel()):
        y[0, 0][np.unravel_index(place, inner)] = number
    return y


HANN, HAMMING, BLACKMAN = window([.5, -.5]), window([25 / 46, -21 / 46]), window([.42, -.5, .08])
WAYS = {'hannwindow': HANN, 'hammingwindow': HAMMING, 'blackmanwindow': BLACKMAN, 'dft': dft, 'stft': stft, 'roialign': roi_align,
        'gridsample': grid_sample, 'resize': resize, 'maxunpool': max_unpool}
NAMES = [f'{name}{form}{expanded}' for name in ('blackmanwindow', 'hammingwindow', 'hannwindow') for form in ('', '_symmetric')
         for expanded in ('', '_expanded')]
NAMES += ['dft', 'dft_axis', 'dft_inverse', 'stft', 'stft_with_window', 'roialign_aligned_false', 'roialign_aligned_true',
          'gridsample_bicubic', 'resize_downsample_scales_cubic_align_corners', 'resize_downsample_scales_linear_align_corners',
          'maxunpool_export_with_output_shape']


def read(path):
    return numpy_helper.to_array(onnx.load_tensor(str(path)))


def main():
    program = sys.argv[1]
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else '/usr/share/libonnx-testdata/data/node')
    for name in NAMES:
        where = folder / f'test_{name}'
        inputs = [read(path) for path in sorted((where / 'test_data_set_0').glob('input_*.pb'))]
        # An expanded model is nodes of other operators: what it stands for is said by the model it was expanded from.
        model = onnx.load(str(folder / f"test_{name.replace('_expanded', '')}" / 'model.onnx'))
        attributes = {one.name: onnx.helper.get_attribute_value(one) for one in model.graph.node[0].attribute}
        truth = WAYS[name.split('_')[0]](*inputs, **attributes)
        expected = read(where / 'test_data_set_0/output_0.pb')
        with tempfile.TemporaryDirectory() as made:
            data = Path(made) / 'test_data_set_0'
            shutil.copytree(where / 'test_data_set_0', data)
            said = onnx.load_tensor(str(data / 'output_0.pb')).name
            onnx.save_tensor(numpy_helper.from_array(truth.astype(expected.dtype), said), str(data / 'output_0.pb'))
            run = subprocess.run([program, 'compare', where / 'model.onnx', '--inputs', data, '--format', 'json'],
                                 capture_output=True, text=True)
        output = json.loads(run.stdout)['pairs'][0]['outputs'][0]
        who = 'agrees with' if output['match'] else 'differs from'
        print(f"{name}: data off by {np.abs(expected - truth).max():.1e}, ONNX Runtime by {output['max_abs']:.1e} (numbers up to "
              f"{np.abs(truth).max():.4g}): ONNX Runtime {who} the definition", flush=True)


main()
