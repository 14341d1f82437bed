#include "inference/node_fit.h"

#include <algorithm>
#include <array>
#include <set>

#include "inference/protos.h"
#include "support/quote.h"

namespace graphwitness {
namespace {

std::string count(std::size_t number, std::string_view what) {
  return std::to_string(number) + " " + std::string(what) + (number == 1 ? "" : "s");
}

void check_number(const Operator& op, std::size_t found, int least, int most, std::string_view what,
                  std::vector<std::string>& wrong) {
  const auto tell = [&](std::string_view bound, int limit) {
    wrong.push_back(quote(op.name) + " has " + count(found, what) + ", expected " + std::string(bound) + " " +
                    std::to_string(limit));
  };
  if (found < static_cast<std::size_t>(least)) tell("at least", least);
  if (most >= 0 && found > static_cast<std::size_t>(most)) tell("at most", most);
}

void check_operands(const Graph& graph, NodeId node, const Operator& op, std::vector<std::string>& wrong) {
  const auto operands = graph[graph[node].operands];
  check_number(op, operands.size(), op.schema->min_input(), op.schema->max_input(), "input", wrong);
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const Formal* formal = formal_of(op.inputs, i);
    if (operands[i] || formal == nullptr) continue;
    if (formal->is_required) {
      wrong.push_back("input " + quote(formal->name) + " of " + quote(op.name) + " is left out, but required");
    } else if (formal->is_variadic) {
      wrong.push_back("input " + std::to_string(i) + " of " + quote(op.name) + " is left out, but not optional");
    }
  }
}

/// Names of the attributes that hold the node's blocks.
std::set<std::string_view> graph_attributes(const Graph& graph, NodeId node) {
  std::set<std::string_view> names;
  const Literal* blocks = graph.attribute(node, "blocks");
  if (blocks == nullptr || blocks->kind != Literal::Kind::list) return names;
  for (LiteralId name : graph[blocks->elements]) names.insert(graph.text(graph[name]));
  return names;
}

void check_attributes(const Graph& graph, NodeId node, const Operator& op, std::vector<std::string>& wrong) {
  const auto& formals = op.schema->attributes();
  const std::set<std::string_view> blocks = graph_attributes(graph, node);
  std::set<std::string_view> given = blocks;
  for (const Attribute& attribute : graph[graph[node].attributes]) {
    const std::string_view name = graph[attribute.name];
    if (name == "blocks") continue;
    if (!given.insert(name).second) wrong.push_back("attribute " + quote(name) + " is given twice");
    if (name.starts_with("__")) continue;  // by convention internal to whoever wrote it
    const auto formal = formals.find(std::string(name));
    if (formal == formals.end()) {
      wrong.push_back(quote(op.name) + " has no attribute " + quote(name) + " in opset " + std::to_string(op.version));
    } else if (!is_attribute_of(graph, graph[attribute.value], formal->second.type)) {
      wrong.push_back("attribute " + quote(name) + " of " + quote(op.name) + " is not " +
                      std::string(name_of(formal->second.type)));
    }
  }
  for (std::string_view name : blocks) {
    const auto formal = formals.find(std::string(name));
    const bool takes_graphs = formal != formals.end() && (formal->second.type == onnx::AttributeProto::GRAPH ||
                                                          formal->second.type == onnx::AttributeProto::GRAPHS);
    if (!takes_graphs) wrong.push_back(quote(op.name) + " takes no graph as attribute " + quote(name));
  }
  // Graphs of a graph as text have no names.
  const bool has_nameless_blocks = blocks.empty() && !graph[graph[node].blocks].empty();
  for (const auto& [name, formal] : formals) {
    if (!formal.required || given.contains(name)) continue;
    if (formal.type == onnx::AttributeProto::GRAPH && has_nameless_blocks) continue;
    wrong.push_back("attribute " + quote(name) + " of " + quote(op.name) + " is missing, but required");
  }
}

/// Constant: in which of its attributes the value lies is free, but it lies in one.
void check_constant(const Graph& graph, NodeId node, const Operator& op, std::vector<std::string>& wrong) {
  if (op.name != "Constant" || op.domain != "ai.onnx") return;
  const std::size_t values = graph[graph[node].attributes].size();
  if (values != 1)
    wrong.push_back("`Constant` has " + count(values, "attribute") + ", expected the one that is its value");
}

std::string list_of(DTypeMask mask) {
  std::string list;
  for (unsigned i = 0; i < 64; ++i) {
    if ((mask >> i & 1U) == 0) continue;
    if (!list.empty()) list += ", ";
    list += name_of(static_cast<DType>(i));
  }
  return list;
}

std::string name_of_input(const Graph& graph, ValueId value) {
  const std::string_view name = graph[graph[value].name];
  return name.empty() ? "an input" : "`" + std::string(name) + "`";
}

}  // namespace

const Formal* formal_of(const std::vector<Formal>& formals, std::size_t index) {
  if (index < formals.size()) return &formals[index];
  return !formals.empty() && formals.back().is_variadic ? &formals.back() : nullptr;
}

std::vector<std::string> misfits(const Graph& graph, NodeId node, const Operator& op) {
  std::vector<std::string> wrong;
  check_operands(graph, node, op, wrong);
  check_number(op, graph[graph[node].results].size(), op.schema->min_output(), op.schema->max_output(), "output",
               wrong);
  check_attributes(graph, node, op, wrong);
  check_constant(graph, node, op, wrong);
  return wrong;
}

std::vector<std::string> dtype_misfits(const Graph& graph, NodeId node, const Operator& op, const TypeStore& types) {
  std::vector<std::string> wrong;
  constexpr std::size_t kMostVariables = 16;
  std::array<DType, kMostVariables> bound{};
  std::array<ValueId, kMostVariables> binder{};
  const auto operands = graph[graph[node].operands];
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const Formal* formal = formal_of(op.inputs, i);
    if (!operands[i] || formal == nullptr) continue;
    const InferredType type = types[operands[i]];
    if (!type.is_tensor || type.dtype == DType::unknown) continue;
    if ((formal->dtypes & mask_of(type.dtype)) == 0) {
      if (std::ranges::find(operands.first(i), operands[i]) != operands.begin() + static_cast<std::ptrdiff_t>(i))
        continue;
      const std::string takes = formal->dtypes == 0 ? "no tensor" : list_of(formal->dtypes);
      wrong.push_back(name_of_input(graph, operands[i]) + " has dtype " + std::string(name_of(type.dtype)) +
                      ", expected " + takes + " as " + quote(formal->name) + " of " + quote(op.name));
      continue;
    }
    const auto variable = static_cast<std::size_t>(formal->variable);
    if (formal->variable < 0 || variable >= kMostVariables || !formal->is_homogeneous || formal->takes_other) continue;
    if (bound[variable] == DType::unknown) {
      bound[variable] = type.dtype;
      binder[variable] = operands[i];
    } else if (bound[variable] != type.dtype) {
      wrong.push_back(quote(op.name) + " takes " + name_of_input(graph, binder[variable]) + " of dtype " +
                      std::string(name_of(bound[variable])) + " together with " + name_of_input(graph, operands[i]) +
                      " of dtype " + std::string(name_of(type.dtype)) + ", expected the same dtype");
    }
  }
  return wrong;
}

}  // namespace graphwitness
