#pragma once
/// The steps of running rules: collect what they say, merge what is one finding, explain, sort and mark. Internal to
/// the library; run.h is what others call.

#include <span>
#include <string_view>
#include <vector>

#include "graphwitness/rules/rule.h"

namespace graphwitness {

class RuleRunner {
 public:
  using Report = RuleContext::Report;

  static std::vector<Report> run(RuleContext& context, std::span<const Rule* const> rules);
  /// A report that no rule's own code makes, in the name of one.
  static Report report_as(RuleContext& context, std::string_view rule, NodeId at, Severity severity,
                          std::string message, std::function<void(Finding&)> explain);
};

/// Findings of one rule on one line with one message are one finding; explained, sorted, with fingerprints.
std::vector<Finding> finish(std::vector<RuleContext::Report> reports);

}  // namespace graphwitness
