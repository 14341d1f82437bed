#pragma once
/// The search for a witness: an input on which a scripted model and its trace, or the replay of it, disagree.
///
/// A worker runs the scripted graph operation by operation, writes down each decision that recording would freeze,
/// and looks for inputs on which one comes out otherwise: boundary values first, then descent on the slack of each
/// condition, then other shapes. Without a trace, the scripted graph is replayed with the decisions of the example.
///
/// Limits: on the CPU; dtypes, layouts, devices, modes and repeated calls are those of the example. Without debug
/// records in the archive, a size that Python's `int()` would freeze counts as live. What is found is true; that
/// nothing is found proves nothing.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "exec/compare/tolerance.h"
#include "exec/messages.h"
#include "exec/workers.h"
#include "graphwitness/findings/comparison.h"

namespace graphwitness::verify {

struct SearchRequest {
  std::string scripted;
  std::optional<std::string> traced{};  ///< none: against the replay
  std::string method = "forward";
  std::vector<exec::Argument> example{};
  std::chrono::milliseconds budget{30'000};
  std::uint64_t seed = 0;
  std::uint64_t evaluations = 0;  ///< at most so many; 0: by the budget alone
  exec::ChosenTolerance tolerance{};
  bool probes = false;  ///< whether inputs on which both sides agreed are wanted
};

/// Where in the Python; line 0 and file "": unknown. Lines and columns from 1.
struct Place {
  std::string file{};
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t end_column = 0;
  std::string function{};

  bool operator==(const Place&) const = default;
};

enum class DecisionKind : std::uint8_t {
  branch,
  loop,
  number,  ///< a tensor or a size read as a Python number
};
/// "branch", "loop", "number".
std::string_view name_of(DecisionKind kind);

/// A decision that came out otherwise than on the example.
struct ChangedDecision {
  DecisionKind kind = DecisionKind::branch;
  Place place{};
  std::string from{};  ///< on the example: "true", "3 turns", "0.5"
  std::string to{};
};

struct Witness {
  std::vector<exec::Argument> arguments{};
  std::uint64_t seed = 0;                    ///< what the model's own random numbers start from
  bool against_trace = true;                 ///< false: against the replay
  Difference difference = Difference::none;  ///< of the first output that differs
  std::string differs{};                     ///< in a few words: "output `0`: float32[3, 4] against float32[2, 4]"
  std::vector<ChangedDecision> decisions{};
  std::uint64_t changed_elements = 0;  ///< of the arguments, against the example's
};

/// An input on which both sides agreed, for other models to be run on.
struct Probe {
  bool other_shapes = false;
  std::vector<exec::Argument> arguments{};
};

/// What became of one decision of the scripted graph.
struct DecisionReport {
  DecisionKind kind = DecisionKind::branch;
  Place place{};
  std::string example{};     ///< what it was on the example
  bool on_data = false;      ///< depends on tensor data, as far as was seen
  bool on_shape = false;     ///< depends on shapes
  bool on_argument = false;  ///< depends on an argument that is no tensor
  bool on_random = false;
  bool flipped = false;           ///< it came out otherwise on some input that was tried
  bool only_raises = false;       ///< the arm not taken does nothing but raise
  std::optional<double> slack{};  ///< how near the search came to flipping it; none: no distance is known
  std::string message{};          ///< a sentence for people
};

struct SearchOutcome {
  std::optional<Witness> same_shapes{};   ///< shapes, dtypes and structure as the example's
  std::optional<Witness> other_shapes{};  ///< at least one size differs
  /// The example itself shows a difference (then it is also `same_shapes`).
  bool example_differs = false;
  std::vector<DecisionReport> decisions{};  ///< that depend on something a caller can vary, in the order of the run
  std::uint64_t evaluations = 0;
  std::vector<std::string> reasons{};  ///< why a scope without witness stayed undecided, for people
  std::vector<Probe> probes{};         ///< the first of each scope, and those that turned a decision first
  std::string cause{};                 ///< what parts them before anything runs, for people; "": nothing known
  std::string error{};                 ///< one line that names the model; "": the search came to its end
};

struct SearchProgress {
  std::uint64_t evaluations = 0;
  std::uint64_t flipped = 0;    ///< decisions
  std::uint64_t decisions = 0;  ///< that can be flipped, as far as is known
  std::chrono::milliseconds elapsed{0};
};

/// Never throws for what a model does. Witnesses were run again on freshly loaded models, in the worker; the caller
/// does it once more from the file that it saves.
SearchOutcome search(const SearchRequest& request, const exec::WorkerLimits& limits,
                     const std::function<void(const SearchProgress&)>& progress);

/// The scripted model replayed as its trace would run: each call with the decisions of the example. One result a call.
/// For measuring how true the replay is.
struct ReplayOutcome {
  std::vector<exec::SampleResult> results{};
  std::string error{};
};
ReplayOutcome replay(const SearchRequest& request, const std::vector<std::vector<exec::Argument>>& calls,
                     const exec::WorkerLimits& limits);

}  // namespace graphwitness::verify
