#include "inference/inferrer.h"

#include <algorithm>
#include <cctype>
#include <exception>

#include "inference/node_fit.h"
#include "inference/size_fit.h"
#include "ir/walk.h"
#include "support/quote.h"

namespace graphwitness {
namespace {

/// The library's own words, without its marks: "[ShapeInferenceError] Incompatible dimensions".
std::string cleaned(std::string_view what) {
  const std::size_t context = what.find("\n\n==> Context");
  what = what.substr(0, context);
  const std::size_t mark = what.rfind("Error] ");
  if (mark != std::string_view::npos) what.remove_prefix(mark + 7);
  std::string text(what);
  std::ranges::replace(text, '\n', ' ');
  while (!text.empty() && (text.back() == '.' || text.back() == ' ')) text.pop_back();
  const bool is_word = text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0;
  if (is_word) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

bool may_hold_elements(const InferredType& type) {
  const bool is_integer = type.dtype == DType::i64 || type.dtype == DType::i32;
  return is_integer && (!type.ranked || type.dims.size() <= 1);
}

bool differ(const InferredType& a, const InferredType& b) {
  if (!a.is_tensor || !b.is_tensor) return false;
  if (a.dtype != DType::unknown && b.dtype != DType::unknown && a.dtype != b.dtype) return true;
  if (!a.ranked || !b.ranked) return false;
  if (a.dims.size() != b.dims.size()) return true;
  for (std::size_t i = 0; i < a.dims.size(); ++i) {
    const bool are_known = a.dims[i].extent != Dim::kUnknown && b.dims[i].extent != Dim::kUnknown;
    if (are_known && a.dims[i].extent != b.dims[i].extent) return true;
  }
  return false;
}

/// An operator whose results the library is known to size otherwise than the standard says in some versions: pooling
/// with ceil_mode, where windows that start in the padding count or do not.
bool is_sized_loosely(const Graph& graph, NodeId node) {
  const Literal* ceil = graph.attribute(node, "ceil_mode");
  return ceil != nullptr && ceil->bits != 0;
}

}  // namespace

Inferrer::Inferrer(const Graph& graph, std::span<const FreedDim> freed)
    : graph_(graph),
      freed_(freed),
      believes_sizes_(freed.empty()),
      types_(graph),
      elements_(graph),
      operators_(graph),
      context_(graph, types_, elements_),
      told_(graph.symbols().size()) {}

void Inferrer::add(OnnxIssue::Kind kind, NodeId node, std::string message, bool is_certain) {
  issues_.push_back({kind, is_certain, node, std::move(message)});
}

void Inferrer::run() {
  declare_values();
  free_inputs();
  for (FunctionId function : graph_.functions()) walk(graph_, graph_[function].body, *this);
}

void Inferrer::declare_values() {
  for (ValueId value : graph_.all_values()) {
    const Value& it = graph_[value];
    if (it.def == Value::Def::node) continue;
    types_.set(value, it.type);
    if (it.def != Value::Def::constant) continue;
    const TypeId held = graph_[TensorId{it.owner}].type;
    if (differ(types_.of(held), types_.of(it.type))) {
      const auto uses = graph_.uses(value);
      add(OnnxIssue::Kind::conflict, uses.empty() ? NodeId{} : uses.front().user,
          "initializer " + quote(graph_[it.name]) + " holds " + describe_type(graph_, types_.of(held)) +
              ", but is declared as " + describe_type(graph_, types_.of(it.type)));
    }
    types_.set(value, held);
  }
}

void Inferrer::free_inputs() {
  for (const FreedDim& freed : freed_) {
    const InferredType type = types_[freed.input];
    std::vector<Dim> dims(type.dims.begin(), type.dims.end());
    if (freed.axis >= dims.size()) continue;
    dims[freed.axis] = {.extent = Dim::kUnknown, .name = freed.symbol};
    types_.set(freed.input, type.dtype, dims);
  }
  freed_ = {};
}

void Inferrer::report_standing(NodeId node, Symbol symbol, const Operator& op) {
  if (told_[symbol.raw]) return;
  told_[symbol.raw] = true;
  const auto unknown = [&](const std::string& message, bool is_certain) {
    add(OnnxIssue::Kind::unknown, node, message, is_certain);
  };
  const std::string opset = "opset " + std::to_string(op.version);
  switch (op.standing) {
    case Operator::Standing::known:
      return;
    case Operator::Standing::not_imported:
      if (std::ranges::find(told_domains_, op.domain) != told_domains_.end()) return;
      told_domains_.push_back(op.domain);
      return add(OnnxIssue::Kind::invalid, node,
                 "the model imports no opset of domain " + quote(op.domain) + ", which " + quote(op.name) + " is of");
    case Operator::Standing::foreign:
      return unknown("operator " + quote(op.name) + " of domain " + quote(op.domain) +
                         " is no standard one; nothing is known of what it takes and yields",
                     false);
    case Operator::Standing::not_yet:
      return unknown(quote(op.name) + " comes with opset " + std::to_string(op.boundary) + ", the model imports " +
                         std::to_string(op.version),
                     true);
    case Operator::Standing::removed:
      return unknown(
          quote(op.name) + " is not in " + opset + " any more, it went in opset " + std::to_string(op.boundary), true);
    case Operator::Standing::absent:
      if (op.is_exact)
        return unknown("there is no operator " + quote(op.name) + " in domain " + quote(op.domain), true);
      return unknown("operator " + quote(op.name) + " is in no opset up to " +
                         std::to_string(newest_opset(op.domain == "ai.onnx" ? "" : op.domain)) +
                         ", the newest that is known here; the model imports " + std::to_string(op.version),
                     false);
  }
}

void Inferrer::visit(NodeId node) {
  const Operator& op = operators_[graph_[node].op];
  if (op.standing != Operator::Standing::known) report_standing(node, graph_[node].op, op);
  if (graph_[graph_[node].blocks].empty()) {
    infer(node, op);
    return;
  }
  for (std::string& wrong : enter_blocks(graph_, node, op, types_)) {
    add(OnnxIssue::Kind::conflict, node, std::move(wrong));
  }
}

void Inferrer::leave(BlockId block) {
  const NodeId owner = graph_[block].owner;
  if (owner && graph_[graph_[owner].blocks].back() == block) finish_blocks(owner);
}

void Inferrer::finish_blocks(NodeId node) {
  const Operator& op = operators_[graph_[node].op];
  if (op.standing == Operator::Standing::known && op.is_exact) {
    for (std::string& wrong : misfits(graph_, node, op)) add(OnnxIssue::Kind::invalid, node, std::move(wrong));
    for (std::string& wrong : dtype_misfits(graph_, node, op, types_)) {
      add(OnnxIssue::Kind::conflict, node, std::move(wrong));
    }
  }
  std::vector<std::string> wrong;
  std::vector<std::string> invalid;
  const std::vector<YieldedType> yields = leave_blocks(graph_, node, op, types_, wrong, invalid);
  for (std::string& what : wrong) add(OnnxIssue::Kind::conflict, node, std::move(what));
  for (std::string& what : invalid) add(OnnxIssue::Kind::invalid, node, std::move(what));
  const auto results = graph_[graph_[node].results];
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!results[i]) continue;
    const YieldedType& type = yields[i];
    settle(node, results[i], {type.is_tensor, type.dtype, type.ranked, type.dims});
  }
}

void Inferrer::take_declared(NodeId node) {
  for (ValueId result : graph_[graph_[node].results]) {
    if (!result) continue;
    const InferredType declared = types_.of(graph_[result].type);
    if (believes_sizes_ || !declared.ranked) {
      types_.set(result, graph_[result].type);
    } else {
      types_.set(result, declared.dtype, std::vector<Dim>(declared.dims.size()));
    }
  }
}

/// The library also fails over what it is not told.
bool Inferrer::all_types_known(NodeId node) const {
  return std::ranges::all_of(graph_[graph_[node].operands], [&](ValueId operand) {
    if (!operand) return true;
    const InferredType type = types_[operand];
    return type.is_tensor ? type.dtype != DType::unknown : types_.other(operand) != nullptr;
  });
}

void Inferrer::infer(NodeId node, const Operator& op) {
  if (op.standing != Operator::Standing::known) return take_declared(node);
  std::vector<std::string> wrong = misfits(graph_, node, op);
  if (!wrong.empty()) {
    for (std::string& what : wrong) {
      if (op.is_exact) add(OnnxIssue::Kind::invalid, node, std::move(what));
    }
    return take_declared(node);
  }
  if (op.is_exact) wrong = dtype_misfits(graph_, node, op, types_);
  if (op.is_exact && wrong.empty()) wrong = size_misfits(graph_, node, op, types_);
  for (std::string& what : wrong) add(OnnxIssue::Kind::conflict, node, std::move(what));
  if (!op.infer || !wrong.empty()) return take_declared(node);

  context_.select(node, op);
  try {
    op.infer(context_);
  } catch (const onnx::InferenceError& error) {
    if (op.is_exact && all_types_known(node)) {
      add(OnnxIssue::Kind::conflict, node, quote(op.name) + " does not fit its inputs: " + cleaned(error.what()));
    }
    return take_declared(node);
  } catch (const std::exception&) {  // the library has no rule for this
    return take_declared(node);
  }
  const auto results = graph_[graph_[node].results];
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!results[i]) continue;
    const onnx::TypeProto& type = *context_.getOutputType(i);
    if (type.has_tensor_type() || type.value_case() == onnx::TypeProto::VALUE_NOT_SET) {
      settle(node, results[i], types_.read(type));
    } else {
      types_.set(results[i], type);
    }
  }
  propagate(node, op);
}

/// Joins what was inferred with what the model declares. Where they contradict each other nothing is known, so that one
/// mistake is not told again at every node that follows.
void Inferrer::settle(NodeId node, ValueId result, const InferredType& inferred) {
  const TypeId declared_id = graph_[result].type;
  const InferredType declared = types_.of(declared_id);
  if (!believes_sizes_) return types_.set(result, inferred);
  if (!inferred.is_tensor) return types_.set(result, declared_id);
  if (!declared.is_tensor) return types_.set(result, inferred);
  const Operator& op = operators_[graph_[node].op];
  if (op.is_exact && differ(inferred, declared) && !is_sized_loosely(graph_, node)) {
    add(OnnxIssue::Kind::conflict, node,
        quote(op.name) + " yields " + describe_type(graph_, inferred) + ", but " + quote(graph_[graph_[result].name]) +
            " is declared as " + describe_type(graph_, declared));
    return types_.set(result, DType::unknown);
  }
  if (differ(inferred, declared)) return types_.set(result, declared_id);
  const DType dtype = inferred.dtype != DType::unknown ? inferred.dtype : declared.dtype;
  if (!inferred.ranked && !declared.ranked) return types_.set(result, dtype);
  if (!inferred.ranked) return types_.set(result, dtype, declared.dims);
  std::vector<Dim> dims(inferred.dims.begin(), inferred.dims.end());
  for (std::size_t i = 0; declared.ranked && i < dims.size(); ++i) {
    if (dims[i].extent == Dim::kUnknown && !dims[i].name) dims[i] = declared.dims[i];
  }
  types_.set(result, dtype, dims);
}

void Inferrer::propagate(NodeId node, const Operator& op) {
  const auto results = graph_[graph_[node].results];
  if (!op.propagate || results.empty() || !results[0] || !may_hold_elements(types_[results[0]])) return;
  ElementContext context(graph_, context_, elements_, node);
  try {
    op.propagate(context);
  } catch (const std::exception&) {  // nothing is known of the elements, which is no error
  }
}

}  // namespace graphwitness
