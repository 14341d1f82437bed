#pragma once
/// The files of a witness: `witness.pt` and `witness.npz` hold the input, `witness.json` says what it shows.
///
/// Limits: tensors of outputs are cut after kMostElements in `witness.json`, which says so. No `.npz` where NumPy has
/// no such dtype.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "exec/messages.h"
#include "graphwitness/findings/verification.h"

namespace graphwitness::verify {

inline constexpr std::size_t kMostElements = 1000;

struct WitnessFiles {
  std::string folder;
  std::string pt;
  std::optional<std::string> npz{};
};

/// Writes the input, so that it can be run again from what was written. Throws InputError.
WitnessFiles write_witness_input(const std::string& folder, const std::vector<exec::Argument>& arguments);

struct WitnessStory {
  std::string scope;
  std::string scripted;
  std::string traced;      ///< "": the replay
  std::string exported{};  ///< "": no ONNX model was given
  std::string method;
  std::uint64_t seed = 0;
  WitnessReport report{};
  exec::SampleResult scripted_result{};
  exec::SampleResult other_result{};
  std::optional<exec::SampleResult> exported_result{};
};

/// Writes `witness.json`. Throws InputError.
void write_witness_story(const WitnessFiles& files, const WitnessStory& story,
                         const std::vector<exec::Argument>& arguments);

/// Plain PyTorch that shows the difference.
std::string python_snippet(const WitnessStory& story, const std::vector<exec::Argument>& arguments,
                           const std::string& pt);

}  // namespace graphwitness::verify
