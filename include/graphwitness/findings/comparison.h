#pragma once
/// What `compare` has to say, finished: reporters only render it.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace graphwitness {

enum class Difference : std::uint8_t {
  none,
  value,
  dtype,
  shape,
  structure,  ///< another kind of value, number of items, or set of keys
  raise,      ///< one side raised an error, the other did not
};
std::string_view name_of(Difference difference);

/// Elements by how far they are off, as a multiple of the tolerance at their place.
struct ErrorHistogram {
  /// A bin counts what is at most its bound and above the bound before; the last bin has none.
  static constexpr std::array<double, 7> kBounds{0, 0.01, 0.1, 1, 10, 100, 1000};
  std::array<std::uint64_t, kBounds.size() + 1> counts{};
};

/// Where the largest difference is.
struct DifferencePlace {
  std::uint64_t sample = 0;           ///< counted from 0
  std::vector<std::int64_t> index{};  ///< of the element, one number a dimension
  double reference = 0;               ///< the numbers there; of complex ones the real part
  double candidate = 0;
};

/// One output, over all samples.
struct OutputComparison {
  std::string name;  ///< "0", "1.logits"; "arguments.0": one that the call changed; "call": it raised
  Difference difference = Difference::none;  ///< of the first sample that differs
  std::string reference{};                   ///< of that sample, in a few words: "float32[10, 20]"
  std::string candidate{};
  std::optional<double> max_abs{};  ///< largest finite difference; none: nothing could be compared number by number
  std::optional<double> max_rel{};  ///< the same over the reference's magnitude, where that is not zero
  std::optional<DifferencePlace> max_abs_at{};
  std::optional<DifferencePlace> max_rel_at{};
  ErrorHistogram histogram{};    ///< of the elements compared
  std::uint64_t mismatched = 0;  ///< elements outside of the tolerance
  std::uint64_t total = 0;       ///< elements compared
  std::uint64_t samples = 0;     ///< that differ
};

struct FirstDifference {
  std::uint64_t sample = 0;  ///< counted from 0
  std::uint64_t seed = 0;    ///< `--samples 1 --seed` with it generates the same inputs again
  std::string output;
  Difference difference = Difference::none;
  std::string reference;
  std::string candidate;
};

/// A tensor that an operation takes or gives, in numbers.
struct TensorStatistics {
  std::string name{};   ///< of the parameter or value; may be ""
  std::string type{};   ///< "float32[1, 64]"
  bool counted = true;  ///< the numbers below are known
  double least = 0;     ///< these of the finite elements
  double most = 0;
  double mean = 0;
  std::uint64_t not_finite = 0;
};

/// One of the two operations at which models part.
struct OperationSide {
  std::string op{};      ///< "aten::add", "onnx::Conv"
  std::string node{};    ///< its name, in ONNX
  std::string module{};  ///< path of the module instance; "": the root, or unknown
  std::string file{};    ///< of the Python line; "": unknown
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string function{};
  std::vector<TensorStatistics> inputs{};
  std::vector<TensorStatistics> outputs{};
  struct Argument {
    std::string name;
    std::string text;
  };
  std::vector<Argument> arguments{};  ///< that are no tensors
};

/// Why an operation gives something else, as far as can be told.
enum class Cause : std::uint8_t {
  arm,         ///< one model took another arm of a branch
  loop,        ///< a loop turned another number of times
  number,      ///< an argument that is no tensor: frozen, or changed
  dtype,       ///< another element type
  weight,      ///< a parameter holds other numbers
  operation,   ///< another operator
  raise,       ///< one model raised an error
  arithmetic,  ///< none of these: the same operation computes something else
};
std::string_view name_of(Cause cause);

/// `--localize`: where two models part, on the first sample on which they differ.
struct FirstOperation {
  Cause cause = Cause::arithmetic;
  std::string text{};   ///< the cause in a sentence
  double distance = 0;  ///< largest difference that was seen in its result, over the scale of the reference's
  std::optional<OperationSide> reference{};  ///< none: the model has no such operation
  std::optional<OperationSide> candidate{};
};

struct PairComparison {
  std::string candidate;
  std::string error{};  ///< why there is nothing to compare; one line that names the model
  bool match = false;
  std::uint64_t differing_samples = 0;
  std::uint64_t both_raised = 0;  ///< samples on which both raised an error, which counts as agreeing
  std::vector<OutputComparison> outputs{};
  std::optional<FirstDifference> first_difference{};
  std::optional<FirstOperation> first_operation{};
  std::string not_localized{};          ///< why there is none, although it was asked for
  std::vector<std::string> warnings{};  ///< why agreement may mean little
  std::vector<std::string> notes{};     ///< how the candidate was run, where that is not obvious
};

struct ComparisonReport {
  std::string reference{};
  std::string error{};  ///< why the reference could not be run on any sample; one line that names the model
  std::string method{};
  std::string inputs{};  ///< where they come from
  std::uint64_t samples = 0;
  std::uint64_t seed = 0;  ///< of the first sample; each later one's is one more
  std::vector<PairComparison> pairs{};
};

}  // namespace graphwitness
