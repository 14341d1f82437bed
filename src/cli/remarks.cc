#include "cli/remarks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "support/escape.h"

namespace graphwitness {
namespace {

constexpr std::string_view kTraced =
    "traced: what tracing lost is not in the file; only constants and the Python source at hand tell of it; check the "
    "scripted module too, alone or `--against` this one";
constexpr std::string_view kPartlyTraced =
    "holds traced code: what tracing lost there is not in the file; only constants and the Python source at hand tell "
    "of it";

bool any_function(const Graph& graph, Function::Origin origin) {
  for (const FunctionId id : graph.functions()) {
    if (graph[id].origin == origin) return true;
  }
  return false;
}

/// The domains that ONNX itself and ONNX Runtime define; what a model's own functions define is inlined.
constexpr std::array<std::string_view, 8> kDomains{
    "onnx",          "ai.onnx.ml",          "ai.onnx.training",     "ai.onnx.preview.training",
    "com.microsoft", "com.microsoft.nchwc", "com.ms.internal.nhwc", "org.pytorch.aten"};

/// Domains of operators that are defined nowhere in reach, sorted.
std::set<std::string_view> unknown_domains(const Graph& graph) {
  std::set<std::string_view> unknown;
  for (NodeId node : graph.all_nodes()) {
    const std::string_view op = graph[graph[node].op];
    const std::string_view domain = op.substr(0, op.rfind("::"));
    if (std::ranges::find(kDomains, domain) == kDomains.end()) unknown.insert(domain);
  }
  return unknown;
}

}  // namespace

void Remarks::add(const std::string& model, std::string_view remark) {
  const auto known = std::ranges::find(models_by_remark_, remark, [](const auto& entry) { return entry.first; });
  if (known != models_by_remark_.end()) {
    known->second.push_back(model);
  } else {
    models_by_remark_.emplace_back(remark, std::vector{model});
  }
}

void Remarks::add_from_loader(const std::string& model, const Graph& graph) {
  for (const Property& property : graph.properties()) {
    const std::string_view key = graph[property.key];
    if (key == "remark" || key == "problem") add(model, graph[property.value]);
  }
  if (graph.format() == Format::onnx) {
    for (std::string_view domain : unknown_domains(graph)) {
      add(model, fmt::format("operators of domain `{}` are known neither to ONNX nor to ONNX Runtime; their results "
                             "count as depending on everything",
                             domain));
    }
  }
}

void Remarks::add_from(const std::string& model, const Graph& graph) {
  add_from_loader(model, graph);
  const bool traced = any_function(graph, Function::Origin::traced);
  const bool scripted = any_function(graph, Function::Origin::scripted);
  const bool mixed = any_function(graph, Function::Origin::mixed);
  if (traced && !scripted && !mixed) {
    add(model, kTraced);
  } else if (traced || mixed) {
    add(model, kPartlyTraced);
  }
}

void Remarks::print(std::ostream& err, std::span<const std::string> more) const {
  const auto line = [&](const std::string& remark) {
    std::string text = printable("remark: " + remark);
    std::ranges::replace(text, '\n', ' ');
    err << text << '\n';
  };
  for (const auto& [remark, models] : models_by_remark_) {
    const std::string others = models.size() == 1 ? "" : fmt::format(" and {} more", models.size() - 1);
    line(fmt::format("`{}`{}: {}", models.front(), others, remark));
  }
  std::ranges::for_each(more, line);
}

}  // namespace graphwitness
