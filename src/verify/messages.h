#pragma once
/// What this program and the worker that searches say to each other: values of `exec`, in its frames.
///
/// A worker has run a model, so its answers are believed only as far as they bear themselves out.

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "verify/search.h"

namespace graphwitness::verify {

/// One `search`, or one `replay`.
struct Task {
  SearchRequest request{};
  std::vector<std::vector<exec::Argument>> calls{};  ///< of `replay`
  std::int64_t threads = 1;
};
std::string encode_task(const Task& task);
Task decode_task(std::string_view bytes);

/// A witness, as it is found; a better one of the same scope follows.
struct WitnessAnswer {
  bool other_shapes = false;
  Witness witness{};
};
/// At the end.
struct Report {
  bool example_differs = false;
  std::vector<DecisionReport> decisions{};
  std::uint64_t evaluations = 0;
  std::vector<std::string> reasons{};
  std::vector<Probe> probes{};
  std::string cause{};
};
struct Refusal {
  std::string text;
};
using Answer = std::variant<SearchProgress, WitnessAnswer, Report, Refusal>;

std::string encode_answer(const Answer& answer);
/// Throws InputError.
Answer decode_answer(std::string_view bytes);

}  // namespace graphwitness::verify
