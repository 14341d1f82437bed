#include "exec/compare/randomness.h"

#include "analysis/provenance.h"
#include "exec/workers.h"
#include "graphwitness/frontends/load.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec {

std::vector<bool> random_outputs(const std::string& path) {
  if (!is_onnx_model(path)) return {};
  try {
    const Graph graph = load_model(path);
    if (graph.functions().size() == 0) return {};
    const Provenance provenance(graph);
    std::vector<bool> random;
    for (const ValueId output : graph[graph[graph[FunctionId{0}].body].outputs]) {
      random.push_back(provenance.comes_from(output, Facet::data, Origin::random));
    }
    return random;
  } catch (const InputError&) {
    return {};
  }
}

}  // namespace graphwitness::exec
