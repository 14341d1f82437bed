#include "localize/torch/watcher.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <sstream>
#include <utility>

#include "exec/torch/convert.h"
#include "exec/torch/model.h"
#include "localize/torch/steps.h"
#include "verify/torch/places.h"

namespace graphwitness::localize::worker {

namespace jit = torch::jit;
using verify::worker::Operator;

namespace {

constexpr std::size_t kLongestText = 60;

/// Numbers as they would be written; cut where they are many.
std::string spelled(const c10::IValue& value) {
  if (value.isNone()) return "None";
  if (value.isObject() || value.isModule() || value.isFuture() || value.isCapsule()) return "...";
  std::ostringstream out;
  out << value;
  std::string text = out.str();
  if (text.size() > kLongestText) text = text.substr(0, kLongestText) + "...";
  return text;
}

/// Tensors in a value, containers laid flat.
void tensors_in(const c10::IValue& value, std::vector<at::Tensor>& tensors) {
  if (value.isTensor()) {
    if (value.toTensor().defined()) tensors.push_back(value.toTensor());
  } else if (value.isTuple()) {
    for (const c10::IValue& item : value.toTupleRef().elements()) tensors_in(item, tensors);
  } else if (value.isList()) {
    for (const c10::IValue& item : value.toListRef()) tensors_in(item, tensors);
  } else if (value.isGenericDict()) {
    for (const auto& entry : value.toGenericDict()) tensors_in(entry.value(), tensors);
  }
}

exec::Sketch sketch_of(const at::Tensor& tensor) {
  const exec::Value value = exec::worker::from_torch(tensor);
  return value.kind == exec::Value::Kind::tensor ? exec::sketch_of(value.tensor) : exec::Sketch{};
}

/// "layers.0" of `self.layers.0.forward(...)`, without `self`.
std::string attribute_path(const jit::Value* module) {
  std::string path;
  for (const jit::Node* node = module->node(); node->kind() == c10::prim::GetAttr; node = node->input()->node()) {
    if (!path.empty()) path.insert(0, 1, '.');
    path.insert(0, node->s(c10::attr::name));
  }
  return path;
}

/// Whether the function that runs in a frame is a method of the module that calls it by `site`.
bool is_method_call(const jit::Node* site) { return site != nullptr && site->kind() == c10::prim::CallMethod; }

}  // namespace

void Watcher::watch(const jit::Module& model, const std::string& method, const std::vector<c10::IValue>& arguments) {
  std::vector<verify::worker::Cell> cells;
  for (const c10::IValue& argument : arguments) {
    std::vector<at::Tensor> tensors;
    tensors_in(argument, tensors);
    for (const at::Tensor& tensor : tensors) told(tensor, Watched::Origin::input, "");
    cells.push_back({.value = argument});
  }
  try {
    const verify::worker::Cell result = run(model, method, std::move(cells));
    std::vector<at::Tensor> tensors;
    tensors_in(result.value, tensors);
    std::vector<std::int64_t> outputs;
    outputs.reserve(tensors.size());
    for (const at::Tensor& tensor : tensors) outputs.push_back(number_of(tensor, ""));
    tell_(said_outputs(outputs));
  } catch (const verify::worker::GivenUp&) {
    tell_(said_raised("given up: it takes too many operations"));
  } catch (const std::exception& error) {
    tell_(said_raised(exec::worker::raised_text(error)));
  }
}

std::int64_t Watcher::told(const at::Tensor& tensor, Watched::Origin origin, const std::string& name) {
  tell_(to_value(Watched{.origin = origin, .name = name, .sketch = sketch_of(tensor)}));
  numbers_[tensor.unsafeGetTensorImpl()] = values_;
  return values_++;
}

std::int64_t Watcher::number_of(const at::Tensor& tensor, const std::string& name) {
  const auto found = numbers_.find(tensor.unsafeGetTensorImpl());
  return found != numbers_.end() ? found->second : told(tensor, Watched::Origin::constant, name);
}

void Watcher::add_inputs(const c10::IValue& value, const std::string& name, const std::string& given,
                         std::vector<OperationInput>& inputs) {
  std::vector<at::Tensor> tensors;
  tensors_in(value, tensors);
  for (const at::Tensor& tensor : tensors) inputs.push_back({.name = name, .value = number_of(tensor, given)});
  if (tensors.empty() && !value.isObject()) inputs.push_back({.name = name, .text = spelled(value)});
}

Where Watcher::where(const Frame& frame, const jit::Node* node) {
  std::vector<const jit::Node*> chain{node};
  for (const Frame* at = &frame; at->site != nullptr && at->caller != nullptr; at = at->caller) {
    chain.push_back(at->site);
  }
  const verify::Place place = verify::worker::place_of(chain);
  return {.file = place.file, .line = place.line, .column = place.column, .function = place.function};
}

void Watcher::operate(Frame& frame, const jit::Node* node, Operator& op) {
  Operation operation{.op = std::string(op.name), .where = where(frame, node)};
  for (const Frame* at = &frame; at != nullptr && at->site != nullptr; at = at->caller) {
    if (!is_method_call(at->site)) continue;
    const std::string path = attribute_path(at->site->input(0));
    if (path.empty()) continue;
    operation.scope = operation.scope.empty() ? path : path + "." + operation.scope;
  }
  std::vector<c10::IValue> arguments;
  for (std::size_t i = 0; i < node->inputs().size(); ++i) {
    const jit::Value* input = node->input(i);
    const bool named = op.schema != nullptr && i < op.schema->arguments().size();
    arguments.push_back(frame.at(input).value);
    add_inputs(arguments.back(), named ? op.schema->arguments()[i].name() : "", attribute_path(input),
               operation.inputs);
  }
  const std::vector<at::Tensor> steps = steps_of(op.name, arguments);
  Evaluator::operate(frame, node, op);

  std::vector<at::Tensor> results;
  for (const jit::Value* output : node->outputs()) tensors_in(frame.at(output).value, results);
  if (results.empty()) return;
  if (!steps.empty()) {
    Operation part = operation;
    part.is_part = true;
    for (const at::Tensor& step : steps) {
      tell_(to_value(Watched{.sketch = sketch_of(step)}));
      part.outputs.push_back(values_++);
    }
    tell_(to_value(part));
  }
  for (const at::Tensor& result : results) operation.outputs.push_back(told(result, Watched::Origin::computed, ""));
  tell_(to_value(operation));
}

void Watcher::begin(Frame& frame, const jit::Node* node, bool is_loop, std::int64_t outcome) {
  tell_(begin_decision({.is_loop = is_loop, .outcome = outcome, .where = where(frame, node)}));
  open_.push_back(decisions_++);
}

void Watcher::end(std::int64_t outcome) {
  tell_(end_decision(open_.back(), outcome));
  open_.pop_back();
}

bool Watcher::branch(Frame& frame, const jit::Node* node) {
  const bool taken = Evaluator::branch(frame, node);
  begin(frame, node, false, taken ? 1 : 0);
  return taken;
}

void Watcher::joined(Frame& frame, const jit::Node* node, bool taken) {
  Evaluator::joined(frame, node, taken);
  end(taken ? 1 : 0);
}

std::int64_t Watcher::most_turns(Frame& frame, const jit::Node* node) {
  begin(frame, node, true, 0);
  return Evaluator::most_turns(frame, node);
}

void Watcher::left_loop(Frame& frame, const jit::Node* node, std::int64_t turns) {
  Evaluator::left_loop(frame, node, turns);
  end(turns);
}

}  // namespace graphwitness::localize::worker
