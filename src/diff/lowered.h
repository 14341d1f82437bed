#pragma once
/// What an exporter writes as other operators than the module has: several for one (`aten::layer_norm`), or none, since
/// it goes into the weights of another (`aten::batch_norm` after a convolution).
///
/// Several stand for one where both belong to one module and neither has a counterpart of its own. An operator that
/// could have one and has none is not taken for written otherwise. Limit: nothing is computed, so that the several do
/// what the one does is what an exporter promises, not what was proved.

#include <vector>

#include "analysis/alignment.h"
#include "graphwitness/ir/graph.h"

namespace graphwitness {

struct Lowered {
  std::vector<bool> left;   ///< by node of the module
  std::vector<bool> right;  ///< by node of the export
};

Lowered lowered_operators(const Graph& module, const Graph& exported, const Alignment& alignment);

}  // namespace graphwitness
