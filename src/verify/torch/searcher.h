#pragma once
/// The search itself: which inputs are tried, in which order, and what is said of it in the end.
///
/// The same seed and number of evaluations find the same; a budget in seconds does not.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "exec/inputs/random.h"
#include "verify/messages.h"
#include "verify/torch/inputs.h"
#include "verify/torch/shapes.h"
#include "verify/torch/subject.h"

namespace graphwitness::verify::worker {

class Searcher {
 public:
  Searcher(const SearchRequest& request, Subject& subject, std::function<void(const Answer&)> tell);

  /// Throws InputError when the example cannot be run.
  Report run();

 private:
  using Clock = std::chrono::steady_clock;
  struct Found {
    Leaves leaves;
    Evaluation evaluation;
  };
  /// A start for an attack: an input, and how near it came.
  struct Start {
    Leaves leaves;
    double distance = 0;
  };

  void try_example();
  void try_boundaries();
  void try_first_shapes();
  void try_shapes();
  void try_shapes_of_witness();
  void try_shape(const Reshaping& shape);
  void attack_all();
  void attack(std::size_t site, bool other_shapes);
  bool descend(std::size_t site, const Leaves& start);
  void wander(std::size_t site, const Leaves& start);
  void go_beyond(const Leaves& from, const Leaves& to);
  void finish();
  void settle(bool other, Found found);
  Report report();
  std::string reason_for(bool other_shapes);
  std::string unequal_state();

  /// True when a witness for its scope came of it.
  bool test(const Leaves& leaves, bool related = true);
  bool done(bool other_shapes) const { return found_[other_shapes ? 1 : 0].has_value(); }
  Clock::time_point after(double part) const;
  Clock::duration expected_cost(const Leaves& leaves) const;
  bool over() const;
  bool over(Clock::time_point until) const { return over() || (!counts_ && Clock::now() > until); }
  /// True when a decision turned that never had before.
  bool note(const std::vector<Occurrence>& occurrences);
  void keep_probe(bool other_shapes, const Leaves& leaves, bool turned);
  void say_progress();
  std::optional<Occurrence> nearest(const std::vector<Occurrence>& occurrences, std::size_t site) const;
  /// Whether freshly loaded models part too; how they do is what counts.
  bool confirmed(const Leaves& leaves, Evaluation& evaluation);
  void send(bool other, const Found& found);

  const SearchRequest& request_;
  Subject& subject_;
  std::function<void(const Answer&)> tell_;
  exec::Random random_;
  Harvest harvest_;
  Clock::time_point started_;
  Clock::time_point deadline_;
  Clock::time_point last_said_;
  Clock::duration cost_of_example_{};  ///< of both sides
  bool counts_;                        ///< evaluations, not time
  std::optional<Found> found_[2];
  std::uint64_t tried_[2] = {0, 0};  ///< inputs of each scope
  bool example_differs_ = false;
  std::vector<bool> flipped_;
  std::vector<std::optional<double>> slack_;
  std::uint64_t unconfirmed_ = 0;
  std::vector<Probe> probes_;
  std::size_t kept_[2] = {0, 0};  ///< of each scope, only because they came first
};

}  // namespace graphwitness::verify::worker
