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
  hint_plain = 1,
  hint_size,           ///< a number that is a tensor's shape
  hint_metadata,       ///< depends on rank, dtype, device and the like
  hint_length,         ///< len of a list
  hint_shape_of_data,  ///< the result's shape depends on data
  hint_random,
  hint_less,
  hint_greater,
  hint_equal,
  hint_unequal,
  hint_not,
  hint_and,
  hint_or,
  hint_any,
  hint_all,
  hint_bool,
  hint_read,  ///< a tensor or number as a number
  hint_add,
  hint_subtract,
  hint_multiply,
  hint_divide,
  hint_negate,
  hint_absolute,
  hint_minimum,
  hint_maximum,
  hint_square_root,
  hint_power,
  hint_exponential,
  hint_logarithm,
  hint_rounded,  ///< keeps the number but for its fraction
  hint_same_tensors,
  hint_all_close,
  hint_nonzero,
  hint_to_list,
  hint_item,
  hint_sum,
  hint_mean,
  hint_cast,
  hint_argmax,
  hint_view,
  hint_grad_mode,
  hint_detach,
};

const std::unordered_map<std::string_view, Hint>& hints() {
  static const std::unordered_map<std::string_view, Hint> table{
      {"aten::size", hint_size},
      {"aten::numel", hint_size},
      {"prim::shape", hint_size},
      {"aten::is_same_size", hint_size},
      {"aten::dim", hint_metadata},
      {"prim::dtype", hint_metadata},
      {"prim::device", hint_metadata},
      {"prim::layout", hint_metadata},
      {"aten::is_floating_point", hint_metadata},
      {"aten::is_complex", hint_metadata},
      {"aten::is_signed", hint_metadata},
      {"aten::is_contiguous", hint_metadata},
      {"aten::stride", hint_metadata},
      {"aten::storage_offset", hint_metadata},
      {"prim::requires_grad", hint_metadata},
      {"prim::is_cuda", hint_metadata},
      {"prim::is_nested", hint_metadata},
      {"prim::is_quantized", hint_metadata},
      {"prim::is_sparse", hint_metadata},
      {"aten::element_size", hint_metadata},
      {"aten::result_type", hint_metadata},
      {"prim::type", hint_metadata},
      {"aten::get_device", hint_metadata},
      {"aten::len", hint_length},
      {"aten::nonzero", hint_shape_of_data},
      {"aten::nonzero_numpy", hint_shape_of_data},
      {"aten::masked_select", hint_shape_of_data},
      {"aten::_unique2", hint_shape_of_data},
      {"aten::unique_dim", hint_shape_of_data},
      {"aten::unique_consecutive", hint_shape_of_data},
      {"aten::index", hint_shape_of_data},
      {"aten::bincount", hint_shape_of_data},
      {"aten::repeat_interleave", hint_shape_of_data},
      {"aten::one_hot", hint_shape_of_data},
      {"aten::argwhere", hint_shape_of_data},
      {"aten::rand", hint_random},
      {"aten::randn", hint_random},
      {"aten::rand_like", hint_random},
      {"aten::randn_like", hint_random},
      {"aten::randint", hint_random},
      {"aten::randint_like", hint_random},
      {"aten::randperm", hint_random},
      {"aten::bernoulli", hint_random},
      {"aten::multinomial", hint_random},
      {"aten::normal", hint_random},
      {"aten::normal_", hint_random},
      {"aten::uniform_", hint_random},
      {"aten::bernoulli_", hint_random},
      {"aten::exponential_", hint_random},
      {"aten::poisson", hint_random},
      {"aten::lt", hint_less},
      {"aten::le", hint_less},
      {"aten::less", hint_less},
      {"aten::less_equal", hint_less},
      {"aten::gt", hint_greater},
      {"aten::ge", hint_greater},
      {"aten::greater", hint_greater},
      {"aten::greater_equal", hint_greater},
      {"aten::eq", hint_equal},
      {"aten::ne", hint_unequal},
      {"aten::not_equal", hint_unequal},
      {"aten::__not__", hint_not},
      {"aten::logical_not", hint_not},
      {"aten::bitwise_not", hint_not},
      {"aten::__and__", hint_and},
      {"aten::logical_and", hint_and},
      {"aten::bitwise_and", hint_and},
      {"aten::__or__", hint_or},
      {"aten::logical_or", hint_or},
      {"aten::bitwise_or", hint_or},
      {"aten::any", hint_any},
      {"aten::all", hint_all},
      {"aten::Bool", hint_bool},
      {"aten::is_nonzero", hint_nonzero},
      {"aten::Int", hint_read},
      {"aten::Float", hint_read},
      {"aten::item", hint_read},
      {"aten::IntImplicit", hint_read},
      {"aten::FloatImplicit", hint_read},
      {"aten::ScalarImplicit", hint_read},
      {"aten::Complex", hint_read},
      {"aten::_local_scalar_dense", hint_read},
      {"aten::tensor", hint_read},
      {"prim::NumToTensor", hint_read},
      {"aten::add", hint_add},
      {"aten::sub", hint_subtract},
      {"aten::mul", hint_multiply},
      {"aten::div", hint_divide},
      {"aten::neg", hint_negate},
      {"aten::abs", hint_absolute},
      {"prim::abs", hint_absolute},
      {"prim::min", hint_minimum},
      {"prim::max", hint_maximum},
      {"aten::sqrt", hint_square_root},
      {"aten::pow", hint_power},
      {"aten::exp", hint_exponential},
      {"aten::log", hint_logarithm},
      {"aten::floor", hint_rounded},
      {"aten::ceil", hint_rounded},
      {"aten::round", hint_rounded},
      {"aten::equal", hint_same_tensors},
      {"aten::allclose", hint_all_close},
      {"prim::tolist", hint_to_list},
      {"aten::__getitem__", hint_item},
      {"aten::sum", hint_sum},
      {"aten::count_nonzero", hint_sum},
      {"aten::mean", hint_mean},
      {"aten::to", hint_cast},
      {"aten::_to_copy", hint_cast},
      {"aten::float", hint_cast},
      {"aten::type_as", hint_cast},
      {"aten::argmax", hint_argmax},
      {"aten::argmin", hint_argmax},
      {"aten::select", hint_view},
      {"aten::slice", hint_view},
      {"aten::view", hint_view},
      {"aten::reshape", hint_view},
      {"aten::unsqueeze", hint_view},
      {"aten::squeeze", hint_view},
      {"aten::flatten", hint_view},
      {"aten::transpose", hint_view},
      {"aten::permute", hint_view},
      {"aten::expand", hint_view},
      {"aten::set_grad_enabled", hint_grad_mode},
      {"aten::_set_grad_enabled", hint_grad_mode},
      {"aten::detach", hint_detach},
  };
  return table;
}

int hint_of(std::string_view name) {
  const auto found = hints().find(name);
  return found == hints().end() ? hint_plain : found->second;
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
    case hint_less:
      return b - a;
    case hint_greater:
      return a - b;
    case hint_equal:
      return -(a - b).abs();
    default:
      return (a - b).abs();
  }
}

at::Tensor calculated(int hint, const at::Tensor& a, const at::Tensor& b) {
  switch (hint) {
    case hint_add:
      return a + b;
    case hint_subtract:
      return a - b;
    case hint_multiply:
      return a * b;
    case hint_divide:
      return a / b;
    case hint_minimum:
      return at::minimum(a, b);
    case hint_maximum:
      return at::maximum(a, b);
    case hint_power:
      return at::pow(a, b);
    case hint_negate:
      return -a;
    case hint_absolute:
      return a.abs();
    case hint_square_root:
      return a.sqrt();
    case hint_exponential:
      return a.exp();
    default:
      return a.log();
  }
}

/// Softness of an operation whose result is a number or a bool, or a tensor of bools or integers.
at::Tensor softness(int hint, const std::vector<Cell>& inputs, const c10::IValue& output) {
  const Cell& first = inputs[0];
  switch (hint) {
    case hint_less:
    case hint_greater:
    case hint_equal:
    case hint_unequal: {
      const at::Tensor a = number(first);
      const at::Tensor b = inputs.size() > 1 ? number(inputs[1]) : at::Tensor();
      if (!a.defined() || !b.defined()) return {};
      return compared(hint, a, b);
    }
    case hint_not: {
      const at::Tensor x = truth(first);
      return x.defined() ? -x : x;
    }
    case hint_and:
      return inputs.size() > 1 ? nearest(first, inputs[1], true) : at::Tensor();
    case hint_or:
      return inputs.size() > 1 ? nearest(first, inputs[1], false) : at::Tensor();
    case hint_any:
    case hint_all: {
      const at::Tensor x = truth(first);
      if (!x.defined() || x.numel() == 0 || !output.isTensor() || output.toTensor().dim() != 0) return {};
      return hint == hint_any ? x.max() : x.min();
    }
    case hint_bool:
    case hint_nonzero: {
      const at::Tensor x = first.value.isTensor() || first.soft.defined() ? truth(first) : at::Tensor();
      return x.defined() && x.numel() == 1 ? x.reshape({}) : at::Tensor();
    }
    case hint_read: {
      if (first.value.isTensor() && first.value.toTensor().scalar_type() == at::kBool) {
        return first.soft.defined() && first.soft.numel() == 1 ? at::sigmoid(first.soft.reshape({})) : at::Tensor();
      }
      const at::Tensor x = number(first);
      if (!x.defined() || x.numel() != 1) return {};
      at::Tensor whole = x.reshape({});
      if (output.isInt()) return straight_through(whole, at::scalar_tensor(static_cast<double>(output.toInt())));
      return whole;
    }
    case hint_rounded: {
      if (output.isTensor()) return {};
      const at::Tensor x = number(first);
      if (!x.defined()) return {};
      const double hard = output.isInt() ? static_cast<double>(output.toInt()) : output.toDouble();
      return straight_through(x, at::scalar_tensor(hard, at::kDouble));
    }
    case hint_same_tensors: {
      const at::Tensor a = number(first);
      const at::Tensor b = number(inputs[1]);
      if (!a.defined() || !b.defined() || a.sizes() != b.sizes() || a.numel() == 0) return {};
      return -(a - b).abs().max();
    }
    case hint_all_close: {
      const at::Tensor a = number(first);
      const at::Tensor b = number(inputs[1]);
      if (!a.defined() || !b.defined() || inputs.size() < 4) return {};
      const at::Tensor room = b.abs() * inputs[2].value.toDouble() + inputs[3].value.toDouble();
      const at::Tensor slack = room - (a - b).abs();
      return slack.numel() == 0 ? at::Tensor() : slack.min();
    }
    case hint_to_list:
      return first.value.isTensor() ? number(first) : at::Tensor();
    case hint_item: {
      if (!first.soft.defined() || inputs.size() < 2 || !inputs[1].value.isInt() || first.soft.dim() < 1) return {};
      return first.soft.select(0, inputs[1].value.toInt());
    }
    case hint_sum: {
      if (!output.isTensor() || output.toTensor().dim() != 0 || !first.soft.defined()) return {};
      if (first.value.toTensor().scalar_type() != at::kBool) return {};
      return straight_through(at::sigmoid(first.soft).sum(), output.toTensor());
    }
    case hint_argmax: {
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
  if (hint < hint_add || hint > hint_logarithm || output.isTensor()) return {};
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
  if (op.hint == hint_shape_of_data) shape |= data;
  if (op.hint == hint_random) data |= kOnRandom;
  for (const jit::Value* value : node->outputs()) {
    Cell& output = frame.at(value);
    const bool counts = op.hint == hint_size || op.hint == hint_length;
    if (holds_tensors(output.value) || (!counts && op.hint != hint_metadata)) {
      output.data = data;
      output.shape = shape;
    } else if (counts) {
      output.data = tensors_shape;
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
  if (node->outputs().size() != 1 || inputs.empty() || op.hint == hint_plain) return;
  Cell& output = frame.at(node->output());
  const Cell& first = inputs[0];
  if (op.hint == hint_view && first.soft.defined() && first.value.isTensor() && op.schema != nullptr) {
    std::vector<c10::IValue> arguments{first.soft};
    for (std::size_t i = 1; i < inputs.size(); ++i) arguments.push_back(inputs[i].value);
    auto run = *op.run;
    run(arguments);
    output.soft = arguments.back().toTensor();
    return;
  }
  const bool of_bools = first.value.isTensor() && first.value.toTensor().defined() &&
                        first.value.toTensor().scalar_type() == at::kBool && first.soft.defined();
  if ((op.hint == hint_cast || op.hint == hint_mean) && of_bools && output.value.isTensor()) {
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

/// Which of two numbers is the smaller is a comparison, too.
void Observer::compare_sizes(const Operator& op, const std::vector<Cell>& inputs) {
  const bool compares =
      (op.hint >= hint_less && op.hint <= hint_unequal) || op.hint == hint_minimum || op.hint == hint_maximum;
  if (!compares || inputs.size() != 2) return;
  const auto a = as_double(inputs[0].value);
  const auto b = as_double(inputs[1].value);
  if (!a || !b) return;
  if ((inputs[0].data & kOnShape) != 0) compared_.push_back({*a, *b});
  if ((inputs[1].data & kOnShape) != 0) compared_.push_back({*b, *a});
}

void Observer::operate(Frame& frame, const jit::Node* node, Operator& op) {
  if (op.hint == 0) op.hint = hint_of(op.name);
  if (with_slack_ && op.hint == hint_grad_mode) {
    for (const jit::Value* output : node->outputs()) frame.at(output) = Cell{};
    return;
  }
  if (with_slack_ && op.hint == hint_detach) {
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
  compare_sizes(op, inputs);
  if (with_slack_) soften(frame, node, op, inputs);
  const bool reads = op.hint == hint_read || op.hint == hint_to_list;
  if (!reads || node->outputs().size() != 1 || node->output()->type()->kind() == c10::TypeKind::TensorType) return;
  const Cell& output = frame.at(node->output());
  if (output.data == 0) return;
  if (op.hint == hint_to_list) {
    note(frame, node, DecisionKind::number, 0, output.data, {});
    return;
  }
  if (const auto value = as_double(output.value)) {
    note(frame, node, DecisionKind::number, *value, output.data, {});
  }
}

}  // namespace graphwitness::verify::worker
