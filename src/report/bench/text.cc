#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ostream>
#include <string>
#include <vector>

#include "graphwitness/report/bench.h"
#include "report/phrases.h"

namespace graphwitness {
namespace {

std::string duration(double seconds) {
  if (seconds < 1e-3) return fmt::format("{:.4g} us", seconds * 1e6);
  if (seconds < 1) return fmt::format("{:.4g} ms", seconds * 1e3);
  return fmt::format("{:.4g} s", seconds);
}

std::string mebibytes(std::uint64_t bytes) {
  return fmt::format("{:.0f} MiB", static_cast<double>(bytes) / static_cast<double>(1U << 20U));
}

using Row = std::vector<std::string>;

Row row_of(const BenchedModel& model) {
  const LatencyStatistics& latency = model.latency;
  return {clean(model.name),
          duration(latency.mean),
          duration(latency.median),
          duration(latency.p90),
          duration(latency.deviation),
          model.speed_up ? fmt::format("{:.2f}", *model.speed_up) : "-",
          model.load_seconds ? duration(*model.load_seconds) : "-",
          model.peak_memory ? mebibytes(*model.peak_memory) : "-",
          clean(model.runtime)};
}

/// The first and the last column begin where they begin; numbers between them end where they end.
void write_table(std::ostream& out, const std::vector<Row>& rows, bool color) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const bool last = i + 1 == widths.size();
      const std::string& cell = rows[r][i];
      line += i == 0 ? fmt::format("{:<{}}", cell, widths[i])
              : last ? "  " + cell
                     : fmt::format("  {:>{}}", cell, widths[i]);
    }
    out << painted(color && r == 0, "1", line) << '\n';
  }
}

}  // namespace

void write_bench_text(std::ostream& out, const BenchReport& report, bool color, bool summary) {
  if (summary && !report.device.empty()) {
    out << fmt::format("on {} with {}, {} after {} to warm up; inputs: {}; seed {}\n", report.device,
                       counted(static_cast<std::uint64_t>(report.threads), "thread"), counted(report.runs, "run"),
                       report.warm_up, clean(report.inputs), report.seed);
  }
  std::vector<Row> rows{{"model", "mean", "median", "p90", "deviation", "speed-up", "load", "peak memory", "run by"}};
  for (const BenchedModel& model : report.models) {
    if (model.error.empty()) rows.push_back(row_of(model));
  }
  if (rows.size() > 1) write_table(out, rows, color);
  for (const BenchedModel& model : report.models) {
    for (const std::string& note : model.notes) {
      out << fmt::format("note: {}: {}\n", clean(model.name), clean(note));
    }
  }
}

}  // namespace graphwitness
