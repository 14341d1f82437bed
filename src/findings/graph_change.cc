#include "graphwitness/findings/graph_change.h"

#include <algorithm>

namespace graphwitness {

std::string_view name_of(GraphChange::Kind kind) {
  switch (kind) {
    case GraphChange::Kind::branch:
      return "branch";
    case GraphChange::Kind::loop:
      return "loop";
    case GraphChange::Kind::assertion:
      return "assertion";
    case GraphChange::Kind::frozen:
      return "frozen";
    case GraphChange::Kind::state:
      return "state";
    case GraphChange::Kind::interface:
      return "interface";
    case GraphChange::Kind::lost:
      return "lost";
    case GraphChange::Kind::added:
      return "added";
    case GraphChange::Kind::op:
      return "operator";
    case GraphChange::Kind::attribute:
      return "attribute";
    case GraphChange::Kind::wiring:
      return "wiring";
  }
  return "";
}

std::size_t count_changes(const DiffReport& report) {
  return static_cast<std::size_t>(
      std::ranges::count_if(report.changes, [](const GraphChange& change) { return !change.minor; }));
}

}  // namespace graphwitness
