#pragma once
/// Where the inputs of a run come from, the first that applies: `--inputs`, `--input`, what the archive carries
/// (bundled inputs, what it was traced with), what an ONNX graph declares.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "exec/inputs/declared.h"
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
  std::vector<DimSize> dims{};             ///< each `--dim`
  std::vector<std::string> state{};        ///< inputs that carried state goes to, which need no value
};

struct InputSet {
  std::vector<Sample> samples;  ///< at least one
  std::string origin;           ///< for people: "generated", "from `inputs.pt`"
  /// Names are not the first model's but another's, so that what it does not know goes by position for it, too.
  bool foreign_names = false;
};

/// `models`: those to run, the reference first; asked only for what was not given. Throws InputError; where there are
/// no inputs, it shows the option to give for this model.
InputSet make_inputs(const InputOptions& options, const std::vector<std::string>& models, const std::string& method,
                     const WorkerLimits& limits);

/// What the first ONNX model among these declares; none without such a model, or when it cannot be read.
std::optional<Declaration> first_declaration(const std::vector<std::string>& models);

}  // namespace graphwitness::exec
