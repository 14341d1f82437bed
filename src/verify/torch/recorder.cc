#include "verify/torch/recorder.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

#include "verify/torch/places.h"

namespace graphwitness::verify::worker {

namespace jit = torch::jit;

namespace {

using Names = std::span<const std::string_view>;

/// Python keeps these live where an operand is a tensor.
constexpr std::array<std::string_view, 14> kArithmetic{
    "aten::add", "aten::sub",     "aten::mul",    "aten::div",     "aten::floordiv",   "aten::remainder",  "aten::pow",
    "aten::neg", "aten::__and__", "aten::__or__", "aten::__xor__", "aten::__lshift__", "aten::__rshift__", "prim::abs"};
/// The tracer does not connect their results with their arguments.
constexpr std::array<std::string_view, 5> kConstants{"aten::tensor", "aten::as_tensor", "prim::data", "aten::resize_",
                                                     "aten::resize_as_"};
/// A tensor that is passed where a number is wanted.
constexpr std::array<std::string_view, 3> kImplicit{"aten::IntImplicit", "aten::FloatImplicit", "aten::ScalarImplicit"};
/// Python bindings that read a tensor among their int arguments at once.
constexpr std::array<std::string_view, 10> kReadsInts{"aten::conv1d",           "aten::conv2d",
                                                      "aten::conv3d",           "aten::conv_transpose1d",
                                                      "aten::conv_transpose2d", "aten::conv_transpose3d",
                                                      "aten::_convolution",     "aten::convolution",
                                                      "aten::conv_tbc",         "aten::split"};

bool among(std::string_view name, Names names) { return std::ranges::find(names, name) != names.end(); }

c10::TypeKind kind_of(const c10::TypePtr& type) { return type->kind(); }

c10::TypePtr without_optional(c10::TypePtr type) {
  while (const auto optional = type->cast<c10::OptionalType>()) type = optional->getElementType();
  return type;
}

bool is_number_type(const c10::TypePtr& type) {
  const c10::TypeKind kind = kind_of(type);
  return kind == c10::TypeKind::IntType || kind == c10::TypeKind::FloatType || kind == c10::TypeKind::BoolType ||
         kind == c10::TypeKind::NumberType || kind == c10::TypeKind::SymIntType;
}

/// What a number, or a list of them, is in an operation's signature; null for anything else.
c10::TypePtr number_type(const c10::TypePtr& formal) {
  c10::TypePtr type = without_optional(formal);
  if (is_number_type(type)) return type;
  const auto list = type->cast<c10::ListType>();
  return list && is_number_type(list->getElementType()) ? list->getElementType() : nullptr;
}

bool has_tensor(const c10::IValue& value) {
  if (value.isTensor()) return true;
  if (!value.isList()) return false;
  const auto items = value.toListRef();
  return std::ranges::any_of(items, [](const c10::IValue& item) { return item.isTensor(); });
}

c10::IValue number_of(const at::Tensor& tensor) {
  const at::Scalar scalar = tensor.item();
  if (scalar.isBoolean()) return scalar.toBool();
  if (scalar.isIntegral(false)) return scalar.toLong();
  return scalar.toDouble();
}

/// As the type takes it: a float where a float is wanted.
c10::IValue fitting(const c10::IValue& value, const c10::TypePtr& type) {
  c10::IValue number = value.isTensor() ? number_of(value.toTensor()) : value;
  const c10::TypeKind kind = kind_of(type);
  if (kind == c10::TypeKind::FloatType && number.isInt()) return static_cast<double>(number.toInt());
  if ((kind == c10::TypeKind::IntType || kind == c10::TypeKind::SymIntType) && number.isDouble()) {
    return static_cast<std::int64_t>(number.toDouble());
  }
  if (kind == c10::TypeKind::BoolType && !number.isBool()) {
    return number.isInt() ? number.toInt() != 0 : number.toDouble() != 0;
  }
  return number;
}

/// A number, or a list of numbers, without any tensor left.
c10::IValue plain(const c10::IValue& value, const c10::TypePtr& element) {
  if (!value.isList()) return fitting(value, element);
  c10::impl::GenericList list(kind_of(element) == c10::TypeKind::SymIntType ? c10::TypePtr(c10::IntType::get())
                                                                            : element);
  for (const c10::IValue& item : value.toListRef()) list.push_back(fitting(item, element));
  return list;
}

c10::IValue copy_of(const c10::IValue& value) {
  if (value.isTensor()) return value.toTensor().defined() ? value.toTensor().detach().clone() : value;
  return value.isList() || value.isTuple() ? value.deepcopy() : value;
}

at::Tensor as_tensor(const c10::IValue& value) {
  if (value.isTensor()) return value.toTensor();
  return at::scalar_to_tensor(value.toScalar());
}

bool is_generic_container(const c10::FunctionSchema& schema) {
  if (schema.arguments().empty()) return false;
  const c10::TypePtr& type = schema.arguments()[0].type();
  const c10::TypeKind kind = kind_of(type);
  if (kind == c10::TypeKind::VarType || kind == c10::TypeKind::OptionalType) return type->hasFreeVariables();
  return (kind == c10::TypeKind::ListType || kind == c10::TypeKind::DictType) && type->hasFreeVariables();
}

bool gives_tensors(const jit::Node* node) {
  return std::ranges::any_of(node->outputs(), [](const jit::Value* output) {
    const c10::TypePtr type = without_optional(output->type());
    if (kind_of(type) == c10::TypeKind::TensorType) return true;
    const auto list = type->cast<c10::ListType>();
    return list && kind_of(list->getElementType()) == c10::TypeKind::TensorType;
  });
}

/// The overload that takes a tensor in place of the second argument's number.
const jit::Operator* with_tensor(const jit::Node* node, const c10::FunctionSchema& schema) {
  if (schema.arguments().size() < 2) return nullptr;
  for (const auto& candidate : jit::getAllOperatorsFor(node->kind())) {
    const auto& arguments = candidate->schema().arguments();
    if (arguments.size() != schema.arguments().size()) continue;
    if (kind_of(arguments[0].type()) != c10::TypeKind::TensorType ||
        kind_of(arguments[1].type()) != c10::TypeKind::TensorType) {
      continue;
    }
    const bool alike =
        std::ranges::equal(arguments, schema.arguments(), {}, &c10::Argument::name, &c10::Argument::name);
    if (alike && candidate->schema().returns().size() == schema.returns().size()) return candidate.get();
  }
  return nullptr;
}

/// Under the tracer this function says yes, compiled it says no.
bool asks_for_tracing(const jit::Value* condition) {
  const jit::Node* node = condition->node();
  if (node->kind() != c10::prim::CallFunction) return false;
  const auto type = node->input(0)->type()->cast<c10::FunctionType>();
  return type && type->function()->qualname().qualifiedName().ends_with("torch.jit._trace.is_tracing");
}

}  // namespace

template <typename Make>
c10::IValue Recorder::freeze(const jit::Node* node, Make make) {
  if (mode_ == Mode::record) {
    c10::IValue value = make();
    recording_.entries.push_back({node, copy_of(value)});
    return value;
  }
  if (position_ >= recording_.entries.size() || recording_.entries[position_].node != node) {
    throw std::logic_error("the replay came to another place than the recording");
  }
  return copy_of(recording_.entries[position_++].value);
}

c10::IValue Recorder::freeze_number(const jit::Node* node, const c10::IValue& value) {
  return freeze(node, [&] { return value.isTensor() ? number_of(value.toTensor()) : value; });
}

bool Recorder::around_int(const jit::Node* node) {
  const auto [found, fresh] = known_.inside_int.try_emplace(node, false);
  if (fresh) found->second = inside_int(node);
  return found->second;
}

bool Recorder::item_around_int(const jit::Node* list, std::size_t index) {
  const auto [found, fresh] = known_.item_inside_int.try_emplace({list, index}, false);
  if (fresh) found->second = item_inside_int(list, index);
  return found->second;
}

void Recorder::give(Frame& frame, const jit::Node* node, c10::IValue value) {
  if (value.isTensor() && around_int(node)) value = freeze_number(node, value);
  frame.at(node->output()) = Cell{.value = std::move(value)};
}

void Recorder::entering(Frame& frame, const jit::Node* site, const jit::Graph& callee, std::vector<Cell>& arguments) {
  if (site == nullptr || frame.opaque) return;
  const auto [found, fresh] = known_.stays_script.try_emplace(&callee, false);
  if (fresh) found->second = stays_script(callee);
  if (!found->second) return;
  frame.opaque = true;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const c10::TypePtr element = number_type(callee.inputs()[i]->type());
    if (!element || !has_tensor(arguments[i].value)) continue;
    arguments[i].value = freeze(site, [&] { return plain(arguments[i].value, element); });
  }
}

bool Recorder::branch(Frame& frame, const jit::Node* node) {
  const c10::IValue& value = frame.at(node->input()).value;
  if (frame.opaque) return to_bool(value);
  if (asks_for_tracing(node->input())) return true;
  if (!value.isTensor()) return value.toBool();
  return freeze(node, [&] { return c10::IValue(to_bool(value)); }).toBool();
}

std::int64_t Recorder::most_turns(Frame& frame, const jit::Node* node) {
  const c10::IValue& value = frame.at(node->input(0)).value;
  return value.isTensor() ? freeze_number(node, value).toInt() : value.toInt();
}

bool Recorder::goes_on(Frame& frame, const jit::Node* node, const jit::Value* condition) {
  const c10::IValue& value = frame.at(condition).value;
  if (!value.isTensor() || frame.opaque) return to_bool(value);
  return freeze(node, [&] { return c10::IValue(to_bool(value)); }).toBool();
}

void Recorder::construct_list(Frame& frame, const jit::Node* node) {
  const auto type = node->output()->type()->expect<c10::ListType>();
  bool live = false;
  if (!frame.opaque && is_number_type(type->getElementType())) {
    for (std::size_t i = 0; i < node->inputs().size(); ++i) {
      c10::IValue& value = frame.at(node->input(i)).value;
      live = live || value.isTensor();
    }
  }
  if (!live) return Evaluator::construct_list(frame, node);
  c10::impl::GenericList list(c10::AnyType::get());
  for (std::size_t i = 0; i < node->inputs().size(); ++i) {
    const c10::IValue& value = frame.at(node->input(i)).value;
    const bool frozen = value.isTensor() && item_around_int(node, i);
    list.push_back(frozen ? freeze_number(node, value) : value);
  }
  frame.at(node->output()) = Cell{.value = list};
}

/// Sizes are tensors while Python is being traced.
void Recorder::operate_on_sizes(Frame& frame, const jit::Node* node, Operator& op) {
  const at::Tensor tensor = frame.at(node->input(0)).value.toTensor();
  const auto live = [](std::int64_t size) { return at::scalar_tensor(size, at::kLong); };
  if (op.name == "aten::numel") return give(frame, node, live(tensor.numel()));
  if (node->inputs().size() > 1) {
    const c10::IValue& dimension = frame.at(node->input(1)).value;
    const std::int64_t index = dimension.isTensor() ? freeze_number(node, dimension).toInt() : dimension.toInt();
    return give(frame, node, live(tensor.size(index)));
  }
  c10::impl::GenericList list(c10::AnyType::get());
  for (const std::int64_t size : tensor.sizes()) list.push_back(live(size));
  frame.at(node->output()) = Cell{.value = list};
}

/// Python's operators where one side is a tensor.
bool Recorder::calculate(Frame& frame, const jit::Node* node, const Operator& op,
                         const std::vector<c10::IValue>& arguments) {
  if (!among(op.name, kArithmetic) || arguments.empty() || arguments.size() > 2) return false;
  const at::Tensor a = as_tensor(arguments[0]);
  if (arguments.size() == 1) {
    give(frame, node, op.name == "prim::abs" ? a.abs() : a.neg());
    return true;
  }
  const bool left_live = arguments[0].isTensor();
  const bool right_live = arguments[1].isTensor();
  // A plain number bends to the tensor's type, which a tensor of its own would not.
  const auto wrapped = [](const c10::IValue& value) {
    at::Tensor tensor = as_tensor(value);
    if (!value.isTensor()) tensor.unsafeGetTensorImpl()->set_wrapped_number(true);
    return tensor;
  };
  const at::Tensor x = wrapped(arguments[0]);
  const at::Tensor y = wrapped(arguments[1]);
  const std::string_view name = op.name.substr(op.name.find("::") + 2);
  at::Tensor result;
  if (name == "add") result = x + y;
  if (name == "sub") result = x - y;
  if (name == "mul") result = x * y;
  if (name == "div") result = !left_live && right_live ? y.reciprocal() * x : at::true_divide(x, y);
  if (name == "floordiv") result = at::floor_divide(x, y);
  if (name == "remainder") result = at::remainder(x, y);
  if (name == "pow") result = at::pow(x, y);
  if (name == "__and__") result = at::bitwise_and(x, y);
  if (name == "__or__") result = at::bitwise_or(x, y);
  if (name == "__xor__") result = at::bitwise_xor(x, y);
  if (name == "__lshift__") result = at::bitwise_left_shift(x, y);
  if (name == "__rshift__") result = at::bitwise_right_shift(x, y);
  if (!result.defined()) return false;
  give(frame, node, result);
  return true;
}

void Recorder::operate(Frame& frame, const jit::Node* node, Operator& op) {
  if (frame.opaque || op.schema == nullptr) return Evaluator::operate(frame, node, op);
  if (among(op.name, kImplicit) || (op.name == "prim::NumToTensor" && frame.at(node->input()).value.isTensor())) {
    frame.at(node->output()) = frame.at(node->input());
    return;
  }
  if (op.name == "aten::size" || op.name == "aten::numel") return operate_on_sizes(frame, node, op);
  std::vector<c10::IValue> arguments;
  for (const jit::Value* input : node->inputs()) arguments.push_back(frame.at(input).value);

  const auto& formals = op.schema->arguments();
  const bool generic = is_generic_container(*op.schema);
  bool live = false;        // a size among what should be numbers
  bool on_tensors = false;  // takes tensors at all
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!has_tensor(arguments[i])) continue;
    on_tensors = true;
    const bool known = i < formals.size();
    live = live || (known ? number_type(formals[i].type()) != nullptr : true);
  }
  if (among(op.name, kConstants)) {
    const c10::IValue result = freeze(node, [&] {
      for (std::size_t i = 0; i < arguments.size(); ++i) {
        const bool tensor = kind_of(formals[i].type()) == c10::TypeKind::TensorType;
        if (tensor || !has_tensor(arguments[i])) continue;
        arguments[i] = plain(arguments[i],
                             arguments[i].isList() ? node->input(i)->type()->containedType(0) : node->input(i)->type());
      }
      perform(frame, node, op, arguments);
      return frame.at(node->output()).value;
    });
    if (op.name.ends_with('_')) frame.at(node->input(0)) = Cell{.value = result};
    frame.at(node->output()) = Cell{.value = result};
    return;
  }
  if (generic) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      if (!arguments[i].isTensor() || !number_type(formals[i].type())) continue;
      arguments[i] = freeze_number(node, arguments[i]);
    }
    perform(frame, node, op, std::move(arguments));
    if (node->outputs().size() == 1 && is_number_type(node->output()->type())) {
      give(frame, node, frame.at(node->output()).value);
    }
    return;
  }
  if (gives_tensors(node)) return operate_on_tensors(frame, node, op, std::move(arguments));
  if (live && calculate(frame, node, op, arguments)) return;
  const bool chooses = (op.name == "prim::min" || op.name == "prim::max") && arguments.size() == 2;
  if (live && chooses && !arguments[0].isList()) {
    // Python compares, keeps the outcome, and hands on the one or the other as it is.
    const bool second = freeze(node, [&] {
                          const double a = as_tensor(arguments[0]).item().toDouble();
                          const double b = as_tensor(arguments[1]).item().toDouble();
                          return c10::IValue(op.name == "prim::min" ? b < a : b > a);
                        }).toBool();
    return give(frame, node, arguments[second ? 1 : 0]);
  }
  const auto run = [&] {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      if (!has_tensor(arguments[i])) continue;
      const bool known = i < formals.size();
      const c10::TypePtr element = known ? number_type(formals[i].type()) : nullptr;
      if (element) arguments[i] = plain(arguments[i], element);
      if (!known && arguments[i].isTensor() && node->input(i)->type()->kind() != c10::TypeKind::TensorType) {
        arguments[i] = number_of(arguments[i].toTensor());
      }
    }
    perform(frame, node, op, std::move(arguments));
  };
  if (!on_tensors || node->outputs().size() != 1) return run();
  const c10::IValue result = freeze(node, [&] {
    run();
    return frame.at(node->output()).value;
  });
  frame.at(node->output()) = Cell{.value = result};
}

void Recorder::operate_on_tensors(Frame& frame, const jit::Node* node, Operator& op,
                                  std::vector<c10::IValue> arguments) {
  const auto& formals = op.schema->arguments();
  // A number that is a tensor meets another one as a tensor, which decides the result's type.
  if (arguments.size() > 1 && arguments[1].isTensor() && kind_of(formals[1].type()) == c10::TypeKind::NumberType) {
    if (const jit::Operator* overload = with_tensor(node, *op.schema)) {
      Operator other{.run = overload->getOperation(node), .schema = &overload->schema(), .name = op.name};
      return perform(frame, node, other, std::move(arguments));
    }
  }
  const bool reads_ints = among(op.name, kReadsInts);
  for (std::size_t i = 0; i < arguments.size() && i < formals.size(); ++i) {
    const c10::TypePtr element = number_type(formals[i].type());
    if (!element || !has_tensor(arguments[i])) continue;
    const c10::TypeKind kind = kind_of(element);
    // `split` reads one size, but takes a list of them as it is.
    const bool reads = reads_ints && !(op.name == "aten::split" && arguments[i].isList());
    const bool frozen = reads || kind == c10::TypeKind::FloatType || kind == c10::TypeKind::BoolType;
    const c10::IValue live = arguments[i];
    arguments[i] = frozen ? freeze(node, [&] { return plain(live, element); }) : plain(live, element);
  }
  // What is made in the likeness of a tensor gets the type that the tensor had.
  const bool alike = op.name.ends_with("_like") || op.name.starts_with("aten::new_");
  const bool cast =
      op.name == "aten::to" && formals.size() > 1 && kind_of(formals[1].type()) == c10::TypeKind::TensorType;
  std::size_t dtype = formals.size();
  for (std::size_t i = 0; alike && i < formals.size(); ++i) {
    if (formals[i].name() == "dtype" && i < arguments.size() && arguments[i].isNone()) dtype = i;
  }
  if (dtype != formals.size() && mode_ == Mode::replay) {
    arguments[dtype] = freeze(node, [] { return c10::IValue(); });
  }
  perform(frame, node, op, std::move(arguments));
  if (dtype != formals.size() && mode_ == Mode::record) {
    const auto type = static_cast<std::int64_t>(frame.at(node->output()).value.toTensor().scalar_type());
    freeze(node, [&] { return c10::IValue(type); });
  }
  if (cast) {
    c10::IValue& result = frame.at(node->output()).value;
    const auto type =
        freeze(node, [&] { return c10::IValue(static_cast<std::int64_t>(result.toTensor().scalar_type())); });
    result = result.toTensor().to(static_cast<at::ScalarType>(type.toInt()));
  }
  keep_lengths(frame, node);
}

/// A trace takes lists of tensors apart into as many as there were.
void Recorder::keep_lengths(Frame& frame, const jit::Node* node) {
  for (const jit::Value* output : node->outputs()) {
    const c10::IValue& value = frame.at(output).value;
    if (!value.isTensorList()) continue;
    const auto length = static_cast<std::int64_t>(value.toListRef().size());
    const std::int64_t recorded = freeze(node, [&] { return c10::IValue(length); }).toInt();
    if (recorded != length) {
      throw std::runtime_error("Expected " + std::to_string(recorded) + " elements in a list but found " +
                               std::to_string(length));
    }
  }
}

}  // namespace graphwitness::verify::worker
