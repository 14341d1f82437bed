#include "verify/torch/observer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <string_view>

#include "verify/torch/places.h"

namespace graphwitness::verify::worker {

namespace jit = torch::jit;

namespace {

/// What is particular about an operation.
enum Hint : int {
  kPlain = 1,
  kSize,         ///< a number that is a tensor's shape
  kMetadata,     ///< depends on rank, dtype, device and the like
  kLength,       ///< len of a list
  kShapeOfData,  ///< the result's shape depends on data
  kRandom,
  kLess,
  kGreater,
  kEqual,
  kUnequal,
  kNot,
  kAnd,
  kOr,
  kAny,
  kAll,
  kBool,
  kRead,  ///< a tensor or number as a number
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kNegate,
  kAbsolute,
  kMinimum,
  kMaximum,
  kSquareRoot,
  kPower,
  kExponential,
  kLogarithm,
  kRounded,  ///< keeps the number but for its fraction
  kSameTensors,
  kAllClose,
  kNonzero,
  kToList,
  kItem,
  kSum,
  kMean,
  kCast,
  kArgmax,
  kView,
  kGradMode,
  kDetach,
};

const std::unordered_map<std::string_view, Hint>& hints() {
  static const std::unordered_map<std::string_view, Hint> table{
      {"aten::size", kSize},
      {"aten::numel", kSize},
      {"prim::shape", kSize},
      {"aten::is_same_size", kSize},
      {"aten::dim", kMetadata},
      {"prim::dtype", kMetadata},
      {"prim::device", kMetadata},
      {"prim::layout", kMetadata},
      {"aten::is_floating_point", kMetadata},
      {"aten::is_complex", kMetadata},
      {"aten::is_signed", kMetadata},
      {"aten::is_contiguous", kMetadata},
      {"aten::stride", kMetadata},
      {"aten::storage_offset", kMetadata},
      {"prim::requires_grad", kMetadata},
      {"prim::is_cuda", kMetadata},
      {"prim::is_nested", kMetadata},
      {"prim::is_quantized", kMetadata},
      {"prim::is_sparse", kMetadata},
      {"aten::element_size", kMetadata},
      {"aten::result_type", kMetadata},
      {"prim::type", kMetadata},
      {"aten::get_device", kMetadata},
      {"aten::len", kLength},
      {"aten::nonzero", kShapeOfData},
      {"aten::nonzero_numpy", kShapeOfData},
      {"aten::masked_select", kShapeOfData},
      {"aten::_unique2", kShapeOfData},
      {"aten::unique_dim", kShapeOfData},
      {"aten::unique_consecutive", kShapeOfData},
      {"aten::index", kShapeOfData},
      {"aten::bincount", kShapeOfData},
      {"aten::repeat_interleave", kShapeOfData},
      {"aten::one_hot", kShapeOfData},
      {"aten::argwhere", kShapeOfData},
      {"aten::rand", kRandom},
      {"aten::randn", kRandom},
      {"aten::rand_like", kRandom},
      {"aten::randn_like", kRandom},
      {"aten::randint", kRandom},
      {"aten::randint_like", kRandom},
      {"aten::randperm", kRandom},
      {"aten::bernoulli", kRandom},
      {"aten::multinomial", kRandom},
      {"aten::normal", kRandom},
      {"aten::normal_", kRandom},
      {"aten::uniform_", kRandom},
      {"aten::bernoulli_", kRandom},
      {"aten::exponential_", kRandom},
      {"aten::poisson", kRandom},
      {"aten::lt", kLess},
      {"aten::le", kLess},
      {"aten::less", kLess},
      {"aten::less_equal", kLess},
      {"aten::gt", kGreater},
      {"aten::ge", kGreater},
      {"aten::greater", kGreater},
      {"aten::greater_equal", kGreater},
      {"aten::eq", kEqual},
      {"aten::ne", kUnequal},
      {"aten::not_equal", kUnequal},
      {"aten::__not__", kNot},
      {"aten::logical_not", kNot},
      {"aten::bitwise_not", kNot},
      {"aten::__and__", kAnd},
      {"aten::logical_and", kAnd},
      {"aten::bitwise_and", kAnd},
      {"aten::__or__", kOr},
      {"aten::logical_or", kOr},
      {"aten::bitwise_or", kOr},
      {"aten::any", kAny},
      {"aten::all", kAll},
      {"aten::Bool", kBool},
      {"aten::is_nonzero", kNonzero},
      {"aten::Int", kRead},
      {"aten::Float", kRead},
      {"aten::item", kRead},
      {"aten::IntImplicit", kRead},
      {"aten::FloatImplicit", kRead},
      {"aten::ScalarImplicit", kRead},
      {"aten::Complex", kRead},
      {"aten::_local_scalar_dense", kRead},
      {"aten::tensor", kRead},
      {"prim::NumToTensor", kRead},
      {"aten::add", kAdd},
      {"aten::sub", kSubtract},
      {"aten::mul", kMultiply},
      {"aten::div", kDivide},
      {"aten::neg", kNegate},
      {"aten::abs", kAbsolute},
      {"prim::abs", kAbsolute},
      {"prim::min", kMinimum},
      {"prim::max", kMaximum},
      {"aten::sqrt", kSquareRoot},
      {"aten::pow", kPower},
      {"aten::exp", kExponential},
      {"aten::log", kLogarithm},
      {"aten::floor", kRounded},
      {"aten::ceil", kRounded},
      {"aten::round", kRounded},
      {"aten::equal", kSameTensors},
      {"aten::allclose", kAllClose},
      {"prim::tolist", kToList},
      {"aten::__getitem__", kItem},
      {"aten::sum", kSum},
      {"aten::count_nonzero", kSum},
      {"aten::mean", kMean},
      {"aten::to", kCast},
      {"aten::_to_copy", kCast},
      {"aten::float", kCast},
      {"aten::type_as", kCast},
      {"aten::argmax", kArgmax},
      {"aten::argmin", kArgmax},
      {"aten::select", kView},
      {"aten::slice", kView},
      {"aten::view", kView},
      {"aten::reshape", kView},
      {"aten::unsqueeze", kView},
      {"aten::squeeze", kView},
      {"aten::flatten", kView},
      {"aten::transpose", kView},
      {"aten::permute", kView},
      {"aten::expand", kView},
      {"aten::set_grad_enabled", kGradMode},
      {"aten::_set_grad_enabled", kGradMode},
      {"aten::detach", kDetach},
  };
  return table;
}

int hint_of(std::string_view name) {
  const auto found = hints().find(name);
  return found == hints().end() ? kPlain : found->second;
}

bool holds_tensors(const c10::IValue& value) { return value.isTensor() || value.isTensorList(); }

/// The number or tensor, differentiable where that is known; undefined for what is neither.
at::Tensor number(const Cell& cell) {
  if (cell.soft.defined() && !cell.value.isBool()) return cell.soft;
  const c10::IValue& value = cell.value;
  if (value.isTensor()) {
    const at::Tensor& tensor = value.toTensor();
    if (!tensor.defined() || tensor.is_complex()) return {};
    return tensor.is_floating_point() ? tensor : tensor.to(at::kDouble);
  }
  if (value.isInt()) return at::scalar_tensor(static_cast<double>(value.toInt()), at::kDouble);
  if (value.isDouble()) return at::scalar_tensor(value.toDouble(), at::kDouble);
  if (value.isBool()) return at::scalar_tensor(value.toBool() ? 1. : 0., at::kDouble);
  return {};
}

/// Of a bool or a tensor of bools: positive where true.
at::Tensor truth(const Cell& cell) {
  if (cell.soft.defined()) return cell.soft;
  if (cell.value.isTensor()) {
    const at::Tensor& tensor = cell.value.toTensor();
    if (!tensor.defined() || tensor.is_complex()) return {};
    // A number counts as true unless it is zero.
    if (tensor.scalar_type() != at::kBool) return number(cell).abs();
  }
  return {};
}

/// The value of `hard`, the slope of `soft`.
at::Tensor straight_through(const at::Tensor& soft, const at::Tensor& hard) {
  return hard.detach().to(at::kDouble) + (soft - soft.detach());
}

/// Where only one of the two is known, the other will not turn.
at::Tensor nearest(const Cell& a, const Cell& b, bool smaller) {
  at::Tensor x = truth(a);
  at::Tensor y = truth(b);
  if (!x.defined()) return y;
  if (!y.defined()) return x;
  return smaller ? at::minimum(x, y) : at::maximum(x, y);
}

at::Tensor compared(int hint, const at::Tensor& a, const at::Tensor& b) {
  switch (hint) {
    case kLess:
      return b - a;
    case kGreater:
      return a - b;
    case kEqual:
      return -(a - b).abs();
    default:
      return (a - b).abs();
  }
}

at::Tensor calculated(int hint, const at::Tensor& a, const at::Tensor& b) {
  switch (hint) {
    case kAdd:
      return a + b;
    case kSubtract:
      return a - b;
    case kMultiply:
      return a * b;
    case kDivide:
      return a / b;
    case kMinimum:
      return at::minimum(a, b);
    case kMaximum:
      return at::maximum(a, b);
    case kPower:
      return at::pow(a, b);
    case kNegate:
      return -a;
    case kAbsolute:
      return a.abs();
    case kSquareRoot:
      return a.sqrt();
    case kExponential:
      return a.exp();
    default:
      return a.log();
  }
}

/// Softness of an operation whose result is a number or a bool, or a tensor of bools or integers.
at::Tensor softness(int hint, const std::vector<Cell>& inputs, const c10::IValue& output) {
  const Cell& first = inputs[0];
  switch (hint) {
    case kLess:
    case kGreater:
    case kEqual:
    case kUnequal: {
      const at::Tensor a = number(first);
      const at::Tensor b = inputs.size() > 1 ? number(inputs[1]) : at::Tensor();
      if (!a.defined() || !b.defined()) return {};
      return compared(hint, a, b);
    }
    case kNot: {
      const at::Tensor x = truth(first);
      return x.defined() ? -x : x;
    }
    case kAnd:
      return inputs.size() > 1 ? nearest(first, inputs[1], true) : at::Tensor();
    case kOr:
      return inputs.size() > 1 ? nearest(first, inputs[1], false) : at::Tensor();
    case kAny:
    case kAll: {
      const at::Tensor x = truth(first);
      if (!x.defined() || x.numel() == 0 || !output.isTensor() || output.toTensor().dim() != 0) return {};
      return hint == kAny ? x.max() : x.min();
    }
    case kBool:
    case kNonzero: {
      const at::Tensor x = first.value.isTensor() || first.soft.defined() ? truth(first) : at::Tensor();
      return x.defined() && x.numel() == 1 ? x.reshape({}) : at::Tensor();
    }
    case kRead: {
      if (first.value.isTensor() && first.value.toTensor().scalar_type() == at::kBool) {
        return first.soft.defined() && first.soft.numel() == 1 ? at::sigmoid(first.soft.reshape({})) : at::Tensor();
      }
      const at::Tensor x = number(first);
      if (!x.defined() || x.numel() != 1) return {};
      at::Tensor whole = x.reshape({});
      if (output.isInt()) return straight_through(whole, at::scalar_tensor(static_cast<double>(output.toInt())));
      return whole;
    }
    case kRounded: {
      if (output.isTensor()) return {};
      const at::Tensor x = number(first);
      if (!x.defined()) return {};
      const double hard = output.isInt() ? static_cast<double>(output.toInt()) : output.toDouble();
      return straight_through(x, at::scalar_tensor(hard, at::kDouble));
    }
    case kSameTensors: {
      const at::Tensor a = number(first);
      const at::Tensor b = number(inputs[1]);
      if (!a.defined() || !b.defined() || a.sizes() != b.sizes() || a.numel() == 0) return {};
      return -(a - b).abs().max();
    }
    case kAllClose: {
      const at::Tensor a = number(first);
      const at::Tensor b = number(inputs[1]);
      if (!a.defined() || !b.defined() || inputs.size() < 4) return {};
      const at::Tensor room = b.abs() * inputs[2].value.toDouble() + inputs[3].value.toDouble();
      const at::Tensor slack = room - (a - b).abs();
      return slack.numel() == 0 ? at::Tensor() : slack.min();
    }
    case kToList:
      return first.value.isTensor() ? number(first) : at::Tensor();
    case kItem: {
      if (!first.soft.defined() || inputs.size() < 2 || !inputs[1].value.isInt() || first.soft.dim() < 1) return {};
      return first.soft.select(0, inputs[1].value.toInt());
    }
    case kSum: {
      if (!output.isTensor() || output.toTensor().dim() != 0 || !first.soft.defined()) return {};
      if (first.value.toTensor().scalar_type() != at::kBool) return {};
      return straight_through(at::sigmoid(first.soft).sum(), output.toTensor());
    }
    case kArgmax: {
      if (!output.isTensor() || output.toTensor().dim() != 0) return {};
      const at::Tensor x = number(first);
      if (!x.defined() || x.numel() == 0) return {};
      const at::Tensor flat = x.flatten().to(at::kDouble);
      const at::Tensor expected = (at::softmax(flat, 0) * at::arange(flat.numel(), flat.options())).sum();
      return straight_through(expected, output.toTensor());
    }
    default:
      break;
  }
  if (hint < kAdd || hint > kLogarithm || output.isTensor()) return {};
  if (!output.isInt() && !output.isDouble()) return {};
  const bool soft = std::ranges::any_of(inputs, [](const Cell& cell) { return cell.soft.defined(); });
  if (!soft) return {};
  const at::Tensor a = number(first);
  const at::Tensor b = inputs.size() > 1 ? number(inputs[1]) : a;
  if (!a.defined() || !b.defined()) return {};
  return calculated(hint, a, b);
}

bool only_raises(const jit::Block* block) {
  for (const jit::Node* node : block->nodes()) {
    if (node->kind() == c10::prim::RaiseException) return true;
  }
  return false;
}

std::optional<double> as_double(const c10::IValue& value) {
  if (value.isInt()) return static_cast<double>(value.toInt());
  if (value.isDouble()) return value.toDouble();
  if (value.isBool()) return value.toBool() ? 1. : 0.;
  return std::nullopt;
}

}  // namespace

std::size_t Sites::find(const jit::Node* node, std::uint64_t path) {
  const auto [found, fresh] = index_.try_emplace({node, path}, sites_.size());
  if (fresh) sites_.emplace_back();
  return found->second;
}

void Observer::note(Frame& frame, const jit::Node* node, DecisionKind kind, double outcome, std::uint8_t from,
                    const at::Tensor& slack) {
  const std::size_t before = sites_.size();
  const std::size_t index = sites_.find(node, frame.path);
  Site& site = sites_[index];
  if (index == before) {
    std::vector<const jit::Node*> chain{node};
    for (const Frame* at = &frame; at->site != nullptr && at->caller != nullptr; at = at->caller)
      chain.push_back(at->site);
    site.kind = kind;
    site.place = place_of(chain);
    if (node->kind() == c10::prim::If) {
      site.only_raises = only_raises(node->blocks()[0]) != only_raises(node->blocks()[1]);
    }
  }
  site.from = static_cast<std::uint8_t>(site.from | from);
  occurrences_.push_back({index, outcome, slack});
}

bool Observer::branch(Frame& frame, const jit::Node* node) {
  const Cell& condition = frame.at(node->input());
  const bool value = condition.value.toBool();
  if (condition.data != 0) note(frame, node, DecisionKind::branch, value ? 1 : 0, condition.data, condition.soft);
  return value;
}

void Observer::joined(Frame& frame, const jit::Node* node, bool taken) {
  const Cell condition = frame.at(node->input());
  if (condition.data == 0) return;
  const jit::Block* other = node->blocks()[taken ? 1 : 0];
  for (std::size_t i = 0; i < node->outputs().size(); ++i) {
    Cell& result = frame.at(node->output(i));
    result.data = static_cast<std::uint8_t>(result.data | condition.data);
    result.shape = static_cast<std::uint8_t>(result.shape | (holds_tensors(result.value) ? condition.data : 0));
    if (!with_slack_ || !result.value.isBool() || !condition.soft.defined()) continue;
    const bool is = result.value.toBool();
    const at::Tensor stays = taken ? condition.soft : -condition.soft;
    const at::Tensor leaving = is ? stays : -stays;
    if (!result.soft.defined()) {
      result.soft = leaving;
      continue;
    }
    const jit::Value* instead = other->outputs()[i];
    const auto constant =
        instead->node()->kind() == c10::prim::Constant ? jit::toIValue(instead) : decltype(jit::toIValue(instead))();
    if (!constant || !constant->isBool() || constant->toBool() == is) continue;
    result.soft = is ? at::minimum(leaving, result.soft) : at::maximum(leaving, result.soft);
  }
}

std::int64_t Observer::most_turns(Frame& frame, const jit::Node* node) {
  const Cell& count = frame.at(node->input(0));
  const std::int64_t turns = count.value.toInt();
  loop_facts_[node] = count.data;
  if (count.data != 0) {
    at::Tensor slack;
    if (count.soft.defined()) slack = count.soft - static_cast<double>(turns) + 0.5;
    note(frame, node, DecisionKind::loop, static_cast<double>(turns), count.data, slack);
  }
  return turns;
}

bool Observer::goes_on(Frame& frame, const jit::Node* node, const jit::Value* condition) {
  const Cell& cell = frame.at(condition);
  const bool value = cell.value.toBool();
  if (cell.data != 0) {
    loop_facts_[node] = static_cast<std::uint8_t>(loop_facts_[node] | cell.data);
    note(frame, node, DecisionKind::loop, value ? 1 : 0, cell.data, cell.soft);
  }
  return value;
}

void Observer::left_loop(Frame& frame, const jit::Node* node, std::int64_t /*turns*/) {
  const std::uint8_t from = loop_facts_[node];
  if (from == 0) return;
  for (const jit::Value* value : node->outputs()) {
    Cell& result = frame.at(value);
    result.data = static_cast<std::uint8_t>(result.data | from);
    if (holds_tensors(result.value)) result.shape = static_cast<std::uint8_t>(result.shape | from);
  }
}

void Observer::facts(Frame& frame, const jit::Node* node, const Operator& op, const std::vector<Cell>& inputs) {
  std::uint8_t data = 0;
  std::uint8_t shape = 0;
  std::uint8_t tensors_shape = 0;
  for (const Cell& input : inputs) {
    data |= input.data;
    shape |= input.shape;
    if (holds_tensors(input.value)) {
      tensors_shape |= input.shape;
    } else {
      shape |= input.data;
    }
  }
  if (op.hint == kShapeOfData) shape |= data;
  if (op.hint == kRandom) data |= kOnRandom;
  for (const jit::Value* value : node->outputs()) {
    Cell& output = frame.at(value);
    if (holds_tensors(output.value)) {
      output.data = data;
      output.shape = shape;
    } else if (op.hint == kSize) {
      output.data = tensors_shape;
    } else if (op.hint == kLength) {
      output.data = tensors_shape;
    } else if (op.hint != kMetadata) {
      output.data = data;
      output.shape = shape;
    }
  }
  // What is written into a tensor or container stays in it.
  const bool writes = op.name.ends_with('_') && !op.name.ends_with("__");
  const bool adds = op.name == "aten::append" || op.name == "aten::_set_item" || op.name == "aten::extend" ||
                    op.name == "aten::insert";
  if ((writes || adds) && !inputs.empty()) {
    Cell& target = frame.at(node->input(0));
    target.data |= data;
    target.shape |= shape;
  }
}

void Observer::soften(Frame& frame, const jit::Node* node, const Operator& op, const std::vector<Cell>& inputs) {
  if (node->outputs().size() != 1 || inputs.empty() || op.hint == kPlain) return;
  Cell& output = frame.at(node->output());
  const Cell& first = inputs[0];
  if (op.hint == kView && first.soft.defined() && first.value.isTensor() && op.schema != nullptr) {
    std::vector<c10::IValue> arguments{first.soft};
    for (std::size_t i = 1; i < inputs.size(); ++i) arguments.push_back(inputs[i].value);
    auto run = *op.run;
    run(arguments);
    output.soft = arguments.back().toTensor();
    return;
  }
  const bool of_bools = first.value.isTensor() && first.value.toTensor().defined() &&
                        first.value.toTensor().scalar_type() == at::kBool && first.soft.defined();
  if ((op.hint == kCast || op.hint == kMean) && of_bools && output.value.isTensor()) {
    const at::Tensor hard = output.value.toTensor();
    const at::Tensor near = at::sigmoid(first.soft);
    if (hard.is_floating_point() && hard.sizes() == near.sizes()) {
      output.value = straight_through(near, hard).to(hard.scalar_type());
    } else if (hard.sizes() == near.sizes()) {
      output.soft = straight_through(near, hard);
    }
    return;
  }
  const bool tensor =
      output.value.isTensor() && output.value.toTensor().defined() && output.value.toTensor().is_floating_point();
  if (tensor) return;  // carries its own slope
  output.soft = softness(op.hint, inputs, output.value);
}

void Observer::operate(Frame& frame, const jit::Node* node, Operator& op) {
  if (op.hint == 0) op.hint = hint_of(op.name);
  if (with_slack_ && op.hint == kGradMode) {
    for (const jit::Value* output : node->outputs()) frame.at(output) = Cell{};
    return;
  }
  if (with_slack_ && op.hint == kDetach) {
    frame.at(node->output()) = frame.at(node->input(0));
    return;
  }
  std::vector<Cell> inputs;
  std::vector<c10::IValue> arguments;
  inputs.reserve(node->inputs().size());
  arguments.reserve(node->inputs().size() + 1);
  for (const jit::Value* input : node->inputs()) {
    inputs.push_back(frame.at(input));
    inputs.back().items.reset();
    arguments.push_back(inputs.back().value);
  }
  perform(frame, node, op, std::move(arguments));
  facts(frame, node, op, inputs);
  if (with_slack_) soften(frame, node, op, inputs);
  const bool reads = op.hint == kRead || op.hint == kToList;
  if (!reads || node->outputs().size() != 1 || node->output()->type()->kind() == c10::TypeKind::TensorType) return;
  const Cell& output = frame.at(node->output());
  if (output.data == 0) return;
  if (op.hint == kToList) {
    note(frame, node, DecisionKind::number, 0, output.data, {});
    return;
  }
  if (const auto value = as_double(output.value)) {
    note(frame, node, DecisionKind::number, *value, output.data, {});
  }
}

}  // namespace graphwitness::verify::worker
