#include "rules/autocast_casts.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "rules/places.h"
#include "rules/recorded.h"
#include "rules/recorded_sources.h"

namespace graphwitness {
namespace {

/// PyTorch's numbers for float16 and bfloat16.
constexpr std::array<std::uint64_t, 2> kHalves{5, 15};

bool is_lowered(std::string_view op) {
  constexpr auto kOperators = std::to_array<std::string_view>({"aten::addbmm",
                                                               "aten::addmm",
                                                               "aten::addmv",
                                                               "aten::addr",
                                                               "aten::baddbmm",
                                                               "aten::bmm",
                                                               "aten::chain_matmul",
                                                               "aten::conv1d",
                                                               "aten::conv2d",
                                                               "aten::conv3d",
                                                               "aten::conv_tbc",
                                                               "aten::conv_transpose1d",
                                                               "aten::conv_transpose2d",
                                                               "aten::conv_transpose3d",
                                                               "aten::convolution",
                                                               "aten::_convolution",
                                                               "aten::gru_cell",
                                                               "aten::linear",
                                                               "aten::lstm_cell",
                                                               "aten::matmul",
                                                               "aten::mm",
                                                               "aten::mv",
                                                               "aten::prelu",
                                                               "aten::scaled_dot_product_attention"});
  return std::ranges::binary_search(kOperators, op);
}

const Literal* literal_of(const Graph& graph, ValueId value) {
  const NodeId maker = value ? graph.defining_node(value) : NodeId{};
  return maker && graph[graph[maker].op] == "prim::Constant" ? graph.attribute(maker, "value") : nullptr;
}

/// The cast to a half precision that makes the value, if it was recorded where `place` is.
NodeId half_cast(const Graph& graph, ValueId value, LocationId place) {
  const NodeId maker = value ? graph.defining_node(value) : NodeId{};
  if (!maker || graph[graph[maker].op] != "aten::to" || graph[maker].loc != place) return {};
  const bool is_half = std::ranges::any_of(graph[graph[maker].operands], [&](ValueId operand) {
    const Literal* const dtype = literal_of(graph, operand);
    return dtype != nullptr && dtype->kind == Literal::Kind::integer &&
           std::ranges::find(kHalves, dtype->bits) != kHalves.end();
  });
  return is_half ? maker : NodeId{};
}

bool casts_parameter(const Graph& graph, NodeId cast) {
  const NodeId source = graph.defining_node(graph[graph[cast].operands][0]);
  return source && graph[graph[source].op] == "prim::GetAttr";
}

bool names_cast(std::string_view line) {
  constexpr std::array<std::string_view, 4> kWords{".to(", "half", "float16", ".type"};
  return std::ranges::any_of(kWords, [&](std::string_view word) { return line.find(word) != std::string_view::npos; });
}

}  // namespace

bool runs_under_autocast(RuleContext& context, NodeId node) {
  const Graph& graph = context.graph();
  const LocationId place = graph[node].loc;
  if (!is_lowered(graph[graph[node].op]) || !place || !graph[place].file || !is_recorded(graph, node)) return false;
  bool casts = false;
  bool parameter = false;
  for (ValueId operand : graph[graph[node].operands]) {
    const NodeId cast = half_cast(graph, operand, place);
    casts = casts || cast;
    parameter = parameter || (cast && casts_parameter(graph, cast));
  }
  if (!casts || is_library_file(graph[graph[place].file])) return casts;
  const std::string line = context.analysis<RecordedSources>().line(graph[place].file, graph[place].line);
  return line.empty() ? parameter : !names_cast(line) && line.find("bfloat16") == std::string::npos;
}

void report_autocast_casts(RuleContext& context) {
  const Graph& graph = context.graph();
  if (!has_recording(graph)) return;
  for (NodeId node : graph.all_nodes()) {
    if (!runs_under_autocast(context, node)) continue;
    context.report(node, Severity::warning,
                   "`" + std::string(graph[graph[node].op]) +
                       "` runs in half precision: autocast was on while tracing, and its casts are part of the trace",
                   [](Finding& finding) {
                     finding.provenance = {"mode"};
                     finding.keeps = "the casts that autocast made for the example";
                     finding.loses = "running without autocast, in the precision of the weights";
                     finding.fix = "trace without autocast, and enter it around the call of the traced model";
                   });
  }
}

}  // namespace graphwitness
