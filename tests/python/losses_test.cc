#include "python/losses.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace graphwitness::python {
namespace {

std::string_view word_of(Weight weight) {
  return weight == Weight::error ? "error" : weight == Weight::warning ? "warning" : "note";
}

std::string at_line(std::uint32_t line, std::string_view weight, std::string_view rule) {
  return std::to_string(line) + ": " + std::string(weight) + ' ' + std::string(rule);
}

/// "LINE: WEIGHT RULE" for each `# expect WEIGHT RULE` of the text, several separated by commas.
std::vector<std::string> expected(std::string_view text) {
  std::vector<std::string> found;
  std::uint32_t line = 1;
  while (!text.empty()) {
    std::string_view one = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(one.size() + 1, text.size()));
    if (const std::size_t at = one.find("# expect "); at != std::string_view::npos) {
      for (one.remove_prefix(at + 9); !one.empty();) {
        const std::string_view part = one.substr(0, one.find(", "));
        found.push_back(std::to_string(line) + ": " + std::string(part));
        one.remove_prefix(std::min(part.size() + 2, one.size()));
      }
    }
    ++line;
  }
  std::ranges::sort(found);
  return found;
}

/// What is lost of every function called `forward`, whose parameters are inputs but for those after the first `inputs`.
void check(const std::string& text, std::uint32_t inputs = 9) {
  const Module module = parse(text);
  std::vector<Visit> visits;
  for (std::uint32_t i = 0; i < module.functions.size(); ++i) {
    if (module.functions[i].name == "forward") visits.push_back({.function = i, .lines = {}, .inputs = inputs});
  }
  std::vector<std::string> found;
  for (const Loss& loss : find_losses(module, visits))
    found.push_back(at_line(loss.line, word_of(loss.weight), loss.rule));
  std::ranges::sort(found);
  CHECK(found == expected(text));
}

TEST_CASE("control flow on data") {
  check(R"(import torch
def forward(x, n):
    if x.sum() > 0:  # expect error data-dependent-branch
        x = x + 1
    while (x < 10).all():  # expect error data-dependent-loop
        x = x * 2
    for i in range(n):  # expect error data-dependent-loop
        x = x * i
    y = x if bool(x.mean() > 0) else -x  # expect error data-dependent-branch
    if 3 in x or torch.equal(x, n):  # expect error data-dependent-branch
        return y
    m = x.max().item()  # expect error tensor-read-as-number
    if m > 1:  # expect error data-dependent-branch
        return x / m
    return max(x[0], x[1])  # expect error data-dependent-branch
)");
}

TEST_CASE("control flow on shape, rank, dtype, device, layout, gradients and modes") {
  check(R"(import torch
class M(torch.nn.Module):
    def forward(self, x):
        n = x.size(0)
        if n > 2:  # expect warning shape-dependent-branch
            x = x + 1
        if x.dim() == 3 or x.dtype == torch.float32:  # expect warning shape-dependent-branch
            x = x - 1
        if x.device.type == 'cpu':  # expect warning shape-dependent-branch
            x = x * 2
        if not x.is_contiguous():  # expect warning shape-dependent-branch
            x = x * 3
        if x.requires_grad:  # expect warning mode-dependent-branch
            x = x * 4
        if self.training:  # expect warning mode-dependent-branch
            x = x * 5
        if torch.jit.is_tracing():  # expect warning mode-dependent-branch
            x = x * 6
        if torch.onnx.is_in_onnx_export():  # expect note mode-dependent-branch
            x = x * 7
        for i in range(x.shape[1]):  # expect warning shape-dependent-loop
            x = x + i
        for row in x:  # expect warning shape-dependent-loop
            x = x + row
        return [c * 2 for c in x.unbind(1)]  # expect warning shape-dependent-loop
)");
}

TEST_CASE("numbers, sizes, tensors and dtypes that become constants") {
  check(R"(import math, copy
import numpy as np
import torch
import torch.nn.functional as F
def forward(x, y):
    x = x * float(y.max())  # expect error tensor-read-as-number
    v = x[0].tolist()  # expect error tensor-read-as-number
    x = x.view(int(x.size(0)), -1)  # expect warning frozen-shape
    x = x / math.sqrt(x.size(-1))  # expect warning frozen-shape
    x = x / len(x)  # expect warning frozen-shape
    x = x.sum(x.dim() - 1)  # expect warning frozen-shape
    x = x.permute(*range(x.ndim))  # expect warning frozen-shape
    x = F.conv2d(x, y, padding=[y.size(2) // 4, 1])  # expect warning frozen-shape
    x = F.layer_norm(x, [4], eps=x.size(0) * 0.5)  # expect warning frozen-shape
    a, b = x.split(x.size(0) // 2)  # expect warning frozen-shape
    x = x + torch.from_numpy(np.sort(x.numpy()))  # expect error frozen-tensor
    x = x + torch.tensor([x[0], 1])  # expect error frozen-tensor
    x = x + torch.tensor(x.shape)  # expect warning frozen-tensor
    x = copy.copy(x)  # expect error frozen-tensor
    z = {'1': 10.0}[f'{y}']  # expect error tensor-read-as-number
    o = torch.ones(3, dtype=y.dtype, device=y.device)  # expect warning frozen-dtype, warning frozen-device
    m = torch.finfo(y.dtype).min  # expect warning frozen-dtype
    return x.to(torch.get_default_dtype()) * z * o * m * v  # expect warning frozen-dtype
)");
}

TEST_CASE("assertions, state and writes that a trace drops") {
  check(R"(import torch
class M(torch.nn.Module):
    def __init__(self):
        self.n = 0
        self.seen = None
    def forward(self, x, y):
        assert x.min() > 0  # expect warning dropped-assertion
        assert x.dim() == 2  # expect note dropped-assertion
        if (x < 0).any():  # expect warning dropped-assertion
            raise ValueError(f'negative {x.min()}')
        self.n = self.n + 1  # expect warning mutated-state
        self.seen = x  # expect note mutated-state
        self.cache.append(x)  # expect warning mutated-state
        w = y * next(self.steps)  # expect warning mutated-state
        w = w * self.rng.random()  # expect warning random-op
        x.data.add_(1)  # expect error mutated-input
        self.w.data.copy_(x)  # expect error mutated-state
        z = x.clone()
        z.numpy()[...] = 0  # expect error aliased-write
        z.data = y  # expect error aliased-write
        return z
)");
}

TEST_CASE("followed into functions, methods, lambdas and comprehensions of the file") {
  check(R"(import torch
def scale(t, k):
    return t * float(k)  # expect error tensor-read-as-number
def depth(t, n: int):
    return t if n <= 0 else depth(t * 2, n - 1)  # expect error data-dependent-branch
@torch.jit.script
def kept(t, n: int):
    if t.sum() > 0:
        return t * n
    return t
class M(torch.nn.Module):
    def pick(self, t):
        return [i for i in range(3) if t[i] > 0]  # expect error data-dependent-branch
    def forward(self, x, n):
        x = scale(x, n)
        x = depth(x, int(n))  # expect error tensor-read-as-number
        x = kept(x, x.size(0))  # expect warning frozen-shape
        order = sorted(range(3), key=lambda i: float(x[i]))  # expect error tensor-read-as-number
        return x[order], self.pick(x)
)");
}

TEST_CASE("what code outside of the model sets: environment, clock, modes and changed globals") {
  check(R"(import os, time
import torch
CONFIG = {'gain': 2.0}
LIMITS = {'most': 3}
STEPS = 0
TABLE = torch.ones(4)
def tune(v):
    CONFIG['gain'] = v
    TABLE[0] = v
reset = lambda: LIMITS.update(most=4)
def count():
    global STEPS
    STEPS += 1
def local():
    FIXED = {}
    FIXED['a'] = 1
FIXED = {'a': 2}
class M(torch.nn.Module):
    def forward(self, x):
        if os.environ.get('FAST') == '1':  # expect warning mode-dependent-branch
            x = x + 1
        if 'SLOW' in os.environ or os.getenv('SLOW'):  # expect warning mode-dependent-branch
            x = x + 2
        if int(os.environ['LEVEL']) > 2:  # expect warning mode-dependent-branch
            x = x + 3
        x = x * CONFIG['gain']  # expect warning mode-dependent-branch
        for i in range(LIMITS['most']):  # expect warning mode-dependent-branch
            x = x + i
        x = x + STEPS  # expect warning mode-dependent-branch
        x = x * time.time()  # expect warning mode-dependent-branch
        x *= torch.get_num_threads()  # expect warning mode-dependent-branch
        if torch.backends.cudnn.enabled:  # expect warning mode-dependent-branch
            x = x + 4
        with torch.no_grad():  # expect warning mode-dependent-branch
            y = x * 2
        with torch.set_grad_enabled(False):  # expect warning mode-dependent-branch
            y = y * 2
        M.calls += 1
        y = y * M.calls  # expect warning mode-dependent-branch
        return y * FIXED['a'] + TABLE
)");
}

TEST_CASE("numbers that hang on rank, dtype or an argument, as operands") {
  check(R"(import torch
def forward(x, k=2.0, mask=None, names=()):
    x = x * x.element_size()  # expect warning frozen-dtype
    x = x.dim() + x  # expect warning frozen-shape
    x = x > x.stride(0)  # expect warning frozen-shape
    x = x * k  # expect warning argument-dependent-branch
    if mask is not None:  # expect warning argument-dependent-branch
        x = x * 2
    for name in names:  # expect warning argument-dependent-branch
        x = x + 1
    return x
)",
        1);
}

TEST_CASE("reduce, filter and what is left over of an unpacked tensor") {
  check(R"(import functools
import torch
def forward(x, y):
    best = functools.reduce(lambda u, v: u if u.sum() > v.sum() else v, [x, y])  # expect error data-dependent-branch
    kept = list(filter(lambda t: t.sum() > 0, [x, y]))  # expect error data-dependent-branch
    first, *rest = x  # expect warning frozen-shape
    a, b = y.chunk(2)
    total = functools.reduce(torch.add, [x, y]) + functools.reduce(lambda u, v: u * v, [x, y])
    return best, kept, first, rest, a + b, total
)");
}

TEST_CASE("an operation that may fail, and whose failure is caught") {
  check(R"(import torch
def forward(x):
    try:  # expect warning data-dependent-branch
        return torch.linalg.cholesky(x)
    except RuntimeError:
        return x * 0
)");
  check(R"(def forward(x):
    try:
        import fast
        x = fast.go(x)
    except ImportError:
        x = x * 2
    return x
)");
}

TEST_CASE("healthy code is left in peace") {
  check(R"(import logging
import torch
import torch.nn as nn
import torch.nn.functional as F
logger = logging.getLogger(__name__)
LIMIT = 3
class Block(nn.Module):
    def __init__(self, n, flag=True):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(n, n) for _ in range(n)])
        self.flag, self.n, self.drop = flag, n, None
    def shape_of(self, x):
        b, c, h, w = x.shape
        return b, c, h * w
    def forward(self, x, mask):
        if self.flag and mask is not None:
            x = x.masked_fill(mask == 0, float('-inf'))
        if self.drop is not None:
            x = self.drop(x)
        for layer in self.layers:
            x = F.relu(layer(x))
        for i in range(self.n):
            x = x + i
        b, c, s = self.shape_of(x)
        q, k, v = x.view(b, -1, 3, c // 3).unbind(2)
        x = x.reshape(b, s // 2, 2, -1)[:, : x.size(1) // 2]
        y = torch.zeros(b, x.size(1)) + torch.arange(x.size(1))
        parts = torch.cat([x, y], dim=-1).chunk(2, -1)
        x = torch.where(x.sum() > 0, parts[0], parts[1])
        x = F.interpolate(x, size=y.shape[-2:], scale_factor=None)
        if isinstance(x, tuple) or len(self.layers) > LIMIT:
            x = x[0]
        logger.info('mean %s', x.mean())
        print('max', x.max().item(), f'{x.min()}')
        if x.mean() > 10:
            logger.warning('large')
        out = {'x': x, 'y': y}
        out['z'] = x * self.n
        scores = [head(x) for head in self.layers]
        return out, scores, max(self.n, 3), sum(scores)
)");
}

}  // namespace
}  // namespace graphwitness::python
