#pragma once
/// Where the inputs of a run come from, the first that applies: `--inputs`, `--input`, what the archive carries
/// (bundled inputs, what it was traced with).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "exec/messages.h"
#include "exec/workers.h"

namespace graphwitness::exec {

inline constexpr std::uint64_t kDefaultSamples = 5;
inline constexpr std::uint64_t kMostInputBytes = std::uint64_t{4} << 30U;

struct InputOptions {
  std::string file{};                      ///< `--inputs`; "": none
  std::vector<std::string> inputs{};       ///< each `--input`
  std::optional<std::uint64_t> samples{};  ///< how many to generate; none: kDefaultSamples
  std::uint64_t seed = 0;                  ///< of the first sample; each later one's is one more
};

struct InputSet {
  std::vector<Sample> samples;  ///< at least one
  std::string origin;           ///< for people: "generated", "from `inputs.pt`"
};

/// `reference` is asked only when nothing was given. Throws InputError; where there are no inputs, it shows the option
/// to give for this model.
InputSet make_inputs(const InputOptions& options, const std::string& reference, const std::string& method,
                     const WorkerLimits& limits);

}  // namespace graphwitness::exec
