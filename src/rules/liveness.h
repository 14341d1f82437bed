#pragma once
/// Which values reach an output or an effect. Linear; branches and loops that reach one keep all that is in them.

#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

class Liveness {
 public:
  explicit Liveness(const Graph& graph);
  bool is_live(ValueId value) const { return live_[value.raw]; }

 private:
  std::vector<bool> live_;
};

}  // namespace graphwitness
