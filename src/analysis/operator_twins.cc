#include "analysis/operator_twins.h"

#include <algorithm>
#include <array>
#include <utility>

namespace graphwitness {
namespace {

using Twin = std::pair<std::string_view, std::string_view>;

constexpr std::string_view kConvolution = "aten::_convolution";
constexpr std::string_view kRsub = "aten::rsub";
constexpr std::string_view kTo = "aten::to";
constexpr std::string_view kSize = "aten::size";

constexpr std::array kTwins = std::to_array<Twin>({
    {"aten::absolute", "aten::abs"},
    {"aten::bool", kTo},
    {"aten::clip", "aten::clamp"},
    {"aten::conv1d", kConvolution},
    {"aten::conv2d", kConvolution},
    {"aten::conv3d", kConvolution},
    {"aten::conv_transpose1d", kConvolution},
    {"aten::conv_transpose2d", kConvolution},
    {"aten::conv_transpose3d", kConvolution},
    {"aten::convolution", kConvolution},
    {"aten::cpu", kTo},
    {"aten::cuda", kTo},
    {"aten::divide", "aten::div"},
    {"aten::double", kTo},
    {"aten::float", kTo},
    {"aten::floordiv", "aten::floor_divide"},
    {"aten::greater", "aten::gt"},
    {"aten::greater_equal", "aten::ge"},
    {"aten::half", kTo},
    {"aten::int", kTo},
    {"aten::len", kSize},
    {"aten::less", "aten::lt"},
    {"aten::less_equal", "aten::le"},
    {"aten::long", kTo},
    {"aten::multiply", "aten::mul"},
    {"aten::negative", "aten::neg"},
    {"aten::not_equal", "aten::ne"},
    {kRsub, "aten::sub"},
    {"aten::split_with_sizes", "aten::split"},
    {"aten::subtract", "aten::sub"},
    {"aten::true_divide", "aten::div"},
    {"aten::type_as", kTo},
    {"aten::unsafe_chunk", "aten::chunk"},
    {"aten::unsafe_split", "aten::split"},
});

/// What PyTorch's exporter writes for an operator, where it is one for one.
constexpr std::array kExported = std::to_array<Twin>({
    {"onnx::Abs", "aten::abs"},
    {"onnx::Add", "aten::add"},
    {"onnx::And", "aten::logical_and"},
    {"onnx::ArgMax", "aten::argmax"},
    {"onnx::ArgMin", "aten::argmin"},
    {"onnx::AveragePool", "aten::avg_pool2d"},
    {"onnx::BatchNormalization", "aten::batch_norm"},
    {"onnx::Ceil", "aten::ceil"},
    {"onnx::Clip", "aten::clamp"},
    {"onnx::Concat", "aten::cat"},
    {"onnx::Conv", kConvolution},
    {"onnx::ConvTranspose", kConvolution},
    {"onnx::Cos", "aten::cos"},
    {"onnx::CumSum", "aten::cumsum"},
    {"onnx::Div", "aten::div"},
    {"onnx::Dropout", "aten::dropout"},
    {"onnx::Elu", "aten::elu"},
    {"onnx::Equal", "aten::eq"},
    {"onnx::Erf", "aten::erf"},
    {"onnx::Exp", "aten::exp"},
    {"onnx::Expand", "aten::expand"},
    {"onnx::Flatten", "aten::flatten"},
    {"onnx::Floor", "aten::floor"},
    {"onnx::GRU", "aten::gru"},
    {"onnx::Gather", "aten::index_select"},
    {"onnx::GatherElements", "aten::gather"},
    {"onnx::Gelu", "aten::gelu"},
    {"onnx::Gemm", "aten::linear"},
    {"onnx::GlobalAveragePool", "aten::adaptive_avg_pool2d"},
    {"onnx::Greater", "aten::gt"},
    {"onnx::GreaterOrEqual", "aten::ge"},
    {"onnx::HardSigmoid", "aten::hardsigmoid"},
    {"onnx::HardSwish", "aten::hardswish"},
    {"onnx::If", "prim::If"},
    {"onnx::InstanceNormalization", "aten::instance_norm"},
    {"onnx::LSTM", "aten::lstm"},
    {"onnx::LayerNormalization", "aten::layer_norm"},
    {"onnx::LeakyRelu", "aten::leaky_relu"},
    {"onnx::Less", "aten::lt"},
    {"onnx::LessOrEqual", "aten::le"},
    {"onnx::Log", "aten::log"},
    {"onnx::LogSoftmax", "aten::log_softmax"},
    {"onnx::Loop", "prim::Loop"},
    {"onnx::MatMul", "aten::matmul"},
    {"onnx::MaxPool", "aten::max_pool2d"},
    {"onnx::Mul", "aten::mul"},
    {"onnx::Neg", "aten::neg"},
    {"onnx::NonZero", "aten::nonzero"},
    {"onnx::Not", "aten::logical_not"},
    {"onnx::Or", "aten::logical_or"},
    {"onnx::PRelu", "aten::prelu"},
    {"onnx::Pad", "aten::pad"},
    {"onnx::Pow", "aten::pow"},
    {"onnx::RNN", "aten::rnn_tanh"},
    {"onnx::Reciprocal", "aten::reciprocal"},
    {"onnx::ReduceMean", "aten::mean"},
    {"onnx::ReduceSum", "aten::sum"},
    {"onnx::Relu", "aten::relu"},
    {"onnx::Reshape", "aten::reshape"},
    {"onnx::Resize", "aten::upsample_nearest2d"},
    {"onnx::Round", "aten::round"},
    {"onnx::Sigmoid", "aten::sigmoid"},
    {"onnx::Sign", "aten::sign"},
    {"onnx::Sin", "aten::sin"},
    {"onnx::Slice", "aten::slice"},
    {"onnx::Softmax", "aten::softmax"},
    {"onnx::Softplus", "aten::softplus"},
    {"onnx::Split", "aten::split"},
    {"onnx::Sqrt", "aten::sqrt"},
    {"onnx::Squeeze", "aten::squeeze"},
    {"onnx::Sub", "aten::sub"},
    {"onnx::Tan", "aten::tan"},
    {"onnx::Tanh", "aten::tanh"},
    {"onnx::TopK", "aten::topk"},
    {"onnx::Transpose", "aten::transpose"},
    {"onnx::Unsqueeze", "aten::unsqueeze"},
    {"onnx::Where", "aten::where"},
    {"onnx::Xor", "aten::logical_xor"},
});
static_assert(std::ranges::is_sorted(kExported, {}, &Twin::first));

constexpr std::array kPlumbing = std::to_array<std::string_view>({
    "aten::__getitem__",
    "aten::detach",
    "aten::lift_fresh",
    "onnx::Constant",
    "onnx::Identity",
    "prim::Constant",
    "prim::CreateObject",
    "prim::DictConstruct",
    "prim::GetAttr",
    "prim::ListConstruct",
    "prim::ListUnpack",
    "prim::NumToTensor",
    "prim::TupleConstruct",
    "prim::TupleIndex",
    "prim::TupleUnpack",
    "prim::Uninitialized",
    "prim::unchecked_cast",
    "prim::unchecked_unwrap_optional",
});

constexpr std::array kNumberPassing = std::to_array<std::string_view>({
    "aten::Bool",
    "aten::Complex",
    "aten::ComplexImplicit",
    "aten::Float",
    "aten::FloatImplicit",
    "aten::Int",
    "aten::IntImplicit",
    "aten::Scalar",
    "aten::ScalarImplicit",
    "aten::_local_scalar_dense",
    "aten::item",
    "prim::NumToTensor",
    "prim::unchecked_cast",
    "prim::unchecked_unwrap_optional",
});

using Positions = std::vector<std::uint32_t>;

/// Where input, weight, bias, stride, padding, dilation, groups and output padding stand.
Positions convolution_positions(std::string_view op) {
  if (op == kConvolution || op == "aten::convolution") return {0, 1, 2, 3, 4, 5, 8, 7};
  if (op.starts_with("aten::conv_transpose")) return {0, 1, 2, 3, 4, 7, 6, 5};
  return {0, 1, 2, 3, 4, 5, 6};
}

bool same_overload(const Graph& left, NodeId a, const Graph& right, NodeId b) {
  const Literal* one = left.attribute(a, "overload");
  const Literal* other = right.attribute(b, "overload");
  if (one == nullptr || other == nullptr) return one == other;
  return left.text(*one) == right.text(*other);
}

std::vector<OperandPair> first_pairs(std::uint32_t count) {
  std::vector<OperandPair> pairs;
  for (std::uint32_t i = 0; i < count; ++i) pairs.push_back({i, i});
  return pairs;
}

/// The operator without the mark of its in-place form.
std::string_view out_of_place(std::string_view op) {
  const bool in_place = op.starts_with("aten::") && op.ends_with('_') && !op.ends_with("__");
  return in_place ? op.substr(0, op.size() - 1) : op;
}

}  // namespace

std::string_view canonical_operator(std::string_view op) {
  if (op.starts_with("onnx::")) {
    const auto exported = std::ranges::lower_bound(kExported, op, {}, &Twin::first);
    return exported == kExported.end() || exported->first != op ? op : exported->second;
  }
  const std::string_view plain = out_of_place(op);
  const auto twin = std::ranges::find(kTwins, plain, &Twin::first);
  return twin == kTwins.end() ? plain : twin->second;
}

bool has_export_twin(std::string_view canonical) {
  return std::ranges::find(kExported, canonical, &Twin::second) != kExported.end();
}

bool is_plumbing(std::string_view op) { return std::ranges::find(kPlumbing, op) != kPlumbing.end(); }

bool passes_number(std::string_view op) { return std::ranges::find(kNumberPassing, op) != kNumberPassing.end(); }

std::vector<OperandPair> operand_pairs(const Graph& left, NodeId a, const Graph& right, NodeId b) {
  const std::string_view one = out_of_place(left[left[a].op]);
  const std::string_view other = out_of_place(right[right[b].op]);
  const std::uint32_t shorter = std::min(left[a].operands.count, right[b].operands.count);
  const std::string_view kind = canonical_operator(one);
  if (kind == kConvolution) {
    const Positions from = convolution_positions(one);
    const Positions to = convolution_positions(other);
    std::vector<OperandPair> pairs;
    for (std::size_t i = 0; i < std::min(from.size(), to.size()); ++i) {
      if (from[i] < left[a].operands.count && to[i] < right[b].operands.count) pairs.push_back({from[i], to[i]});
    }
    return pairs;
  }
  if ((one == kRsub) != (other == kRsub)) {
    return shorter < 2 ? std::vector<OperandPair>{} : std::vector<OperandPair>{{0, 1}, {1, 0}};
  }
  if (one == other && left[a].operands.count == right[b].operands.count && same_overload(left, a, right, b)) {
    return first_pairs(shorter);
  }
  // `to` takes a dtype, a device or another tensor at the same position; a size may be asked for whole or one by one.
  if (kind == kTo || kind == kSize) return first_pairs(std::min(shorter, 1U));
  if (one == other && left[a].operands.count == right[b].operands.count) return first_pairs(shorter);
  return first_pairs(std::min(shorter, 2U));
}

}  // namespace graphwitness
