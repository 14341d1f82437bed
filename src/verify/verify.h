#pragma once
/// The verdict: a proof where there is one, else a witness, run again from its file, else the reasons for neither.
///
/// Limits: of the models, those that the search can run and the proof can follow; witnesses are inputs only, not modes,
/// devices or repeated calls, which a proof names as assumptions.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "exec/messages.h"
#include "exec/workers.h"
#include "graphwitness/findings/verification.h"
#include "graphwitness/ir/graph.h"
#include "verify/search.h"

namespace graphwitness::verify {

/// What was proved was seen to be wrong: a bug of this program, never a verdict.
class Contradiction : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

struct VerifyRequest {
  std::string scripted;
  std::optional<std::string> traced{};
  std::optional<std::string> exported{};  ///< an ONNX model made of the trace; only with one
  const Graph* scripted_graph = nullptr;
  const Graph* traced_graph = nullptr;  ///< null where there is no trace
  std::string method = "forward";
  std::vector<exec::Argument> example{};
  std::string example_origin{};
  std::chrono::milliseconds budget{30'000};
  std::uint64_t seed = 0;
  std::string witness_folder{};  ///< "": witnesses are not kept
  exec::WorkerLimits limits{};
  std::function<void(const SearchProgress&)> progress{};
};

/// Throws InputError for models and examples that cannot be run, and Contradiction.
VerificationReport verify(const VerifyRequest& request);

}  // namespace graphwitness::verify
