#include "cli/remarks.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/escape.h"

namespace graphwitness {
namespace {

constexpr std::string_view kTraced =
    "traced: what tracing lost is not in the file, so it cannot be found in it; check the scripted module";
constexpr std::string_view kPartlyTraced =
    "holds traced code: what tracing lost there is not in the file, so it cannot be found in it";

bool any_function(const Graph& graph, Function::Origin origin) {
  for (const FunctionId id : graph.functions()) {
    if (graph[id].origin == origin) return true;
  }
  return false;
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

void Remarks::add_from(const std::string& model, const Graph& graph) {
  for (const Property& property : graph.properties()) {
    if (graph[property.key] == "remark") add(model, graph[property.value]);
  }
  const bool traced = any_function(graph, Function::Origin::traced);
  const bool scripted = any_function(graph, Function::Origin::scripted);
  const bool mixed = any_function(graph, Function::Origin::mixed);
  if (traced && !scripted && !mixed) {
    add(model, kTraced);
  } else if (traced || mixed) {
    add(model, kPartlyTraced);
  }
}

void Remarks::print(std::ostream& err) const {
  for (const auto& [remark, models] : models_by_remark_) {
    const std::string more = models.size() == 1 ? "" : fmt::format(" and {} more", models.size() - 1);
    std::string text = printable(fmt::format("remark: `{}`{}: {}", models.front(), more, remark));
    std::ranges::replace(text, '\n', ' ');
    err << text << '\n';
  }
}

}  // namespace graphwitness
