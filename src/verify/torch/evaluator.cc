#include "verify/torch/evaluator.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/runtime/jit_exception.h>
#include <torch/csrc/jit/runtime/operator.h>

#include "graphwitness/support/error.h"

namespace graphwitness::verify::worker {

namespace jit = torch::jit;
namespace prim = c10::prim;
namespace attr = c10::attr;

namespace {

/// What it held before does not outlive a block that was entered.
struct Deeper {
  explicit Deeper(int& depth) : depth(depth) {
    if (++depth > Evaluator::kDeepest) throw GivenUp();
  }
  ~Deeper() { --depth; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;
  int& depth;
};

/// `prim::tolist`, whose operator the interpreter calls in a way of its own.
c10::IValue numbers_of(const at::Tensor& tensor, const c10::TypePtr& type) {
  if (const auto list = type->cast<c10::ListType>()) {
    if (tensor.dim() == 0)
      throw std::runtime_error("Output annotation list dimension and runtime tensor dimension must match for tolist()");
    c10::impl::GenericList items(list->getElementType());
    for (std::int64_t i = 0; i < tensor.size(0); ++i)
      items.push_back(numbers_of(tensor.select(0, i), list->getElementType()));
    return items;
  }
  if (tensor.dim() != 0)
    throw std::runtime_error("Output annotation list dimension and runtime tensor dimension must match for tolist()");
  const at::Scalar number = tensor.item();
  switch (type->kind()) {
    case c10::TypeKind::IntType:
      return number.toLong();
    case c10::TypeKind::BoolType:
      return number.toBool();
    case c10::TypeKind::ComplexType:
      return number.toComplexDouble();
    default:
      return number.toDouble();
  }
}

/// What a container depends on is what its items depend on.
void gather(const std::vector<Cell>& items, Cell& whole) {
  for (const Cell& item : items) {
    whole.data = static_cast<std::uint8_t>(whole.data | item.data);
    whole.shape = static_cast<std::uint8_t>(whole.shape | item.shape);
  }
}

/// Python's numbers are constant tensors in a trace. They bend to the type of what they meet, as they do in Python and
/// when LibTorch optimises.
c10::IValue constant(c10::IValue value) {
  if (!value.isTensor()) return value;
  const at::Tensor& tensor = value.toTensor();
  const bool number = tensor.defined() && tensor.dim() == 0 && tensor.numel() == 1 &&
                      (tensor.scalar_type() == at::kDouble || tensor.scalar_type() == at::kLong);
  if (number) tensor.unsafeGetTensorImpl()->set_wrapped_number(true);
  return value;
}

std::size_t values_of(const jit::Graph& graph) {
  std::size_t most = 0;
  std::vector<const jit::Block*> waiting{graph.block()};
  while (!waiting.empty()) {
    const jit::Block* block = waiting.back();
    waiting.pop_back();
    for (const jit::Value* value : block->inputs()) most = std::max(most, value->unique() + 1);
    for (const jit::Node* node : block->nodes()) {
      for (const jit::Value* value : node->outputs()) most = std::max(most, value->unique() + 1);
      waiting.insert(waiting.end(), node->blocks().begin(), node->blocks().end());
    }
  }
  return most;
}

}  // namespace

Cell Evaluator::run(const jit::Module& model, const std::string& method, std::vector<Cell> arguments) {
  steps_ = 0;
  depth_ = 0;
  jit::Method found = model.get_method(method);
  arguments.insert(arguments.begin(), Cell{.value = model._ivalue()});
  return call(nullptr, nullptr, found.function(), std::move(arguments));
}

void Evaluator::count() {
  if (++steps_ > limits_.steps) throw GivenUp();
  if (steps_ % 64 == 0 && std::chrono::steady_clock::now() > limits_.deadline) throw GivenUp();
}

Cell Evaluator::call(const Frame* caller, const jit::Node* site, jit::Function& function, std::vector<Cell> arguments) {
  jit::GraphFunction* with_graph = jit::tryToGraphFunction(function);
  if (with_graph == nullptr) {
    jit::Stack stack;
    Cell result;
    gather(arguments, result);
    for (Cell& argument : arguments) stack.push_back(std::move(argument.value));
    function.run(stack);
    if (!stack.empty()) result.value = std::move(stack.back());
    return result;
  }
  with_graph->ensure_defined();
  return evaluate(caller, site, *with_graph->graph(), std::move(arguments));
}

Cell Evaluator::evaluate(const Frame* caller, const jit::Node* site, jit::Graph& graph, std::vector<Cell> arguments) {
  const Deeper deeper(depth_);
  Frame frame{.caller = caller, .site = site};
  if (caller != nullptr) {
    frame.opaque = caller->opaque;
    frame.path = caller->path * 0x9E37'79B9'7F4A'7C15U + reinterpret_cast<std::uintptr_t>(site);
  }
  entering(frame, site, graph, arguments);
  const auto [count, uncounted] = known_.values.try_emplace(&graph, 0);
  if (uncounted) count->second = values_of(graph);
  frame.cells.resize(count->second);
  if (arguments.size() != graph.inputs().size()) throw InputError("a call does not fit what it calls");
  for (std::size_t i = 0; i < arguments.size(); ++i) frame.at(graph.inputs()[i]) = std::move(arguments[i]);
  run_block(frame, graph.block());
  if (graph.outputs().empty()) return {};
  return std::move(frame.at(graph.outputs()[0]));
}

void Evaluator::run_block(Frame& frame, const jit::Block* block) {
  const Deeper deeper(depth_);
  for (const jit::Node* node : block->nodes()) {
    count();
    step(frame, node);
  }
}

void Evaluator::step(Frame& frame, const jit::Node* node) {
  switch (node->kind()) {
    case prim::Constant: {
      Cell& cell = frame.at(node->output());
      cell = Cell{};
      if (auto value = jit::toIValue(node->output())) cell.value = constant(std::move(*value));
      return;
    }
    case prim::If:
      return run_if(frame, node);
    case prim::Loop:
      return run_loop(frame, node);
    case prim::CallFunction:
      return call_function(frame, node);
    case prim::CallMethod: {
      std::vector<Cell> arguments;
      for (const jit::Value* input : node->inputs()) arguments.push_back(frame.at(input));
      return call_method(frame, node, node->s(attr::name), std::move(arguments));
    }
    case prim::Enter:
      return call_method(frame, node, "__enter__", {frame.at(node->input(0))});
    case prim::Exit:
      return call_method(frame, node, "__exit__", {frame.at(node->input(0)), {}, {}, {}});
    case prim::fork: {
      std::shared_ptr<jit::Graph>& body = known_.forks[node];
      if (!body) body = node->g(attr::Subgraph);
      std::vector<Cell> arguments;
      for (const jit::Value* input : node->inputs()) arguments.push_back(frame.at(input));
      frame.at(node->output()) = evaluate(&frame, node, *body, std::move(arguments));
      return;
    }
    case prim::GetAttr: {
      const auto& object = frame.at(node->input()).value.toObjectRef();
      Cell& cell = frame.at(node->output());
      cell = Cell{};
      cell.value = object.getSlot(object.type()->getAttributeSlot(node->s(attr::name)));
      return;
    }
    case prim::SetAttr: {
      const auto object = frame.at(node->input(0)).value.toObject();
      object->setSlot(object->type()->getAttributeSlot(node->s(attr::name)), frame.at(node->input(1)).value);
      return;
    }
    case prim::RaiseException: {
      const c10::IValue& message = frame.at(node->input(0)).value;
      const c10::IValue kind = node->inputs().size() > 1 ? frame.at(node->input(1)).value : c10::IValue();
      if (kind.isString()) throw jit::JITException(message.toStringRef(), kind.toStringRef());
      throw jit::JITException(message.toStringRef());
    }
    case prim::Print:
    case c10::aten::warn:
      return;
    default:
      if (step_container(frame, node)) return;
  }
  const auto [found, fresh] = known_.operators.try_emplace(node);
  Operator& op = found->second;
  if (fresh) {
    op.run = node->getOperation();
    op.schema = node->maybeSchema();
    op.name = node->kind().toQualString();
  }
  operate(frame, node, op);
}

bool Evaluator::step_container(Frame& frame, const jit::Node* node) {
  std::vector<Cell> items;
  const auto take_inputs = [&] {
    for (const jit::Value* input : node->inputs()) items.push_back(frame.at(input));
  };
  const auto take_stack = [&] {
    jit::Stack stack;
    for (const Cell& item : items) stack.push_back(item.value);
    return stack;
  };
  const auto give = [&](c10::IValue value, bool keep_items) {
    Cell whole{.value = std::move(value)};
    gather(items, whole);
    if (keep_items) whole.items = std::make_shared<std::vector<Cell>>(std::move(items));
    frame.at(node->output()) = std::move(whole);
    return true;
  };
  switch (node->kind()) {
    case prim::TupleConstruct: {
      take_inputs();
      std::vector<c10::IValue> values = take_stack();
      const auto type = node->output()->type()->expect<c10::TupleType>();
      if (type->name()) return give(c10::ivalue::Tuple::createNamed(std::move(values), type), true);
      return give(c10::ivalue::Tuple::create(std::move(values)), true);
    }
    case prim::TupleUnpack:
    case prim::TupleIndex: {
      const Cell tuple = frame.at(node->input(0));
      const auto item = [&](std::size_t i) {
        if (tuple.items && i < tuple.items->size()) return (*tuple.items)[i];
        return Cell{.value = tuple.value.toTupleRef().elements().at(i), .data = tuple.data, .shape = tuple.shape};
      };
      if (node->kind() == prim::TupleUnpack) {
        for (std::size_t i = 0; i < node->outputs().size(); ++i) frame.at(node->output(i)) = item(i);
        return true;
      }
      std::int64_t index = frame.at(node->input(1)).value.toInt();
      const auto size = static_cast<std::int64_t>(tuple.value.toTupleRef().elements().size());
      if (index < 0) index += size;
      if (index < 0 || index >= size) throw std::out_of_range("tuple index out of range");
      frame.at(node->output()) = item(static_cast<std::size_t>(index));
      return true;
    }
    case prim::ListConstruct:
      construct_list(frame, node);
      return true;
    case prim::ListUnpack: {
      const Cell list = frame.at(node->input());
      const auto values = list.value.toListRef();
      if (values.size() != node->outputs().size()) {
        throw std::runtime_error("Expected " + std::to_string(node->outputs().size()) +
                                 " elements in a list but found " + std::to_string(values.size()));
      }
      for (std::size_t i = 0; i < values.size(); ++i) {
        frame.at(node->output(i)) = Cell{.value = values[i], .data = list.data, .shape = list.shape};
      }
      return true;
    }
    case prim::DictConstruct: {
      take_inputs();
      const auto type = node->output()->type()->expect<c10::DictType>();
      c10::impl::GenericDict dict(type->getKeyType(), type->getValueType());
      for (std::size_t i = 0; i + 1 < items.size(); i += 2) dict.insert_or_assign(items[i].value, items[i + 1].value);
      return give(dict, false);
    }
    case prim::CreateObject: {
      const auto type = node->output()->type()->expect<c10::ClassType>();
      return give(
          c10::ivalue::Object::create(c10::StrongTypePtr(type->compilation_unit(), type), type->numAttributes()),
          false);
    }
    case prim::isinstance: {
      const Cell& tested = frame.at(node->input());
      const c10::TypePtr type = tested.value.type();
      bool is = false;
      for (const c10::TypePtr& candidate : node->tys(attr::types)) is = is || type->isSubtypeOf(*candidate);
      frame.at(node->output()) = Cell{.value = is};
      return true;
    }
    case prim::Uninitialized:
      frame.at(node->output()) = Cell{};
      return true;
    case prim::unchecked_cast:
    case prim::unchecked_unwrap_optional:
      frame.at(node->output()) = frame.at(node->input());
      return true;
    default:
      break;
  }
  if (node->kind() == c10::aten::wait) {
    const Cell& waited = frame.at(node->input());
    Cell result = waited;
    if (waited.value.isFuture()) {
      waited.value.toFuture()->wait();
      result.value = waited.value.toFuture()->value();
    }
    frame.at(node->output()) = std::move(result);
    return true;
  }
  return false;
}

void Evaluator::construct_list(Frame& frame, const jit::Node* node) {
  c10::impl::GenericList list(node->output()->type()->expect<c10::ListType>()->getElementType());
  list.reserve(node->inputs().size());
  std::vector<Cell> items;
  for (const jit::Value* input : node->inputs()) {
    items.push_back(frame.at(input));
    list.push_back(items.back().value);
  }
  Cell whole{.value = list};
  gather(items, whole);
  frame.at(node->output()) = std::move(whole);
}

bool Evaluator::to_bool(const c10::IValue& value) {
  return value.isTensor() ? value.toTensor().item().toBool() : value.toBool();
}

bool Evaluator::branch(Frame& frame, const jit::Node* node) { return frame.at(node->input()).value.toBool(); }
void Evaluator::joined(Frame& /*frame*/, const jit::Node* /*node*/, bool /*taken*/) {}
std::int64_t Evaluator::most_turns(Frame& frame, const jit::Node* node) {
  return frame.at(node->input(0)).value.toInt();
}
bool Evaluator::goes_on(Frame& frame, const jit::Node* /*node*/, const jit::Value* condition) {
  return frame.at(condition).value.toBool();
}
void Evaluator::left_loop(Frame& /*frame*/, const jit::Node* /*node*/, std::int64_t /*turns*/) {}
void Evaluator::entering(Frame& /*frame*/, const jit::Node* /*site*/, const jit::Graph& /*callee*/,
                         std::vector<Cell>& /*arguments*/) {}

void Evaluator::run_if(Frame& frame, const jit::Node* node) {
  const bool taken = branch(frame, node);
  const jit::Block* arm = node->blocks()[taken ? 0 : 1];
  run_block(frame, arm);
  for (std::size_t i = 0; i < node->outputs().size(); ++i) {
    Cell result = frame.at(arm->outputs()[i]);
    frame.at(node->output(i)) = std::move(result);
  }
  joined(frame, node, taken);
}

void Evaluator::run_loop(Frame& frame, const jit::Node* node) {
  const jit::Block* body = node->blocks()[0];
  const std::int64_t most = most_turns(frame, node);
  std::vector<Cell> carried;
  for (std::size_t i = 2; i < node->inputs().size(); ++i) carried.push_back(frame.at(node->input(i)));
  std::int64_t turns = 0;
  bool on = goes_on(frame, node, node->input(1));
  while (on && turns < most) {
    count();
    frame.at(body->inputs()[0]) = Cell{.value = turns};
    for (std::size_t i = 0; i < carried.size(); ++i) frame.at(body->inputs()[i + 1]) = std::move(carried[i]);
    run_block(frame, body);
    for (std::size_t i = 0; i < carried.size(); ++i) carried[i] = frame.at(body->outputs()[i + 1]);
    ++turns;
    on = goes_on(frame, node, body->outputs()[0]);
  }
  for (std::size_t i = 0; i < carried.size(); ++i) frame.at(node->output(i)) = std::move(carried[i]);
  left_loop(frame, node, turns);
}

void Evaluator::call_function(Frame& frame, const jit::Node* node) {
  const auto type = node->input(0)->type()->expect<c10::FunctionType>();
  std::vector<Cell> arguments;
  for (std::size_t i = 1; i < node->inputs().size(); ++i) arguments.push_back(frame.at(node->input(i)));
  Cell result = call(&frame, node, *type->function(), std::move(arguments));
  if (!node->outputs().empty()) frame.at(node->output()) = std::move(result);
}

void Evaluator::call_method(Frame& frame, const jit::Node* node, const std::string& name, std::vector<Cell> arguments) {
  const auto type = arguments.at(0).value.toObjectRef().type();
  Cell result = call(&frame, node, type->getMethod(name), std::move(arguments));
  if (!node->outputs().empty()) frame.at(node->output()) = std::move(result);
}

void Evaluator::perform(Frame& frame, const jit::Node* node, Operator& op, std::vector<c10::IValue> arguments) {
  if (op.name == "prim::tolist") {
    c10::IValue list = numbers_of(arguments.at(0).toTensor(), node->output()->type());
    frame.at(node->output()) = Cell{.value = std::move(list)};
    return;
  }
  // Operators with any number of arguments are told how many there are.
  if (op.schema != nullptr && op.schema->is_vararg())
    arguments.emplace_back(static_cast<std::int64_t>(arguments.size()));
  (*op.run)(arguments);
  const std::size_t count = node->outputs().size();
  const std::size_t first = arguments.size() - count;
  for (std::size_t i = 0; i < count; ++i) {
    Cell& cell = frame.at(node->output(i));
    cell = Cell{};
    cell.value = std::move(arguments[first + i]);
  }
}

void Evaluator::operate(Frame& frame, const jit::Node* node, Operator& op) {
  std::vector<c10::IValue> arguments;
  arguments.reserve(node->inputs().size() + 1);
  for (const jit::Value* input : node->inputs()) arguments.push_back(frame.at(input).value);
  perform(frame, node, op, std::move(arguments));
}

}  // namespace graphwitness::verify::worker
