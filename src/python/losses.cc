#include "python/losses.h"

#include <algorithm>
#include <tuple>

#include "python/flow.h"

namespace graphwitness::python {

std::vector<Loss> find_losses(const Module& module, const std::vector<Visit>& visits) {
  const Scope scope(module);
  Flow flow(scope, visits);
  // What was traced first: what it calls is then followed with what is known of the arguments.
  for (const Visit& visit : visits) {
    if (visit.inputs != kNothing) flow.enter(visit);
  }
  for (const Visit& visit : visits) {
    if (visit.inputs == kNothing) flow.enter(visit);
  }
  std::vector<Loss> losses = std::move(flow).take();
  std::ranges::stable_sort(losses, {}, [](const Loss& loss) { return std::tie(loss.line, loss.column, loss.rule); });
  return losses;
}

}  // namespace graphwitness::python
