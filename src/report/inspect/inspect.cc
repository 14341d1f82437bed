#include "graphwitness/report/inspect.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "graphwitness/ir/text.h"
#include "report/inspect/tensor_totals.h"

namespace graphwitness {
namespace {

constexpr std::size_t kLongestLiteral = 8;

using Counts = std::vector<std::pair<std::string, std::size_t>>;

class Inspector {
 public:
  Inspector(const Graph& graph, const std::string& path) : graph_(graph), tensors_(graph) {
    found_.path = path;
    found_.format = name_of(graph.format());
  }

  Inspection run() && {
    properties();
    for (const FunctionId id : graph_.functions()) found_.methods.push_back(method(graph_[id]));
    callables();
    modules();
    if (graph_.modules().size() == 0) initializers();
    operations();
    for (const MissingOperator& missing : graph_.missing_operators()) {
      found_.missing_operators.emplace_back(graph_[missing.op], graph_[missing.schema]);
    }
    return std::move(found_);
  }

 private:
  void properties() {
    for (const Property& property : graph_.properties()) {
      const std::string key(graph_[property.key]);
      const std::string value(graph_[property.value]);
      if (key == "remark") {
        found_.remarks.push_back(value);
      } else {
        found_.properties.emplace_back(key, value);
      }
    }
  }

  std::string default_of(const Function& function, std::string_view name) const {
    for (const Attribute& attribute : graph_[function.defaults]) {
      if (graph_[attribute.name] == name) return print_literal(graph_, attribute.value, kLongestLiteral);
    }
    return {};
  }

  InspectedMethod method(const Function& function) const {
    InspectedMethod inspected{std::string(graph_[function.name]), std::string(name_of(function.origin)), {}, {}};
    const Block& body = graph_[function.body];
    auto params = graph_[body.params];
    if (function.self && !params.empty()) params = params.subspan(1);
    for (const ValueId id : params) {
      const std::string name(graph_[graph_[id].name]);
      inspected.inputs.push_back({name, print_type(graph_, graph_[id].type), default_of(function, name)});
    }
    for (const ValueId id : graph_[body.outputs]) {
      if (!id) continue;
      inspected.outputs.push_back({std::string(graph_[graph_[id].name]), print_type(graph_, graph_[id].type), ""});
    }
    return inspected;
  }

  void callables() {
    for (const Callable& callable : graph_.callables()) {
      InspectedCallable inspected{std::string(graph_[callable.name]), std::string(name_of(callable.origin)), "", 0};
      if (callable.loc) {
        inspected.file = graph_[graph_[callable.loc].file];
        inspected.line = graph_[callable.loc].line;
      }
      found_.callables.push_back(std::move(inspected));
    }
  }

  /// Elements of a module's own parameters. Counts its buffers too.
  std::uint64_t own_tensors(const Module& module) {
    std::uint64_t parameters = 0;
    for (const ModuleAttribute& attribute : graph_[module.attributes]) {
      const bool is_parameter = attribute.role == ModuleAttribute::Role::parameter;
      if (!is_parameter && attribute.role != ModuleAttribute::Role::buffer) continue;
      if (!attribute.value || graph_[attribute.value].kind != Literal::Kind::tensor) continue;
      const TensorId tensor(static_cast<std::uint32_t>(graph_[attribute.value].bits));
      if (is_parameter) {
        parameters += tensors_.count(tensor, found_.parameters);
      } else {
        tensors_.count(tensor, found_.buffers);
      }
    }
    return parameters;
  }

  void modules() {
    const std::size_t count = graph_.modules().size();
    std::vector<std::uint64_t> parameters(count);
    std::vector<std::vector<std::uint32_t>> children(count);
    std::vector<std::uint32_t> waiting;
    for (const ModuleId id : graph_.modules()) {
      parameters[id.raw] = own_tensors(graph_[id]);
      const ModuleId parent = graph_[id].parent;
      if (parent) {
        children[parent.raw].push_back(id.raw);
      } else {
        waiting.push_back(id.raw);
      }
    }
    // A parent stands above its children, so each sum is whole when it is handed on.
    for (std::uint32_t at = static_cast<std::uint32_t>(count); at-- > 0;) {
      const ModuleId parent = graph_[ModuleId(at)].parent;
      if (parent) parameters[parent.raw] += parameters[at];
    }
    std::vector<std::size_t> depth(count);
    std::ranges::reverse(waiting);
    while (!waiting.empty()) {
      const ModuleId id(waiting.back());
      waiting.pop_back();
      const Module& module = graph_[id];
      if (module.parent) depth[id.raw] = depth[module.parent.raw] + 1;
      found_.modules.push_back({std::string(graph_[module.path]), std::string(graph_[module.name]),
                                std::string(graph_[module.type]), depth[id.raw], module.has_setstate,
                                parameters[id.raw]});
      waiting.insert(waiting.end(), children[id.raw].rbegin(), children[id.raw].rend());
    }
  }

  void initializers() {
    for (const ValueId id : graph_.all_values()) {
      if (graph_[id].def == Value::Def::constant) tensors_.count(TensorId(graph_[id].owner), found_.parameters);
    }
  }

  static Counts sorted(const std::map<std::string_view, std::size_t>& counts) {
    Counts list(counts.begin(), counts.end());
    std::ranges::stable_sort(list, std::ranges::greater(), [](const auto& entry) { return entry.second; });
    return list;
  }

  void operations() {
    std::map<std::string_view, std::size_t> all;
    std::map<std::string_view, std::size_t> with_blocks;
    for (const NodeId id : graph_.all_nodes()) {
      ++all[graph_[graph_[id].op]];
      if (graph_[id].blocks.count != 0) ++with_blocks[graph_[graph_[id].op]];
    }
    found_.operations = sorted(all);
    found_.control_flow = sorted(with_blocks);
  }

  const Graph& graph_;
  TensorCounter tensors_;
  Inspection found_;
};

}  // namespace

Inspection inspect(const Graph& graph, const std::string& path) { return Inspector(graph, path).run(); }

}  // namespace graphwitness
