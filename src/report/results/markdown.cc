#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <string_view>

#include "graphwitness/report/results.h"
#include "support/escape.h"

namespace graphwitness {
namespace {

/// A job's page takes a megabyte, and nobody reads more.
constexpr std::size_t kMostRows = 200;
constexpr std::size_t kMostWords = 300;

std::string cell(std::string_view text) { return escape_markdown_cell(shortened(text, kMostWords)); }

std::string place(const ResultPlace& at) {
  return at.line == 0 ? cell(at.file) : fmt::format("{}:{}", cell(at.file), at.line);
}

/// Ends a table that was cut.
void write_left_out(std::ostream& out, std::size_t total, std::string_view noun) {
  if (total > kMostRows) out << fmt::format("\n{} {} in all, {} not shown\n", total, noun, total - kMostRows);
}

void write_targets(std::ostream& out, const ResultLog& log) {
  out << "| model | outcome |\n|---|---|\n";
  for (std::size_t i = 0; i < std::min(log.targets.size(), kMostRows); ++i) {
    const ResultTarget& target = log.targets[i];
    out << fmt::format("| {} | {} |\n", cell(target.model),
                       target.error.empty() ? cell(target.outcome) : "**" + cell(target.error) + "**");
  }
  write_left_out(out, log.targets.size(), "models");
}

void write_results(std::ostream& out, const ResultLog& log) {
  const auto total = static_cast<std::size_t>(
      std::ranges::count_if(log.results, [](const Result& result) { return !result.suppressed; }));
  if (total == 0) return;
  out << "\n| | place | rule | what |\n|---|---|---|---|\n";
  std::size_t written = 0;
  for (const Result& result : log.results) {
    if (result.suppressed) continue;
    if (written++ == kMostRows) break;
    out << fmt::format("| {} | {} | {} | {} |\n", name_of(result.severity), place(result.at), cell(result.rule),
                       cell(result.message));
  }
  write_left_out(out, total, "results");
}

}  // namespace

void write_markdown(std::ostream& out, const ResultLog& log) {
  out << "## graphwitness\n\n";
  write_targets(out, log);
  write_results(out, log);
  const auto suppressed =
      std::ranges::count_if(log.results, [](const Result& one) { return one.suppressed.has_value(); });
  if (suppressed != 0) out << fmt::format("\n{} more known or silenced\n", suppressed);
  if (!log.remarks.empty()) out << '\n';
  for (const std::string& remark : log.remarks) out << fmt::format("- {}\n", cell(remark));
}

}  // namespace graphwitness
