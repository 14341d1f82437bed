/// Graphs in IR text, as broken as the text allows, through every rule: each alone, and each with the one after it as a
/// pair.
#include <optional>
#include <vector>

#include "graphwitness/ir/text.h"
#include "graphwitness/support/error.h"
#include "input.h"
#include "rules/registry.h"
#include "rules/run.h"

namespace graphwitness {
namespace {

/// What the text holds between lines `// -----`; what cannot be read is passed over.
std::vector<Graph> graphs_of(std::string_view text) {
  constexpr std::string_view kBetween = "// -----\n";
  std::vector<Graph> graphs;
  while (!text.empty()) {
    const std::size_t end = text.find(kBetween);
    try {
      graphs.push_back(read_ir(text.substr(0, end)).graph);
    } catch (const InputError&) {
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + kBetween.size());
  }
  return graphs;
}

}  // namespace
}  // namespace graphwitness

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace graphwitness;
  const std::vector<Graph> graphs = graphs_of(fuzz::text_of(data, size));
  for (std::size_t i = 0; i < graphs.size(); ++i) {
    run_rules(graphs[i], all_rules(), {});
    try {
      if (i > 0) run_rules_on_pair(graphs[i - 1], graphs[i], all_rules(), {});
    } catch (const InputError&) {
      continue;  // no pair
    }
  }
  return 0;
}
