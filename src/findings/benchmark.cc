#include "graphwitness/findings/benchmark.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace graphwitness {
namespace {

/// The smallest that so many of all are not above.
double quantile(const std::vector<double>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

double median(const std::vector<double>& sorted) {
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

}  // namespace

LatencyStatistics latency_statistics(std::span<const double> seconds) {
  std::vector<double> sorted(seconds.begin(), seconds.end());
  std::ranges::sort(sorted);
  LatencyStatistics result;
  const auto count = static_cast<double>(sorted.size());
  result.mean = std::accumulate(sorted.begin(), sorted.end(), 0.0) / count;
  result.median = median(sorted);
  result.p90 = quantile(sorted, 0.9);
  result.least = sorted.front();
  if (sorted.size() < 2) return result;
  double squares = 0;
  for (const double one : sorted) squares += (one - result.mean) * (one - result.mean);
  result.deviation = std::sqrt(squares / (count - 1));
  return result;
}

void finish(BenchReport& report) {
  for (BenchedModel& model : report.models) {
    if (!model.seconds.empty()) model.latency = latency_statistics(model.seconds);
  }
  for (BenchedModel& model : report.models) {
    const BenchedModel& first = report.models.front();
    if (model.seconds.empty() || first.seconds.empty() || model.latency.median <= 0) continue;
    model.speed_up = first.latency.median / model.latency.median;
  }
}

}  // namespace graphwitness
