#pragma once
/// What `verify` found: a verdict for each scope, with the witness or the assumptions that bear it out.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace graphwitness {

enum class Verdict : std::uint8_t {
  proved,     ///< the two compute the same for all inputs of the scope, under the assumptions
  refuted,    ///< there is a witness, run again from its file
  undecided,  ///< neither; `reasons` say why
};
/// "proved", "refuted", "undecided".
std::string_view name_of(Verdict verdict);

/// A decision that came out otherwise on the witness than on the example.
struct DecisionChange {
  std::string kind;  ///< "branch", "loop", "number"
  std::string file{};
  std::uint32_t line = 0;  ///< from 1; 0: unknown
  std::string from;
  std::string to;

  bool operator==(const DecisionChange&) const = default;
};

/// An input on which the two differ.
struct WitnessReport {
  std::string folder{};  ///< where its files lie; "": nowhere, they were not asked for
  std::string against;   ///< "trace", "onnx", or "replay" where no trace was given
  std::string difference;
  std::vector<std::string> changes{};  ///< against the example: "`x`[3] from 0.2 to -5"
  std::vector<DecisionChange> decisions{};
  /// Where three models were given: which step went wrong, "capture", "export" or "runtime"; "": not asked.
  std::string step{};
};

struct ScopeReport {
  Verdict verdict = Verdict::undecided;
  std::optional<WitnessReport> witness{};
  std::vector<std::string> assumptions{};  ///< of a proof
  std::vector<std::string> reasons{};      ///< why it stayed undecided, or what parts the models
};

struct VerificationReport {
  std::string scripted{};
  std::string traced{};    ///< "": the trace was replayed from the script
  std::string exported{};  ///< the ONNX model; "": none was given
  std::string method{};
  std::string example{};  ///< where it comes from
  ScopeReport same_shapes{};
  ScopeReport other_shapes{};
  std::uint64_t evaluations = 0;  ///< inputs that the search ran
};

}  // namespace graphwitness
