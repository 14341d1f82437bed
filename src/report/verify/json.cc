#include <algorithm>
#include <array>
#include <ostream>
#include <utility>

#include "graphwitness/report/verify.h"
#include "report/json_parts.h"
#include "support/version.h"

namespace graphwitness {
namespace {

Json decision_json(const DecisionChange& decision) {
  return {{"kind", decision.kind},
          {"file", text_or_null(decision.file)},
          {"line", decision.line == 0 ? Json() : Json(decision.line)},
          {"from", decision.from},
          {"to", decision.to}};
}

Json witness_json(const WitnessReport& witness) {
  Json decisions = Json::array();
  for (const DecisionChange& decision : witness.decisions) decisions.push_back(decision_json(decision));
  return {{"dir", text_or_null(witness.folder)}, {"against", witness.against},
          {"difference", witness.difference},    {"changes", witness.changes},
          {"decisions", std::move(decisions)},   {"step", text_or_null(witness.step)}};
}

Json scope_json(const ScopeReport& scope) {
  return {{"verdict", name_of(scope.verdict)}, {"assumptions", scope.assumptions}, {"reasons", scope.reasons}};
}

/// Lines of both scopes, each once.
Json joined(const std::vector<std::string>& one, const std::vector<std::string>& other) {
  Json lines = one;
  for (const std::string& line : other) {
    if (std::ranges::find(one, line) == one.end()) lines.push_back(line);
  }
  return lines;
}

}  // namespace

void write_verify_json(std::ostream& out, const VerificationReport& report) {
  const std::array<std::pair<const char*, const ScopeReport*>, 2> scopes{
      {{"same_shapes", &report.same_shapes}, {"other_shapes", &report.other_shapes}}};
  Json verdict = Json::object();
  Json witnesses = Json::object();
  Json details = Json::object();
  for (const auto& [name, scope] : scopes) {
    verdict[name] = name_of(scope->verdict);
    if (scope->witness) witnesses[name] = witness_json(*scope->witness);
    details[name] = scope_json(*scope);
  }
  const Json object{{"version", 1},
                    {"tool", {{"name", "graphwitness"}, {"version", version()}}},
                    {"scripted", report.scripted},
                    {"traced", text_or_null(report.traced)},
                    {"exported", text_or_null(report.exported)},
                    {"method", report.method},
                    {"example", report.example},
                    {"verdict", std::move(verdict)},
                    {"witnesses", std::move(witnesses)},
                    {"assumptions", joined(report.same_shapes.assumptions, report.other_shapes.assumptions)},
                    {"reasons", joined(report.same_shapes.reasons, report.other_shapes.reasons)},
                    {"scopes", std::move(details)},
                    {"evaluations", report.evaluations}};
  // Names and messages may hold any bytes; JSON holds UTF-8.
  out << object.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace graphwitness
