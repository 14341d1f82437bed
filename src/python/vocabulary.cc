#include "python/vocabulary.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace graphwitness::python {
namespace {

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

Meaning attribute_of_tensor(std::string_view name) {
  if (name == "shape") return {Read::shape, Label::shape};
  if (name == "ndim") return {Read::property, Label::rank};
  if (is_one_of(name, {"dtype", "itemsize"})) return {Read::property, Label::dtype};
  if (is_one_of(name, {"device", "is_cuda", "is_cpu", "is_xpu", "is_mps", "is_meta", "layout", "is_sparse",
                       "is_sparse_csr", "is_quantized", "is_mkldnn", "is_nested"})) {
    return {Read::property, Label::device};
  }
  if (is_one_of(name, {"requires_grad", "is_leaf", "grad_fn", "grad", "retains_grad"})) {
    return {Read::property, Label::gradient};
  }
  return {};
}

Meaning method_of_tensor(std::string_view name) {
  if (name == "size") return {Read::shape, Label::shape};
  if (is_one_of(name, {"numel", "nelement", "__len__"})) return {Read::size, Label::shape};
  if (is_one_of(name, {"dim", "ndimension"})) return {Read::property, Label::rank};
  if (is_one_of(name, {"item", "tolist", "__int__", "__float__", "__bool__", "__index__"}))
    return {Read::number, Label::data};
  if (is_one_of(name, {"numpy", "__array__", "__dlpack__"})) return {Read::array, Label::data};
  if (is_one_of(name, {"storage", "untyped_storage", "_storage", "_typed_storage"}))
    return {Read::storage, Label::data};
  if (is_one_of(name, {"equal", "allclose", "is_nonzero", "q_scale", "q_zero_point", "is_coalesced", "__contains__"})) {
    return {Read::property, Label::data};
  }
  if (is_one_of(name, {"is_same_size"})) return {Read::property, Label::shape};
  if (is_one_of(name, {"is_contiguous", "stride", "storage_offset", "data_ptr", "is_set_to", "is_pinned", "is_shared",
                       "is_conj", "is_neg"})) {
    return {Read::property, Label::layout};
  }
  if (is_one_of(name, {"is_floating_point", "is_complex", "is_signed", "element_size"}))
    return {Read::property, Label::dtype};
  if (is_one_of(name, {"get_device"})) return {Read::property, Label::device};
  if (is_one_of(name, {"is_inference"})) return {Read::property, Label::gradient};
  if (is_one_of(name, {"new_tensor", "new", "__copy__"})) return {Read::copy, Label::data};
  if (is_one_of(name, {"resize_", "resize_as_", "resize"})) return {Read::resize, Label::data};
  return {};
}

Callee callee(std::string_view name) {
  if (name.starts_with("math.") || name.starts_with("cmath.")) return Callee::math;
  if (name.starts_with("random.") || name.starts_with("numpy.random.")) {
    return name.ends_with(".seed") || name.ends_with("state") ? Callee::none : Callee::random;
  }
  if (name.starts_with("numpy.")) return Callee::numpy;
  if (is_one_of(name, {"copy.copy", "copy.deepcopy"})) return Callee::copy;
  if (name == "print" || name.starts_with("warnings.") || name.starts_with("logging.")) return Callee::quiet;
  if (!outside_state(name).empty()) return Callee::outside;
  if (is_one_of(name, {"functools.reduce", "itertools.accumulate"})) return Callee::reduce;
  if (!name.starts_with("torch.")) return Callee::unknown;
  name.remove_prefix(6);
  if (is_one_of(name, {"tensor", "from_numpy", "Tensor", "FloatTensor", "LongTensor", "DoubleTensor", "IntTensor",
                       "BoolTensor", "HalfTensor", "ByteTensor", "as_tensor", "asarray", "frombuffer", "scalar_tensor",
                       "sparse_coo_tensor"})) {
    return Callee::constant;
  }
  if (name.starts_with("utils.dlpack.") || is_one_of(name, {"from_dlpack", "to_dlpack"})) return Callee::sharing;
  if (is_one_of(name, {"equal", "allclose", "is_nonzero"})) return Callee::predicate;
  if (is_one_of(name, {"is_floating_point", "is_complex", "is_signed", "result_type", "promote_types", "can_cast"})) {
    return Callee::property;
  }
  if (is_one_of(name, {"finfo", "iinfo"})) return Callee::limits;
  if (name == "get_default_dtype") return Callee::default_dtype;
  if (is_one_of(name, {"jit.is_tracing", "_C._get_tracing_state", "jit._is_tracing"})) {
    return Callee::tracing;
  }
  if (name == "onnx.is_in_onnx_export") return Callee::exporting;
  if (is_one_of(name, {"is_grad_enabled", "is_autocast_enabled", "is_autocast_cpu_enabled", "is_inference_mode_enabled",
                       "get_num_threads", "get_num_interop_threads", "get_autocast_cpu_dtype", "get_autocast_gpu_dtype",
                       "are_deterministic_algorithms_enabled", "get_float32_matmul_precision"})) {
    return Callee::mode;
  }
  if (is_one_of(name, {"autograd.grad", "autograd.backward", "autograd.functional.jacobian",
                       "autograd.functional.hessian"})) {
    return Callee::gradient;
  }
  if (name == "_assert") return Callee::assertion;
  if (name == "numel") return Callee::numel;
  if (is_one_of(name,
                {"is_tensor", "jit.is_scripting", "jit.isinstance", "device", "Size", "manual_seed", "get_rng_state",
                 "Generator", "no_grad", "enable_grad", "inference_mode", "set_grad_enabled", "jit.annotate"})) {
    return Callee::none;
  }
  const std::string_view last = name.substr(name.rfind('.') + 1);
  if (last.starts_with("conv") || is_one_of(last, {"split", "unfold", "fold", "tensor_split"}))
    return Callee::convolution;
  return Callee::torch;
}

std::string_view outside_state(std::string_view name) {
  constexpr auto kStates = std::to_array<std::string_view>(
      {"os.environ", "os.getenv", "os.cpu_count", "os.getpid", "sys.argv", "sys.flags", "sys.platform", "time.time",
       "time.monotonic", "time.perf_counter", "time.localtime", "datetime.datetime.now", "datetime.date.today",
       "platform.system", "platform.machine", "torch.backends", "torch.cuda.is_available", "torch.cuda.device_count",
       "torch.initial_seed"});
  for (std::string_view state : kStates) {
    if (name.starts_with(state) && (name.size() == state.size() || name[state.size()] == '.')) return state;
  }
  return {};
}

std::string_view switched_gradients(std::string_view name) {
  constexpr auto kSwitches = std::to_array<std::string_view>(
      {"torch.no_grad", "torch.enable_grad", "torch.inference_mode", "torch.set_grad_enabled"});
  const auto* const found = std::ranges::find(kSwitches, name);
  return found == kSwitches.end() ? std::string_view() : *found;
}

bool is_float_parameter(std::string_view name) {
  return is_one_of(name, {"eps", "momentum", "p", "negative_slope", "alpha", "beta", "threshold", "tau", "margin",
                          "label_smoothing", "dropout_p", "lambd", "delta"});
}

bool is_of_tensors_only(std::string_view name) {
  return is_one_of(
      name,
      {"shape",         "size",      "dim",       "ndim",       "view",        "reshape", "permute", "transpose",
       "unsqueeze",     "squeeze",   "flatten",   "contiguous", "detach",      "item",    "tolist",  "numpy",
       "mean",          "sum",       "softmax",   "sigmoid",    "tanh",        "matmul",  "mm",      "bmm",
       "expand",        "expand_as", "new_zeros", "new_ones",   "masked_fill", "float",   "long",    "requires_grad",
       "is_contiguous", "unbind",    "chunk",     "argmax",     "clamp",       "numel",   "is_cuda", "nonzero"});
}

bool draws_number(std::string_view name) {
  return is_one_of(name, {"random", "randint", "randrange", "choice", "choices", "gauss", "shuffle"});
}

bool changes_container(std::string_view name) {
  return is_one_of(name, {"append", "extend", "insert", "pop", "popleft", "appendleft", "remove", "clear", "update",
                          "setdefault", "add", "discard"});
}

}  // namespace graphwitness::python
